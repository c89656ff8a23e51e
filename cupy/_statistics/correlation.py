"""Covariance and correlation."""

import warnings

import numpy

from cupy import _core
from cupy._core import ufuncs as uf
from cupy._manipulation.join import concatenate
from cupy._math.misc import correlate
from cupy._operands import as_array, cast, kind_of
from cupy._statistics.averages import average

__all__ = ["corrcoef", "correlate", "cov"]


def _matrix(m, dtype, rowvar):
    m = cast(as_array(m), dtype)
    if m.ndim > 2:
        raise ValueError("m has more than 2 dimensions")
    if m.ndim < 2:
        return m.reshape((1, m.size))
    return m if rowvar else m.T


def _weights(values, count, name):
    values = as_array(values)
    if values.ndim > 1:
        raise RuntimeError(f"cannot handle multidimensional {name}")
    if values.size != count:
        raise RuntimeError(f"incompatible numbers of samples and {name}")
    return values


def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    """Return the covariance matrix of variables.

    Parameters
    ----------
    m : array_like
        1-d or 2-d: variables in rows, observations in columns.
    y : array_like, optional
        More variables.
    rowvar : bool
        False: variables in columns.
    bias : bool
        Divide by the number of observations, not by one less.
    ddof : int, optional
        Divide by the number of observations less this; overrides `bias`.
    fweights : array_like of int, optional
        How often each observation counts; not negative (unchecked on the device).
    aweights : array_like, optional
        How reliable each observation is; not negative (unchecked on the device).
    dtype : dtype, optional
        At least float64 by default.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If there are too many dimensions, or `ddof` is no integer.
    TypeError
        If `fweights` are no integers.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.cov(cp.array([[0, 2], [1, 3]]))
    array([[2., 2.],
           [2., 2.]])
    """
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    m = as_array(m)
    if m.ndim > 2:
        raise ValueError("m has more than 2 dimensions")
    y = None if y is None else as_array(y)
    if y is not None and y.ndim > 2:
        raise ValueError("y has more than 2 dimensions")
    if dtype is None:
        dtype = _core.result_type(m.dtype, numpy.dtype("f8"), *(() if y is None else (y.dtype,)))
    else:
        dtype = _core.dtype_of(dtype)
    x = _matrix(m, dtype, rowvar or m.ndim == 1)
    if x.shape[0] == 0:
        return _core.empty((0, 0), dtype)
    if y is not None:
        x = concatenate((x, _matrix(y, dtype, rowvar or y.shape[0] == 1)), 0)
    if ddof is None:
        ddof = 0 if bias else 1
    count, w = x.shape[1], None
    if fweights is not None:
        fweights = _weights(fweights, count, "fweights")
        if kind_of(fweights.dtype) not in "iub":
            raise TypeError("fweights must be integer")
        w = fweights.astype(numpy.float64)
    if aweights is not None:
        aweights = _weights(aweights, count, "aweights").astype(numpy.float64)
        w = aweights if w is None else w * aweights
    centre, total = average(x, axis=1, weights=w, returned=True)
    if w is None:
        factor = count - ddof
    else:
        total = total[0]
        if ddof == 0:
            factor = total
        elif aweights is None:
            factor = total - ddof
        else:
            factor = total - ddof * (w * aweights).sum() / total
        factor = uf.maximum(factor.real, 0.0)
    if isinstance(factor, int) and factor <= 0:
        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=2)
        factor = 0.0
    x = x - centre[:, None]
    right = (x if w is None else x * w).T
    c = x @ (uf.conjugate(right) if kind_of(dtype) == "c" else right)
    if isinstance(factor, (int, float)):
        c *= 1 / factor if factor else numpy.inf
    else:
        c *= 1 / factor
    return c.squeeze()


def corrcoef(x, y=None, rowvar=True, *, dtype=None):
    """Return the matrix of Pearson's correlation coefficients of variables.

    Parameters
    ----------
    x, y, rowvar, dtype
        As for `cov`.

    Returns
    -------
    out : ndarray
        Its parts lie in [-1, 1].

    Raises
    ------
    ValueError
        If there are too many dimensions.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.corrcoef(cp.array([[0., 2., 4.], [3., 2., 1.]]))
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    c = cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    deviation = uf.sqrt(c.diagonal().real)
    c /= deviation[:, None]
    c /= deviation[None, :]
    for part in (c.real, c.imag) if kind_of(c.dtype) == "c" else (c,):
        uf._clip(part, -1, 1, out=part)
    return c
