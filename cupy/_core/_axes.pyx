"""Axis arguments."""

import operator

from numpy.exceptions import AxisError


cpdef Py_ssize_t normalize_axis(object axis, Py_ssize_t ndim) except -1:
    """Return `axis` as a number from 0 to ndim - 1; AxisError if there is no such axis."""
    cdef Py_ssize_t place = axis if type(axis) is int else operator.index(axis)
    if place < -ndim or place >= ndim:
        raise AxisError(axis, ndim)
    return place + ndim if place < 0 else place


cpdef tuple normalize_axes(object axis, Py_ssize_t ndim):
    """Return an axis argument (None, an integer or several) as an ascending tuple; None means all."""
    if axis is None:
        return tuple([i for i in range(ndim)])
    if isinstance(axis, (tuple, list)):
        axes = tuple(sorted([normalize_axis(a, ndim) for a in axis]))
        if len(set(axes)) != len(axes):
            raise ValueError("duplicate value in 'axis'")
        return axes
    return (normalize_axis(axis, ndim),)


cpdef tuple reduction_axes(object axis, Py_ssize_t ndim):
    """Return the axes of a reduction; in NumPy's ufuncs a number has the axes 0 and -1, too."""
    if ndim == 0 and isinstance(axis, int) and axis in (0, -1):
        return ()
    return normalize_axes(axis, ndim)
