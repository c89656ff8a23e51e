"""Ordering elements. Every sort is stable, so that `kind` never changes a result."""

import operator

import numpy

from cupy import _core
from cupy._core import _shortcuts, ndarray
from cupy._operands import DEVICE_RANK, INT64, as_array, kind_of, take_along_valid, three_axes

__all__ = ["argpartition", "argsort", "lexsort", "msort", "partition", "sort", "sort_complex"]

_KINDS = ("quicksort", "heapsort", "mergesort", "stable")
_INITIALS = ("q", "h", "m", "s")  # all that NumPy reads of a kind
# Bytes to sort at a time: the device writes values and places, also those that nobody asked for.
_PORTION = 16 << 20


def _check(kind, order, stable=None):
    """Refuse what NumPy does; to be called if a kind or an order is given."""
    if order is not None:
        raise ValueError("Cannot specify order when the array has no fields.")
    if kind is not None:
        if stable is not None:
            raise ValueError("`kind` and `stable` parameters can't be provided at the same time.")
        if not isinstance(kind, str):
            raise TypeError(f"sort kind must be str, not {type(kind).__name__}")
        if kind[:1].lower() not in _INITIALS:
            raise ValueError(f"sort kind must be one of {', '.join(map(repr, _KINDS))} (got {kind!r})")


def _sorted(name, a, axis, dtype=None):
    """Sort a copy of `a` along `axis`, or argsort it to a `dtype`, in one launch if it is not large."""
    if a.ndim == 1 and (axis is None or type(axis) is int and -2 < axis < 1):
        return _shortcuts.ordered(name, a)
    if axis is None:
        a, axis = a.ravel(), -1
    axis = _core.normalize_axis(axis, a.ndim)
    out = _core.empty_like(a) if dtype is None else _core.empty(a.shape, dtype)
    if out.size:
        if a.ndim > DEVICE_RANK:
            return _sorted(name, three_axes(a, axis), 1, dtype).reshape(a.shape)
        rows, sorted_rows = (a, out) if axis == a.ndim - 1 else (a.swapaxes(axis, -1), out.swapaxes(axis, -1))
        if a.ndim == 1 or a.nbytes <= _PORTION:
            _core.run_op(name, [rows], [sorted_rows], True)
        else:
            step = max(1, len(rows) * _PORTION // a.nbytes)
            for i in range(0, len(rows), step):
                _core.run_op(name, [rows[i : i + step]], [sorted_rows[i : i + step]], True)
    return out


def _flipped(a, axis):
    """Return `a` backwards along `axis`, as a view."""
    return a[
        (slice(None),) * _core.normalize_axis(-1 if axis is None else axis, a.ndim) + (slice(None, None, -1),)
    ]


def sort(a, axis=-1, kind=None, order=None, *, stable=None, descending=False):
    """Return a sorted copy of an array; NaN goes to the end.

    Parameters
    ----------
    a : array_like
    axis : int or None
        None flattens first.
    kind : {'quicksort', 'mergesort', 'heapsort', 'stable'}, optional
        Accepted and without effect: the sort is always stable.
    order : None
        There are no fields.
    stable : bool, optional
        Without effect, too.
    descending : bool
        The largest element first (NumPy has no such argument, the array API has).

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
    >>> cp.sort(cp.array([3, 1, 2]))
    array([1, 2, 3])
    """
    if kind is not None or order is not None:
        _check(kind, order, stable)
    out = _sorted("sort", as_array(a), axis)
    return _flipped(out, axis).copy() if descending else out


def msort(a):
    """Return a copy sorted along the first axis: ``sort(a, axis=0)``.

    Parameters
    ----------
    a : array_like

    Returns
    -------
    out : ndarray

    Raises
    ------
    AxisError
        If `a` is 0-d.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.msort(cp.array([[3, 1], [2, 4]]))
    array([[2, 1],
           [3, 4]])
    """
    return sort(a, axis=0)


def argsort(a, axis=-1, kind=None, order=None, *, stable=None, descending=False):
    """Return the indices that would sort an array.

    Parameters
    ----------
    a, axis, kind, order, stable, descending
        As for `sort`: equal elements always keep their order.

    Returns
    -------
    out : ndarray of int64

    Raises
    ------
    AxisError
        If `axis` is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.argsort(cp.array([3, 1, 2]))
    array([1, 2, 0])
    """
    if kind is not None or order is not None:
        _check(kind, order, stable)
    a = as_array(a)
    if a.ndim == 0:  # unlike sort, NumPy takes it for 1-d
        a = a.reshape(1)
    if not descending:
        return _sorted("argsort", a, axis, INT64)
    if axis is None:
        a, axis = a.ravel(), -1
    axis = _core.normalize_axis(axis, a.ndim)
    # Equal elements keep their order when both ends are turned round.
    return a.shape[axis] - 1 - _flipped(_sorted("argsort", _flipped(a, axis), axis, INT64), axis)


def lexsort(keys, axis=-1):
    """Return the indices that sort by several keys, the last one first in rank.

    Parameters
    ----------
    keys : sequence of array_like
        Of equal shapes.
    axis : int

    Returns
    -------
    out : ndarray of int64

    Raises
    ------
    TypeError
        If there is no key.
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.lexsort((cp.array([1, 2, 0]), cp.array([5, 4, 5])))
    array([1, 2, 0])
    """
    keys = [as_array(k) for k in keys]
    if not keys:
        raise TypeError("need sequence of keys with len > 0 in lexsort")
    if any(k.shape != keys[0].shape for k in keys):
        raise ValueError("all keys need to be the same shape")
    if keys[0].ndim == 0:
        return _core.zeros((), INT64)
    axis = _core.normalize_axis(axis, keys[0].ndim)
    order = None
    for key in keys:
        key = key.swapaxes(axis, -1)
        if order is None:
            order = _sorted("argsort", key, -1, INT64)
        else:
            next_order = _sorted("argsort", take_along_valid(key, order, key.ndim - 1), -1, INT64)
            order = take_along_valid(order, next_order, key.ndim - 1)
    return order.swapaxes(axis, -1)


def sort_complex(a):
    """Return a sorted copy as a complex array: by real, then by imaginary parts.

    Parameters
    ----------
    a : array_like

    Returns
    -------
    out : ndarray
        complex64 for integers of up to 16 bits and complex64 input, else complex128.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.sort_complex(cp.array([2, 1]))
    array([1.+0.j, 2.+0.j])
    """
    out = sort(a)
    if kind_of(out.dtype) == "c":
        return out
    small = kind_of(out.dtype) in "iu" and out.dtype.itemsize <= 2
    return out.astype(numpy.complex64 if small else numpy.complex128)


def _check_kth(a, kth, axis):
    """kth may be any position: a full sort puts each in its place."""
    extent = a.size if axis is None else a.shape[axis] if a.ndim else 1
    if type(kth) is int and -extent <= kth < extent:
        return
    if isinstance(kth, ndarray):
        kth = kth.get()
    if numpy.asarray(kth).dtype.kind not in "iub":
        raise TypeError("Partition index must be integer")
    if a.size == 0:
        return
    for k in numpy.atleast_1d(kth).ravel().tolist():
        if not -extent <= operator.index(k) < extent:
            raise ValueError(f"kth(={k}) out of bounds ({extent})")


def _check_select(kind):
    if kind != "introselect":
        raise ValueError(f"select kind must be 'introselect' (got {kind!r})")


def partition(a, kth, axis=-1, kind="introselect", order=None):
    """Return a copy with the elements at `kth` where sorting would put them.

    Parameters
    ----------
    a : array_like
    kth : int or sequence of int
        Smaller elements come before, larger ones behind. The result is sorted altogether,
        which satisfies this for all positions.
    axis : int or None
        None flattens first.
    kind, order
        As for `sort`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If a position is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.partition(cp.array([3, 1, 2]), 1)
    array([1, 2, 3])
    """
    a = as_array(a)
    if axis is not None:
        axis = _core.normalize_axis(axis, a.ndim)
    _check_kth(a, kth, axis)
    _check_select(kind)
    return sort(a, axis, order=order)


def argpartition(a, kth, axis=-1, kind="introselect", order=None):
    """Return the indices that would partition an array.

    Parameters
    ----------
    a, kth, axis, kind, order
        As for `partition`.

    Returns
    -------
    out : ndarray of int64

    Raises
    ------
    ValueError
        If a position is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.argpartition(cp.array([3, 1, 2]), 1)
    array([1, 2, 0])
    """
    a = as_array(a)
    if axis is not None:
        axis = _core.normalize_axis(axis, max(a.ndim, 1))
    _check_kth(a, kth, axis)
    _check_select(kind)
    return argsort(a, axis, order=order)
