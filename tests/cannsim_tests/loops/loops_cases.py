"""Inputs for the loops: special values in all combinations, then random ones."""

import numpy as np

FLOAT_SPECIALS = [
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 3.0, -3.0, 7.25, -7.25, 0.1, 100.0, -1000.0,
    np.inf, -np.inf, np.nan, 65504.0, 1e-3, 6e-8,
]  # fmt: skip


def _floats(dtype, rng):
    info = np.finfo(dtype)
    limits = [info.max, info.min, info.tiny, -info.tiny, info.smallest_subnormal, info.eps, 1 + info.eps]
    scale = rng.normal(size=300) * np.exp2(rng.integers(-12, 12, 300))
    return np.array([*FLOAT_SPECIALS, *limits, *scale]).astype(dtype)


def _integers(dtype, rng):
    info = np.iinfo(dtype)
    middle = [0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 64, 65, 100, 127, info.max, info.max - 1]
    low = [-1, -2, -3, -7, -8, -64, info.min, info.min + 1] if info.min < 0 else [128, 255]
    small = rng.integers(info.min // 2**4, info.max // 2**4, 100, dtype=dtype, endpoint=True)
    whole = rng.integers(info.min, info.max, 100, dtype=dtype, endpoint=True)
    return np.concatenate([np.array(middle + low, dtype), small, whole])


def values(dtype, domain="", seed=0):
    """1-d array of NumPy dtype `dtype`: special values first."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return np.array([False, True] * 20)
    if dtype.kind in "iu":
        return _integers(dtype, rng)
    if dtype.kind == "c":
        part = np.dtype(dtype.char.lower())
        specials = np.array([0.0, -0.0, 1.0, -2.5, 3.0, np.inf, -np.inf, np.nan], part)
        pairs = np.array([complex(a, b) for a in specials for b in specials], dtype)
        return np.concatenate([pairs, (rng.normal(size=100) + 1j * rng.normal(size=100)).astype(dtype)])
    if domain == "unit":
        return rng.uniform(-1, 1, 400).astype(dtype)
    if domain == "moderate":
        return rng.uniform(-8, 8, 400).astype(dtype)
    if domain == "fractions":
        return (rng.uniform(0.1, 0.9, 400) + (0 if seed else rng.integers(-3, 1, 400))).astype(dtype)
    if domain == "weights":
        return rng.uniform(0.1, 0.9, 400).astype(dtype)
    if domain == "positive":
        return rng.uniform(0.05, 30, 400).astype(dtype)
    return _floats(dtype, rng)


def operands(dtype, count, domain=""):
    """`count` equally long arrays: all pairs of special values, then random tuples."""
    if count == 1:
        return [values(dtype, domain)]
    first, second = values(dtype, domain), values(dtype, domain, 1)
    head = 64 if np.dtype(dtype).kind == "c" else 30
    rng = np.random.default_rng(7)
    out = [np.repeat(first[:head], head), np.tile(second[:head], head)]
    for k in range(2, count):
        out.append(rng.permutation(np.resize(values(dtype, domain, k), len(out[0]))))
    tail = 1000
    return [np.concatenate([o, rng.choice(values(dtype, domain, k), tail)]) for k, o in enumerate(out)]
