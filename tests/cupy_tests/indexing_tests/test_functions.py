"""Indexing routines: reading and writing selected elements, and making indices."""

import numpy as np
import pytest

import cupy
from cupy.testing import DTYPES, LAYOUTS, check, sample

A = sample((3, 4), "i4")
READ = [
    "xp.take_along_axis(a, xp.argsort(a, axis=0), 0)",
    "xp.take_along_axis(a, xp.argsort(a, axis=1), 1)",
    "xp.take_along_axis(a, xp.array([1, 11, 0]), None)",
    "xp.take_along_axis(a, xp.zeros((1, 4), int), 1)",
    "xp.take_along_axis(a, xp.zeros((1, 1), int), 0)",
    "xp.take_along_axis(a, xp.array([[-1], [-2], [0]]), 1)",
    "xp.choose(xp.abs(a) % 3, [a, 9, a * 2.5])",
    "xp.choose(xp.array([[0], [1]]), a[:2])",
    "xp.choose(a, [1, 2], mode='wrap')",
    "xp.choose(a, [1, 2], mode='clip')",
    "xp.compress([1, 0, 1], a, 0)",
    "xp.compress([True, False, True], a)",
    "xp.compress(a[:, 0] > 0, a, 0)",
    "xp.compress([1, 1, 0, 0], a, 0)",
    "xp.extract(a > 0, a)",
    "xp.extract([1, 0, 1], a)",
    "xp.select([a > 2, a < 0], [a, 7], 2.5)",
    "xp.select([a > 2], [a.astype('i1')], 3)",
    "xp.select([a > 2, a[0] > 1], [a, 1])",
    "xp.select([xp.array(True)], [a])",
    "xp.where(a > 0, a, 0)",
    "xp.where(a, 1, 2.5)",
    "xp.where(a > 0, a, a[0].astype('f4'))",
    "xp.where(a)",
    "xp.where([True, False], 1, [3, 4])",
    "xp.nonzero(a)",
    "xp.nonzero(a > 99)",
    "xp.argwhere(a)",
    "xp.argwhere(xp.array(3))",
    "xp.argwhere(xp.array(0))",
    "xp.flatnonzero(a)",
    "xp.indices((2, 3))",
    "xp.indices((2, 3), 'f4')",
    "xp.indices((2, 3), sparse=True)",
    "xp.ix_([0, 1], [2, 3, 4], xp.array([True, False]))",
    "xp.ix_([])",
    "xp.r_[1:4, 0, xp.array([8])]",
    "xp.r_[1:2:5j, a[0]]",
    "xp.r_['0,2', a[0], a[0]]",
    "xp.r_['0,2,0', a[0], a[0]]",
    "xp.r_['1,3,0', a[0], a[0]]",
    "xp.r_['1,3,1', a[0], xp.ones((1, 4))]",
    "xp.r_['-1', a, a]",
    "xp.r_[a[0].astype('i1'), 5, 6]",
    "xp.c_[a[0], a[1]]",
    "xp.c_[a[:1], 0, 0]",
    "xp.unravel_index(xp.array([[2, 5], [0, 3]]), (2, 3))",
    "xp.unravel_index(xp.array([2, 5]), (2, 3), 'F')",
    "xp.unravel_index([1, 2], 5)",
    "xp.ravel_multi_index((xp.array([0, 1]), xp.array([2, 1])), (2, 3))",
    "xp.ravel_multi_index((xp.array([0, 1]), xp.array([2, 1])), (2, 3), order='F')",
    "xp.ravel_multi_index((xp.array([0, 2]), xp.array([2, -1])), (2, 3), ('wrap', 'clip'))",
    "xp.diag_indices(3, 3)",
    "xp.diag_indices_from(a[:3, :3])",
    "xp.tril_indices(3, 1, 4)",
    "xp.triu_indices(3, -1)",
    "xp.tril_indices_from(a)",
    "xp.triu_indices_from(a, 1)",
    "xp.mask_indices(3, xp.triu, 1)",
]
ERRORS = [
    "xp.take_along_axis(a, xp.zeros((1, 4)), 1)",
    "xp.take_along_axis(a, xp.zeros(4, int), 1)",
    "xp.take_along_axis(a, xp.full((3, 1), 4), 1)",
    "xp.choose(xp.array([0, 2]), [1, 2])",
    "xp.choose(xp.array([0, -1]), [1, 2])",
    "xp.compress([[True]], a)",
    "xp.compress([1, 1, 1, 1], a, 0)",
    "xp.select([a], [1])",
    "xp.select([], [])",
    "xp.select([a > 1], [1, 2])",
    "xp.where(a, 1)",
    "xp.nonzero(xp.array(3))",
    "xp.ix_([[1]])",
    "xp.r_[1:3, '0']",
    "xp.unravel_index([7], (2, 3))",
    "xp.unravel_index(xp.array([1.5]), (2, 3))",
    "xp.unravel_index([1], (2, 3), 'K')",
    "xp.ravel_multi_index((xp.array([0, 2]), xp.array([2, 1])), (2, 3))",
    "xp.ravel_multi_index((xp.array([0]),), (2, 3))",
    "xp.diag_indices_from(a)",
    "xp.tril_indices_from(a[0])",
]
WRITTEN = [
    "xp.put(a, [0, -1], [7, 8, 9])",
    "xp.put(a, [0, 1, 5], [7, 8])",
    "xp.put(a, [99], 1)",
    "xp.put(a, [99, -99], [1, 2], 'wrap')",
    "xp.put(a, [99, -99], [1, 2], 'clip')",
    "xp.put(a, [], 1)",
    "xp.put(a, xp.array([0, 2]), 3.7)",
    "xp.put_along_axis(a, xp.array([[1], [0], [-1]]), 9, 1)",
    "xp.put_along_axis(a, xp.array([[1, 2]]), xp.array([[7.], [8], [9]]), 1)",
    "xp.put_along_axis(a, xp.array([[9], [0], [0]]), 9, 1)",
    "xp.place(a, a > 0, [10, 20])",
    "xp.place(a, a > 0, 5)",
    "xp.place(a, a > 0, [])",
    "xp.place(a, a[0] > 0, [1])",
    "xp.putmask(a, a > 0, [10, 20])",
    "xp.putmask(a, a > 0, a * 2)",
    "xp.putmask(a, a > 0, 2.5)",
    "xp.putmask(a, a > 0, a * 2.5)",
    "xp.putmask(a, a[0] > 0, 1)",
    "xp.fill_diagonal(a, 5)",
    "xp.fill_diagonal(a, [1, 2])",
    "xp.fill_diagonal(a[0], 1)",
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("body", READ)
def test_read(body, layout):
    check(body, A, layout=layout)


@pytest.mark.parametrize("body", ERRORS)
def test_errors(body):
    with pytest.raises(Exception):
        eval(body, {"xp": np, "a": A})
    check(body, A)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("body", WRITTEN)
def test_write(body, layout):
    check(f"[{body}, a][1]", A, layout=layout)


@pytest.mark.parametrize("mode", ["raise", "wrap", "clip"])
@pytest.mark.parametrize("indices", ["1", "-1", "[1, 3]", "[[0, 1], [2, -4]]", "[]", "9", "[0, -7]"])
def test_take(indices, mode):
    check(f"xp.take(a, {indices}, mode='{mode}')", A)
    check(f"xp.take(a, {indices}, 1, mode='{mode}')", A)
    check(f"xp.take(a, xp.asarray({indices}, dtype='i4'), 0, mode='{mode}')", A)


@pytest.mark.parametrize(
    "body",
    [
        "xp.take(a[:0], [0])",
        "xp.take(a[:0], xp.zeros(0, int), 0)",
        "xp.take(a, [0], out=xp.zeros(1, 'f8'))",
        "xp.take(a, [0], mode='x')",
        "xp.take(a, xp.array([1.5]))",
        "xp.take(xp.array(5), 0)",
        "xp.take(a, [0], 2)",
    ],
)
def test_take_corners(body):
    check(body, A)


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes(dtype):
    a = sample((3, 4), dtype, special=True)
    check("xp.take(a, [0, 5]), xp.nonzero(a), xp.where(a != 0, a, 1), xp.compress([0, 1], a, 1)", a)
    check("xp.take_along_axis(a, xp.zeros((3, 2), int), 1), xp.extract(a == a, a)", a)
    check("[xp.place(a, a == a, [1, 0, 1]), xp.put_along_axis(a, xp.zeros((3, 1), int), 1, 1), a][2]", a)


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (7, 2), (3, 3, 3), (2, 3, 2)])
@pytest.mark.parametrize("wrap", [False, True])
def test_fill_diagonal(shape, wrap):
    a = sample(shape, "i4")
    check(lambda xp, a: [xp.fill_diagonal(a, 5, wrap), a][1], a)
    check(lambda xp, a: [xp.fill_diagonal(a, [1, 2], wrap), a][1], a)
    if len(shape) == 2:
        check(lambda xp, a: [xp.fill_diagonal(a, [1, 2], wrap), a][1], a, layout="transposed")


def test_put_along_flat_axis():
    check("[xp.put_along_axis(a, xp.array([4, 0]), 9, None), a][1]", A)


def test_many_dimensions():
    a = sample((1, 2, 1, 2, 1, 2, 1, 2, 3), "i4")
    check("xp.take(a, [2, 0], -1), xp.argwhere(a), xp.take_along_axis(a, xp.argsort(a, 3), 3)", a)
    check("[xp.put_along_axis(a, xp.zeros((1,) * 9, int), 5, 8), xp.place(a, a > 1, [1, 2]), a][2]", a)


def test_iterators():
    assert list(cupy.ndindex(2, 2)) == list(np.ndindex(2, 2))
    assert list(cupy.ndenumerate(cupy.asarray(A))) == list(np.ndenumerate(A))


def test_device_indices_are_not_read_back_needlessly():
    assert cupy.take(cupy.arange(4), cupy.array([9, -9]), mode="clip").tolist() == [3, 0]
