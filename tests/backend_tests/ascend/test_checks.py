"""CANNSIM_CHECK under whole programs: each seeded defect is reported, clean programs are not."""

import os
import subprocess
import sys

import pytest

ALL = "mem,init,race,leak"


def run(program, **environment):
    """Return the exit code of a program and what it wrote to standard error."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CANNSIM_")}
    done = subprocess.run(
        [sys.executable, "-c", "import cupy as cp\n" + program],
        env={**clean, "CUPY_CANN": "sim", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stderr


WINDOW = "window = cp.lib.stride_tricks.as_strided\n"
NATIVE = """
import ctypes
from cupy_backends.ascend import _ascend
fill = ctypes.CFUNCTYPE(int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_size_t, ctypes.c_void_p)(
    _ascend.symbol("aclrtMemsetAsync")
)
create_stream = ctypes.CFUNCTYPE(int, ctypes.c_void_p)(_ascend.symbol("aclrtCreateStream"))
"""

DEFECTS = {
    "off by one": (
        "mem",
        WINDOW + "a, b = cp.ones(128, 'f'), cp.ones(128, 'f')\nwindow(a, (129,), (4,)) + 1",
        ["out of bounds: aclnnAdds", "reads self", "4 bytes past the end of the pool's block of 512 bytes"],
    ),
    "into the neighbour": (
        "mem",
        NATIVE + "a, b = cp.ones(100, 'f'), cp.ones(100, 'f')\n"
        "fill(a.data.ptr, 516, 0, 516, None)\ncp.cuda.Stream.null.synchronize()",
        [
            "out of bounds: aclrtMemsetAsync",
            "reaches 116 bytes past the end of the pool's block of 400 bytes",
        ],
    ),
    "write behind an array": (
        "mem",
        WINDOW + "a = cp.ones(100, 'f')\nwindow(a, (101,), (4,))[...] = 2",
        ["out of bounds: aclnnInplaceFillScalar", "red zone overwritten: byte 0"],
    ),
    "use after free": (
        "mem",
        NATIVE + "a = cp.ones(100, 'f')\nat = a.data.ptr\ndel a\nfill(at, 400, 0, 400, None)",
        ["use after free: aclrtMemsetAsync", "freed by cannsimPoolFree"],
    ),
    "an array that was never written": (
        "init",
        "a = cp.empty(100, 'f')\na[:99] = 1\na + a",
        ["never written: aclnnAdd", "4 of 400 bytes"],
    ),
    "two streams": (
        "race",
        "s, t = cp.cuda.Stream(), cp.cuda.Stream()\nwith s: a = cp.ones(100)\nwith t: b = a + 1",
        ["unordered accesses: aclnnAdds", "and earlier aclnnInplaceFillScalar"],
    ),
    "a stream that was forgotten": (
        "leak",
        NATIVE + "cp.ones(3)\nstream = ctypes.c_void_p()\ncreate_stream(ctypes.byref(stream))",
        ["1 not destroyed: aclrtStream"],
    ),
}


@pytest.mark.parametrize("mode", ["0", "1", "worker"])
@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_reported(defect, mode):
    check, program, texts = DEFECTS[defect]
    code, text = run(program, CANNSIM_CHECK=check, CANNSIM_ASYNC=mode)
    assert code == 86, text
    for expected in texts:
        assert expected in text
    assert f"cannsim check {check}: " in text


CLEAN = {
    "arithmetic": "a = cp.arange(1000.0).reshape(10, 100)\nassert (a.T @ a).sum() > 0\ncp.sort(a[:, ::3], axis=0)",
    "memory is used again": "for n in range(3000): a = cp.full(n % 700, n); b = a + a\nassert int(b[0]) == 2 * n",
    "copies of memory that was not written": "a = cp.empty((10, 10))\na.get(); a.copy(); a.T.copy(); a[2:5].copy()",
    "streams with an event": (
        "s, t, e = cp.cuda.Stream(), cp.cuda.Stream(), cp.cuda.Event()\n"
        "with s:\n    a = cp.ones(100); e.record()\n"
        "with t:\n    t.wait_event(e); b = a + 1\n"
        "t.synchronize(); assert b.get().sum() == 200"
    ),
    "two halves by two streams": (
        "a = cp.zeros((10, 10)); s, t = cp.cuda.Stream(), cp.cuda.Stream()\n"
        "cp.cuda.Stream.null.synchronize()\n"
        "with s: a[:, ::2] += 1\n"
        "with t: a[:, 1::2] += 2\n"
        "s.synchronize(); t.synchronize(); assert a.get().sum() == 150"
    ),
    "a cycle": "a = [cp.ones(5)]; a.append(a); del a",
}


@pytest.mark.parametrize("mode", ["0", "1", "worker"])
@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_program_is_not_reported(name, mode):
    code, text = run(CLEAN[name], CANNSIM_CHECK=ALL, CANNSIM_ASYNC=mode)
    assert (code, text) == (0, "")


def test_strict_is_deferred_with_three_checks():
    program = (
        "import ctypes\nfrom cupy_backends.ascend import _ascend\ncp.ones(3)\n"
        "print(ctypes.CFUNCTYPE(int)(_ascend.symbol('cannsimChecks'))())\n"
        "s = cp.cuda.Stream()\n"
        "with s: a = cp.ones(3); [a.__iadd__(1) for _ in range(50)]; assert not s.done\n"
        "s.synchronize()"
    )
    assert run(program, CANNSIM_STRICT="1") == (0, "")
    assert run("cp.empty(3) + 1", CANNSIM_STRICT="1")[0] == 86


def test_reports_choose_how_the_process_ends():
    program = "cp.empty(3) + 1"
    assert run(program, CANNSIM_CHECK="init", CANNSIM_CHECK_EXIT="0")[0] == 0
    assert run(program, CANNSIM_CHECK="init", CANNSIM_CHECK_EXIT="7")[0] == 7
    assert run(program, CANNSIM_CHECK="init", CANNSIM_CHECK_EXIT="abort")[0] == -6
    assert run(program + "\nraise SystemExit(3)", CANNSIM_CHECK="init")[0] == 3
    assert run(program)[0] == 0


@pytest.mark.parametrize(
    "name, value",
    [("CHECK", "mem,"), ("CHECK", "memory"), ("CHECK_EXIT", "256"), ("CHECK_EXIT", "x"), ("STRICT", "2")],
)
def test_a_malformed_value_is_an_error(name, value):
    code, text = run("cp.ones(3)", **{"CANNSIM_" + name: value})
    assert code == 1 and f"CANNSIM_{name}={value} is" in text
