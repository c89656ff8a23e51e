"""Differences, gradients and integrals along an axis."""

import operator

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._core import ufuncs as uf
from cupy._manipulation.join import concatenate
from cupy._operands import BOOL, as_array, cast, is_host_scalar, kind_of, select

__all__ = ["diff", "ediff1d", "gradient", "trapezoid", "trapz", "unwrap"]

_NO_VALUE = numpy._NoValue


def _slices(axis):
    """Make index tuples that slice one axis."""
    before = (slice(None),) * axis
    return lambda start, stop: (*before, slice(start, stop))


def diff(a, n=1, axis=-1, prepend=_NO_VALUE, append=_NO_VALUE):
    """Return the n-th discrete difference along an axis.

    Parameters
    ----------
    a : array_like
    n : int
        How often the difference is taken; 0 returns `a`.
    axis : int
    prepend, append : array_like, optional
        Put before and behind `a` first; scalars are expanded to extent 1.

    Returns
    -------
    out : ndarray
        For bool input: whether neighbours differ.

    Raises
    ------
    ValueError
        If `n` is negative or `a` is 0-d.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.diff(cp.array([1, 3, 6]))
    array([2, 3])
    """
    if n == 0:
        return as_array(a)
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    a = as_array(a)
    if a.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = _core.normalize_axis(axis, a.ndim)
    parts = [a]
    for where, value in ((0, prepend), (2, append)):
        if value is _NO_VALUE or value is None:
            continue
        value = as_array(value)
        if value.ndim == 0:
            value = _core.broadcast_to(value, a.shape[:axis] + (1,) + a.shape[axis + 1 :])
        parts.insert(where, value)
    if len(parts) > 1:
        a = concatenate(parts, axis)
    operation = uf.not_equal if a.dtype == BOOL else uf.subtract
    along = _slices(axis)
    for _ in range(operator.index(n)):
        a = operation(a[along(1, None)], a[along(None, -1)])
    return a


def ediff1d(ary, to_end=None, to_begin=None):
    """Return the differences between consecutive elements of the flattened array.

    Parameters
    ----------
    ary : array_like
    to_end, to_begin : array_like, optional
        Put behind and before the differences.

    Returns
    -------
    out : ndarray
        1-d.

    Raises
    ------
    TypeError
        If what is added cannot be cast to the dtype of `ary`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.ediff1d(cp.array([1, 2, 4]), to_begin=0)
    array([0, 1, 2])
    """
    ary = as_array(ary).ravel()
    change = ary[1:] - ary[:-1] if ary.size > 1 else ary[:0].copy()
    parts = [change]
    for where, value, name in ((0, to_begin, "to_begin"), (2, to_end, "to_end")):
        if value is None:
            continue
        value = as_array(value)
        if not _core.can_cast(value.dtype, ary.dtype, "same_kind"):
            raise TypeError(
                f"dtype of `{name}` must be compatible with input `ary` under the `same_kind` rule."
            )
        parts.insert(where, cast(value.ravel(), ary.dtype))
    return concatenate(parts) if len(parts) > 1 else change


def _spacings(f, varargs, axes):
    """One scalar or 1-d array of coordinate differences per axis."""
    if not varargs:
        return [1.0] * len(axes)
    if len(varargs) == 1 and numpy.ndim(varargs[0]) == 0:
        return [varargs[0]] * len(axes)
    if len(varargs) != len(axes):
        raise TypeError("invalid number of arguments")
    out = []
    for axis, distances in zip(axes, varargs):
        if numpy.ndim(distances) == 0:
            out.append(distances)
            continue
        x = as_array(distances)
        if x.ndim != 1:
            raise ValueError("distances must be either scalars or 1d")
        if x.size != f.shape[axis]:
            raise ValueError("when 1d, distances must match the length of the corresponding dimension")
        if kind_of(x.dtype) in "iu":
            x = x.astype(numpy.float64)
        if not isinstance(distances, ndarray):
            steps = numpy.diff(numpy.asarray(distances, x.dtype))
            if steps.size and (steps == steps[0]).all():
                out.append(steps[0].item())
                continue
        out.append(x[1:] - x[:-1])
    return out


def gradient(f, *varargs, axis=None, edge_order=1):
    """Return the gradient by central differences, one-sided ones at the edges.

    Parameters
    ----------
    f : array_like
    *varargs : scalar or array_like
        Spacing: one scalar for all axes, or one scalar or 1-d array of coordinates per axis.
        Device coordinates are always taken for uneven, as looking would synchronise.
    axis : int or tuple of int, optional
        All axes by default.
    edge_order : {1, 2}
        Order of accuracy at the edges.

    Returns
    -------
    out : ndarray or tuple of ndarray
        One array per axis.

    Raises
    ------
    ValueError
        If an axis is too short, or `edge_order` is neither 1 nor 2.
    TypeError
        If the number of spacings does not match.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.gradient(cp.array([1., 2., 4., 7.]))
    array([1. , 1.5, 2.5, 3. ])
    """
    f = as_array(f)
    axes = (
        _core.normalize_axes(axis, f.ndim)
        if not isinstance(axis, (tuple, list))
        else tuple(_core.normalize_axis(i, f.ndim) for i in axis)
    )
    spacings = _spacings(f, varargs, axes)
    if edge_order not in (1, 2):
        raise ValueError("'edge_order' greater than 2 not supported")
    if kind_of(f.dtype) in "iu":
        f = f.astype(numpy.float64)
    for i in axes:
        if f.shape[i] < edge_order + 1:
            raise ValueError(
                "Shape of array too small to calculate a numerical gradient, at "
                "least (edge_order + 1) elements are required."
            )
    out = [_gradient_along(f, i, dx, edge_order) for i, dx in zip(axes, spacings)]
    return out[0] if len(axes) == 1 else tuple(out)


def _gradient_along(f, axis, dx, edge_order):
    along = _slices(axis)
    out = _core.empty_like(f, numpy.float64 if kind_of(f.dtype) == "b" else None)
    uniform = not isinstance(dx, ndarray) or dx.ndim == 0
    if f.shape[axis] > 2:
        low, mid, high = f[along(None, -2)], f[along(1, -1)], f[along(2, None)]
        if uniform:
            uf.divide(high - low, 2.0 * dx, out=out[along(1, -1)])
        else:
            shape = (-1,) + (1,) * (f.ndim - axis - 1)
            left, right = dx[:-1].reshape(shape), dx[1:].reshape(shape)
            both = left + right
            out[along(1, -1)] = (
                -(right / (left * both)) * low
                + ((right - left) / (left * right)) * mid
                + (left / (right * both)) * high
            )
    first, last = (dx, dx) if uniform else (dx[0], dx[-1])
    if edge_order == 1:
        uf.divide(f[along(1, 2)] - f[along(0, 1)], first, out=out[along(0, 1)])
        uf.divide(f[along(-1, None)] - f[along(-2, -1)], last, out=out[along(-1, None)])
        return out
    f0, f1, f2 = f[along(0, 1)], f[along(1, 2)], f[along(2, 3)]
    e0, e1, e2 = f[along(-3, -2)], f[along(-2, -1)], f[along(-1, None)]
    if uniform:
        out[along(0, 1)] = (-1.5 / dx) * f0 + (2.0 / dx) * f1 + (-0.5 / dx) * f2
        out[along(-1, None)] = (0.5 / dx) * e0 + (-2.0 / dx) * e1 + (1.5 / dx) * e2
        return out
    x1, x2 = dx[0], dx[1]
    out[along(0, 1)] = (
        -(2.0 * x1 + x2) / (x1 * (x1 + x2)) * f0 + (x1 + x2) / (x1 * x2) * f1 - x1 / (x2 * (x1 + x2)) * f2
    )
    x1, x2 = dx[-2], dx[-1]
    out[along(-1, None)] = (
        x2 / (x1 * (x1 + x2)) * e0 - (x2 + x1) / (x1 * x2) * e1 + (2.0 * x2 + x1) / (x2 * (x1 + x2)) * e2
    )
    return out


def trapezoid(y, x=None, dx=1.0, axis=-1):
    """Integrate along an axis by the trapezoidal rule.

    Parameters
    ----------
    y : array_like
    x : array_like, optional
        Where the samples were taken.
    dx : scalar
        Distance of the samples if `x` is not given.
    axis : int

    Returns
    -------
    out : ndarray

    Raises
    ------
    AxisError
        If `axis` is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.trapezoid(cp.array([1, 2, 3]))
    array(4.)
    """
    y = as_array(y)
    axis = _core.normalize_axis(axis, y.ndim)
    if x is None:
        step = dx if is_host_scalar(dx) else as_array(dx)
    else:
        x = as_array(x)
        step = diff(x, axis=axis if x.ndim > 1 else 0)
        if x.ndim == 1:
            step = step.reshape((-1,) + (1,) * (y.ndim - axis - 1))
    along = _slices(axis)
    return (step * (y[along(1, None)] + y[along(None, -1)]) / 2.0).sum(axis)


trapz = trapezoid


def unwrap(p, discont=None, axis=-1, *, period=2 * numpy.pi):
    """Remove jumps of more than half a period by adding multiples of the period.

    Parameters
    ----------
    p : array_like
    discont : scalar, optional
        Smaller jumps stay; half the period by default.
    axis : int
    period : scalar

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.unwrap(cp.array([0, 3, 6, 1]), period=8)
    array([0, 3, 6, 9])
    """
    p = as_array(p)
    change = diff(p, axis=axis)
    axis = _core.normalize_axis(axis, p.ndim)
    if discont is None:
        discont = period / 2
    dtype = _core.result_type(change.dtype, period)
    if kind_of(dtype) in "iu":
        high, odd = divmod(period, 2)
        ambiguous = odd == 0
    else:
        high, ambiguous = period / 2, True
    wrapped = uf.remainder(change + high, period) - high
    if ambiguous:
        wrapped = select((wrapped == -high) & (change > 0), high, wrapped, wrapped.dtype)
    correction = select(uf.absolute(change) < discont, 0, wrapped - change, wrapped.dtype)
    out = p.astype(dtype)
    along = _slices(axis)
    out[along(1, None)] = p[along(1, None)] + correction.cumsum(axis)
    return out
