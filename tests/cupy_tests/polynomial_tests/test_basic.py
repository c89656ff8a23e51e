"""Polynomials against NumPy's."""

import warnings

import cupy
import numpy as np
import pytest
from cupy.testing import check

LISTS = [[2, -3, 1], [4], [0, 0, 5, 1], [1.5, 0, -2, 0, 0], [1 + 1j, 2, -1j], [0], []]
ARRAYS = [np.array(p, dtype) for p in ([3, 1, 4, 1], [0, 7], [2]) for dtype in ("i1", "f4", "f8", "D")]


@pytest.mark.parametrize("p", LISTS + ARRAYS, ids=str)
@pytest.mark.parametrize(
    "body",
    """
xp.polyval(a, b)
xp.polyval(a, c)
xp.polyval(a, 3)
xp.polyval(a, xp.asarray(2))
xp.polyder(a)
xp.polyder(a, 2)
xp.polyder(a, 0)
xp.polyint(a)
xp.polyint(a, 2)
xp.polyint(a, 0)
xp.polyint(a, 2, 3)
xp.polyint(a, 2, [1, 2])
""".split("\n")[1:-1],
)
def test_of_one_polynomial(p, body):
    check(body, p, np.linspace(-2, 2, 6).reshape(2, 3), np.arange(4, dtype="i2"), exact=False)


@pytest.mark.parametrize("p", LISTS[:-1] + ARRAYS[:4], ids=str)
@pytest.mark.parametrize("q", [[1, 2], [3], [2, 0, 1.0, 1], np.array([1, 1], "f4")], ids=str)
@pytest.mark.parametrize("name", ["polyadd", "polysub", "polymul", "polydiv"])
def test_of_two_polynomials(p, q, name):
    for a, b in (p, q), (q, p):
        if name != "polydiv" or np.asarray(b)[0]:
            check(f"xp.{name}(a, b)", a, b, exact=False)


@pytest.mark.parametrize(
    "p", [[1, -6, 11, -6], [2, 0, 0], [0, 0, 1, 1], [1, 0, 1], [5], [0], [], [1j, 2, 1]], ids=str
)
def test_roots(p):
    check(lambda xp, p: xp.sort(xp.roots(p)), p, exact=False)
    if p:
        check(lambda xp, p: xp.sort(xp.roots(p)), np.array(p), exact=False)


ZEROS = [[1, 2, 3], [0.5], [1j, -1j], [1 + 1j, 2], [[2, 1], [0, 3]], [[1, 2, 3]]]
ZEROS += [np.array([1, 2], dtype) for dtype in ("f4", "i1")]


@pytest.mark.parametrize("zeros", ZEROS, ids=str)
def test_poly(zeros):
    check("xp.poly(a)", zeros, exact=False)


def test_poly_of_nothing():
    assert np.poly([]) == 1.0 and cupy.poly([]).item() == 1.0


X = np.linspace(-1, 2, 12)
Y = 3 * X**2 - X + 0.5 + np.sin(40 * X) / 10


@pytest.mark.parametrize(
    "body",
    """
xp.polyfit(a, b, 2)
xp.polyfit(a, b, 0)
xp.polyfit(a, xp.stack((b, -b), 1), 2)
xp.polyfit(a, b, 2, w=c)
xp.polyfit(a, xp.stack((b, -b), 1), 1, w=c)
xp.polyfit(a, b, 2, cov=True)
xp.polyfit(a, b, 2, cov='unscaled')
xp.polyfit(a, xp.stack((b, -b), 1), 1, cov=True)
xp.polyfit(a, b, 3, 1e-3)
xp.polyfit([0, 1, 2], [1, 3, 5], 1)
xp.polyfit(a, b, 2, full=True)[:2]
xp.polyfit(a, b, 2, full=True)[2:4]
xp.polyfit(a, b, 1.5)
xp.polyfit(a, b + 1j, 1)
xp.polyval(xp.polyfit(a, b, 2), a)
""".split("\n")[1:-1],
)
def test_polyfit(body):
    check(body, X, Y, 1 + X**2, exact=False)


def test_polyfit_in_single_precision():
    x, y = cupy.asarray(X, "f4"), cupy.asarray(Y, "f4")
    expected = np.polyfit(X.astype("f4"), Y.astype("f4"), 2)
    found = cupy.polyfit(x, y, 2)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found.get(), expected, rtol=1e-4)


@pytest.mark.parametrize(
    "body",
    """
xp.polyfit(a, b, -1)
xp.polyfit(a[:3], b, 1)
xp.polyfit(a[:0], b[:0], 1)
xp.polyfit(a[None], b, 1)
xp.polyfit(a, b[None, None], 1)
xp.polyfit(a, b, 1, w=b[:2])
xp.polyfit(a, b, 1, w=b[None])
xp.polyfit(a[:2], b[:2], 1, cov=True)
xp.polyder(a, -1)
xp.polyint(a, -1)
xp.polyint(a, 3, [1, 2])
xp.roots(a[None])
xp.poly(a.reshape(2, 2, 3))
""".split("\n")[1:-1],
)
def test_wrong_arguments(body):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises((TypeError, ValueError)):
            eval(body, {"xp": np, "a": X, "b": Y})
    check(body, X, Y)


def test_a_poor_fit_warns():
    for xp in (np, cupy):
        with pytest.warns(np.exceptions.RankWarning):
            xp.polyfit(xp.ones(4), xp.arange(4.0), 2)


def test_coefficients_on_the_host_are_not_copied():
    x = cupy.arange(8.0)
    cupy.polyval([1, 2, 3], x)
    before = cupy.xpu.counters()
    cupy.polyval([1, 2, 3], x)
    after = cupy.xpu.counters()
    assert after["launches"] - before["launches"] == 7
    assert after["bytes_host_to_device"] == before["bytes_host_to_device"]


def test_numpys_functions_arrive_here():
    x = cupy.arange(4.0)
    assert isinstance(np.polyfit(x, x, 1), cupy.ndarray) and isinstance(np.polyval(x, x), cupy.ndarray)
