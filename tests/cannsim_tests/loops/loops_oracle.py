"""What each loop must compute: NumPy's function, or a formula in a wider type.

`exact` rows are compared bit by bit (any NaN equals any NaN). Others are compared with the function
evaluated in a wider float, within a number of units in the last place of the loop's dtype.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

ANY = "?bBhHiIlLefdFD"
INTEGERS = "bBhHiIlL"
FLOATS = "efd"
REALS = INTEGERS + FLOATS
PI = 4 * np.arctan(np.longdouble(1))
COMPLEX = "FD"
INEXACT = FLOATS + COMPLEX


@dataclass
class Row:
    function: Callable
    chars: str  # NumPy type characters for which a loop must exist; e stands for bfloat16 too
    ulp: float = 0  # 0: exact
    zero_sign: bool = True  # whether the sign of a zero is compared
    values: str = ""  # a restricted domain of inputs, see loops_cases.py


def exact(function, chars, **kwargs):
    return Row(function, chars, **kwargs)


def close(function, chars=FLOATS, ulp=4, **kwargs):
    return Row(function, chars, ulp, **kwargs)


def _special(function):
    """SciPy has these in float64 at best; test_accuracy.py checks our float64 loops."""
    return lambda x: function(x.astype("d"))


def _sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


def _gelu_tanh(x):
    u = np.sqrt(2 / PI) * (x + np.longdouble("0.044715") * x**3)
    return x * _sigmoid(2 * u)


def _mish(x):
    e = np.exp(np.minimum(x, 50))
    n = e * (e + 2)
    return np.where(x > 50, x, x * (n / (n + 2)))


def _trunc_divide(x, y):
    if x.dtype.kind in "iu":
        safe = np.where(y == 0, 1, y).astype(y.dtype)
        return np.where(y == 0, 0, (x - np.fmod(x, safe)) // safe).astype(x.dtype)
    return np.trunc(x / y)


def _integer_power(x, y):
    """NumPy refuses negative exponents; the truth rounded to zero is 0 or a sign."""
    positive = np.power(x, np.where(y < 0, 0, y).astype(y.dtype))
    odd = np.where(y % 2 == 0, 1, x)
    return np.where(y >= 0, positive, np.where(np.abs(x) == 1, odd, 0)).astype(x.dtype)


def _elu(x, alpha, scale, input_scale):
    return np.where(x > 0, scale * x, scale * (alpha * np.expm1(x * input_scale)))


ROWS = {
    # one input
    "negative": exact(np.negative, INTEGERS + INEXACT),
    "absolute": exact(np.absolute, "?" + REALS),
    "sign": exact(np.sign, REALS),
    "square": exact(np.square, INTEGERS + FLOATS),
    "sqrt": exact(np.sqrt, FLOATS),
    "rsqrt": close(lambda x: 1 / np.sqrt(x), ulp=2),
    "reciprocal": exact(np.reciprocal, INTEGERS + FLOATS),
    "floor": exact(np.floor, "?" + REALS),
    "ceil": exact(np.ceil, "?" + REALS),
    "trunc": exact(np.trunc, "?" + REALS),
    "rint": exact(lambda x: x if x.dtype.kind in "iub" else np.rint(x), "?" + REALS + COMPLEX),
    "rint_unsigned_zero": exact(lambda x: np.rint(x) + x.dtype.type(0), FLOATS),
    "isnan": exact(np.isnan, ANY),
    "isinf": exact(np.isinf, ANY),
    "isfinite": exact(np.isfinite, ANY),
    "isposinf": exact(np.isposinf, "?" + REALS),
    "isneginf": exact(lambda x: x.astype("d") == -np.inf, "?" + REALS),
    "signbit": exact(np.signbit, FLOATS),
    "logical_not": exact(np.logical_not, ANY),
    "invert": exact(np.invert, "?" + INTEGERS),
    "conjugate": exact(lambda x: x if x.dtype.kind == "b" else np.conjugate(x), ANY),
    "bitwise_count": exact(np.bitwise_count, INTEGERS),
    "relu": exact(lambda x: np.maximum(x, x.dtype.type(0)), REALS, zero_sign=False),
    "softsign": close(lambda x: x / (1 + np.abs(x))),
    "hardsigmoid": close(lambda x: np.clip((x + 3) / 6, 0, 1), values="moderate"),
    "hardswish": close(lambda x: x * np.clip(x + 3, 0, 6) / 6, values="moderate"),
    "sigmoid": close(_sigmoid),
    "log_sigmoid": close(special.log_expit, values="moderate"),
    "silu": close(lambda x: x * _sigmoid(x), values="moderate"),
    "gelu": close(lambda x: x * _special(special.ndtr)(x), "ef", values="moderate"),
    "gelu_tanh": close(_gelu_tanh, values="moderate", ulp=8),
    "mish": close(_mish, values="moderate"),
    "sinc": close(lambda x: np.where(x == 0, 1, np.sin(PI * x) / (PI * x)), values="fractions"),
    "erf": close(_special(special.erf)),
    "erfc": close(_special(special.erfc), "ef", values="moderate"),
    "erfinv": close(_special(special.erfinv), values="unit"),
    "lgamma": close(_special(special.gammaln), "ef", values="positive"),
    "digamma": close(_special(special.digamma), "ef", values="positive"),
    "cbrt": close(np.cbrt),
    "exp": close(np.exp),
    "exp2": close(np.exp2),
    "expm1": close(np.expm1),
    "log": close(np.log),
    "log2": close(np.log2),
    "log10": close(np.log10),
    "log1p": close(np.log1p),
    "sin": close(np.sin),
    "cos": close(np.cos),
    "tan": close(np.tan),
    "arcsin": close(np.arcsin),
    "arccos": close(np.arccos),
    "arctan": close(np.arctan),
    "sinh": close(np.sinh),
    "cosh": close(np.cosh),
    "tanh": close(np.tanh),
    "arcsinh": close(np.arcsinh),
    "arccosh": close(np.arccosh),
    "arctanh": close(np.arctanh),
    "angle": close(lambda x: np.arctan2(x.dtype.type(0), x)),
    # two inputs
    "add": exact(np.add, ANY),
    "subtract": exact(np.subtract, INTEGERS + INEXACT),
    "multiply": exact(np.multiply, "?" + REALS),
    "divide": exact(np.divide, FLOATS),
    "floor_divide": exact(np.floor_divide, REALS),
    "trunc_divide": exact(_trunc_divide, REALS),
    "remainder": exact(np.remainder, REALS),
    "fmod": exact(np.fmod, REALS),
    "power": exact(_integer_power, INTEGERS),
    "maximum": exact(np.maximum, ANY, zero_sign=False),
    "minimum": exact(np.minimum, ANY, zero_sign=False),
    "fmax": exact(np.fmax, ANY, zero_sign=False),
    "fmin": exact(np.fmin, ANY, zero_sign=False),
    "arctan2": close(np.arctan2),
    "hypot": close(np.hypot),
    "logaddexp": close(np.logaddexp, values="positive"),
    "logaddexp2": close(np.logaddexp2, values="positive"),
    "xlogy": close(lambda x, y: np.where((x == 0) & ~np.isnan(y), 0, x * np.log(y)), values="positive"),
    "xlog1py": close(
        lambda x, y: np.where((x == 0) & ~np.isnan(y), 0, x * np.log1p(y)), values="positive"
    ),
    "copysign": exact(np.copysign, FLOATS),
    "nextafter": exact(np.nextafter, FLOATS),
    "heaviside": exact(np.heaviside, FLOATS),
    "gcd": exact(np.gcd, INTEGERS),
    "lcm": exact(np.lcm, INTEGERS),
    "bitwise_and": exact(np.bitwise_and, "?" + INTEGERS),
    "bitwise_or": exact(np.bitwise_or, "?" + INTEGERS),
    "bitwise_xor": exact(np.bitwise_xor, "?" + INTEGERS),
    "left_shift": exact(np.left_shift, INTEGERS),
    "right_shift": exact(np.right_shift, INTEGERS),
    "equal": exact(np.equal, ANY),
    "not_equal": exact(np.not_equal, ANY),
    "less": exact(np.less, ANY),
    "less_equal": exact(np.less_equal, ANY),
    "greater": exact(np.greater, ANY),
    "greater_equal": exact(np.greater_equal, ANY),
    "logical_and": exact(np.logical_and, ANY),
    "logical_or": exact(np.logical_or, ANY),
    "logical_xor": exact(np.logical_xor, ANY),
    "leaky_relu": exact(lambda x, s: np.where(x > 0, x, x * s), FLOATS),
    "hardshrink": exact(lambda x, b: np.where((x >= -b) & (x <= b), x.dtype.type(0), x), FLOATS),
    "softshrink": exact(
        lambda x, b: np.where(x > b, x - b, np.where(x < -b, x + b, np.where(np.isnan(x), x, x * 0))),
        FLOATS, values="moderate", zero_sign=False,
    ),
    # more
    "clip": exact(lambda x, lo, hi: np.minimum(np.maximum(x, lo), hi), ANY, zero_sign=False),
    "axpy": exact(lambda x, y, a: x + a * y, INTEGERS + "fd"),
    "addcmul": exact(lambda x, y, z, v: x + v * y * z, INTEGERS + "fd"),
    "addcdiv": exact(lambda x, y, z, v: x + v * y / z, "fd"),
    "threshold": exact(lambda x, t, v: np.where(x <= t, v, x), REALS),
    "nan_to_num": exact(
        lambda x, nan, hi, lo: np.select([np.isnan(x), x == np.inf, x == -np.inf], [nan, hi, lo], x),
        FLOATS,
    ),
    "lerp": close(lambda x, y, w: x + w * (y - x), values="weights"),
    "softplus": close(
        lambda x, b, t: np.where(x * b > t, x, np.log1p(np.exp(np.minimum(x * b, 100))) / b),
        values="fractions", ulp=8,
    ),
    "elu": close(_elu, values="fractions"),
}  # fmt: skip
