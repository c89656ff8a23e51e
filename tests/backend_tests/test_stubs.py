"""CUDA-only libraries import without CUDA and answer every call with a clear error."""

import importlib
import pickle
import subprocess
import sys
from pathlib import Path
from string import Template

import pytest
from cupy_builder import stubs
from cupy_builder.contract import TableError

from cupy_backends.cuda.libs import NotAvailableError

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = stubs.load(ROOT / stubs.FOLDER / "libraries.toml")


def _module(name):
    return importlib.import_module(f"cupy_backends.cuda.libs.{name}")


def test_cupy_cuda_has_all_libraries():
    import cupy.cuda

    assert set(cupy.cuda._LIBRARIES) == set(LIBRARIES)
    assert all(getattr(cupy.cuda, name) is _module(name) for name in LIBRARIES)


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_call_names_library_function_and_what_to_use(name):
    module, library = _module(name), LIBRARIES[name]
    assert module.available is False
    for python, _, instead in library["functions"] + library["classes"]:
        for args in ((), (1, 2)):
            with pytest.raises(getattr(module, library["error"])) as caught:
                getattr(module, python)(*args)
            error = caught.value
            assert isinstance(error, NotAvailableError) and isinstance(error, RuntimeError)
            assert (error.library, error.function, error.instead) == (
                library["title"],
                f"{name}.{python}",
                instead,
            )
            assert error.status != 0
            for part in (library["title"], f"{name}.{python}()", library["failure"], instead):
                assert part in str(error)


@pytest.mark.parametrize("name", LIBRARIES)
def test_functions_tell_their_names(name):
    module, library = _module(name), LIBRARIES[name]
    for python, _, instead in library["functions"] + library["classes"]:
        assert getattr(module, python).__name__ == python
        assert instead in getattr(module, python).__doc__
    assert all(isinstance(getattr(module, constant), int) for constant in library["constants"])


def test_constants_are_those_of_the_libraries():
    from cupy_backends.cuda.libs import cublas, cufft, curand, nccl

    assert (cublas.CUBLAS_OP_N, cublas.CUBLAS_OP_T, cublas.CUBLAS_OP_C) == (0, 1, 2)
    assert (cufft.CUFFT_C2C, cufft.CUFFT_Z2Z, cufft.CUFFT_FORWARD) == (0x29, 0x69, -1)
    assert curand.CURAND_RNG_PSEUDO_PHILOX4_32_10 == 161
    assert nccl.ncclFloat64 == 8


def test_check_status_passes_success_only():
    from cupy_backends.cuda.libs import cublas

    cublas.check_status(0)
    with pytest.raises(cublas.CUBLASError) as caught:
        cublas.check_status(13)
    assert caught.value.status == 13


def test_errors_survive_pickling():
    from cupy_backends.cuda.libs import cublas

    with pytest.raises(cublas.CUBLASError) as caught:
        cublas.sgemm()
    again = pickle.loads(pickle.dumps(caught.value))
    assert (
        type(again) is cublas.CUBLASError
        and str(again) == str(caught.value)
        and again.instead == "cupy.matmul"
    )


def test_import_needs_no_device_library():
    code = (
        "import sys\nfrom cupy_backends.cuda.libs import " + ", ".join(LIBRARIES) + "\n"
        "assert not {'cupy', 'numpy'} & set(sys.modules), 'the stubs import more than themselves'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def _table(tmp_path, **changes):
    path = tmp_path / "libraries.toml"
    rows = {
        "title": "'T'",
        "header": "'t.h'",
        "error": "'E'",
        "failure": "'F'",
        "instead": "'i'",
        "functions": "{ a = 'tA' }",
    } | changes
    path.write_text(
        "[t]\n" + "\n".join(f"{key} = {value}" for key, value in rows.items() if value is not None)
    )
    return path


@pytest.mark.parametrize(
    "changes, column",
    [
        ({"title": None}, "title"),
        ({"header": "3"}, "header"),
        ({"colour": "'red'"}, "colour"),
        ({"functions": "{ '[sd]a' = 'tA' }"}, "functions"),
        ({"functions": "{ '[sd]a' = 't[SDC]A' }"}, "functions"),
        ({"functions": "{ sa = 'tA', '[sd]a' = 't[SD]A' }"}, "functions"),
    ],
)
def test_a_bad_row_names_file_row_and_column(tmp_path, changes, column):
    path = _table(tmp_path, **changes)
    with pytest.raises(TableError) as caught:
        stubs.load(path)
    for part in (str(path), "'t'", f"'{column}'"):
        assert part in str(caught.value)


def test_letters_in_brackets_make_one_function_each():
    assert stubs.expand({"[sd]dot": "x[SD]dot | y"}, "z") == [("sdot", "xSdot", "y"), ("ddot", "xDdot", "y")]
    assert stubs.expand({"create": "xCreate"}, "z") == [("create", "xCreate", "z")]


def test_generating_again_leaves_files_alone(tmp_path):
    first = {path: path.stat().st_mtime_ns for path in stubs.generate(tmp_path, ROOT)}
    assert first == {path: path.stat().st_mtime_ns for path in stubs.generate(tmp_path, ROOT)}
    assert {path.stem for path in first} == set(LIBRARIES)


def test_headers_and_table_hold_the_same_functions():
    for name, library in LIBRARIES.items():
        compiler = subprocess.run(
            ["cc", "-E", "-P", str(ROOT / "cupy_backends/stub" / library["header"])],
            capture_output=True,
            text=True,
            check=True,
        )
        declared = {
            part.split("(void)")[0].split()[-1] for part in compiler.stdout.split("static inline")[1:]
        }
        assert declared == {
            symbol for column in ("functions", "classes") for _, symbol, _ in library[column]
        }, name


def test_the_template_uses_every_field_it_is_given():
    template = Template((ROOT / stubs.FOLDER / "library.pyx.in").read_text())
    assert {"header", "functions", "classes", "failure", "instead"} <= set(template.get_identifiers())
