"""Sequences of numbers and coordinate grids."""

import math
import operator

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._core import ufuncs as uf
from cupy._operands import as_array, is_weak, kind_of, on_device, select

__all__ = ["arange", "geomspace", "linspace", "logspace", "meshgrid", "mgrid", "ogrid"]

_INT = numpy.dtype(int)
_FLOAT = _core.dtype_of(float)
_DOUBLE = _FLOAT.itemsize == 8  # not so by CUPY_FLOAT64
_REAL = {int, float}
_FLOATS = {float}, {int, float}
_LARGE = 2**53  # beyond, NumPy's lengths are rounded


def _host(value):
    """Return a scalar argument as a NumPy or Python scalar."""
    if isinstance(value, ndarray):
        value = value.get()
    if isinstance(value, numpy.ndarray):
        value = value[()]
    return value


def _length(start, stop, step):
    """The number of elements of arange, by NumPy's rule."""
    distance = stop - start
    if step == 0:
        raise ZeroDivisionError("arange: step must not be zero")
    count = distance / step
    if isinstance(count, (complex, numpy.complexfloating)):
        count = min(count.real, count.imag)
    if math.isnan(count):
        raise ValueError("arange: cannot compute length")
    if count > 2**62:
        raise ValueError("Maximum allowed size exceeded")
    return max(math.ceil(count), 0)


def _iota(length, dtype):
    """0, 1, ... in `dtype`, exact."""
    out = _core.empty((length,), dtype)
    if length:
        _core.run_op("arange", (), (out,), 0.0, 1.0, 0, 1)
    return out


def arange(start=None, stop=None, step=1, dtype=None, *, device=None):
    """Return evenly spaced values in the half-open interval [start, stop).

    Parameters
    ----------
    start : scalar
        The only argument given is `stop`; the start is then 0.
    stop : scalar, optional
    step : scalar
    dtype : dtype, optional
        By default NumPy's choice for the scalars given.
    device : Device, optional

    Returns
    -------
    out : ndarray

    Raises
    ------
    ZeroDivisionError
        If `step` is zero.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.arange(3, 9, 2)
    array([3, 5, 7])
    """
    if (
        type(start) is type(step) is int
        and stop is dtype is device is None
        and step == 1
        and 0 <= start < _LARGE
    ):
        return _iota(start, _INT)
    if stop is None:
        if start is None:
            raise TypeError("arange() requires stop to be specified.")
        start, stop = 0, start
    elif start is None:
        start = 0
    if step is None:
        step = 1
    if (
        type(start) is type(stop) is type(step) is int
        and (dtype is None or dtype is int or dtype is _INT)
        and device is None
        and step
        and -_LARGE < start < _LARGE
        and -_LARGE < stop < _LARGE
    ):
        out = _core.empty(max(-((start - stop) // step), 0), _INT)
        if out.size:
            _core.run_op("arange", (), (out,), float(start), float(step), start, step)
        return out
    if dtype is device is None and _DOUBLE and {type(start), type(stop), type(step)} in _FLOATS:
        return _sequence(_length(start, stop, step), _FLOAT, float(start), float(start + step))
    if dtype is not None and device is None and {type(start), type(stop), type(step)} <= _REAL:
        kept = _core.dtype_of(dtype)
        if kept.char in "fd":
            first, second = float(start), float(start + step)
            if kept.itemsize == 4:  # the difference of the first two as they are stored
                first, second = numpy.float32(first), numpy.float32(second)
            return _sequence(_length(start, stop, step), kept, first, second)
    start, stop, step = _host(start), _host(stop), _host(step)
    if dtype is None:  # an empty range tells NumPy's choice
        dtype = numpy.result_type(
            numpy.arange(start, start, step).dtype, numpy.arange(stop, stop, step).dtype
        )
    else:
        dtype = _core.dtype_of(dtype)
    length = _length(start, stop, step)
    with numpy.errstate(all="ignore"):
        following = start + step  # as NumPy's scalars add
    if kind_of(dtype) in "iu":  # NumPy assigns the first two elements, which must be in range
        first_two = numpy.empty(2, dtype)
        first_two[: min(length, 2)] = [start, following][:length]
    if isinstance(start, numpy.generic):
        start = start.item()
    if isinstance(step, numpy.generic):
        step = step.item()
    with on_device(device):
        kind = kind_of(dtype)
        if kind in "iu":
            first, second = int(start), int(following)
            last = first + length * (second - first)
            if max(abs(first), abs(last)) > _LARGE:  # the row would count in float64
                return _core.asarray(numpy.arange(start, stop, step, dtype))
            out = _core.empty((length,), dtype)
            if first == second:
                out.fill(first)
            elif length:
                _core.run_op(
                    "arange",
                    [],
                    [out],
                    float(first),
                    float(step),
                    first,
                    second - first,
                )
            return out
        if kind == "b":
            if length > 2:
                raise TypeError(
                    "arange() is only supported for booleans when the result has at most length 2."
                )
            values = [bool(start), bool(start + step)]
            return _core.array(values[:length], dtype=dtype)
        if kind == "c":
            return (_iota(length, dtype) * step + start).astype(dtype, copy=False)
        # NumPy fills with the difference of the first two elements as they are stored.
        compute = numpy.float32 if dtype.itemsize < 4 else dtype.type
        first, second = compute(dtype.type(start)), compute(dtype.type(following))
        return _sequence(length, dtype, first, second)


def _sequence(length, dtype, first, second):
    """Evenly spaced floats from the first two of them."""
    out = _core.empty((length,), dtype)
    if length:
        _core.run_op("arange", (), (out,), float(first), float(second - first), 0, 0)
    return out


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None):
    """Return `num` evenly spaced numbers over an interval.

    Parameters
    ----------
    start, stop : scalar or array_like
        The ends of the interval; arrays give one sequence per element.
    num : int
    endpoint : bool
        Whether `stop` is the last number.
    retstep : bool
        Return the spacing, too.
    dtype : dtype, optional
        Integers are rounded down.
    axis : int
        Where the numbers go in the result, if `start` or `stop` are arrays.
    device : Device, optional

    Returns
    -------
    out : ndarray
    step : float or ndarray
        Only if `retstep`.

    Raises
    ------
    ValueError
        If `num` is negative.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.linspace(0, 1, 5)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    num = operator.index(num)
    if num < 0:
        raise ValueError(f"Number of samples, {num}, must be non-negative.")
    div = num - 1 if endpoint else num
    if type(start) in _REAL and type(stop) in _REAL and axis == 0 and dtype is device is None and _DOUBLE:
        start, stop = float(start), float(stop)
        step = (stop - start) / div if div > 0 else numpy.nan
        out = _spread(_iota(num, _FLOAT), start, stop, stop - start, step, div, endpoint)
        return (out, numpy.float64(step)) if retstep else out
    on_host = not any(isinstance(v, (ndarray, list, tuple)) for v in (start, stop))
    with on_device(device):
        convert, result_type = (
            (numpy.asarray, numpy.result_type) if on_host else (as_array, _core.result_type)
        )
        ends = [convert(v) for v in (start, stop)]
        if on_host and (ends[0].ndim or ends[1].ndim):
            raise TypeError("start and stop must be scalars or cupy arrays")
        computed = result_type(*(v if is_weak(v) else e for v, e in zip((start, stop), ends)), 1.0)
        start, stop = (e.astype(computed) for e in ends)
        dtype = computed if dtype is None else _core.dtype_of(dtype)
        delta = stop - start
        out = _iota(num, computed).reshape((-1,) + (1,) * delta.ndim)
        step = delta / div if div > 0 else numpy.nan
        if on_host:
            ends = start.item(), stop.item(), delta.item(), step.item() if div > 0 else step
            out = _spread(out, *ends, div, endpoint)
        else:
            # NumPy changes the formula for all elements if one step underflows
            out = select((step == 0).any(), (out / div) * delta, out * step) if div > 0 else out * delta
            out += start
            if endpoint and num > 1:
                out[-1] = stop
        if axis != 0:
            out = out.transpose(_last_moved(out.ndim, axis))
        if kind_of(dtype) in "iu":
            out = uf.floor(out)
        out = out.astype(dtype, copy=False)
    return (out, step) if retstep else out


def _spread(out, start, stop, delta, step, div, endpoint):
    """Make 0, 1, ... evenly spaced numbers, in place; the ends and the steps are on the host."""
    if step == 0:  # underflow
        out /= div
    out *= step if div > 0 and step else delta
    out += start
    if endpoint and out.size > 1:
        out[-1] = stop
    return out


def _last_moved(ndim, axis):
    """The permutation that moves axis 0 to `axis`."""
    axis = _core.normalize_axis(axis, ndim)
    order = list(range(1, ndim))
    order.insert(axis, 0)
    return tuple(order)


def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    """Return numbers spaced evenly on a log scale: `base ** linspace(start, stop)`.

    Parameters
    ----------
    start, stop : scalar or array_like
        Exponents of the ends.
    num, endpoint, axis
        As for `linspace`.
    base : scalar or array_like
    dtype : dtype, optional

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.logspace(0, 2, 3)
    array([  1.,  10., 100.])
    """
    if isinstance(base, (ndarray, list, tuple)):
        base = as_array(base)
        ndim = max([base.ndim] + [v.ndim for v in (start, stop) if isinstance(v, ndarray)])
        start, stop, base = (
            v.reshape((1,) * (ndim - v.ndim) + v.shape) for v in map(as_array, (start, stop, base))
        )
        exponents = linspace(start, stop, num, endpoint, axis=axis)
        where = _core.normalize_axis(axis, exponents.ndim)
        base = base.reshape(base.shape[:where] + (1,) + base.shape[where:])
    else:
        exponents = linspace(start, stop, num, endpoint, axis=axis)
    out = uf.power(base, exponents)
    return out if dtype is None else out.astype(dtype, copy=False)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """Return numbers in geometric progression.

    Parameters
    ----------
    start, stop : scalar or array_like
        The ends, not zero.
    num, endpoint, dtype, axis
        As for `linspace`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If an end is zero (checked for host values only, as a device value cannot be seen
        without a synchronisation; the result is then NaN).

    Examples
    --------
    >>> import cupy as cp
    >>> cp.geomspace(1, 8, 4)
    array([1., 2., 4., 8.])
    """
    num = operator.index(num)
    on_host = not any(isinstance(v, (ndarray, list, tuple)) for v in (start, stop))
    xp, result_type = (numpy, numpy.result_type) if on_host else (uf, _core.result_type)
    convert = numpy.asarray if on_host else as_array
    start, stop = convert(start), convert(stop)
    if on_host and ((start == 0).any() or (stop == 0).any()):
        raise ValueError("Geometric sequence cannot include zero")
    computed = result_type(start, stop, float(num))
    if dtype is not None:
        dtype = _core.dtype_of(dtype)
        computed = _core.promote_types(computed, dtype)
    else:
        dtype = computed
    start, stop = start.astype(computed, copy=False), stop.astype(computed, copy=False)
    sign = xp.sign(start)
    start, stop = start / sign, stop / sign
    ends = xp.log10(start), xp.log10(stop)
    if on_host:
        start, stop, sign = (
            complex(v) if kind_of(computed) == "c" else float(v) for v in (start, stop, sign)
        )
    out = logspace(*ends, num=num, endpoint=endpoint, base=10.0, dtype=computed)
    if num > 0:
        out[0] = start
        if num > 1 and endpoint:
            out[-1] = stop
    out *= sign
    if axis != 0:
        out = out.transpose(_last_moved(out.ndim, axis))
    return out.astype(dtype, copy=False)


def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    """Return coordinate matrices from coordinate vectors.

    Parameters
    ----------
    *xi : array_like
        1-d coordinates.
    copy : bool
        False returns views.
    sparse : bool
        Return arrays of extent 1 along the other axes.
    indexing : {'xy', 'ij'}
        'xy' swaps the first two axes.

    Returns
    -------
    out : tuple of ndarray

    Raises
    ------
    ValueError
        For an unknown `indexing`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.meshgrid(cp.arange(2), cp.arange(2))[0]
    array([[0, 1],
           [0, 1]])
    """
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    ndim = len(xi)
    axes = list(range(ndim))
    if indexing == "xy" and ndim > 1:
        axes[:2] = 1, 0
    out = []
    for x, axis in zip(xi, axes):
        out.append(as_array(x).reshape((1,) * axis + (-1,) + (1,) * (ndim - axis - 1)))
    if not sparse:
        shape = _core.broadcast_shapes(*(x.shape for x in out))
        out = [_core.broadcast_to(x, shape) for x in out]
    if copy:
        out = [x.copy(order="C") for x in out]
    return tuple(out)


class _Grid:
    """Make coordinate grids from slices: `grid[start:stop:step, ...]`.

    A step written as an imaginary number is the count of points, with `stop` included.

    >>> import cupy as cp
    >>> cp.mgrid[0:2, 0:2][0]
    array([[0, 0],
           [1, 1]])
    >>> cp.ogrid[0:1:3j]
    array([0. , 0.5, 1. ])
    """

    def __init__(self, sparse):
        self._sparse = sparse

    def __getitem__(self, key):
        if isinstance(key, slice):
            return self._axis(key, None)
        bounds = [v for s in key for v in self._bounds(s)[:3]]
        dtype = numpy.result_type(*bounds) if bounds else numpy.dtype(int)
        if not self._sparse and any(self._bounds(s)[3] < 0 for s in key):
            raise ValueError("negative dimensions are not allowed")
        axes = [self._axis(s, dtype) for s in key]
        ndim = len(axes)
        axes = [a.reshape((1,) * i + (-1,) + (1,) * (ndim - i - 1)) for i, a in enumerate(axes)]
        if self._sparse:
            return tuple(axes)
        out = _core.empty((ndim,) + tuple(a.size for a in axes), dtype)
        for target, source in zip(out, axes):
            target[...] = source
        return out

    @staticmethod
    def _bounds(part):
        """(start, stop, step, count of points) of a slice."""
        start = 0 if part.start is None else part.start
        step = 1 if part.step is None else part.step
        if isinstance(step, (complex, numpy.complexfloating)):
            count = int(abs(step))
            step = (part.stop - start) / float(count - 1) if count > 1 else float(part.stop - start)
            return start, part.stop, step, count
        return start, part.stop, step, math.ceil((part.stop - start) / (step * 1.0))

    def _axis(self, part, dtype):
        start, stop, step, count = self._bounds(part)
        if dtype is None:
            if not isinstance(part.step, (complex, numpy.complexfloating)):
                return arange(start, stop, step)
            dtype = numpy.result_type(start, stop, float(step))
        out = _iota(max(count, 0), dtype)
        if step != 1:
            out *= step
        if start != 0:
            out += start
        return out


mgrid = _Grid(sparse=False)
ogrid = _Grid(sparse=True)
