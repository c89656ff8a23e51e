"""Helpers for functions that take arrays: axis arguments and memory ranges."""

from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

__all__ = ["byte_bounds", "normalize_axis_index", "normalize_axis_tuple"]


def byte_bounds(a):
    """Return the device addresses of the first byte of an array and of the byte after its last.

    Parameters
    ----------
    a : ndarray

    Returns
    -------
    (low, high) : tuple of int

    Examples
    --------
    >>> import cupy as cp
    >>> low, high = cp.lib.array_utils.byte_bounds(cp.zeros((4, 4), cp.float32)[::-2])
    >>> high - low
    48
    """
    low = high = a.data.ptr
    for extent, stride in zip(a.shape, a.strides):
        if stride < 0:
            low += (extent - 1) * stride
        else:
            high += (extent - 1) * stride
    return low, high + a.itemsize
