"""Sample frequencies and shifts of the zero frequency."""

import operator

from cupy import _core
from cupy._operands import as_array, kind_of, on_device

__all__ = ["fftfreq", "fftshift", "ifftshift", "rfftfreq"]


def _ramp(out, start):
    """Fill with start, start + 1, ... divided afterwards by the caller."""
    if out.size:
        _core.run_op("arange", [], [out], float(start), 1.0, start, 1)


def fftfreq(n, d=1.0, device=None, *, dtype=None):
    """Frequencies of the bins of a transform: 0, 1, ..., then the negative ones, over n * d.

    Parameters:
        n (int): length of the transform.
        d (number): distance of the samples.
        device: where to create the array.
        dtype (dtype): floating dtype of the result; float64 by default.

    Returns:
        cupy.ndarray: array of length n.

    Raises:
        ValueError: n is no integer, or dtype not floating.

    Example:
        >>> import cupy as cp
        >>> cp.fft.fftfreq(4, 0.5)
        array([ 0. ,  0.5, -1. , -0.5])
    """
    n = _length(n)
    with on_device(device):
        out = _core.empty((n,))
        _ramp(out[: (n + 1) // 2], 0)
        _ramp(out[(n + 1) // 2 :], -(n // 2))
        return _spaced(out, n * d, dtype)


def rfftfreq(n, d=1.0, device=None, *, dtype=None):
    """Frequencies of the bins of a real transform: 0, 1, ..., n // 2, over n * d.

    Parameters:
        n (int): length of the transform.
        d (number): distance of the samples.
        device: where to create the array.
        dtype (dtype): floating dtype of the result; float64 by default.

    Returns:
        cupy.ndarray: array of length n // 2 + 1.

    Raises:
        ValueError: n is no integer, or dtype not floating.

    Example:
        >>> import cupy as cp
        >>> cp.fft.rfftfreq(4, 0.5)
        array([0. , 0.5, 1. ])
    """
    n = _length(n)
    with on_device(device):
        out = _core.empty((n // 2 + 1,))
        _ramp(out, 0)
        return _spaced(out, n * d, dtype)


def _spaced(ramp, extent, dtype):
    if dtype is not None and kind_of(dtype := _core.dtype_of(dtype)) != "f":
        raise ValueError(f"dtype must be a real floating dtype, not {dtype}")
    out = ramp * (1.0 / extent)
    return out if dtype is None else out.astype(dtype, copy=False)


def _length(n):
    try:
        return operator.index(n)
    except TypeError:
        raise ValueError("n should be an integer") from None


def fftshift(x, axes=None):
    """Move the zero frequency to the middle.

    Parameters:
        x (cupy.ndarray): spectrum.
        axes (int or sequence of ints): axes to shift; None means all.

    Returns:
        cupy.ndarray: shifted copy.

    Raises:
        AxisError: an axis does not exist.

    Example:
        >>> import cupy as cp
        >>> cp.fft.fftshift(cp.array([0, 1, 2, -2, -1]))
        array([-2, -1,  0,  1,  2])
    """
    return _shift(x, axes, lambda n: n // 2)


def ifftshift(x, axes=None):
    """Move the zero frequency from the middle to the front: the inverse of fftshift.

    Parameters:
        x (cupy.ndarray): spectrum.
        axes (int or sequence of ints): axes to shift; None means all.

    Returns:
        cupy.ndarray: shifted copy.

    Raises:
        AxisError: an axis does not exist.

    Example:
        >>> import cupy as cp
        >>> cp.fft.ifftshift(cp.array([-2, -1, 0, 1, 2]))
        array([ 0,  1,  2, -2, -1])
    """
    return _shift(x, axes, lambda n: n - n // 2)


def _shift(x, axes, distance):
    """Copy the 2**k blocks that the shifted axes are cut into."""
    x = as_array(x)
    if axes is None:
        axes = range(x.ndim)
    elif not isinstance(axes, (tuple, list)):
        axes = (axes,)
    axes = [_core.normalize_axis(k, x.ndim) for k in axes]
    out = _core.empty_like(x)
    pairs = [((), ())]
    for k in range(x.ndim):
        n = x.shape[k]
        move = distance(n) * axes.count(k) % n if n else 0
        parts = [(slice(None), slice(None))]
        if move:
            parts = [(slice(0, n - move), slice(move, n)), (slice(n - move, n), slice(0, move))]
        pairs = [(source + (a,), target + (b,)) for source, target in pairs for a, b in parts]
    for source, target in pairs:
        out[target] = x[source]
    return out
