"""The discrete Fourier transforms.

Rows transform the last axis; any other axis is brought there as a view of input and output, so that a
transform of one axis is one launch whatever the axis.
"""

import operator
import warnings

import numpy

from cupy import _core
from cupy._operands import DEVICE_RANK, as_array, cast, three_axes

__all__ = [
    "fft",
    "fft2",
    "fftn",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftn",
]

_NORMS = {"backward": 0, "ortho": 1, "forward": 2}
_OPPOSITE = {"backward": "forward", "ortho": "ortho", "forward": "backward"}


def _norm_name(norm):
    name = "backward" if norm is None else norm
    if name not in _NORMS:
        raise ValueError(f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".')
    return name


def _dtypes(a):
    """Return the real and the complex dtype in which `a` is transformed."""
    if a.dtype.kind not in "fc" and a.dtype.kind not in "biu" and a.dtype.itemsize != 2:
        raise TypeError(f"array type {a.dtype.name} is unsupported in fft")
    single = a.dtype.kind not in "biu" and a.dtype.itemsize // (1 + (a.dtype.kind == "c")) <= 4
    return (
        numpy.dtype(numpy.float32 if single else numpy.float64),
        numpy.dtype(numpy.complex64 if single else numpy.complex128),
    )


def _extent(n, a, axis, real_output=False):
    if n is None:
        n = 2 * (a.shape[axis] - 1) if real_output else a.shape[axis]
    else:
        n = operator.index(n)
    if n < 1:
        raise ValueError(f"Invalid number of FFT data points ({n}) specified.")
    return n


def _one(row, a, n, axis, norm, in_dtype, out_dtype, extent, attrs, out=None):
    """Launch one row along one axis; `extent` is that of the axis in the output."""
    shape = a.shape[:axis] + (extent,) + a.shape[axis + 1 :]
    target = out
    if out is not None:
        if not isinstance(out, _core.ndarray):
            raise TypeError("return arrays must be of ArrayType")
        if out.shape != shape:
            raise ValueError("output array has wrong shape.")
        if not numpy.can_cast(out_dtype, out.dtype, "same_kind"):
            raise TypeError(
                f"Cannot cast ufunc 'fft' output from {out_dtype!r} to {out.dtype!r} with casting "
                "rule 'same_kind'"
            )
    a = cast(a, in_dtype)
    if out is None or out.dtype != out_dtype or _core.may_share_memory(a, out):
        target = _core.empty(shape, out_dtype)
    if target.size and a.size == 0:
        target.fill(0)  # padding alone
    elif target.size:
        source, sink = a, target
        if a.ndim > DEVICE_RANK:
            if not sink.flags.c_contiguous:
                target = sink = _core.empty(shape, out_dtype)
            source, sink, axis = three_axes(a, axis), three_axes(sink, axis), 1
        if axis != source.ndim - 1:
            source, sink = source.swapaxes(axis, -1), sink.swapaxes(axis, -1)
        _core.run_op(row, [source], [sink], n, *attrs, _NORMS[norm])
    if out is not None and target is not out:
        _core.copyto(out, target)
        return out
    return target


def _c2c(a, n, axis, norm, forward, out=None):
    axis = _core.normalize_axis(axis, a.ndim)
    n = _extent(n, a, axis)
    dtype = _dtypes(a)[1]
    return _one("fft_c2c", a, n, axis, _norm_name(norm), dtype, dtype, n, (forward,), out)


def _r2c(a, n, axis, norm, out=None):
    if a.dtype.kind == "c":
        raise TypeError(
            "rfft: complex input is not supported, and could not be safely coerced to a real type"
        )
    axis = _core.normalize_axis(axis, a.ndim)
    n = _extent(n, a, axis)
    real, dtype = _dtypes(a)
    return _one("fft_r2c", a, n, axis, _norm_name(norm), real, dtype, n // 2 + 1, (), out)


def _c2r(a, n, axis, norm, out=None):
    axis = _core.normalize_axis(axis, a.ndim)
    n = _extent(n, a, axis, real_output=True)
    real, dtype = _dtypes(a)
    result = _one("fft_c2r", a, n, axis, _norm_name(norm), dtype, real, n, (), out)
    if out is None and a.dtype == numpy.float16:
        return result.astype(numpy.float16)  # as NumPy, which keeps the precision of the input here
    return result


def _several(a, s, axes, real_output=False):
    """Return the extents and axes of an n-dimensional transform."""
    if s is None:
        axes = range(a.ndim) if axes is None else axes
        axes = [_core.normalize_axis(k, a.ndim) for k in axes]
        s = [a.shape[k] for k in axes]
        if real_output and s:
            s[-1] = 2 * (s[-1] - 1)
        return s, axes
    s = list(s)
    if axes is None:
        warnings.warn(
            "`axes` should not be `None` if `s` is not `None` (Deprecated in NumPy 2.0). In a future "
            "version of NumPy, this will raise an error and `s[i]` will correspond to the size along "
            "the transformed axis specified by `axes[i]`. To retain current behaviour, pass a sequence "
            "[0, ..., k-1] to `axes` for an array of dimension k.",
            DeprecationWarning,
            stacklevel=3,
        )
        axes = range(-len(s), 0)
    axes = list(axes)
    if len(s) != len(axes):
        raise ValueError("Shape and axes have different lengths.")
    axes = [_core.normalize_axis(k, a.ndim) for k in axes]
    for i, k in enumerate(axes):
        if s[i] is None:
            warnings.warn(
                "Passing an array containing `None` values to `s` is deprecated in NumPy 2.0 and will "
                "raise an error in a future version of NumPy. To use the default behaviour of the "
                "corresponding 1-D transform, pass the value matching the default for its `n` parameter. "
                "To use the default behaviour for every axis, the `s` argument can be omitted.",
                DeprecationWarning,
                stacklevel=3,
            )
            s[i] = 2 * (a.shape[k] - 1) if real_output and i == len(axes) - 1 else a.shape[k]
        elif s[i] == -1:
            s[i] = a.shape[k]
    return s, axes


def _c2c_several(a, s, axes, norm, forward, out):
    s, axes = _several(a, s, axes)
    _norm_name(norm)
    if not axes:
        return _copied(a, out)
    steps = list(zip(axes, s))[::-1]
    for k, n in steps[:-1]:
        a = _c2c(a, n, k, norm, forward)
    return _c2c(a, steps[-1][1], steps[-1][0], norm, forward, out)


def _copied(a, out):
    if out is None:
        return a
    _core.copyto(out, a)
    return out


def _doc(summary, shape, returns, example, extra=""):
    """Return a decorator that writes the docstring: the fourteen differ in a few words."""
    if shape == "n":
        parameters = """        n (int): length of the transform: the input is cropped or padded with zeros.
        axis (int): axis of the transform.
"""
    else:
        parameters = (
            """        s (sequence of ints): lengths of the transforms, -1 for that of the input.
        axes (sequence of ints): axes of the transforms; by default """
            + shape
            + """.
"""
        )

    def decorate(function):
        function.__doc__ = f"""{summary}

    Parameters:
        a (cupy.ndarray): input of any numeric dtype.
{parameters}        norm (str): "backward" (default), "ortho" or "forward": which direction is scaled.
        out (cupy.ndarray): where to put the result.

    Returns:
        cupy.ndarray: {returns}, single precision for float16, float32 and complex64 input.

    Raises:
        ValueError: a length below 1, an unknown norm, or an output of another shape.
{extra}
    Example:
        >>> import cupy as cp
{example}
    """
        return function

    return decorate


@_doc(
    "Discrete Fourier transform along one axis.",
    "n",
    "complex spectrum",
    """        >>> cp.fft.fft(cp.array([1., 1., 1., 1.]))
        array([4.+0.j, 0.+0.j, 0.+0.j, 0.+0.j])""",
)
def fft(a, n=None, axis=-1, norm=None, out=None):
    return _c2c(as_array(a), n, axis, norm, True, out)


@_doc(
    "Inverse discrete Fourier transform along one axis.",
    "n",
    "complex signal",
    """        >>> cp.fft.ifft(cp.array([4., 0., 0., 0.]))
        array([1.+0.j, 1.+0.j, 1.+0.j, 1.+0.j])""",
)
def ifft(a, n=None, axis=-1, norm=None, out=None):
    return _c2c(as_array(a), n, axis, norm, False, out)


@_doc(
    "Discrete Fourier transform of real input along one axis.",
    "n",
    "the n // 2 + 1 complex coefficients of non-negative frequency",
    """        >>> cp.fft.rfft(cp.array([1., 1., 1., 1.]))
        array([4.+0.j, 0.+0.j, 0.+0.j])""",
    "        TypeError: the input is complex.\n",
)
def rfft(a, n=None, axis=-1, norm=None, out=None):
    return _r2c(as_array(a), n, axis, norm, out)


@_doc(
    "Inverse of rfft.",
    "n",
    "real signal of length n, by default 2 * (m - 1)",
    """        >>> cp.fft.irfft(cp.array([4., 0., 0.]))
        array([1., 1., 1., 1.])""",
)
def irfft(a, n=None, axis=-1, norm=None, out=None):
    return _c2r(as_array(a), n, axis, norm, out)


@_doc(
    "Transform of a signal with Hermitian symmetry, given its first half.",
    "n",
    "real spectrum of length n, by default 2 * (m - 1)",
    """        >>> cp.fft.hfft(cp.array([1., 0., 0.]))
        array([1., 1., 1., 1.])""",
)
def hfft(a, n=None, axis=-1, norm=None, out=None):
    a = as_array(a)
    return _c2r(a.conj() if a.dtype.kind == "c" else a, n, axis, _OPPOSITE[_norm_name(norm)], out)


@_doc(
    "Inverse of hfft.",
    "n",
    "the first half of the Hermitian signal",
    """        >>> cp.fft.ihfft(cp.array([4., 4., 4., 4.]))
        array([4.-0.j, 0.-0.j, 0.-0.j])""",
    "        TypeError: the input is complex.\n",
)
def ihfft(a, n=None, axis=-1, norm=None, out=None):
    result = _r2c(as_array(a), n, axis, _OPPOSITE[_norm_name(norm)], out)
    return _core.ufuncs.conjugate(result, out=result)


@_doc(
    "Discrete Fourier transform along several axes.",
    "all",
    "complex spectrum",
    """        >>> cp.fft.fftn(cp.ones((2, 2)))
        array([[4.+0.j, 0.+0.j],
               [0.+0.j, 0.+0.j]])""",
)
def fftn(a, s=None, axes=None, norm=None, out=None):
    return _c2c_several(as_array(a), s, axes, norm, True, out)


@_doc(
    "Inverse discrete Fourier transform along several axes.",
    "all",
    "complex signal",
    """        >>> cp.fft.ifftn(cp.array([[4., 0.], [0., 0.]]))
        array([[1.+0.j, 1.+0.j],
               [1.+0.j, 1.+0.j]])""",
)
def ifftn(a, s=None, axes=None, norm=None, out=None):
    return _c2c_several(as_array(a), s, axes, norm, False, out)


@_doc(
    "Discrete Fourier transform of real input along several axes.",
    "all",
    "complex spectrum, halved along the last axis of the transform",
    """        >>> cp.fft.rfftn(cp.ones((2, 2)))
        array([[4.+0.j, 0.+0.j],
               [0.+0.j, 0.+0.j]])""",
    "        TypeError: the input is complex.\n",
)
def rfftn(a, s=None, axes=None, norm=None, out=None):
    a = as_array(a)
    s, axes = _several(a, s, axes)
    if not axes:
        raise IndexError("at least 1 axis must be transformed")
    a = _r2c(a, s[-1], axes[-1], norm, out if len(axes) == 1 else None)
    # NumPy's order: the remaining axes from the first to the last but one.
    for i, (k, n) in enumerate(zip(axes[:-1], s[:-1])):
        a = _c2c(a, n, k, norm, True, out if i == len(axes) - 2 else None)
    return a


@_doc(
    "Inverse of rfftn.",
    "all",
    "real signal",
    """        >>> cp.fft.irfftn(cp.array([[4., 0.], [0., 0.]]))
        array([[1., 1.],
               [1., 1.]])""",
)
def irfftn(a, s=None, axes=None, norm=None, out=None):
    a = as_array(a)
    s, axes = _several(a, s, axes, real_output=True)
    if not axes:
        raise IndexError("at least 1 axis must be transformed")
    for k, n in zip(axes[:-1], s[:-1]):
        a = _c2c(a, n, k, norm, False)
    return _c2r(a, s[-1], axes[-1], norm, out)


@_doc(
    "Discrete Fourier transform along two axes.",
    "the last two",
    "complex spectrum",
    """        >>> cp.fft.fft2(cp.ones((2, 2)))
        array([[4.+0.j, 0.+0.j],
               [0.+0.j, 0.+0.j]])""",
)
def fft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return fftn(a, s, axes, norm, out)


@_doc(
    "Inverse discrete Fourier transform along two axes.",
    "the last two",
    "complex signal",
    """        >>> cp.fft.ifft2(cp.array([[4., 0.], [0., 0.]]))
        array([[1.+0.j, 1.+0.j],
               [1.+0.j, 1.+0.j]])""",
)
def ifft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return ifftn(a, s, axes, norm, out)


@_doc(
    "Discrete Fourier transform of real input along two axes.",
    "the last two",
    "complex spectrum, halved along the last axis of the transform",
    """        >>> cp.fft.rfft2(cp.ones((2, 2)))
        array([[4.+0.j, 0.+0.j],
               [0.+0.j, 0.+0.j]])""",
    "        TypeError: the input is complex.\n",
)
def rfft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return rfftn(a, s, axes, norm, out)


@_doc(
    "Inverse of rfft2.",
    "the last two",
    "real signal",
    """        >>> cp.fft.irfft2(cp.array([[4., 0.], [0., 0.]]))
        array([[1., 1.],
               [1., 1.]])""",
)
def irfft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return irfftn(a, s, axes, norm, out)
