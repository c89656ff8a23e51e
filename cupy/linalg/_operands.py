"""Dtypes and shapes that the matrix factorizations accept."""

import functools

import numpy
from numpy.linalg import LinAlgError

from cupy import _core
from cupy._operands import DEVICE_RANK, as_array, cast

_SINGLE = {"f": numpy.dtype(numpy.float32), "c": numpy.dtype(numpy.complex64)}
_DOUBLE = {"f": numpy.dtype(numpy.float64), "c": numpy.dtype(numpy.complex128)}


def factor_dtype(*arrays):
    """Return the dtype in which LAPACK works: single precision only if every operand is single."""
    return _factor_dtype(*[a.dtype for a in arrays])


@functools.cache
def _factor_dtype(*dtypes):
    table, kind = _SINGLE, "f"
    for dtype in dtypes:
        if dtype.kind in "biu":
            table = _DOUBLE
        elif dtype.kind in "fc" and dtype != numpy.float16:
            kind = "c" if dtype.kind == "c" else kind
            table = table if dtype in _SINGLE.values() else _DOUBLE
        else:
            raise TypeError(f"array type {dtype.name} is unsupported in linalg")
    return table[kind]


def real_dtype(dtype):
    """Return the dtype of the real part."""
    return _SINGLE["f"] if dtype.itemsize // (1 + (dtype.kind == "c")) == 4 else _DOUBLE["f"]


def complex_dtype(dtype):
    """Return the complex dtype of the same precision."""
    return _SINGLE["c"] if real_dtype(dtype).itemsize == 4 else _DOUBLE["c"]


def matrices(a, square=False):
    """Return a as a device array of matrices in the dtype of its factorization."""
    a = as_array(a)
    if a.ndim < 2:
        raise LinAlgError(f"{a.ndim}-dimensional array given. Array must be at least two-dimensional")
    if square and a.shape[-1] != a.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")
    return cast(a, factor_dtype(a))


def identity(batch, rows, columns, dtype):
    """Return a stack of matrices with ones on the diagonal."""
    out = _core.zeros((*batch, rows, columns), dtype)
    size = min(rows, columns)
    if size:
        strides = out.strides
        _core.as_strided(out, (*batch, size), (*strides[:-2], strides[-2] + strides[-1])).fill(1)
    return out


def adjoint(a):
    """Return the conjugate transpose of each matrix; a view where a is real."""
    return a.mT.conj() if a.dtype.kind == "c" else a.mT


def launch(row, inputs, outputs, *attributes):
    """Launch a row on stacks of matrices of any rank; the outputs are new."""
    batch = inputs[0].ndim - 2
    if inputs[0].ndim > DEVICE_RANK:
        inputs, outputs = (
            [x.reshape((-1,) + x.shape[batch:]) for x in arrays] for arrays in (inputs, outputs)
        )
    _core.run_op(row, inputs, outputs, *attributes)
