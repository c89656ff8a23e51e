"""However work is divided among threads, every bit of the result stays the same."""

import ctypes

import numpy as np
import pytest
from kernels import blas_library, call, lib

rng = np.random.default_rng(0)
A = rng.standard_normal((1500, 2001)).astype("f4")
LINE = A.ravel()
CUBE = A[:1400, :2000].reshape(140, 200, 100)
WHERE = rng.integers(-LINE.size, LINE.size, LINE.size)


WITH_NAN = np.where(LINE > 2, np.float32(np.nan), np.round(LINE, 1))


def order(a, indices=True):
    values, places = np.zeros_like(a), np.zeros(a.shape, "i8") if indices else None
    call("sort", values, places, a, 0, False)
    return values, places


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


def matmul(a, b):
    out = np.zeros((a.shape[0], b.shape[1]), a.dtype)
    call("matmul", out, a, b)
    return out


def stack(a):
    out = np.zeros((a.shape[0], a.shape[1], a.shape[1]), a.dtype)
    call("matmul", out, a, a.swapaxes(1, 2))
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
    "channels together": lambda: copy(A.reshape(3, -1).T),
    "channels apart": lambda: copy(A.reshape(-1, 3).T),
    "broadcast": lambda: copy(np.broadcast_to(A[:, :1], A.shape)),
    "cast": lambda: copy(A, "f8"),
    "cast strided": lambda: copy(CUBE[:, ::2], "f8"),
    "cast transposed": lambda: copy(A.T, "f8"),
    "cast permuted": lambda: copy(CUBE.transpose(1, 2, 0), "f2"),
    "sort": lambda: order(LINE)[0],
    "sort values": lambda: order(WITH_NAN, indices=False)[0],
    "sort doubles": lambda: order(LINE.astype("f8"))[1],
    "sort sorted": lambda: order(np.arange(3_000_001.0))[1],
    "sort integers": lambda: order(WHERE)[1],
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
    "matmul": lambda: matmul(A[:1100, :300], A[:300]),
    "matmul of transposes": lambda: matmul(A[:300].T, A[:1100, :300].T),
    "matmul of a wide result": lambda: matmul(A[:7, :300], A[:300]),
    "matmul of integers": lambda: matmul(WHERE[:40_000].reshape(200, 200), WHERE[:50_000].reshape(200, 250)),
    "matmul by the transpose": lambda: matmul(A[:700, :300], A[:700, :300].T),
    "matmul of halves": lambda: matmul(A[:1100, :100].astype("f2"), A[:100].astype("f2")),
    "matmul of a stack": lambda: stack(CUBE[:, :50]),
    "matrix and vector": lambda: matmul(np.repeat(A, 2, axis=0), A[:1].T),
    "vector and matrix": lambda: matmul(A.T[:1], np.repeat(A, 2, axis=1)),
    "normal": lambda: draw("normal", "f8", 0.0, 1.0),
}


@pytest.fixture(autouse=True)
def blas():
    if path := blas_library():
        assert call("set_blas", path, b"scipy_", b"64_", 1, raw=True)
    yield path
    call("clear_blas", raw=True, result=None)


@pytest.mark.parametrize("name", CASES)
def test_pieces_and_threads_change_nothing(name, blas):
    if name == "vector and matrix" and not blas:
        pytest.skip("our own loops divide by rows")
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
