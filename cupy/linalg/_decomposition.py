"""Cholesky, QR and singular value decompositions."""

from typing import NamedTuple

import cupy
from cupy import _core
from cupy.linalg._operands import adjoint, identity, launch, matrices, real_dtype

__all__ = ["cholesky", "qr", "svd", "svdvals"]

_QR_MODES = {"reduced": 0, "complete": 1, "r": 2}


class QRResult(NamedTuple):
    Q: "cupy.ndarray"
    R: "cupy.ndarray"


class SVDResult(NamedTuple):
    U: "cupy.ndarray"
    S: "cupy.ndarray"
    Vh: "cupy.ndarray"


def cholesky(a, /, *, upper=False):
    """Cholesky factors of Hermitian positive-definite matrices.

    Parameters:
        a (cupy.ndarray): stack of matrices, of which one triangle is read.
        upper (bool): return the upper factor u with u^H u = a, not the lower l with l l^H = a.

    Returns:
        cupy.ndarray: the factors.

    Raises:
        LinAlgError: not square, or not positive definite.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.cholesky(cp.array([[4., 2.], [2., 5.]]))
        array([[2., 0.],
               [1., 2.]])
    """
    a = matrices(a, square=True)
    out = _core.empty(a.shape, a.dtype)
    if out.size:
        launch("cholesky", [a], [out], bool(upper))
    return out


def qr(a, mode="reduced"):
    """QR decompositions.

    Parameters:
        a (cupy.ndarray): stack of matrices of shape (..., m, n).
        mode (str): "reduced", "complete", or "r" for the triangular factor alone. NumPy's "raw" is not
            supported.

    Returns:
        QRResult or cupy.ndarray: (Q, R), or R.

    Raises:
        ValueError: unknown mode.
        NotImplementedError: mode "raw".

    Example:
        >>> import cupy as cp
        >>> q, r = cp.linalg.qr(cp.array([[1., 2.], [3., 4.], [5., 6.]]))
        >>> q.shape, r.shape
        ((3, 2), (2, 2))
    """
    if mode == "raw":
        raise NotImplementedError("qr: mode 'raw' is not supported; use 'reduced', 'complete' or 'r'")
    if mode not in _QR_MODES:
        raise ValueError(f"Unrecognized mode '{mode}'")
    a = matrices(a)
    batch, (m, n) = a.shape[:-2], a.shape[-2:]
    inner = m if mode == "complete" else min(m, n)
    r = _core.empty((*batch, inner, n), a.dtype)
    if mode == "r":
        if a.size:
            launch("qr", [a], [r], _QR_MODES[mode])
        return r
    if a.size == 0:
        return QRResult(identity(batch, m, inner, a.dtype), r)
    q = _core.empty((*batch, m, inner), a.dtype)
    launch("qr", [a], [q, r], _QR_MODES[mode])
    return QRResult(q, r)


def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    """Singular value decompositions a = U @ diag(S) @ Vh.

    Parameters:
        a (cupy.ndarray): stack of matrices of shape (..., m, n).
        full_matrices (bool): square U and Vh, else cut to min(m, n).
        compute_uv (bool): whether U and Vh are wanted.
        hermitian (bool): a is Hermitian; its eigenvalues are used.

    Returns:
        SVDResult or cupy.ndarray: (U, S, Vh) with S descending, or S.

    Raises:
        LinAlgError: no convergence.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.svd(cp.array([[3., 0.], [0., 4.]])).S
        array([4., 3.])
    """
    a = matrices(a, square=hermitian)
    if hermitian:
        return _hermitian_svd(a, compute_uv)
    batch, (m, n) = a.shape[:-2], a.shape[-2:]
    k = min(m, n)
    s = _core.empty((*batch, k), real_dtype(a.dtype))
    if not compute_uv:
        if a.size:
            launch("svd", [a], [s], False)
        return s
    columns, rows = (m, n) if full_matrices else (k, k)
    if a.size == 0:
        return SVDResult(identity(batch, m, columns, a.dtype), s, identity(batch, rows, n, a.dtype))
    u = _core.empty((*batch, m, columns), a.dtype)
    vh = _core.empty((*batch, rows, n), a.dtype)
    launch("svd", [a], [u, s, vh], bool(full_matrices))
    return SVDResult(u, s, vh)


def _hermitian_svd(a, compute_uv):
    """Singular values are the absolute eigenvalues; their signs go into Vh."""
    from cupy.linalg._eigen import eigh, eigvalsh

    if not compute_uv:
        return cupy.sort(abs(eigvalsh(a)), axis=-1)[..., ::-1]
    w, u = eigh(a)
    order = cupy.argsort(abs(w), axis=-1)[..., ::-1]
    w = cupy.take_along_axis(w, order, axis=-1)
    u = cupy.take_along_axis(u, order[..., None, :], axis=-1)
    # sign(0) would lose a column of Vh.
    vh = adjoint(u * _core.ufuncs.copysign(1, w)[..., None, :])
    return SVDResult(u, abs(w), vh)


def svdvals(x, /):
    """Singular values alone.

    Parameters:
        x (cupy.ndarray): stack of matrices.

    Returns:
        cupy.ndarray: the singular values in descending order.

    Raises:
        LinAlgError: no convergence.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.svdvals(cp.array([[3., 0.], [0., 4.]]))
        array([4., 3.])
    """
    return svd(x, compute_uv=False)
