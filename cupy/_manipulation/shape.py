"""The same elements under another shape."""

from cupy._operands import as_array

__all__ = ["ravel", "reshape"]


def reshape(a, /, shape, order="C", *, copy=None):
    """Give a new shape to an array without changing its data.

    Parameters
    ----------
    a : array_like
    shape : int or tuple of int
        One extent may be -1: it is inferred.
    order : {'C', 'F', 'A'}
    copy : bool, optional
        True: always copy; False: raise if a copy is needed; None: copy if needed.

    Returns
    -------
    out : ndarray
        A view where possible.

    Raises
    ------
    ValueError
        If the sizes differ, or a copy is needed and `copy` is False.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.reshape(cp.arange(4), (2, -1))
    array([[0, 1],
           [2, 3]])
    """
    return as_array(a).reshape(shape, order=order, copy=copy)


def ravel(a, order="C"):
    """Return a flattened array, a view where possible.

    Parameters
    ----------
    a : array_like
    order : {'C', 'F', 'A', 'K'}

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.ravel(cp.array([[1, 2], [3, 4]]), order='F')
    array([1, 3, 2, 4])
    """
    return as_array(a).ravel(order=order)
