"""How the functions of every chapter read their arguments: one rule, in one place."""

import math
from contextlib import nullcontext

import numpy

from cupy import _core
from cupy._core import ndarray, take_valid
from cupy._core._dtype import PYTHON_NUMBERS
from cupy._core._shortcuts import where

__all__ = [
    "as_array",
    "cast",
    "deliver",
    "host_ints",
    "is_host_scalar",
    "is_weak",
    "kind_of",
    "limits_of",
    "on_device",
    "select",
    "take_along_valid",
    "take_valid",
    "three_axes",
    "truncated",
    "valid_indices",
]

INT64 = numpy.dtype(numpy.int64)
BOOL = numpy.dtype(numpy.bool_)
DEVICE_RANK = 8


def kind_of(dtype):
    """The kind of a dtype; that of bfloat16, which NumPy does not know, is float."""
    kind = dtype.kind
    return "f" if kind == "V" else kind


def limits_of(dtype):
    """The limits of a floating dtype, as numpy.finfo gives them."""
    if dtype.name != "bfloat16":
        return numpy.finfo(dtype)
    import ml_dtypes  # loaded only by programs that use bfloat16

    return ml_dtypes.finfo(dtype)


def as_array(obj, dtype=None):
    """Return `obj` as a device array; nested lists and scalars are uploaded, NumPy arrays refused.

    An implicit copy of a NumPy array would hide the transfer that dominates the run time.
    """
    if type(obj) is ndarray:
        return obj if dtype is None or obj.dtype == dtype else obj.astype(dtype)
    if isinstance(obj, numpy.ndarray):
        raise TypeError(
            "a NumPy array lives in host memory and cannot be an operand; "
            "upload it explicitly with cupy.asarray"
        )
    return _core.asarray(obj, dtype)


def cast(array, dtype):
    """Return `array` itself when it has `dtype` already, else a converted copy."""
    return array if array.dtype == dtype else array.astype(dtype)


def is_host_scalar(obj):
    return type(obj) is not ndarray and isinstance(obj, (bool, int, float, complex, numpy.generic))


def is_weak(obj):
    """Whether `obj` is a Python number, whose dtype gives way to that of arrays."""
    return type(obj) in PYTHON_NUMBERS or (
        type(obj) is not ndarray
        and isinstance(obj, (bool, int, float, complex))
        and not isinstance(obj, numpy.generic)
    )


def truncated(obj):
    """Return indices or counts on the host as int64; NumPy cuts fractions off numbers, but not off arrays."""
    if isinstance(obj, numpy.ndarray) or not isinstance(obj, (list, tuple, float, numpy.floating)):
        return numpy.asarray(obj)
    host = numpy.asarray(obj)
    return host.astype(INT64) if host.dtype.kind == "f" and host.size else host


def host_ints(obj, what):
    """Return small integer data (shapes, counts, section borders) as a NumPy array on the host."""
    if isinstance(obj, ndarray):
        obj = obj.get()
    values = numpy.asarray(obj)
    if values.size == 0:
        return values.astype(INT64)
    if kind_of(values.dtype) not in "iub":
        raise TypeError(f"{what} must be integers, not {values.dtype}")
    return values.astype(INT64)


def on_device(device):
    """Return the context in which a creation function with a `device` argument allocates."""
    return nullcontext() if device is None else _core.on_device(device)


def select(condition, x, y, dtype=None, out=None):
    """Return x where `condition` (bool array) holds, else y, in one launch; into `out` if given."""
    if dtype is not None:
        # A scalar travels with the launch: a copy to the device would wait.
        x, y = [dtype.type(v) if is_host_scalar(v) else as_array(v, dtype) for v in (x, y)]
    elif out is None:
        found = where(condition, x, y)
        if found is not None:
            return found
    return _core.ufuncs._where(condition, x, y, out=out)


def take_along_valid(a, indices, axis):
    """Gather by `indices` of the shape of `a` but for `axis`, known to lie inside it."""
    if a.ndim == 1:
        return take_valid(a, indices, 0)
    if a.ndim > DEVICE_RANK:
        flat = take_along_valid(three_axes(a, axis), three_axes(indices, axis), 1)
        return flat.reshape(indices.shape)
    out = _core.empty(indices.shape, a.dtype)
    if out.size:
        _core.run_op("take_along_axis", [a, indices], [out], axis)
    return out


def three_axes(a, axis):
    """Return `a` as (before, axis, after): a device operates on few axes."""
    return a.reshape((math.prod(a.shape[:axis]), a.shape[axis], math.prod(a.shape[axis + 1 :])))


def valid_indices(indices, extent, mode="raise", axis=0, negative=True, error=None, rule="same_kind"):
    """Return `indices` as an int64 device array with values in [0, extent).

    In mode 'raise' indices out of bounds are an IndexError, or `error`; see CUPY_INDEX_CHECK for those on the device.
    `rule` is the casting rule from their dtype: uint64 is only of the same kind.
    """
    if mode not in ("raise", "wrap", "clip"):
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got {mode!r})")
    on_device = isinstance(indices, ndarray)
    if not on_device:
        indices = truncated(indices)
        if indices.size == 0:
            indices = indices.astype(INT64)
    if kind_of(indices.dtype) not in "iub" or rule == "safe" and indices.dtype == numpy.uint64:
        raise TypeError(f"Cannot cast indices from {indices.dtype!r} to int64 according to the rule {rule!r}")
    indices = indices.astype(INT64, copy=False)
    if mode == "raise":
        return _core.bounded_index(indices, extent, axis, negative, error)
    if mode == "wrap":
        indices = indices % extent if extent else indices
    else:
        xp = _core.ufuncs if on_device else numpy
        indices = xp.minimum(xp.maximum(indices, 0), extent - 1)
    return indices if on_device else _core.asarray(indices)


def deliver(result, out, casting="same_kind"):
    """Return `result`, or `out` after `result` was assigned to it."""
    if out is None:
        return result
    if not isinstance(out, ndarray):
        raise TypeError(f"out must be a cupy array, not {type(out).__name__}")
    if out.shape != result.shape:
        raise ValueError(f"out has shape {out.shape}, but the result has shape {result.shape}")
    if not _core.can_cast(result.dtype, out.dtype, casting):
        raise TypeError(
            f"Cannot cast the result from {result.dtype!r} to {out.dtype!r} according to the rule {casting!r}"
        )
    _core.copyto(out, result)
    return out
