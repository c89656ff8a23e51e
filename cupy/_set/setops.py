"""Membership and the algebra of sets."""

from cupy import _core
from cupy._manipulation.join import concatenate
from cupy._operands import BOOL, as_array, cast, kind_of, take_valid
from cupy._set.unique import unique
from cupy._sorting.search import searchsorted
from cupy._sorting.sort import argsort, sort

__all__ = ["in1d", "intersect1d", "isin", "setdiff1d", "setxor1d", "union1d"]


def isin(element, test_elements, assume_unique=False, invert=False, *, kind=None):
    """Tell for each element whether it occurs among others.

    Parameters
    ----------
    element : array_like
    test_elements : array_like
    assume_unique : bool
        Accepted and without effect.
    invert : bool
        Return the opposite.
    kind : {None, 'sort', 'table'}
        Accepted; always by sorting and binary search.

    Returns
    -------
    out : ndarray of bool

    Raises
    ------
    ValueError
        For an unknown `kind`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.isin(cp.arange(4), [1, 3])
    array([False,  True, False,  True])
    """
    if kind not in (None, "sort", "table"):
        raise ValueError(f"Invalid kind: '{kind}'. Please use None, 'sort' or 'table'.")
    element, test = as_array(element), as_array(test_elements).ravel()
    if kind == "table" and (kind_of(element.dtype) not in "iub" or kind_of(test.dtype) not in "iub"):
        raise ValueError(
            "The 'table' method is only supported for boolean or integer arrays. "
            "Please select 'sort' or None for kind."
        )
    if test.size == 0 or element.size == 0:
        out = _core.empty(element.shape, BOOL)
        out.fill(bool(invert))
        return out
    dtype = _core.result_type(element.dtype, test.dtype)
    element, test = cast(element, dtype), sort(cast(test, dtype))
    place = searchsorted(test, element)
    found = take_valid(test, _core.ufuncs.minimum(place, test.size - 1), 0)
    return found != element if invert else found == element


def in1d(ar1, ar2, assume_unique=False, invert=False):
    """Tell for each element of a flattened array whether it occurs in another one.

    Parameters
    ----------
    ar1, ar2 : array_like
    assume_unique, invert
        As for `isin`.

    Returns
    -------
    out : ndarray of bool
        1-d.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.in1d(cp.arange(3), [1])
    array([False,  True, False])
    """
    return isin(as_array(ar1).ravel(), ar2, assume_unique, invert)


def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    """Return the sorted unique elements that two arrays share. Synchronises.

    Parameters
    ----------
    ar1, ar2 : array_like
    assume_unique : bool
        Whether both have unique elements.
    return_indices : bool
        Also return where they occur first.

    Returns
    -------
    out : ndarray
    index1, index2 : ndarray of int64
        Only if `return_indices`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.intersect1d(cp.array([3, 1, 2]), [2, 3, 4])
    array([2, 3])
    """
    ar1, ar2 = as_array(ar1).ravel(), as_array(ar2).ravel()
    first = second = None
    if not assume_unique:
        if return_indices:
            ar1, first = unique(ar1, return_index=True)
            ar2, second = unique(ar2, return_index=True)
        else:
            ar1, ar2 = unique(ar1), unique(ar2)
    both = concatenate([ar1, ar2])
    if return_indices:
        order = argsort(both)
        both = take_valid(both, order, 0)
    else:
        both = sort(both)
    twice = both[1:] == both[:-1]
    found = both[:-1][twice]
    if not return_indices:
        return found
    index1, index2 = order[:-1][twice], order[1:][twice] - ar1.size
    if first is not None:
        index1, index2 = take_valid(first, index1, 0), take_valid(second, index2, 0)
    return found, index1, index2


def union1d(ar1, ar2):
    """Return the sorted unique elements of two arrays. Synchronises.

    Parameters
    ----------
    ar1, ar2 : array_like

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.union1d(cp.array([3, 1]), [2, 3])
    array([1, 2, 3])
    """
    return unique(concatenate((ar1, ar2), axis=None))


def setdiff1d(ar1, ar2, assume_unique=False):
    """Return the unique elements of the first array that are not in the second. Synchronises.

    Parameters
    ----------
    ar1, ar2 : array_like
    assume_unique : bool
        Whether both have unique elements; the result then keeps the order of `ar1`.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.setdiff1d(cp.array([3, 1, 2]), [2, 4])
    array([1, 3])
    """
    ar1 = as_array(ar1).ravel() if assume_unique else unique(ar1)
    return ar1[isin(ar1, ar2, invert=True)]


def setxor1d(ar1, ar2, assume_unique=False):
    """Return the sorted elements that are in only one of two arrays. Synchronises.

    Parameters
    ----------
    ar1, ar2 : array_like
    assume_unique : bool
        Whether both have unique elements.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.setxor1d(cp.array([3, 1]), [2, 3])
    array([1, 2])
    """
    if not assume_unique:
        ar1, ar2 = unique(ar1), unique(ar2)
    both = sort(concatenate((as_array(ar1), as_array(ar2)), axis=None))
    if both.size == 0:
        return both
    border = _core.ones((both.size + 1,), BOOL)
    border[1:-1] = both[1:] != both[:-1]
    return both[border[1:] & border[:-1]]
