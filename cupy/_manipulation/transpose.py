"""Views with another order of the axes."""

import numpy

from cupy import _core
from cupy._operands import as_array

__all__ = [
    "matrix_transpose",
    "moveaxis",
    "permute_dims",
    "rollaxis",
    "swapaxes",
    "transpose",
]


def transpose(a, axes=None):
    """Return a view with permuted axes.

    Parameters
    ----------
    a : array_like
    axes : tuple of int, optional
        The permutation; the reversed order by default.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `axes` is no permutation.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.transpose(cp.ones((2, 3))).shape
    (3, 2)
    """
    return as_array(a).transpose(axes)


permute_dims = transpose


def matrix_transpose(x, /):
    """Return a view with the last two axes exchanged.

    Parameters
    ----------
    x : array_like, shape (..., M, N)

    Returns
    -------
    out : ndarray, shape (..., N, M)

    Raises
    ------
    ValueError
        If `x` has fewer than two dimensions.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.matrix_transpose(cp.ones((4, 2, 3))).shape
    (4, 3, 2)
    """
    x = as_array(x)
    if x.ndim < 2:
        raise ValueError(f"Input array must be at least 2-dimensional, but it is {x.ndim}")
    return x.swapaxes(-1, -2)


def moveaxis(a, source, destination):
    """Return a view with axes moved to new positions.

    Parameters
    ----------
    a : array_like
    source, destination : int or sequence of int

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If the two have different lengths or repeat an axis.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.moveaxis(cp.ones((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    a = as_array(a)
    source, destination = _axes(source, a.ndim, "source"), _axes(destination, a.ndim, "destination")
    if len(source) != len(destination):
        raise ValueError("`source` and `destination` arguments must have the same number of elements")
    order = [i for i in range(a.ndim) if i not in source]
    for target, axis in sorted(zip(destination, source)):
        order.insert(target, axis)
    return a.transpose(tuple(order))


def _axes(axes, ndim, name):
    """The axes in the order given (`normalize_axes` sorts)."""
    axes = axes if isinstance(axes, (tuple, list)) else (axes,)
    axes = [_core.normalize_axis(i, ndim) for i in axes]
    if len(set(axes)) != len(axes):
        raise ValueError(f"repeated axis in `{name}` argument")
    return axes


def rollaxis(a, axis, start=0):
    """Return a view with one axis moved in front of another; `moveaxis` is easier to read.

    Parameters
    ----------
    a : array_like
    axis : int
        The axis to move.
    start : int
        The axis before which it goes.

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
    >>> cp.rollaxis(cp.ones((2, 3, 4)), 2).shape
    (4, 2, 3)
    """
    a = as_array(a)
    axis = _core.normalize_axis(axis, a.ndim)
    if not -a.ndim <= start <= a.ndim:
        raise numpy.exceptions.AxisError(
            f"'start' arg requires {-a.ndim} <= start < {a.ndim + 1}, but {start} was passed in"
        )
    if start < 0:
        start += a.ndim
    order = list(range(a.ndim))
    order.remove(axis)
    order.insert(start - 1 if axis < start else start, axis)
    return a.transpose(tuple(order))


def swapaxes(a, axis1, axis2):
    """Return a view with two axes exchanged.

    Parameters
    ----------
    a : array_like
    axis1, axis2 : int

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
    >>> cp.swapaxes(cp.ones((2, 3, 4)), 0, 2).shape
    (4, 3, 2)
    """
    return as_array(a).swapaxes(axis1, axis2)
