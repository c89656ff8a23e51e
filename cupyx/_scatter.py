"""Updates through an index in which an element may occur more than once; each occurrence counts."""

from cupy import _core

__all__ = ["scatter_add", "scatter_max", "scatter_min"]

_ADD, _MAXIMUM, _MINIMUM = 1, 3, 4  # modes of the contract's scatter row


def _scatter(name, a, slices, value, mode):
    if not isinstance(a, _core.ndarray):
        raise TypeError(f"{name} changes a device array in place, not {type(a).__name__}")
    _core.scatter(a, slices, value, mode)


def scatter_add(a, slices, value):
    """Add to the elements of an array that an index names, once for each occurrence.

    Parameters
    ----------
    a : ndarray
        Changed in place.
    slices : index
        Whatever ``a[slices]`` takes.
    value : array_like
        Broadcast to ``a[slices]``.

    Raises
    ------
    IndexError
        If an index is out of bounds.

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> a = cp.zeros(4)
    >>> cupyx.scatter_add(a, [1, 1, 3], cp.array([1.0, 2.0, 5.0]))
    >>> a
    array([0., 3., 0., 5.])
    """
    _scatter("scatter_add", a, slices, value, _ADD)


def scatter_max(a, slices, value):
    """Raise the elements of an array that an index names to the largest value given for each.

    Parameters
    ----------
    a : ndarray
        Changed in place.
    slices : index
        Whatever ``a[slices]`` takes.
    value : array_like
        Broadcast to ``a[slices]``.

    Raises
    ------
    IndexError
        If an index is out of bounds.

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> a = cp.zeros(3)
    >>> cupyx.scatter_max(a, [0, 0, 2], cp.array([1.0, 2.0, -1.0]))
    >>> a
    array([2., 0., 0.])
    """
    _scatter("scatter_max", a, slices, value, _MAXIMUM)


def scatter_min(a, slices, value):
    """Lower the elements of an array that an index names to the smallest value given for each.

    Parameters
    ----------
    a : ndarray
        Changed in place.
    slices : index
        Whatever ``a[slices]`` takes.
    value : array_like
        Broadcast to ``a[slices]``.

    Raises
    ------
    IndexError
        If an index is out of bounds.

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> a = cp.zeros(3)
    >>> cupyx.scatter_min(a, [0, 0, 2], cp.array([-1.0, -2.0, 1.0]))
    >>> a
    array([-2.,  0.,  0.])
    """
    _scatter("scatter_min", a, slices, value, _MINIMUM)
