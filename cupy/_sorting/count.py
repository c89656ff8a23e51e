"""Counting."""

from cupy import _core
from cupy._operands import INT64, as_array

__all__ = ["count_nonzero"]


def count_nonzero(a, axis=None, *, keepdims=False):
    """Count the nonzero elements along axes.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes by default.
    keepdims : bool

    Returns
    -------
    out : ndarray of int64
        0-d for all axes (an int in NumPy), so that nothing synchronises.

    Raises
    ------
    AxisError
        If an axis is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.count_nonzero(cp.array([[0, 1], [2, 3]]), axis=0)
    array([1, 2])
    """
    a = as_array(a)
    if a.size == 0:
        return _core.ufuncs.add.reduce(a, axis, INT64, keepdims=keepdims)
    return _core.reduce_row("count_nonzero", a, axis, INT64, None, keepdims)
