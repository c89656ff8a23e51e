"""Quantiles by every method."""

import numpy as np
import pytest

from cupy.testing import LAYOUTS, check, sample

METHODS = (
    "linear lower higher midpoint nearest inverted_cdf averaged_inverted_cdf closest_observation "
    "interpolated_inverted_cdf hazen weibull median_unbiased normal_unbiased"
).split()
QUANTILES = ["0.3", "0", "1", "0.5", "[0, .25, .5, 1]", "[[.1, .9]]"]
CORNERS = [
    "xp.percentile(a, [10, 50])",
    "xp.percentile(a, 30.5, axis=0)",
    "xp.percentile(a, 25, axis=(0, 2), keepdims=True)",
    "xp.nanpercentile(a, 30, axis=0)",
    "xp.quantile(a, xp.array([.2, .7]), 1)",
    "xp.quantile(a, .2, 1, out=xp.zeros((4, 3)))",
    "xp.quantile(a, [.2, 0, .7], 1, method='inverted_cdf', weights=xp.arange(5))",
    "xp.quantile(a, .4, (0, 2), method='inverted_cdf', weights=xp.arange(12).reshape(4, 3))",
    "xp.quantile(a, .4, method='inverted_cdf', weights=a * a)",
    "xp.nanquantile(a, .4, method='inverted_cdf', weights=a * a)",
    "xp.quantile(a, .5, method='linear', weights=a)",
    "xp.quantile(a, 1.5)",
    "xp.percentile(a, -1)",
    "xp.quantile(a, .5, method='x')",
    "xp.quantile(a, .5, 3)",
    "xp.quantile(xp.array([1j, 2]), .5)",
    "xp.quantile(a[:0], .5)",
    "xp.nanquantile(a[:0], .5)",
    "xp.quantile(a[:, :0], .5, 0)",
    "xp.nanquantile(xp.array([np.nan, np.nan]), .5)",
    "xp.quantile(xp.array([np.inf, 1, -np.inf]), [.3, .5, .8])",
]


@pytest.mark.parametrize("dtype", ["i4", "u1", "f2", "f4", "f8"])
@pytest.mark.parametrize("method", METHODS)
def test_methods(method, dtype):
    a = sample((4, 5, 3), dtype)
    holed = a.copy()
    if a.dtype.kind == "f":
        holed[1, 2] = holed[0, 0, 0] = np.nan
    for q in QUANTILES:
        check(f"xp.quantile(a, {q}, 1, method='{method}')", a, exact=False)
        check(f"xp.quantile(a, {q}, 1, method='{method}')", holed, exact=False)
        if "[[" not in q:  # NumPy gets the shape wrong
            check(f"xp.nanquantile(a, {q}, (0, 1), method='{method}', keepdims=True)", holed, exact=False)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout):
    check(
        "xp.quantile(a, [.1, .6], (0, 2)), xp.percentile(a, 40)",
        sample((4, 5, 3), "f8"),
        layout=layout,
        exact=False,
    )


@pytest.mark.parametrize("body", CORNERS)
def test_corners(body):
    check(body, sample((4, 5, 3), "f8"), exact=False)
