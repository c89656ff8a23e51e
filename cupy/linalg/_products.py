"""The products of numpy.linalg: the main namespace's under stricter signatures, and chains of products."""

import operator

from numpy.linalg import LinAlgError

from cupy._linalg import products
from cupy._operands import as_array
from cupy.linalg._operands import identity

__all__ = [
    "cross",
    "diagonal",
    "matmul",
    "matrix_power",
    "matrix_transpose",
    "multi_dot",
    "outer",
    "tensordot",
    "trace",
    "vecdot",
]


def matmul(x1, x2, /):
    """Matrix product, as cupy.matmul.

    Parameters:
        x1, x2 (cupy.ndarray): operands; leading axes broadcast.

    Returns:
        cupy.ndarray: the product.

    Raises:
        ValueError: the shapes do not match.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.matmul(cp.eye(2), cp.array([3., 4.]))
        array([3., 4.])
    """
    return products.matmul(x1, x2)


def vecdot(x1, x2, /, *, axis=-1):
    """Dot product of vectors along an axis; the first operand is conjugated.

    Parameters:
        x1, x2 (cupy.ndarray): operands; the other axes broadcast.
        axis (int): axis of the vectors.

    Returns:
        cupy.ndarray: without the axis.

    Raises:
        ValueError: the extents of the axis differ.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.vecdot(cp.array([[1, 2], [3, 4]]), cp.array([[1, 0], [0, 1]]))
        array([1, 4])
    """
    return products.vecdot(x1, x2, axis=axis)


def tensordot(x1, x2, /, *, axes=2):
    """Contract several axes of two tensors, as cupy.tensordot.

    Parameters:
        x1, x2 (cupy.ndarray): operands.
        axes (int or pair of sequences): the axes to contract.

    Returns:
        cupy.ndarray: the remaining axes of x1, then those of x2.

    Raises:
        ValueError: the contracted extents differ.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.tensordot(cp.ones((2, 3)), cp.ones((3, 2)), axes=1)
        array([[3., 3.],
               [3., 3.]])
    """
    return products.tensordot(x1, x2, axes)


def cross(x1, x2, /, *, axis=-1):
    """Cross product of 3-vectors.

    Parameters:
        x1, x2 (cupy.ndarray): vectors; the other axes broadcast.
        axis (int): axis of the components.

    Returns:
        cupy.ndarray: the products.

    Raises:
        ValueError: the axis has an extent other than 3.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.cross(cp.array([1, 0, 0]), cp.array([0, 1, 0]))
        array([0, 0, 1])
    """
    x1, x2 = as_array(x1), as_array(x2)
    if x1.shape[axis] != 3 or x2.shape[axis] != 3:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{x1.shape[axis]} and {x2.shape[axis]} dimensional instead."
        )
    return products.cross(x1, x2, axis=axis)


def outer(x1, x2, /):
    """Outer product of two vectors.

    Parameters:
        x1, x2 (cupy.ndarray): arrays of rank 1.

    Returns:
        cupy.ndarray: out[i, j] = x1[i] * x2[j].

    Raises:
        ValueError: an operand has another rank.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.outer(cp.array([1, 2]), cp.array([3, 4]))
        array([[3, 4],
               [6, 8]])
    """
    x1, x2 = as_array(x1), as_array(x2)
    if x1.ndim != 1 or x2.ndim != 1:
        raise ValueError(
            f"Input arrays must be one-dimensional, but they are x1.ndim={x1.ndim} and x2.ndim={x2.ndim}."
        )
    return products.outer(x1, x2)


def diagonal(x, /, *, offset=0):
    """Diagonals of the matrices in the last two axes, as a view.

    Parameters:
        x (cupy.ndarray): array of rank 2 or more.
        offset (int): distance from the main diagonal.

    Returns:
        cupy.ndarray: the diagonals in the last axis.

    Raises:
        ValueError: the rank is below 2.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.diagonal(cp.array([[1, 2], [3, 4]]))
        array([1, 4])
    """
    return as_array(x).diagonal(offset, -2, -1)


def trace(x, /, *, offset=0, dtype=None):
    """Sums of the diagonals of the matrices in the last two axes.

    Parameters:
        x (cupy.ndarray): array of rank 2 or more.
        offset (int): distance from the main diagonal.
        dtype: dtype of the sums.

    Returns:
        cupy.ndarray: without the last two axes.

    Raises:
        ValueError: the rank is below 2.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.trace(cp.eye(3))
        array(3.)
    """
    return products.trace(x, offset, -2, -1, dtype)


def matrix_transpose(x, /):
    """Transpose of each matrix in the last two axes, as a view.

    Parameters:
        x (cupy.ndarray): array of rank 2 or more.

    Returns:
        cupy.ndarray: a view with the last two axes swapped.

    Raises:
        ValueError: the rank is below 2.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.matrix_transpose(cp.zeros((4, 2, 3))).shape
        (4, 3, 2)
    """
    x = as_array(x)
    if x.ndim < 2:
        raise ValueError(f"Input array must be at least 2-dimensional, but it is {x.ndim}")
    return x.mT


def matrix_power(a, n):
    """Integer power of square matrices by repeated squaring.

    Parameters:
        a (cupy.ndarray): stack of square matrices.
        n (int): exponent; a negative one inverts first.

    Returns:
        cupy.ndarray: the powers; `a` itself for n = 1.

    Raises:
        TypeError: the exponent is no integer.
        LinAlgError: the matrices are not square, or singular and n < 0.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.matrix_power(cp.array([[1, 1], [1, 0]]), 10)
        array([[89, 55],
               [55, 34]])
    """
    from cupy.linalg._solve import inv

    a = as_array(a)
    if a.ndim < 2:
        raise LinAlgError(f"{a.ndim}-dimensional array given. Array must be at least two-dimensional")
    if a.shape[-1] != a.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")
    try:
        n = operator.index(n)
    except TypeError as error:
        raise TypeError("exponent must be an integer") from error
    if n == 0:
        return identity(a.shape[:-2], *a.shape[-2:], a.dtype)
    if n < 0:
        a, n = inv(a), -n
    result = None
    while True:
        n, odd = divmod(n, 2)
        if odd:
            result = a if result is None else products.matmul(result, a)
        if n == 0:
            return result
        a = products.matmul(a, a)


def multi_dot(arrays, *, out=None):
    """Product of a chain of matrices in the cheapest order.

    Parameters:
        arrays (sequence of cupy.ndarray): matrices; the first and the last may be vectors.
        out (cupy.ndarray): where to put the result, as for dot.

    Returns:
        cupy.ndarray: the product.

    Raises:
        ValueError: fewer than two arrays, or shapes that do not match.
        LinAlgError: an array has the wrong rank.

    Example:
        >>> import cupy as cp
        >>> cp.linalg.multi_dot([cp.ones((10, 100)), cp.ones((100, 5)), cp.ones((5, 50))]).shape
        (10, 50)
    """
    arrays = [as_array(a) for a in arrays]
    if len(arrays) < 2:
        raise ValueError("Expecting at least two arrays.")
    if len(arrays) == 2:
        return products.dot(arrays[0], arrays[1], out=out)
    row, column = arrays[0].ndim == 1, arrays[-1].ndim == 1
    if row:
        arrays[0] = arrays[0][None, :]
    if column:
        arrays[-1] = arrays[-1][:, None]
    for a in arrays:
        if a.ndim != 2:
            raise LinAlgError(f"{a.ndim}-dimensional array given. Array must be two-dimensional")
    split = _chain_order([arrays[0].shape[0]] + [a.shape[1] for a in arrays])

    def product(i, j, out=None):
        if i == j:
            return arrays[i]
        k = split[i, j]
        return products.dot(product(i, k), product(k + 1, j), out=out)

    if out is not None and (row or column):
        shape = (1,) * row + out.shape + (1,) * column
        product(0, len(arrays) - 1, out.reshape(shape) if len(shape) == 2 else out)
        return out
    result = product(0, len(arrays) - 1, out)
    if row:
        result = result[0]
    return result[..., 0] if column else result


def _chain_order(extents):
    """Return where each part of the chain is split best, by dynamic programming over its length."""
    n = len(extents) - 1
    cost = {(i, i): 0 for i in range(n)}
    split = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cost[i, j], split[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + extents[i] * extents[k + 1] * extents[j + 1], k)
                for k in range(i, j)
            )
    return split
