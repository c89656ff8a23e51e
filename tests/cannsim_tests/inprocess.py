"""Runs a piece of Python against libcannsim.so in a process of its own, with an environment of its own."""

import os
import subprocess
import sys
import textwrap

from cupy_backends.cannsim import library

HEAD = """
import ctypes, os, sys
sim = ctypes.CDLL({library!r})
sim.aclGetRecentErrMsg.restype = sim.aclrtGetSocName.restype = ctypes.c_char_p
sim.cannsimImplements.restype = sim.cannsimProvides.restype = ctypes.c_bool
for name in ("aclCreateTensor", "aclCreateScalar", "aclCreateTensorList"):
    getattr(sim, name).restype = ctypes.c_void_p
pointer, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64

def message():
    return (sim.aclGetRecentErrMsg() or b"").decode()

def memory(n):
    out = pointer()
    assert sim.aclrtMalloc(ctypes.byref(out), size(n), 0) == 0, message()
    return out

def tensor(shape, data, dtype=0):
    dims = (number * max(len(shape), 1))(*shape)
    n = ctypes.c_uint64(len(shape))
    return pointer(sim.aclCreateTensor(dims, n, dtype, None, number(0), 2, dims, n, pointer(data)))

def plan(op, *args):
    workspace, executor = ctypes.c_uint64(), pointer()
    function = getattr(sim, op + "GetWorkspaceSize")
    return function(*args, ctypes.byref(workspace), ctypes.byref(executor)), executor

def launch(op, executor, stream=None):
    return getattr(sim, op)(None, ctypes.c_uint64(0), executor, stream)
"""


def run(code, **environment):
    """What the code prints; an exception or a crash in it fails the test."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD.format(library=library()) + textwrap.dedent(code)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
