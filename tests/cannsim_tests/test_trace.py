"""The trace of operator calls: complete descriptions of every argument, whole lines from many threads."""

import ctypes
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from cupy_backends import cannsim

HERE = Path(__file__).resolve().parent


def run(program, **environment):
    """Run Python text in a process of its own, which finds this folder's helpers; return its output."""
    environment = dict(
        os.environ, PYTHONPATH=f"{HERE}{os.pathsep}{os.environ.get('PYTHONPATH', '')}", **environment
    )
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


REPLAY = """
import ctypes, json, sys
from pathlib import Path
import golden

def complete(a):
    if isinstance(a, dict) and a["k"] == "tensor":
        steps, step = [], 1
        for extent in reversed(a["shape"]):
            steps.insert(0, step)
            step *= extent
        return {"strides": steps, "offset": 0, "storage_shape": a["shape"], "format": "ND", **a}
    if isinstance(a, dict) and "items" in a:
        return {**a, "items": [complete(item) for item in a["items"]]}
    return a

caller = golden.Caller(sys.argv[1])
caller.lib.cannsimTraceTake.restype = ctypes.c_char_p
caller.lib.cannsimTraceBegin()
calls = golden.load()
operators = set()
for call in calls:
    status, _ = caller.status(call)
    text = caller.lib.cannsimTraceTake().decode()
    assert text.endswith("\\n") and text.count("\\n") == 1, text
    line = json.loads(text)
    assert list(line) == ["op", "args", "status", "ws"]
    expected = [complete(a) for a in call["args"]]
    assert (line["op"], line["args"], line["status"]) == (call["op"], expected, status), (call["id"], text)
    # JSON's own distinction of integers and floats has to survive, too.
    assert [type(a) for a in line["args"]] == [type(a) for a in expected], (call["id"], text)
    operators.add(call["op"])
caller.lib.cannsimTraceEnd()
caller.status(calls[0])
assert caller.lib.cannsimTraceTake() == b""
print(len(calls), len(operators))
"""


def test_recorded_calls_come_back_as_they_were_described():
    program = REPLAY.replace("sys.argv[1]", repr(str(cannsim.library())))
    calls, operators = map(int, run(program, CANNSIM_SOC="Ascend910B2").split())
    assert calls > 7600 and operators > 150


def test_every_implemented_operator_is_traced():
    """One call each, with nulls and zeros for arguments: refused, but written down in full."""
    program = f"""
        import ctypes, json
        import golden
        caller = golden.Caller({str(cannsim.library())!r})
        lib = caller.lib
        lib.cannsimTraceTake.restype = ctypes.c_char_p
        lib.cannsimImplements.restype = ctypes.c_bool
        lib.cannsimTraceBegin()
        size, executor, traced = ctypes.c_uint64(), ctypes.c_void_p(), 0
        for name, facts in caller.operators.items():
            types = [ctype.removeprefix("const ") for ctype, _ in facts["params"]]
            zeros = [ctypes.c_void_p() if "*" in t else ctypes.c_double() if t == "double" else
                     ctypes.c_float() if t == "float" else ctypes.c_int64() for t in types]
            function = getattr(lib, name + "GetWorkspaceSize")
            status = function(*zeros, ctypes.byref(size), ctypes.byref(executor))
            line, = lib.cannsimTraceTake().decode().splitlines()
            line = json.loads(line)
            assert (line["op"], len(line["args"]), line["status"]) == (name, len(types), status), line
            for a, t in zip(line["args"], types):
                expected = (None if "*" in t else 0.0 if t in ("double", "float") else False if t == "bool"
                            else {{"k": "dtype", "v": "float32"}} if t == "aclDataType" else 0)
                assert a == expected and type(a) is type(expected), (line, t)
            traced += lib.cannsimImplements(name.encode())
        print(traced)
    """
    assert int(run(program)) > 300


@pytest.fixture
def lib():
    """The library of this process, whichever test loaded it first."""
    library = ctypes.CDLL(str(cannsim.library()))
    library.cannsimTraceTake.restype = ctypes.c_char_p
    library.aclCreateScalar.restype = ctypes.c_void_p
    library.aclCreateFloatArray.restype = ctypes.c_void_p
    library.aclrtSetDevice(0)
    library.cannsimTraceBegin()
    yield library
    library.cannsimTraceEnd()


def traced(lib, name, *args):
    size, executor = ctypes.c_uint64(), ctypes.c_void_p()
    getattr(lib, name + "GetWorkspaceSize")(*args, ctypes.byref(size), ctypes.byref(executor))
    return json.loads(lib.cannsimTraceTake().decode())["args"]


@pytest.mark.parametrize(
    "dtype, bits, value",
    [
        (0, ctypes.c_float(0.1), 0.1),
        (0, ctypes.c_float(float("nan")), "nan"),
        (11, ctypes.c_double(0.1), 0.1),
        (11, ctypes.c_double(float("-inf")), "-inf"),
        (11, ctypes.c_double(1e300), 1e300),
        (1, ctypes.c_uint16(0x3E00), 1.5),
        (27, ctypes.c_uint16(0x3FC0), 1.5),
        (9, ctypes.c_int64(-(2**63)), -(2**63)),
        (10, ctypes.c_uint64(2**64 - 1), 2**64 - 1),
        (12, ctypes.c_bool(True), True),
        (16, (ctypes.c_float * 2)(1.5, float("inf")), [1.5, "inf"]),
        (17, (ctypes.c_double * 2)(0.1, -2.0), [0.1, -2.0]),
    ],
)
def test_scalars_keep_their_value(lib, dtype, bits, value):
    scalar = ctypes.c_void_p(lib.aclCreateScalar(ctypes.byref(bits), dtype))
    null = ctypes.c_void_p()
    found = traced(lib, "aclnnInplaceFillScalar", null, scalar)[1]
    assert found["value"] == value and type(found["value"]) is type(value)
    lib.aclDestroyScalar(scalar)
    assert traced(lib, "aclnnInplaceFillScalar", null, scalar)[1] == {"k": "dead"}


def test_texts_and_large_integers(lib):
    null = ctypes.c_void_p()
    assert traced(lib, "aclnnEinsum", null, ctypes.c_char_p(b'i"j\\\n'), null)[1] == 'i"j\\\n'


def test_threads_write_whole_lines(tmp_path):
    """Calls of eight threads and of a child process, one file: each line is whole and none is missing."""
    path = tmp_path / "trace.jsonl"
    program = """
        import os, threading
        import cupy as cp
        def work(k):
            for i in range(50):
                cp.arange(k * 100 + i) + k
        threads = [threading.Thread(target=work, args=(k,)) for k in range(1, 9)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        if os.fork() == 0:
            work(9)
            os._exit(0)
        os.wait()
    """
    run(program, CANNSIM_TRACE=str(path))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert all(set(line) == {"op", "args", "status", "ws"} for line in lines)
    added = {line["args"][0]["shape"][0] for line in lines if line["op"].startswith("aclnnAdd")}
    assert added == {k * 100 + i for k in range(1, 10) for i in range(50)}


def test_a_file_that_cannot_be_written_is_an_error(tmp_path):
    program = "import cupy\ntry: cupy.ones(3)\nexcept RuntimeError as error: print(error)"
    message = run(program, CANNSIM_TRACE=str(tmp_path))
    assert f"CANNSIM_TRACE={tmp_path}: Is a directory" in message
