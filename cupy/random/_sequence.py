"""Integers, permutations and choices."""

import functools
import math
import operator

import numpy

import cupy
from cupy import _core
from cupy._operands import as_array, take_valid
from cupy.random._arguments import as_shape, documented, integer_dtype

__all__ = ["Sequence"]


class Sequence:
    """Draws from ranges and arrays; a subclass has the bit generator in `_bits`."""

    def _integers(self, low, high, size, dtype, closed):
        """Return integers in [low, high), or [low, high] for closed."""
        dtype, limits, drawn = _integer_kind(dtype)
        if high is None:
            low, high = 0, low
        low, high = _bound(low), _bound(high)
        if isinstance(low, int) and isinstance(high, int):
            last = high if closed else high - 1
            _check_bounds(low, last, limits, dtype, closed)
            values = self._bits.integers(as_shape(size), drawn, low, (last - low + 1) % 2**64)
            return values if drawn is dtype else values.astype(dtype)
        return self._integers_between(low, high, size, limits, dtype, closed)

    def _integers_between(self, low, high, size, limits, dtype, closed):
        """Return integers between arrays of bounds: 64 random bits modulo the range; bias < range / 2**64."""
        bounds = []
        for name, value in (("low", low), ("high", high)):
            if isinstance(value, numpy.ndarray):
                top = limits[1] + (name == "high" and not closed)
                if value.size and (int(value.min()) < limits[0] or int(value.max()) > top):
                    raise ValueError(f"{name} is out of bounds for {dtype.name}")
        if not isinstance(low, _core.ndarray) and not isinstance(high, _core.ndarray):
            if numpy.any(numpy.asarray(low) > high if closed else numpy.asarray(low) >= high):
                raise ValueError("low > high" if closed else "low >= high")
        for value in (low, high):
            if isinstance(value, int):
                value = _core.full((), value % 2**64, numpy.uint64)
            elif not isinstance(value, _core.ndarray):
                value = _core.asarray(value)
            bounds.append(value.astype(numpy.uint64))
        low, high = bounds
        inner = _core.broadcast_shapes(low.shape, high.shape)
        shape = inner if size is None else as_shape(size)
        extent = high - low
        if closed:
            extent = extent + _core.ones((), numpy.uint64)
        raw = self._bits.integers(shape, numpy.uint64, 0, 0)
        return (low + raw % extent).astype(dtype)

    def _axis_permutation(self, x, axis):
        axis = _core.normalize_axis(axis, x.ndim)
        return take_valid(x, self._bits.permutation(x.shape[axis]), axis)

    def _permutation(self, x, axis=0):
        if not isinstance(x, (_core.ndarray, numpy.ndarray)) and not hasattr(x, "__len__"):
            try:
                n = operator.index(x)
            except TypeError:
                raise TypeError(f"permutation needs an integer or an array, not {type(x).__name__}") from None
            return self._bits.permutation(max(n, 0))
        x = as_array(x)
        if x.ndim == 0:
            raise ValueError("x must be an integer or at least 1-dimensional")
        return self._axis_permutation(x, axis)

    def _shuffle(self, x, axis=0):
        if not isinstance(x, _core.ndarray):
            raise TypeError(f"only a cupy array can be shuffled in place, not {type(x).__name__}")
        if x.ndim == 0:
            raise TypeError("an array of rank 0 cannot be shuffled")
        x[...] = self._axis_permutation(x, axis)

    def _choice(self, a, size, replace, p, axis=0):
        is_array = isinstance(a, (_core.ndarray, numpy.ndarray)) or hasattr(a, "__len__")
        if is_array:
            a = as_array(a)
            if a.ndim == 0:
                raise ValueError("a must be a positive integer unless no samples are taken")
            axis = _core.normalize_axis(axis, a.ndim)
            population = a.shape[axis]
        else:
            try:
                population = operator.index(a)
            except TypeError:
                raise ValueError("a must be an array or an integer") from None
            if population < 0:
                raise ValueError("a must be a positive integer unless no samples are taken")
        shape = as_shape(size)
        count = math.prod(shape)
        if population == 0 and count:
            raise ValueError("a cannot be empty unless no samples are taken")
        host = None if p is None or isinstance(p, _core.ndarray) else p
        p = _probabilities(p, population)
        if replace:
            index = self._with_replacement(population, shape, p)
        else:
            if host is not None and numpy.count_nonzero(host) < count <= population:
                raise ValueError("Fewer non-zero entries in p than size")
            if count > population:
                raise ValueError("Cannot take a larger sample than population when replace is False")
            index = self._without_replacement(population, count, p).reshape(shape)
        return take_valid(a, index, axis) if is_array else index

    def _with_replacement(self, population, shape, p):
        if p is None:
            return self._bits.integers(shape, numpy.int64, 0, population)
        cumulative = p.cumsum()
        index = _core.empty(shape, numpy.int64)
        if index.size:
            u = self._bits.uniform(shape, numpy.float64) * cumulative[-1]
            _core.run_op("searchsorted", [cumulative, u], [index], True)
            # Rounding could reach the end.
            _core.ufuncs.minimum(index, population - 1, out=index)
        return index

    def _without_replacement(self, population, count, p):
        if p is None:
            return self._bits.permutation(population)[:count].copy()
        # The largest of log(p) plus Gumbel noise are successive draws without replacement.
        keys = _core.ufuncs.log(p) - _core.ufuncs.log(self._bits.exponential((population,), numpy.float64))
        return cupy.argsort(-keys)[:count].copy()

    @documented(
        "Random bytes, on the host.",
        "length (int): how many.",
        "bytes(4).__len__()\n        4",
        returns="a bytes object",
        raises="a negative length",
    )
    def bytes(self, length):
        return self._bits.integers(as_shape(length), numpy.uint8, 0, 256).get().tobytes()


@functools.cache
def _integer_kind(dtype):
    """Return the dtype that is asked for, the least and the largest number in it, and the dtype to draw in."""
    dtype = integer_dtype(dtype)
    if dtype.kind == "b":
        return dtype, (0, 1), numpy.dtype(numpy.uint8)
    info = numpy.iinfo(dtype)
    return dtype, (int(info.min), int(info.max)), dtype


def _bound(value):
    """Return an int, a device array or a host array of Python integers' dtype."""
    if isinstance(value, _core.ndarray):
        if value.dtype.kind not in "iub":
            raise TypeError(f"bounds must be integers, not {value.dtype}")
        return value
    if isinstance(value, numpy.ndarray):
        return as_array(value)  # raises
    if type(value) is int or numpy.ndim(value) == 0:
        return int(value)
    host = numpy.asarray(value)
    if host.dtype.kind == "f":
        host = host.astype(numpy.int64)  # towards zero, as int does
    if host.dtype.kind not in "iub":
        raise TypeError(f"bounds must be integers, not {host.dtype}")
    return host


def _check_bounds(low, last, limits, dtype, closed):
    if low < limits[0]:
        raise ValueError(f"low is out of bounds for {dtype.name}")
    if last > limits[1]:
        raise ValueError(f"high is out of bounds for {dtype.name}")
    if low > last:
        raise ValueError("low > high" if closed else "low >= high")


def _probabilities(p, population):
    if p is None:
        return None
    if not isinstance(p, _core.ndarray):
        if isinstance(p, numpy.ndarray):
            as_array(p)  # raises
        host = numpy.asarray(p, dtype=float)
        if host.ndim != 1:
            raise ValueError("p must be 1-dimensional")
        if host.size != population:
            raise ValueError("a and p must have same size")
        if numpy.isnan(host).any():
            raise ValueError("Probabilities contain NaN")
        if (host < 0).any():
            raise ValueError("Probabilities are not non-negative")
        if abs(host.sum() - 1) > 1e-8:
            raise ValueError(
                "Probabilities do not sum to 1. See Notes section of docstring for more information."
            )
        return _core.asarray(host)
    if p.ndim != 1:
        raise ValueError("p must be 1-dimensional")
    if p.size != population:
        raise ValueError("a and p must have same size")
    return as_array(p, numpy.dtype(numpy.float64))
