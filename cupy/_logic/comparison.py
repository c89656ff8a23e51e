"""Comparison of arrays as a whole and within tolerances."""

import cmath

from cupy import _core
from cupy._core import ufuncs as uf
from cupy._operands import BOOL, as_array, kind_of

__all__ = ["allclose", "array_equal", "array_equiv", "isclose"]


def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Test element-wise whether ``|a - b| <= atol + rtol * |b|``.

    Parameters
    ----------
    a, b : array_like
    rtol, atol : float or array_like
    equal_nan : bool
        Whether NaN equals NaN.

    Returns
    -------
    out : ndarray of bool

    Examples
    --------
    >>> import cupy as cp
    >>> cp.isclose(cp.array([1.0, 1.1]), 1.0 + 1e-9)
    array([ True, False])
    """
    a = as_array(a)
    host = (bool, int, float, complex)
    if isinstance(b, host) and isinstance(rtol, host) and isinstance(atol, host):
        # what depends on the scalar alone is settled here
        if not cmath.isfinite(b):
            return uf.isnan(a) if cmath.isnan(b) and equal_nan else a == b
        b = b if isinstance(b, complex) else float(b)
        return uf.less_equal(uf.absolute(a - b), atol + rtol * abs(b))
    b = as_array(b)
    if kind_of(b.dtype) not in "fc":
        b = b.astype(_core.result_type(b.dtype, 1.0))
    close = uf.less_equal(uf.absolute(a - b), atol + rtol * uf.absolute(b))
    result = (close & uf.isfinite(b)) | (a == b)
    if equal_nan:
        result = result | (uf.isnan(a) & uf.isnan(b))
    return result


def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Test whether two arrays are equal within tolerances.

    Parameters
    ----------
    a, b, rtol, atol, equal_nan
        As for `isclose`.

    Returns
    -------
    out : ndarray of bool
        0-d (a bool in NumPy), so that nothing synchronises.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.allclose(cp.array([1.0, 2.0]), [1.0, 2.0 + 1e-9])
    array(True)
    """
    return isclose(a, b, rtol, atol, equal_nan).all()


def array_equal(a1, a2, equal_nan=False):
    """Test whether two arrays have the same shape and elements.

    Parameters
    ----------
    a1, a2 : array_like
    equal_nan : bool
        Whether NaN equals NaN.

    Returns
    -------
    out : ndarray of bool
        0-d (a bool in NumPy), so that nothing synchronises.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array_equal(cp.array([1, 2]), [1, 2])
    array(True)
    """
    a1, a2 = as_array(a1), as_array(a2)
    if a1.shape != a2.shape:
        return _core.zeros((), BOOL)
    same = a1 == a2
    if equal_nan and kind_of(a1.dtype) in "fc" and kind_of(a2.dtype) in "fc":
        same = same | (uf.isnan(a1) & uf.isnan(a2))
    return same.all()


def array_equiv(a1, a2):
    """Test whether two arrays broadcast to each other with equal elements.

    Parameters
    ----------
    a1, a2 : array_like

    Returns
    -------
    out : ndarray of bool
        0-d (a bool in NumPy), so that nothing synchronises.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array_equiv(cp.array([1, 2]), [[1, 2], [1, 2]])
    array(True)
    """
    a1, a2 = as_array(a1), as_array(a2)
    try:
        _core.broadcast_shapes(a1.shape, a2.shape)
    except ValueError:
        return _core.zeros((), BOOL)
    return (a1 == a2).all()
