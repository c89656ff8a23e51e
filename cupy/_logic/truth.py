"""Truth value testing."""

import numpy

from cupy import _core
from cupy._operands import as_array

__all__ = ["all", "alltrue", "any", "sometrue"]

_NO_VALUE = numpy._NoValue


def _reduced(name, a, axis, out, keepdims, where):
    given = {} if where is _NO_VALUE else {"where": where}
    return _core.reduce(name, as_array(a), axis, out=out, keepdims=keepdims, **given)


def all(a, axis=None, out=None, keepdims=False, *, where=_NO_VALUE):
    """Test whether all elements along axes are true.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes by default.
    out : ndarray, optional
    keepdims : bool
    where : array_like of bool, optional
        Elements to include.

    Returns
    -------
    out : ndarray of bool

    Raises
    ------
    AxisError
        If an axis is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.all(cp.array([[True, False], [True, True]]), axis=0)
    array([ True, False])
    """
    return _reduced("all", a, axis, out, keepdims, where)


def any(a, axis=None, out=None, keepdims=False, *, where=_NO_VALUE):
    """Test whether any element along axes is true.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes by default.
    out : ndarray, optional
    keepdims : bool
    where : array_like of bool, optional
        Elements to include.

    Returns
    -------
    out : ndarray of bool

    Raises
    ------
    AxisError
        If an axis is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.any(cp.array([[True, False], [True, False]]), axis=0)
    array([ True, False])
    """
    return _reduced("any", a, axis, out, keepdims, where)


alltrue = all
sometrue = any
