"""Sums, products and their running forms."""

import numpy

from cupy import _core
from cupy._core import ufuncs as uf
from cupy._operands import as_array, deliver, kind_of, select

__all__ = [
    "cumprod",
    "cumproduct",
    "cumsum",
    "cumulative_prod",
    "cumulative_sum",
    "nancumprod",
    "nancumsum",
    "nanprod",
    "nansum",
    "prod",
    "product",
    "sum",
]

_NO_VALUE = numpy._NoValue


def _mask(where):
    return where if where is True else _core.as_mask(where)


def without_nan(a, value):
    """Return `a` with NaN replaced by `value`; `a` itself where there can be none."""
    a = as_array(a)
    return select(uf.isnan(a), value, a, a.dtype) if kind_of(a.dtype) in "fc" else a


def sum(a, axis=None, dtype=None, out=None, keepdims=False, initial=_NO_VALUE, where=True):
    """Return the sum of elements along axes.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes by default.
    dtype : dtype, optional
        Of the sum; narrow integers are summed in 64 bits by default.
    out : ndarray, optional
    keepdims : bool
        Keep the reduced axes with extent 1.
    initial : scalar, optional
        Start of the sum.
    where : array_like of bool, optional
        Elements to include.

    Returns
    -------
    out : ndarray

    Raises
    ------
    AxisError
        If an axis is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.sum(cp.array([[1, 2], [3, 4]]), axis=0)
    array([4, 6])
    """
    return as_array(a).sum(axis, dtype, out, keepdims, initial, _mask(where))


def prod(a, axis=None, dtype=None, out=None, keepdims=False, initial=_NO_VALUE, where=True):
    """Return the product of elements along axes.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, initial, where
        As for `sum`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    AxisError
        If an axis is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.prod(cp.array([[1, 2], [3, 4]]), axis=0)
    array([3, 8])
    """
    return as_array(a).prod(axis, dtype, out, keepdims, initial, _mask(where))


product = prod


def nansum(a, axis=None, dtype=None, out=None, keepdims=False, initial=_NO_VALUE, where=True):
    """Return the sum of elements along axes, NaN counting as zero.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, initial, where
        As for `sum`.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nansum(cp.array([1, cp.nan]))
    array(1.)
    """
    return without_nan(a, 0).sum(axis, dtype, out, keepdims, initial, _mask(where))


def nanprod(a, axis=None, dtype=None, out=None, keepdims=False, initial=_NO_VALUE, where=True):
    """Return the product of elements along axes, NaN counting as one.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, initial, where
        As for `sum`.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nanprod(cp.array([2, cp.nan]))
    array(2.)
    """
    return without_nan(a, 1).prod(axis, dtype, out, keepdims, initial, _mask(where))


def cumsum(a, axis=None, dtype=None, out=None):
    """Return the running sum along an axis.

    Parameters
    ----------
    a : array_like
    axis : int, optional
        By default `a` is flattened.
    dtype : dtype, optional
    out : ndarray, optional

    Returns
    -------
    out : ndarray

    Raises
    ------
    AxisError
        If `axis` is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.cumsum(cp.array([1, 2, 3]))
    array([1, 3, 6])
    """
    return _at_least_1d(a).cumsum(axis, dtype, out)


def cumprod(a, axis=None, dtype=None, out=None):
    """Return the running product along an axis.

    Parameters
    ----------
    a, axis, dtype, out
        As for `cumsum`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    AxisError
        If `axis` is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.cumprod(cp.array([1, 2, 3]))
    array([1, 2, 6])
    """
    return _at_least_1d(a).cumprod(axis, dtype, out)


cumproduct = cumprod


def _at_least_1d(a):
    a = as_array(a)
    return a if a.ndim else a.reshape(1)


def nancumsum(a, axis=None, dtype=None, out=None):
    """Return the running sum along an axis, NaN counting as zero.

    Parameters
    ----------
    a, axis, dtype, out
        As for `cumsum`.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nancumsum(cp.array([1, cp.nan, 3]))
    array([1., 1., 4.])
    """
    return _at_least_1d(without_nan(a, 0)).cumsum(axis, dtype, out)


def nancumprod(a, axis=None, dtype=None, out=None):
    """Return the running product along an axis, NaN counting as one.

    Parameters
    ----------
    a, axis, dtype, out
        As for `cumsum`.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nancumprod(cp.array([2, cp.nan, 3]))
    array([2., 2., 6.])
    """
    return _at_least_1d(without_nan(a, 1)).cumprod(axis, dtype, out)


def _cumulative(x, axis, dtype, out, include_initial, name, first):
    x = _at_least_1d(x)
    if axis is None:
        if x.ndim > 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0
    axis = _core.normalize_axis(axis, x.ndim)
    if not include_initial:
        return getattr(x, name)(axis, dtype, out)
    running = getattr(x, name)(axis, dtype)
    shape = list(running.shape)
    shape[axis] += 1
    result = _core.empty(tuple(shape), running.dtype)
    before = (slice(None),) * axis
    result[(*before, slice(0, 1))] = first
    result[(*before, slice(1, None))] = running
    return deliver(result, out)


def cumulative_sum(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    """Return the running sum along an axis.

    Parameters
    ----------
    x : array_like
    axis : int, optional
        May be left out for 1-d input only.
    dtype : dtype, optional
    out : ndarray, optional
    include_initial : bool
        Start with a zero.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `axis` is missing.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.cumulative_sum(cp.array([1, 2, 3]), include_initial=True)
    array([0, 1, 3, 6])
    """
    return _cumulative(x, axis, dtype, out, include_initial, "cumsum", 0)


def cumulative_prod(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    """Return the running product along an axis.

    Parameters
    ----------
    x, axis, dtype, out
        As for `cumulative_sum`.
    include_initial : bool
        Start with a one.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `axis` is missing.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.cumulative_prod(cp.array([1, 2, 3]), include_initial=True)
    array([1, 1, 2, 6])
    """
    return _cumulative(x, axis, dtype, out, include_initial, "cumprod", 1)
