"""Functions and objects that make indices."""

import math
import operator

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._creation.ranges import arange, linspace
from cupy._manipulation.join import concatenate
from cupy._operands import INT64, as_array, cast, is_host_scalar, kind_of, valid_indices

__all__ = [
    "c_",
    "diag_indices",
    "diag_indices_from",
    "index_exp",
    "indices",
    "ix_",
    "mask_indices",
    "r_",
    "ravel_multi_index",
    "s_",
    "tril_indices",
    "tril_indices_from",
    "triu_indices",
    "triu_indices_from",
    "unravel_index",
]

index_exp = numpy.index_exp
s_ = numpy.s_


class _AxisConcatenator:
    """Join slices, scalars and arrays written as an index.

    A first item of text holds the axis, the least rank, and where the axes of items of lower
    rank go: 'axis,rank,first'. An imaginary step of a slice is a count of points. NumPy's matrix
    directives 'r' and 'c' are not offered.

    >>> import cupy as cp
    >>> cp.r_[1:4, 0, cp.array([8])]
    array([1, 2, 3, 0, 8])
    >>> cp.c_[cp.arange(2), cp.arange(2)]
    array([[0, 0],
           [1, 1]])
    """

    def __init__(self, axis=0, ndmin=1, trans1d=-1):
        self._layout = axis, ndmin, trans1d

    def __len__(self):
        return 0

    def __getitem__(self, key):
        axis, ndmin, trans1d = self._layout
        items = key if isinstance(key, tuple) else (key,)
        if items and isinstance(items[0], str):
            axis, ndmin, trans1d = self._directive(items[0])
            items = items[1:]
        if not items:
            raise ValueError("need at least one array to concatenate")
        arrays, kinds, scalars = [], [], {}
        for item in items:
            if isinstance(item, str):
                raise ValueError("special directives must be the first entry.")
            if isinstance(item, slice):
                array, ndim = _from_slice(item), 1
            elif is_host_scalar(item):
                kinds.append(item)
                scalars[len(arrays)] = item
                arrays.append(None)
                continue
            else:
                array = as_array(item)
                ndim = array.ndim
            kinds.append(array.dtype)
            arrays.append(_raise_rank(array, ndim, ndmin, trans1d))
        dtype = _core.result_type(*kinds)
        for i, item in scalars.items():
            arrays[i] = as_array(item, dtype).reshape((1,) * ndmin)
        return concatenate([cast(a, dtype) for a in arrays], axis)

    def _directive(self, text):
        if text in ("r", "c"):
            raise NotImplementedError("matrix directives are not supported: there is no matrix")
        try:
            values = [int(v) for v in text.split(",")]
        except ValueError:
            raise ValueError(f"unknown special directive {text!r}") from None
        if len(values) > 3:
            raise ValueError(f"unknown special directive {text!r}")
        return tuple(values) + self._layout[len(values) :]


def _from_slice(part):
    start = 0 if part.start is None else part.start
    step = 1 if part.step is None else part.step
    if isinstance(step, (complex, numpy.complexfloating)):
        return linspace(start, part.stop, int(abs(step)))
    return arange(start, part.stop, step)


def _raise_rank(array, ndim, ndmin, first):
    """Give `array` at least `ndmin` axes; its own ones start at axis `first`."""
    missing = ndmin - ndim
    if missing <= 0:
        return array
    if first < 0:
        first += missing + 1
    return array.reshape((1,) * first + array.shape + (1,) * (missing - first))


r_ = _AxisConcatenator()
c_ = _AxisConcatenator(-1, 2, 0)


def ix_(*args):
    """Return an open mesh of index arrays, one per sequence.

    Parameters
    ----------
    *args : array_like of int or bool
        1-d. Bool sequences synchronise.

    Returns
    -------
    out : tuple of ndarray

    Raises
    ------
    ValueError
        If an input is not 1-d.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.arange(6).reshape(2, 3)[cp.ix_([0, 1], [0, 2])]
    array([[0, 2],
           [3, 5]])
    """
    from cupy._sorting.search import flatnonzero

    out = []
    for k, sequence in enumerate(args):
        index = as_array(sequence)
        if index.ndim != 1:
            raise ValueError("Cross index must be 1 dimensional")
        if index.size == 0 and not isinstance(sequence, ndarray):
            index = index.astype(INT64)
        if index.dtype == bool:
            index = flatnonzero(index)
        out.append(index.reshape((1,) * k + (index.size,) + (1,) * (len(args) - k - 1)))
    return tuple(out)


def indices(dimensions, dtype=int, sparse=False):
    """Return the index arrays of a grid.

    Parameters
    ----------
    dimensions : sequence of int
    dtype : dtype
    sparse : bool
        Return a tuple of arrays of extent 1 along the other axes.

    Returns
    -------
    out : ndarray or tuple of ndarray
        Of shape ``(len(dimensions), *dimensions)``.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.indices((2, 2))[0]
    array([[0, 0],
           [1, 1]])
    """
    dimensions = tuple(dimensions)
    ndim = len(dimensions)
    axes = [
        arange(n, dtype=dtype).reshape((1,) * i + (n,) + (1,) * (ndim - i - 1))
        for i, n in enumerate(dimensions)
    ]
    if sparse:
        return tuple(axes)
    out = _core.empty((ndim, *dimensions), dtype)
    for i, values in enumerate(axes):
        out[i] = values
    return out


def unravel_index(indices, shape, order="C"):
    """Turn flat indices into a tuple of coordinate arrays.

    Parameters
    ----------
    indices : array_like of int
        Those on the device are checked as for indexing with [].
    shape : int or tuple of int
    order : {'C', 'F'}

    Returns
    -------
    out : tuple of ndarray

    Raises
    ------
    ValueError
        If an index is out of range, or `order` is unknown.
    TypeError
        If `indices` are no integers.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.unravel_index([2, 5], (2, 3))
    (array([0, 1]), array([2, 2]))
    """
    shape = (shape,) if not hasattr(shape, "__iter__") else tuple(shape)
    if order not in ("C", "F"):
        raise ValueError("only 'C' or 'F' order is permitted")
    if not isinstance(indices, ndarray):
        found = numpy.unravel_index(indices, shape, order)
        return tuple(_core.asarray(i) for i in found)
    if kind_of(indices.dtype) not in "iu":
        raise TypeError("only int indices permitted")
    size = math.prod(shape)
    error = ValueError(f"an index is out of bounds for array with size {size}")
    return coordinates(_core.bounded_index(indices, size, negative=False, error=error), shape, order)


def coordinates(indices, shape, order="C"):
    """`unravel_index` of device indices that are known to be in range."""
    rest = cast(indices, INT64)
    out = []
    sizes = shape[:0:-1] if order == "C" else shape[:-1]
    for n in sizes:
        out.append(rest % n)
        rest = rest // n
    if shape:
        out.append(rest.copy() if rest is indices else rest)
    return tuple(reversed(out) if order == "C" else out)


def ravel_multi_index(multi_index, dims, mode="raise", order="C"):
    """Turn a tuple of coordinate arrays into flat indices.

    Parameters
    ----------
    multi_index : tuple of array_like of int
    dims : tuple of int
    mode : {'raise', 'wrap', 'clip'} or tuple of them
        What to do with coordinates out of range; 'raise' synchronises for device arrays.
    order : {'C', 'F'}

    Returns
    -------
    out : ndarray of int64

    Raises
    ------
    ValueError
        If a coordinate is out of range, or the numbers of coordinates and extents differ.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.ravel_multi_index((cp.array([0, 1]), cp.array([2, 2])), (2, 3))
    array([2, 5])
    """
    dims = (dims,) if not hasattr(dims, "__iter__") else tuple(dims)
    if order not in ("C", "F"):
        raise ValueError("only 'C' or 'F' order is permitted")
    modes = mode if isinstance(mode, tuple) else (mode,) * len(dims)
    if len(multi_index) != len(dims) or len(modes) != len(dims):
        raise ValueError(f"parameter multi_index must be a sequence of length {len(dims)}")
    if math.prod(dims) >= 2**63:
        raise ValueError("invalid dims: array size defined by dims is larger than the maximum possible size.")
    if not dims:
        return _core.zeros((), INT64)
    out, step = None, 1
    axes = range(len(dims))
    for axis in reversed(axes) if order == "C" else axes:
        index = multi_index[axis]
        if not isinstance(index, ndarray):
            index = numpy.asarray(index)
            if index.size == 0 and index.dtype.kind == "f":
                raise TypeError("indices must be integral: an empty sequence was taken for floats")
        error = ValueError("invalid entry in coordinates array")
        index = valid_indices(index, dims[axis], modes[axis], negative=False, error=error)
        part = index if step == 1 else index * step
        out = part if out is None else out + part
        step *= dims[axis]
    if out.size and 0 in dims:
        raise ValueError("cannot unravel if shape has zero entries (is empty).")
    return out.copy() if any(out is given for given in multi_index) else out


def diag_indices(n, ndim=2):
    """Return the indices of the main diagonal of an array of equal extents.

    Parameters
    ----------
    n : int
        The extent.
    ndim : int

    Returns
    -------
    out : tuple of ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.diag_indices(2)
    (array([0, 1]), array([0, 1]))
    """
    return (arange(operator.index(n)),) * ndim


def diag_indices_from(arr):
    """Return the indices of the main diagonal of an array.

    Parameters
    ----------
    arr : ndarray
        Of at least two dimensions and equal extents.

    Returns
    -------
    out : tuple of ndarray

    Raises
    ------
    ValueError
        If `arr` has fewer than two dimensions or unequal extents.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.diag_indices_from(cp.ones((2, 2)))
    (array([0, 1]), array([0, 1]))
    """
    arr = as_array(arr)
    if arr.ndim < 2:
        raise ValueError("input array must be at least 2-d")
    if len(set(arr.shape)) > 1:
        raise ValueError("All dimensions of input must be of equal length")
    return diag_indices(arr.shape[0], arr.ndim)


def _triangle_indices(name, n, k, m):
    # the count follows from the arguments: counted on the host, nothing waits for the device
    return tuple(_core.asarray(i) for i in getattr(numpy, name)(n, k, m))


def tril_indices(n, k=0, m=None):
    """Return the indices of the lower triangle of an (n, m) matrix.

    Parameters
    ----------
    n : int
    k : int
        The last diagonal that belongs to it.
    m : int, optional
        `n` by default.

    Returns
    -------
    out : tuple of ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.tril_indices(2)
    (array([0, 1, 1]), array([0, 0, 1]))
    """
    return _triangle_indices("tril_indices", n, k, m)


def triu_indices(n, k=0, m=None):
    """Return the indices of the upper triangle of an (n, m) matrix.

    Parameters
    ----------
    n : int
    k : int
        The first diagonal that belongs to it.
    m : int, optional
        `n` by default.

    Returns
    -------
    out : tuple of ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.triu_indices(2)
    (array([0, 0, 1]), array([0, 1, 1]))
    """
    return _triangle_indices("triu_indices", n, k, m)


def _matrix(arr):
    arr = as_array(arr)
    if arr.ndim != 2:
        raise ValueError("input array must be 2-d")
    return arr.shape


def tril_indices_from(arr, k=0):
    """Return the indices of the lower triangle of a matrix.

    Parameters
    ----------
    arr : ndarray
        2-d.
    k : int

    Returns
    -------
    out : tuple of ndarray

    Raises
    ------
    ValueError
        If `arr` is not 2-d.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.tril_indices_from(cp.ones((2, 2)), -1)
    (array([1]), array([0]))
    """
    rows, columns = _matrix(arr)
    return tril_indices(rows, k, columns)


def triu_indices_from(arr, k=0):
    """Return the indices of the upper triangle of a matrix.

    Parameters
    ----------
    arr : ndarray
        2-d.
    k : int

    Returns
    -------
    out : tuple of ndarray

    Raises
    ------
    ValueError
        If `arr` is not 2-d.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.triu_indices_from(cp.ones((2, 2)), 1)
    (array([0]), array([1]))
    """
    rows, columns = _matrix(arr)
    return triu_indices(rows, k, columns)


def mask_indices(n, mask_func, k=0):
    """Return the indices of the part of an (n, n) matrix that a function leaves nonzero.

    Synchronises: the count depends on what the function returns.

    Parameters
    ----------
    n : int
    mask_func : callable
        Such as `triu`: called with a matrix and `k`.
    k : scalar

    Returns
    -------
    out : tuple of ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.mask_indices(2, cp.triu, 1)
    (array([0]), array([1]))
    """
    from cupy._sorting.search import nonzero

    return nonzero(mask_func(_core.ones((n, n), INT64), k) != 0)
