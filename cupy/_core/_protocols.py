"""What other libraries and Python ask of an array: NumPy's dispatch, its refusal to convert, copies and pickles."""

import numpy

from cupy import _absent
from cupy._core import _creation
from cupy._core._ndarray import install, ndarray

_API_VERSIONS = (None, "2021.12", "2022.12", "2023.12", "2024.12", "2025.12")
_MIXED = "host and device arrays do not mix; use cupy.asarray on the host array"


def _lacking(name):
    """Return the error for a function that is not there for device arrays."""
    reason = _absent.FUNCTIONS.get(name.removeprefix("numpy."))
    because = f" ({reason})" if reason else ""
    return TypeError(
        f"{name} has no counterpart for cupy arrays{because}; on the host: cupy.asarray({name}(a.get()))"
    )


def _array(self, dtype=None, copy=None):
    raise TypeError(
        "Implicit conversion to a NumPy array is not allowed: it would copy from the device unseen. "
        "Use `a.get()` or `cupy.asnumpy(a)`."
        + (" For one number: `a.item()`, or `a.astype(dtype)` on the device." if self.ndim == 0 else "")
    )


def _is_foreign(x):
    """Return whether an operand is of a third library that dispatches ufuncs itself, or refuses them (None)."""
    if isinstance(x, ndarray | numpy.ndarray | numpy.generic):
        return False
    return getattr(type(x), "__array_ufunc__", numpy) is not numpy


def _array_ufunc(self, function, method, *inputs, **kwargs):
    import cupy

    outputs = kwargs.get("out", ())
    if any(_is_foreign(x) for x in (*inputs, *outputs)):
        return NotImplemented
    # NumPy's scalars arrive as arrays of rank 0 where they stand on the left.
    inputs = tuple(x[()] if isinstance(x, numpy.ndarray) and x.ndim == 0 else x for x in inputs)
    name = function.__name__
    for x in inputs:
        if isinstance(x, numpy.ndarray):
            raise TypeError(f"{name}: Unsupported type {type(x)}: {_MIXED}")
    for x in outputs:
        if x is not None and not isinstance(x, ndarray):
            raise TypeError(f"{name}: out must be a cupy.ndarray, not {type(x)}: {_MIXED}")
    if getattr(numpy, name, None) is not function:
        raise _lacking(name)
    own = getattr(cupy, name, None)
    if own is None:
        raise _lacking(f"numpy.{name}")
    if method != "__call__":
        if not isinstance(own, cupy.ufunc):
            raise TypeError(f"{name}.{method} is not available for cupy arrays")
        own = getattr(own, method)
    if len(outputs) == 1:
        kwargs["out"] = outputs[0]
    return own(*inputs, **kwargs)


def _array_function(self, function, types, args, kwargs):
    import cupy

    if not all(issubclass(t, ndarray | numpy.ndarray) for t in types):
        return NotImplemented
    module = cupy
    for part in function.__module__.split(".")[1:]:
        module = getattr(module, part, None)
    own = getattr(module, function.__name__, None) if module is not None else None
    if own is None or own is function:
        raise _lacking(f"{function.__module__}.{function.__name__}")
    if any(issubclass(t, numpy.ndarray) for t in types):
        raise TypeError(f"{function.__name__}: {_MIXED}")
    return own(*args, **kwargs)


def _array_namespace(self, /, *, api_version=None):
    """Return the module whose functions take the array: cupy.

    Parameters
    ----------
    api_version : str, optional
        The version of the array API that is expected.

    Raises
    ------
    ValueError
        If there is no such version.
    """
    import cupy

    if api_version not in _API_VERSIONS:
        raise ValueError(
            f"array API version {api_version!r} is not supported; the newest is {_API_VERSIONS[-1]}"
        )
    return cupy


def _reduce(self):
    return _creation.array, (self.get(order="A"),)


def _copy(self):
    return self.copy(order="K")


def _deepcopy(self, memo):
    return self.copy(order="K")


for _name, _function in {
    "__array__": _array,
    "__array_ufunc__": _array_ufunc,
    "__array_function__": _array_function,
    "__array_namespace__": _array_namespace,
    "__array_priority__": 100,
    "__copy__": _copy,
    "__deepcopy__": _deepcopy,
    "__reduce__": _reduce,
}.items():
    install(_name, _function)
for _name, _reason in _absent.NDARRAY.items():
    install(_name, _absent.Reason("cupy.ndarray", _name, _reason))
