"""Bits in bytes."""

import functools
import operator

import numpy

from cupy import _core
from cupy._operands import INT64, as_array, cast, kind_of, take_valid

__all__ = ["packbits", "unpackbits"]


# Eight truth values are a word of eight bytes, the first one lowest. The product with a factor gathers them
# in its highest byte: no two of its terms meet in a bit.
_FACTORS = {"big": 0x8040201008040201, "little": 0x0102040810204080}
_HIGHEST = 7  # where that byte lies


@functools.cache
def _words(bitorder):
    """Return the words that hold the bits of each byte."""
    bytes_ = numpy.arange(256, dtype=numpy.uint8).reshape(-1, 1)
    return numpy.unpackbits(bytes_, axis=1, bitorder=bitorder).view(numpy.uint64).ravel()


def _check_order(bitorder):
    if bitorder not in _FACTORS:
        raise ValueError("'bitorder' must be either 'little' or 'big'")


def _axis_last(a, axis):
    """Return `a`, flattened if there is no `axis`, with the axis last, and where it was."""
    if axis is None or a.ndim == 0:
        a, axis = a.ravel(), 0
    axis = _core.normalize_axis(axis, a.ndim)
    return a.transpose((*range(axis), *range(axis + 1, a.ndim), axis)), axis


def _axis_back(a, axis):
    """Undo `_axis_last`."""
    last = a.ndim - 1
    return a.transpose((*range(axis), last, *range(axis, last)))


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
    _check_order(bitorder)
    a, axis = _axis_last(a, axis)
    *lead, n = a.shape
    count = -(-n // 8)
    if n % 8 or a.dtype != numpy.bool_ or not a.flags.c_contiguous or a.data.ptr % 8:
        bits = (_core.zeros if n % 8 else _core.empty)((*lead, count * 8), numpy.bool_)
        bits[..., :n] = a
        a = bits
    words = a.view(numpy.uint64) * numpy.uint64(_FACTORS[bitorder])
    return _axis_back(words.view(numpy.uint8).reshape((*lead, count, 8))[..., _HIGHEST], axis).copy()


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
    _check_order(bitorder)
    a, axis = _axis_last(a, axis)
    *lead, n = a.shape
    words = take_valid(_core.asarray(_words(bitorder)), cast(a, INT64), 0)
    bits = words.view(numpy.uint8).reshape((*lead, n * 8))
    if count is not None:
        count = operator.index(count)
        if count < 0:
            count += n * 8
            if count < 0:
                raise ValueError(f"-ve count ({count - n * 8}) exceeds the number of bits")
        if count > n * 8:
            filled = _core.zeros((*lead, count), numpy.uint8)
            filled[..., : n * 8] = bits
            bits = filled
        elif count < n * 8:
            bits = bits[..., :count]
    bits = _axis_back(bits, axis)
    return bits if bits.flags.c_contiguous else bits.copy()
