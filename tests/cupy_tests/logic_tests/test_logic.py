"""Truth, comparison and type tests, and packed bits."""

import numpy as np
import pytest

import cupy
from cupy.testing import DTYPES, LAYOUTS, check, sample

ELEMENTWISE = [
    "xp.all(a)",
    "xp.all(a, 0)",
    "xp.any(a, -1, keepdims=True)",
    "xp.any(a, (0, 1))",
    "xp.iscomplex(a)",
    "xp.isreal(a)",
    "xp.isposinf(a)",
    "xp.isneginf(a)",
    "xp.isclose(a, a + 1e-9)",
    "xp.isclose(a, 1)",
    "xp.isclose(a, a, equal_nan=True)",
    "xp.allclose(a, a)",
    "xp.allclose(a, a, equal_nan=True)",
    "xp.array_equal(a, a)",
    "xp.array_equal(a, a, equal_nan=True)",
    "xp.array_equal(a, a[0])",
    "xp.array_equiv(a, a[:1])",
    "xp.array_equiv(a[:1], xp.stack([a[:1], a[:1]]))",
    "xp.array_equiv(a, a[:, :2])",
    "xp.iscomplexobj(a)",
    "xp.isrealobj(a)",
]
CORNERS = [
    "xp.all(a[:0])",
    "xp.any(a[:0], 0)",
    "xp.all(a, where=a > 0)",
    "xp.any(a > 3, 1, where=[True, False, True, False])",
    "xp.all(a, 0, out=xp.zeros(4, bool))",
    "xp.all(a, 2)",
    "xp.isposinf(a, out=xp.ones((3, 4), bool))",
    "xp.isclose(a, a + 1, rtol=1, atol=xp.array(0.))",
    "xp.isclose(xp.array([np.inf, -np.inf, 1.]), xp.array([np.inf, np.inf, np.inf]))",
    "xp.isclose(2**40, 2**40 + 1)",
    "xp.isscalar(3)",
    "xp.isscalar(np.float32(3))",
    "xp.isscalar(a)",
    "xp.isfortran(a.T)",
    "xp.isfortran(a)",
    "xp.iscomplexobj(1j)",
    "xp.common_type(a)",
    "xp.common_type(a.astype('f2'), a.astype('f4'))",
    "xp.common_type(a.astype('c8'), a)",
    "xp.common_type(a > 0)",
    "xp.min_scalar_type(a)",
    "xp.min_scalar_type(xp.array(300))",
    "xp.min_scalar_type(-1)",
]
BITS = np.array([[1, 0, 1, 1, 0, 0, 1, 0, 1, 1], [0] * 9 + [1]])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("body", ELEMENTWISE)
def test_dtypes(body, dtype):
    if dtype == "?" and "isclose" in body:
        body = body.replace("1e-9", "0")
    check(body, sample((3, 4), dtype, special=True))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("body", ELEMENTWISE)
def test_layouts(body, layout):
    check(body, sample((3, 4), "f4"), layout=layout)


@pytest.mark.parametrize("body", CORNERS)
def test_corners(body):
    check(body, sample((3, 4), "i4"))


def test_results_stay_on_the_device():
    a = cupy.ones(3)
    for result in (cupy.allclose(a, a), cupy.array_equal(a, a), cupy.array_equiv(a, a)):
        assert isinstance(result, cupy.ndarray) and result.shape == ()
    assert cupy.isscalar(a.sum()) is False


@pytest.mark.parametrize("order", ["big", "little", "x"])
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_bits(axis, order):
    check(lambda xp, a: xp.packbits(a, axis, order), BITS)
    check(lambda xp, a: xp.unpackbits(a, axis, bitorder=order), (BITS * 77).astype("u1"))
    check(lambda xp, a: xp.packbits(a, axis, order), BITS > 0, layout="transposed")


@pytest.mark.parametrize("n", [1, 7, 8, 9, 64, 801])
def test_bits_at_any_address(n):
    flags = np.arange(n + 9) % 3 > 0
    for start in range(9):
        check(lambda xp, a, start=start: xp.packbits(a[start : start + n]), flags)
        check(lambda xp, a, start=start: xp.unpackbits(a[start : start + n]), (flags * 77).astype("u1"))


@pytest.mark.parametrize("count", [3, 0, -3, 200, -200])
def test_count_of_bits(count):
    check(lambda xp, a: xp.unpackbits(a, 1, count), (BITS * 77).astype("u1"))
    check(lambda xp, a: xp.unpackbits(a, None, count), (BITS * 77).astype("u1"))


@pytest.mark.parametrize(
    "body", ["xp.packbits(xp.ones(3))", "xp.unpackbits(xp.ones(3))", "xp.packbits(xp.zeros(0, bool))"]
)
def test_corners_of_bits(body):
    check(body)
