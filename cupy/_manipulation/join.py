"""Joining arrays: each function is one launch, whatever the number of inputs (but `block`)."""

import operator

import numpy

from cupy import _core
from cupy._core import _shortcuts, ndarray
from cupy._manipulation.dims import atleast_1d, atleast_2d, atleast_3d
from cupy._operands import DEVICE_RANK, as_array, is_weak, three_axes

__all__ = [
    "block",
    "column_stack",
    "concat",
    "concatenate",
    "dstack",
    "hstack",
    "row_stack",
    "stack",
    "vstack",
]

_OPERANDS = 61  # of one launch


def _sequence(arrays):
    """The inputs of a joining function; an array stands for the sequence of its items."""
    if isinstance(arrays, ndarray):
        if arrays.ndim == 0:
            raise TypeError("iteration over a 0-d array")
    elif isinstance(arrays, numpy.ndarray) or not hasattr(arrays, "__len__"):
        raise TypeError("arrays to join must be given in a sequence such as a list or tuple")
    return [a if type(a) is ndarray else as_array(a) for a in arrays]


def memory_order(arrays):
    """The axes, the slowest first, by the strides of arrays of one rank: where they disagree C order wins."""
    order = []
    for axis in range(arrays[0].ndim):
        place = len(order)
        for i in reversed(range(len(order))):
            seen = [
                a.size and abs(a.strides[axis]) > abs(a.strides[order[i]])  # empty ones count as in C order
                for a in arrays
                if a.shape[axis] != 1 and a.shape[order[i]] != 1
            ]
            if seen and not all(seen):
                break
            if seen:
                place = i
        order.insert(place, axis)
    return order


def _launch(arrays, result, axis):
    if result.ndim > DEVICE_RANK:
        arrays, result, axis = [three_axes(a, axis) for a in arrays], three_axes(result, axis), 1
    start = 0
    for i in range(0, len(arrays), _OPERANDS):
        part = arrays[i : i + _OPERANDS]
        stop = start + sum(a.shape[axis] for a in part)
        target = result[(slice(None),) * axis + (slice(start, stop),)]
        _core.run_op("concatenate", part, [target], axis)
        start = stop


def concatenate(arrays, /, axis=0, out=None, *, dtype=None, casting="same_kind"):
    """Join arrays along an existing axis.

    Parameters
    ----------
    arrays : sequence of array_like
        Of equal shape but for `axis`.
    axis : int or None
        None flattens the inputs first.
    out : ndarray, optional
    dtype : dtype, optional
        Of the result; excludes `out`.
    casting : {'no', 'equiv', 'safe', 'same_kind', 'unsafe'}

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If there is no input, or extents do not match.
    TypeError
        If `casting` forbids a conversion, or both `out` and `dtype` are given.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.concatenate([cp.arange(2), cp.ones(1)])
    array([0., 1., 1.])
    """
    if out is None and dtype is None and type(axis) is int:
        result = _shortcuts.concatenate(arrays, axis)
        if result is not None:
            return result
    return _concatenated(arrays, axis, out, dtype, casting)


def _concatenated(arrays, axis, out, dtype, casting):
    """The body of `concatenate` for any arguments."""
    given, arrays = arrays, _sequence(arrays)
    if not arrays:
        raise ValueError("need at least one array to concatenate")
    common = _common_dtype(given, arrays)
    if out is None and dtype is None and type(axis) is int:
        arrays = [a if a.dtype == common else a.astype(common) for a in arrays]
        result = _shortcuts.concatenate(arrays, axis)
        if result is not None:
            return result
    if axis is None:
        arrays = [a.reshape(-1) for a in arrays]
        axis = 0
    first = arrays[0]
    ndim = first.ndim
    if ndim == 0:
        raise ValueError("zero-dimensional arrays cannot be concatenated")
    axis = _core.normalize_axis(axis, ndim)
    shape = list(first.shape)
    for i, a in enumerate(arrays[1:], 1):
        extents = a.shape
        if len(extents) != ndim:
            raise ValueError(
                "all the input arrays must have same number of dimensions, but the array at "
                f"index 0 has {ndim} dimension(s) and the array at index {i} has {a.ndim} "
                "dimension(s)"
            )
        for j in range(ndim):
            if j == axis:
                shape[j] += extents[j]
            elif extents[j] != shape[j]:
                raise ValueError(
                    "all the input array dimensions except for the concatenation axis must "
                    f"match exactly, but along dimension {j}, the array at index 0 has size "
                    f"{shape[j]} and the array at index {i} has size {extents[j]}"
                )
    target = common
    if out is not None:
        if dtype is not None:
            raise TypeError(
                "concatenate() only takes `out` or `dtype` as an argument, but both were provided."
            )
        if not isinstance(out, ndarray):
            raise TypeError("out must be a cupy array")
        if out.shape != tuple(shape):
            raise ValueError("Output array is the wrong shape")
        target = out.dtype
    elif dtype is not None:
        target = _core.dtype_of(dtype)
    if target != common or dtype is not None:
        for a in arrays:
            if not _core.can_cast(a.dtype, target, casting):
                raise TypeError(
                    f"Cannot cast array data from {a.dtype!r} to {target!r} according to the rule '{casting}'"
                )
    arrays = [a if a.dtype == target else a.astype(target) for a in arrays]
    if out is None:
        if ndim > 1 and not all(a.flags.c_contiguous for a in arrays):
            result = _core.empty_ordered(tuple(shape), target, memory_order(arrays))
        else:
            result = _core.empty(tuple(shape), target)
        if ndim > DEVICE_RANK and not result.flags.c_contiguous:  # `_launch` needs a view on few axes
            out, result = result, _core.empty(tuple(shape), target)
    elif out.ndim > DEVICE_RANK or any(_core.may_share_memory(a, out) for a in arrays):
        result = _core.empty(tuple(shape), target)
    else:
        result = out
    if result.size:
        _launch([a for a in arrays if a.size], result, axis)
    if out is not None and result is not out:
        _core.copyto(out, result)
        return out
    return result


def _common_dtype(given, arrays):
    common = arrays[0].dtype
    for a in arrays:
        if a.dtype != common:
            return _core.result_type(*[x if is_weak(x) else a.dtype for x, a in zip(given, arrays)])
    return common


concat = concatenate


def stack(arrays, axis=0, out=None, *, dtype=None, casting="same_kind"):
    """Join arrays of one shape along a new axis.

    Parameters
    ----------
    arrays : sequence of array_like
    axis : int
        The new axis in the result.
    out, dtype, casting
        As for `concatenate`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If there is no input, or the shapes differ.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.stack([cp.arange(2), cp.ones(2, int)], axis=1)
    array([[0, 1],
           [1, 1]])
    """
    arrays = _sequence(arrays)
    if not arrays:
        raise ValueError("need at least one array to stack")
    shape = arrays[0].shape
    if any(a.shape != shape for a in arrays):
        raise ValueError("all input arrays must have the same shape")
    axis = _core.normalize_axis(axis, len(shape) + 1)
    shape = shape[:axis] + (1,) + shape[axis:]
    return concatenate([a.reshape(shape) for a in arrays], axis, out, dtype=dtype, casting=casting)


def _several(result):
    return result if isinstance(result, tuple) else (result,)


def vstack(tup, *, dtype=None, casting="same_kind"):
    """Join arrays row by row; a 1-d input is one row.

    Parameters
    ----------
    tup : sequence of array_like
    dtype, casting
        As for `concatenate`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If there is no input, or extents do not match.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.vstack([cp.arange(2), cp.ones(2, int)])
    array([[0, 1],
           [1, 1]])
    """
    return concatenate(_several(atleast_2d(*_sequence(tup))), 0, dtype=dtype, casting=casting)


row_stack = vstack


def hstack(tup, *, dtype=None, casting="same_kind"):
    """Join arrays along the second axis, 1-d ones along the first.

    Parameters
    ----------
    tup : sequence of array_like
    dtype, casting
        As for `concatenate`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If there is no input, or extents do not match.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.hstack([cp.arange(2), 5])
    array([0, 1, 5])
    """
    arrays = _several(atleast_1d(*_sequence(tup)))
    axis = 0 if arrays and arrays[0].ndim == 1 else 1
    return concatenate(arrays, axis, dtype=dtype, casting=casting)


def dstack(tup):
    """Join arrays along the third axis.

    Parameters
    ----------
    tup : sequence of array_like

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If there is no input, or extents do not match.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.dstack([cp.arange(2), cp.arange(2)]).shape
    (1, 2, 2)
    """
    return concatenate(_several(atleast_3d(*_sequence(tup))), 2)


def column_stack(tup):
    """Join arrays column by column; a 1-d input is one column.

    Parameters
    ----------
    tup : sequence of array_like

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If there is no input, or extents do not match.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.column_stack([cp.arange(2), cp.ones(2, int)])
    array([[0, 1],
           [1, 1]])
    """
    return concatenate([a if a.ndim >= 2 else a.reshape((a.size, 1)) for a in _sequence(tup)], 1)


def block(arrays):
    """Assemble an array from nested lists of blocks.

    Parameters
    ----------
    arrays : nested list of array_like
        The innermost lists are joined along the last axis, the next ones along the one before.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If the lists are nested to different depths, empty, or extents do not match.
    TypeError
        If a tuple is given for a list.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.block([[cp.ones((1, 1)), 2], [3, 4]])
    array([[1., 2.],
           [3., 4.]])
    """
    depth, ndim = _block_depth(arrays)
    ndim = max(ndim, depth)

    def join(part, level):
        if level == depth:
            a = as_array(part)
            return a.reshape((1,) * (ndim - a.ndim) + a.shape)
        return concatenate([join(p, level + 1) for p in part], operator.neg(depth - level))

    out = join(arrays, 0)
    return out.copy() if depth == 0 else out


def _block_depth(part):
    """(depth of nesting, largest rank of a block)."""
    if isinstance(part, tuple):
        raise TypeError("block takes lists, not tuples: only lists nest blocks")
    if not isinstance(part, list):
        return 0, as_array(part).ndim
    if not part:
        raise ValueError("List at arrays cannot be empty")
    found = [_block_depth(p) for p in part]
    if any(depth != found[0][0] for depth, _ in found):
        raise ValueError("List depths are mismatched")
    return found[0][0] + 1, max(ndim for _, ndim in found)
