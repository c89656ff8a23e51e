"""Functions applied along axes and piece by piece."""

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._manipulation.join import stack
from cupy._operands import BOOL, as_array, cast

__all__ = ["apply_along_axis", "apply_over_axes", "piecewise"]


def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    """Apply a function to the 1-d slices along an axis, one call per slice.

    Parameters
    ----------
    func1d : callable
        ``func1d(slice, *args, **kwargs)``; returns a scalar or an array.
    axis : int
    arr : array_like
    *args, **kwargs
        More arguments of `func1d`.

    Returns
    -------
    out : ndarray
        What `func1d` returns takes the place of `axis`.

    Raises
    ------
    ValueError
        If there is no slice.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.apply_along_axis(cp.sum, 0, cp.array([[1, 2], [3, 4]]))
    array([4, 6])
    """
    arr = as_array(arr)
    axis = _core.normalize_axis(axis, arr.ndim)
    lines = arr.transpose((*(i for i in range(arr.ndim) if i != axis), axis))
    outer = lines.shape[:-1]
    if not all(outer):
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    results = [as_array(func1d(lines[i], *args, **kwargs)) for i in numpy.ndindex(*outer)]
    inner = results[0].ndim
    dtype = results[0].dtype
    out = stack([cast(r, dtype) for r in results]).reshape(outer + results[0].shape)
    order = list(range(len(outer)))
    order[axis:axis] = range(len(outer), len(outer) + inner)
    return out.transpose(tuple(order))


def apply_over_axes(func, a, axes):
    """Apply a function to several axes, one after the other.

    Parameters
    ----------
    func : callable
        ``func(a, axis)``; returns an array of the same rank or of one less.
    a : array_like
    axes : int or sequence of int

    Returns
    -------
    out : ndarray
        Of the rank of `a`.

    Raises
    ------
    ValueError
        If `func` returns an array of another rank.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.apply_over_axes(cp.sum, cp.ones((2, 3)), [0, 1])
    array([[6.]])
    """
    out = as_array(a)
    ndim = out.ndim
    for axis in numpy.atleast_1d(axes).tolist():
        axis = _core.normalize_axis(axis, ndim)
        result = as_array(func(out, axis))
        if result.ndim == ndim - 1:
            result = result.reshape(result.shape[:axis] + (1,) + result.shape[axis:])
        if result.ndim != ndim:
            raise ValueError("function is not returning an array of the correct shape")
        out = result
    return out


def piecewise(x, condlist, funclist, *args, **kw):
    """Evaluate a function that is defined piece by piece.

    Parameters
    ----------
    x : array_like
    condlist : sequence of array_like of bool
        Where each piece holds; of several the last one counts.
    funclist : sequence of callable or scalar
        One per condition, and optionally one for the rest (0 by default). Callables get the
        elements of their piece, which synchronises.
    *args, **kw
        More arguments of the callables.

    Returns
    -------
    out : ndarray
        Of the dtype of `x`.

    Raises
    ------
    ValueError
        If the numbers of conditions and functions do not match.

    Examples
    --------
    >>> import cupy as cp
    >>> x = cp.array([-1., 0., 2.])
    >>> cp.piecewise(x, [x < 0, x > 0], [-1, lambda v: 10 * v])
    array([-1.,  0., 20.])
    """
    x = as_array(x)
    if isinstance(condlist, (list, tuple)):
        nested = condlist and (numpy.ndim(condlist[0]) > 0 or x.ndim == 0)
        conditions = list(condlist) if nested else [condlist]
    else:
        condlist = as_array(condlist)
        nested = condlist.ndim > 1 or condlist.ndim > x.ndim
        conditions = list(condlist) if nested else [condlist]
    conditions = [cast(as_array(c), BOOL) for c in conditions]
    if len(funclist) not in (len(conditions), len(conditions) + 1):
        raise ValueError(
            f"with {len(conditions)} condition(s), either {len(conditions)} or "
            f"{len(conditions) + 1} functions are expected"
        )
    if len(funclist) == len(conditions) + 1:
        rest = conditions[0]
        for condition in conditions[1:]:
            rest = rest | condition
        conditions.append(~rest)
    out = _core.zeros_like(x)
    for condition, function in zip(conditions, funclist):
        if callable(function):
            part = x[condition]
            if part.size:
                out[condition] = function(part, *args, **kw)
        else:
            out[condition] = function if not isinstance(function, ndarray) else cast(function, x.dtype)
    return out
