"""Histograms, counts and correlations."""

import numpy as np
import pytest

import cupy
from cupy.testing import LAYOUTS, check, sample

BINS = [
    "5",
    "1",
    "[0, 1, 3, 8]",
    "[-1., 2.5]",
    "'auto'",
    "'fd'",
    "'sturges'",
    "'sqrt'",
    "'rice'",
    "'scott'",
    "'doane'",
    "'stone'",
]
HISTOGRAMS = [
    "xp.histogram(a, 7, (0, 5))",
    "xp.histogram(a, 7, (0, 5), density=True)",
    "xp.histogram(a, 7, weights=a)",
    "xp.histogram(a, [0, 1, 4], weights=a + 0.5)",
    "xp.histogram(a, 3, weights=a * 1j)",
    "xp.histogram_bin_edges(a, 3)",
    "xp.histogram_bin_edges(a, 'sqrt', (1, 2))",
    "xp.histogramdd(a, 3)",
    "xp.histogramdd([a[:, 0], a[:, 1]], (2, 3), [(0, 5), None])",
    "xp.histogramdd(a, [[0, 1, 2], 2, 2], density=True, weights=xp.arange(len(a)))",
    "xp.histogram2d(a[:, 0], a[:, 1])",
    "xp.histogram2d(a[:, 0], a[:, 1], [3, [0, 2, 5]], density=True)",
    "xp.histogram2d(a[:, 0], a[:, 1], [0, 2, 3, 5])",
]
ERRORS = [
    "xp.histogram(xp.array([np.nan, 1.]))",
    "xp.histogram(a, [3, 1])",
    "xp.histogram(a, 0)",
    "xp.histogram(a, 1.5)",
    "xp.histogram(a, 'x')",
    "xp.histogram(a, range=(3, 1))",
    "xp.histogram(a, range=(0, np.inf))",
    "xp.histogram(a, weights=a[0])",
    "xp.histogram(a, 'auto', weights=a)",
    "xp.histogramdd(a, [1, 2])",
    "xp.histogramdd(a, 0)",
    "xp.histogram2d(a[0], a[:, 0])",
    "xp.bincount(xp.array([-1]))",
    "xp.bincount(xp.array([1.]))",
    "xp.bincount(a)",
    "xp.bincount(xp.array([1]), minlength=-1)",
    "xp.bincount(xp.array([1, 2]), xp.array([1]))",
    "xp.bincount(xp.array([1]), xp.array([1j]))",
    "xp.cov(xp.ones((1, 1, 1)))",
    "xp.cov(a, ddof=1.5)",
    "xp.cov(a, fweights=[.5, .5, .5])",
    "xp.cov(a, fweights=[1])",
    "xp.correlate(a[0], a)",
    "xp.correlate(a[0], a[0][:0])",
    "xp.convolve(a[0], a[0], 'x')",
]
COUNTS = ["[0, 1, 1, 3]", "[]", "[0]"]
COVARIANCES = [
    "xp.cov(a)",
    "xp.cov(a, rowvar=False, bias=True)",
    "xp.cov(a, a[::-1])",
    "xp.cov(a[0])",
    "xp.cov(a[0], a[1])",
    "xp.cov(a, fweights=xp.array([1, 2, 3]))",
    "xp.cov(a, ddof=0, aweights=xp.array([1, .5, 2]))",
    "xp.cov(a, fweights=[1, 2, 3], aweights=[1, .5, 2])",
    "xp.cov(a, dtype='c16')",
    "xp.cov(a[:, :1])",
    "xp.corrcoef(a)",
    "xp.corrcoef(a, rowvar=False)",
    "xp.corrcoef(a[0], a[1])",
    "xp.corrcoef(a[0])",
]


@pytest.mark.parametrize("dtype", ["i4", "u1", "f4", "f8"])
@pytest.mark.parametrize("bins", BINS)
def test_bins(bins, dtype):
    check(f"xp.histogram(a, {bins})", sample((6, 7), dtype), exact=False)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("body", HISTOGRAMS)
def test_histograms(body, layout):
    check(body, sample((20, 3), "f8"), layout=layout, exact=False)


@pytest.mark.parametrize(
    "body", ["xp.histogram(a)", "xp.histogram(xp.array([]))", "xp.histogram(xp.array([5, 5]), 4)"]
)
def test_corners(body):
    check(body, sample((6, 7), "?"), exact=False)


@pytest.mark.parametrize("body", ERRORS)
def test_errors(body):
    with pytest.raises(Exception), np.errstate(all="ignore"):
        eval(body, {"xp": np, "np": np, "a": sample((4, 3), "f8")})
    check(body, sample((4, 3), "f8"))


@pytest.mark.parametrize("options", ["", ", minlength=7", ", weights=xp.arange(len(X)) * .5"])
@pytest.mark.parametrize("x", COUNTS)
def test_bincount(x, options):
    check(f"xp.bincount(xp.array({x}, 'i4'){options.replace('X', x)})")


@pytest.mark.parametrize("dtype", ["i4", "f4", "f8", "c16"])
@pytest.mark.parametrize("body", COVARIANCES)
def test_covariances(body, dtype):
    check(body, sample((3, 6), dtype, seed=3), exact=False)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("dtype", ["?", "i4", "u1", "f2", "f4", "f8", "c8"])
@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_convolutions(name, dtype, mode):
    a, b = sample(9, dtype), sample(4, dtype, seed=1)
    for body in (
        "(a, b, MODE)",
        "(b, a, MODE)",
        "(a, b[:3], MODE)",
        "(a[::-1], a[::2], MODE)",
        "(a, a, MODE)",
    ):
        check(f"xp.{name}{body}".replace("MODE", repr(mode)), a, b, exact=False)


def test_few_observations_warn():
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        cupy.cov(cupy.ones((2, 1)))
