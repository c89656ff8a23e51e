"""Axis arguments."""

import operator

from numpy.exceptions import AxisError


def normalize_axis(axis, ndim):
    """Return `axis` as a number from 0 to ndim - 1; AxisError if there is no such axis."""
    axis = operator.index(axis)
    if not -ndim <= axis < ndim:
        raise AxisError(axis, ndim)
    return axis + ndim if axis < 0 else axis


def normalize_axes(axis, ndim):
    """Return an axis argument (None, an integer or several) as an ascending tuple; None means all."""
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, (tuple, list)):
        axes = tuple(sorted(normalize_axis(a, ndim) for a in axis))
        if len(set(axes)) != len(axes):
            raise ValueError("duplicate value in 'axis'")
        return axes
    return (normalize_axis(axis, ndim),)


def reduction_axes(axis, ndim):
    """Return the axes of a reduction; in NumPy's ufuncs a number has the axes 0 and -1, too."""
    if ndim == 0 and isinstance(axis, int) and axis in (0, -1):
        return ()
    return normalize_axes(axis, ndim)
