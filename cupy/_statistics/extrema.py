"""Extreme values."""

import numpy

from cupy import _core
from cupy._core import ufuncs as uf
from cupy._operands import as_array, deliver, kind_of, select

__all__ = ["amax", "amin", "max", "min", "nanmax", "nanmin", "ptp"]

_NO_VALUE = numpy._NoValue


def _mask(where):
    return where if where is True else _core.as_mask(where)


def max(a, axis=None, out=None, keepdims=False, initial=_NO_VALUE, where=True):
    """Return the maximum along axes; NaN counts as one.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes by default.
    out : ndarray, optional
    keepdims : bool
        Keep the reduced axes with extent 1.
    initial : scalar, optional
        The least possible result; needed for empty input and with `where`.
    where : array_like of bool, optional
        Elements to include.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If there is nothing to reduce and no `initial`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.max(cp.array([[1, 4], [3, 2]]), axis=0)
    array([3, 4])
    """
    return as_array(a).max(axis, out, keepdims, initial, _mask(where))


def min(a, axis=None, out=None, keepdims=False, initial=_NO_VALUE, where=True):
    """Return the minimum along axes; NaN counts as one.

    Parameters
    ----------
    a, axis, out, keepdims, where
        As for `max`.
    initial : scalar, optional
        The largest possible result; needed for empty input and with `where`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If there is nothing to reduce and no `initial`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.min(cp.array([[1, 4], [3, 2]]), axis=0)
    array([1, 2])
    """
    return as_array(a).min(axis, out, keepdims, initial, _mask(where))


amax = max
amin = min


def _nan_extreme(a, axis, out, keepdims, initial, where, method, neutral):
    a, where = as_array(a), _mask(where)
    if kind_of(a.dtype) not in "fc":
        return getattr(a, method)(axis, out, keepdims, initial, where)
    missing = uf.isnan(a)
    result = getattr(select(missing, neutral, a, a.dtype), method)(axis, None, keepdims, initial, where)
    if initial is _NO_VALUE:
        result = select(missing.all(axis, keepdims=keepdims), numpy.nan, result, a.dtype)
    return deliver(result, out)


def nanmax(a, axis=None, out=None, keepdims=False, initial=_NO_VALUE, where=True):
    """Return the maximum along axes, ignoring NaN.

    Parameters
    ----------
    a, axis, out, keepdims, initial, where
        As for `max`.

    Returns
    -------
    out : ndarray
        NaN for a slice of nothing but NaN, without NumPy's warning, which would synchronise.

    Raises
    ------
    ValueError
        If there is nothing to reduce and no `initial`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nanmax(cp.array([1., cp.nan, 3.]))
    array(3.)
    """
    return _nan_extreme(a, axis, out, keepdims, initial, where, "max", -numpy.inf)


def nanmin(a, axis=None, out=None, keepdims=False, initial=_NO_VALUE, where=True):
    """Return the minimum along axes, ignoring NaN.

    Parameters
    ----------
    a, axis, out, keepdims, initial, where
        As for `min`.

    Returns
    -------
    out : ndarray
        NaN for a slice of nothing but NaN, without NumPy's warning, which would synchronise.

    Raises
    ------
    ValueError
        If there is nothing to reduce and no `initial`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nanmin(cp.array([1., cp.nan, 3.]))
    array(1.)
    """
    return _nan_extreme(a, axis, out, keepdims, initial, where, "min", numpy.inf)


def ptp(a, axis=None, out=None, keepdims=False):
    """Return the difference of maximum and minimum along axes.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes by default.
    out : ndarray, optional
    keepdims : bool

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If there is nothing to reduce.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.ptp(cp.array([[1, 4], [3, 2]]), axis=1)
    array([3, 1])
    """
    a = as_array(a)
    # The maximum passes through `out`, whose dtype then counts.
    return uf.subtract(a.max(axis, out, keepdims), a.min(axis, None, keepdims), out=out)
