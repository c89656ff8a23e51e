"""Functions that write selected elements, in place."""

from cupy import _core
from cupy._core import ndarray
from cupy._indexing.indexing import _along
from cupy._manipulation.add_remove import resize
from cupy._operands import (
    BOOL,
    DEVICE_RANK,
    as_array,
    cast,
    is_weak,
    select,
    three_axes,
    truncated,
    valid_indices,
)

__all__ = ["fill_diagonal", "place", "put", "put_along_axis", "putmask"]


def _target(a, name):
    if not isinstance(a, ndarray):
        raise TypeError(
            f"{name} changes its first argument, which must be a cupy array, not {type(a).__name__}"
        )
    return a


def _writeable(a):
    if not a.flags.writeable:
        raise ValueError("assignment destination is read-only")


def _values(values, dtype):
    """Values that replace elements: arrays only if the cast is safe, Python's numbers in any case."""
    if isinstance(values, ndarray) and values.dtype != dtype and not _core.can_cast(values.dtype, dtype):
        raise TypeError(
            f"Cannot cast array data from {values.dtype!r} to {dtype!r} according to the rule 'safe'"
        )
    return as_array(values, dtype)


def put(a, ind, v, mode="raise"):
    """Set elements of an array, as if flattened.

    Parameters
    ----------
    a : ndarray
    ind : array_like of int
    v : array_like
        Repeated or cut to the number of indices.
    mode : {'raise', 'wrap', 'clip'}
        What to do with indices out of range; 'raise' synchronises for device indices.

    Raises
    ------
    IndexError
        If an index is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.zeros(4, int)
    >>> cp.put(a, [0, -1], [5, 6])
    >>> a
    array([5, 0, 0, 6])
    """
    _target(a, "put")
    if type(ind) is int and is_weak(v) and mode == "raise" and a.flags.c_contiguous and a.size:
        a.reshape(-1)[ind] = v
        return
    if a.ndim == 0:
        a = a.reshape(1)
    ind = ind if isinstance(ind, ndarray) else truncated(ind)
    if a.size == 0 and ind.size:
        raise IndexError("cannot replace elements of an empty array")
    values = as_array(v, a.dtype).reshape(-1)
    if values.size == 0:
        return
    if isinstance(ind, ndarray) and mode == "raise" and ind.dtype.kind == "i":
        indices = ind.reshape(-1)  # looked at by the assignment
    else:
        indices = valid_indices(ind, a.size, mode, rule="safe").reshape(-1)
    if indices.size == 0:
        return
    if values.size != indices.size:
        values = values if values.size == 1 else resize(values, indices.size)
    flat = a.reshape(-1)
    flat[indices] = values
    if not _core.may_share_memory(flat, a):
        a[...] = flat.reshape(a.shape)


def put_along_axis(arr, indices, values, axis):
    """Set elements of an array by an index array that matches it but for one axis.

    Parameters
    ----------
    arr : ndarray
    indices : ndarray of int
        Out of range indices raise, at the price of one synchronisation.
    values : array_like
        Broadcast to `indices`; of several values for one place the last remains.
    axis : int or None
        None: `arr` counts as flattened and `indices` is 1-d.

    Raises
    ------
    ValueError
        If the ranks differ.
    IndexError
        If `indices` are no integers or out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.array([[3, 1, 2]])
    >>> cp.put_along_axis(a, cp.array([[1]]), 9, axis=1)
    >>> a
    array([[3, 9, 2]])
    """
    _writeable(_target(arr, "put_along_axis"))
    indices = as_array(indices)
    if axis is None:
        if indices.ndim != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
        flat = arr.reshape(-1)
        put_along_axis(flat, indices, values, 0)
        if not _core.may_share_memory(flat, arr):
            arr[...] = flat.reshape(arr.shape)
        return
    axis = _core.normalize_axis(axis, arr.ndim)
    spread, indices = _along(arr, indices, axis)
    if spread.shape != arr.shape:
        raise ValueError(f"indices of shape {indices.shape} do not fit an array of shape {arr.shape}")
    values = _core.broadcast_to(as_array(values, arr.dtype), indices.shape)
    indices = valid_indices(indices, arr.shape[axis], "raise", axis)
    if indices.size:
        if _core.may_share_memory(values, arr):
            values = values.copy()
        if arr.ndim > DEVICE_RANK:
            flat = three_axes(arr, axis)
            operands = three_axes(indices, axis), three_axes(values, axis)
            _core.run_op("put_along_axis", operands, [flat], 1, 0)
            if not _core.may_share_memory(flat, arr):
                arr[...] = flat.reshape(arr.shape)
        else:
            _core.run_op("put_along_axis", [indices, values], [arr], axis, 0)


def place(arr, mask, vals):
    """Set the elements where a mask holds to the values, one after the other.

    Parameters
    ----------
    arr : ndarray
    mask : array_like of bool
        Of the size of `arr`.
    vals : array_like
        Repeated if there are not enough.

    Raises
    ------
    ValueError
        If there are no values, or `mask` has another size.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.zeros(4, int)
    >>> cp.place(a, cp.array([True, False, True, True]), [1, 2])
    >>> a
    array([1, 0, 2, 1])
    """
    _target(arr, "place")
    mask = cast(as_array(mask), BOOL)
    if mask.size != arr.size:
        raise ValueError("place: mask and data must be the same size")
    values = _values(vals, arr.dtype).reshape(-1)
    if arr.size == 0:
        return
    if values.size == 0:
        if mask.any():
            raise ValueError("Cannot insert from an empty array!")
        return
    mask = mask.reshape(arr.shape)
    if arr.ndim > DEVICE_RANK:
        flat = arr.reshape(-1)
        place(flat, mask.reshape(-1), values)
        arr[...] = flat.reshape(arr.shape)
        return
    if values.size == 1:
        putmask(arr, mask, values)
        return
    _writeable(arr)
    values = resize(values, arr.size) if values.size < arr.size else values
    if _core.may_share_memory(values, arr):
        values = values.copy()
    _core.run_op("masked_scatter", [mask, values], [arr])


def putmask(a, /, mask, values):
    """Set the elements where a mask holds to the values at the same places.

    Parameters
    ----------
    a : ndarray
    mask : array_like of bool
        Of the size of `a`.
    values : array_like
        Repeated to the size of `a`.

    Raises
    ------
    ValueError
        If `mask` has another size.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.arange(5)
    >>> cp.putmask(a, a > 2, [10, 20, 30, 40, 50])
    >>> a
    array([ 0,  1,  2, 40, 50])
    """
    _target(a, "putmask")
    mask = cast(as_array(mask), BOOL)
    if mask.size != a.size:
        raise ValueError("putmask: mask and data must be the same size")
    values = _values(values, a.dtype)
    if values.size == 0 or a.size == 0:
        return
    if values.size == 1:
        values = values.reshape(())
    elif values.shape != a.shape:
        values = resize(values, a.shape)
    select(mask if mask.shape == a.shape else mask.reshape(a.shape), values, a, out=a)


def fill_diagonal(a, val, wrap=False):
    """Set the main diagonal of an array.

    Parameters
    ----------
    a : ndarray
        Of at least two dimensions; with more, of equal extents.
    val : scalar or array_like
        Written one after the other, repeated if there are not enough.
    wrap : bool
        Start again below the square part of a tall matrix, after one row.

    Raises
    ------
    ValueError
        If `a` has fewer than two dimensions, or more and unequal extents.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.zeros((2, 2), int)
    >>> cp.fill_diagonal(a, 5)
    >>> a
    array([[5, 0],
           [0, 5]])
    """
    _writeable(_target(a, "fill_diagonal"))
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    if a.ndim > 2 and len(set(a.shape)) > 1:
        raise ValueError("All dimensions of input must be of equal length")
    if a.size == 0:
        return
    columns = a.shape[-1]
    tops = range(0, a.shape[0], columns + 1) if wrap and a.ndim == 2 else (0,)
    counts = [min(a.shape[0] - top, *a.shape[1:]) for top in tops]
    lines = [_core.as_strided(a, (n,), (sum(a.strides),), top * a.strides[0]) for top, n in zip(tops, counts)]
    if is_weak(val):
        for line in lines:
            line[...] = val
        return
    values = as_array(val, a.dtype).ravel()
    if values.size == 0:
        return
    if values.size != 1:
        values = resize(values, sum(counts))
    start = 0
    for line in lines:
        line[...] = values if values.size == 1 else values[start : start + line.size]
        start += line.size
