"""Conversion to bfloat16 with one rounding, as of the other formats; ml_dtypes rounds by way of float32."""

import numpy


def _to_odd(array):
    """Return float32 values whose last bit tells that something was cut off, for a second rounding."""
    wide = array.astype(numpy.longdouble)
    near = array.astype(numpy.float32)
    inexact = (near != wide) & numpy.isfinite(near)
    beyond = inexact & (abs(near) > abs(wide))
    return ((near.view(numpy.int32) - beyond) | inexact).view(numpy.float32)


def rounded(array, dtype):
    """Return `array`, of any real dtype, in `dtype`, which is bfloat16."""
    if array.dtype.kind in "iuf" and array.dtype.itemsize > (4 if array.dtype.kind == "f" else 3):
        with numpy.errstate(all="ignore"):
            array = _to_odd(array)
    return array.astype(dtype, copy=False)
