"""Products of vectors, matrices and tensors against NumPy."""

import cupy
import numpy as np
import pytest

NAMES = ["matmul", "dot", "inner", "vdot", "vecdot", "matvec", "vecmat", "outer", "kron"]
GUFUNCS = ["matmul", "vecdot", "matvec", "vecmat"]
SHAPES = [(), (3,), (2, 3), (3, 2), (2, 3, 3), (2, 1, 3, 3), (1,), (0,), (3, 0), (0, 3), (2, 3, 0)]
DTYPES = "?bBhHiIlLefdFD"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("left", SHAPES, ids=str)
def test_shapes(name, left, paired, make):
    for right in SHAPES:
        paired(lambda xp, a, b: getattr(xp, name)(a, b), make(*left), make(*right))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("left", DTYPES)
def test_dtypes(name, left, paired, make):
    for right in DTYPES:
        paired(lambda xp, a, b: getattr(xp, name)(a, b), make(3, 3, dtype=left), make(3, 3, dtype=right))


@pytest.mark.parametrize("name", NAMES)
def test_integers_wrap(name, paired):
    a = np.full((4, 4), 100, np.int8)
    paired(lambda xp, a: getattr(xp, name)(a, a), a)


def test_bool_is_or_of_ands(paired):
    a = np.array([[True, True], [False, True]])
    paired(lambda xp, a: xp.matmul(a, a), a)


@pytest.mark.parametrize("name", GUFUNCS[:1] + ["dot", "inner"])
def test_bfloat16(name):
    a = cupy.asarray(np.arange(9.0).reshape(3, 3)).astype("bfloat16")
    got = getattr(cupy, name)(a, a)
    assert got.dtype == a.dtype
    exact = getattr(np, name)(np.arange(9.0).reshape(3, 3), np.arange(9.0).reshape(3, 3))
    np.testing.assert_allclose(got.get().astype(float), exact, rtol=2.0**-8)


@pytest.mark.parametrize(
    "view",
    [lambda a: a.T, lambda a: a[::-1], lambda a: a[:, ::-1], lambda a: a[::2, ::2], lambda a: a[1:, :-1].T],
    ids=["T", "rows backwards", "columns backwards", "every second", "offset T"],
)
@pytest.mark.parametrize("name", ["matmul", "dot", "inner", "vecdot"])
def test_layouts(name, view, paired, make):
    paired(lambda xp, a, b: getattr(xp, name)(view(a), view(b)), make(6, 6), make(6, 6))
    paired(lambda xp, a: getattr(xp, name)(view(a), view(a)), make(6, 6))


def test_broadcast_operand(paired, make):
    paired(lambda xp, a, b: xp.matmul(xp.broadcast_to(a, (4, 2, 3)), b), make(2, 3), make(4, 3, 2))


def test_more_axes_than_the_device_has(paired, make):
    ones = (1,) * 7
    paired(lambda xp, a: xp.matmul(a, a), make(*ones, 2, 2, 2))
    paired(lambda xp, a: xp.einsum("...ij,...jk", a, a), make(*ones, 2, 2, 2))


@pytest.mark.parametrize(
    "keywords",
    [
        {"axes": [(0, 1), 0, 0]},
        {"axes": [(1, 0), 1, 1]},
        {"axes": [(0, 1), (1, 2), (2, 0)]},
        {"axes": [0, 1, ()]},
        {"axes": [0, 1]},
        {"axes": [(0, 7), (1, 2), (2, 0)]},
        {"axes": 3},
        {"axis": 1},
        {"axis": 1, "keepdims": True},
        {"axis": 5},
        {"keepdims": True},
        {"order": "F"},
        {"order": "A"},
        {"order": "x"},
        {"dtype": "f"},
        {"dtype": "i"},
        {"casting": "foo"},
        {"dtype": "i", "casting": "unsafe"},
        {"foo": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", GUFUNCS)
def test_keywords(name, keywords, paired, make):
    paired(lambda xp, a, b: getattr(xp, name)(a, b, **keywords), make(3, 3, 3), make(3, 3, 3))
    paired(lambda xp, a, b: getattr(xp, name)(a, b, **keywords), make(3, 3), make(3))


@pytest.mark.parametrize(
    "shape, dtype",
    [
        ((3, 3), "d"),
        ((3, 3, 3), "d"),
        ((2, 3, 3), "d"),
        ((3, 3, 3), "f"),
        ((3, 3, 3), "i"),
        ((3,), "d"),
        ((2, 3, 3, 3), "d"),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", GUFUNCS)
def test_out(name, shape, dtype, paired, make):
    def body(xp, a, b, out):
        result = getattr(xp, name)(a, b, out=out)
        assert result is out
        return result

    paired(body, make(3, 3, 3), make(3, 3, 3), np.ones(shape, dtype))
    paired(body, make(3, 3), make(3, 3), np.ones(shape, dtype))


def test_out_may_be_an_operand(paired, make):
    paired(lambda xp, a: xp.matmul(a, a, out=a), make(3, 3))
    paired(lambda xp, a: xp.dot(a, a, out=a), make(3, 3))
    paired(lambda xp, a: xp.matmul(a, a[::-1], out=a), make(3, 3))


def test_operators(paired, make):
    paired(lambda xp, a, b: (a @ b, b.T @ a.T, a @ b[:, 0], b[:, 0] @ b), make(3, 3), make(3, 3))

    def inplace(xp, a, b):
        a @= b
        return a

    paired(inplace, make(3, 3), make(3, 3))


@pytest.mark.parametrize("dtype, shape", [("d", (2, 2)), ("f", (2, 2)), ("d", (2, 3)), ("d", (4,))])
def test_dot_takes_only_a_fitting_out(dtype, shape, paired, make):
    paired(lambda xp, a, b, out: xp.dot(a, b, out=out), make(2, 3), make(3, 2), np.zeros(shape, dtype))


def test_scalars(paired, make):
    for scalar in (3, 2.5, True):
        paired(lambda xp, a: xp.dot(scalar, a), make(3, dtype="f"))
        paired(lambda xp, a: xp.kron(a, scalar), make(2, 2, dtype="f"))


@pytest.mark.parametrize(
    "axes", [0, 1, 2, ([1], [0]), (1, 0), ([0, 1], [1, 0]), ([0], [0, 1]), ([0, 0], [0, 0])], ids=str
)
def test_tensordot(axes, paired, make):
    paired(lambda xp, a, b: xp.tensordot(a, b, axes), make(3, 3), make(3, 3, 4))
    paired(lambda xp, a, b: xp.tensordot(a, b, axes), make(3, 3, dtype="i"), make(3, 3, 2, dtype="F"))


def test_tensordot_refuses_axes_out_of_range(make):
    a = cupy.asarray(make(3, 3))
    with pytest.raises(np.exceptions.AxisError):
        cupy.tensordot(a, a, ([5], [0]))
    with pytest.raises(ValueError, match="shape-mismatch"):
        cupy.tensordot(a, a, 3)


@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors:DeprecationWarning")
@pytest.mark.parametrize("left", [(3,), (2,), (4, 3), (4, 2), (1, 3), (5, 4, 3), (4,), ()], ids=str)
def test_cross(left, paired, make):
    for right in [(3,), (2,), (4, 3), (4, 2), (1, 3), (5, 4, 3), (4,), ()]:
        paired(lambda xp, a, b: xp.cross(a, b), make(*left), make(*right))


def test_cross_axes(paired, make):
    paired(lambda xp, a, b: xp.cross(a, b, axis=0), make(3, 4), make(3, 4))
    paired(lambda xp, a, b: xp.cross(a, b, axisc=0), make(4, 3), make(4, 3))
    paired(lambda xp, a, b: xp.cross(a, b, axisa=0, axisc=1), make(3, 2, 4), make(2, 4, 3))
    paired(lambda xp, a, b: xp.cross(a, b, axis=4), make(3), make(3))


@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"offset": 1},
        {"offset": -9},
        {"offset": -1, "axis1": 1, "axis2": 2},
        {"dtype": "f"},
        {"axis1": 0, "axis2": 0},
        {"axis1": 7},
    ],
    ids=str,
)
def test_trace(keywords, paired, make):
    paired(lambda xp, a: xp.trace(a, **keywords), make(3, 4, 5, dtype="b"))
    paired(lambda xp, a: xp.trace(a, **keywords), make(3))


def test_outer_out(paired, make):
    paired(lambda xp, a, b, out: xp.outer(a, b, out=out), make(2, 2), make(3), np.zeros((4, 3)))


@pytest.mark.parametrize("name", NAMES + ["tensordot", "cross"])
def test_host_arrays_are_refused(name):
    with pytest.raises(TypeError):
        getattr(cupy, name)(cupy.ones((3, 3)), np.ones((3, 3)))


def test_gufuncs_describe_themselves():
    for name in GUFUNCS:
        ours, theirs = getattr(cupy, name), getattr(np, name)
        assert ours.signature == theirs.signature
        assert (ours.nin, ours.nout, ours.nargs) == (theirs.nin, theirs.nout, theirs.nargs)
        assert set(ours.types) <= set(theirs.types)
        assert ours.__name__ == name and repr(ours) == f"<ufunc '{name}'>"


@pytest.mark.parametrize(
    "signature",
    ["dd->d", "ff->f", "d", ("f", "f", "f"), (None, None, "d"), "df->d", ("f", "f"), "QQ->Q", "zz->z"],
)
@pytest.mark.parametrize("name", ["matmul", "vecdot", "matvec", "vecmat"])
def test_signature_of_products(name, signature):
    def run(xp):
        operands = {
            "matmul": ((2, 3), (3, 2)),
            "vecdot": ((3,), (3,)),
            "matvec": ((2, 3), (3,)),
            "vecmat": ((3,), (3, 2)),
        }
        a, b = (xp.ones(shape, "f4") for shape in operands[name])
        try:
            return getattr(xp, name)(a, b, signature=signature).dtype
        except (TypeError, ValueError) as error:
            return TypeError if isinstance(error, TypeError) else ValueError

    assert run(cupy) == run(np)


def test_signature_excludes_dtype():
    for xp in (np, cupy):
        with pytest.raises(TypeError, match="cannot specify both 'signature' and 'dtype'"):
            xp.matmul(xp.ones((2, 2)), xp.ones((2, 2)), signature="dd->d", dtype="d")
