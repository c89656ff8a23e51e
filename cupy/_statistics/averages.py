"""Means and variances."""

import math
import warnings

import numpy

from cupy import _core
from cupy._core import ufuncs as uf
from cupy._operands import as_array, cast, deliver, kind_of, select

__all__ = ["average", "mean", "nanmean", "nanstd", "nanvar", "std", "var"]

_NO_VALUE = numpy._NoValue
_HALF, _SINGLE, _DOUBLE = (numpy.dtype(t) for t in ("f2", "f4", "f8"))


def _warn(message):
    warnings.warn(message, RuntimeWarning, stacklevel=4)


def _dtypes(a, dtype, out):
    """(dtype to compute in, dtype of the result) of a mean."""
    if dtype is not None:
        dtype = _core.dtype_of(dtype)
        return dtype, dtype
    if kind_of(a.dtype) in "biu":
        return _DOUBLE, _DOUBLE
    if a.dtype.itemsize == 2:  # float16 and bfloat16
        return _SINGLE, a.dtype if out is None else _SINGLE
    return a.dtype, a.dtype


def _count(a, axes, where, keepdims):
    """How many elements go into each result: an int, or an array if a mask decides."""
    if where is True:
        return math.prod(a.shape[i] for i in axes)
    mask = _core.broadcast_to(where, a.shape)
    return mask.sum(axes, numpy.int64, None, keepdims)


def _mean(a, axes, compute, keepdims, where):
    """The mean in dtype `compute`."""
    count = _count(a, axes, where, keepdims)
    if where is True and count and a.dtype == compute and kind_of(compute) in "fc" and axes and a.size:
        return _core.reduce("mean", a, axes, compute, None, keepdims)
    return _over(a.sum(axes, compute, None, keepdims, _NO_VALUE, where), count)


def _over(total, count):
    """Divide sums by counts in the dtype of the sums, and in place: an integer array would promote them."""
    if isinstance(count, (int, float)):
        return total / count
    if kind_of(total.dtype) == "f" and total.dtype.itemsize == 2:  # too narrow for large counts
        return uf.divide(total.astype(_SINGLE), count.astype(_SINGLE), out=total)
    return (
        uf.divide(total, cast(count, total.dtype), out=total)
        if kind_of(total.dtype) in "fc"
        else total / count
    )


def mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    """Return the arithmetic mean along axes.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes by default.
    dtype : dtype, optional
        To compute in; by default float64 for integers, float32 for float16, else that of `a`.
    out : ndarray, optional
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to include.

    Returns
    -------
    out : ndarray

    Raises
    ------
    AxisError
        If an axis is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.mean(cp.array([[1, 2], [3, 4]]), axis=0)
    array([2., 3.])
    """
    a = as_array(a)
    where = where if where is True else _core.as_mask(where)
    axes = _core.normalize_axes(axis, a.ndim)
    compute, final = _dtypes(a, dtype, out)
    if where is True and not all(a.shape[i] for i in axes):
        _warn("Mean of empty slice.")
    if compute is _SINGLE and final == a.dtype and where is True and axes and a.size:
        compute = final  # of halves: the row itself sums float32
    result = _mean(a, axes, compute, keepdims, where)
    return cast(result, final) if out is None else deliver(result, out, "unsafe")


def _squared_modulus(x):
    """|x|**2 of deviations; `x` may be overwritten."""
    if kind_of(x.dtype) == "c":
        re, im = x.real, x.imag
        return re * re + im * im
    return uf.multiply(x, x, out=x)


def _freedom(ddof, correction):
    if correction is _NO_VALUE:
        return ddof
    if ddof != 0:
        raise ValueError("ddof and correction can't be provided simultaneously.")
    return correction


def _variance(a, axis, dtype, out, ddof, keepdims, where, mean, root):
    a = as_array(a)
    where = where if where is True else _core.as_mask(where)
    axes = _core.normalize_axes(axis, a.ndim)
    compute, final = _dtypes(a, dtype, out)
    if mean is _NO_VALUE:
        mean = _mean(a, axes, compute, True, where)
    else:
        mean = as_array(mean)
    if kind_of(compute) in "iu":
        mean = cast(mean, compute)
    deviation = a - mean if kind_of(a.dtype) != "b" else uf.subtract(a, mean, dtype=compute)
    squares = _squared_modulus(deviation)
    if kind_of(compute) != "c" or kind_of(squares.dtype) == "c":
        total = squares.sum(axes, compute, None, keepdims, _NO_VALUE, where)
    else:
        total = squares.sum(axes, None, None, keepdims, _NO_VALUE, where)
    if dtype is not None and kind_of(final) == "c":
        total = cast(total, final)  # the division by zero of complex numbers is NaN in both parts
    count = _count(a, axes, where, keepdims)
    if isinstance(count, int):
        if count - ddof <= 0:
            _warn("Degrees of freedom <= 0 for slice")
        result = _over(total, max(count - ddof, 0))
    else:
        result = _over(total, uf.maximum(count - ddof, 0))
    if root:
        # NumPy takes the root in place, which integers refuse; only of a number it does not.
        target = final if out is None else out.dtype
        in_place = kind_of(target) in "iu" and (out is not None or result.ndim)
        result = uf.sqrt(result, out=cast(result, target) if in_place else None)
    if kind_of(final) == "c":
        final = numpy.zeros((), final).real.dtype if dtype is None else final
    return cast(result, final) if out is None else deliver(result, out, "unsafe")


def var(
    a,
    axis=None,
    dtype=None,
    out=None,
    ddof=0,
    keepdims=False,
    *,
    where=True,
    mean=_NO_VALUE,
    correction=_NO_VALUE,
):
    """Return the variance along axes.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, where
        As for `mean`.
    ddof : int or float
        The divisor is the number of elements less `ddof`.
    mean : array_like, optional
        The mean, if known already; with the reduced axes kept.
    correction : int or float, optional
        Another name of `ddof`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If both `ddof` and `correction` are given.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.var(cp.array([1, 2, 3, 4]))
    array(1.25)
    """
    ddof = _freedom(ddof, correction)
    return _variance(a, axis, dtype, out, ddof, keepdims, where, mean, False)


def std(
    a,
    axis=None,
    dtype=None,
    out=None,
    ddof=0,
    keepdims=False,
    *,
    where=True,
    mean=_NO_VALUE,
    correction=_NO_VALUE,
):
    """Return the standard deviation along axes.

    Parameters
    ----------
    a, axis, dtype, out, ddof, keepdims, where, mean, correction
        As for `var`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If both `ddof` and `correction` are given.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.std(cp.array([1., 3.]))
    array(1.)
    """
    ddof = _freedom(ddof, correction)
    return _variance(a, axis, dtype, out, ddof, keepdims, where, mean, True)


def nanmean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    """Return the arithmetic mean along axes, ignoring NaN.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, where
        As for `mean`.

    Returns
    -------
    out : ndarray
        NaN for a slice of nothing but NaN, without NumPy's warning, which would synchronise.

    Raises
    ------
    AxisError
        If an axis is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nanmean(cp.array([1., cp.nan, 3.]))
    array(2.)
    """
    a = as_array(a)
    if kind_of(a.dtype) not in "fc":
        return mean(a, axis, dtype, out, keepdims, where=where)
    where = where if where is True else _core.as_mask(where)
    axes = _core.reduction_axes(axis, a.ndim)
    missing = uf.isnan(a)
    total = select(missing, 0, a, a.dtype).sum(axes, dtype, None, keepdims, _NO_VALUE, where)
    return deliver(_over(total, _valid(missing, axes, keepdims, where)), out, "unsafe")


def _valid(missing, axes, keepdims, where):
    """How many elements are not NaN."""
    if where is True:
        count = math.prod(missing.shape[i] for i in axes)
        return count - missing.sum(axes, numpy.int64, None, keepdims)
    return (~missing).sum(axes, numpy.int64, None, keepdims, _NO_VALUE, where)


def _nan_variance(a, axis, dtype, out, ddof, keepdims, where, mean, root):
    a = as_array(a)
    if kind_of(a.dtype) not in "fc":
        return _variance(a, axis, dtype, out, ddof, keepdims, where, mean, root)
    where = where if where is True else _core.as_mask(where)
    axes = _core.reduction_axes(axis, a.ndim)
    missing = uf.isnan(a)
    count = _valid(missing, axes, True, where)
    if mean is _NO_VALUE:
        filled = select(missing, 0, a, a.dtype)
        mean = _over(filled.sum(axes, dtype, None, True, _NO_VALUE, where), count)
    deviation = a - as_array(mean)
    deviation = select(missing, 0, deviation, deviation.dtype)
    total = _squared_modulus(deviation).sum(axes, dtype, None, keepdims, _NO_VALUE, where)
    free = count - ddof
    if not keepdims:
        free = free.reshape(total.shape)
    result = _over(total, free)
    result = select(free <= 0, numpy.nan, result, result.dtype)
    return deliver(uf.sqrt(result) if root else result, out, "unsafe")


def nanvar(
    a,
    axis=None,
    dtype=None,
    out=None,
    ddof=0,
    keepdims=False,
    *,
    where=True,
    mean=_NO_VALUE,
    correction=_NO_VALUE,
):
    """Return the variance along axes, ignoring NaN.

    Parameters
    ----------
    a, axis, dtype, out, ddof, keepdims, where, mean, correction
        As for `var`.

    Returns
    -------
    out : ndarray
        NaN where no degree of freedom is left, without NumPy's warning, which would synchronise.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nanvar(cp.array([1., cp.nan, 3.]))
    array(1.)
    """
    ddof = _freedom(ddof, correction)
    return _nan_variance(a, axis, dtype, out, ddof, keepdims, where, mean, False)


def nanstd(
    a,
    axis=None,
    dtype=None,
    out=None,
    ddof=0,
    keepdims=False,
    *,
    where=True,
    mean=_NO_VALUE,
    correction=_NO_VALUE,
):
    """Return the standard deviation along axes, ignoring NaN.

    Parameters
    ----------
    a, axis, dtype, out, ddof, keepdims, where, mean, correction
        As for `var`.

    Returns
    -------
    out : ndarray
        NaN where no degree of freedom is left, without NumPy's warning, which would synchronise.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nanstd(cp.array([1., cp.nan, 3.]))
    array(1.)
    """
    ddof = _freedom(ddof, correction)
    return _nan_variance(a, axis, dtype, out, ddof, keepdims, where, mean, True)


def average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    """Return the weighted average along axes.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes by default.
    weights : array_like, optional
        Of the shape of `a`, or of its extents along `axis`.
    returned : bool
        Return the sum of the weights, too.
    keepdims : bool

    Returns
    -------
    average : ndarray
        NaN or infinite where the weights sum up to zero (NumPy raises ZeroDivisionError, which
        would synchronise).
    sum_of_weights : ndarray
        Only if `returned`.

    Raises
    ------
    TypeError
        If the shapes differ and no `axis` is given.
    ValueError
        If the weights do not fit.
    ZeroDivisionError
        If there is nothing to average.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.average(cp.array([1, 2, 3]), weights=[3, 1, 0])
    array(1.25)
    """
    a = as_array(a)
    if weights is None:
        out = mean(a, axis, keepdims=keepdims)
        scale = _core.full((), a.size / out.size, out.dtype)
    else:
        weights = as_array(weights)
        if kind_of(a.dtype) in "biu":
            dtype = _core.result_type(a.dtype, weights.dtype, _DOUBLE)
        else:
            dtype = _core.result_type(a.dtype, weights.dtype)
        if a.shape != weights.shape:
            weights = _spread(a, weights, axis)
        scale = weights.sum(axis, dtype, None, keepdims)
        if weights.size == 0 and scale.size:
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        out = uf.multiply(a, weights, dtype=dtype).sum(axis, None, None, keepdims) / scale
    if not returned:
        return out
    if scale.shape != out.shape:
        scale = _core.broadcast_to(scale, out.shape).copy()
    return out, scale


def _spread(a, weights, axis):
    """View `weights` along `axis` as an array that broadcasts with `a`."""
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    order = axis if isinstance(axis, (tuple, list)) else (axis,)
    order = [_core.normalize_axis(i, a.ndim) for i in order]
    if weights.shape != tuple(a.shape[i] for i in order):
        raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
    weights = weights.transpose(tuple(sorted(range(len(order)), key=order.__getitem__)))
    return weights.reshape(tuple(n if i in order else 1 for i, n in enumerate(a.shape)))
