"""Repeated elements and repeated arrays: one strided copy."""

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._operands import INT64, as_array, host_ints, take_valid, truncated

__all__ = ["repeat", "tile"]


def tile(A, reps):
    """Return an array of copies of `A`, side by side.

    Parameters
    ----------
    A : array_like
    reps : int or sequence of int
        Number of copies along each axis.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If a number of copies is negative.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.tile(cp.arange(2), (2, 2))
    array([[0, 1, 0, 1],
           [0, 1, 0, 1]])
    """
    a = as_array(A)
    reps = (reps,) if type(reps) is int else tuple(host_ints(reps, "reps").ravel().tolist())
    if min(reps, default=0) < 0:
        raise ValueError("negative dimensions are not allowed")
    ndim = max(a.ndim, len(reps))
    reps = (1,) * (ndim - len(reps)) + reps
    shape = (1,) * (ndim - a.ndim) + a.shape
    if reps == (1,) * ndim:
        return a.copy(order="K").reshape(shape)
    out = _core.empty(tuple([r * n for r, n in zip(reps, shape)]), a.dtype)
    if out.size:
        blocks = tuple([v for pair in zip(reps, shape) for v in pair])
        source = a.reshape(tuple([v for n in shape for v in (1, n)]))
        _core.copyto(out.reshape(blocks), source)
    return out


def repeat(a, repeats, axis=None):
    """Repeat each element of an array.

    Parameters
    ----------
    a : array_like
    repeats : int or sequence of int
        Number of copies of each element; on the device it is read back, as the shape of the
        result depends on it.
    axis : int, optional
        By default the flattened array is used.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If a number of copies is negative, or there are not as many as elements.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.repeat(cp.arange(3), [2, 0, 1])
    array([0, 0, 2])
    """
    a = as_array(a)
    if axis is None or a.ndim == 0 and axis in (0, -1):
        a, axis = a.reshape(-1), 0
    axis = _core.normalize_axis(axis, a.ndim)
    length = a.shape[axis]
    if type(repeats) is int and 0 <= repeats < 1 << 63:
        return _repeated(a, repeats, axis)
    if isinstance(repeats, ndarray):
        repeats = repeats.get()
    repeats = truncated(repeats)
    if not numpy.can_cast(repeats.dtype, INT64, "safe") and repeats.size:
        raise TypeError("Cannot cast array data of the repeats to int64 according to the rule 'safe'")
    counts = host_ints(repeats, "repeats")
    if counts.ndim > 1:
        raise ValueError("object too deep for desired array")
    if length and (counts < 0).any():
        raise ValueError("repeats may not contain negative values.")
    if counts.size == 1:
        return _repeated(a, int(counts.reshape(())), axis)
    if counts.size != length:
        raise ValueError(f"operands could not be broadcast together with shape ({length},) ({counts.size},)")
    return take_valid(a, _core.asarray(numpy.repeat(numpy.arange(length), counts)), axis)


def _repeated(a, count, axis):
    """Repeat each element alike: one copy from a view stretched over an axis of its own."""
    before, length, after = a.shape[:axis], a.shape[axis], a.shape[axis + 1 :]
    out = _core.empty(before + (length * count,) + after, a.dtype)
    if out.size:
        _core.copyto(out.reshape(before + (length, count) + after), a.reshape(before + (length, 1) + after))
    return out
