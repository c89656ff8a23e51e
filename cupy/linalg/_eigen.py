"""Eigenvalues and eigenvectors."""

from typing import NamedTuple

import cupy
from cupy import _core
from cupy.linalg._operands import complex_dtype, launch, matrices, real_dtype

__all__ = ["eig", "eigh", "eigvals", "eigvalsh"]


class EigResult(NamedTuple):
    eigenvalues: "cupy.ndarray"
    eigenvectors: "cupy.ndarray"


class EighResult(NamedTuple):
    eigenvalues: "cupy.ndarray"
    eigenvectors: "cupy.ndarray"


def eig(a):
    """Eigenvalues and right eigenvectors of square matrices.

    Parameters:
        a (cupy.ndarray): stack of square matrices.

    Returns:
        EigResult: (eigenvalues, eigenvectors), the vectors in columns. As in NumPy real input gives real
        results when all eigenvalues are real; to know it, this function waits for the device.

    Raises:
        LinAlgError: not square, or no convergence.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.eig(cp.array([[1., 0.], [0., 2.]])).eigenvalues
        array([1., 2.])
    """
    a = matrices(a, square=True)
    dtype = complex_dtype(a.dtype)
    w, v = _core.empty(a.shape[:-1], dtype), _core.empty(a.shape, dtype)
    if a.size:
        launch("eig", [a], [w, v])
    if _is_real(a, w):
        return EigResult(w.real.copy(), v.real.copy())
    return EigResult(w, v)


def eigvals(a):
    """Eigenvalues of square matrices.

    Parameters:
        a (cupy.ndarray): stack of square matrices.

    Returns:
        cupy.ndarray: the eigenvalues; real or complex as for eig.

    Raises:
        LinAlgError: not square, or no convergence.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.eigvals(cp.array([[0., 1.], [-1., 0.]])).imag
        array([ 1., -1.])
    """
    a = matrices(a, square=True)
    w = _core.empty(a.shape[:-1], complex_dtype(a.dtype))
    if a.size:
        launch("eig", [a], [w])
    return w.real.copy() if _is_real(a, w) else w


def _is_real(a, w):
    return a.dtype.kind == "f" and (w.size == 0 or bool((w.imag == 0).all()))


def eigh(a, UPLO="L"):
    """Eigenvalues and eigenvectors of Hermitian matrices.

    Parameters:
        a (cupy.ndarray): stack of matrices.
        UPLO (str): the triangle that is read, "L" or "U".

    Returns:
        EighResult: (eigenvalues, eigenvectors), ascending, the vectors in columns.

    Raises:
        ValueError: bad UPLO.
        LinAlgError: not square, or no convergence.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.eigh(cp.array([[2., 0.], [0., 1.]])).eigenvalues
        array([1., 2.])
    """
    a, upper = matrices(a, square=True), _is_upper(UPLO)
    w, v = _core.empty(a.shape[:-1], real_dtype(a.dtype)), _core.empty(a.shape, a.dtype)
    if a.size:
        launch("eigh", [a], [w, v], upper)
    return EighResult(w, v)


def eigvalsh(a, UPLO="L"):
    """Eigenvalues of Hermitian matrices.

    Parameters:
        a (cupy.ndarray): stack of matrices.
        UPLO (str): the triangle that is read, "L" or "U".

    Returns:
        cupy.ndarray: the eigenvalues in ascending order.

    Raises:
        ValueError: bad UPLO.
        LinAlgError: not square, or no convergence.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.eigvalsh(cp.array([[2., 0.], [0., 1.]]))
        array([1., 2.])
    """
    a, upper = matrices(a, square=True), _is_upper(UPLO)
    w = _core.empty(a.shape[:-1], real_dtype(a.dtype))
    if a.size:
        launch("eigh", [a], [w], upper)
    return w


def _is_upper(UPLO):
    uplo = UPLO.upper() if isinstance(UPLO, str) else UPLO
    if uplo not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return uplo == "U"
