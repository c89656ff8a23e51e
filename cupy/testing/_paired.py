"""One body, run with NumPy and with cupy: what NumPy does is the definition of what is right."""

import numbers
import warnings

import numpy

import cupy
from cupy._core import ndarray

INTEGERS = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")
FLOATS = ("f2", "f4", "f8")
COMPLEX = ("c8", "c16")
INEXACT = FLOATS + COMPLEX
REAL = ("?", *INTEGERS, *FLOATS)
DTYPES = ("?", *INTEGERS, *INEXACT)

# The largest error of results that are not exact, relative to the largest element: rounding errors
# of sums and of elementary functions.
_TOLERANCES = {"f2": 4e-3, "f4": 4e-6, "f8": 1e-13, "c8": 4e-6, "c16": 1e-13}


def _strided(xp, a):
    if a.ndim == 0:
        return xp.asarray(a)
    return xp.asarray(numpy.repeat(a, 2, axis=-1))[..., ::2]


def _reversed(xp, a):
    return xp.asarray(a[(slice(None, None, -1),) * a.ndim].copy())[(slice(None, None, -1),) * a.ndim]


LAYOUTS = {
    "contiguous": lambda xp, a: xp.asarray(numpy.array(a, order="C")),
    "transposed": lambda xp, a: xp.asarray(a.T.copy()).T,
    "strided": _strided,
    "reversed": _reversed,
}


def sample(shape, dtype, *, seed=0, low=-5, high=6, special=False):
    """Return a reproducible NumPy array of small values with repetitions.

    Parameters
    ----------
    shape : int or tuple of int
    dtype : dtype
    seed : int
    low, high : int
        Range of the values; from 0 for unsigned dtypes.
    special : bool
        Put NaN, infinities and a negative zero in, where the dtype has them.

    Returns
    -------
    out : numpy.ndarray
    """
    dtype = numpy.dtype(dtype)
    generator = numpy.random.default_rng(seed)
    if dtype.kind == "b":
        return generator.integers(0, 2, shape).astype(bool)
    if dtype.kind in "ui":
        return generator.integers(0 if dtype.kind == "u" else low, high, shape).astype(dtype)
    out = generator.integers(4 * low, 4 * high, shape) / 4
    if dtype.kind == "c":
        out = out + 1j * generator.integers(4 * low, 4 * high, shape) / 4
    out = numpy.asarray(out).astype(dtype)
    if special:
        values = numpy.array([numpy.nan, numpy.inf, -numpy.inf, -0.0, numpy.nan])
        places = generator.permutation(out.size)[: values.size]
        out.flat[places] = values[: places.size]
    return out


def compare(actual, expected, exact=True):
    """Raise AssertionError unless a result of cupy equals one of NumPy in kind, dtype and values.

    Parameters
    ----------
    actual, expected : any
        Arrays, or tuples, lists and dicts of arrays. A NumPy scalar stands for a 0-d array.
    exact : bool
        False allows rounding errors.

    Raises
    ------
    AssertionError
        If they differ.
    """
    if isinstance(expected, (tuple, list)):
        assert isinstance(actual, (tuple, list)), f"{type(actual).__name__} is no sequence"
        assert isinstance(actual, tuple) == isinstance(expected, tuple), type(actual).__name__
        assert len(actual) == len(expected), f"{len(actual)} results, expected {len(expected)}"
        for a, e in zip(actual, expected):
            compare(a, e, exact)
        return
    if isinstance(expected, (numpy.ndarray, numpy.generic)):
        assert isinstance(actual, ndarray), f"{type(actual).__name__} is no device array"
        expected = numpy.asarray(expected)
    elif isinstance(expected, numbers.Number) and isinstance(actual, ndarray):
        expected = numpy.asarray(expected)  # a Python number of NumPy stays on the device here
    else:
        assert actual == expected, f"{actual!r}, expected {expected!r}"
        return
    assert actual.dtype == expected.dtype, f"dtype {actual.dtype}, expected {expected.dtype}"
    assert actual.shape == expected.shape, f"shape {actual.shape}, expected {expected.shape}"
    values = actual.get()
    tolerance = 0 if exact else _TOLERANCES.get(f"{expected.dtype.kind}{expected.dtype.itemsize}", 0)
    if tolerance == 0 or expected.size == 0:
        numpy.testing.assert_array_equal(values, expected)
        return
    finite = numpy.abs(expected[numpy.isfinite(expected)])
    scale = max(1.0, float(finite.max())) if finite.size else 1.0
    numpy.testing.assert_allclose(values, expected, rtol=tolerance, atol=tolerance * scale)


def check(body, *arrays, layout="contiguous", exact=True):
    """Run ``body(xp, *arrays)`` with NumPy and with cupy and compare the results.

    Parameters
    ----------
    body : callable or str
        Returns arrays, or changes its arguments and returns them. A text is an expression of
        ``xp``, of the arguments by the names a, b, c, d, and of ``np``, NumPy.
    *arrays : numpy.ndarray
        Copied to each side in the given memory layout; what is no array is passed on.
    layout : str
        One of LAYOUTS.
    exact : bool
        False allows rounding errors.

    Raises
    ------
    AssertionError
        If results differ, or NumPy raises and cupy does not raise the same.
    """
    make = LAYOUTS[layout]

    def run(xp):
        given = [make(xp, a) if isinstance(a, numpy.ndarray) else a for a in arrays]
        if isinstance(body, str):
            return eval(body, {"xp": xp, "np": numpy, **dict(zip("abcd", given))})
        return body(xp, *given)

    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            expected, error = run(numpy), None
        except Exception as raised:
            error = raised
        if error is None:
            compare(run(cupy), expected, exact)
            return
        # a class of NumPy's own stands for the built-in one that it refines
        wanted = next(c for c in type(error).__mro__ if c.__module__ == "builtins")
        try:
            result = run(cupy)
        except wanted:
            return
        except Exception as other:
            raise AssertionError(f"raised {other!r}, NumPy raises {error!r}") from other
    raise AssertionError(f"returned {result!r}, NumPy raises {error!r}")
