"""Operands for the cases: values worth trying, and memory layouts to hold them."""

import zlib

import numpy as np
from ml_dtypes import bfloat16, finfo

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
REALS = ("float16", "bfloat16", "float32", "float64")
COMPLEX = ("complex64", "complex128")
NUMERIC = (*INTEGERS, *REALS, *COMPLEX)
ALL = ("bool", *NUMERIC)


def dtype_of(name):
    """Return the NumPy dtype of a contract dtype's name."""
    return np.dtype(bfloat16 if name == "bfloat16" else name)


def generator(*key):
    """Return a random generator that depends on ``key`` alone: a failing case is the same next time."""
    return np.random.default_rng(zlib.crc32(repr(key).encode()))


def _reals(name, size, rng):
    dtype = dtype_of(name)
    info = finfo(dtype)
    tiny, eps = float(info.tiny), float(info.eps)
    special = np.array(
        [
            0.0,
            -0.0,
            1,
            -1,
            0.5,
            -0.5,
            2,
            -2,
            3,
            np.pi,
            -np.e,
            np.inf,
            -np.inf,
            np.nan,
            tiny,
            -tiny,
            float(info.smallest_subnormal) * 3,
            1 + eps,
            1 - eps,
            float(info.max),
            -float(info.max),
            10,
        ]
    )
    drawn = rng.standard_normal(size) * rng.choice([0.01, 1, 20], size)
    with np.errstate(all="ignore"):
        return np.concatenate([special, drawn]).astype(dtype)


def special(name, size, rng):
    """Return ``size`` values of dtype ``name``: the extremes of the type first, then random ones."""
    dtype = dtype_of(name)
    if name == "bool":
        pool = np.concatenate([[False, True], rng.random(size) < 0.5])
    elif name in INTEGERS:
        info = np.iinfo(dtype)
        extremes = [0, 1, 2, 3, info.max, info.max - 1, info.min, info.min + 1, 5, 7, info.max // 2]
        if info.min < 0:
            extremes += [-1, -2, -3, -7]
        small = rng.integers(max(info.min, -20), 21, size, dtype=dtype)
        wide = rng.integers(info.min, info.max, size, dtype=dtype, endpoint=True)
        pool = np.concatenate([np.array(extremes, dtype), np.where(rng.random(size) < 0.5, small, wide)])
    elif name in COMPLEX:
        part = "float32" if name == "complex64" else "float64"
        pool = np.empty(size + 22, dtype)
        pool.real = rng.permutation(_reals(part, size, rng))
        pool.imag = rng.permutation(_reals(part, size, rng))
    else:
        pool = _reals(name, size, rng)
    return pool[:size].astype(dtype)


def tame(name, size, rng):
    """Return ``size`` finite values of moderate size: no overflow, no NaN."""
    dtype = dtype_of(name)
    if name == "bool":
        return rng.random(size) < 0.5
    if name in INTEGERS:
        return rng.integers(0 if name[0] == "u" else -9, 10, size).astype(dtype)
    drawn = rng.uniform(-3, 3, size)
    if name in COMPLEX:
        drawn = drawn + 1j * rng.uniform(-3, 3, size)
    return drawn.astype(dtype)


def _strided(array):
    base = np.empty([2 * n + 1 for n in array.shape], array.dtype)
    base.view(np.uint8)[...] = 0xA5
    return base[(slice(1, None, 2),) * array.ndim]


def _negative(array):
    base = np.empty(array.shape, array.dtype)
    return base[(slice(None, None, -1),) * array.ndim]


def _offset(array):
    base = np.empty([n + 3 for n in array.shape], array.dtype)
    return base[tuple(slice(2, 2 + n) for n in array.shape)]


LAYOUTS = {
    "contiguous": lambda array: np.empty(array.shape, array.dtype),
    "transposed": lambda array: np.empty(array.shape, array.dtype, order="F"),
    "strided": _strided,
    "negative": _negative,
    "offset": _offset,
}


def lay(array, layout):
    """Return a copy of ``array`` in the given layout; "broadcast" repeats its first row by stride 0."""
    if layout == "broadcast":
        return np.broadcast_to(array[:1].copy(), array.shape)
    placed = LAYOUTS[layout](array)
    placed[...] = array
    return placed


def room(shape, name, layout="contiguous"):
    """Return an array to write into, filled with a byte pattern that no result should show."""
    template = np.empty(shape, dtype_of(name))
    template.reshape(-1).view(np.uint8)[...] = 0x5B if name != "bool" else 1
    return lay(template, layout)
