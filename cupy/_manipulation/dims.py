"""Views with more, fewer or repeated dimensions."""

from cupy import _core
from cupy._core import broadcast_shapes
from cupy._operands import as_array

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_arrays",
    "broadcast_shapes",
    "broadcast_to",
    "expand_dims",
    "squeeze",
]


def _each(function, arrays):
    if len(arrays) == 1:
        return function(as_array(arrays[0]))
    return tuple([function(as_array(a)) for a in arrays])


def atleast_1d(*arys):
    """Return views of the inputs with at least one dimension.

    Parameters
    ----------
    *arys : array_like

    Returns
    -------
    out : ndarray or tuple of ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.atleast_1d(3)
    array([3])
    """
    return _each(lambda a: a if a.ndim else a.reshape(1), arys)


def atleast_2d(*arys):
    """Return views of the inputs with at least two dimensions.

    Parameters
    ----------
    *arys : array_like
        A 1-d input becomes a row.

    Returns
    -------
    out : ndarray or tuple of ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.atleast_2d(cp.arange(2))
    array([[0, 1]])
    """
    return _each(lambda a: a if a.ndim >= 2 else a.reshape((1, a.size)), arys)


def atleast_3d(*arys):
    """Return views of the inputs with at least three dimensions.

    Parameters
    ----------
    *arys : array_like
        (N,) becomes (1, N, 1) and (M, N) becomes (M, N, 1).

    Returns
    -------
    out : ndarray or tuple of ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.atleast_3d(cp.ones((2, 3))).shape
    (2, 3, 1)
    """

    def extend(a):
        if a.ndim >= 3:
            return a
        return a[:, :, None] if a.ndim == 2 else a.reshape((1, a.size, 1))

    return _each(extend, arys)


def broadcast_to(array, shape, subok=False):
    """Return a view of an array broadcast to a shape.

    Parameters
    ----------
    array : array_like
    shape : int or tuple of int
    subok : bool
        Accepted and ignored: there are no subclasses.

    Returns
    -------
    out : ndarray
        Read-only: several of its elements may be one in memory.

    Raises
    ------
    ValueError
        If the shapes are incompatible.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.broadcast_to(cp.arange(2), (2, 2))
    array([[0, 1],
           [0, 1]])
    """
    shape = (shape,) if not hasattr(shape, "__iter__") else tuple(shape)
    return _core.broadcast_to(as_array(array), shape)


def broadcast_arrays(*args, subok=False):
    """Return views of the inputs broadcast against each other.

    Parameters
    ----------
    *args : array_like
    subok : bool
        Accepted and ignored: there are no subclasses.

    Returns
    -------
    out : tuple of ndarray

    Raises
    ------
    ValueError
        If the shapes are incompatible.

    Examples
    --------
    >>> import cupy as cp
    >>> [a.shape for a in cp.broadcast_arrays(cp.ones((2, 1)), cp.ones(3))]
    [(2, 3), (2, 3)]
    """
    arrays = [as_array(a) for a in args]
    shape = broadcast_shapes(*(a.shape for a in arrays))
    return tuple(a if a.shape == shape else _core.broadcast_to(a, shape) for a in arrays)


def expand_dims(a, axis):
    """Return a view with new axes of extent 1.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int
        Positions of the new axes in the result.

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
    >>> cp.expand_dims(cp.ones((2, 3)), (0, -1)).shape
    (1, 2, 3, 1)
    """
    a = as_array(a)
    axis = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    ndim = a.ndim + len(axis)
    axis = _core.normalize_axes(axis, ndim)
    extents = iter(a.shape)
    return a.reshape(tuple(1 if i in axis else next(extents) for i in range(ndim)))


def squeeze(a, axis=None):
    """Return a view without axes of extent 1.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        Which axes to drop; all of extent 1 by default.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If an axis to drop has another extent.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.squeeze(cp.ones((1, 3, 1))).shape
    (3,)
    """
    return as_array(a).squeeze(axis)
