"""However work is divided among threads, every bit of the result stays the same."""

import ctypes

import numpy as np
import pytest
from kernels import call, lib

rng = np.random.default_rng(0)
A = rng.standard_normal((1500, 2001)).astype("f4")
LINE = A.ravel()
CUBE = A[:1400, :2000].reshape(140, 200, 100)
WHERE = rng.integers(-LINE.size, LINE.size, LINE.size)


def reduce(op, a, axes):
    out = np.zeros([n for i, n in enumerate(a.shape) if i not in axes], "f4")
    call("reduce", op, out, a, sum(1 << i for i in axes), 2.0)
    return out


def copy(a, dtype="f4"):
    out = np.zeros(a.shape, dtype)
    call("copy", out, a)
    return out


def variance(axes):
    out = np.zeros([n for i, n in enumerate(A.shape) if i not in axes], "f4")
    call("variance", out, None, A, sum(1 << i for i in axes), 0.0, 0)
    return out


def take(out_shape, a, index, axis):
    out = np.zeros(out_shape, a.dtype)
    call("take", out, a, index, axis, None)
    return out


def draw(name, dtype, *args):
    out = np.zeros(3_000_001, dtype)
    call("random_" + name, out, *args, 5, 6)
    return out


CASES = {
    "copy": lambda: copy(A),
    "copy strided": lambda: copy(A[::2, ::-3]),
    "transpose": lambda: copy(A.T),
    "permute": lambda: copy(CUBE.transpose(1, 2, 0)),
    "broadcast": lambda: copy(np.broadcast_to(A[:, :1], A.shape)),
    "cast": lambda: copy(A, "f8"),
    "cast strided": lambda: copy(CUBE[:, ::2], "f8"),
    "sum all": lambda: reduce(0, LINE, (0,)),
    "sum rows": lambda: reduce(0, A, (1,)),
    "sum columns": lambda: reduce(0, A, (0,)),
    "sum middle": lambda: reduce(0, CUBE, (1,)),
    "sum outer": lambda: reduce(0, CUBE, (0, 2)),
    "max": lambda: reduce(2, LINE, (0,)),
    "mean": lambda: reduce(7, CUBE, (0, 1)),
    "logsumexp": lambda: reduce(9, A, (1,)),
    "variance rows": lambda: variance((1,)),
    "variance columns": lambda: variance((0,)),
    "variance all": lambda: variance((0, 1)),
    "take elements": lambda: take(LINE.shape, LINE, WHERE, 0),
    "take rows": lambda: take(A.shape, A, WHERE[:1500] % 1500, 0),
    "take columns": lambda: take(A.shape, A, WHERE[:2001] % 2001, 1),
    "uniform": lambda: draw("uniform", "f4", -1.0, 2.0),
    "normal": lambda: draw("normal", "f8", 0.0, 1.0),
}


@pytest.mark.parametrize("name", CASES)
def test_pieces_and_threads_change_nothing(name):
    try:
        results = []
        for mode in (0, 1, 2):
            lib.k_split(ctypes.c_int(mode))
            lib.k_pieces.restype = ctypes.c_int64
            lib.k_pieces()
            results.append(CASES[name]().tobytes())
            assert mode == 0 or lib.k_pieces() > 1, "this case does not divide its work"
        assert results[0] == results[1] == results[2]
    finally:
        lib.k_split(ctypes.c_int(0))


@pytest.mark.parametrize("shift", [-3, 5])
def test_overlapping_copies_are_not_divided_blindly(shift):
    a = np.arange(1_000_000, dtype="f4")
    want = a.copy()
    want[10 + shift : 900_010 + shift] = a[10:900_010].copy()
    try:
        lib.k_split(ctypes.c_int(1))
        call("copy", a[10 + shift : 900_010 + shift], a[10:900_010])
    finally:
        lib.k_split(ctypes.c_int(0))
    assert (a == want).all()
