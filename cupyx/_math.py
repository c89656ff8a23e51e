"""Element-wise functions that NumPy does not have."""

import cupy

__all__ = ["rsqrt"]


def rsqrt(x, /, out=None):
    """Return 1 / sqrt(x), element by element.

    Parameters
    ----------
    x : array_like
    out : ndarray, optional
        Where to put the result.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> cupyx.rsqrt(cp.array([1.0, 4.0]))
    array([1. , 0.5])
    """
    root = cupy.sqrt(x)
    return cupy.reciprocal(root, out=root if out is None else out)
