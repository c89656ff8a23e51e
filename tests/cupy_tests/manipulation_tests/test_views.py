"""What NumPy returns as a view is a view, with the same elements."""

import numpy as np
import pytest

import cupy
from cupy.testing import LAYOUTS, check, sample

VIEWS = [
    "xp.reshape(a, (4, -1))",
    "xp.reshape(a, (3, 8), copy=False)",
    "xp.transpose(a)",
    "xp.transpose(a, (1, 2, 0))",
    "xp.permute_dims(a, (1, 0, 2))",
    "xp.matrix_transpose(a)",
    "xp.moveaxis(a, 0, -1)",
    "xp.moveaxis(a, [0, 1], [-1, 0])",
    "xp.moveaxis(a, (2, 0), (0, 1))",
    "xp.rollaxis(a, 2)",
    "xp.rollaxis(a, 0, 3)",
    "xp.rollaxis(a, -1, 1)",
    "xp.swapaxes(a, 0, 2)",
    "xp.atleast_1d(a)",
    "xp.atleast_2d(a[0, 0])",
    "xp.atleast_3d(a[0])",
    "xp.atleast_3d(a[0, 0])",
    "xp.broadcast_to(a, (5, 2, 3, 4))",
    "xp.expand_dims(a, 0)",
    "xp.expand_dims(a, (0, -1))",
    "xp.squeeze(a[:, :1])",
    "xp.squeeze(a[:, :1], 1)",
    "xp.flip(a)",
    "xp.flip(a, 1)",
    "xp.flip(a, (0, -1))",
    "xp.fliplr(a)",
    "xp.flipud(a)",
    "xp.rot90(a)",
    "xp.rot90(a, 2, (2, 0))",
    "xp.rot90(a, -1, (1, 2))",
    "xp.rot90(a, 4)",
    "xp.diagonal(a)",
    "xp.diagonal(a, 1, 2, 0)",
    "xp.diagonal(a, -9)",
    "xp.real(a)",
]
LISTS = [
    "xp.split(a, 2, 2)",
    "xp.split(a, 3)",
    "xp.split(a, [1, 2], 1)",
    "xp.split(a, xp.array([1, 2]), 1)",
    "xp.array_split(a, 3, 2)",
    "xp.array_split(a, [3, 1, 9], -1)",
    "xp.array_split(a, [])",
    "xp.array_split(a, 0)",
    "xp.split(a, 0)",
    "xp.hsplit(a, 3)",
    "xp.hsplit(a[0, 0], 2)",
    "xp.vsplit(a, 2)",
    "xp.vsplit(a[0, 0], 2)",
    "xp.dsplit(a, [2])",
    "xp.dsplit(a[0], 2)",
    "xp.unstack(a)",
    "xp.unstack(a, axis=-1)",
    "xp.unstack(xp.array(1))",
    "xp.broadcast_arrays(a[0], a[:, :, :1])",
    "xp.broadcast_arrays(a, a[0, 0, :3])",
    "xp.atleast_1d(1, a)",
]
ERRORS = [
    "xp.reshape(a, (5, 5))",
    "xp.reshape(a.T, -1, copy=False)",
    "xp.transpose(a, (0, 0, 1))",
    "xp.matrix_transpose(a[0, 0])",
    "xp.moveaxis(a, [0, 0], [1, 2])",
    "xp.moveaxis(a, [0, 1], [1])",
    "xp.moveaxis(a, 0, 3)",
    "xp.rollaxis(a, 0, 4)",
    "xp.rollaxis(a, 3)",
    "xp.broadcast_to(a, (2, 3, 5))",
    "xp.expand_dims(a, 5)",
    "xp.expand_dims(a, (0, 0))",
    "xp.squeeze(a, 0)",
    "xp.flip(a, 3)",
    "xp.fliplr(a[0, 0])",
    "xp.flipud(a[0, 0, 0])",
    "xp.rot90(a, 1, (0, 0))",
    "xp.rot90(a, 1, (0, 3))",
    "xp.rot90(a, 1, (0, 1, 2))",
    "xp.diagonal(a[0, 0])",
    "xp.diagonal(a, 0, 1, 1)",
]
A = sample((2, 3, 4), "i4")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("body", VIEWS)
def test_views(body, layout):
    check(body, A, layout=layout)


@pytest.mark.parametrize("body", VIEWS)
def test_views_share_memory(body):
    a = cupy.asarray(A)
    result = eval(body, {"xp": cupy, "a": a})
    if result.size:
        assert cupy.may_share_memory(result, a)


@pytest.mark.parametrize("body", LISTS)
def test_lists(body):
    check(body, A)


@pytest.mark.parametrize("body", ERRORS)
def test_errors(body):
    with pytest.raises(Exception):
        eval(body, {"xp": np, "a": A})
    check(body, A)


@pytest.mark.parametrize(
    "body", ["xp.shape(a)", "xp.ndim(a)", "xp.size(a)", "xp.size(a, 1)", "xp.size(a, (0, -1))"]
)
def test_extents(body):
    check(body, A)


def test_copies_when_asked():
    a = cupy.arange(6)
    assert not cupy.may_share_memory(cupy.reshape(a, (2, 3), copy=True), a)
