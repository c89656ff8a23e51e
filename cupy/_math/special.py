"""Special functions of one variable, and window functions."""

import functools

import numpy

from cupy import _core
from cupy._core import ufuncs as uf
from cupy._operands import as_array, kind_of, limits_of, select

__all__ = ["bartlett", "blackman", "hamming", "hanning", "i0", "kaiser", "sinc"]

# Chebyshev series of exp(-x) I0(x) on [0, 8] in x/4 - 1, and of sqrt(x) exp(-x) I0(x) on
# [8, inf) in 16/x - 1, computed with 40 digits; the first coefficient counts half.
_I0_SMALL = (
    0.6767952744094761,
    -0.3046826723431984,
    0.17162090152220877,
    -0.09490109704804764,
    0.04930528423967071,
    -0.02373741480589947,
    0.010546460394594998,
    -0.004324309995050576,
    0.0016394756169413357,
    -0.0005763755745385824,
    0.00018850288509584165,
    -5.754195010082104e-05,
    1.6448448070728896e-05,
    -4.4167383584587505e-06,
    1.1173875391201037e-06,
    -2.670793853940612e-07,
    6.046995022541919e-08,
    -1.300025009986248e-08,
    2.6598237246823866e-09,
    -5.189795601635263e-10,
    9.675809035373237e-11,
    -1.726826291441556e-11,
    2.95505266312964e-12,
    -4.856446783111929e-13,
    7.676185498604936e-14,
    -1.1685332877993451e-14,
    1.715391285555133e-15,
    -2.431279846547955e-16,
    3.3307945188222384e-17,
    -4.4153416464793395e-18,
)
_I0_LARGE = (
    0.8044904110141088,
    0.0033691164782556943,
    6.889758346916825e-05,
    2.8913705208347567e-06,
    2.0489185894690638e-07,
    2.266668990498178e-08,
    3.3962320257083865e-09,
    4.94060238822497e-10,
    1.1889147107846439e-11,
    -3.1499165279632416e-11,
    -1.3215811840447713e-11,
    -1.7941785315068062e-12,
    7.180124451383666e-13,
    3.8527783827421426e-13,
    1.54008621752141e-14,
    -4.150569347287222e-14,
    -9.554846698828307e-15,
    3.8116806693526224e-15,
    1.7725601330565263e-15,
    -3.425485619677219e-16,
    -2.8276239805165836e-16,
    3.461222867697461e-17,
    4.46562142029676e-17,
    -4.830504485944182e-18,
    -7.233180487874754e-18,
    9.921475412173699e-19,
    1.193650890845982e-18,
)


def _chebyshev(t, coefficients):
    """Sum a Chebyshev series, as far as the dtype tells terms apart, by Clenshaw's recurrence."""
    least = float(limits_of(t.dtype).eps) / 64 * abs(coefficients[0])
    coefficients = [c for c in coefficients if abs(c) > least]
    twice = t + t
    behind, last = 0.0, coefficients[-1]
    for c in reversed(coefficients[1:-1]):
        behind, last = last, twice * last - behind + c
    return t * last - behind + 0.5 * coefficients[0]


def _rounded_once(function):
    """Let a function of several steps compute bfloat16 in float32."""

    @functools.wraps(function)
    def wrapper(x):
        x = as_array(x)
        if x.dtype.name == "bfloat16":
            return function(x.astype(numpy.float32)).astype(x.dtype)
        return function(x)

    return wrapper


@_rounded_once
def i0(x):
    """Return the modified Bessel function of the first kind, order 0.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    out : ndarray

    Raises
    ------
    TypeError
        For complex input.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.i0(cp.array([0., 1.])).round(6)
    array([1.      , 1.266066])
    """
    if kind_of(x.dtype) == "c":
        raise TypeError("i0 not supported for complex values")
    if kind_of(x.dtype) != "f":
        x = x.astype(numpy.float64)
    x = uf.absolute(x)
    small = uf.exp(x) * _chebyshev(uf.minimum(x, 8.0) * 0.25 - 1.0, _I0_SMALL)
    far = uf.maximum(x, 8.0)
    large = uf.exp(x) * _chebyshev(16.0 / far - 1.0, _I0_LARGE) / uf.sqrt(far)
    return select(x <= 8.0, small, large)


@_rounded_once
def sinc(x):
    """Return the normalised sinc function ``sin(pi x) / (pi x)``.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.sinc(cp.array([0., 0.5])).round(6)
    array([1.     , 0.63662])
    """
    if kind_of(x.dtype) not in "fc":
        x = x.astype(numpy.float64)
    tiny = 1e-20 if x.dtype.itemsize > 2 else float(numpy.finfo(x.dtype).tiny)
    y = numpy.pi * select(x == 0, tiny, x, x.dtype)
    return uf.sin(y) / y


def _window(name, summary, example, shape=""):
    """Make the window function `name`: its few values are NumPy's, computed on the host."""
    host = getattr(numpy, name)

    if shape:

        def window(M, beta):
            return _core.asarray(host(M, beta))

    else:

        def window(M):
            return _core.asarray(host(M))

    window.__name__ = window.__qualname__ = name
    window.__doc__ = f"""{summary}

    Parameters
    ----------
    M : int
        Number of points.{shape}

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    {example}
    """
    return window


bartlett = _window(
    "bartlett",
    "Return the Bartlett window: a triangle.",
    ">>> cp.bartlett(5)\n    array([0. , 0.5, 1. , 0.5, 0. ])",
)
blackman = _window(
    "blackman",
    "Return the Blackman window.",
    ">>> cp.blackman(5).round(3)\n    array([-0.  ,  0.34,  1.  ,  0.34, -0.  ])",
)
hamming = _window(
    "hamming",
    "Return the Hamming window.",
    ">>> cp.hamming(5).round(3)\n    array([0.08, 0.54, 1.  , 0.54, 0.08])",
)
hanning = _window(
    "hanning",
    "Return the Hann window.",
    ">>> cp.hanning(5).round(3)\n    array([0. , 0.5, 1. , 0.5, 0. ])",
)
kaiser = _window(
    "kaiser",
    "Return the Kaiser window.",
    ">>> cp.kaiser(3, 0.)\n    array([1., 1., 1.])",
    "\n    beta : float\n        Shape: 0 is a rectangle, 14 a good start.",
)
