"""Host scalars take shorter ways; the results are those of the long way, which are NumPy's."""

import numpy as np
import pytest
from cupy_backends.backend._testing import launch

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


def integers(name):
    info = np.iinfo(name)
    values = [info.min, info.min + 1, info.max, info.max - 1, 0, 1, 2, 7, 100]
    if info.min:
        values += [-1, -2, -7, -100]
    return np.array(values, name)


def same(got, want):
    assert got.dtype == want.dtype
    assert np.array_equal(got.view(f"u{got.itemsize}"), want.view(f"u{got.itemsize}")) or np.array_equal(
        np.where(np.isnan(got), 0, got), np.where(np.isnan(want), 0, want)
    ), (got, want)


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize(
    "op", ["floor_divide", "remainder", "fmod", "left_shift", "right_shift", "add", "multiply"]
)
def test_integer_scalars_on_either_side(op, name):
    values = integers(name)
    for scalar in values:
        for operands in ([values, scalar], [scalar, values]):
            with np.errstate(all="ignore"):
                want = getattr(np, op)(*operands)
            result = launch("ascend", op, operands, [np.empty(values.shape, name)])
            assert np.array_equal(result.outputs[0], want), (operands, result.outputs[0], want, result.how)


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
@pytest.mark.parametrize(
    "low, high", [(-1, 1), (0, 0), (2, -2), (np.nan, 1), (-1, np.nan), (-np.inf, np.inf), (0, 5)]
)
def test_clip_between_scalars(name, low, high):
    values = np.array([-np.inf, -3, -1, -0.5, -0.0, 0.0, 0.5, 1, 3, np.inf, np.nan], name)
    low, high = values.dtype.type(low), values.dtype.type(high)
    result = launch("ascend", "clip", [values, low, high], [np.empty_like(values)])
    same(result.outputs[0], np.clip(values, low, high))


@pytest.mark.parametrize("name", ["float16", "float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("op", ["add", "subtract", "multiply", "divide", "equal", "power"])
def test_float_scalars_on_either_side(op, name):
    values = np.array([0.5, -1.5, 2, 3], name)
    for operands in ([values, values[1]], [values[2], values]):
        with np.errstate(all="ignore"):
            want = getattr(np, op)(*operands)
        result = launch("ascend", op, operands, [np.empty(values.shape, want.dtype)])
        np.testing.assert_allclose(result.outputs[0], want, rtol=5 * np.finfo(name).eps)


@pytest.mark.parametrize("op", ["add", "floor_divide", "less", "hypot"])
def test_two_scalars_fill_the_output(op):
    one, two = np.float32(3.5), np.float32(2)
    want = getattr(np, op)(one, two)
    result = launch("ascend", op, [one, two], [np.empty((2, 3), want.dtype)])
    np.testing.assert_allclose(result.outputs[0], np.full((2, 3), want), rtol=1e-6)
