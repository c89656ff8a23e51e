"""What the functions of this folder and of cupy.linalg accept as an operand."""

import numpy

from cupy import _core


def operand(x):
    """Return x as a device array; host arrays are refused, scalars and lists are small enough to move."""
    if isinstance(x, _core.ndarray):
        return x
    if isinstance(x, numpy.ndarray):
        raise TypeError("unsupported operand type numpy.ndarray: move it with cupy.asarray() first")
    return _core.asarray(x)


def cast(a, dtype):
    """Return a itself when it has the dtype already, else a converted copy."""
    return a if a.dtype == dtype else a.astype(dtype)


def contract(a, b, out):
    """Launch out = a @ b; equal dtypes and batch shapes, ranks of at least 2, no overlap."""
    if out.size == 0:
        return out
    if a.shape[-1] == 0:
        out.fill(0)
        return out
    _core.run_op("matmul", [a, b], [out])
    return out
