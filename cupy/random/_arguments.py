"""Sizes, dtypes and parameters of distributions, checked as NumPy does where they are on the host."""

import operator

import numpy

from cupy import _core
from cupy._operands import as_array

__all__ = ["Parameters", "as_shape", "documented", "float_dtype", "integer_dtype"]

_DOUBLE, _SINGLE = numpy.dtype(numpy.float64), numpy.dtype(numpy.float32)
_FLOAT = _core.dtype_of(float)  # what stands for float64, by CUPY_FLOAT64

# Each holds for what is good, as a number or as an array. As in NumPy, NaN is a scale, but no number of things.
_CHECKS = {
    "nonnegative": (lambda v: (v >= 0) | (v != v), "{0} < 0"),
    "positive": (lambda v: (v > 0) | (v != v), "{0} <= 0"),
    "count": (lambda v: v >= 0, "{0} < 0 or {0} is NaN"),
    "positive count": (lambda v: v > 0, "{0} <= 0 or {0} is NaN"),
    "above one": (lambda v: v > 1, "{0} <= 1 or {0} is NaN"),
    "probability": (lambda v: (v >= 0) & (v <= 1), "{0} < 0, {0} > 1 or {0} is NaN"),
    "positive probability": (lambda v: (v > 0) & (v <= 1), "{0} <= 0, {0} > 1 or {0} contains NaNs"),
    "proper fraction": (lambda v: (v >= 0) & (v < 1), "{0} < 0, {0} >= 1 or {0} is NaN"),
}


def as_shape(size):
    """Return a shape from None, an integer or a sequence of integers."""
    if size is None:
        return ()
    if type(size) is int and size >= 0:
        return (size,)
    if isinstance(size, (bool, numpy.bool_)):
        raise TypeError(f"size must be an integer or a sequence of integers, not {size!r}")
    if isinstance(size, (tuple, list)):
        shape = tuple([operator.index(n) for n in size])
    else:
        try:
            shape = (operator.index(size),)
        except TypeError:
            if not hasattr(size, "__iter__"):
                raise TypeError(f"size must be an integer or a sequence of integers, not {size!r}") from None
            shape = tuple(operator.index(n) for n in size)
    for n in shape:
        if n < 0:
            raise ValueError("negative dimensions are not allowed")
    return shape


def float_dtype(dtype):
    if dtype is float or dtype is numpy.float64 or dtype is _DOUBLE:
        return _FLOAT
    dtype = numpy.dtype(dtype)
    if dtype not in (_DOUBLE, _SINGLE):
        raise TypeError(f"Unsupported dtype {dtype!r} for random floating-point numbers: float32 or float64")
    return _FLOAT if dtype == _DOUBLE else dtype


def integer_dtype(dtype):
    dtype = numpy.dtype(dtype)
    if dtype.kind not in "iub":
        raise TypeError(f"Unsupported dtype {dtype!r} for integers")
    if not dtype.isnative:
        raise ValueError(f"dtype {dtype} is not in the machine's byte order")
    return dtype


class Parameters:
    """The parameters of one call: Python floats or device arrays, and the shape of the result.

    Values on the host are checked; those of device arrays are not, as that would wait for the device.
    """

    def __init__(self, size, dtype, **named):
        self.dtype = dtype
        self.values = []
        self.host = {}  # what is known without waiting
        shapes = []
        for name, (value, check) in named.items():
            if type(value) is float or type(value) is int:
                self.host[name] = value = _checked(float(value), name, check)
            elif isinstance(value, _core.ndarray):
                value = as_array(value, dtype)
                shapes.append(value.shape)
            else:
                self.host[name] = value = _host_parameter(value, name, check)
                if type(value) is not float:
                    value = _core.asarray(value, dtype)
                    shapes.append(value.shape)
            self.values.append(value)
        self.scalar = not shapes  # no parameter is an array
        if size is None:
            self.shape = _core.broadcast_shapes(*shapes) if shapes else ()
        else:
            self.shape = as_shape(size)
            if shapes:
                inner = _core.broadcast_shapes(*shapes)
                if _broadcast(self.shape, inner) != self.shape:
                    raise ValueError(
                        f"Output size {self.shape} is not compatible with broadcast dimensions of "
                        f"inputs {inner}."
                    )

    def __iter__(self):
        return iter(self.values)

    def require(self, low, high, message="{0} > {1}", strict=False):
        """Refuse host values of the parameter `low` that exceed those of `high`."""
        if low in self.host and high in self.host:
            a, b = self.host[low], self.host[high]
            wrong = a >= b if strict else a > b
            if wrong is not False and numpy.any(wrong):
                raise ValueError(message.format(low, high))


def _broadcast(*shapes):
    try:
        return _core.broadcast_shapes(*shapes)
    except ValueError:
        return None


def _host_parameter(value, name, check):
    """Return a Python float or a NumPy array with axes that passes `check`."""
    if isinstance(value, numpy.ndarray):
        as_array(value)  # raises
    value = numpy.asarray(value)
    if value.dtype.kind in "US":
        value = value.astype(float)
    if value.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be a real number, not {value.dtype}")
    return _checked(float(value) if value.ndim == 0 else value, name, check)


def _checked(value, name, check):
    """Return a parameter, or raise what NumPy raises for one out of its range."""
    if check != "number":
        passes, message = _CHECKS[check]
        good = passes(value)
        if good is not True and not numpy.all(good):
            raise ValueError(message.format(name))
    return value


def documented(summary, parameters, call, returns="drawn samples", raises=""):
    """Return a decorator that writes the docstring of a distribution's method."""

    def decorate(method):
        lines = "".join(f"        {line}\n" for line in parameters.splitlines())
        size = (
            "        size (int or tuple of ints): shape of the result; by default that of the parameters.\n"
        )
        dtype = "        dtype: dtype of the result.\n" if "dtype" in method.__code__.co_varnames else ""
        names = method.__code__.co_varnames[: method.__code__.co_argcount + method.__code__.co_kwonlyargcount]
        method.__doc__ = f"""{summary}

    Parameters:
{lines}{size if "size" in names else ""}{dtype if "dtype" in names else ""}
    Returns:
        cupy.ndarray: {returns}; an array of rank 0 instead of a scalar.

    Raises:
        ValueError: {raises or "a parameter on the host is out of range (device arrays are not checked)"}.

    Example:
        >>> import cupy as cp
        >>> cp.random.{call}
    """
        return method

    return decorate
