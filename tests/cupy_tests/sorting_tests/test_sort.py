"""Sorting, searching and counting."""

import sys

import numpy as np
import pytest

import cupy
from cupy.testing import DTYPES, LAYOUTS, check, sample

BODIES = [
    "xp.sort(a, AXIS)",
    "xp.argsort(a, AXIS, kind='stable')",
    "xp.argmax(a, AXIS)",
    "xp.argmin(a, AXIS, keepdims=True)",
    "xp.count_nonzero(a, AXIS)",
    "xp.partition(a, 2, AXIS).take([2], AXIS)",
    "xp.argpartition(a, 1, AXIS).shape",
]
ONCE = [
    "xp.sort_complex(a)",
    "xp.lexsort(a)",
    "xp.lexsort((a, a[::-1]), axis=0)",
    "xp.searchsorted(xp.sort(a.ravel()), a)",
    "xp.searchsorted(xp.sort(a.ravel()), a, 'right')",
    "xp.searchsorted(a.ravel(), a, sorter=xp.argsort(a.ravel(), kind='stable'))",
    "xp.count_nonzero(a, (0, 1), keepdims=True)",
]
CORNERS = [
    "xp.sort(xp.array(3))",
    "xp.sort(xp.array(3), axis=None)",
    "xp.sort(a, 2)",
    "xp.sort(a, kind='x')",
    "xp.sort(a, order='f')",
    "xp.sort(a, kind='stable', stable=True)",
    "xp.sort(a, stable=True)",
    "xp.sort(a[:0], 0)",
    "xp.argsort(a[:, :0])",
    "xp.argsort(xp.array(3))",
    "xp.lexsort(())",
    "xp.lexsort((a, a[0]))",
    "xp.partition(a, 9)",
    "xp.partition(a, (0, -1))[:, [0, -1]]",
    "xp.argmax(a[:0])",
    "xp.argmax(a[:, :0], 1)",
    "xp.argmax(a[:0], 1)",
    "xp.argmax(a, 1, out=xp.zeros(4, int))",
    "xp.count_nonzero(a[:0], 0)",
    "xp.searchsorted(a, 1)",
    "xp.searchsorted(a[0], 1, 'x')",
    "xp.searchsorted(a[0].astype('i1'), 2.5)",
    "xp.searchsorted(a[0][:0], a)",
    "xp.searchsorted(a[0], 1, sorter=[0, 1])",
    "xp.searchsorted(a[0], 1, sorter=xp.full(5, 9))",
    "xp.searchsorted(a[0], 1, sorter=xp.ones(5))",
    "xp.digitize(xp.array([1j]), xp.array([1.]))",
    "xp.digitize(a, a)",
]


@pytest.mark.parametrize("axis", ["None", "0", "-1"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("body", BODIES)
def test_along_axis(body, dtype, axis):
    check(body.replace("AXIS", axis), sample((4, 5), dtype, special=True))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("body", BODIES)
def test_layouts(body, layout):
    for axis in "01":
        check(body.replace("AXIS", axis), sample((4, 5), "f8"), layout=layout)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("body", ONCE)
def test_dtypes(body, dtype):
    check(body, sample((4, 5), dtype, special=dtype not in ("c8", "c16")))


@pytest.mark.parametrize("body", CORNERS)
def test_corners(body):
    check(body, sample((4, 5), "i4"))


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("bins", [[0, 1, 5], [5, 1, 0], [0, 5, 1], [1, 1], [], [2], [0, 1, 1, 2]])
def test_digitize(bins, right):
    x = np.array([0.0, 0.5, 1, 3, 5, 7])
    check(lambda xp, a: xp.digitize(a, xp.array(bins, dtype=float), right), x)


@pytest.mark.parametrize("name", ["nanargmax", "nanargmin"])
def test_nan_is_ignored(name):
    a = sample((4, 5), "f4", special=True)
    check(f"xp.{name}(a), xp.{name}(a, 1), xp.{name}(a.astype('i4'), 0)", a)
    assert getattr(cupy, name)(cupy.full(3, cupy.nan)) == 0


def test_equal_elements_keep_their_order():
    a = np.zeros(5000, "f4")
    check("xp.argsort(a, kind='stable')", a)
    assert (cupy.argsort(cupy.asarray(a), kind="quicksort") == cupy.arange(5000)).all()


def test_many_dimensions():
    check("xp.sort(a, 3), xp.argsort(a, 8, kind='stable')", sample((1, 2, 1, 3, 1, 2, 1, 2, 2), "f4"))


def test_msort():
    a = sample((4, 5), "f4")
    assert cupy.msort(cupy.asarray(a)).tolist() == np.sort(a, axis=0).tolist()


def test_in_place():
    check("[a.sort(0), a][1]", sample((4, 5), "f4"))
    check("[a.sort(), a][1]", sample((4, 5), "f4"), layout="transposed")


@pytest.mark.parametrize("shape", [(7, 40), (3, 1), (1, 50), (5, 4, 30), (0, 9)])
@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("portion", [1, 400, 10**6])
def test_large_arrays_are_sorted_in_portions(monkeypatch, shape, axis, portion):
    monkeypatch.setattr(sys.modules["cupy._sorting.sort"], "_PORTION", portion)
    a = np.random.default_rng(0).integers(0, 50, shape, "i4")
    for name, kind in (("sort", None), ("argsort", "stable")):
        expected = getattr(np, name)(a, axis=axis, kind=kind)
        result = getattr(cupy, name)(cupy.asarray(a), axis=axis, kind=kind)
        assert result.dtype == expected.dtype and np.array_equal(result.get(), expected)
