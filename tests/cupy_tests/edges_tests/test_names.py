"""Names that stand for others, and names that are NumPy's own."""

import cupy
import cupy.cuda
import cupyx
import numpy as np
import pytest
from cupy import _absent

A = np.array([[3.0, -1.0, 2.5], [0.0, 4.0, 0.5]])

OF_NUMPY = (
    "False_ True_ base_repr binary_repr bool_ cdouble complexfloating csingle double euler_gamma errstate "
    "format_float_positional format_float_scientific generic get_printoptions geterr geterrcall half index_exp inexact "
    "int_ intc intp iterable long longlong mintypecode printoptions s_ set_printoptions seterr seterrcall short "
    "signedinteger typename ubyte uint uintc uintp ulong ulonglong unsignedinteger ushort byte single integer floating "
    "number e pi inf nan newaxis dtype iinfo ndindex"
)
ALIASES = {
    "amax": "max",
    "amin": "min",
    "alltrue": "all",
    "sometrue": "any",
    "product": "prod",
    "cumproduct": "cumprod",
    "round_": "round",
    "row_stack": "vstack",
    "trapz": "trapezoid",
    "bitwise_not": "invert",
    "true_divide": "divide",
    "degrees": "rad2deg",
    "radians": "deg2rad",
    "abs": "absolute",
    "conj": "conjugate",
    "mod": "remainder",
    "pow": "power",
    "concat": "concatenate",
    "permute_dims": "transpose",
    "acos": "arccos",
    "asin": "arcsin",
}


@pytest.mark.parametrize("name", OF_NUMPY.split())
def test_what_knows_no_arrays_is_numpys(name):
    assert getattr(cupy, name) is getattr(np, name)


@pytest.mark.parametrize("name", ALIASES)
def test_other_names(name):
    x = cupy.asarray(A)
    x = x.astype(int) if name == "bitwise_not" else x
    arguments = (
        (x, x)
        if name in ("true_divide", "mod", "pow")
        else ((x, x),)
        if name in ("row_stack", "concat")
        else (x,)
    )
    found, expected = (getattr(cupy, n)(*arguments) for n in (name, ALIASES[name]))
    assert found.dtype == expected.dtype and found.shape == expected.shape
    np.testing.assert_array_equal(found.get(), expected.get())


PAIRED = (
    """
xp.bartlett(7); xp.blackman(7); xp.hamming(6); xp.hanning(1); xp.kaiser(7, 14.0); xp.bartlett(0); xp.kaiser(1, 2)
xp.deg2rad(a); xp.rad2deg(a); xp.radians(a); xp.degrees(a); xp.spacing(a); xp.sinc(a); xp.i0(a)
xp.arcsinh(a); xp.arctan(a); xp.cbrt(a); xp.exp2(a); xp.fmod(a, 1.25); xp.heaviside(a, 0.5); xp.logaddexp2(a, 1.5)
xp.frexp(a)[0]; xp.frexp(a)[1]; xp.lcm(xp.arange(6), 4); xp.gcd(xp.arange(6), 4)
xp.emath.sqrt(a); xp.emath.log(a); xp.emath.arccos(a)
""".replace("\n", "; ")
    .strip("; ")
    .split("; ")
)


@pytest.mark.parametrize("call", PAIRED)
def test_functions(call):
    expected = np.asarray(eval(call, {"xp": np, "a": A}))
    found = eval(call, {"xp": cupy, "a": cupy.asarray(A)})
    assert isinstance(found, cupy.ndarray) and (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(found.get(), expected, rtol=1e-13, atol=1e-15)


def test_annotations():
    assert cupy.typing.NDArray[cupy.float32].__origin__ is cupy.ndarray
    assert {"ArrayLike", "DTypeLike", "NDArray"} <= set(dir(cupy.typing))


def test_in1d():
    a, b = np.array([[1, 2], [5, 0]]), [2, 0, 7]
    assert cupy.in1d(cupy.asarray(a), b).get().tolist() == np.isin(a, b).ravel().tolist()


def test_texts():
    x = cupy.asarray(A)
    assert cupy.array_repr(x) == repr(A) and cupy.array_str(x) == str(A)
    assert cupy.array2string(x, precision=1, separator=";") == np.array2string(A, precision=1, separator=";")
    with cupy.printoptions(precision=1):
        assert repr(cupy.asarray(A) / 3) == repr(A / 3)


def test_promotion_and_kinds():
    for one in "?bBhHiIlLefdFD":
        for two in "?bBhHiIlLefdFD":
            assert cupy.promote_types(one, two) == np.promote_types(one, two)
    assert cupy.issubdtype(cupy.float32, cupy.floating) and not cupy.issubdtype(cupy.int8, cupy.inexact)
    assert cupy.promote_types(cupy.bfloat16, "f2") == np.float32


def test_error_state_is_accepted():
    with cupy.errstate(divide="raise"):
        assert cupy.isinf(cupy.ones(1) / 0).item()
    old = cupy.seterr(all="raise")
    assert cupy.geterr()["over"] == "raise" and cupy.isinf(cupy.array(1e300) * 1e300).item()
    cupy.seterr(**old)


def test_pools_and_exceptions():
    pool = cupy.get_default_pinned_memory_pool()
    pool.free_all_blocks()
    assert pool.n_free_blocks() == 0
    assert cupy.exceptions.AxisError is np.exceptions.AxisError


@pytest.mark.parametrize(
    "name, reason",
    [
        ("NaN", "cupy.nan"),
        ("float_", "cupy.float64"),
        ("matrix", "matrices"),
        ("datetime64", "dates"),
        ("object_", "numbers"),
        ("poly1d", "planned"),
        ("longdouble", "float64"),
        ("ma", "mask"),
        ("AxisError", "cupy.exceptions"),
        ("char", "no text"),
        ("asscalar", "item"),
        ("string_", "no text"),
        ("vectorize", "a.get"),
    ],
)
def test_absent_names_say_why(name, reason):
    assert not hasattr(cupy, name)
    with pytest.raises(AttributeError, match=f"{name}.*{reason}"):
        getattr(cupy, name)
    with pytest.raises(AttributeError, match="'nonsense'$"):
        cupy.nonsense


@pytest.mark.parametrize(
    "module, reasons, name, says",
    [
        (cupy, "OTHERS", "float", "Python's float"),
        (cupy.random, "RANDOM", "PCG64", "default_rng"),
        (cupy.cuda, "CUDA", "nvtx", "time_range"),
        (cupy.cuda, "CUDA", "set_allocator", "get_default_memory_pool"),
        (cupyx, "EXTENSIONS", "scipy", "a.get"),
    ],
)
def test_modules_say_what_to_use_instead(module, reasons, name, says):
    reasons = getattr(_absent, reasons)
    assert [n for n in reasons if hasattr(module, n)] == []
    assert reasons.keys().isdisjoint(_absent.FUNCTIONS) or module is not cupy
    with pytest.raises(AttributeError, match=f"'{module.__name__}'.*'{name}'.*{says}"):
        getattr(module, name)
    with pytest.raises(AttributeError, match="'nonsense'$"):
        module.nonsense


def test_cuda_libraries_are_found_where_cupy_has_them():
    from cupy.cuda import nccl
    from cupy_backends.cuda.libs import NotAvailableError

    with pytest.raises(NotAvailableError, match="NCCL"):
        nccl.get_unique_id()
