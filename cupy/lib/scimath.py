"""Mathematics that turns complex where the real result does not exist: the square root of -1 is 1j.

Which dtype a result has depends on the values, so each function waits for the device once.
"""

from cupy import _core
from cupy._core import ufuncs
from cupy._operands import as_array, cast

__all__ = ["arccos", "arcsin", "arctanh", "log", "log2", "log10", "logn", "power", "sqrt"]

_SINGLE = "bBhHf"  # dtypes whose complex partner is complex64; float16 goes to complex128, as in NumPy


def _complex_if(x, leaves_domain):
    """Return `x`, as complex if it is real and an element leaves the real domain."""
    if x.dtype.kind == "c" or not bool(leaves_domain(x).any()):
        return x
    return x.astype("F" if x.dtype.char in _SINGLE else "D")


def _negative(x):
    return x < 0


def _beyond_one(x):
    return ufuncs.absolute(x) > 1


def _one_argument(name, leaves_domain, condition, example):
    ufunc = getattr(ufuncs, name)

    def function(x):
        return ufunc(_complex_if(as_array(x), leaves_domain))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""Return {name} of `x`, complex if an element is {condition}.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> {example}
    """
    return function


sqrt = _one_argument(
    "sqrt", _negative, "negative", "cp.lib.scimath.sqrt([-1.0, 4.0])\n    array([0.+1.j, 2.+0.j])"
)
log = _one_argument("log", _negative, "negative", "cp.lib.scimath.log([-1.0]).imag\n    array([3.14159265])")
log2 = _one_argument("log2", _negative, "negative", "cp.lib.scimath.log2([8.0])\n    array([3.])")
log10 = _one_argument("log10", _negative, "negative", "cp.lib.scimath.log10([100.0])\n    array([2.])")
arccos = _one_argument(
    "arccos", _beyond_one, "outside [-1, 1]", "cp.lib.scimath.arccos([1.0])\n    array([0.])"
)
arcsin = _one_argument(
    "arcsin", _beyond_one, "outside [-1, 1]", "cp.lib.scimath.arcsin([0.0])\n    array([0.])"
)
arctanh = _one_argument(
    "arctanh", _beyond_one, "outside [-1, 1]", "cp.lib.scimath.arctanh([0.0])\n    array([0.])"
)


def logn(n, x):
    """Return the logarithm of `x` to base `n`, complex if an element of either is negative.

    Parameters
    ----------
    n, x : array_like

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.lib.scimath.logn(2, [4.0, 8.0])
    array([2., 3.])
    """
    return ufuncs.divide(log(x), log(n))


def power(x, p):
    """Return `x` to the power `p`: complex if a base is negative, floating if an exponent is.

    Parameters
    ----------
    x, p : array_like

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.lib.scimath.power([2, 4], -1)
    array([0.5 , 0.25])
    """
    x, p = _complex_if(as_array(x), _negative), as_array(p)
    if p.dtype.kind in "bi" and bool((p < 0).any()):
        p = cast(p, _core.result_type(p, 1.0))
    return ufuncs.power(x, p)
