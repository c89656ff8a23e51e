"""Flips and rotations (views), and rolls (copies)."""

from cupy import _core
from cupy._core import ndarray
from cupy._manipulation.join import concatenate
from cupy._operands import DEVICE_RANK, as_array, truncated

__all__ = ["flip", "fliplr", "flipud", "roll", "rot90"]

_WHOLE, _BACKWARDS = slice(None), slice(None, None, -1)


def flip(m, axis=None):
    """Return a view with the order of the elements reversed along axes.

    Parameters
    ----------
    m : array_like
    axis : int or tuple of int, optional
        All axes by default.

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
    >>> cp.flip(cp.arange(3))
    array([2, 1, 0])
    """
    m = as_array(m)
    axes = _core.normalize_axes(axis, m.ndim)
    return m[tuple([_BACKWARDS if i in axes else _WHOLE for i in range(m.ndim)])]


def fliplr(m):
    """Return a view with the order of the columns (axis 1) reversed.

    Parameters
    ----------
    m : array_like
        Of at least two dimensions.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `m` has fewer than two dimensions.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.fliplr(cp.array([[1, 2]]))
    array([[2, 1]])
    """
    m = as_array(m)
    if m.ndim < 2:
        raise ValueError("Input must be >= 2-d.")
    return m[:, ::-1]


def flipud(m):
    """Return a view with the order of the rows (axis 0) reversed.

    Parameters
    ----------
    m : array_like
        Of at least one dimension.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `m` is 0-d.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.flipud(cp.arange(2))
    array([1, 0])
    """
    m = as_array(m)
    if m.ndim < 1:
        raise ValueError("Input must be >= 1-d.")
    return m[::-1]


def roll(a, shift, axis=None):
    """Shift elements along axes; what leaves at one end enters at the other.

    Parameters
    ----------
    a : array_like
    shift : int or tuple of int
    axis : int or tuple of int, optional
        By default the array is rolled as if flattened.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `shift` and `axis` do not broadcast.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.roll(cp.arange(5), 2)
    array([3, 4, 0, 1, 2])
    """
    a = as_array(a)
    if axis is None:
        return roll(a.ravel(), shift, 0).reshape(a.shape)
    if type(axis) is int and type(shift) is int:
        axes, shifts = (_core.normalize_axis(axis, a.ndim),), (shift,)
    else:
        axes, shifts = _rolled_axes(axis, shift, a.ndim)
    totals = dict.fromkeys(axes, 0)
    for i, s in zip(axes, shifts):
        totals[i] += int(s)
    out = a
    for i, total in totals.items():
        offset = total % out.shape[i] if out.shape[i] else 0
        if offset:
            before = (slice(None),) * i
            parts = out[(*before, slice(-offset, None))], out[(*before, slice(None, -offset))]
            out = _core.empty_like(a)
            if a.ndim > DEVICE_RANK:
                concatenate(parts, i, out)
            elif a.size:
                _core.run_op("concatenate", parts, (out,), i)
    return a.copy(order="K") if out is a else out


def _rolled_axes(axis, shift, ndim):
    """Return the axes and their shifts, equally many."""
    axes = [_core.normalize_axis(i, ndim) for i in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    shifts = truncated(shift.get() if isinstance(shift, ndarray) else shift)
    if shifts.dtype.kind not in "iubf":
        raise TypeError(f"shift must be integers, not {shift!r}")
    shifts = shifts.ravel().tolist()
    if len(axes) == 1:
        axes *= len(shifts)
    elif len(shifts) == 1:
        shifts *= len(axes)
    if len(axes) != len(shifts):
        raise ValueError("'shift' and 'axis' should be scalars or 1D sequences of one length")
    return axes, shifts


def rot90(m, k=1, axes=(0, 1)):
    """Return a view rotated by multiples of 90 degrees in the plane of two axes.

    Parameters
    ----------
    m : array_like
    k : int
        Number of quarter turns.
    axes : (int, int)
        From the first towards the second.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `axes` are not two different axes of `m`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.rot90(cp.array([[1, 2], [3, 4]]))
    array([[2, 4],
           [1, 3]])
    """
    axes = tuple(axes)
    if len(axes) != 2:
        raise ValueError("len(axes) must be 2.")
    m = as_array(m)
    if any(not -m.ndim <= i < m.ndim for i in axes):
        raise ValueError(f"Axes={axes} out of range for array of ndim={m.ndim}.")
    first, second = (i % m.ndim for i in axes)
    if first == second:
        raise ValueError("Axes must be different.")
    k %= 4
    if k == 0:
        return m[...]
    if k == 2:
        return flip(m, (first, second))
    if k == 1:
        return flip(m, second).swapaxes(first, second)
    return flip(m.swapaxes(first, second), second)
