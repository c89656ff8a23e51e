"""Arrays filled with one value (made in the core), and the identity."""

import operator

from cupy import _core
from cupy._core import empty, empty_like, full, full_like, ones, ones_like, zeros, zeros_like
from cupy._operands import on_device

__all__ = [
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "identity",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
]


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
