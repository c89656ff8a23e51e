"""Matrices from diagonals, triangles and powers."""

import operator

from cupy import _core
from cupy._operands import DEVICE_RANK, as_array

__all__ = ["diag", "diagflat", "tri", "tril", "triu", "vander"]


def diag(v, k=0):
    """Extract a diagonal or build a diagonal matrix.

    Parameters
    ----------
    v : array_like
        1-d: the diagonal of the result; 2-d: the matrix to read.
    k : int
        Which diagonal; positive above the main one.

    Returns
    -------
    out : ndarray
        For 2-d input a read-only view.

    Raises
    ------
    ValueError
        If `v` is neither 1-d nor 2-d.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.diag(cp.array([1, 2]))
    array([[1, 0],
           [0, 2]])
    """
    v = as_array(v)
    if v.ndim == 2:
        return v.diagonal(k)
    if v.ndim != 1:
        raise ValueError("Input must be 1- or 2-d.")
    k = operator.index(k)
    n = v.size + abs(k)
    out = _core.zeros((n, n), v.dtype)
    if v.size:
        down, right = out.strides
        start = max(-k, 0) * down + max(k, 0) * right
        _core.copyto(_core.as_strided(out, v.shape, (down + right,), start), v)
    return out


def diagflat(v, k=0):
    """Build a diagonal matrix from the flattened input.

    Parameters
    ----------
    v : array_like
    k : int

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.diagflat([[1, 2]])
    array([[1, 0],
           [0, 2]])
    """
    return diag(as_array(v).ravel(), k)


def tri(N, M=None, k=0, dtype=float):
    """Return an array with ones at and below a diagonal and zeros elsewhere.

    Parameters
    ----------
    N : int
    M : int, optional
        `N` by default.
    k : int
    dtype : dtype

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.tri(2, 3, dtype=int)
    array([[1, 0, 0],
           [1, 1, 0]])
    """
    rows = operator.index(N)
    columns = rows if M is None else operator.index(M)
    return _triangle("tril", _core.ones((max(rows, 0), max(columns, 0)), dtype), k)


def _triangle(name, m, k):
    m = as_array(m)
    if m.ndim == 0:
        raise ValueError(f"{name} needs an array of at least one dimension")
    if m.ndim == 1:
        m = _core.broadcast_to(m, (m.size, m.size))
    if m.ndim > DEVICE_RANK:
        return _triangle(name, m.reshape((-1, *m.shape[-2:])), k).reshape(m.shape)
    out = _core.empty(m.shape, m.dtype)
    if out.size:
        # beyond the matrix every diagonal is the same: keeps the attribute in range
        limit = m.shape[-2] + m.shape[-1]
        _core.run_op(name, [m], [out], max(-limit, min(limit, operator.index(k))))
    return out


def tril(m, k=0):
    """Return a copy of an array with the elements above a diagonal zeroed.

    Parameters
    ----------
    m : array_like, shape (..., M, N)
    k : int

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.tril(cp.ones((2, 2)))
    array([[1., 0.],
           [1., 1.]])
    """
    return _triangle("tril", m, k)


def triu(m, k=0):
    """Return a copy of an array with the elements below a diagonal zeroed.

    Parameters
    ----------
    m : array_like, shape (..., M, N)
    k : int

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.triu(cp.ones((2, 2)))
    array([[1., 1.],
           [0., 1.]])
    """
    return _triangle("triu", m, k)


def vander(x, N=None, increasing=False):
    """Return a Vandermonde matrix: the powers of `x` in its columns.

    Parameters
    ----------
    x : array_like
        1-d.
    N : int, optional
        Number of columns; ``len(x)`` by default.
    increasing : bool
        Whether the powers grow from left to right.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `x` is not 1-d.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.vander(cp.array([1, 2, 3]))
    array([[1, 1, 1],
           [4, 2, 1],
           [9, 3, 1]])
    """
    x = as_array(x)
    if x.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    columns = x.size if N is None else operator.index(N)
    dtype = _core.promote_types(x.dtype, int)
    out = _core.empty((x.size, columns), dtype)
    powers = out if increasing else out[:, ::-1]
    if columns > 0:
        powers[:, :1] = 1
    if columns > 1:
        factors = _core.broadcast_to(x.astype(dtype)[:, None], (x.size, columns - 1))
        powers[:, 1:] = factors.cumprod(axis=1)
    return out
