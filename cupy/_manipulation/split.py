"""Splitting arrays into views."""

from cupy import _core
from cupy._core import ndarray
from cupy._operands import as_array, host_ints

__all__ = ["array_split", "dsplit", "hsplit", "split", "unstack", "vsplit"]


def array_split(ary, indices_or_sections, axis=0):
    """Split an array into views along an axis, of nearly equal extents if a count is given.

    Parameters
    ----------
    ary : array_like
    indices_or_sections : int or sequence of int
        The number of parts, or the borders between them.
    axis : int

    Returns
    -------
    out : list of ndarray

    Raises
    ------
    ValueError
        If the number of parts is not positive.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array_split(cp.arange(5), 2)
    [array([0, 1, 2]), array([3, 4])]
    """
    ary = as_array(ary)
    axis = _core.normalize_axis(axis, ary.ndim)
    length = ary.shape[axis]
    if _is_count(indices_or_sections):
        sections = int(indices_or_sections)
        if sections <= 0:
            raise ValueError("number sections must be larger than 0.")
        small, extra = divmod(length, sections)
        borders = [i * small + min(i, extra) for i in range(sections + 1)]
    else:
        borders = [0, *host_ints(indices_or_sections, "section borders").tolist(), length]
    before = (slice(None),) * axis
    return [ary[(*before, slice(i, j))] for i, j in zip(borders, borders[1:])]


def _is_count(sections):
    if isinstance(sections, (list, tuple)):
        return False
    return not (getattr(sections, "ndim", 0) or isinstance(sections, ndarray))


def split(ary, indices_or_sections, axis=0):
    """Split an array into views along an axis.

    Parameters
    ----------
    ary : array_like
    indices_or_sections : int or sequence of int
        The number of equal parts, or the borders between them.
    axis : int

    Returns
    -------
    out : list of ndarray

    Raises
    ------
    ValueError
        If the extent is no multiple of the number of parts.
    ZeroDivisionError
        If the number of parts is zero.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.split(cp.arange(4), 2)
    [array([0, 1]), array([2, 3])]
    """
    ary = as_array(ary)
    if _is_count(indices_or_sections):
        sections = indices_or_sections
        if ary.shape[_core.normalize_axis(axis, ary.ndim)] % sections:
            raise ValueError("array split does not result in an equal division")
    return array_split(ary, indices_or_sections, axis)


def hsplit(ary, indices_or_sections):
    """Split an array along the second axis, a 1-d one along the first.

    Parameters
    ----------
    ary : array_like
    indices_or_sections : int or sequence of int

    Returns
    -------
    out : list of ndarray

    Raises
    ------
    ValueError
        If `ary` is 0-d, or there is no equal division.

    Examples
    --------
    >>> import cupy as cp
    >>> [a.shape for a in cp.hsplit(cp.ones((2, 4)), 2)]
    [(2, 2), (2, 2)]
    """
    ary = as_array(ary)
    if ary.ndim == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return split(ary, indices_or_sections, 1 if ary.ndim > 1 else 0)


def vsplit(ary, indices_or_sections):
    """Split an array along the first axis.

    Parameters
    ----------
    ary : array_like
    indices_or_sections : int or sequence of int

    Returns
    -------
    out : list of ndarray

    Raises
    ------
    ValueError
        If `ary` has fewer than two dimensions, or there is no equal division.

    Examples
    --------
    >>> import cupy as cp
    >>> [a.shape for a in cp.vsplit(cp.ones((4, 2)), 2)]
    [(2, 2), (2, 2)]
    """
    ary = as_array(ary)
    if ary.ndim < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return split(ary, indices_or_sections, 0)


def dsplit(ary, indices_or_sections):
    """Split an array along the third axis.

    Parameters
    ----------
    ary : array_like
    indices_or_sections : int or sequence of int

    Returns
    -------
    out : list of ndarray

    Raises
    ------
    ValueError
        If `ary` has fewer than three dimensions, or there is no equal division.

    Examples
    --------
    >>> import cupy as cp
    >>> [a.shape for a in cp.dsplit(cp.ones((1, 2, 4)), [1])]
    [(1, 2, 1), (1, 2, 3)]
    """
    ary = as_array(ary)
    if ary.ndim < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return split(ary, indices_or_sections, 2)


def unstack(x, /, *, axis=0):
    """Return the items of an array along an axis, as views.

    Parameters
    ----------
    x : array_like
    axis : int

    Returns
    -------
    out : tuple of ndarray

    Raises
    ------
    ValueError
        If `x` is 0-d.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.unstack(cp.arange(4).reshape(2, 2), axis=1)
    (array([0, 2]), array([1, 3]))
    """
    x = as_array(x)
    if x.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    axis = _core.normalize_axis(axis, x.ndim)
    before = (slice(None),) * axis
    return tuple(x[(*before, i)] for i in range(x.shape[axis]))
