"""Extremes, means, variances, medians and sums, with their NaN variants."""

import numpy as np
import pytest

import cupy
from cupy.testing import DTYPES, LAYOUTS, check, sample

EXACT = "max min nanmax nanmin any all count_nonzero"
ROUNDED = "sum prod mean var std nansum nanprod nanmean nanvar nanstd"
ORDERED = "ptp median nanmedian"
AXES = ["", "axis=0", "axis=-1", "axis=(0, 2)", "axis=(0, 1, 2)", "axis=1, keepdims=True"]
OPTIONS = [
    "xp.sum(a, dtype='f4')",
    "xp.sum(a, 1, where=b)",
    "xp.sum(a, initial=3)",
    "xp.sum(a, 0, initial=3, where=b)",
    "xp.prod(a, 0, where=b)",
    "xp.max(a, 1, initial=2)",
    "xp.max(a, 1, initial=-2, where=b)",
    "xp.min(a, initial=-9)",
    "xp.nanmax(a, 1, initial=-2, where=b)",
    "xp.nansum(a, 1, where=b)",
    "xp.mean(a, 1, where=b)",
    "xp.mean(a, 1, dtype='f4')",
    "xp.mean(a, dtype='i8')",
    "xp.mean(a, 0, out=xp.zeros((4, 3), 'f4'))",
    "xp.var(a, 1, ddof=1)",
    "xp.var(a, 1, where=b)",
    "xp.var(a, 1, dtype='f4')",
    "xp.std(a, 1, correction=1)",
    "xp.std(a, 1, ddof=1, correction=1)",
    "xp.var(a, 1, mean=xp.mean(a, 1, keepdims=True))",
    "xp.std(a, 0, out=xp.zeros((4, 3), 'f4'))",
    "xp.nanmean(a, 1, where=b)",
    "xp.nanvar(a, 1, ddof=1, where=b)",
    "xp.average(a, 1)",
    "xp.average(a, 1, weights=xp.arange(4.))",
    "xp.average(a, (0, 2), weights=xp.arange(6.).reshape(2, 3))",
    "xp.average(a, (2, 0), weights=xp.arange(6.).reshape(3, 2), keepdims=True)",
    "xp.average(a, 1, weights=a * a, returned=True)",
    "xp.average(a, returned=True)",
    "xp.average(a, weights=xp.ones(3))",
    "xp.average(a, axis=0, weights=xp.ones(3))",
    "xp.median(a, 0, out=xp.zeros((4, 3), 'f8'))",
    "xp.ptp(a, 0, out=xp.zeros((4, 3), a.dtype))",
    "xp.cumsum(a)",
    "xp.cumsum(a, 1, dtype='f4')",
    "xp.cumprod(a, 0)",
    "xp.nancumsum(a, 1)",
    "xp.nancumprod(a, 2)",
    "xp.cumulative_sum(a, axis=1, include_initial=True)",
    "xp.cumulative_prod(a, axis=-1)",
    "xp.cumulative_prod(a)",
]
CORNERS = [
    "xp.mean(a[:0], 0)",
    "xp.mean(a[:0], 1)",
    "xp.var(a[:0], 0)",
    "xp.var(a[:1], 0, ddof=1)",
    "xp.median(a[:0])",
    "xp.max(a[:0])",
    "xp.max(a[:0], 0)",
    "xp.max(a[:0], 1)",
    "xp.max(a[:0], initial=2)",
    "xp.sum(a[:0], 0)",
    "xp.prod(a[:0])",
    "xp.mean(xp.array(3))",
    "xp.var(xp.array(3.))",
    "xp.cumsum(xp.array(3))",
    "xp.sum(a, 3)",
    "xp.sum(a, (0, 0))",
    "xp.sum(a, out=xp.zeros(2))",
    "xp.median(xp.array([np.inf, np.inf]))",
    "xp.nanmax(xp.array([np.nan, np.nan]))",
    "xp.nanmedian(xp.array([np.nan, np.nan]))",
    "xp.nanmedian(xp.array([[np.nan, 1, 2, 5], [np.nan, np.nan, 7, 1]]), 1)",
    "xp.nanvar(xp.array([np.nan, 1]), ddof=1)",
    "xp.nanmean(xp.array([np.nan, np.nan]))",
    "xp.mean(xp.full(70000, 60000, 'u2'))",
    "xp.mean(xp.full(70000, 10, 'f2'))",
]


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", EXACT.split() + ROUNDED.split() + ORDERED.split())
def test_dtypes(name, dtype, axis):
    a = sample((2, 4, 3), dtype, low=-2, high=3)
    if "nan" in name and a.dtype.kind in "fc":
        a[0, 1, 2] = a[1, :, 0] = np.nan
    check(f"xp.{name}(a, {axis})" if axis else f"xp.{name}(a)", a, exact=name in EXACT.split())


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", EXACT.split() + ROUNDED.split() + ORDERED.split())
def test_layouts(name, layout):
    check(
        f"xp.{name}(a, axis=1), xp.{name}(a, axis=(0, 2))",
        sample((2, 4, 3), "f8"),
        layout=layout,
        exact=False,
    )


@pytest.mark.parametrize("dtype", ["i4", "f4", "f8"])
@pytest.mark.parametrize("body", OPTIONS)
def test_options(body, dtype):
    check(body, sample((2, 4, 3), dtype), sample((2, 4, 3), "?", seed=2), exact=False)


@pytest.mark.parametrize("body", CORNERS)
def test_corners(body):
    check(body, sample((2, 4, 3), "f8"), exact=False)


def test_warnings():
    with pytest.warns(RuntimeWarning, match="Mean of empty slice"):
        cupy.mean(cupy.zeros((0, 2)), 0)
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        cupy.var(cupy.zeros(2), ddof=2)


def test_many_dimensions():
    a = sample((1, 2, 1, 3, 1, 2, 1, 2, 2), "f4")
    check("xp.mean(a, (1, 8)), xp.var(a, 3), xp.median(a, (0, 3)), xp.max(a, 5)", a, exact=False)
