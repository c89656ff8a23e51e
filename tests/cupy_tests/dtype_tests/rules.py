"""What NumPy says of dtypes, and of bfloat16 what it would say: the oracle of the tests in this folder."""

import ml_dtypes
import numpy as np

import cupy

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
HALF = np.dtype("e")
DTYPES = [np.dtype(c) for c in "?bhilBHILefdFD"]
UFUNCS = sorted({getattr(np, name).__name__ for name in cupy._core.ufuncs.__all__})
# The steps of these are exact in float32: one rounding makes their bfloat16 result the nearest.
EXACT = set(
    """
    absolute add ceil conjugate copysign divide divmod equal fabs floor floor_divide fmax fmin fmod
    frexp greater greater_equal heaviside isfinite isinf isnan ldexp less less_equal logical_and
    logical_not logical_or logical_xor maximum minimum modf multiply negative not_equal positive
    reciprocal remainder rint sign signbit sqrt square subtract trunc
""".split()
)


def kinds(value):
    """Return the ways in which a dtype comes as an operand: an array, a 0-d array, a NumPy scalar."""
    return np.full(2, value), np.full((), value), value


def is_dtype(x, dtype):
    return getattr(x, "dtype", None) == dtype


def expected_dtypes(name, operands):
    """Return the dtypes of a ufunc's results, or its exception.

    bfloat16 is promoted as float16 is; beside float16 both are float32.
    """
    narrow = any(is_dtype(x, BFLOAT16) for x in operands)
    both = narrow and any(is_dtype(x, HALF) for x in operands)
    try:
        results = getattr(np, name)(
            *[x.astype("f" if both else "e") if is_dtype(x, BFLOAT16) else x for x in operands]
        )
    except Exception as error:
        return error
    results = results if isinstance(results, tuple) else (results,)
    found = [np.asarray(r).dtype for r in results]
    return [BFLOAT16 if narrow and not both and d == HALF else d for d in found]


def device(x):
    return cupy.asarray(x) if isinstance(x, np.ndarray) else x


def found_dtypes(name, operands):
    try:
        results = getattr(cupy, name)(*map(device, operands))
    except Exception as error:
        return error
    return [r.dtype for r in (results if isinstance(results, tuple) else (results,))]


def built_in(error):
    """Return the class of Python that an exception is, which a class of NumPy's may refine."""
    return next(c for c in type(error).__mro__ if c.__module__ == "builtins")


def agree(found, expected):
    if isinstance(expected, Exception):
        return isinstance(found, built_in(expected))
    return not isinstance(found, Exception) and found == expected


def singles(x):
    """Return operands in which the oracle computes bfloat16: exact float32 copies."""
    return x.astype(np.float32) if x.dtype == BFLOAT16 else x


def rounded(x):
    x = np.asarray(x)
    return x.astype(BFLOAT16) if x.dtype == np.float32 else x


def steps(a, b):
    """Return how many bfloat16 numbers lie between two arrays of them; NaN and NaN are together."""

    def place(x):
        bits = x.view(np.int16).astype(np.int32)
        return np.where(bits < 0, -(bits & 0x7FFF), bits)

    nan = np.isnan(a.astype("f")) & np.isnan(b.astype("f"))
    return np.where(nan, 0, np.abs(place(a) - place(b)))


def assert_same(found, expected):
    """Raise AssertionError unless two host arrays are equal; NumPy's comparison does not know bfloat16's NaN."""
    np.testing.assert_array_equal(
        *(singles(x) if isinstance(x, np.ndarray) else x for x in (found, expected))
    )
