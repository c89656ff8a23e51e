"""The one launch that every product of this folder ends in."""

from cupy import _core
from cupy._core import ndarray
from cupy._operands import DEVICE_RANK


def contract(a, b, out):
    """Launch out = a @ b; equal dtypes and batch shapes, ranks of at least 2, no overlap."""
    if out.size == 0:
        return out
    if a.shape[-1] == 0:
        out.fill(0)
    elif out.ndim <= DEVICE_RANK:
        _core.run_op("matmul", [a, b], [out])
    else:
        target = out if out.flags.c_contiguous else _core.empty(out.shape, out.dtype)
        _core.run_op("matmul", [_one_stack(a), _one_stack(b)], [_one_stack(target)])
        if target is not out:
            _core.copyto(out, target)
    return out


def multiply_plain(a, b):
    """Return a @ b of matrices or vectors of one dtype that fit, the frequent case; None otherwise."""
    if type(a) is not ndarray or type(b) is not ndarray:
        return None
    shape, other, dtype = a.shape, b.shape, a.dtype
    if not 0 < len(shape) <= 2 or not 0 < len(other) <= 2 or shape[-1] != other[0] or dtype != b.dtype:
        return None
    out = _core.empty(shape[:-1] + other[1:], dtype)
    if len(shape) == len(other) == 2:
        return contract(a, b, out)
    rows, columns = shape[0] if len(shape) == 2 else 1, other[1] if len(other) == 2 else 1
    contract(a.reshape(rows, shape[-1]), b.reshape(other[0], columns), out.reshape(rows, columns))
    return out


def _one_stack(a):
    return a.reshape((-1,) + a.shape[-2:])
