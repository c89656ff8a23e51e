"""Parts of complex numbers."""

import math

from cupy._core import ufuncs as uf
from cupy._operands import as_array, kind_of, limits_of

__all__ = ["angle", "imag", "real", "real_if_close"]


def angle(z, deg=False):
    """Return the angle of complex numbers.

    Parameters
    ----------
    z : array_like
    deg : bool
        In degrees instead of radians.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.angle(cp.array([1, 1j]), deg=True)
    array([ 0., 90.])
    """
    z = as_array(z)
    out = uf.arctan2(z.imag, z.real) if kind_of(z.dtype) == "c" else uf.arctan2(0, z)
    if deg:
        out *= 180 / math.pi
    return out


def real(val):
    """Return the real part.

    Parameters
    ----------
    val : array_like

    Returns
    -------
    out : ndarray
        A view.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.real(cp.array([1+2j]))
    array([1.])
    """
    return as_array(val).real


def imag(val):
    """Return the imaginary part.

    Parameters
    ----------
    val : array_like

    Returns
    -------
    out : ndarray
        A view of a complex array; read-only zeros for a real one.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.imag(cp.array([1+2j]))
    array([2.])
    """
    return as_array(val).imag


def real_if_close(a, tol=100):
    """Return the real part if all imaginary parts are close to zero. Synchronises.

    Parameters
    ----------
    a : array_like
    tol : float
        The bound; from 1 upwards in units of the machine epsilon.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.real_if_close(cp.array([2.1 + 4e-15j]), tol=1000)
    array([2.1])
    """
    a = as_array(a)
    if kind_of(a.dtype) != "c":
        return a
    if tol > 1:
        tol = float(limits_of(a.dtype).eps) * tol
    return a.real if bool((uf.absolute(a.imag) < tol).all()) else a
