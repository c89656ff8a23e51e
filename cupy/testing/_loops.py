"""CuPy's decorators for test functions: loops over dtypes and orders, and paired runs."""

import functools
import inspect
import itertools
import warnings

import numpy

import cupy
from cupy._core import ndarray
from cupy.testing import _assertions

_SIGNED = (numpy.int8, numpy.int16, numpy.int32, numpy.int64)
_UNSIGNED = (numpy.uint8, numpy.uint16, numpy.uint32, numpy.uint64)
_INTEGERS = _SIGNED + _UNSIGNED
_FLOATS = (numpy.float32, numpy.float64)
_HALF = (numpy.float16,)
_COMPLEX = (numpy.complex64, numpy.complex128)
_BOOL = (numpy.bool_,)


def _hide(wrapper, function, *names):
    """Keep pytest from taking the arguments that the wrapper supplies for fixtures."""
    signature = inspect.signature(function)
    wrapper.__signature__ = signature.replace(
        parameters=[p for n, p in signature.parameters.items() if n not in names]
    )
    return wrapper


def _looped(values_by_name):
    """Decorate a test to run once per combination of values of its arguments."""

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for values in itertools.product(*values_by_name.values()):
                chosen = dict(zip(values_by_name, values))
                try:
                    function(*args, **kwargs, **chosen)
                except Exception as error:
                    error.add_note(f"with {chosen}")
                    raise

        return _hide(wrapper, function, *values_by_name)

    return decorate


def for_dtypes(dtypes, name="dtype"):
    """Run a test for each dtype, passed by the keyword `name`."""
    return _looped({name: tuple(numpy.dtype(d).type for d in dtypes)})


def for_dtypes_combination(types, names=("dtype",), full=None):
    """Run a test for all combinations of dtypes, passed by the keywords `names`."""
    types = tuple(types)
    if full:
        return _looped({name: types for name in names})
    # each dtype meets others in every place, without the whole product
    count = len(types)
    rows = [tuple(types[(i * (k + 1) + k) % count] for k in range(len(names))) for i in range(count)]

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for row in rows:
                function(*args, **kwargs, **dict(zip(names, row)))

        return _hide(wrapper, function, *names)

    return decorate


def _choose(no_float16=False, no_bool=False, no_complex=False):
    return (
        (() if no_bool else _BOOL)
        + _INTEGERS
        + (() if no_float16 else _HALF)
        + _FLOATS
        + (() if no_complex else _COMPLEX)
    )


def for_all_dtypes(name="dtype", no_float16=False, no_bool=False, no_complex=False):
    """Run a test for each dtype."""
    return for_dtypes(_choose(no_float16, no_bool, no_complex), name)


def for_float_dtypes(name="dtype", no_float16=False):
    """Run a test for each floating dtype."""
    return for_dtypes((() if no_float16 else _HALF) + _FLOATS, name)


def for_complex_dtypes(name="dtype"):
    """Run a test for each complex dtype."""
    return for_dtypes(_COMPLEX, name)


def for_signed_dtypes(name="dtype"):
    """Run a test for each signed integer dtype."""
    return for_dtypes(_SIGNED, name)


def for_unsigned_dtypes(name="dtype"):
    """Run a test for each unsigned integer dtype."""
    return for_dtypes(_UNSIGNED, name)


def for_int_dtypes(name="dtype", no_bool=False):
    """Run a test for each integer dtype and bool."""
    return for_dtypes((() if no_bool else _BOOL) + _INTEGERS, name)


def for_all_dtypes_combination(
    names=("dtyes",), no_float16=False, no_bool=False, full=None, no_complex=False
):
    """Run a test for combinations of dtypes."""
    return for_dtypes_combination(_choose(no_float16, no_bool, no_complex), names, full)


def for_signed_dtypes_combination(names=("dtype",), full=None):
    """Run a test for combinations of signed integer dtypes."""
    return for_dtypes_combination(_SIGNED, names, full)


def for_unsigned_dtypes_combination(names=("dtype",), full=None):
    """Run a test for combinations of unsigned integer dtypes."""
    return for_dtypes_combination(_UNSIGNED, names, full)


def for_int_dtypes_combination(names=("dtype",), no_bool=False, full=None):
    """Run a test for combinations of integer dtypes and bool."""
    return for_dtypes_combination((() if no_bool else _BOOL) + _INTEGERS, names, full)


def for_orders(orders, name="order"):
    """Run a test for each memory order."""
    return _looped({name: tuple(orders)})


def for_CF_orders(name="order"):
    """Run a test for C and Fortran order."""
    return for_orders(("C", "F"), name)


def _both(function, args, kwargs, name, accept_error):
    """Run a test with cupy and with NumPy; return the results, or None if both raised alike."""
    results = []
    for xp in (cupy, numpy):
        try:
            with warnings.catch_warnings(), numpy.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                results.append((function(*args, **kwargs, **{name: xp}), None))
        except Exception as error:
            results.append((None, error))
    (actual, error), (expected, reference) = results
    if error is None and reference is None:
        return actual, expected
    if error is None or reference is None:
        who, raised = ("NumPy", reference) if error is None else ("cupy", error)
        raise AssertionError(f"only {who} raised {raised!r}") from raised
    accepted = (Exception,) if accept_error is True else accept_error
    if not accepted or not isinstance(error, accepted) or not isinstance(error, type(reference)):
        raise AssertionError(f"cupy raised {error!r}, NumPy {reference!r}") from error
    return None


def _paired(assertion, type_check, each=False):
    def decorate(name, accept_error, **options):
        def decorator(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                results = _both(function, args, kwargs, name, accept_error)
                if results is None:
                    return
                actual, expected = results
                if each or not isinstance(actual, (tuple, list)):
                    actual, expected = [actual], [expected]
                assert len(actual) == len(expected)
                for a, e in zip(actual, expected):
                    if type_check and isinstance(a, ndarray):
                        assert a.dtype == numpy.asarray(e).dtype, (a.dtype, numpy.asarray(e).dtype)
                    assertion(a, e, **options)

            return _hide(wrapper, function, name)

        return decorator

    return decorate


def _tolerance(value, array):
    """Tolerances may be given per dtype, with 'default' for the others."""
    if not isinstance(value, dict):
        return value
    dtype = numpy.asarray(array.get() if isinstance(array, ndarray) else array).dtype
    for key, bound in value.items():
        if key != "default" and numpy.dtype(key) == dtype:
            return bound
    return value["default"]


def numpy_cupy_allclose(
    rtol=1e-7,
    atol=0,
    err_msg="",
    verbose=True,
    name="xp",
    type_check=True,
    accept_error=False,
    sp_name=None,
    scipy_name=None,
    contiguous_check=True,
):
    """Run a test with both modules (keyword `name`) and compare results with `assert_allclose`."""

    def close(actual, expected):
        _assertions.assert_allclose(
            actual,
            expected,
            rtol=_tolerance(rtol, actual),
            atol=_tolerance(atol, actual),
            err_msg=err_msg,
            verbose=verbose,
        )

    return _paired(close, type_check)(name, accept_error)


def numpy_cupy_array_equal(
    err_msg="",
    verbose=True,
    name="xp",
    type_check=True,
    accept_error=False,
    sp_name=None,
    scipy_name=None,
    strides_check=False,
):
    """Run a test with both modules and compare results with `assert_array_equal`."""
    return _paired(_assertions.assert_array_equal, type_check)(
        name, accept_error, err_msg=err_msg, verbose=verbose, strides_check=strides_check
    )


def numpy_cupy_array_almost_equal(
    decimal=6,
    err_msg="",
    verbose=True,
    name="xp",
    type_check=True,
    accept_error=False,
    sp_name=None,
    scipy_name=None,
):
    """Run a test with both modules and compare with `assert_array_almost_equal`."""
    return _paired(_assertions.assert_array_almost_equal, type_check)(
        name, accept_error, decimal=decimal, err_msg=err_msg, verbose=verbose
    )


def numpy_cupy_array_almost_equal_nulp(
    nulp=1, name="xp", type_check=True, accept_error=False, sp_name=None, scipy_name=None
):
    """Run a test with both modules and compare with `assert_array_almost_equal_nulp`."""
    return _paired(_assertions.assert_array_almost_equal_nulp, type_check)(name, accept_error, nulp=nulp)


def numpy_cupy_array_max_ulp(
    maxulp=1, dtype=None, name="xp", type_check=True, accept_error=False, sp_name=None, scipy_name=None
):
    """Run a test with both modules and compare with `assert_array_max_ulp`."""
    return _paired(_assertions.assert_array_max_ulp, type_check)(
        name, accept_error, maxulp=maxulp, dtype=dtype
    )


def numpy_cupy_array_less(
    err_msg="", verbose=True, name="xp", type_check=True, accept_error=False, sp_name=None, scipy_name=None
):
    """Run a test with both modules and compare with `assert_array_less`."""
    return _paired(_assertions.assert_array_less, type_check)(
        name, accept_error, err_msg=err_msg, verbose=verbose
    )


def numpy_cupy_array_list_equal(err_msg="", verbose=True, name="xp", sp_name=None, scipy_name=None):
    """Run a test that returns sequences of arrays and compare with `assert_array_list_equal`."""
    return _paired(_assertions.assert_array_list_equal, False, each=True)(
        name, False, err_msg=err_msg, verbose=verbose
    )


def numpy_cupy_equal(name="xp", sp_name=None, scipy_name=None):
    """Run a test with both modules and require equal results, which are no arrays."""

    def equal(actual, expected):
        assert actual == expected, f"{actual!r}, NumPy {expected!r}"

    return _paired(equal, False, each=True)(name, False)


def numpy_cupy_raises(name="xp", sp_name=None, scipy_name=None, accept_error=Exception):
    """Run a test with both modules and require that both raise the same type of error."""

    def decorator(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            if _both(function, args, kwargs, name, accept_error) is not None:
                raise AssertionError("neither cupy nor NumPy raised an error")

        return _hide(wrapper, function, name)

    return decorator


def parameterize(*params):
    """Run the tests of a class once per dict of attributes."""
    import pytest

    def decorate(cls):
        @pytest.fixture(autouse=True, params=params, ids=lambda p: "-".join(map(str, p.values())))
        def _parameters(self, request):
            for key, value in request.param.items():
                setattr(self, key, value)

        cls._parameters = _parameters
        return cls

    return decorate


def product(parameter):
    """Return the dicts of all combinations of the values in a dict of lists."""
    keys = sorted(parameter)
    return [dict(zip(keys, v)) for v in itertools.product(*(parameter[k] for k in keys))]


def shaped_arange(shape, xp=cupy, dtype=numpy.float32, order="C"):
    """Return an array of the given shape with the values 1, 2, ...; every second True for bool."""
    a = numpy.arange(1, int(numpy.prod(shape)) + 1)
    a = a % 2 == 0 if numpy.dtype(dtype).kind == "b" else a
    a = a + 1j * a if numpy.dtype(dtype).kind == "c" else a
    return xp.asarray(a.astype(dtype).reshape(shape), order=order)


def shaped_reverse_arange(shape, xp=cupy, dtype=numpy.float32):
    """Return an array of the given shape with the values n, ..., 2, 1."""
    return xp.asarray(shaped_arange(shape, numpy, dtype).ravel()[::-1].reshape(shape).copy())


def shaped_random(shape, xp=cupy, dtype=numpy.float32, scale=10, seed=0, order="C"):
    """Return an array of reproducible random values from 0 to `scale`; coin tosses for bool."""
    generator = numpy.random.default_rng(seed)
    dtype = numpy.dtype(dtype)
    if dtype.kind == "b":
        a = generator.integers(0, 2, shape)
    else:
        a = generator.random(shape) * scale
        a = a + 1j * generator.random(shape) * scale if dtype.kind == "c" else a
    return xp.asarray(numpy.asarray(a).astype(dtype), order=order)


__all__ = sorted(
    name
    for name, value in list(globals().items())
    if inspect.isfunction(value) and value.__module__ == __name__ and not name.startswith("_")
)
