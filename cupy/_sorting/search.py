"""Positions of elements, and the choice by a condition."""

import numpy

from cupy import _core
from cupy._core import _shortcuts, ndarray
from cupy._core import ufuncs as uf
from cupy._indexing.generate import coordinates
from cupy._manipulation.join import stack
from cupy._operands import BOOL, DEVICE_RANK, INT64, as_array, cast, is_host_scalar, kind_of, take_valid
from cupy._operands import select as _where

__all__ = [
    "argmax",
    "argmin",
    "argwhere",
    "digitize",
    "flatnonzero",
    "nanargmax",
    "nanargmin",
    "nonzero",
    "searchsorted",
    "where",
]


def argmax(a, axis=None, out=None, *, keepdims=False):
    """Return the indices of the maxima along an axis; of equal ones the first, NaN counts as one.

    Parameters
    ----------
    a : array_like
    axis : int, optional
        By default the index into the flattened array.
    out : ndarray, optional
    keepdims : bool

    Returns
    -------
    out : ndarray of int64

    Raises
    ------
    ValueError
        If the axis is empty.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.argmax(cp.array([1, 5, 2]))
    array(1)
    """
    return as_array(a).argmax(axis=axis, out=out, keepdims=keepdims)


def argmin(a, axis=None, out=None, *, keepdims=False):
    """Return the indices of the minima along an axis; of equal ones the first, NaN counts as one.

    Parameters
    ----------
    a : array_like
    axis : int, optional
        By default the index into the flattened array.
    out : ndarray, optional
    keepdims : bool

    Returns
    -------
    out : ndarray of int64

    Raises
    ------
    ValueError
        If the axis is empty.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.argmin(cp.array([4, 1, 2]))
    array(1)
    """
    return as_array(a).argmin(axis=axis, out=out, keepdims=keepdims)


def _without_nan(a, value):
    a = as_array(a)
    return a if kind_of(a.dtype) not in "fc" else _where(uf.isnan(a), value, a, a.dtype)


def nanargmax(a, axis=None, out=None, *, keepdims=False):
    """Return the indices of the maxima along an axis, ignoring NaN.

    Parameters
    ----------
    a, axis, out, keepdims
        As for `argmax`.

    Returns
    -------
    out : ndarray of int64
        0 for a slice of nothing but NaN (NumPy raises ValueError, which would synchronise).

    Raises
    ------
    ValueError
        If the axis is empty.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nanargmax(cp.array([cp.nan, 5, 2]))
    array(1)
    """
    return _without_nan(a, -numpy.inf).argmax(axis=axis, out=out, keepdims=keepdims)


def nanargmin(a, axis=None, out=None, *, keepdims=False):
    """Return the indices of the minima along an axis, ignoring NaN.

    Parameters
    ----------
    a, axis, out, keepdims
        As for `argmin`.

    Returns
    -------
    out : ndarray of int64
        0 for a slice of nothing but NaN (NumPy raises ValueError, which would synchronise).

    Raises
    ------
    ValueError
        If the axis is empty.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nanargmin(cp.array([cp.nan, 5, 2]))
    array(2)
    """
    return _without_nan(a, numpy.inf).argmin(axis=axis, out=out, keepdims=keepdims)


def argwhere(a):
    """Return the indices of the nonzero elements, one row per element. Synchronises.

    Parameters
    ----------
    a : array_like

    Returns
    -------
    out : ndarray of int64, shape (count, a.ndim)

    Examples
    --------
    >>> import cupy as cp
    >>> cp.argwhere(cp.array([[0, 1], [1, 0]]))
    array([[0, 1],
           [1, 0]])
    """
    a = as_array(a)
    if a.ndim == 0:
        return argwhere(a.reshape(1))[:, :0]
    if a.ndim > DEVICE_RANK:
        return stack(coordinates(argwhere(a.ravel())[:, 0], a.shape), axis=1)
    return _core.nonzero(a)


def nonzero(a):
    """Return the indices of the nonzero elements, one array per axis. Synchronises.

    Parameters
    ----------
    a : array_like
        Not 0-d.

    Returns
    -------
    out : tuple of ndarray of int64

    Raises
    ------
    ValueError
        If `a` is 0-d.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nonzero(cp.array([[0, 1], [1, 0]]))
    (array([0, 1]), array([1, 0]))
    """
    a = as_array(a)
    if a.ndim == 0:
        raise ValueError(
            "Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() instead."
        )
    if a.ndim <= DEVICE_RANK:
        return _core.nonzero_by_axis(a)
    return tuple(coordinates(argwhere(a.ravel())[:, 0], a.shape))


def flatnonzero(a):
    """Return the indices of the nonzero elements of the flattened array. Synchronises.

    Parameters
    ----------
    a : array_like

    Returns
    -------
    out : ndarray of int64

    Examples
    --------
    >>> import cupy as cp
    >>> cp.flatnonzero(cp.array([[0, 1], [1, 0]]))
    array([1, 2])
    """
    return argwhere(as_array(a).ravel()).reshape(-1)


def where(condition, x=None, y=None, /):
    """Return elements of `x` where a condition holds and of `y` elsewhere.

    Parameters
    ----------
    condition : array_like
    x, y : array_like, optional
        Broadcast with `condition`. Without both the result is ``nonzero(condition)``,
        which synchronises.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If only one of `x` and `y` is given.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.arange(4)
    >>> cp.where(a < 2, a, 10 * a)
    array([ 0,  1, 20, 30])
    """
    if y is not None:
        result = _shortcuts.where(condition, x, y)
        if result is not None:
            return result
    return _where_general(condition, x, y)


def _where_general(condition, x, y):
    """The body of `where` for any arguments."""
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise ValueError("either both or neither of x and y should be given")
    condition = as_array(condition)
    if condition.dtype != BOOL:
        condition = condition.astype(BOOL)
    if type(x) is not ndarray and not is_host_scalar(x):
        x = as_array(x)
    if type(y) is not ndarray and not is_host_scalar(y):
        y = as_array(y)
    try:
        return _where(condition, x, y)
    except (
        OverflowError
    ):  # a Python integer that the dtype of the other does not hold wraps here, as in NumPy
        dtype = _core.result_type(x, y)
        x, y = (v if isinstance(v, ndarray) else numpy.asarray(v).astype(dtype)[()] for v in (x, y))
        return _where(condition, x, y)


def searchsorted(a, v, side="left", sorter=None):
    """Return the indices where elements should be inserted to keep an array sorted.

    Parameters
    ----------
    a : array_like
        1-d, sorted in ascending order, or by `sorter`.
    v : array_like
    side : {'left', 'right'}
        Before or behind equal elements.
    sorter : array_like of int, optional
        Indices that sort `a`.

    Returns
    -------
    out : ndarray of int64

    Raises
    ------
    ValueError
        If `a` is not 1-d, or `side` is unknown.
    TypeError
        If `sorter` holds no integers.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.searchsorted(cp.array([1, 2, 3]), [2, 9])
    array([1, 3])
    """
    if not isinstance(side, str):
        raise TypeError(f"search side must be str, not {type(side).__name__}")
    if side not in ("left", "right"):
        raise ValueError(f"search side must be 'left' or 'right' (got {side!r})")
    a, v = as_array(a), as_array(v)
    if a.ndim != 1:
        raise ValueError("object of too small depth for desired array")
    if sorter is not None:
        sorter = as_array(sorter)
        if kind_of(sorter.dtype) not in "iu":
            raise TypeError("sorter must only contain integers")
        if sorter.shape != a.shape:
            raise ValueError("sorter.size must equal a.size")
        error = ValueError("Sorter index out of range.")
        a = take_valid(a, _core.bounded_index(sorter, a.size, negative=False, error=error), 0)
    dtype = _core.promote_types(a.dtype, v.dtype) if a.dtype != v.dtype else a.dtype
    out = _core.empty(v.shape, INT64)
    if a.size == 0:
        out.fill(0)
    elif out.size:
        flat = v if v.ndim <= DEVICE_RANK else v.ravel()
        target = out if v is flat else out.reshape(-1)
        _core.run_op("searchsorted", [cast(a, dtype), cast(flat, dtype)], [target], side == "right")
    return out


def digitize(x, bins, right=False):
    """Return the indices of the bins to which values belong. Synchronises to see the direction.

    Parameters
    ----------
    x : array_like
    bins : array_like
        1-d and monotonic.
    right : bool
        Whether a bin includes its right border.

    Returns
    -------
    out : ndarray of int64

    Raises
    ------
    ValueError
        If `bins` are not 1-d and monotonic.
    TypeError
        If `x` is complex.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.digitize(cp.array([0.2, 6.4]), cp.array([0, 1, 5]))
    array([1, 3])
    """
    x, bins = as_array(x), as_array(bins)
    if kind_of(x.dtype) == "c":
        raise TypeError("x may not be complex")
    if bins.ndim != 1:
        raise ValueError("object of too small depth for desired array")
    side = "left" if right else "right"
    host = bins.get()
    rises = _rises(host)
    host = host if rises else host[::-1]
    unknown = host != host
    if unknown.any() and not unknown[unknown.argmax() :].all():
        # Without an order, what is found depends on how NumPy seeks.
        values = cast(x, _core.promote_types(x.dtype, bins.dtype)).get()
        place = numpy.searchsorted(host, values, side)
        return _core.asarray(place if rises else host.size - place)
    if rises:
        return searchsorted(bins, x, side)
    return bins.size - searchsorted(bins[::-1], x, side)


def _rises(bins):
    """Whether bins on the host rise: told by the first that differ; with NaN nothing contradicts."""
    low, high = bins[:-1], bins[1:]
    if (low <= high).all():
        return True
    differ = numpy.flatnonzero(low != high)
    rises = differ.size == 0 or bool(low[differ[0]] < high[differ[0]])
    if ((low > high) if rises else (low < high)).any():
        raise ValueError("bins must be monotonically increasing or decreasing")
    return rises
