"""Polynomials given by their coefficients, the highest power first."""

import warnings

import numpy

from cupy import _core
from cupy._core import ufuncs as uf
from cupy._creation.matrix import diag, vander
from cupy._creation.ranges import arange
from cupy._linalg.products import outer
from cupy._manipulation.add_remove import trim_zeros
from cupy._manipulation.join import concatenate
from cupy._math.misc import convolve
from cupy._operands import as_array, cast, is_host_scalar, kind_of, limits_of
from cupy._sorting.search import flatnonzero
from cupy._sorting.sort import sort

__all__ = [
    "poly",
    "polyadd",
    "polyder",
    "polydiv",
    "polyfit",
    "polyint",
    "polymul",
    "polysub",
    "polyval",
    "roots",
]


def _line(p):
    """Return coefficients as an array of at least one axis."""
    p = as_array(p)
    return p.reshape(1) if p.ndim == 0 else p


def _inexact(p):
    """Return coefficients of a dtype that divides."""
    return p if kind_of(p.dtype) in "fc" else p.astype(numpy.float64)


def poly(seq_of_zeros):
    """Return the coefficients of the polynomial with the given roots, or of a matrix's characteristic polynomial.

    Parameters
    ----------
    seq_of_zeros : array_like
        Roots, or a square matrix.

    Returns
    -------
    out : ndarray
        The first one is 1. Complex roots are read back: real if they come in conjugate pairs.

    Raises
    ------
    ValueError
        For another shape.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.poly([1, 2])
    array([ 1., -3.,  2.])
    """
    zeros = _line(seq_of_zeros)
    if zeros.ndim == 2 and zeros.shape[0] == zeros.shape[1] > 0:
        from cupy.linalg import eigvals

        zeros = eigvals(zeros)
    elif zeros.ndim != 1:
        raise ValueError(f"input must be 1d or non-empty square 2d array; this one has shape {zeros.shape}")
    if zeros.size == 0:
        return _core.asarray(1.0)
    if zeros.dtype.char not in "fdFD":
        zeros = zeros.astype(numpy.float64)
    result = one = _core.ones(1, zeros.dtype)
    for k in range(zeros.size):
        result = convolve(result, concatenate((one, -zeros[k : k + 1])))
    if result.dtype.kind == "c" and (sort(zeros) == sort(zeros.conj())).all():
        return result.real.copy()
    return result


def roots(p):
    """Return the roots of a polynomial: the eigenvalues of its companion matrix, found on the host.

    Parameters
    ----------
    p : array_like
        Coefficients; which of them are zero is read back.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `p` has more than one axis.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.sort(cp.roots([1, -3, 2]))
    array([1., 2.])
    """
    p = _line(p)
    if p.ndim != 1:
        raise ValueError(f"Input must be a rank-1 array; this one has shape {p.shape}.")
    used = flatnonzero(p)
    if used.size == 0:
        return _core.zeros(0, numpy.float64)
    first, last = int(used[0]), int(used[-1])
    at_zero = p.size - last - 1
    p = _inexact(p[first : last + 1])
    if p.size == 1:
        return _core.zeros(at_zero, numpy.float64)
    from cupy.linalg import eigvals

    companion = diag(_core.ones(p.size - 2, p.dtype), -1)
    companion[0] = -p[1:] / p[0]
    found = eigvals(companion)
    return concatenate((found, _core.zeros(at_zero, found.dtype)))


def polyval(p, x):
    """Return the values of a polynomial, by Horner's rule.

    Parameters
    ----------
    p : array_like
        Coefficients.
    x : array_like

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.polyval([3, 0, 1], cp.arange(3))
    array([ 1,  4, 13])
    """
    x = as_array(x)
    if isinstance(p, (list, tuple)) and all(map(is_host_scalar, p)):
        p = numpy.asarray(p)  # numbers travel with the launches
    else:
        p = as_array(p)
    result = _core.zeros_like(x)
    for k in range(len(p)):
        result = result * x + p[k]
    return result


def _aligned(a, b):
    """Return coefficients with zeros before those of the shorter polynomial."""
    a, b = _line(a), _line(b)
    missing = len(a) - len(b)
    if missing > 0:
        b = concatenate((_core.zeros(missing, b.dtype), b))
    elif missing < 0:
        a = concatenate((_core.zeros(-missing, a.dtype), a))
    return a, b


def polyadd(a1, a2):
    """Return the sum of two polynomials.

    Parameters
    ----------
    a1, a2 : array_like
        Coefficients.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.polyadd([1, 2], [9, 5, 4])
    array([9, 6, 6])
    """
    return uf.add(*_aligned(a1, a2))


def polysub(a1, a2):
    """Return the difference of two polynomials.

    Parameters
    ----------
    a1, a2 : array_like
        Coefficients.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.polysub([2, 10, -2], [3, 10, -4])
    array([-1,  0,  2])
    """
    return uf.subtract(*_aligned(a1, a2))


def polymul(a1, a2):
    """Return the product of two polynomials.

    Parameters
    ----------
    a1, a2 : array_like
        Coefficients; leading zeros are left out, which reads them back.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.polymul([1, 2], [1, 3])
    array([1, 5, 6])
    """
    parts = []
    for p in (_line(a1), _line(a2)):
        used = trim_zeros(p, "f")
        parts.append(used if used.size else _core.zeros(1, p.dtype))
    return convolve(*parts)


def polydiv(u, v):
    """Divide a polynomial by another.

    Parameters
    ----------
    u, v : array_like
        Coefficients of dividend and divisor.

    Returns
    -------
    quotient, remainder : ndarray
        The remainder without leading zeros, which are read back.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.polydiv([3.0, 5.0, 2.0], [2.0, 1.0])
    (array([1.5 , 1.75]), array([0.25]))
    """
    u, v = _inexact(_line(u)), _inexact(_line(v))
    dtype = _core.result_type(u.dtype, v.dtype)
    rest = cast(u, dtype).copy()
    steps = max(len(u) - len(v) + 1, 0)
    quotient = _core.zeros(max(steps, 1), dtype)
    scale = 1.0 / v[0]
    for k in range(steps):
        quotient[k] = factor = scale * rest[k]
        rest[k : k + len(v)] -= factor * v
    negligible = (abs(rest[:-1]) <= 1e-8).get()  # as numpy.allclose compares with zero
    return quotient, rest[len(negligible) if negligible.all() else int(negligible.argmin()) :]


def polyder(p, m=1):
    """Return the derivative of a polynomial.

    Parameters
    ----------
    p : array_like
        Coefficients.
    m : int
        How many times it is derived.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `m` is negative.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.polyder([1, 1, 1, 1])
    array([3, 2, 1])
    """
    m = int(m)
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    p = as_array(p)
    for _ in range(m):
        p = p[:-1] * arange(len(p) - 1, 0, -1)
    return p


def polyint(p, m=1, k=None):
    """Return the integral of a polynomial.

    Parameters
    ----------
    p : array_like
        Coefficients.
    m : int
        How many times it is integrated.
    k : array_like, optional
        The constants of integration; zero by default, one for all of them if it is one number.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If `m` is negative or there are too few constants.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.polyint([3, 2, 1])
    array([1., 1., 1., 0.])
    """
    m = int(m)
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    constants = _line(_core.zeros(m) if k is None else k)
    if len(constants) == 1 and m > 1:
        constants = _core.broadcast_to(constants, (m,))
    if len(constants) < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    p = as_array(p)
    for i in range(m):
        p = concatenate((p / arange(len(p), 0, -1), constants[i : i + 1]))
    return p


def _vector(values, name):
    values = _inexact(as_array(values))
    if values.ndim != 1:
        raise TypeError(f"expected 1D vector for {name}; this one has shape {values.shape}")
    return values


def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """Fit a polynomial to points by least squares, which are solved on the host.

    Parameters
    ----------
    x : array_like
        The places of m points.
    y : array_like
        Their values, of shape (m,), or (m, k) for k polynomials.
    deg : int
        The highest power.
    rcond : float, optional
        Singular values smaller than this share of the largest count as zero; by default m times the dtype's resolution.
    full : bool
        Return what `cupy.linalg.lstsq` found, too.
    w : array_like, optional
        Weights of the points' residuals.
    cov : bool or 'unscaled'
        Return the covariance of the coefficients, too.

    Returns
    -------
    out : ndarray
        Coefficients, of shape (deg + 1,) or (deg + 1, k); with `full` a tuple with residuals, rank, singular values and
        `rcond`, with `cov` one with the covariance matrix.

    Raises
    ------
    TypeError
        If the shapes are wrong.
    ValueError
        If `deg` is negative, or there are too few points for a covariance.

    Warns
    -----
    RankWarning
        If the points do not determine the polynomial.

    Examples
    --------
    >>> import cupy as cp
    >>> x = cp.arange(4.0)
    >>> cp.polyfit(x, 2 * x + 1, 1).round(6)
    array([2., 1.])
    """
    from cupy.linalg import inv, lstsq

    order = int(deg) + 1
    if order < 1:
        raise ValueError("expected deg >= 0")
    x, y = _vector(x, "x"), _inexact(as_array(y))
    if x.size == 0:
        raise TypeError("expected non-empty vector for x")
    if y.ndim not in (1, 2):
        raise TypeError(f"expected 1D or 2D array for y; this one has shape {y.shape}")
    if len(x) != len(y):
        raise TypeError(f"expected x and y to have same length; they have {len(x)} and {len(y)}")
    if rcond is None:
        rcond = len(x) * float(limits_of(x.dtype).eps)
    left, right = vander(x, order), y
    if w is not None:
        w = _vector(w, "w")
        if len(w) != len(y):
            raise TypeError(f"expected w and y to have the same length; they have {len(w)} and {len(y)}")
        left = left * w[:, None]
        right = right * (w if y.ndim == 1 else w[:, None])
    scale = uf.sqrt((left * left).sum(axis=0))
    left = left / scale
    result, residuals, rank, values = lstsq(left, right, rcond)
    result = (result.T / scale).T
    if full:
        return result, residuals, rank, values, rcond
    if int(rank) != order:
        warnings.warn("Polyfit may be poorly conditioned", numpy.exceptions.RankWarning, stacklevel=2)
    if not cov:
        return result
    base = inv(left.T @ left) / outer(scale, scale)
    factor = 1
    if cov != "unscaled":
        if len(x) <= order:
            raise ValueError("the number of data points must exceed order to scale the covariance matrix")
        factor = residuals / (len(x) - order)
    return result, (base if y.ndim == 1 else base[:, :, None]) * factor
