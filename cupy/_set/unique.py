"""Unique elements."""

from typing import NamedTuple

from cupy import _core
from cupy._core import ndarray
from cupy._core import ufuncs as uf
from cupy._manipulation.join import concatenate
from cupy._operands import BOOL, INT64, as_array, kind_of, take_valid
from cupy._sorting.search import flatnonzero
from cupy._sorting.sort import argsort, lexsort, sort

__all__ = ["unique", "unique_all", "unique_counts", "unique_inverse", "unique_values"]


def unique(
    ar,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    *,
    equal_nan=True,
    sorted=True,
):
    """Return the sorted unique elements of an array. Synchronises.

    Parameters
    ----------
    ar : array_like
    return_index : bool
        Also return the index of the first occurrence of each.
    return_inverse : bool
        Also return the indices that rebuild `ar`.
    return_counts : bool
        Also return how often each occurs.
    axis : int, optional
        Look for unique sub-arrays along this axis; by default `ar` is flattened.
    equal_nan : bool
        Whether NaN equals NaN.
    sorted : bool
        Accepted; the result is always sorted.

    Returns
    -------
    out : ndarray
    index, inverse, counts : ndarray of int64
        Only those asked for; with any of them the result is a tuple.

    Raises
    ------
    AxisError
        If `axis` is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.unique(cp.array([2, 1, 2]), return_counts=True)
    (array([1, 2]), array([1, 2]))
    """
    ar = as_array(ar)
    if axis is None or ar.ndim == 1:
        if axis is not None:
            _core.normalize_axis(axis, 1)
        flat = ar.reshape(-1)
        if return_index or return_inverse:
            order = argsort(flat)
            values = take_valid(flat, order, 0) if flat.size else flat
        else:
            order, values = None, sort(flat)
        starts = _run_starts(values, equal_nan)
        found = values[starts]
    else:
        axis = _core.normalize_axis(axis, ar.ndim)
        moved = ar.transpose((axis, *(i for i in range(ar.ndim) if i != axis)))
        count = moved.shape[0]
        rows = moved.reshape((count, -1) if moved.size else (count, 0))
        if rows.shape[1]:
            order = lexsort(rows.T[::-1])
            values = take_valid(rows, order, 0) if count else rows
            starts = _core.ones((count,), BOOL)
            if count > 1:
                starts[1:] = (values[1:] != values[:-1]).any(axis=1)
        else:
            order = _core.asarray(range(count), INT64)
            values, starts = rows, _core.zeros((count,), BOOL)
            starts[:1] = True
        found = values[starts].reshape((-1 if rows.shape[1] else int(starts.sum()), *moved.shape[1:]))
        back = list(range(1, ar.ndim))
        back.insert(axis, 0)
        found = found.transpose(tuple(back))
    result = [found]
    if return_index:
        result.append(order[starts])
    if return_inverse:
        inverse = _core.empty(starts.shape, INT64)
        if starts.size:
            inverse[order] = starts.cumsum() - 1
        result.append(inverse.reshape(ar.shape) if axis is None else inverse)
    if return_counts:
        borders = concatenate([flatnonzero(starts), _core.asarray([starts.size], INT64)])
        result.append(borders[1:] - borders[:-1])
    return tuple(result) if len(result) > 1 else found


def _run_starts(values, equal_nan):
    """Mark the first element of each run of equal ones in a sorted 1-d array."""
    starts = _core.ones(values.shape, BOOL)
    if values.size > 1:
        left, right = values[:-1], values[1:]
        differ = left != right
        if equal_nan and kind_of(values.dtype) in "fc":
            # NaN are sorted to the end: one that follows another starts nothing
            differ = differ & ~uf.isnan(left)
        starts[1:] = differ
    return starts


class UniqueAllResult(NamedTuple):
    values: ndarray
    indices: ndarray
    inverse_indices: ndarray
    counts: ndarray


class UniqueCountsResult(NamedTuple):
    values: ndarray
    counts: ndarray


class UniqueInverseResult(NamedTuple):
    values: ndarray
    inverse_indices: ndarray


def unique_all(x):
    """Return unique elements, first indices, inverse indices and counts; NaN differ. Synchronises.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    out : namedtuple of values, indices, inverse_indices, counts

    Examples
    --------
    >>> import cupy as cp
    >>> cp.unique_all(cp.array([2, 1, 2])).indices
    array([1, 0])
    """
    return UniqueAllResult(*unique(x, True, True, True, equal_nan=False))


def unique_counts(x):
    """Return unique elements and their counts; NaN differ. Synchronises.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    out : namedtuple of values, counts

    Examples
    --------
    >>> import cupy as cp
    >>> cp.unique_counts(cp.array([2, 1, 2])).counts
    array([1, 2])
    """
    return UniqueCountsResult(*unique(x, return_counts=True, equal_nan=False))


def unique_inverse(x):
    """Return unique elements and the indices that rebuild the input; NaN differ. Synchronises.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    out : namedtuple of values, inverse_indices

    Examples
    --------
    >>> import cupy as cp
    >>> cp.unique_inverse(cp.array([2, 1, 2])).inverse_indices
    array([1, 0, 1])
    """
    return UniqueInverseResult(*unique(x, return_inverse=True, equal_nan=False))


def unique_values(x):
    """Return unique elements, sorted; NaN differ. Synchronises.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.unique_values(cp.array([2, 1, 2]))
    array([1, 2])
    """
    return unique(x, equal_nan=False)
