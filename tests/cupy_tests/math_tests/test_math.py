"""Differences, rounding, complex parts, special functions, interpolation and their like."""

import numpy as np
import pytest

import cupy
from cupy.testing import DTYPES, LAYOUTS, check, sample

ROUNDING = [
    "xp.around(a)",
    "xp.around(a, 1)",
    "xp.round(a, 2)",
    "xp.round(a, -1)",
    "xp.fix(a)",
    "xp.angle(a)",
    "xp.angle(a, deg=True)",
    "xp.real(a)",
    "xp.imag(a)",
    "xp.real_if_close(a)",
    "xp.nan_to_num(a)",
    "xp.nan_to_num(a, nan=1, posinf=2, neginf=-3)",
    "xp.sinc(a)",
    "xp.i0(a)",
]
CLIPS = [
    "xp.clip(a, -1, 1)",
    "xp.clip(a, None, 1)",
    "xp.clip(a, 1, None)",
    "xp.clip(a, None, None)",
    "xp.clip(a, min=0)",
    "xp.clip(a, 0, a)",
    "xp.clip(a, xp.array(0, 'i1'), 100)",
    "xp.clip(a, -500, 500)",
    "xp.clip(a, 0.5, 1.5)",
    "xp.clip(a, 0, 1, out=a)",
    "xp.clip(a, 1)",
    "xp.clip(a)",
    "xp.clip(a, 0, 1, max=3)",
]
DIFFERENCES = [
    "xp.diff(a)",
    "xp.diff(a, 2, 0)",
    "xp.diff(a, 0)",
    "xp.diff(a, 9)",
    "xp.diff(a, -1)",
    "xp.diff(a, prepend=0, append=a)",
    "xp.diff(a[0, 0])",
    "xp.ediff1d(a)",
    "xp.ediff1d(a, 1, [0, 1])",
    "xp.trapezoid(a)",
    "xp.trapezoid(a, xp.arange(5.) ** 2)",
    "xp.trapezoid(a, dx=.5, axis=0)",
    "xp.trapezoid(a, a)",
    "xp.gradient(a)",
    "xp.gradient(a, 2., axis=1)",
    "xp.gradient(a, axis=(1, 0))",
    "xp.gradient(a, edge_order=2)",
    "xp.gradient(a, xp.array([0, 1, 4, 9.]), axis=0)",
    "xp.gradient(a, 2, [0, 1, 2, 4, 5], edge_order=2)",
    "xp.gradient(a, [0, 1, 2, 3], [0, .5, 1, 1.5, 2])",
    "xp.gradient(a, 1, 2, 3)",
    "xp.gradient(a, [1, 2], axis=0)",
    "xp.gradient(a[:2], edge_order=2)",
    "xp.gradient(a, edge_order=3)",
    "xp.unwrap(a * 2)",
    "xp.unwrap(a, period=4, axis=0)",
    "xp.unwrap(a, discont=4.)",
]
WINDOWS = ["bartlett(M)", "blackman(M)", "hamming(M)", "hanning(M)", "kaiser(M, 8.6)"]
POINTS = np.array([1.0, 2, 4, 7])
VALUES = np.array([3.0, -1, 0, np.inf])
APPLIED = [
    "xp.apply_along_axis(lambda v: v.sum(), 0, a)",
    "xp.apply_along_axis(lambda v: v * 2, 1, a)",
    "xp.apply_along_axis(lambda v: v[:2, None] * v[None, :], 0, a)",
    "xp.apply_along_axis(lambda v: v, 0, a[:, :0])",
    "xp.apply_over_axes(xp.sum, a, [0, 1])",
    "xp.apply_over_axes(xp.sum, a, 1)",
    "xp.piecewise(a, [a < 1, a > 2], [-1, lambda x: x * 2])",
    "xp.piecewise(a[0], a[0] < 1, [-1, lambda x: x * 2])",
    "xp.piecewise(a, [a < 1], [1, 2, 3])",
    "xp.piecewise(a, [a < 1, a < 0], [lambda x, k: x * k, 5, 7], 3)",
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("body", ROUNDING)
def test_elementwise(body, dtype):
    check(body, sample((3, 5), dtype, special=True), exact=False)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("body", ROUNDING + DIFFERENCES)
def test_layouts(body, layout):
    check(body, sample((4, 5), "f8"), layout=layout, exact=False)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("body", CLIPS)
def test_clip(body, dtype):
    check(body, sample((3, 5), dtype, special=dtype not in ("c8", "c16")))


@pytest.mark.parametrize("dtype", ["?", "i4", "f2", "f4", "f8", "c16"])
@pytest.mark.parametrize("body", DIFFERENCES)
def test_differences(body, dtype):
    check(body, sample((4, 5), dtype), exact=False)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 8])
@pytest.mark.parametrize("window", WINDOWS)
def test_windows(window, count):
    check("xp." + window.replace("M", str(count)), exact=False)


def test_i0_over_both_series():
    check("xp.i0(a), xp.i0(-a)", np.linspace(0, 60, 97), exact=False)
    with pytest.raises(TypeError):
        cupy.i0(cupy.array([1j]))


@pytest.mark.parametrize("options", ["", "left=-5", "right=9.", "period=5.", "period=-3", "period=0"])
@pytest.mark.parametrize("values", ["b", "b[:3]", "xp.nan_to_num(b, posinf=2) * (1 + 2j)"])
def test_interp(values, options):
    at = "xp.array([0, 1, 1.5, 2, 3, 4, 5, 7, 8, np.nan])"
    check(f"xp.interp({at}, a, {values}, {options})", POINTS, VALUES, exact=False)


@pytest.mark.parametrize(
    "body",
    [
        "xp.interp(2, [1, 2, 2, 3], [1, 2, 3, 4])",
        "xp.interp([0, 5, np.nan], [1], [7.])",
        "xp.interp(2, [], [])",
        "xp.interp([[1, 2]], [1, 3], [0, 4])",
        "xp.interp(1j, [1, 2], [1, 2])",
    ],
)
def test_interp_corners(body):
    if body.startswith("xp.interp(1j"):
        with pytest.raises(TypeError):
            eval(body, {"xp": cupy})
    else:
        check(body, exact=False)


def test_in_place():
    check("[xp.nan_to_num(a, copy=False), a][1]", sample((3, 5), "c8", special=True))
    assert cupy.real_if_close(cupy.array([1 + 1e-15j])).dtype == np.float64


@pytest.mark.parametrize("body", APPLIED)
def test_applied(body):
    check(body, sample((4, 5), "i4"))
