"""Linear systems, inverses and least squares."""

import math

import numpy
from numpy.linalg import LinAlgError

from cupy import _core
from cupy._linalg import products
from cupy._operands import as_array, cast, select
from cupy.linalg._decomposition import svd
from cupy.linalg._operands import adjoint, factor_dtype, launch, matrices, real_dtype

__all__ = ["inv", "lstsq", "pinv", "solve", "tensorinv", "tensorsolve"]

_UNSET = numpy._NoValue


def solve(a, b):
    """Solution x of a @ x = b.

    Parameters:
        a (cupy.ndarray): stack of square matrices.
        b (cupy.ndarray): right sides: a vector if of rank 1, else a stack of matrices.

    Returns:
        cupy.ndarray: the solutions, of the shape of b after broadcasting the stacks.

    Raises:
        LinAlgError: a is not square or singular.
        ValueError: the extents do not match.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.solve(cp.array([[2., 0.], [0., 4.]]), cp.array([2., 2.]))
        array([1. , 0.5])
    """
    a, b = matrices(a, square=True), as_array(b)
    dtype = factor_dtype(a, b)
    a, b = cast(a, dtype), cast(b, dtype)
    vector = b.ndim == 1
    if vector:
        b = b[:, None]
    elif b.ndim == 0:
        raise ValueError(
            "solve: Input operand 1 does not have enough dimensions (has 0, gufunc core with "
            "signature (m,m),(m,n)->(m,n) requires 2)"
        )
    if b.shape[-2] != a.shape[-1]:
        signature = "(m,m),(m)->(m)" if vector else "(m,m),(m,n)->(m,n)"
        raise ValueError(
            f"solve{'1' if vector else ''}: Input operand 1 has a mismatch in its core dimension "
            f"0, with gufunc signature {signature} (size {b.shape[-2]} is different from "
            f"{a.shape[-1]})"
        )
    if a.shape[:-2] != b.shape[:-2]:
        batch = _core.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        a = _core.broadcast_to(a, batch + a.shape[-2:])
        b = _core.broadcast_to(b, batch + b.shape[-2:])
    out = _core.empty(b.shape, dtype)
    if out.size:
        launch("solve", [a, b], [out])
    return out[..., 0] if vector else out


def tensorsolve(a, b, axes=None):
    """Solution x of tensordot(a, x, x.ndim) = b.

    Parameters:
        a (cupy.ndarray): of shape b.shape + x.shape, square when both halves are flattened.
        b (cupy.ndarray): right side.
        axes (tuple of ints): axes of a to move to its end first.

    Returns:
        cupy.ndarray: the solution.

    Raises:
        LinAlgError: a is not square in the above sense, or singular.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.tensorsolve(cp.eye(6).reshape(6, 2, 3), cp.arange(6.)).shape
        (2, 3)
    """
    a, b = as_array(a), as_array(b)
    if axes is not None:
        moved = [_core.normalize_axis(k, a.ndim) for k in axes]
        a = _core.transpose(a, tuple([k for k in range(a.ndim) if k not in moved] + moved))
    shape = a.shape[b.ndim :]
    size = math.prod(shape)
    if a.size != size**2:
        raise LinAlgError(
            "Input arrays must satisfy the requirement             "
            "prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim])"
        )
    return solve(a.reshape(size, size), b.ravel()).reshape(shape)


def inv(a):
    """Inverses of square matrices.

    Parameters:
        a (cupy.ndarray): stack of square matrices.

    Returns:
        cupy.ndarray: the inverses.

    Raises:
        LinAlgError: a is not square or singular.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.inv(cp.array([[2., 0.], [0., 4.]]))
        array([[0.5 , 0.  ],
               [0.  , 0.25]])
    """
    a = matrices(a, square=True)
    out = _core.empty(a.shape, a.dtype)
    if out.size:
        launch("inverse", [a], [out])
    return out


def tensorinv(a, ind=2):
    """Inverse for tensordot with `ind` axes.

    Parameters:
        a (cupy.ndarray): square when the first `ind` axes and the rest are flattened.
        ind (int): how many leading axes are contracted.

    Returns:
        cupy.ndarray: of shape a.shape[ind:] + a.shape[:ind].

    Raises:
        ValueError: ind is not positive.
        LinAlgError: not square in the above sense, or singular.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.tensorinv(cp.eye(24).reshape(24, 8, 3), ind=1).shape
        (8, 3, 24)
    """
    a = as_array(a)
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    return inv(a.reshape(math.prod(a.shape[:ind]), -1)).reshape(a.shape[ind:] + a.shape[:ind])


def pinv(a, rcond=None, hermitian=False, *, rtol=_UNSET):
    """Pseudo-inverses after Moore and Penrose, by singular values.

    Parameters:
        a (cupy.ndarray): stack of matrices.
        rcond (float or cupy.ndarray): smaller singular values, relative to the largest, count as zero;
            1e-15 by default.
        hermitian (bool): a is Hermitian, which is cheaper.
        rtol (float or cupy.ndarray): the array API's name of rcond; None means max(m, n) * eps.

    Returns:
        cupy.ndarray: the pseudo-inverses.

    Raises:
        ValueError: rcond and rtol are both given.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.pinv(cp.array([[2., 0.], [0., 0.], [0., 4.]])).round(2)
        array([[0.5 , 0.  , 0.  ],
               [0.  , 0.  , 0.25]])
    """
    a = as_array(a)
    if rcond is not None and rtol is not _UNSET:
        raise ValueError("`rtol` and `rcond` can't be both set.")
    if rcond is None:
        if rtol is _UNSET:
            rcond = 1e-15
        elif rtol is None:
            rcond = max(a.shape[-2:]) * float(numpy.finfo(factor_dtype(a)).eps)
        else:
            rcond = rtol
    if a.ndim >= 2 and 0 in a.shape[-2:]:
        return _core.empty(a.shape[:-2] + (a.shape[-1], a.shape[-2]), a.dtype)
    u, s, vh = svd(a, full_matrices=False, hermitian=hermitian)
    if not isinstance(rcond, (int, float)):
        rcond = as_array(rcond)[..., None]
    cutoff = s.max(axis=-1, keepdims=True) * rcond
    s = select(s > cutoff, 1 / s, 0, s.dtype)
    return products.matmul(adjoint(vh), s[..., None] * adjoint(u))


def lstsq(a, b, rcond=None):
    """Least-squares solution of a @ x = b.

    Parameters:
        a (cupy.ndarray): matrix of shape (m, n).
        b (cupy.ndarray): right side(s), of shape (m,) or (m, k).
        rcond (float): smaller singular values, relative to the largest, count as zero; None means
            max(m, n) * eps, -1 means eps.

    Returns:
        tuple: solution; sums of squared residuals, empty where m <= n or the rank is below n; rank, as an
        array of rank 0; singular values. Where m > n it waits for the rank.

    Raises:
        LinAlgError: wrong rank, incompatible shapes, or no convergence.

    Example:
        >>> import cupy as cp
        >>> x, residuals, rank, s = cp.linalg.lstsq(
        ...     cp.array([[1., 0.], [1., 1.], [1., 2.]]), cp.array([1., 3., 5.]))
        >>> x.round(6)
        array([1., 2.])
    """
    a, b = as_array(a), as_array(b)
    vector = b.ndim == 1
    if vector:
        b = b[:, None]
    for x in (a, b):
        if x.ndim != 2:
            raise LinAlgError(f"{x.ndim}-dimensional array given. Array must be two-dimensional")
    m, n = a.shape
    if b.shape[0] != m:
        raise LinAlgError("Incompatible dimensions")
    dtype = factor_dtype(a, b)
    real = real_dtype(dtype)
    eps = float(numpy.finfo(dtype).eps)
    rcond = eps * max(n, m) if rcond is None else eps if rcond == -1 else float(rcond)
    x = _core.zeros((n, b.shape[1]), dtype)
    residuals = _core.zeros((b.shape[1],), real)
    rank = _core.zeros((), numpy.int64)
    s = _core.zeros((min(m, n),), real)
    if m and n and b.shape[1]:
        _core.run_op("lstsq", [cast(a, dtype), cast(b, dtype)], [x, residuals, rank, s], rcond)
    elif n == 0:
        residuals = abs(cast(b, dtype) ** 2).sum(axis=0)
    elif m:
        s = svd(a, compute_uv=False).astype(real, copy=False)
        rank = (s > s[0] * rcond).sum()
    if m <= n or int(rank) < n:
        residuals = _core.empty((0,), real)
    return (x[:, 0] if vector else x), residuals, rank.astype(numpy.int32), s
