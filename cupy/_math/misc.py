"""Clipping, interpolation, convolution and other functions of whole arrays."""

import numpy

from cupy import _core
from cupy._core import ufuncs as uf
from cupy._manipulation.join import concatenate
from cupy._operands import as_array, cast, is_host_scalar, kind_of, limits_of, select, take_valid
from cupy._sorting.search import searchsorted
from cupy._sorting.sort import argsort

__all__ = ["clip", "convolve", "correlate", "interp", "nan_to_num"]

_NO_VALUE = numpy._NoValue


def clip(a, a_min=_NO_VALUE, a_max=_NO_VALUE, out=None, *, min=_NO_VALUE, max=_NO_VALUE, **kwargs):
    """Limit the values of an array.

    Parameters
    ----------
    a : array_like
    a_min, a_max : array_like or None
        Bounds; None for no bound.
    out : ndarray, optional
    min, max : array_like or None
        The same by other names.
    **kwargs
        Further keywords of a ufunc: `where`, `order`, `dtype`, `signature`, `casting`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    TypeError
        If only one of `a_min` and `a_max` is given.
    ValueError
        If bounds are given by both names.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.clip(cp.arange(5), 1, 3)
    array([1, 1, 2, 3, 3])
    """
    if a_min is _NO_VALUE and a_max is _NO_VALUE:
        a_min = None if min is _NO_VALUE else min
        a_max = None if max is _NO_VALUE else max
    elif a_min is _NO_VALUE or a_max is _NO_VALUE:
        missing = "a_min" if a_min is _NO_VALUE else "a_max"
        raise TypeError(f"clip() missing 1 required positional argument: '{missing}'")
    elif min is not _NO_VALUE or max is not _NO_VALUE:
        raise ValueError(
            "Passing `min` or `max` keyword argument when `a_min` and `a_max` are provided is forbidden."
        )
    a = as_array(a)
    if a_min is not None and not is_host_scalar(a_min):
        a_min = as_array(a_min)
    if a_max is not None and not is_host_scalar(a_max):
        a_max = as_array(a_max)
    if kind_of(a.dtype) in "iu":  # a bound beyond the dtype limits nothing
        limits = numpy.iinfo(a.dtype)
        if type(a_min) is int and a_min <= limits.min:
            a_min = None
        if type(a_max) is int and a_max >= limits.max:
            a_max = None
    if a_min is None:
        operands = (uf.positive, a) if a_max is None else (uf.minimum, a, a_max)
    else:
        operands = (uf.maximum, a, a_min) if a_max is None else (uf._clip, a, a_min, a_max)
    return operands[0](*operands[1:], out=out, **kwargs)


def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    """Replace NaN and infinities by finite numbers.

    Parameters
    ----------
    x : array_like
    copy : bool
        False changes `x` itself.
    nan : scalar
    posinf, neginf : scalar, optional
        The largest and the least number of the dtype by default.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.nan_to_num(cp.array([cp.nan, 1.]))
    array([0., 1.])
    """
    out = as_array(x)
    if copy:
        out = out.copy(order="K")
    kind = kind_of(out.dtype)
    if kind not in "fc":
        return out
    limits = limits_of(out.dtype)
    posinf = float(limits.max) if posinf is None else posinf
    neginf = float(limits.min) if neginf is None else neginf
    for part in (out.real, out.imag) if kind == "c" else (out,):
        infinite = uf.isinf(part)
        bound = select(uf.signbit(part), neginf, posinf, part.dtype)
        finite = select(infinite, bound, part, part.dtype)
        select(uf.isnan(part), nan, finite, part.dtype, out=part)
    return out


def interp(x, xp, fp, left=None, right=None, period=None):
    """Interpolate linearly between points.

    Parameters
    ----------
    x : array_like
        Where to evaluate.
    xp : array_like
        1-d coordinates of the points, increasing unless `period` is given.
    fp : array_like
        Their values, float or complex.
    left, right : scalar, optional
        Values beyond the points; the values at the ends by default.
    period : scalar, optional
        Period of the coordinates; `left` and `right` are then ignored.

    Returns
    -------
    out : ndarray
        float64 or complex128.

    Raises
    ------
    ValueError
        If `xp` and `fp` are not 1-d, empty or of different lengths, or `period` is zero.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.interp(2.5, cp.array([1., 2., 3.]), cp.array([3., 2., 0.]))
    array(1.)
    """
    x, xp, fp = (as_array(v) for v in (x, xp, fp))
    for name, v in (("x", x), ("xp", xp)):
        if kind_of(v.dtype) == "c":
            raise TypeError(
                f"Cannot cast array data of {name} from {v.dtype!r} to float64 according to the rule 'safe'"
            )
    if xp.ndim != 1 or fp.ndim != 1:
        raise ValueError(
            "Data points must be 1-D sequences"
            if period is not None
            else "object of too small depth for desired array"
        )
    if xp.size != fp.size:
        raise ValueError("fp and xp are not of the same length.")
    if xp.size == 0:
        raise ValueError("array of sample points is empty")
    x, xp = cast(x, numpy.float64), cast(xp, numpy.float64)
    fp = cast(fp, numpy.complex128 if kind_of(fp.dtype) == "c" else numpy.float64)
    if period is not None:
        if period == 0:
            raise ValueError("period must be a non-zero value")
        period, left, right = abs(period), None, None
        x, xp = x % period, xp % period
        order = argsort(xp)
        xp, fp = take_valid(xp, order, 0), take_valid(fp, order, 0)
        xp = concatenate((xp[-1:] - period, xp, xp[:1] + period))
        fp = concatenate((fp[-1:], fp, fp[:1]))
    out = fp[-1]
    if xp.size > 1:
        place = searchsorted(xp[1:-1], x, "right")
        x0, y0 = take_valid(xp, place, 0), take_valid(fp, place, 0)
        x1, y1 = take_valid(xp[1:], place, 0), take_valid(fp[1:], place, 0)
        # a point itself, and all beyond the last one, take its value whatever the slope
        out = select(x0 == x, y0, _line(x, x0, y0, x1, y1))
        out = select(x >= xp[-1], fp[-1], out)
    out = select(x < xp[0], fp[0], out) if left is None else select(x < xp[0], left, out, fp.dtype)
    if right is not None:
        out = select(x > xp[-1], right, out, fp.dtype)
    return select(uf.isnan(x), x, out) if xp.size > 1 else out


def _line(x, x0, y0, x1, y1):
    """The line through two points; where it is not finite from one, it is tried from the other."""
    if kind_of(y0.dtype) == "c":
        out = _core.empty(x.shape, y0.dtype)
        out.real[...] = _line(x, x0, y0.real, x1, y1.real)
        out.imag[...] = _line(x, x0, y0.imag, x1, y1.imag)
        return out
    slope = (y1 - y0) / (x1 - x0)
    out = slope * (x - x0) + y0
    return select(uf.isnan(out), select(y0 == y1, y0, slope * (x - x1) + y1), out)


_MODES = ("valid", "same", "full")
_CHUNK = 1 << 22  # elements of the window matrix that a device may have to lay out


def _slide(a, v, mode):
    """Sum a[k + j] v[j] over j for all shifts k of the mode; `a` is not shorter than `v`."""
    dtype = _core.result_type(a.dtype, v.dtype)
    a, v = cast(a, dtype), cast(v, dtype)
    n, m = a.size, v.size
    before = {"valid": 0, "same": m // 2, "full": m - 1}[mode]
    count = {"valid": n - m + 1, "same": n, "full": n + m - 1}[mode]
    if mode != "valid":
        padded = _core.zeros((count + m - 1,), dtype)
        padded[before : before + n] = a
        a = padded
    elif not a.flags.c_contiguous:
        a = a.copy()
    step = dtype.itemsize
    rows = max(_CHUNK // m, 1)
    if count <= rows:
        return _core.as_strided(a, (count, m), (step, step)) @ v
    out = _core.empty((count,), dtype)
    column = v.reshape(m, 1)
    for start in range(0, count, rows):
        stop = min(start + rows, count)
        windows = _core.as_strided(a, (stop - start, m), (step, step), start * step)
        _core.run_op("matmul", [windows, column], [out[start:stop].reshape(-1, 1)])
    return out


def _check_pair(a, v, mode):
    if mode not in _MODES:
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    a, v = as_array(a), as_array(v)
    if a.ndim > 1 or v.ndim > 1:
        raise ValueError("object too deep for desired array")
    return a.reshape(-1), v.reshape(-1)


def correlate(a, v, mode="valid"):
    """Return the cross-correlation of two 1-d arrays: the sums of ``a[k + j] * conj(v[j])``.

    Parameters
    ----------
    a, v : array_like
    mode : {'valid', 'same', 'full'}
        Which shifts to include.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If an input is empty or not 1-d, or `mode` is unknown.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.correlate(cp.array([1, 2, 3]), cp.array([0, 1, 2]), 'full')
    array([2, 5, 8, 3, 0])
    """
    a, v = _check_pair(a, v, mode)
    for x, name in ((a, "first"), (v, "second")):
        if x.size == 0:
            raise ValueError(f"{name} array argument cannot be empty")
    if kind_of(v.dtype) == "c":
        v = uf.conjugate(v)
    return _slide(v, a, mode)[::-1] if v.size > a.size else _slide(a, v, mode)


def convolve(a, v, mode="full"):
    """Return the convolution of two 1-d arrays.

    Parameters
    ----------
    a, v : array_like
    mode : {'full', 'same', 'valid'}
        Which shifts to include.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If an input is empty or not 1-d, or `mode` is unknown.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.convolve(cp.array([1, 2, 3]), cp.array([0, 1, 2]))
    array([0, 1, 4, 7, 6])
    """
    a, v = _check_pair(a, v, mode)
    if a.size == 0:
        raise ValueError("a cannot be empty")
    if v.size == 0:
        raise ValueError("v cannot be empty")
    if v.size > a.size:
        a, v = v, a
    return _slide(a, v[::-1], mode)
