"""dot and the other products of NumPy's linear algebra chapter that are no ufuncs."""

import math
import operator

from cupy import _core
from cupy._core import _shortcuts
from cupy._linalg.gufunc import matmul, matvec, vecdot, vecmat
from cupy._linalg.contraction import contract
from cupy._operands import as_array, cast

__all__ = [
    "cross",
    "dot",
    "inner",
    "kron",
    "matmul",
    "matvec",
    "outer",
    "tensordot",
    "trace",
    "vdot",
    "vecdot",
    "vecmat",
]


def _common(a, b):
    """Return both operands in their common dtype."""
    if a.dtype == b.dtype:
        return a, b
    dtype = _core.result_type(a.dtype, b.dtype)
    return cast(a, dtype), cast(b, dtype)


def _not_aligned(a, b, i, j):
    def show(x):
        return "(" + ",".join(map(str, x.shape)) + ("," if x.ndim == 1 else "") + ")"

    return ValueError(
        f"shapes {show(a)} and {show(b)} not aligned: {a.shape[i]} (dim {i % a.ndim}) != "
        f"{b.shape[j]} (dim {j % b.ndim})"
    )


def _product(a, b, count, out=None):
    """Contract the last `count` axes of a with the first `count` axes of b, extents already equal."""
    if count == 1 and out is None:
        result = _shortcuts.matmul(a, b)
        if result is not None:
            return result
    shape = a.shape[: a.ndim - count] + b.shape[count:]
    inner_size = math.prod(b.shape[:count])
    rows, columns = math.prod(a.shape[: a.ndim - count]), math.prod(b.shape[count:])
    a, b = a.reshape(rows, inner_size), b.reshape(inner_size, columns)
    if out is None:
        out = _core.empty(shape, a.dtype)
    contract(a, b, out.reshape(rows, columns))
    return out


def _checked_output(out, shape, dtype):
    if not isinstance(out, _core.ndarray):
        raise TypeError("'out' must be an array")
    if out.dtype != dtype or out.shape != shape or not out.flags.c_contiguous:
        raise ValueError(
            "output array is not acceptable (must have the right datatype, number of "
            "dimensions, and be a C-Array)"
        )


def dot(a, b, out=None):
    """Dot product: the last axis of a against the second to last (or only) axis of b.

    Parameters:
        a, b (cupy.ndarray): operands; with one of rank 0 it is the element-wise product.
        out (cupy.ndarray): C-contiguous array of exactly the result's shape and dtype.

    Returns:
        cupy.ndarray: of shape a.shape[:-1] + b.shape[:-2] + b.shape[-1:]; rank 0 for two vectors.

    Raises:
        ValueError: the extents do not match or `out` is not acceptable.

    Example:
        >>> import cupy as cp
        >>> cp.dot(cp.array([[1, 2], [3, 4]]), cp.array([1, 1]))
        array([3, 7])
    """
    if out is None:
        result = _shortcuts.matmul(a, b)
        if result is not None:
            return result
    a, b = _common(as_array(a), as_array(b))
    if a.ndim == 0 or b.ndim == 0:
        if out is None:
            return _core.ufuncs.multiply(a, b)
        _checked_output(out, a.shape + b.shape, a.dtype)
        return _core.ufuncs.multiply(a, b, out=out)
    axis = -2 if b.ndim > 1 else 0
    if a.shape[-1] != b.shape[axis]:
        raise _not_aligned(a, b, -1, axis)
    if b.ndim > 2:
        axes = list(range(b.ndim))
        b = _core.transpose(b, tuple([axes.pop(-2)] + axes))
    if out is None:
        return _product(a, b, 1)
    _checked_output(out, a.shape[:-1] + b.shape[1:], a.dtype)
    if _core.may_share_memory(out, a) or _core.may_share_memory(out, b):
        _core.copyto(out, _product(a, b, 1))
        return out
    return _product(a, b, 1, out)


def vdot(a, b):
    """Dot product of two flattened arrays, the first conjugated.

    Parameters:
        a, b (cupy.ndarray): arrays of equal size.

    Returns:
        cupy.ndarray: of rank 0.

    Raises:
        ValueError: the sizes differ.

    Example:
        >>> import cupy as cp
        >>> cp.vdot(cp.array([1j, 2]), cp.array([1j, 2]))
        array(5.+0.j)
    """
    a, b = _common(as_array(a), as_array(b))
    if a.size != b.size:
        raise ValueError(f"cannot reshape array of size {b.size} into shape ({a.size},)")
    a = a.reshape(-1)
    return _product(a.conj() if a.dtype.kind == "c" else a, b.reshape(-1), 1)


def inner(a, b):
    """Inner product over the last axes of both operands.

    Parameters:
        a, b (cupy.ndarray): operands; with one of rank 0 it is the element-wise product.

    Returns:
        cupy.ndarray: of shape a.shape[:-1] + b.shape[:-1].

    Raises:
        ValueError: the last extents differ.

    Example:
        >>> import cupy as cp
        >>> cp.inner(cp.array([1, 2, 3]), cp.array([[0, 1, 0], [1, 1, 1]]))
        array([2, 6])
    """
    a, b = _common(as_array(a), as_array(b))
    if a.ndim == 0 or b.ndim == 0:
        return _core.ufuncs.multiply(a, b)
    if a.shape[-1] != b.shape[-1]:
        raise _not_aligned(a, b, -1, -1)
    return _product(a, _core.transpose(b, (b.ndim - 1, *range(b.ndim - 1))), 1)


def outer(a, b, out=None):
    """Products of all pairs of elements of two flattened arrays.

    Parameters:
        a, b (cupy.ndarray): operands of any shape.
        out (cupy.ndarray): where to put the result, of shape (a.size, b.size).

    Returns:
        cupy.ndarray: out[i, j] = a[i] * b[j].

    Example:
        >>> import cupy as cp
        >>> cp.outer(cp.array([1, 2]), cp.array([1, 10]))
        array([[ 1, 10],
               [ 2, 20]])
    """
    a, b = as_array(a).reshape(-1, 1), as_array(b).reshape(1, -1)
    return _core.ufuncs.multiply(a, b) if out is None else _core.ufuncs.multiply(a, b, out=out)


def tensordot(a, b, axes=2):
    """Contract several axes of two tensors.

    Parameters:
        a, b (cupy.ndarray): operands.
        axes (int or pair of axes or pair of sequences): how many of the last axes of a and the first
            axes of b, or which axes of each.

    Returns:
        cupy.ndarray: the remaining axes of a, then those of b.

    Raises:
        ValueError: the contracted extents differ ("shape-mismatch for sum").

    Example:
        >>> import cupy as cp
        >>> cp.tensordot(cp.ones((2, 3, 4)), cp.ones((4, 3, 5)), axes=([1, 2], [1, 0])).shape
        (2, 5)
    """
    a, b = as_array(a), as_array(b)
    try:
        axes_a, axes_b = axes
    except TypeError:
        count = operator.index(axes)
        if count > min(a.ndim, b.ndim):
            raise ValueError("shape-mismatch for sum") from None
        axes_a, axes_b = list(range(a.ndim - count, a.ndim)), list(range(count))
    axes_a = [axes_a] if not isinstance(axes_a, (list, tuple)) else list(axes_a)
    axes_b = [axes_b] if not isinstance(axes_b, (list, tuple)) else list(axes_b)
    if len(axes_a) != len(axes_b):
        raise ValueError("shape-mismatch for sum")
    axes_a = [_core.normalize_axis(k, a.ndim) for k in axes_a]
    axes_b = [_core.normalize_axis(k, b.ndim) for k in axes_b]
    if any(a.shape[i] != b.shape[j] for i, j in zip(axes_a, axes_b)):
        raise ValueError("shape-mismatch for sum")
    if len(set(axes_a)) != len(axes_a) or len(set(axes_b)) != len(axes_b):
        raise ValueError("duplicate axes are not allowed in tensordot")
    a, b = _common(a, b)
    a = _core.transpose(a, tuple([k for k in range(a.ndim) if k not in axes_a] + axes_a))
    b = _core.transpose(b, tuple(axes_b + [k for k in range(b.ndim) if k not in axes_b]))
    if not axes_a:
        return _core.ufuncs.multiply(a.reshape(a.shape + (1,) * b.ndim), b)
    return _product(a, b, len(axes_a))


def kron(a, b):
    """Kronecker product: copies of b scaled by the elements of a.

    Parameters:
        a, b (cupy.ndarray): operands; the smaller rank gets leading axes of extent 1.

    Returns:
        cupy.ndarray: with the products of the extents as its shape.

    Example:
        >>> import cupy as cp
        >>> cp.kron(cp.array([1, 10]), cp.array([1, 2, 3]))
        array([ 1,  2,  3, 10, 20, 30])
    """
    a, b = as_array(a), as_array(b)
    rank = max(a.ndim, b.ndim)
    shape_a, shape_b = ((1,) * (rank - x.ndim) + x.shape for x in (a, b))
    a = a.reshape(sum(((n, 1) for n in shape_a), ()))
    b = b.reshape(sum(((1, n) for n in shape_b), ()))
    return _core.ufuncs.multiply(a, b).reshape(tuple(m * n for m, n in zip(shape_a, shape_b)))


def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """Cross product of 3-vectors (or of 2-vectors, whose third component is 0).

    Parameters:
        a, b (cupy.ndarray): vectors; the other axes broadcast.
        axisa, axisb, axisc (int): the axis of the components in a, b and the result.
        axis (int): overrides the three.

    Returns:
        cupy.ndarray: without a component axis when both are 2-vectors (NumPy deprecates this case).

    Raises:
        ValueError: a component axis has an extent other than 2 or 3.

    Example:
        >>> import cupy as cp
        >>> cp.cross(cp.array([1, 2, 3]), cp.array([4, 5, 6]))
        array([-3,  6, -3])
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = as_array(a), as_array(b)
    if a.ndim < 1 or b.ndim < 1:
        raise ValueError("At least one array has zero dimension")
    a = _component_first(a, axisa)
    b = _component_first(b, axisb)
    if a.shape[0] not in (2, 3) or b.shape[0] not in (2, 3):
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    multiply, subtract, negative = _core.ufuncs.multiply, _core.ufuncs.subtract, _core.ufuncs.negative
    a, b = _common(a, b)
    if a.dtype.kind == "b":
        raise TypeError(
            "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, "
            "the `^` operator, or the logical_xor function instead."
        )
    if len(a) == 2 and len(b) == 2:
        result = multiply(a[0], b[1])
        return subtract(result, multiply(a[1], b[0]), out=result)
    rest = _core.broadcast_shapes(a.shape[1:], b.shape[1:])
    result = _core.empty((3,) + rest, a.dtype)
    if len(a) == 3 and len(b) == 3:
        # With the components repeated, all three cyclic terms are one strided product.
        a, b = _twice(a, rest), _twice(b, rest)
        multiply(a[1:4], b[2:5], out=result)
        subtract(result, multiply(a[2:5], b[1:4]), out=result)
    elif len(a) == 3:
        negative(multiply(a[2], b[1]), out=result[0])
        multiply(a[2], b[0], out=result[1])
        subtract(multiply(a[0], b[1]), multiply(a[1], b[0]), out=result[2])
    else:
        multiply(a[1], b[2], out=result[0])
        negative(multiply(a[0], b[2]), out=result[1])
        subtract(multiply(a[0], b[1]), multiply(a[1], b[0]), out=result[2])
    axisc = _core.normalize_axis(axisc, result.ndim)
    return _core.transpose(result, tuple(range(1, axisc + 1)) + (0,) + tuple(range(axisc + 1, result.ndim)))


def _component_first(x, axis):
    axis = _core.normalize_axis(axis, x.ndim)
    return _core.transpose(x, (axis, *(k for k in range(x.ndim) if k != axis)))


def _twice(x, rest):
    """Return the rows 0 1 2 0 1 of x, with missing trailing axes as extents of 1."""
    x = x.reshape((3,) + (1,) * (len(rest) + 1 - x.ndim) + x.shape[1:])
    result = _core.empty((5,) + x.shape[1:], x.dtype)
    result[:3] = x
    result[3:] = x[:2]
    return result


def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    """Sum along a diagonal.

    Parameters:
        a (cupy.ndarray): array of rank 2 or more.
        offset (int): distance of the diagonal from the main one.
        axis1, axis2 (int): axes of the matrices.
        dtype: dtype of the sum; small integers are summed in the default integer.
        out (cupy.ndarray): where to put the result.

    Returns:
        cupy.ndarray: without the two axes.

    Raises:
        ValueError: the rank is below 2.

    Example:
        >>> import cupy as cp
        >>> cp.trace(cp.arange(9).reshape(3, 3))
        array(12)
    """
    a = as_array(a)
    if a.ndim < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    return a.diagonal(offset, axis1, axis2).sum(axis=-1, dtype=dtype, out=out)
