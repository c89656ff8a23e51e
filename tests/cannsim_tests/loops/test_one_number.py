"""Loops whose second operand is one number for all elements: divisions by products, shifts of pairs of bytes, clip."""

import numpy as np
import pytest
from loops_api import cpu_isas, loops
from loops_cases import values

INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.fixture(params=cpu_isas(), scope="module")
def lib(request):
    return loops(request.param)


def apply(lib, op, x, *numbers):
    out = np.empty_like(x)
    ones = [np.broadcast_to(np.array(v, x.dtype), x.shape) for v in numbers]
    lib.call(lib.find(op, x.dtype.name), [x, *ones, out], x.size)
    return out


def numbers(dtype):
    info = np.iinfo(dtype)
    if info.bits == 8:
        return np.arange(info.min, info.max + 1)
    powers = [2**k + d for k in range(info.bits) for d in (-1, 0, 1)]
    drawn = np.random.default_rng(0).integers(1, info.max, 100, dtype=dtype, endpoint=True)
    return [
        v
        for v in [*powers, 3, 7, 10, 1000, -1, -3, info.min, 0, *drawn.tolist()]
        if info.min <= v <= info.max
    ]


@pytest.mark.parametrize("dtype", INTEGERS)
def test_floor_divide(lib, dtype):
    info = np.iinfo(dtype)
    every = np.arange(info.min, info.max + 1).astype(dtype) if info.bits == 8 else values(dtype)
    for d in numbers(dtype):
        x = every
        if info.bits > 8 and abs(int(d)) > 1:  # multiples and their neighbours, where a quotient changes
            near = [int(d) * k + e for k in (1, 2, 5, info.max // abs(int(d))) for e in (-1, 0, 1)]
            x = np.concatenate([x, np.array([v for v in near if info.min <= v <= info.max], dtype)])
        np.testing.assert_array_equal(
            apply(lib, "floor_divide", x, d), np.floor_divide(x, np.array(d, dtype)), str(d)
        )


@pytest.mark.parametrize("op", ["left_shift", "right_shift"])
@pytest.mark.parametrize("dtype", INTEGERS)
def test_shifts(lib, dtype, op):
    x = np.resize(values(dtype), 333)
    for count in range(np.iinfo(dtype).bits + 2):
        np.testing.assert_array_equal(apply(lib, op, x, count), getattr(np, op)(x, np.array(count, dtype)))


@pytest.mark.parametrize("dtype", [*INTEGERS, "float32", "float64"])
def test_clip(lib, dtype):
    x = values(dtype)
    for low, high in [(1, 5), (5, 1), (0, 0)]:
        np.testing.assert_array_equal(
            apply(lib, "clip", x, low, high), np.clip(x, np.array(low, dtype), np.array(high, dtype))
        )


def test_in_place(lib):
    x = np.arange(-500, 500).astype("i4")
    want = x // 7
    sevens = np.broadcast_to(np.array(7, "i4"), x.shape)
    lib.call(lib.find("floor_divide", "int32"), [x, sevens, x], x.size)
    np.testing.assert_array_equal(x, want)
