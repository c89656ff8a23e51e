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


def multiply_matrices(a, b):
    """Return a @ b for two matrices of one dtype that fit, the frequent case; None for anything else."""
    if type(a) is not ndarray or type(b) is not ndarray or a.ndim != 2 or b.ndim != 2:
        return None
    (rows, inner), (other, columns), dtype = a.shape, b.shape, a.dtype
    if inner != other or dtype != b.dtype:
        return None
    return contract(a, b, _core.empty((rows, columns), dtype))


def _one_stack(a):
    return a.reshape((-1,) + a.shape[-2:])
