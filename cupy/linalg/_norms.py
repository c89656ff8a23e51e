"""Norms and the other numbers that describe a matrix."""

from typing import NamedTuple

import numpy
from numpy.linalg import LinAlgError

from cupy import _core
from cupy._linalg import products
from cupy._operands import as_array, select
from cupy.linalg._decomposition import svd
from cupy.linalg._operands import launch, matrices, real_dtype
from cupy.linalg._solve import inv

__all__ = ["cond", "det", "matrix_norm", "matrix_rank", "norm", "slogdet", "vector_norm"]

_INF = float("inf")


class SlogdetResult(NamedTuple):
    sign: "_core.ndarray"
    logabsdet: "_core.ndarray"


def _inexact(x):
    x = as_array(x)
    return x.astype(numpy.float64) if x.dtype.kind in "biu" else x


def _square_sum(x, axis, keepdims=False):
    if x.dtype.kind == "c":
        real, imag = x.real, x.imag
        return (real * real + imag * imag).sum(axis=axis, keepdims=keepdims)
    return (x * x).sum(axis=axis, keepdims=keepdims)


def _vector_norm(x, ord, axis, keepdims):
    if ord == _INF:
        return abs(x).max(axis=axis, keepdims=keepdims)
    if ord == -_INF:
        return abs(x).min(axis=axis, keepdims=keepdims)
    if ord == 0:
        return (x != 0).astype(x.real.dtype).sum(axis=axis, keepdims=keepdims)
    if ord == 1:
        return abs(x).sum(axis=axis, keepdims=keepdims)
    if ord is None or ord == 2:
        return _core.ufuncs.sqrt(_square_sum(x, axis, keepdims))
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order '{ord}' for vectors")
    total = (abs(x) ** ord).sum(axis=axis, keepdims=keepdims)
    return total ** (1 / ord)


def _matrix_norm(x, ord, row, column, keepdims):
    if row == column:
        raise ValueError("Duplicate axes given.")
    if ord in (2, -2, "nuc"):
        order = [k for k in range(x.ndim) if k not in (row, column)] + [row, column]
        s = svd(_core.transpose(x, tuple(order)), compute_uv=False)
        result = {2: s.max, -2: s.min, "nuc": s.sum}[ord](axis=-1)
    elif ord in (None, "fro", "f"):
        result = _core.ufuncs.sqrt(_square_sum(x, (row, column)))
    elif ord in (1, -1, _INF, -_INF):
        summed, other = (row, column) if abs(ord) == 1 else (column, row)
        total = abs(x).sum(axis=summed)
        other -= other > summed
        result = total.max(axis=other) if ord > 0 else total.min(axis=other)
    else:
        raise ValueError("Invalid norm order for matrices.")
    if keepdims:
        result = result.reshape(tuple(1 if k in (row, column) else n for k, n in enumerate(x.shape)))
    return result


def norm(x, ord=None, axis=None, keepdims=False):
    """Norm of vectors or matrices.

    Parameters:
        x (cupy.ndarray): array; without axis and ord of any rank, else of rank 1 or 2.
        ord (number or str): the order; None is the Euclidean or Frobenius norm. Vectors: any number, inf,
            -inf. Matrices: 1, -1, 2, -2, inf, -inf, "fro", "nuc".
        axis (int or pair of ints): one axis for vectors, two for matrices.
        keepdims (bool): keep the reduced axes with extent 1.

    Returns:
        cupy.ndarray: the norms.

    Raises:
        ValueError: the order does not exist, or the rank is wrong.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.norm(cp.array([3., 4.]))
        array(5.)
    """
    x = _inexact(x)
    if axis is None:
        if ord is None or (ord == 2 and x.ndim == 1) or (ord in ("f", "fro") and x.ndim == 2):
            flat = x.reshape(-1)
            square = products.vecdot(flat, flat).real if x.dtype.kind == "c" else flat @ flat
            result = _core.ufuncs.sqrt(square)
            return result.reshape((1,) * x.ndim) if keepdims else result
        axis = tuple(range(x.ndim))
    elif not isinstance(axis, tuple):
        try:
            axis = (int(axis),)
        except Exception as error:
            raise TypeError("'axis' must be None, an integer or a tuple of integers") from error
    if len(axis) == 1:
        return _vector_norm(x, ord, _core.normalize_axis(axis[0], x.ndim), keepdims)
    if len(axis) == 2:
        row, column = (_core.normalize_axis(k, x.ndim) for k in axis)
        return _matrix_norm(x, ord, row, column, keepdims)
    raise ValueError("Improper number of dimensions to norm.")


def vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
    """Norm of vectors; several axes are flattened into one.

    Parameters:
        x (cupy.ndarray): array.
        axis (int or tuple of ints): axes of the vectors; None means all.
        keepdims (bool): keep the reduced axes with extent 1.
        ord (number): the order.

    Returns:
        cupy.ndarray: the norms.

    Raises:
        ValueError: the order does not exist.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.vector_norm(cp.ones((2, 2)), ord=1)
        array(4.)
    """
    x = _inexact(x)
    return _vector_norm(x, ord, _core.normalize_axes(axis, x.ndim), keepdims)


def matrix_norm(x, /, *, keepdims=False, ord="fro"):
    """Norm of the matrices in the last two axes.

    Parameters:
        x (cupy.ndarray): stack of matrices.
        keepdims (bool): keep the reduced axes with extent 1.
        ord (number or str): as for norm.

    Returns:
        cupy.ndarray: the norms.

    Raises:
        ValueError: the order does not exist.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.matrix_norm(cp.ones((2, 2)))
        array(2.)
    """
    return norm(x, ord, (-2, -1), keepdims)


def cond(x, p=None):
    """Condition numbers.

    Parameters:
        x (cupy.ndarray): stack of matrices, square unless p is None, 2 or -2.
        p (number or str): order of the norm; None means 2, by singular values.

    Returns:
        cupy.ndarray: the condition numbers; inf for singular matrices.

    Raises:
        LinAlgError: empty or not square matrices.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.cond(cp.array([[1., 0.], [0., 4.]]), 1)
        array(4.)
    """
    x = as_array(x)
    if x.ndim >= 2 and 0 in x.shape[-2:]:
        raise LinAlgError("cond is not defined on empty arrays")
    if p in (None, 2, -2):
        s = svd(x, compute_uv=False)
        largest, smallest = (s[..., 0], s[..., -1])
        ratio = smallest / largest if p == -2 else largest / smallest
    else:
        x = matrices(x, square=True)
        ratio = norm(x, p, (-2, -1)) * norm(_inverse_or_inf(x), p, (-2, -1))
    broken = _core.ufuncs.isnan(x).any(axis=(-2, -1))
    return select(_core.ufuncs.isnan(ratio) & ~broken, _INF, ratio, ratio.dtype)


def _inverse_or_inf(x):
    """Invert each matrix; a singular one becomes infinite instead of an error."""
    try:
        return inv(x)
    except LinAlgError:
        if x.ndim > 2:
            out = _core.empty(x.shape, x.dtype)
            for k in range(x.shape[0]):
                out[k] = _inverse_or_inf(x[k])
            return out
        return _core.full(x.shape, _INF, x.dtype)


def det(a):
    """Determinants of square matrices.

    Parameters:
        a (cupy.ndarray): stack of square matrices.

    Returns:
        cupy.ndarray: the determinants.

    Raises:
        LinAlgError: not square.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.det(cp.array([[2., 0.], [0., 4.]]))
        array(8.)
    """
    a = matrices(a, square=True)
    if a.size == 0:
        return _core.ones(a.shape[:-2], a.dtype)
    out = _core.empty(a.shape[:-2], a.dtype)
    launch("det", [a], [out])
    return out


def slogdet(a):
    """Sign and logarithm of the absolute value of determinants.

    Parameters:
        a (cupy.ndarray): stack of square matrices.

    Returns:
        SlogdetResult: (sign, logabsdet).

    Raises:
        LinAlgError: not square.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.slogdet(cp.eye(3)).logabsdet
        array(0.)
    """
    a = matrices(a, square=True)
    batch, real = a.shape[:-2], real_dtype(a.dtype)
    if a.size == 0:
        return SlogdetResult(_core.ones(batch, a.dtype), _core.zeros(batch, real))
    sign, logabsdet = _core.empty(batch, a.dtype), _core.empty(batch, real)
    launch("slogdet", [a], [sign, logabsdet])
    return SlogdetResult(sign, logabsdet)


def matrix_rank(A, tol=None, hermitian=False, *, rtol=None):
    """Rank of matrices: the number of singular values above a tolerance.

    Parameters:
        A (cupy.ndarray): stack of matrices; below rank 2 the result is 0 for all zeros, else 1.
        tol (float or cupy.ndarray): absolute tolerance.
        hermitian (bool): A is Hermitian, which is cheaper.
        rtol (float or cupy.ndarray): tolerance relative to the largest singular value; max(m, n) * eps by
            default.

    Returns:
        cupy.ndarray: the ranks.

    Raises:
        ValueError: tol and rtol are both given.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.matrix_rank(cp.ones((3, 3)))
        array(1)
    """
    if rtol is not None and tol is not None:
        raise ValueError("`tol` and `rtol` can't be both set.")
    A = as_array(A)
    if A.ndim < 2:
        return (A != 0).any().astype(numpy.int64)
    s = svd(A, compute_uv=False, hermitian=hermitian)
    if tol is None:
        if rtol is None:
            rtol = max(A.shape[-2:]) * float(numpy.finfo(s.dtype).eps)
        elif not isinstance(rtol, (int, float)):
            rtol = as_array(rtol)[..., None]
        if s.size == 0:
            return _core.zeros(s.shape[:-1], numpy.int64)
        tol = s.max(axis=-1, keepdims=True) * rtol
    elif not isinstance(tol, (int, float)):
        tol = as_array(tol)[..., None]
    return (s > tol).sum(axis=-1)
