"""Continuous distributions that are transformations of uniform, normal and exponential numbers."""

import math


from cupy import _core
from cupy._linalg import products
from cupy._operands import as_array, select
from cupy.random._arguments import Parameters, as_shape, documented, float_dtype

__all__ = ["Continuous"]

_LOC_SCALE = "loc (float or cupy.ndarray): location.\nscale (float or cupy.ndarray): scale, not negative."
_SCALE = "scale (float or cupy.ndarray): scale, not negative."


def _scaled(x, loc, scale):
    """Return x * scale + loc, in place where the shapes allow it."""
    if isinstance(scale, _core.ndarray):
        x = x * scale
    elif scale != 1:
        x *= scale
    if isinstance(loc, _core.ndarray):
        x = x + loc
    elif loc != 0:
        x += loc
    return x


class Continuous:
    """Distributions by transformation; a subclass has the bit generator in `_bits`."""

    _ordered = False  # whether bounds in the wrong order are refused

    @documented("Uniform numbers in [0, 1).", "", "random_sample(3).shape\n        (3,)")
    def random_sample(self, size=None, dtype=float):
        return self._bits.uniform(as_shape(size), float_dtype(dtype))

    @documented(
        "Uniform numbers in [low, high).",
        "low (float or cupy.ndarray): lower bound.\nhigh (float or cupy.ndarray): upper bound.",
        "uniform(1, 2, size=(2, 3)).shape\n        (2, 3)",
        raises="Generator: high is below low (OverflowError: the bounds are not finite)",
    )
    def uniform(self, low=0.0, high=1.0, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), low=(low, "number"), high=(high, "number"))
        low, high = p
        if p.scalar and not math.isfinite(high - low):
            raise OverflowError("Range exceeds valid bounds")
        if self._ordered:
            p.require("low", "high", "high - low < 0")
        return _scaled(self._bits.uniform(p.shape, p.dtype), low, high - low)

    @documented("Normal numbers.", _LOC_SCALE, "normal(0, 2, size=4).shape\n        (4,)")
    def normal(self, loc=0.0, scale=1.0, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), loc=(loc, "number"), scale=(scale, "nonnegative"))
        return _scaled(self._bits.normal(p.shape, p.dtype), *p)

    @documented("Normal numbers of mean 0 and deviation 1.", "", "standard_normal(4).shape\n        (4,)")
    def standard_normal(self, size=None, dtype=float):
        return self._bits.normal(as_shape(size), float_dtype(dtype))

    @documented("Exponential numbers.", _SCALE, "exponential(2., size=4).shape\n        (4,)")
    def exponential(self, scale=1.0, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), scale=(scale, "nonnegative"))
        return _scaled(self._bits.exponential(p.shape, p.dtype), 0, p.values[0])

    @documented("Exponential numbers of mean 1.", "", "standard_exponential(4).shape\n        (4,)")
    def standard_exponential(self, size=None, dtype=float):
        return self._bits.exponential(as_shape(size), float_dtype(dtype))

    @documented(
        "Laplace numbers: the difference of two exponential ones.",
        _LOC_SCALE,
        "laplace(size=4).shape\n        (4,)",
    )
    def laplace(self, loc=0.0, scale=1.0, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), loc=(loc, "number"), scale=(scale, "nonnegative"))
        x = self._bits.exponential(p.shape, p.dtype)
        x -= self._bits.exponential(p.shape, p.dtype)
        return _scaled(x, *p)

    @documented("Logistic numbers.", _LOC_SCALE, "logistic(size=4).shape\n        (4,)")
    def logistic(self, loc=0.0, scale=1.0, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), loc=(loc, "number"), scale=(scale, "nonnegative"))
        u = self._bits.open_uniform(p.shape, p.dtype)
        x = _core.ufuncs.log(u)
        x -= _core.ufuncs.log1p(-u)
        return _scaled(x, *p)

    @documented("Gumbel numbers.", _LOC_SCALE, "gumbel(size=4).shape\n        (4,)")
    def gumbel(self, loc=0.0, scale=1.0, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), loc=(loc, "number"), scale=(scale, "nonnegative"))
        return _scaled(self._gumbel(p.shape, p.dtype), *p)

    def _gumbel(self, shape, dtype):
        log = _core.ufuncs.log
        return -log(-log(self._bits.open_uniform(shape, dtype)))

    @documented(
        "Numbers whose logarithm is normal.",
        "mean (float or cupy.ndarray): mean of the logarithm.\n"
        "sigma (float or cupy.ndarray): deviation of the logarithm, not negative.",
        "lognormal(size=4).shape\n        (4,)",
    )
    def lognormal(self, mean=0.0, sigma=1.0, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), mean=(mean, "number"), sigma=(sigma, "nonnegative"))
        x = _scaled(self._bits.normal(p.shape, p.dtype), *p)
        return _core.ufuncs.exp(x, out=x)

    @documented("Rayleigh numbers.", _SCALE, "rayleigh(size=4).shape\n        (4,)")
    def rayleigh(self, scale=1.0, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), scale=(scale, "nonnegative"))
        return _core.ufuncs.sqrt(2 * self._bits.exponential(p.shape, p.dtype)) * p.values[0]

    @documented(
        "Weibull numbers.",
        "a (float or cupy.ndarray): shape, not negative.",
        "weibull(2., size=4).shape\n        (4,)",
    )
    def weibull(self, a, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), a=(a, "nonnegative"))
        (a,) = p
        if p.scalar and a == 0:
            return _core.zeros(p.shape, p.dtype)
        return self._bits.exponential(p.shape, p.dtype) ** (1 / a)

    @documented(
        "Numbers of Pareto's second kind (Lomax).",
        "a (float or cupy.ndarray): shape, positive.",
        "pareto(3., size=4).shape\n        (4,)",
    )
    def pareto(self, a, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), a=(a, "positive"))
        return _core.ufuncs.expm1(self._bits.exponential(p.shape, p.dtype) / p.values[0])

    @documented(
        "Numbers in [0, 1) with density a * x**(a - 1).",
        "a (float or cupy.ndarray): shape, positive.",
        "power(3., size=4).shape\n        (4,)",
    )
    def power(self, a, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), a=(a, "positive"))
        return self._bits.uniform(p.shape, p.dtype) ** (1 / p.values[0])

    @documented("Cauchy numbers: the ratio of two normal ones.", "", "standard_cauchy(4).shape\n        (4,)")
    def standard_cauchy(self, size=None, dtype=float):
        shape, dtype = as_shape(size), float_dtype(dtype)
        return self._bits.normal(shape, dtype) / self._bits.normal(shape, dtype)

    @documented(
        "Triangular numbers.",
        "left (float or cupy.ndarray): lower limit.\nmode (float or cupy.ndarray): where the peak is.\n"
        "right (float or cupy.ndarray): upper limit.",
        "triangular(-3, 0, 8, size=4).shape\n        (4,)",
        raises="not left <= mode <= right and left < right",
    )
    def triangular(self, left, mode, right, size=None, dtype=float):
        p = Parameters(
            size, float_dtype(dtype), left=(left, "number"), mode=(mode, "number"), right=(right, "number")
        )
        left, mode, right = p
        p.require("left", "mode")
        p.require("mode", "right")
        p.require("left", "right", "left == right", strict=True)
        u = self._bits.uniform(p.shape, p.dtype)
        base = right - left
        rising = left + _core.ufuncs.sqrt(u * (base * (mode - left)))
        falling = right - _core.ufuncs.sqrt((1 - u) * (base * (right - mode)))
        return select(u <= (mode - left) / base, rising, falling, p.dtype)

    @documented(
        "Numbers of Wald's distribution (inverse Gaussian).",
        "mean (float or cupy.ndarray): mean, positive.\nscale (float or cupy.ndarray): scale, positive.",
        "wald(3, 2, size=4).shape\n        (4,)",
    )
    def wald(self, mean, scale, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), mean=(mean, "positive"), scale=(scale, "positive"))
        mean, scale = p
        # Michael, Schucany and Haas; r is the larger root over the mean, free of cancellation.
        w = self._bits.normal(p.shape, p.dtype)
        w = w * w * (mean / (2 * scale))
        r = w + _core.ufuncs.sqrt(w * (w + 2)) + 1
        u = self._bits.uniform(p.shape, p.dtype)
        return select(u * (r + 1) <= r, mean / r, mean * r, p.dtype)

    @documented(
        "Normal vectors.",
        "mean (sequence or cupy.ndarray): mean of length n.\n"
        "cov (sequence or cupy.ndarray): covariance of shape (n, n).\n"
        'check_valid (str): "warn" and "raise" check the covariance and wait for it, "ignore" does not.\n'
        "tol (float): tolerance of that check.\n"
        'method (str): "svd", "eigh" or "cholesky", the fastest, for positive definite covariances only.',
        "multivariate_normal([0., 1.], [[1., 0.], [0., 2.]], size=5).shape\n        (5, 2)",
        raises="the shapes do not match, or the covariance fails the check",
    )
    def multivariate_normal(
        self, mean, cov, size=None, check_valid="warn", tol=1e-8, *, method="svd", dtype=float
    ):
        from cupy import linalg

        dtype = float_dtype(dtype)
        mean, cov = as_array(mean, dtype), as_array(cov, dtype)
        if method not in ("cholesky", "svd", "eigh"):
            raise ValueError('method must be one of "cholesky", "svd" and "eigh"')
        if check_valid not in ("warn", "raise", "ignore"):
            raise ValueError("check_valid must equal 'warn', 'raise', or 'ignore'")
        if mean.ndim != 1:
            raise ValueError("mean must be 1 dimensional")
        if cov.ndim != 2 or cov.shape[0] != cov.shape[1]:
            raise ValueError("cov must be 2 dimensional and square")
        if mean.shape[0] != cov.shape[0]:
            raise ValueError("mean and cov must have same length")
        if check_valid != "ignore":
            _check_covariance(cov, check_valid, tol)
        if method == "cholesky":
            root = linalg.cholesky(cov).mT
        elif method == "eigh":
            w, v = linalg.eigh(cov)
            root = _core.ufuncs.sqrt(_core.ufuncs.maximum(w, 0))[:, None] * v.mT
        else:
            _, s, vh = linalg.svd(cov)
            root = _core.ufuncs.sqrt(s)[:, None] * vh
        x = self._bits.normal(as_shape(size) + mean.shape, dtype)
        return products.matmul(x, root) + mean


def _check_covariance(cov, check_valid, tol):
    from cupy import linalg

    if bool((linalg.eigvalsh(cov) < -tol).any()) or bool((abs(cov - cov.T) > tol + tol * abs(cov)).any()):
        text = "covariance is not symmetric positive-semidefinite."
        if check_valid == "raise":
            raise ValueError(text)
        import warnings

        warnings.warn(text, RuntimeWarning, stacklevel=3)
