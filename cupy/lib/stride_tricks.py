"""Views of an array with other shapes and strides."""

from numpy.lib.array_utils import normalize_axis_tuple

from cupy import _core
from cupy._core import broadcast_shapes, broadcast_to
from cupy._manipulation.dims import broadcast_arrays
from cupy._operands import as_array, host_ints

__all__ = ["as_strided", "broadcast_arrays", "broadcast_shapes", "broadcast_to", "sliding_window_view"]


def as_strided(x, shape=None, strides=None, subok=False, writeable=True):
    """Return a view of an array with the given shape and strides.

    Parameters
    ----------
    x : ndarray
    shape : tuple of int, optional
        The shape of `x` by default.
    strides : tuple of int, optional
        Bytes to step along each axis; those of `x` by default.
    subok : bool, optional
        Accepted for compatibility.
    writeable : bool, optional
        False makes the view read-only.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If an element would lie outside the memory of `x`. NumPy does not check.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.arange(5, dtype=cp.int32)
    >>> cp.lib.stride_tricks.as_strided(a, (3, 2), (4, 8))
    array([[0, 2],
           [1, 3],
           [2, 4]], dtype=int32)
    """
    shape = None if shape is None else tuple(shape)
    strides = None if strides is None else tuple(strides)
    return _core.as_strided(as_array(x), shape, strides, writeable=writeable)


def sliding_window_view(x, window_shape, axis=None, *, subok=False, writeable=False):
    """Return a view of all windows of a shape that fit into an array.

    Parameters
    ----------
    x : array_like
    window_shape : int or tuple of int
        The extent of the window along each of `axis`.
    axis : int or tuple of int, optional
        The axes to slide along; all by default.
    subok : bool, optional
        Accepted for compatibility.
    writeable : bool, optional
        True allows writing; windows overlap in memory.

    Returns
    -------
    out : ndarray
        The windows' own axes come last.

    Raises
    ------
    ValueError
        If the window is negative, larger than the array, or not one extent per axis.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.lib.stride_tricks.sliding_window_view(cp.arange(5), 3)
    array([[0, 1, 2],
           [1, 2, 3],
           [2, 3, 4]])
    """
    x = as_array(x)
    window = tuple(host_ints(window_shape, "window_shape").ravel().tolist())
    if any(extent < 0 for extent in window):
        raise ValueError(f"`window_shape` cannot contain negative values, got {window}")
    if axis is None:
        axes = tuple(range(x.ndim))
        if len(window) != x.ndim:
            raise ValueError(
                f"window_shape must hold one extent per axis of x: got {window} for {x.ndim} axes"
            )
    else:
        axes = normalize_axis_tuple(axis, x.ndim, "axis", allow_duplicate=True)
        if len(window) != len(axes):
            raise ValueError(f"window_shape {window} and axis {axes} must have the same length")
    shape = list(x.shape)
    for extent, i in zip(window, axes):
        if extent > shape[i]:
            raise ValueError(f"window shape {window} is larger than the array's shape {x.shape}")
        shape[i] -= extent - 1
    strides = x.strides + tuple(x.strides[i] for i in axes)
    return _core.as_strided(x, (*shape, *window), strides, writeable=writeable)
