"""Company in the process: foreign libraries of the same names, forks, threads."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import cupy

ROOT = Path(cupy.__file__).resolve().parents[1]
WORK = """
import cupy, numpy
a = cupy.arange(200_000, dtype="f4").reshape(400, 500)
b = (a / 1e5) @ (a / 1e5).T
assert abs(float(b[3, 7]) - float((numpy.arange(1500, 2000) / 1e5 * numpy.arange(3500, 4000) / 1e5).sum())) < 1e-4
assert cupy.sort(a.ravel()[::-1])[5].item() == 5 and (a * 2).sum().item() > 0
"""


def run(code, *, backend="ascend", **variables):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CUPY_", "ASCEND_"))}
    kept |= {"PYTHONPATH": str(ROOT), "CUPY_CANN": "sim", "CUPY_BACKEND": backend} | variables
    process = subprocess.Popen([sys.executable, "-c", code], env=kept, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, start_new_session=True)  # fmt: skip
    try:
        output, errors = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # its forks too
        raise
    assert process.returncode == 0, f"{process.returncode}\n{output}{errors[-2000:]}"
    return output


@pytest.fixture(scope="module")
def dummy(tmp_path_factory):
    """Libraries with CANN's names whose functions end the process."""
    folder = tmp_path_factory.mktemp("dummy")
    names = """aclInit aclFinalize aclrtSetDevice aclrtGetDeviceCount aclrtMalloc aclrtFree aclrtMemcpy
        aclrtMemcpyAsync aclrtCreateStream aclrtSynchronizeStream aclrtGetSocName aclCreateTensor aclCreateScalar
        aclnnAddGetWorkspaceSize aclnnAdd aclnnMulGetWorkspaceSize aclnnMul cannsimHostPointer""".split()
    source = folder / "dummy.c"
    source.write_text(
        "#include <stdlib.h>\n" + "".join(f"int {name}(void) {{ abort(); }}\n" for name in names)
    )
    for library in ("libascendcl.so", "libnnopbase.so", "libopapi.so"):
        subprocess.run([shutil.which("cc") or "gcc", "-shared", "-fPIC", f"-Wl,-soname,{library}", str(source), "-o",
                        str(folder / library)], check=True)  # fmt: skip
    return folder


@pytest.mark.parametrize("when", ["before", "after", "between"])
def test_foreign_libraries_of_the_same_names(dummy, when):
    load = (f"import ctypes\nfor name in ('libascendcl.so', 'libnnopbase.so', 'libopapi.so'):\n"
            f"    ctypes.CDLL('{dummy}/' + name, mode=ctypes.RTLD_GLOBAL)\n")  # fmt: skip
    parts = {"before": [load, WORK], "between": ["import cupy\n", load, WORK], "after": [WORK, load, WORK]}[
        when
    ]
    run("".join(parts))


@pytest.mark.parametrize("backend", ["ascend", "host"])
def test_fork_before_and_after_the_first_use(backend):
    code = f"""
import os, sys, cupy
work = {WORK!r}
def forked():
    pid = os.fork()
    if pid == 0:
        try:
            exec(work, {{}})
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
assert forked() == 0
exec(work, {{}})
kept = cupy.arange(5)
assert forked() == 0 and forked() == 0
assert kept.sum().item() == 10
exec(work, {{}})
"""
    run(code, backend=backend)


def test_arrays_of_the_parent_in_a_fork():
    code = """
import os, cupy
a = cupy.arange(1000.0)
pid = os.fork()
if pid == 0:
    a += 1
    os._exit(0 if float(a.sum()) == 500500.0 else 1)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
assert float(a.sum()) == 499500.0
"""
    run(code)


@pytest.mark.parametrize("backend", ["ascend", "host"])
def test_threads(backend):
    code = f"""
from concurrent.futures import ThreadPoolExecutor
work = {WORK!r}
with ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda _: exec(work, {{}}), range(12)))
"""
    run(code, backend=backend)


def test_import_touches_no_device():
    """Import works with any setting; the setting counts at the first array."""
    out = run(
        "import cupy, sys; print('imported'); print(any('ascend' in m for m in sys.modules))",
        CUPY_CANN="real",
    )
    assert out == "imported\nFalse\n"


def test_the_end_of_the_process_is_quiet():
    code = (
        "import cupy, atexit; keep = cupy.ones(10); s = cupy.cuda.Stream(); "
        "atexit.register(lambda: print(keep.sum()))"
    )
    assert run(code) == "10.0\n"
