"""Arrays with elements added or removed."""

import itertools
import math
import operator

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._manipulation.join import concatenate
from cupy._operands import as_array, kind_of, take_valid

__all__ = ["append", "delete", "insert", "resize", "trim_zeros"]

_FEW = 16  # runs that are joined rather than picked element by element


def append(arr, values, axis=None):
    """Return a copy with values appended.

    Parameters
    ----------
    arr, values : array_like
    axis : int, optional
        By default both are flattened.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If extents do not match.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.append(cp.arange(2), [5, 6])
    array([0, 1, 5, 6])
    """
    arr, values = as_array(arr), as_array(values)
    if axis is None:
        arr, values, axis = arr.ravel(), values.ravel(), 0
    return concatenate((arr, values), axis)


def _on_host(obj):
    return obj.get() if isinstance(obj, ndarray) else obj


def _along(arr, axis):
    arr = as_array(arr)
    if axis is None:
        return arr.ravel(), 0
    return arr, _core.normalize_axis(operator.index(axis), arr.ndim)


def _order(arr):
    return "F" if arr.flags.fnc else "C"


def _joined(parts, axis, arr, count):
    """Join parts that make `arr` longer by `count`, in its memory order."""
    if arr.ndim == 1:
        return concatenate(parts)
    return concatenate(parts, axis, _core.empty(_longer(arr, axis, count), arr.dtype, _order(arr)))


def _longer(arr, axis, count):
    """The shape of `arr` with `count` more along `axis`."""
    return (*arr.shape[:axis], arr.shape[axis] + count, *arr.shape[axis + 1 :])


def _runs_kept(obj, length):
    """What remains of `length` without a range, or without a few places, as slices; else None."""
    if isinstance(obj, slice):
        places = range(*obj.indices(length))
        if places and abs(places.step) == 1:
            first, last = sorted((places[0], places[-1]))
            return [slice(0, first), slice(last + 1, length)]
    else:
        obj = numpy.asarray(obj)
        if kind_of(obj.dtype) not in "iu":
            return None
        places = obj.ravel()
    if not 0 < len(places) <= _FEW:
        return None
    gone = sorted({int(i) + (length if i < 0 else 0) for i in places})
    if gone[0] < 0 or gone[-1] >= length:
        return None
    return [slice(i + 1, j) for i, j in itertools.pairwise([-1, *gone, length])]


def delete(arr, obj, axis=None):
    """Return a copy without the sub-arrays at the given positions.

    Parameters
    ----------
    arr : array_like
    obj : int, slice, sequence of int or of bool
        Positions along `axis`; on the device they are read back, as the shape of the result
        depends on them.
    axis : int, optional
        By default `arr` is flattened.

    Returns
    -------
    out : ndarray

    Raises
    ------
    IndexError
        If a position is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.delete(cp.arange(5), [1, 3])
    array([0, 2, 4])
    """
    arr, axis = _along(arr, axis)
    length = arr.shape[axis]
    before = (slice(None),) * axis
    obj = _on_host(obj)
    runs = _runs_kept(obj, length)
    if runs is None:
        try:
            kept = numpy.delete(numpy.arange(length), obj)
        except IndexError as error:
            raise IndexError(f"{error} (axis {axis})") from None
        if kept.size == length:
            return arr.copy(order="A")
        breaks = numpy.flatnonzero(numpy.diff(kept) != 1) + 1
        if breaks.size > _FEW:
            return take_valid(arr, _core.asarray(kept), axis)
        runs = [slice(int(r[0]), int(r[-1]) + 1) for r in numpy.split(kept, breaks) if r.size]
    runs = [run for run in runs if run.start < run.stop]
    if not runs:
        return arr[(*before, slice(0, 0))].copy()
    parts = [arr[(*before, run)] for run in runs]
    return _joined(parts, axis, arr, sum(run.stop - run.start for run in runs) - length)


def _positions(obj, length, axis):
    """The places that an argument of `insert` names, on the host."""
    if type(obj) is int and -length <= obj <= length:
        return numpy.array(obj + length if obj < 0 else obj)
    if isinstance(obj, slice):
        where = numpy.arange(*obj.indices(length))
    else:
        where = numpy.asarray(_on_host(obj))
        if where.dtype == bool:
            if where.ndim != 1:
                raise ValueError("boolean array argument obj to insert must be one dimensional")
            where = numpy.flatnonzero(where)
        elif where.ndim > 1:
            raise ValueError("index array argument obj to insert must be one dimensional or scalar")
        elif where.size == 0:
            where = where.astype(int)
        elif kind_of(where.dtype) not in "iu":
            raise IndexError("arrays used as indices must be of integer (or boolean) type")
    if ((where < -length) | (where > length)).any():
        bad = where[(where < -length) | (where > length)].ravel()[0]
        raise IndexError(f"index {bad} is out of bounds for axis {axis} with size {length}")
    return numpy.where(where < 0, where + length, where)


def insert(arr, obj, values, axis=None):
    """Return a copy with values inserted before the given positions.

    Parameters
    ----------
    arr : array_like
    obj : int, slice, sequence of int or of bool
        Positions along `axis`; on the device they are read back.
    values : array_like
        Cast to the dtype of `arr` and broadcast.
    axis : int, optional
        By default `arr` is flattened.

    Returns
    -------
    out : ndarray

    Raises
    ------
    IndexError
        If a position is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.insert(cp.arange(3), 1, [8, 9])
    array([0, 8, 9, 1, 2])
    """
    arr, axis = _along(arr, axis)
    length = arr.shape[axis]
    before = (slice(None),) * axis
    where = _positions(obj, length, axis)
    values = as_array(values, arr.dtype)
    if where.size == 1:
        # one position takes any number of values
        if values.ndim < arr.ndim:
            values = values.reshape((1,) * (arr.ndim - values.ndim) + values.shape)
        if where.ndim == 0:
            order = list(range(1, values.ndim))
            order.insert(axis, 0)
            values = values.transpose(tuple(order))
        count = values.shape[axis]
        extra = values.ndim - arr.ndim
        if extra > 0 and values.shape[:extra] == (1,) * extra:  # dropped, as in assignment
            values = values.reshape(values.shape[extra:])
        index = int(where.reshape(()))
        shape = list(arr.shape)
        shape[axis] = count
        values = _core.broadcast_to(values, tuple(shape))
        parts = arr[(*before, slice(0, index))], values, arr[(*before, slice(index, None))]
        return _joined(parts, axis, arr, count)
    if where.size == 0 and values.size == 1:
        return arr.copy(order="A")
    order = where.argsort(kind="stable")
    where[order] += numpy.arange(where.size)
    shape = _longer(arr, axis, where.size)
    out = _core.empty(shape, arr.dtype, _order(arr))
    out[(*before, _core.asarray(where))] = values
    runs = _runs_kept(where, shape[axis])
    if runs is None:
        old = numpy.ones(shape[axis], bool)
        old[where] = False
        out[(*before, _core.asarray(numpy.flatnonzero(old)))] = arr
        return out
    start = 0
    for run in runs:
        stop = start + run.stop - run.start
        out[(*before, run)] = arr[(*before, slice(start, stop))]
        start = stop
    return out


def resize(a, new_shape):
    """Return an array of a new shape, filled with repeated copies of `a`.

    Parameters
    ----------
    a : array_like
    new_shape : int or tuple of int

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If an extent is negative.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.resize(cp.arange(3), (2, 2))
    array([[0, 1],
           [2, 0]])
    """
    a = as_array(a).ravel()
    new_shape = (new_shape,) if not hasattr(new_shape, "__iter__") else tuple(new_shape)
    if any(n < 0 for n in new_shape):
        raise ValueError("all elements of `new_shape` must be non-negative")
    count = math.prod(new_shape)
    if a.size == 0 or count == 0:
        return _core.zeros(new_shape, a.dtype)
    out = _core.empty((count,), a.dtype)
    whole, rest = divmod(count, a.size)
    if whole:
        out[: whole * a.size].reshape(whole, a.size)[...] = a
    if rest:
        out[whole * a.size :] = a[:rest]
    return out.reshape(new_shape)


def trim_zeros(filt, trim="fb", axis=None):
    """Remove zeros along the edges of an array. Synchronises: the shape depends on the data.

    Parameters
    ----------
    filt : array_like
    trim : {'fb', 'f', 'b'}
        Trim the front, the back or both.
    axis : int or sequence of int, optional
        All axes by default.

    Returns
    -------
    out : ndarray
        A view.

    Raises
    ------
    ValueError
        For an unknown `trim`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.trim_zeros(cp.array([0, 1, 0, 2, 0]))
    array([1, 0, 2])
    """
    from cupy._sorting.search import argwhere

    trim = trim.lower()
    if trim not in ("fb", "bf", "f", "b"):
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    filt = as_array(filt)
    axes = _core.normalize_axes(tuple(axis) if isinstance(axis, list) else axis, filt.ndim)
    if not axes:
        return filt
    found = argwhere(filt)
    if found.shape[0]:
        bounds = concatenate([found.min(axis=0), found.max(axis=0) + 1]).get()
        first, last = bounds[: filt.ndim].tolist(), bounds[filt.ndim :].tolist()
    else:
        return filt[tuple(slice(0, 0) if i in axes else slice(None) for i in range(filt.ndim))]
    key = [slice(None)] * filt.ndim
    for i in axes:
        key[i] = slice(first[i] if "f" in trim else None, last[i] if "b" in trim else None)
    return filt[tuple(key)]
