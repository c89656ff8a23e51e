"""Rounding."""

import operator

import numpy

from cupy import _core
from cupy._core import ufuncs as uf
from cupy._operands import as_array, deliver, kind_of

__all__ = ["around", "fix", "round", "round_"]


def around(a, decimals=0, out=None):
    """Round to a number of decimals, halves to the even neighbour.

    Parameters
    ----------
    a : array_like
    decimals : int
        Negative: places left of the decimal point.
    out : ndarray, optional

    Returns
    -------
    out : ndarray
        Of the dtype of `a`; the parts of complex numbers are rounded apart.

    Raises
    ------
    TypeError
        For bool input and nonzero `decimals`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.around(cp.array([0.5, 1.5, 2.25]), 1)
    array([0.5, 1.5, 2.2])
    """
    a, decimals = as_array(a), operator.index(decimals)
    kind = kind_of(a.dtype)
    if kind == "b":
        if decimals:
            raise TypeError("truth values cannot be rounded to decimals")
        result = a.astype(numpy.float16)
    elif kind in "iu" and decimals >= 0:
        result = a.copy(order="K")
    elif kind == "c":
        result = _core.empty_like(a)
        result.real[...] = around(a.real, decimals)
        result.imag[...] = around(a.imag, decimals)
    elif decimals == 0:
        result = uf.rint(a)
    elif decimals > 0:
        factor = 10.0**decimals
        result = uf.rint(a * factor) / factor
    else:
        factor = 10.0**-decimals
        result = (uf.rint(a / factor) * factor).astype(a.dtype, copy=False)
    return deliver(result, out)


round = around
round_ = around


def fix(x, out=None):
    """Round towards zero.

    Parameters
    ----------
    x : array_like
    out : ndarray, optional

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.fix(cp.array([-1.7, 1.7]))
    array([-1.,  1.])
    """
    return uf.trunc(as_array(x), out=out)
