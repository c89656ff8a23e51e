"""Arrays filled with one value, and the identity."""

import operator

from cupy import _core
from cupy._core import empty, ones, zeros
from cupy._operands import as_array, on_device

__all__ = [
    "empty", "empty_like", "eye", "full", "full_like", "identity", "ones", "ones_like", "zeros",
    "zeros_like",
]  # fmt: skip


def full(shape, fill_value, dtype=None, order="C", *, device=None):
    """Return a new array of the given shape, filled with `fill_value`.

    Parameters
    ----------
    shape : int or tuple of int
    fill_value : scalar or array_like
        Broadcast to `shape`.
    dtype : dtype, optional
        That of `fill_value` by default.
    order : {'C', 'F'}
    device : Device, optional
        Where to allocate; the current device by default.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `fill_value` does not broadcast to `shape`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.full((2, 2), 7)
    array([[7, 7],
           [7, 7]])
    """
    with on_device(device):
        if dtype is None:
            value = as_array(fill_value)
            dtype, fill_value = value.dtype, fill_value if value.ndim == 0 else value
        out = _core.empty(shape, dtype, order)
        out[...] = fill_value
    return out


def empty_like(prototype, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """Return an uninitialised array with the shape and dtype of `prototype`.

    Parameters
    ----------
    prototype : array_like
    dtype : dtype, optional
        Overrides the dtype.
    order : {'C', 'F', 'A', 'K'}
        Memory layout; 'K' follows the layout of `prototype`.
    subok : bool
        Accepted and ignored: there are no subclasses.
    shape : int or tuple of int, optional
        Overrides the shape.
    device : Device, optional

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.empty_like(cp.ones((2, 3))).shape
    (2, 3)
    """
    with on_device(device):
        return _core.empty_like(as_array(prototype), dtype, order, shape)


def zeros_like(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """Return an array of zeros with the shape and dtype of `a`.

    Parameters
    ----------
    a, dtype, order, subok, shape, device
        As for `empty_like`.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.zeros_like(cp.arange(3))
    array([0, 0, 0])
    """
    return full_like(a, 0, dtype, order, subok, shape, device=device)


def ones_like(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """Return an array of ones with the shape and dtype of `a`.

    Parameters
    ----------
    a, dtype, order, subok, shape, device
        As for `empty_like`.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.ones_like(cp.arange(3))
    array([1, 1, 1])
    """
    return full_like(a, 1, dtype, order, subok, shape, device=device)


def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """Return an array with the shape and dtype of `a`, filled with `fill_value`.

    Parameters
    ----------
    a : array_like
    fill_value : scalar or array_like
        Broadcast to the shape of the result.
    dtype, order, subok, shape, device
        As for `empty_like`.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.full_like(cp.arange(3), 5)
    array([5, 5, 5])
    """
    out = empty_like(a, dtype, order, subok, shape, device=device)
    out[...] = fill_value
    return out


def eye(N, M=None, k=0, dtype=float, order="C", *, device=None):
    """Return a 2-d array with ones on a diagonal and zeros elsewhere.

    Parameters
    ----------
    N : int
        Number of rows.
    M : int, optional
        Number of columns; `N` by default.
    k : int
        The diagonal: 0 the main one, positive above it, negative below.
    dtype : dtype
    order : {'C', 'F'}
    device : Device, optional

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.eye(2, 3, k=1)
    array([[0., 1., 0.],
           [0., 0., 1.]])
    """
    rows = operator.index(N)
    columns = rows if M is None else operator.index(M)
    with on_device(device):
        out = _core.zeros((rows, columns), dtype, order)
        k = operator.index(k)
        length = min(rows + min(k, 0), columns - max(k, 0))
        if length > 0:
            down, right = out.strides
            start = max(-k, 0) * down + max(k, 0) * right
            _core.as_strided(out, (length,), (down + right,), start).fill(1)
    return out


def identity(n, dtype=None):
    """Return the identity matrix of order `n`.

    Parameters
    ----------
    n : int
    dtype : dtype, optional
        float64 by default.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.identity(2)
    array([[1., 0.],
           [0., 1.]])
    """
    return eye(n, dtype=float if dtype is None else dtype)
