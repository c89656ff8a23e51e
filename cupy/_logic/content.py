"""Tests of the elements of an array."""

from cupy import _core
from cupy._core import ufuncs as uf
from cupy._operands import BOOL, as_array, deliver, kind_of

__all__ = ["isneginf", "isposinf"]


def _infinite(x, out, negative):
    x = as_array(x)
    if kind_of(x.dtype) == "c":
        raise TypeError(
            "This operation is not supported for complex128 values because it would be ambiguous."
        )
    if kind_of(x.dtype) != "f":
        return deliver(_core.zeros(x.shape, BOOL), out)
    return uf.equal(x, float("-inf" if negative else "inf"), out=out)


def isposinf(x, out=None):
    """Test element-wise for positive infinity.

    Parameters
    ----------
    x : array_like
    out : ndarray, optional

    Returns
    -------
    out : ndarray of bool

    Raises
    ------
    TypeError
        For complex input.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.isposinf(cp.array([-cp.inf, 0., cp.inf]))
    array([False, False,  True])
    """
    return _infinite(x, out, False)


def isneginf(x, out=None):
    """Test element-wise for negative infinity.

    Parameters
    ----------
    x : array_like
    out : ndarray, optional

    Returns
    -------
    out : ndarray of bool

    Raises
    ------
    TypeError
        For complex input.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.isneginf(cp.array([-cp.inf, 0., cp.inf]))
    array([ True, False, False])
    """
    return _infinite(x, out, True)
