"""Padding: the array is copied once into the result, whose margins are filled axis by axis."""

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._core import ufuncs as uf
from cupy._operands import as_array, kind_of

__all__ = ["pad"]


def _pairs(value, ndim, name, integer=False):
    """Expand a scalar, a pair, or one pair per axis (or a dict of them) to one pair per axis."""
    if integer and type(value) is int and value >= 0:
        return [(value, value)] * ndim
    if isinstance(value, dict):
        pairs = [(0, 0)] * ndim
        for axis, entry in value.items():
            pair = numpy.broadcast_to(numpy.asarray(entry), (2,)).tolist()
            pairs[_core.normalize_axis(axis, ndim)] = tuple(pair)
        value = pairs
    host = numpy.asarray(value.get() if isinstance(value, ndarray) else value)
    if integer:
        if kind_of(host.dtype) not in "iu":
            raise TypeError(f"`{name}` must be of integral type.")
        if (host < 0).any():
            raise ValueError("index can't contain negative values")
    pairs = numpy.broadcast_to(host, (ndim, 2))
    # Of few values NumPy keeps the dtype, which decides whether one out of range wraps.
    return [tuple(pair) for pair in (pairs.tolist() if integer or host.size > 2 else pairs)]


def _along(axis):
    before = (slice(None),) * axis
    return lambda start, stop, step=1: (*before, slice(start, stop, step))


def _fill_constant(out, axis, margins, n, values):
    along = _along(axis)
    before, after = margins
    if before:
        out[along(0, before)] = values[0]
    if after:
        out[along(before + n, None)] = values[1]


def _runs(first, stop, n, mode):
    """Split positions outside of [0, n) into runs with evenly spaced sources: (position, source, step, length)."""
    period = {"wrap": n, "symmetric": 2 * n, "reflect": 2 * n - 2}[mode]
    mirror = 2 * n - 1 if mode == "symmetric" else 2 * n - 2
    while first < stop:
        folded = first % period
        rises = folded < n
        length = min(stop - first, (n if rises else period) - folded)
        yield first, folded if rises else mirror - folded, 1 if rises else -1, length
        first += length


def _fill_indexed(out, axis, margins, n, mode):
    """Fill margins with copies of elements: one strided copy per run of evenly spaced sources."""
    before, after = margins
    along = _along(axis)
    if mode == "edge" or n == 1:
        if before:
            out[along(0, before)] = out[along(before, before + 1)]
        if after:
            out[along(before + n, None)] = out[along(before + n - 1, before + n)]
        return
    for first, stop in ((-before, 0), (n, n + after)):
        for position, source, step, length in _runs(first, stop, n, mode):
            low, origin = before + position, before + source
            end = origin + length * step
            out[along(low, low + length)] = out[along(origin, end if end >= 0 else None, step)]


def _fill_odd(out, axis, margins, n, include_edge):
    """Fill margins by reflection at the edge in position and value."""
    along = _along(axis)
    before, after = margins
    if n == 1:
        _fill_indexed(out, axis, margins, n, "edge")
        return
    reach = n if include_edge else n - 1
    low, high = before, before + n
    while low:
        count = min(low, reach)
        first = low if include_edge else low + 1
        mirrored = out[along(first, first + count)][along(None, None, -1)]
        out[along(low - count, low)] = 2 * out[along(low, low + 1)] - mirrored
        low -= count
    total = before + n + after
    while high < total:
        count = min(total - high, reach)
        last = high if include_edge else high - 1
        mirrored = out[along(last - count, last)][along(None, None, -1)]
        out[along(high, high + count)] = 2 * out[along(high - 1, high)] - mirrored
        high += count


def _fill_ramp(out, axis, margins, n, values):
    from cupy._creation.ranges import linspace

    along = _along(axis)
    before, after = margins
    inner = out[along(before, before + n)]

    def ramp(edge, value, count):
        # NumPy counts from the end value to the edge; the edge itself belongs to the array
        line = linspace(value, edge.squeeze(axis), count, endpoint=False, dtype=out.dtype, axis=axis)
        return line

    if before:
        out[along(0, before)] = ramp(inner[along(0, 1)], values[0], before)
    if after:
        line = ramp(inner[along(n - 1, n)], values[1], after)
        out[along(before + n, None)] = line[along(None, None, -1)]


def _statistic(name):
    def compute(part, axis):
        from cupy._statistics.averages import mean
        from cupy._statistics.extrema import max, min
        from cupy._statistics.quantiles import median

        functions = {"maximum": max, "minimum": min, "mean": mean, "median": median}
        return functions[name](part, axis=axis, keepdims=True)

    return compute


def _fill_statistic(out, axis, margins, n, lengths, name):
    along = _along(axis)
    before, after = margins
    inner = out[along(before, before + n)]
    compute = _statistic(name)
    for target, length, front in (
        (along(0, before), lengths[0], True),
        (along(before + n, None), lengths[1], False),
    ):
        length = n if length is None or length > n else length
        if length == 0 and name in ("maximum", "minimum"):
            raise ValueError("stat_length of 0 yields no value for padding")
        value = compute(inner[along(0, length) if front else along(n - length, None)], axis)
        if kind_of(out.dtype) in "iu" and name in ("mean", "median"):
            value = uf.rint(value)
        out[target] = value


_ARGUMENTS = {
    "empty": (),
    "edge": (),
    "wrap": (),
    "constant": ("constant_values",),
    "linear_ramp": ("end_values",),
    "maximum": ("stat_length",),
    "mean": ("stat_length",),
    "median": ("stat_length",),
    "minimum": ("stat_length",),
    "reflect": ("reflect_type",),
    "symmetric": ("reflect_type",),
}


def pad(array, pad_width, mode="constant", **kwargs):
    """Pad an array.

    Parameters
    ----------
    array : array_like
    pad_width : int, sequence or dict
        Number of elements before and behind: for all axes, as a pair, a pair per axis, or a
        dict from axes to them.
    mode : str or callable
        'constant', 'edge', 'linear_ramp', 'maximum', 'mean', 'median', 'minimum', 'reflect',
        'symmetric', 'wrap', 'empty', or a function ``f(vector, pad_width, axis, kwargs)`` that
        changes each 1-d vector in place.
    stat_length : int or sequence, optional
        How many elements at the edges the statistics use; all by default.
    constant_values, end_values : scalar or sequence, optional
        0 by default.
    reflect_type : {'even', 'odd'}, optional

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        For an unknown mode or argument, or an empty axis that cannot be extended.
    TypeError
        If the widths are no integers.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.pad(cp.array([1, 2, 3]), (2, 1), 'reflect')
    array([3, 2, 1, 2, 3, 2])
    """
    array = as_array(array)
    widths = _pairs(pad_width, array.ndim, "pad_width", integer=True)
    if not callable(mode):
        if mode not in _ARGUMENTS:
            raise ValueError(f"mode '{mode}' is not supported")
        unknown = set(kwargs) - set(_ARGUMENTS[mode])
        if unknown:
            raise ValueError(f"unsupported keyword arguments for mode '{mode}': {unknown}")
    shape = tuple(n + before + after for n, (before, after) in zip(array.shape, widths))
    order = "F" if array.ndim > 1 and array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    zeros = mode == "constant" and not kwargs
    padded = (_core.zeros if zeros else _core.empty)(shape, array.dtype, order)
    centre = tuple(slice(b, b + n) for n, (b, _) in zip(array.shape, widths))
    if zeros:
        padded[centre] = array
        return padded
    if callable(mode):
        padded.fill(0)
        padded[centre] = array
        return _pad_with(mode, padded, widths, kwargs)
    if mode == "constant":
        values = _pairs(kwargs.get("constant_values", 0), array.ndim, "constant_values")
        if len(set(values)) <= 1 and values and values[0][0] == values[0][1]:
            padded.fill(values[0][0])  # one launch instead of two per axis
            padded[centre] = array
            return padded
    padded[centre] = array
    if array.size == 0 and mode not in ("constant", "empty"):
        for axis, (n, width) in enumerate(zip(array.shape, widths)):
            if n == 0 and any(width):
                raise ValueError(
                    f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'"
                )
    if mode == "empty":
        return padded
    if "stat_length" in _ARGUMENTS[mode]:
        length = kwargs.get("stat_length")
        lengths = [(None, None)] * array.ndim
        if length is not None:
            lengths = _pairs(length, array.ndim, "stat_length", integer=True)
    elif mode == "linear_ramp":
        values = _pairs(kwargs.get("end_values", 0), array.ndim, "end_values")
    odd = kwargs.get("reflect_type", "even") == "odd"
    for axis, (n, margins) in enumerate(zip(array.shape, widths)):
        if not any(margins):
            continue
        # axes that come later are filled over the whole extent of the earlier ones
        rows = tuple(slice(None) if i < axis else s for i, s in enumerate(centre))
        target = padded[(*rows[:axis], slice(None), *rows[axis + 1 :])]
        if mode == "constant":
            _fill_constant(target, axis, margins, n, values[axis])
        elif mode == "linear_ramp":
            _fill_ramp(target, axis, margins, n, values[axis])
        elif "stat_length" in _ARGUMENTS[mode]:
            _fill_statistic(target, axis, margins, n, lengths[axis], mode)
        elif odd:
            _fill_odd(target, axis, margins, n, mode == "symmetric")
        else:
            _fill_indexed(target, axis, margins, n, mode)
    return padded


def _pad_with(function, padded, widths, kwargs):
    """Let a user's function change every line along every axis."""
    for axis in range(padded.ndim):
        lines = padded.swapaxes(axis, -1)
        for index in numpy.ndindex(*lines.shape[:-1]):
            function(lines[index], widths[axis], axis, kwargs)
    return padded
