"""bfloat16 behaves as a floating dtype in every chapter: values as float32 has them, rounded."""

import ml_dtypes
import numpy as np
import pytest

import cupy

KEPT = [
    "xp.mean(a, 1)",
    "xp.var(a, 0)",
    "xp.std(a)",
    "xp.max(a, 0)",
    "xp.median(a, 1)",
    "xp.nanmax(b, 1)",
    "xp.nanmin(b)",
    "xp.nansum(b, 0)",
    "xp.nanmean(b, 1)",
    "xp.nanvar(b, 1)",
    "xp.nanmedian(b, 1)",
    "xp.median(b, 1)",
    "xp.nancumsum(b, 1)",
    "xp.nan_to_num(b, posinf=1, neginf=2)",
    "xp.sort(b, 1)",
    "xp.unique(b)",
    "xp.around(a, 1)",
    "xp.clip(a, 0, 1)",
    "xp.where(a > 0, a, 0.5)",
    "xp.pad(a, 1, 'mean')",
    "xp.gradient(a, axis=0)",
    "xp.unwrap(a * 4)",
    "xp.sinc(a)",
    "xp.i0(a)",
    "xp.average(a, 1)",
    "xp.trapezoid(a)",
]
OTHERS = [
    "xp.argsort(b, 1)",
    "xp.isclose(a, a + 0.0)",
    "xp.array_equal(b, b, equal_nan=True)",
    "xp.nanargmax(b, 1)",
    "xp.isposinf(b)",
    "xp.histogram(a, 3)[0]",
    "xp.isin(a, a[0])",
    "xp.digitize(a, xp.arange(3.))",
]
A = np.array([[1.5, -2, 3, 0.25], [4, -0.5, -1, 2]], "f4")
B = np.array([[1.5, np.nan, 3, 0.25], [4, np.inf, -1, np.nan]], "f4")


def both(body):
    with np.errstate(all="ignore"):
        expected = np.asarray(eval(body, {"xp": np, "a": A, "b": B}))
    a, b = (cupy.asarray(x).astype("bfloat16") for x in (A, B))
    return eval(body, {"xp": cupy, "a": a, "b": b}), expected


@pytest.mark.parametrize("body", KEPT)
def test_dtype_is_kept(body):
    actual, expected = both(body)
    assert actual.dtype == ml_dtypes.bfloat16
    np.testing.assert_allclose(actual.get().astype("f4"), expected, rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize("body", OTHERS)
def test_other_results(body):
    actual, expected = both(body)
    np.testing.assert_array_equal(actual.get(), expected)
