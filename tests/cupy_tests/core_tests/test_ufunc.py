"""Ufuncs against NumPy: dtypes, layouts, scalars on either side, out, where, casting, methods."""

import itertools

import cupy
import numpy as np
import pytest

DTYPES = "?bhilBHILefdFD"
UFUNCS = sorted({getattr(np, n).__name__ for n in cupy._core.ufuncs.__all__})
BINARY = [n for n in UFUNCS if getattr(np, n).nin == 2]
UNARY = [n for n in UFUNCS if getattr(np, n).nin == 1]
OPERATORS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "floor_divide": lambda a, b: a // b,
    "remainder": lambda a, b: a % b,
    "power": lambda a, b: a**b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "lshift": lambda a, b: a << b,
    "rshift": lambda a, b: a >> b,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
}


def sample(dtype, n=12, seed=0):
    """Return values that fit every function: small, of both signs where the dtype has them, none special."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, n).astype(bool)
    if dtype.kind == "u":
        return rng.integers(0, 7, n).astype(dtype)
    if dtype.kind == "i":
        return rng.integers(-6, 7, n).astype(dtype)
    values = rng.uniform(-3, 3, n)
    if dtype.kind == "c":
        values = values + 1j * rng.uniform(-3, 3, n)
    return values.astype(dtype)


def agree(got, expected, ulp=4):
    """Compare a device result (or several) with NumPy's: dtype, shape, and values within `ulp`."""
    if isinstance(expected, tuple):
        assert isinstance(got, tuple) and len(got) == len(expected)
        for g, e in zip(got, expected):
            agree(g, e, ulp)
        return
    expected = np.asarray(expected)
    assert isinstance(got, cupy.ndarray)
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    if expected.dtype.kind in "fc":
        eps = np.finfo(expected.dtype).eps
        np.testing.assert_allclose(got.get(), expected, rtol=ulp * eps, atol=ulp * eps)
    else:
        np.testing.assert_array_equal(got.get(), expected)


def both(function, *arrays):
    """Return what NumPy gives or the exception's type, and the same for device copies of the arrays."""
    results = []
    for convert in (lambda x: x, lambda x: cupy.asarray(x) if isinstance(x, np.ndarray) else x):
        try:
            with np.errstate(all="ignore"):
                results.append(function(*[convert(a) for a in arrays]))
        except (TypeError, ValueError, OverflowError) as error:
            results.append(error)
    return results


def compare(function, *arrays, ulp=4):
    expected, got = both(function, *arrays)
    if isinstance(expected, Exception):
        assert isinstance(
            got, type(expected).__mro__[-4] if len(type(expected).__mro__) > 5 else type(expected)
        ), got
    else:
        assert not isinstance(got, Exception), got
        agree(got, expected, ulp)


@pytest.mark.parametrize("name", BINARY)
def test_binary_over_all_dtype_pairs(name):
    for a, b in itertools.product(DTYPES, DTYPES):
        x, y = sample(a, seed=1), sample(b, seed=2)
        if name == "power" and np.dtype(b).kind == "i":
            y = abs(y)
        if name == "ldexp" and y.dtype.kind == "i":
            y = np.clip(y, -3, 3)
        expected, got = both(
            lambda p, q, xp=None: getattr(np if isinstance(p, np.ndarray) else cupy, name)(p, q), x, y
        )
        if isinstance(expected, Exception):
            assert isinstance(got, Exception), (a, b)
            assert isinstance(got, TypeError) == isinstance(expected, TypeError), (a, b, got)
        else:
            assert not isinstance(got, Exception), (a, b, got)
            agree(got, expected, ulp=16 if "e" in a + b else 8)


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("layout", ["contiguous", "strided", "reversed", "scalar", "empty", "fortran"])
def test_unary_over_dtypes_and_layouts(name, layout):
    views = {
        "contiguous": lambda x: x,
        "strided": lambda x: x[::3],
        "reversed": lambda x: x[::-1],
        "scalar": lambda x: x[2:3].reshape(()),
        "empty": lambda x: x[:0],
        "fortran": lambda x: x.reshape(3, 4).T,
    }
    for dtype in DTYPES:
        x = sample(dtype)
        if np.dtype(dtype).kind in "fc" and name in (
            "arcsin",
            "arccos",
            "arctanh",
            "log",
            "log2",
            "log10",
            "sqrt",
        ):
            x = abs(x) / 4
        if name == "reciprocal" and x.dtype.kind in "iu":
            x = abs(x) + np.array(1, dtype)  # of an integer zero NumPy's answer depends on the machine
        if name == "arccosh":
            x = abs(x) + 1 if x.dtype.kind in "fc" else x
        expected, got = both(
            lambda p: getattr(np if isinstance(p, np.ndarray) else cupy, name)(views[layout](p)), x
        )
        if isinstance(expected, Exception):
            assert isinstance(got, TypeError), (dtype, got)
        else:
            assert not isinstance(got, Exception), (dtype, got)
            agree(got, expected, ulp=16 if dtype in "eFD" else 8)


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("scalar", [2, 3.5, True, 1j, np.float32(2), np.int8(3), np.uint16(2)], ids=repr)
def test_operator_with_scalar_on_either_side(name, scalar):
    function = OPERATORS[name]
    for dtype in DTYPES:
        a = sample(dtype)
        if name in ("power", "lshift", "rshift"):
            a = abs(a)
        compare(lambda x: function(x, scalar), a, ulp=16)
        compare(lambda x: function(scalar, x), a, ulp=16)


@pytest.mark.parametrize("name", OPERATORS)
def test_in_place_operator(name):
    for a, b in itertools.product("?bBlefdD", "?blfdD"):
        x, y = sample(a, seed=3), sample(b, seed=4)
        if name in ("power", "lshift", "rshift"):
            x, y = abs(x), abs(y)

        def run(p, q):
            p = p.copy()
            expression = {
                "add": "p += q",
                "subtract": "p -= q",
                "multiply": "p *= q",
                "divide": "p /= q",
                "floor_divide": "p //= q",
                "remainder": "p %= q",
                "power": "p **= q",
                "and": "p &= q",
                "or": "p |= q",
                "xor": "p ^= q",
                "lshift": "p <<= q",
                "rshift": "p >>= q",
            }.get(name, "p = p")
            space = {"p": p, "q": q}
            exec(expression, space)
            return space["p"]

        compare(run, x, y, ulp=16)


@pytest.mark.parametrize("order", ["C", "F", "A", "K"])
def test_order_of_the_result(order):
    base = np.arange(24.0).reshape(2, 3, 4)
    for view in (
        lambda a: a,
        lambda a: a.T,
        lambda a: a.transpose(1, 0, 2),
        lambda a: a[:, ::2],
        lambda a: a[::-1],
    ):
        expected = np.add(view(base), 1, order=order)
        got = cupy.add(view(cupy.asarray(base)), 1, order=order)
        assert got.strides == expected.strides
        agree(got, expected)


def test_broadcasting():
    a, b, c = np.arange(6.0).reshape(2, 1, 3), np.arange(4.0).reshape(4, 1), np.float64(2)
    compare(lambda x, y: x * y + c, a, b)
    expected, got = both(lambda x, y: x + y, np.ones((2, 3)), np.ones((4, 3)))
    assert isinstance(expected, ValueError) and str(got) == str(expected)


def test_out_takes_the_result_in_place():
    a = np.arange(5.0)
    x, out = cupy.asarray(a), cupy.zeros(5, "f4")
    assert cupy.multiply(x, 2, out=out) is out
    agree(out, (a * 2).astype("f4"))
    assert cupy.multiply(x, 3, out) is out
    agree(out, (a * 3).astype("f4"))
    strided = cupy.zeros(10)
    cupy.add(x, 1, out=strided[::2])
    agree(strided, np.array([1, 0, 2, 0, 3, 0, 4, 0, 5, 0.0]))


def test_out_is_checked():
    x = cupy.ones(3)
    with pytest.raises(TypeError, match="same_kind"):
        cupy.add(x, x, out=cupy.zeros(3, int))
    with pytest.raises(ValueError, match="shape"):
        cupy.add(x, x, out=cupy.zeros(4))
    with pytest.raises(TypeError):
        cupy.add(x, x, out=np.zeros(3))
    with pytest.raises(ValueError, match="read-only"):
        cupy.add(x, x, out=cupy.broadcast_to(cupy.ones(1), (3,)))


def test_overlapping_output_gives_the_result_of_disjoint_memory():
    a = np.arange(10.0)
    for source, target in (
        (slice(0, 9), slice(1, 10)),
        (slice(1, 10), slice(0, 9)),
        (slice(None, None, -1), slice(None)),
    ):
        expected, x = a.copy(), cupy.asarray(a)
        np.add(expected[source], 1, out=expected[target])
        cupy.add(x[source], 1, out=x[target])
        agree(x, expected)


def test_where_leaves_other_elements_alone():
    a, mask = np.arange(6.0).reshape(2, 3), np.array([[True, False, True], [False, True, False]])
    expected = np.full((2, 3), -1.0)
    np.sqrt(a, out=expected, where=mask)
    got = cupy.full((2, 3), -1.0)
    cupy.sqrt(cupy.asarray(a), out=got, where=cupy.asarray(mask))
    agree(got, expected)
    got = cupy.full((2, 3), -1.0)
    cupy.add(cupy.asarray(a), 1, out=got, where=cupy.asarray(mask[0]))
    agree(got, np.add(a, 1, out=np.full((2, 3), -1.0), where=mask[0]))


def test_dtype_signature_and_casting():
    a = np.arange(4)
    x = cupy.asarray(a)
    agree(cupy.add(x, 1, dtype="f4"), np.add(a, 1, dtype="f4"))
    agree(cupy.add(x, 1, signature="dd->d"), np.add(a, 1, signature="dd->d"))
    with pytest.raises(TypeError):
        cupy.add(x, 1.5, dtype="i4", casting="same_kind")
    with pytest.raises(TypeError):
        cupy.bitwise_and(x, 1.0)
    with pytest.raises(TypeError):
        cupy.subtract(cupy.ones(2, bool), cupy.ones(2, bool))


@pytest.mark.parametrize("dtype", "bBhHiIlL")
def test_python_integers_out_of_range(dtype):
    info = np.iinfo(dtype)
    a = np.array([0, info.min, info.max], dtype)
    for value in (int(info.max) + 1, int(info.min) - 1, 2**70, -(2**70)):
        for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
            compare(lambda x: OPERATORS[name](x, value), a)
            compare(lambda x: OPERATORS[name](value, x), a)
        with pytest.raises(OverflowError):
            cupy.asarray(a) + value


def test_integer_power_refuses_negative_exponents():
    with pytest.raises(ValueError, match="negative integer powers"):
        cupy.arange(3) ** -1
    agree(cupy.arange(1, 3.0) ** -1, np.arange(1, 3.0) ** -1)


@pytest.mark.parametrize(
    "name",
    [
        "add",
        "multiply",
        "maximum",
        "minimum",
        "bitwise_or",
        "logical_and",
        "logical_xor",
        "subtract",
        "fmax",
        "hypot",
    ],
)
@pytest.mark.parametrize("axis", [0, 1, -1, (0, 2), None])
def test_reduce(name, axis):
    a = np.arange(24).reshape(2, 3, 4) % 7
    if name in ("fmax", "hypot"):
        a = a.astype(float)
    if isinstance(axis, tuple) and name in ("subtract",):
        return
    if axis is None and name == "subtract":
        return
    agree(getattr(cupy, name).reduce(cupy.asarray(a), axis=axis), getattr(np, name).reduce(a, axis=axis))
    agree(
        getattr(cupy, name).reduce(cupy.asarray(a), axis=axis, keepdims=True),
        getattr(np, name).reduce(a, axis=axis, keepdims=True),
    )


@pytest.mark.parametrize(
    "name", ["add", "multiply", "maximum", "minimum", "bitwise_xor", "subtract", "logical_or"]
)
def test_accumulate_reduceat_outer_at(name):
    a = np.arange(1, 13).reshape(3, 4) % 5
    x = cupy.asarray(a)
    f, g = getattr(np, name), getattr(cupy, name)
    for axis in (0, 1):
        agree(g.accumulate(x, axis=axis), f.accumulate(a, axis=axis))
    agree(g.reduceat(x, [0, 2, 1], axis=1), f.reduceat(a, [0, 2, 1], axis=1))
    agree(g.outer(x[0], x), f.outer(a[0], a))
    if name in ("add", "multiply", "maximum", "minimum", "subtract"):
        b, y = a.copy(), x.copy()
        f.at(b, ([0, 0, 2], [1, 1, 3]), 3)
        g.at(y, ([0, 0, 2], [1, 1, 3]), 3)
        agree(y, b)


def test_attributes():
    assert cupy.add.nin == 2 and cupy.add.nout == 1 and cupy.add.nargs == 3
    assert cupy.add.identity == 0 and cupy.maximum.identity is None
    assert "dd->d" in cupy.add.types and cupy.add.ntypes == len(cupy.add.types)
    assert cupy.add.__name__ == "add" and repr(cupy.sin) == "<ufunc 'sin'>"
    assert cupy.abs is cupy.absolute


def test_several_outputs():
    a = np.array([1.5, -2.25, 7.0])
    compare(lambda x: (np if isinstance(x, np.ndarray) else cupy).modf(x), a)
    compare(lambda x: (np if isinstance(x, np.ndarray) else cupy).frexp(x), a)
    compare(lambda x: divmod(x, 2), a)
    compare(lambda x: divmod(7, x), a)


def test_host_arrays_are_refused_with_advice():
    for call in (
        lambda: cupy.ones(3) + np.ones(3),
        lambda: np.ones(3) + cupy.ones(3),
        lambda: cupy.add(cupy.ones(3), np.ones(3)),
    ):
        with pytest.raises(TypeError, match="asarray"):
            call()


def test_numpy_functions_dispatch_here():
    x = cupy.arange(4.0)
    agree(np.sin(x), np.sin(np.arange(4.0)))
    agree(np.float32(2) * cupy.ones(2, "f4"), np.full(2, 2, "f4"))
    agree(np.concatenate([x, x]), np.concatenate([np.arange(4.0)] * 2))
    with pytest.raises(TypeError):
        np.asarray(x)


def test_rank_beyond_the_device():
    shape = (2,) * 12
    a = np.arange(2**12, dtype="f4").reshape(shape)
    mixed = a.transpose(11, 0, 10, 1, 9, 2, 8, 3, 7, 4, 6, 5)
    x = cupy.asarray(a).transpose(11, 0, 10, 1, 9, 2, 8, 3, 7, 4, 6, 5)
    agree(cupy.asarray(a) + x, a + mixed)
    agree(x.sum(axis=(0, 3, 5)), mixed.sum(axis=(0, 3, 5)))


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4"])
@pytest.mark.parametrize("offset", [0, 1])
def test_results_that_no_cache_holds(dtype, offset):
    """Long results may be stored in another way; their ends, the places of `out` and of operands do not matter."""
    n = (1 << 25) // np.dtype(dtype).itemsize + 5
    x = np.arange(1, n + 1 + offset).astype(dtype)[offset:]
    y = x[::-1] + x.dtype.type(1)
    a, b = (cupy.asarray(np.concatenate((x[:offset], each)))[offset:] for each in (x, y))
    out = cupy.empty(n + offset, dtype)[offset:]
    for name in ("add", "subtract", "multiply", "divide" if dtype != "i4" else "add"):
        ours, theirs = getattr(cupy, name), getattr(np, name)
        expected = theirs(x, y)
        np.testing.assert_array_equal(ours(a, b).get(), expected)
        assert ours(a, b, out=out) is out
        np.testing.assert_array_equal(out.get(), expected)
    np.testing.assert_array_equal((a * 3).get(), x * 3)
    a -= b
    np.testing.assert_array_equal(a.get(), x - y)
