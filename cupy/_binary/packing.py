"""Bits in bytes."""

import operator

import numpy

from cupy import _core
from cupy._operands import as_array, kind_of

__all__ = ["packbits", "unpackbits"]

_WEIGHTS = {
    "big": numpy.array([128, 64, 32, 16, 8, 4, 2, 1], numpy.uint8),
    "little": numpy.array([1, 2, 4, 8, 16, 32, 64, 128], numpy.uint8),
}


def _weights(bitorder, ndim):
    """Return what each bit of a byte counts, along the first of 1 + `ndim` axes."""
    if bitorder not in _WEIGHTS:
        raise ValueError("'bitorder' must be either 'little' or 'big'")
    return _core.asarray(_WEIGHTS[bitorder]).reshape((8,) + (1,) * ndim)


def packbits(a, /, axis=None, bitorder="big"):
    """Pack truth values into the bits of uint8 elements.

    Parameters
    ----------
    a : array_like of bool or int
    axis : int, optional
        By default `a` is flattened.
    bitorder : {'big', 'little'}
        Which bit of a byte comes first.

    Returns
    -------
    out : ndarray of uint8
        The last byte is filled up with zeros.

    Raises
    ------
    TypeError
        For other dtypes.
    ValueError
        For an unknown `bitorder`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.packbits(cp.array([True, False, True]))
    array([160], dtype=uint8)
    """
    a = as_array(a)
    if kind_of(a.dtype) not in "iub":
        raise TypeError("Expected an input array of integer or boolean data type")
    if axis is None or a.ndim == 0:
        a, axis = a.ravel(), 0
    axis = _core.normalize_axis(axis, a.ndim)
    n = a.shape[axis]
    after = a.shape[axis + 1 :]
    weights = _weights(bitorder, len(after))
    count = -(-n // 8)
    bits = _core.zeros(a.shape[:axis] + (count * 8,) + after, numpy.uint8)
    bits[(slice(None),) * axis + (slice(0, n),)] = a.astype(numpy.bool_, copy=False)
    bits = bits.reshape(a.shape[:axis] + (count, 8) + after)
    return (bits * weights).sum(axis + 1, numpy.uint8)


def unpackbits(a, /, axis=None, count=None, bitorder="big"):
    """Unpack the bits of uint8 elements.

    Parameters
    ----------
    a : array_like of uint8
    axis : int, optional
        By default `a` is flattened.
    count : int, optional
        How many bits to return along the axis; negative: how many to leave out at the end.
    bitorder : {'big', 'little'}
        Which bit of a byte comes first.

    Returns
    -------
    out : ndarray of uint8
        Zeros and ones.

    Raises
    ------
    TypeError
        For other dtypes.
    ValueError
        For an unknown `bitorder`, or if `count` leaves out more than there is.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.unpackbits(cp.array([160], dtype=cp.uint8), count=3)
    array([1, 0, 1], dtype=uint8)
    """
    a = as_array(a)
    if a.dtype != numpy.uint8:
        raise TypeError("Expected an input array of unsigned byte data type")
    if axis is None or a.ndim == 0:
        a, axis = a.ravel(), 0
    axis = _core.normalize_axis(axis, a.ndim)
    before, n, after = a.shape[:axis], a.shape[axis], a.shape[axis + 1 :]
    weights = _weights(bitorder, len(after))
    bits = (a.reshape(before + (n, 1) + after) & weights).astype(numpy.bool_).view(numpy.uint8)
    bits = bits.reshape(before + (n * 8,) + after)
    if count is None:
        return bits
    count = operator.index(count)
    if count < 0:
        count += n * 8
        if count < 0:
            raise ValueError(f"-ve count ({count - n * 8}) exceeds the number of bits")
    along = (slice(None),) * axis
    if count <= n * 8:
        return bits[(*along, slice(0, count))].copy()
    out = _core.zeros(before + (count,) + after, numpy.uint8)
    out[(*along, slice(0, n * 8))] = bits
    return out
