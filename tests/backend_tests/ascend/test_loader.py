"""Which library is opened, and what is said when it cannot be."""

import shutil
import subprocess

import pytest

from cupy_backends import cannsim

USE = """
from cupy_backends.ascend import _ascend
try:
    _ascend.backend_capsule()
except Exception as error:
    print(type(error).__name__, error)
else:
    print("simulator" if _ascend.is_simulator() else "real", _ascend.soc_name())
"""


def libraries(folder, **sources):
    """Compile or copy libraries into ``folder``/lib64, as a toolkit has them."""
    lib64 = folder / "lib64"
    lib64.mkdir(parents=True)
    for name, source in sources.items():
        target = lib64 / f"lib{name}.so"
        if source is None:
            target.write_text("this is no library")
        else:
            subprocess.run(
                ["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", target], input=source, text=True, check=True
            )
    return str(folder)


def test_import_opens_nothing(python):
    text = python(
        "import cupy_backends.ascend._ascend as a\nprint(open('/proc/self/maps').read().count('libcannsim'))",
        CUPY_CANN="real",
        ASCEND_HOME_PATH="/nowhere",
    )
    assert text.strip() == "0"


def test_a_machine_without_npu_and_cann_uses_the_simulator(python, tmp_path):
    assert python(USE, CUPY_CANN="auto", HOME=str(tmp_path)).startswith("simulator Ascend910B3")


def test_the_simulator_is_refused_when_it_is_missing(python):
    text = python(USE, CUPY_CANNSIM="/nowhere/libcannsim.so")
    assert "the CANN simulator cannot be loaded: /nowhere/libcannsim.so" in text


def test_an_unknown_choice_is_named(python):
    assert "CUPY_CANN=fast: expected sim, real or auto" in python(USE, CUPY_CANN="fast")


def test_real_without_cann_says_what_to_do(python):
    text = python(USE, CUPY_CANN="real", ASCEND_HOME_PATH="/nowhere")
    assert "no CANN toolkit was found" in text
    assert "python -m cupy.doctor" in text
    assert "CUPY_CANN=sim" in text


@pytest.mark.parametrize("choice", ["auto", "real"])
def test_a_broken_cann_is_an_error_and_no_silent_simulator(python, tmp_path, choice):
    home = libraries(tmp_path, ascendcl=None, nnopbase=None, opapi=None)
    text = python(USE, CUPY_CANN=choice, ASCEND_HOME_PATH=home)
    assert text.startswith("AscendError")
    assert "libascendcl.so" in text
    assert "python -m cupy.doctor" in text
    assert "CUPY_CANN=sim" in text


def test_a_cann_without_a_function_is_named_not_crashed(python, tmp_path):
    empty = "int aclInit(const char *p) { return p != 0; }"
    home = libraries(tmp_path, ascendcl=empty, nnopbase="int x;", opapi="int y;")
    text = python(USE, CUPY_CANN="real", ASCEND_HOME_PATH=home)
    assert "lacks aclrtGetSocName" in text


def test_sim_wins_over_a_broken_cann(python, tmp_path):
    home = libraries(tmp_path, ascendcl=None)
    assert python(USE, CUPY_CANN="sim", ASCEND_HOME_PATH=home).startswith("simulator")


def test_a_failed_load_is_told_again_and_again(python):
    text = python(USE + USE, CUPY_CANN="real", ASCEND_HOME_PATH="/nowhere")
    assert text.count("no CANN toolkit was found") == 2


def test_the_doctors_facts_survive_a_failed_load(python):
    program = "from cupy_backends.ascend import _ascend\nprint(_ascend.library_info()['error'])"
    assert "no CANN toolkit" in python(program, CUPY_CANN="real", ASCEND_HOME_PATH="/nowhere")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_foreign_libascendcl_neither_captures_nor_is_captured(python, tmp_path, when):
    """torch_npu or a real CANN beside us has functions of the same names."""
    trap = """
    int calls = 0;
    int aclrtMalloc(void **p, unsigned long n, int policy) { calls++; return 100000; }
    int aclrtSetDevice(int d) { calls++; return 100000; }
    int how_many(void) { return calls; }
    """
    home = libraries(tmp_path, ascendcl=trap)
    load = (
        f"import ctypes; foreign = ctypes.CDLL({home + '/lib64/libascendcl.so'!r}, mode=ctypes.RTLD_GLOBAL)\n"
    )
    use = """
import numpy as np
from cupy_backends.backend._testing import launch
result = launch("ascend", "add", [np.arange(3.), np.arange(3.)], [np.empty(3)])
assert result.outputs[0].tolist() == [0, 2, 4]
"""
    check = "assert foreign.aclrtMalloc(0, 0, 0) == 100000 and foreign.how_many() == 1; print('apart')"
    program = load + use + check if when == "before" else use + load + use + check
    assert python(program).strip() == "apart"


def test_real_libraries_take_the_same_path(python, tmp_path):
    """The simulator's facades carry CANN's names: the route of a real installation."""
    home = tmp_path / "toolkit"
    shutil.copytree(cannsim.libdir(), home / "lib64")
    shutil.copy(cannsim.library(), home)  # where the facades look for it
    program = (
        USE
        + """
import numpy as np
from cupy_backends.backend._testing import launch
print(launch("ascend", "add", [np.arange(3, dtype='f'), np.arange(3, dtype='f')], [np.empty(3, 'f')]).outputs[0])
# The host route copies down and up here: cbrt has no operator.
print(launch("ascend", "cbrt", [np.array([8., 27.])], [np.empty(2)]).outputs[0])
"""
    )
    text = python(program, CUPY_CANN="real", ASCEND_HOME_PATH=str(home))
    assert text.startswith("real Ascend910B3"), text
    assert "[0. 2. 4.]" in text
    assert "[2. 3.]" in text


def test_a_wrong_choice_of_loops_is_an_error(python):
    text = python("import cupy as cp; cp.ones(2)", 1, CANNSIM_NUMPY_LOOPS="yes")
    assert "CANNSIM_NUMPY_LOOPS='yes': expected 0 or 1" in text
