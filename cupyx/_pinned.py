"""Host arrays to copy from and to. Copies of a device are complete when they return, so ordinary NumPy memory
serves; the names exist so that programs need not ask."""

import numpy

__all__ = ["empty_like_pinned", "empty_pinned", "zeros_like_pinned", "zeros_pinned"]


def empty_pinned(shape, dtype=float, order="C"):
    """Return an uninitialised NumPy array for copies from and to the device.

    Parameters
    ----------
    shape : int or tuple of int
    dtype : dtype-like, optional
    order : {'C', 'F'}, optional

    Returns
    -------
    out : numpy.ndarray

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> cp.ones(3).get(out=cupyx.empty_pinned(3))
    array([1., 1., 1.])
    """
    return numpy.empty(shape, dtype, order)


def zeros_pinned(shape, dtype=float, order="C"):
    """Return a NumPy array of zeros for copies from and to the device.

    Parameters
    ----------
    shape : int or tuple of int
    dtype : dtype-like, optional
    order : {'C', 'F'}, optional

    Returns
    -------
    out : numpy.ndarray

    Examples
    --------
    >>> import cupyx
    >>> cupyx.zeros_pinned(2)
    array([0., 0.])
    """
    return numpy.zeros(shape, dtype, order)


def _like(function, a, dtype, order, shape):
    # Only the layout of this stand-in is read, never its elements.
    stand_in = numpy.lib.stride_tricks.as_strided(numpy.empty(1, a.dtype), a.shape, a.strides)
    return function(stand_in, dtype, order, False, shape)


def empty_like_pinned(a, dtype=None, order="K", subok=None, shape=None):
    """Return an uninitialised NumPy array of the shape and dtype of an array of either kind.

    Parameters
    ----------
    a : cupy.ndarray or numpy.ndarray
    dtype : dtype-like, optional
    order : {'C', 'F', 'A', 'K'}, optional
    subok : optional
        Accepted for compatibility.
    shape : int or tuple of int, optional

    Returns
    -------
    out : numpy.ndarray

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> cupyx.empty_like_pinned(cp.ones((2, 3))).shape
    (2, 3)
    """
    return _like(numpy.empty_like, a, dtype, order, shape)


def zeros_like_pinned(a, dtype=None, order="K", subok=None, shape=None):
    """Return a NumPy array of zeros of the shape and dtype of an array of either kind.

    Parameters
    ----------
    a : cupy.ndarray or numpy.ndarray
    dtype : dtype-like, optional
    order : {'C', 'F', 'A', 'K'}, optional
    subok : optional
        Accepted for compatibility.
    shape : int or tuple of int, optional

    Returns
    -------
    out : numpy.ndarray

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> cupyx.zeros_like_pinned(cp.ones(2))
    array([0., 0.])
    """
    return _like(numpy.zeros_like, a, dtype, order, shape)
