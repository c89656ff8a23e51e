"""Norms, condition numbers and the array API's names against NumPy."""

import numpy as np
import pytest

ORDERS = [None, 0, 1, -1, 2, -2, 3, 0.5, np.inf, -np.inf, "fro", "nuc", "f", "foo"]
AXES = [None, 0, -1, (0, 1), (1, 0), (-2, -1), 5, (0, 0), (0, 1, 2), "a"]


@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_norm(order, axis, paired, make):
    for shape in [(3,), (3, 4), (2, 3, 4), ()]:
        for keepdims in (False, True):
            paired(lambda xp, a: xp.linalg.norm(a, order, axis, keepdims), make(*shape))


@pytest.mark.parametrize("dtype", "?iefFD")
def test_dtypes(dtype, paired, make):
    a = make(3, 4, dtype=dtype)
    for order in (None, 1, np.inf, "fro"):
        paired(lambda xp, a: xp.linalg.norm(a, order), a)
    for order in (0, 1, 2, 3, -np.inf):
        paired(lambda xp, a: xp.linalg.norm(a, order, axis=1), a)


def test_array_api_norms(paired, make):
    a = make(2, 3, 4)
    paired(lambda xp, a: xp.linalg.vector_norm(a), a)
    paired(lambda xp, a: xp.linalg.vector_norm(a, axis=(0, 2), ord=3, keepdims=True), a)
    paired(lambda xp, a: xp.linalg.matrix_norm(a), a)
    paired(lambda xp, a: xp.linalg.matrix_norm(a, ord=1, keepdims=True), a)


@pytest.mark.parametrize("order", [None, 1, -1, 2, -2, np.inf, -np.inf, "fro"], ids=str)
def test_cond(order, paired, make, definite):
    paired(lambda xp, a: xp.linalg.cond(a, order), definite(2, 3, 3))
    paired(lambda xp, a: xp.linalg.cond(a, order), make(0, 0))
    paired(lambda xp, a: xp.linalg.cond(a, order), np.arange(6.0).reshape(3, 2))
    if order not in (None, 2, -2):
        paired(lambda xp, a: xp.linalg.cond(a, order), np.stack([np.ones((2, 2)), np.eye(2)]))


@pytest.mark.parametrize("name", ["outer", "cross", "vecdot", "matmul"])
def test_array_api_products(name, paired, make):
    for shape in [(3, 3), (3,), (2,)]:
        paired(lambda xp, a, b: getattr(xp.linalg, name)(a, b), make(*shape), make(*shape))


@pytest.mark.parametrize("name", ["trace", "diagonal", "matrix_transpose"])
def test_array_api_views(name, paired, make):
    paired(lambda xp, a: getattr(xp.linalg, name)(a), make(2, 3, 4))
    paired(lambda xp, a: getattr(xp.linalg, name)(a), make(2))


def test_array_api_keywords(paired, make):
    paired(lambda xp, a: xp.linalg.trace(a, offset=1, dtype="f"), make(2, 3, 4, dtype="b"))
    paired(lambda xp, a: xp.linalg.diagonal(a, offset=-1), make(2, 3, 4))
    paired(lambda xp, a, b: xp.linalg.vecdot(a, b, axis=0), make(3, 4, dtype="D"), make(3, 4, dtype="D"))
    paired(lambda xp, a, b: xp.linalg.tensordot(a, b, axes=1), make(3, 4), make(4, 2))
    paired(lambda xp, a, b: xp.linalg.cross(a, b, axis=0), make(3, 4), make(3, 4))


@pytest.mark.parametrize("dtype", "fdDi")
@pytest.mark.parametrize("n", [-2, -1, 0, 1, 2, 3, 7, 1.5])
def test_matrix_power(n, dtype, paired, make, definite):
    paired(
        lambda xp, a: xp.linalg.matrix_power(a, n),
        make(2, 3, 3, dtype="i")
        if dtype == "i" and n == abs(n)
        else definite(2, 3, 3, dtype=dtype if dtype != "i" else "d") / 4,
    )


def test_matrix_power_refuses(paired, make):
    paired(lambda xp, a: xp.linalg.matrix_power(a, 2), make(3))
    paired(lambda xp, a: xp.linalg.matrix_power(a, 2), make(3, 2))


@pytest.mark.parametrize(
    "shapes",
    [
        [(3, 3)],
        [(3, 3), (3, 2)],
        [(10, 2), (2, 10), (10, 1)],
        [(2, 3), (3, 4), (4, 5), (5, 2), (2, 6)],
        [(3,), (3, 2), (2, 4)],
        [(3,), (3, 2), (2,)],
        [(2, 3), (3, 2), (2,)],
        [(2, 3), (3, 2, 2), (2,)],
        [(2, 3), (4, 2), (2, 2)],
    ],
    ids=str,
)
def test_multi_dot(shapes, paired, make):
    paired(lambda xp, *a: xp.linalg.multi_dot(a), *(make(*s) for s in shapes))


def test_multi_dot_out(paired, make):
    paired(
        lambda xp, a, b, c, out: xp.linalg.multi_dot([a, b, c], out=out),
        make(2, 3),
        make(3, 2),
        make(2, 2),
        make(2, 2),
    )
