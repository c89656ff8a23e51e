"""Reductions and scans against NumPy."""

import itertools

import cupy
import numpy as np
import pytest

AXES = [None, 0, 1, 2, -1, (0, 1), (0, 2), (1, 2), (0, 1, 2), ()]
METHODS = ["sum", "prod", "max", "min", "any", "all", "mean"]


def sample(dtype, shape=(3, 4, 5)):
    rng = np.random.default_rng(7)
    values = rng.integers(0, 3, shape) if np.dtype(dtype).kind in "?bu" else rng.integers(-3, 4, shape)
    return values.astype(dtype)


def agree(got, expected):
    assert got.dtype == expected.dtype and got.shape == expected.shape
    np.testing.assert_allclose(got.get(), expected, rtol=1e-2 if expected.dtype == np.float16 else 1e-5)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", "?bhilBHILefdFD")
def test_every_axis_form(method, dtype):
    a = sample(dtype)
    x = cupy.asarray(a)
    for axis, keepdims in itertools.product(AXES, (False, True)):
        expected = np.asarray(getattr(a, method)(axis=axis, keepdims=keepdims))
        agree(getattr(x, method)(axis=axis, keepdims=keepdims), expected)


@pytest.mark.parametrize("method", METHODS + ["argmax", "argmin", "cumsum", "cumprod"])
@pytest.mark.parametrize(
    "view", [lambda a: a.T, lambda a: a[::2, :, ::-1], lambda a: a.transpose(1, 0, 2), lambda a: a[:, 1:2]]
)
def test_layouts(method, view):
    a = view(sample("d") + np.arange(5))
    x = view(cupy.asarray(sample("d") + np.arange(5)))
    for axis in (None, 0, 1, -1):
        agree(getattr(x, method)(axis=axis), np.asarray(getattr(a, method)(axis=axis)))


@pytest.mark.parametrize("method", ["argmax", "argmin"])
def test_positions(method):
    for dtype in "?bhilBHILefd":
        a = sample(dtype)
        x = cupy.asarray(a)
        for axis in (None, 0, 1, 2, -2):
            expected = np.asarray(getattr(a, method)(axis=axis))
            agree(getattr(x, method)(axis=axis), expected)
            agree(
                getattr(x, method)(axis=axis, keepdims=True),
                np.asarray(getattr(a, method)(axis=axis, keepdims=True)),
            )
    nan = np.array([1.0, np.nan, 5.0, np.nan])
    assert int(getattr(cupy.asarray(nan), method)()) == 1


def test_nan_propagates():
    a = np.array([[1.0, np.nan], [3.0, 2.0]])
    x = cupy.asarray(a)
    for method in ("max", "min", "sum"):
        np.testing.assert_array_equal(getattr(x, method)(axis=1).get(), getattr(a, method)(axis=1))


@pytest.mark.parametrize("method", ["max", "min", "argmax", "argmin"])
def test_nothing_to_choose_from(method):
    with pytest.raises(ValueError):
        getattr(cupy.zeros((0, 3)), method)(axis=0)
    assert getattr(cupy.zeros((0, 3)), method)(axis=1).shape == (0,)


def test_empty_sums_are_the_identity():
    x = cupy.zeros((0, 3), "i4")
    assert x.sum(axis=0).get().tolist() == [0, 0, 0] and x.prod(axis=0).get().tolist() == [1, 1, 1]
    assert x.sum().dtype == np.int64 and bool(x.all()) and not bool(x.any())


def test_dtype_out_initial_where():
    a = sample("i")
    x = cupy.asarray(a)
    mask = a > 0
    agree(x.sum(axis=1, dtype="f4"), a.sum(axis=1, dtype="f4"))
    out = cupy.zeros((3, 5), "i8")
    assert x.sum(axis=1, out=out) is out
    agree(out, a.sum(axis=1))
    agree(x.sum(axis=0, initial=10), a.sum(axis=0, initial=10))
    agree(x.max(axis=0, initial=2), a.max(axis=0, initial=2))
    agree(x.sum(axis=2, where=cupy.asarray(mask)), a.sum(axis=2, where=mask))
    agree(x.max(axis=2, where=cupy.asarray(mask), initial=-9), a.max(axis=2, where=mask, initial=-9))
    with pytest.raises(ValueError, match="initial"):
        x.max(where=cupy.asarray(mask))
    with pytest.raises(ValueError, match="shape"):
        x.sum(axis=1, out=cupy.zeros(3))
    with pytest.raises(ValueError, match="duplicate"):
        x.sum(axis=(0, 0))


def test_mean_of_integers_is_a_float():
    x = cupy.array([1, 2, 4])
    assert x.mean().dtype == np.float64 and float(x.mean()) == pytest.approx(7 / 3)
    assert x.astype("f2").mean().dtype == np.float16


def test_float32_sum_is_as_accurate_as_numpys():
    a = np.random.default_rng(1).uniform(0, 1, 1_000_003).astype("f4") * np.float32(1e4)
    exact = a.astype(np.longdouble).sum()
    ours, theirs = abs(float(cupy.asarray(a).sum()) - exact), abs(float(a.sum()) - exact)
    assert ours <= max(2 * theirs, exact * 2.0**-23)


@pytest.mark.parametrize("method", ["cumsum", "cumprod"])
@pytest.mark.parametrize("dtype", "?bhilBHILfdFD")
def test_scans(method, dtype):
    a = sample(dtype)
    x = cupy.asarray(a)
    for axis in (None, 0, 1, -1):
        agree(getattr(x, method)(axis=axis), getattr(a, method)(axis=axis))
    agree(
        getattr(x, method)(axis=0, dtype="f8" if dtype not in "FD" else "c16"),
        getattr(a, method)(axis=0, dtype="f8" if dtype not in "FD" else "c16"),
    )
