"""Histograms. What depends on the data on the host (the range, the number of bins) is read back once."""

import operator

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._creation.ranges import linspace
from cupy._manipulation.join import stack
from cupy._operands import BOOL, INT64, as_array, cast, kind_of
from cupy._sorting.search import searchsorted

__all__ = ["bincount", "histogram", "histogram2d", "histogram_bin_edges", "histogramdd"]


def _counted(x, length, weights=None):
    """Count, or sum weights, by numbers known to be in [0, length)."""
    if weights is None:
        out = _core.empty((length,), INT64)
        inputs = [x]
    elif kind_of(weights.dtype) == "c":
        out = _core.empty((length,), weights.dtype)
        out.real[...] = _counted(x, length, weights.real)
        out.imag[...] = _counted(x, length, weights.imag)
        return out
    else:
        out = _core.empty((length,), numpy.float64)
        inputs = [x, cast(weights, numpy.float64)]
    if length:
        if x.size:
            _core.run_op("bincount", inputs, [out])
        else:
            out.fill(0)
    return out


def bincount(x, /, weights=None, minlength=0):
    """Count how often each non-negative integer occurs. Synchronises: the largest sets the length.

    Parameters
    ----------
    x : array_like of int
        1-d.
    weights : array_like, optional
        Summed up instead of counting.
    minlength : int
        Least length of the result.

    Returns
    -------
    out : ndarray
        int64, or float64 with weights.

    Raises
    ------
    ValueError
        If `x` is not 1-d or has negative elements, or sizes differ.
    TypeError
        If `x` holds no integers.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.bincount(cp.array([0, 1, 1, 3]))
    array([1, 2, 0, 1])
    """
    host_list = not isinstance(x, ndarray)
    x = as_array(x)
    if host_list and x.size == 0:
        x = x.astype(INT64)
    if x.ndim != 1:
        raise ValueError(
            "object of too small depth for desired array"
            if x.ndim == 0
            else "object too deep for desired array"
        )
    if kind_of(x.dtype) not in "iub":
        raise TypeError(f"Cannot cast array data from {x.dtype!r} to {INT64!r} according to the rule 'safe'")
    minlength = operator.index(minlength)
    if minlength < 0:
        raise ValueError("'minlength' must not be negative")
    length = 0
    x = cast(x, INT64)
    if x.size:
        low, high = _core.limits(x)
        if low < 0:
            raise ValueError("'list' argument must have no negative elements")
        length = high + 1
    if weights is not None:
        weights = as_array(weights)
        if kind_of(weights.dtype) == "c":
            raise TypeError(
                f"Cannot cast array data from {weights.dtype!r} to float64 according to the rule 'safe'"
            )
        if weights.shape != x.shape:
            raise ValueError("The weights and list don't have the same length.")
        if x.size == 0:
            weights = None  # NumPy counts then
    return _counted(x, max(length, minlength), weights)


def _bounds(a, range):
    """(first, last) edge as NumPy scalars; reads the extremes of `a` back if no range is given."""
    if range is not None:
        first, last = (v.item() if isinstance(v, ndarray) else v for v in range)
        if first > last:
            raise ValueError("max must be larger than min in range parameter.")
        if not (numpy.isfinite(first) and numpy.isfinite(last)):
            raise ValueError(f"supplied range of [{first}, {last}] is not finite")
    elif a.size == 0:
        first, last = 0, 1
    else:
        first, last = stack([a.min(), a.max()]).get()
        if not (numpy.isfinite(first) and numpy.isfinite(last)):
            raise ValueError(f"autodetected range of [{first}, {last}] is not finite")
    if first == last:
        first, last = first - 0.5, last + 0.5
    return first, last


def _width_estimates(a, name, range):
    """The width of bins that an estimator proposes for data on the device, as a host number."""
    from cupy._statistics.averages import std
    from cupy._statistics.quantiles import percentile

    n = a.size
    low, high = stack([a.min(), a.max()]).get().astype(float)
    spread = high - low

    def deviation():
        return float(std(a))

    def freedman_diaconis():
        upper, lower = percentile(a, [75, 25]).get().astype(float)
        return 2.0 * (upper - lower) * n ** (-1.0 / 3.0)

    def sturges():
        return spread / (numpy.log2(n) + 1.0)

    def sqrt():
        return spread / numpy.sqrt(n)

    def doane():
        if n <= 2:
            return 0.0
        error = numpy.sqrt(6.0 * (n - 2) / ((n + 1.0) * (n + 3)))
        sigma = deviation()
        if sigma <= 0:
            return 0.0
        skew = float((((a - a.mean()) / sigma) ** 3).mean())
        return spread / (1.0 + numpy.log2(n) + numpy.log2(1.0 + abs(skew) / error))

    def stone():
        if n <= 1 or spread == 0:
            return 0.0
        best, least = spread, numpy.inf
        for count in numpy.arange(1, max(100, int(numpy.sqrt(n))) + 1).tolist():
            width = spread / count
            share = histogram(a, count, range)[0] / n
            loss = (2 - (n + 1) * float(share @ share)) / width
            if loss < least:
                best, least = width, loss
        return best

    def auto():
        width = freedman_diaconis()
        narrow = sqrt() / 2
        if width and kind_of(a.dtype) in "f":
            return min(max(width, narrow), sturges())
        return min(width, sturges()) if width else sturges()

    methods = {
        "auto": auto,
        "doane": doane,
        "fd": freedman_diaconis,
        "rice": lambda: spread / (2.0 * n ** (1.0 / 3)),
        "scott": lambda: (24.0 * numpy.pi**0.5 / n) ** (1.0 / 3.0) * deviation(),
        "sqrt": sqrt,
        "stone": stone,
        "sturges": sturges,
    }
    if name not in methods:
        raise ValueError(f"{name!r} is not a valid estimator for `bins`")
    return methods[name]() if n else 0.0


def _edges(a, bins, range, weights):
    """(edges on the device, number of bins)."""
    if isinstance(bins, str):
        if weights is not None:
            raise TypeError("Automated estimation of the number of bins is not supported for weighted data")
        first, last = _bounds(a, range)
        kept = a
        if range is not None:
            kept = a[(a >= first) & (a <= last)]
        count = 1
        if kept.size:
            width = _width_estimates(kept, bins, (first, last))
            if width:
                if kind_of(kept.dtype) in "iu" and width < 1:
                    width = 1
                count = int(numpy.ceil((last - first) / width))
    elif numpy.ndim(bins) == 0:
        try:
            count = operator.index(bins)
        except TypeError:
            raise TypeError("`bins` must be an integer, a string, or an array") from None
        if count < 1:
            raise ValueError("`bins` must be positive, when an integer")
        first, last = _bounds(a, range)
    elif numpy.ndim(bins) == 1:
        edges = as_array(bins)
        if (edges[:-1] > edges[1:]).any():
            raise ValueError("`bins` must increase monotonically, when an array")
        return edges, max(edges.size - 1, 0)
    else:
        raise ValueError("`bins` must be 1d, when an array")
    dtype = numpy.result_type(first, last, a.dtype)
    if kind_of(dtype) in "iub":
        dtype = numpy.result_type(dtype, float)
    return linspace(first, last, count + 1, dtype=dtype), count


def _flat(a, weights):
    a = as_array(a)
    if weights is not None:
        weights = as_array(weights)
        if weights.shape != a.shape:
            raise ValueError("weights should have the same shape as a.")
        weights = weights.ravel()
    a = a.ravel()
    return (a.astype(numpy.uint8) if a.dtype == BOOL else a), weights


def histogram_bin_edges(a, bins=10, range=None, weights=None):
    """Return the edges of the bins that `histogram` would use.

    Parameters
    ----------
    a, bins, range, weights
        As for `histogram`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        For bins or a range that make no sense.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.histogram_bin_edges(cp.array([0., 1., 4.]), 4)
    array([0., 1., 2., 3., 4.])
    """
    a, weights = _flat(a, weights)
    return _edges(a, bins, range, weights)[0]


def _bin_numbers(a, edges):
    """Number each element by its bin from 1 upwards; 0 below and len(edges) above all of them."""
    dtype = _core.promote_types(a.dtype, edges.dtype)
    a, edges = cast(a, dtype), cast(edges, dtype)
    number = searchsorted(edges, a, "right")
    return number - (a == edges[-1])  # the last bin includes its upper edge


def histogram(a, bins=10, range=None, density=None, weights=None):
    """Count elements by bins.

    Parameters
    ----------
    a : array_like
        Flattened.
    bins : int, array_like or str
        The number of bins of equal width, their edges, or the name of an estimator ('auto',
        'doane', 'fd', 'rice', 'scott', 'sqrt', 'stone', 'sturges').
    range : (float, float), optional
        The lowest and the highest edge; the extremes of `a` by default, which synchronises.
    density : bool, optional
        Return a probability density, whose integral is 1.
    weights : array_like, optional
        Summed up instead of counting.

    Returns
    -------
    hist : ndarray
    bin_edges : ndarray

    Raises
    ------
    ValueError
        For bins or a range that make no sense.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.histogram(cp.array([1, 2, 1]), bins=[0, 1, 2, 3])
    (array([0, 2, 1]), array([0, 1, 2, 3]))
    """
    a, weights = _flat(a, weights)
    edges, count = _edges(a, bins, range, weights)
    if not edges.size:
        return _core.zeros(0, INT64 if weights is None else weights.dtype), edges
    counts = _counted(_bin_numbers(a, edges), count + 2, weights)[1:-1]
    if weights is not None:
        counts = cast(counts, weights.dtype)
    if density:
        widths = (edges[1:] - edges[:-1]).astype(numpy.float64)
        return counts / widths / counts.sum(), edges
    return counts, edges


def histogramdd(sample, bins=10, range=None, density=None, weights=None):
    """Count points by bins in several dimensions.

    Parameters
    ----------
    sample : array_like (N, D) or sequence of D array_like (N,)
    bins : int, or sequence of int or of array_like
        For all or for each dimension, as for `histogram`.
    range : sequence of (float, float) or None, optional
        The outer edges of each dimension.
    density : bool, optional
        Return a probability density.
    weights : array_like (N,), optional

    Returns
    -------
    hist : ndarray of float64
    edges : list of ndarray

    Raises
    ------
    ValueError
        For bins or ranges that make no sense or have another number of dimensions.

    Examples
    --------
    >>> import cupy as cp
    >>> counts, edges = cp.histogramdd(cp.array([[0., 0.], [1., 1.], [1., 0.]]), bins=2)
    >>> counts
    array([[1., 0.],
           [1., 1.]])
    """
    if isinstance(sample, ndarray):
        sample = sample if sample.ndim == 2 else sample.reshape((-1, 1))
        columns = [sample[:, i] for i in _core.normalize_axes(None, sample.shape[1])]
    else:
        columns = [as_array(c) for c in sample]
    ndim = len(columns)
    if not hasattr(bins, "__len__"):
        bins = ndim * [bins]
    if len(bins) != ndim:
        raise ValueError("The dimension of bins must be equal to the dimension of the sample x.")
    ranges = (None,) * ndim if range is None else tuple(range)
    if len(ranges) != ndim:
        raise ValueError("range argument must have one entry per dimension")
    number, shape, edges = None, [], []
    for i, (column, b, bounds) in enumerate(zip(columns, bins, ranges)):
        if column.dtype == BOOL:
            column = column.astype(numpy.uint8)
        if numpy.ndim(b) == 0:
            if b < 1:
                raise ValueError(f"`bins[{i}]` must be positive, when an integer")
            edge = linspace(*_bounds(column, bounds), operator.index(b) + 1)
        elif numpy.ndim(b) == 1:
            edge = as_array(b)
            if (edge[:-1] > edge[1:]).any():
                raise ValueError(f"`bins[{i}]` must be monotonically increasing, when an array")
        else:
            raise ValueError(f"`bins[{i}]` must be a scalar or 1d array")
        part = _bin_numbers(column, edge)
        number = part if number is None else number * (edge.size + 1) + part
        shape.append(edge.size + 1)
        edges.append(edge)
    weights = None if weights is None else as_array(weights)
    counts = _counted(number, int(numpy.prod(shape)), weights).reshape(tuple(shape))
    counts = counts[(slice(1, -1),) * ndim]
    counts = counts.astype(numpy.float64 if kind_of(counts.dtype) != "c" else counts.dtype)
    if density:
        total = counts.sum()
        for i, edge in enumerate(edges):
            counts = counts / (edge[1:] - edge[:-1]).reshape((-1,) + (1,) * (ndim - i - 1))
        counts /= total
    return counts, edges


def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    """Count points by bins in two dimensions.

    Parameters
    ----------
    x, y : array_like (N,)
    bins : int, array_like, or a pair of them
        For both or for each dimension.
    range : pair of (float, float), optional
    density : bool, optional
        Return a probability density.
    weights : array_like (N,), optional

    Returns
    -------
    hist : ndarray of float64
    xedges, yedges : ndarray

    Raises
    ------
    ValueError
        If `x` and `y` differ in length, or bins or ranges make no sense.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.histogram2d(cp.array([0., 1.]), cp.array([0., 1.]), bins=2)[0]
    array([[1., 0.],
           [0., 1.]])
    """
    x, y = as_array(x), as_array(y)
    if x.size != y.size:
        raise ValueError("x and y must have the same length.")
    if hasattr(bins, "__len__") and len(bins) not in (1, 2):
        bins = [bins, bins]
    elif hasattr(bins, "__len__") and len(bins) == 1:
        bins = [bins[0], bins[0]]
    counts, edges = histogramdd([x, y], bins, range, density, weights)
    return counts, edges[0], edges[1]
