"""Assignment between arrays, and queries of the shape."""

import math

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._operands import BOOL, as_array, is_host_scalar, select

__all__ = ["copyto", "ndim", "shape", "size"]


def copyto(dst, src, casting="same_kind", where=True):
    """Copy values from one array into another, with broadcasting.

    Parameters
    ----------
    dst : ndarray
    src : array_like
    casting : {'no', 'equiv', 'safe', 'same_kind', 'unsafe'}
    where : array_like of bool
        Where to copy.

    Raises
    ------
    TypeError
        If `dst` is no array or `casting` forbids the conversion.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.zeros(3)
    >>> cp.copyto(a, 2, where=cp.array([True, False, True]))
    >>> a
    array([2., 0., 2.])
    """
    if type(dst) is type(src) is ndarray and where is True and dst.dtype is src.dtype:
        dst[...] = src
        return
    if not isinstance(dst, ndarray):
        raise TypeError(f"dst must be a cupy array, not {type(dst).__name__}")
    what = "scalar" if is_host_scalar(src) else "array data"
    if is_host_scalar(src) and not isinstance(src, numpy.generic):
        # a Python scalar is weak: it takes the dtype of dst if its kind allows it
        strong = casting == "equiv" or isinstance(src, bool)
        source = numpy.asarray(src).dtype if strong else _core.result_type(dst.dtype, src)
        src = dst.dtype.type(src) if source == dst.dtype else _core.full((), src, dst.dtype)
    else:
        src = as_array(src)
        source = src.dtype
    if not _core.can_cast(source, dst.dtype, casting):
        raise TypeError(
            f"Cannot cast {what} from {source!r} to {dst.dtype!r} according to the rule '{casting}'"
        )
    if where is True:
        dst[...] = src
        return
    mask = as_array(where)
    if mask.dtype != BOOL:
        raise TypeError(f"where must be an array of bool, not {mask.dtype}")
    src = as_array(src, dst.dtype)
    mask = _core.broadcast_to(mask, dst.shape)
    if src.ndim > dst.ndim:  # leading axes of extent 1 are dropped, as in assignment
        src = src.reshape(src.shape[src.ndim - dst.ndim :])
    select(mask, src, dst, dst.dtype, out=dst)


def shape(a):
    """Return the shape of an array.

    Parameters
    ----------
    a : array_like

    Returns
    -------
    out : tuple of int

    Examples
    --------
    >>> import cupy as cp
    >>> cp.shape(cp.ones((2, 3)))
    (2, 3)
    """
    return a.shape if isinstance(a, ndarray) else as_array(a).shape


def ndim(a):
    """Return the number of dimensions of an array.

    Parameters
    ----------
    a : array_like

    Returns
    -------
    out : int

    Examples
    --------
    >>> import cupy as cp
    >>> cp.ndim(cp.ones((2, 3)))
    2
    """
    return len(shape(a))


def size(a, axis=None):
    """Return the number of elements, in all or along some axes.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional

    Returns
    -------
    out : int

    Examples
    --------
    >>> import cupy as cp
    >>> cp.size(cp.ones((2, 3)), 1)
    3
    """
    if axis is None and isinstance(a, ndarray):
        return a.size
    extents = shape(a)
    return math.prod(extents[i] for i in _core.normalize_axes(axis, len(extents)))
