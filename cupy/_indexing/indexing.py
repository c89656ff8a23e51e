"""Functions that read selected elements."""

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._core._indexing import take_integers
from cupy._manipulation.join import stack
from cupy._operands import (
    BOOL,
    as_array,
    cast,
    deliver,
    is_host_scalar,
    kind_of,
    take_along_valid,
    take_valid,
    truncated,
    valid_indices,
)
from cupy._operands import select as _where

__all__ = [
    "choose",
    "compress",
    "diagonal",
    "extract",
    "select",
    "take",
    "take_along_axis",
]


def take(a, indices, axis=None, out=None, mode="raise"):
    """Return elements of an array along an axis.

    Parameters
    ----------
    a : array_like
    indices : array_like of int
    axis : int, optional
        By default the flattened array is used.
    out : ndarray, optional
    mode : {'raise', 'wrap', 'clip'}
        What to do with indices out of range. 'raise' follows ``CUPY_INDEX_CHECK`` for indices on the device.

    Returns
    -------
    out : ndarray

    Raises
    ------
    IndexError
        If an index is out of range, or `a` is empty and `indices` are not.
    TypeError
        If the indices are no integers, or `out` cannot be cast to the dtype of `a`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.take(cp.array([4, 3, 5]), [[0, -1]])
    array([[4, 5]])
    """
    if out is None and mode == "raise" and (found := take_integers(a, indices, axis)) is not None:
        return found
    a = as_array(a)
    if axis is None:
        a, axis = a if a.ndim == 1 else a.ravel(), 0
    elif a.ndim == 0:
        a = a.reshape(1)
    axis = _core.normalize_axis(axis, a.ndim)
    extent = a.shape[axis]
    if not isinstance(indices, ndarray):
        indices = truncated(indices)
    if extent == 0 and indices.size and 0 not in a.shape[:axis] + a.shape[axis + 1 :]:
        raise IndexError("cannot do a non-empty take from an empty axes.")
    if 0 in a.shape[:axis]:  # NumPy looks at no index then
        mode, extent = "clip", 1
    indices = valid_indices(indices, extent, mode, axis)
    if out is not None and not _core.can_cast(out.dtype, a.dtype):
        raise TypeError(
            f"Cannot cast array data from {out.dtype!r} to {a.dtype!r} according to the rule 'safe'"
        )
    return deliver(take_valid(a, indices, axis), out, "unsafe")


def take_along_axis(arr, indices, axis=-1):
    """Return elements of an array by an index array that matches it but for one axis.

    Parameters
    ----------
    arr : array_like
    indices : ndarray of int
        Of the rank of `arr`; other axes are broadcast. Out of range indices raise, at the
        price of one synchronisation.
    axis : int or None
        None: `arr` is flattened and `indices` is 1-d.

    Returns
    -------
    out : ndarray

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
    >>> cp.take_along_axis(a, cp.argsort(a, axis=1), axis=1)
    array([[1, 2, 3]])
    """
    arr, indices = as_array(arr), as_array(indices)
    if axis is None:
        arr, axis = arr.ravel(), 0
        if indices.ndim != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
    axis = _core.normalize_axis(axis, arr.ndim)
    arr, indices = _along(arr, indices, axis)
    return take_along_valid(arr, valid_indices(indices, arr.shape[axis], "raise", axis), axis)


def _along(arr, indices, axis):
    """Broadcast both against each other on all axes but `axis`."""
    if kind_of(indices.dtype) not in "iu":
        raise IndexError("`indices` must be an integer array")
    if arr.ndim != indices.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    try:
        rest = _core.broadcast_shapes(*(a.shape[:axis] + a.shape[axis + 1 :] for a in (arr, indices)))
    except ValueError as error:  # NumPy indexes with a grid of arrays
        raise IndexError(str(error)) from None

    def spread(a):
        return _core.broadcast_to(a, rest[:axis] + (a.shape[axis],) + rest[axis:])

    return spread(arr), spread(indices)


def choose(a, choices, out=None, mode="raise"):
    """Build an array by choosing, element by element, from several arrays.

    Parameters
    ----------
    a : array_like of int
        Which choice to take.
    choices : sequence of array_like
        Broadcast with `a`.
    out : ndarray, optional
    mode : {'raise', 'wrap', 'clip'}
        What to do with numbers out of range; 'raise' synchronises.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.choose(cp.array([0, 1, 0]), [cp.arange(3), 9])
    array([0, 9, 2])
    """
    if isinstance(choices, ndarray):
        choices = [choices[i] for i in range(choices.shape[0])]
    else:
        choices = [c if is_host_scalar(c) else as_array(c) for c in choices]
    if not choices:
        raise ValueError("choose needs at least one choice")
    dtype = _core.result_type(*choices)
    choices = [_core.full((), numpy.asarray(c)[()], dtype) if is_host_scalar(c) else c for c in choices]
    error = ValueError("invalid entry in choice array")
    number = valid_indices(as_array(a), len(choices), mode, negative=False, error=error, rule="safe")
    shape = number.shape
    choices = [cast(c, dtype) for c in choices]
    if any([c.shape != shape for c in choices]):
        shape = _core.broadcast_shapes(shape, *(c.shape for c in choices))
        choices = [_core.broadcast_to(c, shape) for c in choices]
        number = _core.broadcast_to(number, shape)
    table, number = stack(choices), number[None]
    return deliver(take_along_valid(table, number, 0)[0], out)


def compress(condition, a, axis=None, out=None):
    """Return the slices of an array where a 1-d condition holds. Synchronises.

    Parameters
    ----------
    condition : array_like of bool
        1-d; missing elements count as False.
    a : array_like
    axis : int, optional
        By default `a` is flattened.
    out : ndarray, optional

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `condition` is not 1-d.
    IndexError
        If `condition` holds beyond the end of the axis.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.compress([False, True], cp.array([[1, 2], [3, 4]]), axis=0)
    array([[3, 4]])
    """
    from cupy._sorting.search import flatnonzero

    a, condition = as_array(a), as_array(condition)
    if condition.ndim != 1:
        raise ValueError("condition must be a 1-d array")
    if axis is None or a.ndim == 0 and axis in (0, -1):
        a, axis = a.reshape(-1), 0
    axis = _core.normalize_axis(axis, a.ndim)
    found = flatnonzero(condition)
    if 0 in a.shape[:axis]:  # NumPy looks at no index then
        found = found % max(a.shape[axis], 1)
    elif condition.size > a.shape[axis]:
        found = valid_indices(found, a.shape[axis], "raise", axis)
    return deliver(take_valid(a, found, axis), out)


def extract(condition, arr):
    """Return the elements of an array that satisfy a condition, in C order. Synchronises.

    Parameters
    ----------
    condition : array_like
        Nonzero where to extract; of the size of `arr`.
    arr : array_like

    Returns
    -------
    out : ndarray
        1-d.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.arange(6)
    >>> cp.extract(a % 3 == 0, a)
    array([0, 3])
    """
    condition, arr = as_array(condition), as_array(arr)
    if condition.size != arr.size:
        return compress(condition.ravel(), arr)
    return arr.ravel()[cast(condition, BOOL).ravel()]


def select(condlist, choicelist, default=0):
    """Return the elements of the first choice whose condition holds.

    Parameters
    ----------
    condlist : sequence of ndarray of bool
    choicelist : sequence of array_like
    default : scalar or array_like
        Used where no condition holds.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If the lists differ in length or are empty.
    TypeError
        If a condition is not bool.

    Examples
    --------
    >>> import cupy as cp
    >>> x = cp.arange(5)
    >>> cp.select([x < 2, x > 3], [x, x * 10], -1)
    array([ 0,  1, -1, -1, 40])
    """
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if len(condlist) == 0:
        raise ValueError("select with an empty condition list is not possible")
    conditions = [as_array(c) for c in condlist]
    for i, condition in enumerate(conditions):
        if condition.dtype != BOOL:
            raise TypeError(f"invalid entry {i} in condlist: should be boolean ndarray")
    values = [
        v if isinstance(v, (bool, int, float, complex)) else as_array(v) for v in (*choicelist, default)
    ]
    dtype = _core.result_type(*values)
    shape = _core.broadcast_shapes(
        *(c.shape for c in conditions), *(v.shape for v in values if isinstance(v, ndarray))
    )
    # what a scalar out of range becomes is a matter of casts here, not of assignment
    values = [v if isinstance(v, ndarray) else _core.full((), numpy.asarray(v)[()], dtype) for v in values]
    out = _core.full(shape, values.pop(), dtype)
    for condition, value in zip(reversed(conditions), reversed(values)):
        _where(condition, value, out, dtype, out=out)
    return out


def diagonal(a, offset=0, axis1=0, axis2=1):
    """Return the diagonals of an array.

    Parameters
    ----------
    a : array_like
    offset : int
        Positive above the main diagonal.
    axis1, axis2 : int
        The axes of the planes of which diagonals are taken.

    Returns
    -------
    out : ndarray
        A read-only view; the diagonal is its last axis.

    Raises
    ------
    ValueError
        If `a` has fewer than two dimensions, or the axes are the same.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.diagonal(cp.arange(4).reshape(2, 2))
    array([0, 3])
    """
    return as_array(a).diagonal(offset, axis1, axis2)
