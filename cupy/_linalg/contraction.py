"""The one launch that every product of this folder ends in."""

from cupy import _core


def contract(a, b, out):
    """Launch out = a @ b; equal dtypes and batch shapes, ranks of at least 2, no overlap."""
    if out.size == 0:
        return out
    if a.shape[-1] == 0:
        out.fill(0)
        return out
    _core.run_op("matmul", [a, b], [out])
    return out
