"""Medians and quantiles.

The array is sorted along the reduced axes, laid together as the last one. Where a quantile lies in
it follows from counts alone: on the host, but for the NaN variants, whose counts are data.
"""

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._core import ufuncs as uf
from cupy._operands import INT64, as_array, cast, deliver, kind_of, select, take_along_valid, take_valid
from cupy._sorting.sort import argsort, sort

__all__ = [
    "median",
    "nanmedian",
    "nanpercentile",
    "nanquantile",
    "percentile",
    "quantile",
]


def _together(a, axis):
    """Return `a` with the reduced axes merged into the last one, and the axes."""
    axes = _core.normalize_axes(axis, a.ndim)
    kept = [i for i in range(a.ndim) if i not in axes]
    shape = tuple(a.shape[i] for i in kept)
    if len(axes) == 1 and axes[0] == a.ndim - 1:
        return a, axes
    moved = a.transpose((*kept, *axes))
    return moved.reshape((*shape, numpy.prod([a.shape[i] for i in axes], dtype=int))), axes


def _kept_shape(a, axes, lead=()):
    return lead + tuple(1 if i in axes else n for i, n in enumerate(a.shape))


def _has_nan(ordered):
    """Whether each line of a sorted array ends in NaN, or None where it cannot."""
    return uf.isnan(ordered[..., -1]) if kind_of(ordered.dtype) in "fc" else None


def _middle(low, high):
    """The mean of two elements, as NumPy's `mean` computes it."""
    if kind_of(low.dtype) in "biu":
        return uf.add(low, high, dtype=numpy.float64) / 2.0
    if low.dtype.itemsize == 2:
        return cast(uf.add(low, high, dtype=numpy.float32) / 2.0, low.dtype)
    return (low + high) / 2.0


def median(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    """Return the median along axes.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes by default.
    out : ndarray, optional
    overwrite_input : bool
        Accepted and without effect.
    keepdims : bool
        Keep the reduced axes with extent 1.

    Returns
    -------
    out : ndarray
        NaN where a NaN is among the elements.

    Raises
    ------
    AxisError
        If an axis is out of range.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.median(cp.array([[10, 7, 4], [3, 2, 1]]))
    array(3.5)
    """
    from cupy._statistics.averages import mean

    a = as_array(a)
    lines, axes = _together(a, axis)
    n = lines.shape[-1]
    if n == 0:
        result = mean(lines, -1)
    else:
        ordered = sort(lines)
        if n % 2:
            result = ordered[..., n // 2]
            if kind_of(result.dtype) in "biu":
                result = result.astype(numpy.float64)
            else:
                result = result.copy()
        else:
            result = _middle(ordered[..., n // 2 - 1], ordered[..., n // 2])
        missing = _has_nan(ordered)
        if missing is not None:
            result = select(missing, numpy.nan, result, result.dtype)
    if keepdims:
        result = result.reshape(_kept_shape(a, axes))
    return deliver(result, out)


def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    """Return the median along axes, ignoring NaN.

    Parameters
    ----------
    a, axis, out, overwrite_input, keepdims
        As for `median`.

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
    >>> cp.nanmedian(cp.array([[10., cp.nan, 4.], [3., 2., 1.]]))
    array(3.)
    """
    a = as_array(a)
    if kind_of(a.dtype) not in "fc" or a.size == 0:
        return median(a, axis, out, keepdims=keepdims)
    lines, axes = _together(a, axis)
    ordered = sort(lines)
    count = (~uf.isnan(lines)).sum(-1, INT64, None, True)
    low = take_along_valid(ordered, uf.maximum((count - 1) // 2, 0), lines.ndim - 1)
    high = take_along_valid(ordered, uf.minimum(count // 2, lines.shape[-1] - 1), lines.ndim - 1)
    result = select(count % 2 == 1, low, _middle(low, high), low.dtype)
    result = result.reshape(_kept_shape(a, axes) if keepdims else lines.shape[:-1])
    return deliver(result, out)


def _floor_where(condition, index, xp):
    """floor(index) where the condition on (fraction, floor) holds, the next integer elsewhere."""
    low = xp.floor(index)
    return xp.where(condition(index - low, low), low, low + 1)


def _between(alpha, beta):
    return lambda n, q, xp: n * q + (alpha + q * (1 - alpha - beta)) - 1


# Position of the quantile q among n sorted elements. Those of the first group are positions of
# elements, the others lie between them. (Hyndman & Fan 1996)
_DISCRETE = {
    "inverted_cdf": lambda n, q, xp: _floor_where(lambda g, j: g == 0, n * q - 1, xp),
    "closest_observation": lambda n, q, xp: _floor_where(
        lambda g, j: (g == 0) & (j % 2 == 1), n * q - 1 - 0.5, xp
    ),
    "lower": lambda n, q, xp: xp.floor((n - 1) * q),
    "higher": lambda n, q, xp: xp.ceil((n - 1) * q),
    "nearest": lambda n, q, xp: _floor_where(
        lambda g, j: (g < 0.5) | ((g == 0.5) & (j % 2 == 0)), (n - 1) * q, xp
    ),
}
_CONTINUOUS = {
    "averaged_inverted_cdf": lambda n, q, xp: n * q - 1,
    "interpolated_inverted_cdf": lambda n, q, xp: n * q - 1,
    "hazen": _between(0.5, 0.5),
    "weibull": _between(0, 0),
    "linear": lambda n, q, xp: (n - 1) * q,
    "median_unbiased": _between(1 / 3.0, 1 / 3.0),
    "normal_unbiased": _between(3 / 8.0, 3 / 8.0),
    "midpoint": lambda n, q, xp: 0.5 * (xp.floor((n - 1) * q) + xp.ceil((n - 1) * q)),
}
_FRACTIONS = {
    "averaged_inverted_cdf": lambda g, index, xp: xp.where(g == 0, 0.5, 1.0),
    "midpoint": lambda g, index, xp: xp.where(index % 1 == 0, 0.0, 0.5),
}


def _positions(n, q, method, xp):
    """(element before, element behind, fraction between them) of quantiles; None if on one."""
    if method in _DISCRETE:
        index = _DISCRETE[method](n, q, xp)
        index = xp.minimum(xp.maximum(index, 0), n - 1).astype(INT64)
        return index, None, None
    index = _CONTINUOUS[method](n, q, xp)
    if kind_of(index.dtype) in "iu":  # from the integers 0 and 1
        if method == "linear":
            return index.astype(INT64), None, None
        index = index.astype(numpy.float64)
    low = xp.floor(index)
    fraction = index - low
    if method in _FRACTIONS:
        fraction = _FRACTIONS[method](fraction, index, xp).astype(index.dtype)
    first = xp.minimum(xp.maximum(low, 0), n - 1).astype(INT64)
    second = xp.minimum(xp.maximum(low + 1, 0), n - 1).astype(INT64)
    return first, second, fraction


def _between_elements(low, high, fraction, host_fraction):
    """low + fraction * (high - low), from the nearer end."""
    change = high - low if kind_of(low.dtype) != "b" else uf.subtract(high, low, dtype=fraction.dtype)
    if host_fraction is not None and (host_fraction < 0.5).all():
        return low + change * fraction
    from_high = high - change * (1 - fraction)
    if host_fraction is not None and (host_fraction >= 0.5).all():
        return from_high
    return select(fraction >= 0.5, from_high, low + change * fraction)


def _check(q, a, method, weights, scale):
    """Return the quantiles on the host, checked."""
    if kind_of(a.dtype) == "c":
        raise TypeError("a must be an array of real numbers")
    if method not in _DISCRETE and method not in _CONTINUOUS:
        names = ", ".join(map(repr, (*_DISCRETE, *_CONTINUOUS)))
        raise ValueError(f"{method!r} is not a valid method. Use one of: {names}")
    if weights is not None and method != "inverted_cdf":
        raise ValueError(f"Only method 'inverted_cdf' supports weights. Got: {method}.")
    if kind_of(q.dtype) not in "biuf":
        raise TypeError("quantiles must be real numbers")
    if not ((q >= 0) & (q <= 1)).all():
        name = "Quantiles" if scale == 1 else "Percentiles"
        raise ValueError(f"{name} must be in the range [0, {scale}]")
    return q


def _quantile(a, q, axis, out, method, keepdims, weights, skip_nan):
    lines, axes = _together(a, axis)
    flat = q.ravel()
    n = lines.shape[-1]
    if n == 0:
        if not skip_nan:
            raise IndexError("cannot take quantiles of an empty axis")
        dtype = _core.result_type(a.dtype, flat.dtype)
        result = _core.full(lines.shape[:-1] + flat.shape, numpy.nan, dtype)
    elif weights is not None:
        result = _weighted(lines, _weight_lines(a, weights, axes, axis), flat, skip_nan)
    elif skip_nan and kind_of(a.dtype) == "f":
        result = _skipping_nan(lines, flat, method)
    else:
        ordered = sort(lines)
        first, second, fraction = _positions(n, flat, method, numpy)
        result = _elements(ordered, first)
        if second is None:
            result = result if flat.size > 1 else result.copy()
        else:
            step = _core.asarray(fraction) if flat.size > 1 else fraction[0]
            result = _between_elements(result, _elements(ordered, second), step, fraction)
        missing = _has_nan(ordered)
        if missing is not None:
            result = select(missing[..., None], numpy.nan, result, result.dtype)
    # the quantiles are the last axis here, the first ones in the result
    result = result.transpose((result.ndim - 1, *range(result.ndim - 1)))
    kept = _kept_shape(a, axes, q.shape) if keepdims else q.shape + lines.shape[:-1]
    return deliver(result.reshape(kept), out)


def _elements(ordered, positions):
    """The elements at host positions of the last axis: a view of one, a copy of several."""
    if positions.size == 1:
        return ordered[..., int(positions[0]) :][..., :1]
    return take_valid(ordered, _core.asarray(positions), ordered.ndim - 1)


def _skipping_nan(lines, q, method):
    ordered = sort(lines)
    count = (~uf.isnan(lines)).sum(-1, INT64, None, True)
    q = _core.asarray(q)
    first, second, fraction = _positions(cast(count, q.dtype), q, method, uf)
    first = uf.maximum(first, 0)  # of nothing but NaN: the first of them
    last = lines.ndim - 1
    result = take_along_valid(ordered, first, last)
    if second is None:
        return result
    behind = take_along_valid(ordered, uf.maximum(second, 0), last)
    return _between_elements(result, behind, fraction, None)


def _weight_lines(a, weights, axes, axis):
    from cupy._statistics.averages import _spread

    if weights.shape != a.shape:
        weights = _core.broadcast_to(_spread(a, weights, axis), a.shape)
    return _together(weights, axes)[0]


def _weighted(lines, weights, q, skip_nan):
    """Inverted weighted distribution function: the first element at which it reaches q."""
    order = argsort(lines)
    last = lines.ndim - 1
    ordered = take_along_valid(lines, order, last)
    weights = take_along_valid(weights.astype(numpy.float64, copy=False), order, last)
    missing = uf.isnan(ordered) if kind_of(ordered.dtype) == "f" else None
    if skip_nan and missing is not None:
        weights = select(missing, 0.0, weights)
    running = weights.cumsum(axis=last)
    running = running / running[..., -1:]
    # elements without weight at the start are never reached, not even by q = 0
    running = select(running == 0, -1.0, running)
    place = (running[..., None, :] < _core.asarray(q)[:, None]).sum(-1, INT64)
    result = take_along_valid(ordered, uf.minimum(place, lines.shape[-1] - 1), last)
    if missing is not None and not skip_nan:
        result = select(missing[..., -1:], numpy.nan, result, result.dtype)
    return result


def _host_quantiles(q, a, scale):
    if isinstance(q, ndarray):
        q = q.get()
    kind_type = a.dtype.type if kind_of(a.dtype) == "f" else None
    if scale != 1:
        return numpy.asanyarray(numpy.true_divide(q, kind_type(scale) if kind_type else scale))
    if isinstance(q, (int, float)) and kind_type:
        return numpy.asanyarray(q, dtype=a.dtype)
    return numpy.asanyarray(q)


def _make(name, scale, skip_nan, summary, q_help, example):
    def function(
        a,
        q,
        axis=None,
        out=None,
        overwrite_input=False,
        method="linear",
        keepdims=False,
        *,
        weights=None,
    ):
        a = as_array(a)
        weights = None if weights is None else as_array(weights)
        if a.dtype.name == "bfloat16":  # too coarse for positions and differences: rounded at the end
            result = function(
                a.astype(numpy.float32), q, axis, method=method, keepdims=keepdims, weights=weights
            )
            return deliver(cast(result, a.dtype) if result.dtype == numpy.float32 else result, out)
        q = _check(_host_quantiles(q, a, scale), a, method, weights, scale)
        return _quantile(a, q, axis, out, method, keepdims, weights, skip_nan)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Parameters
    ----------
    a : array_like
        Real.
    q : float or array_like of float
        {q_help} On the device they are read back.
    axis : int or tuple of int, optional
        All axes by default.
    out : ndarray, optional
    overwrite_input : bool
        Accepted and without effect.
    method : str
        One of NumPy's: 'linear', 'lower', 'higher', 'midpoint', 'nearest', 'inverted_cdf',
        'averaged_inverted_cdf', 'closest_observation', 'interpolated_inverted_cdf', 'hazen',
        'weibull', 'median_unbiased', 'normal_unbiased'.
    keepdims : bool
        Keep the reduced axes with extent 1.
    weights : array_like, optional
        Not negative; for the method 'inverted_cdf' only.

    Returns
    -------
    out : ndarray
        The axes of `q` come first.

    Raises
    ------
    ValueError
        If `q` is out of range, or the method is unknown or takes no weights.
    TypeError
        If `a` is complex.

    Examples
    --------
    >>> import cupy as cp
    {example}
    """
    return function


quantile = _make(
    "quantile",
    1,
    False,
    "Return quantiles along axes; NaN where a NaN is among the elements.",
    "Between 0 and 1.",
    ">>> cp.quantile(cp.array([1, 2, 3, 4]), 0.5)\n    array(2.5)",
)
percentile = _make(
    "percentile",
    100,
    False,
    "Return percentiles along axes; NaN where a NaN is among the elements.",
    "Between 0 and 100.",
    ">>> cp.percentile(cp.array([1, 2, 3, 4]), 50)\n    array(2.5)",
)
nanquantile = _make(
    "nanquantile",
    1,
    True,
    "Return quantiles along axes, ignoring NaN.",
    "Between 0 and 1.",
    ">>> cp.nanquantile(cp.array([1, cp.nan, 3]), 0.5)\n    array(2.)",
)
nanpercentile = _make(
    "nanpercentile",
    100,
    True,
    "Return percentiles along axes, ignoring NaN.",
    "Between 0 and 100.",
    ">>> cp.nanpercentile(cp.array([1, cp.nan, 3]), 50)\n    array(2.)",
)
