"""The gamma family, von Mises and Zipf by rejection: all pending elements are proposed and tested at once.

Each round waits for the number of rejected elements; with acceptances near 0.95 there are few rounds.
"""

import math

import numpy

import cupy
from cupy import _core
from cupy._operands import select
from cupy.random._arguments import Parameters, as_shape, documented, float_dtype

__all__ = ["GammaFamily", "reject"]

_ROUNDS = 100


def reject(shape, dtype, parameters, propose):
    """Return samples of a rejection method.

    `propose(count, *parameters)` returns candidates and which of them are accepted; parameters are floats or
    arrays, of which it sees the elements that are pending.
    """
    size = math.prod(shape)
    if size == 0:
        return _core.empty(shape, dtype)
    if not any(isinstance(p, _core.ndarray) for p in parameters):
        return _accepted(size, parameters, propose).astype(dtype, copy=False).reshape(shape)
    parameters = [
        _core.broadcast_to(p, shape).ravel() if isinstance(p, _core.ndarray) else p for p in parameters
    ]
    out, accepted = propose(size, *parameters)
    pending = cupy.flatnonzero(~accepted)
    for _ in range(_ROUNDS):
        if pending.size == 0:
            return out.astype(dtype, copy=False).reshape(shape)
        some = [p[pending] if isinstance(p, _core.ndarray) else p for p in parameters]
        candidate, accepted = propose(pending.size, *some)
        out[pending] = candidate
        pending = pending[~accepted]
    raise _out_of_range()


def _accepted(size, parameters, propose):
    """Return the first accepted candidates: where all elements are alike, none of them needs a place."""
    found = []
    for _ in range(_ROUNDS):
        candidate, accepted = propose(size + size // 16 + 8, *parameters)
        part = candidate[accepted][:size]
        size -= part.size
        found.append(part)
        if size == 0:
            return part if len(found) == 1 else cupy.concatenate(found)
    raise _out_of_range()


def _out_of_range():
    return ValueError("a parameter of the distribution is out of range")


class GammaFamily:
    """Distributions that need gamma numbers; a subclass has the bit generator in `_bits`."""

    _concentration = "positive"  # what is asked of those of Dirichlet's distribution

    def _gamma_parts(self, shape, dtype, alpha):
        """Return g and e, so that g * exp(-e) has the gamma distribution; e is None where alpha >= 1."""
        scalar = not isinstance(alpha, _core.ndarray)
        boost = alpha < 1 if scalar else (alpha < 1).astype(dtype)
        bits, ufuncs = self._bits, _core.ufuncs

        def propose(count, alpha):
            # Marsaglia and Tsang, ACM TOMS 26 (2000) 363.
            d = alpha - 1 / 3
            x = bits.normal((count,), dtype)
            root = x * (1 / (9 * d) ** 0.5) + 1
            g = root * root * root * d
            bound = x * x * 0.5 + d - g + ufuncs.log(root) * (3 * d)
            # Zero counts as accepted, as the next number would almost surely be.
            accepted = ufuncs.log(bits.uniform((count,), dtype)) < bound
            if not scalar:  # of an infinite or undefined shape the product is infinite or undefined
                accepted |= d - d != 0
            return g, accepted

        if scalar and not math.isfinite(alpha):
            return _core.full(shape, alpha, dtype), None
        g = reject(shape, dtype, [alpha + boost], propose)
        if scalar and not boost:
            return g, None
        exponent = bits.exponential(shape, dtype) / alpha
        if not scalar:
            exponent = select(alpha < 1, exponent, 0, dtype)
        return g, exponent

    def _gamma(self, shape, dtype, alpha):
        if not isinstance(alpha, _core.ndarray) and alpha == 0:
            return _core.zeros(shape, dtype)
        g, exponent = self._gamma_parts(shape, dtype, alpha)
        return g if exponent is None else g * _core.ufuncs.exp(-exponent)

    def _log_gamma(self, shape, dtype, alpha):
        """Return logarithms of gamma numbers, which do not vanish for small alpha."""
        g, exponent = self._gamma_parts(shape, dtype, alpha)
        g = _core.ufuncs.log(g)
        return g if exponent is None else g - exponent

    def _chisquare(self, shape, dtype, df):
        return 2 * self._gamma(shape, dtype, df / 2)

    @documented(
        "Gamma numbers of scale 1.",
        "shape (float or cupy.ndarray): shape, not negative.",
        "standard_gamma(2., size=4).shape\n        (4,)",
    )
    def standard_gamma(self, shape, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), shape=(shape, "nonnegative"))
        return self._gamma(p.shape, p.dtype, *p)

    @documented(
        "Gamma numbers.",
        "shape (float or cupy.ndarray): shape, not negative.\n"
        "scale (float or cupy.ndarray): scale, not negative.",
        "gamma(2., 3., size=4).shape\n        (4,)",
    )
    def gamma(self, shape, scale=1.0, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), shape=(shape, "nonnegative"), scale=(scale, "nonnegative"))
        shape, scale = p
        return self._gamma(p.shape, p.dtype, shape) * scale

    @documented(
        "Beta numbers.",
        "a (float or cupy.ndarray): first shape, positive.\nb (float or cupy.ndarray): second shape, "
        "positive.",
        "beta(2., 3., size=4).shape\n        (4,)",
    )
    def beta(self, a, b, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), a=(a, "positive"), b=(b, "positive"))
        a, b = p
        odds = self._log_gamma(p.shape, p.dtype, b) - self._log_gamma(p.shape, p.dtype, a)
        return 1 / (_core.ufuncs.exp(odds) + 1)

    @documented(
        "Chi-square numbers.",
        "df (float or cupy.ndarray): degrees of freedom, positive.",
        "chisquare(3, size=4).shape\n        (4,)",
    )
    def chisquare(self, df, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), df=(df, "positive"))
        return self._chisquare(p.shape, p.dtype, *p)

    @documented(
        "Numbers of Fisher's F distribution.",
        "dfnum (float or cupy.ndarray): degrees of freedom of the numerator, positive.\n"
        "dfden (float or cupy.ndarray): degrees of freedom of the denominator, positive.",
        "f(3, 5, size=4).shape\n        (4,)",
    )
    def f(self, dfnum, dfden, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), dfnum=(dfnum, "positive"), dfden=(dfden, "positive"))
        dfnum, dfden = p
        return (
            self._chisquare(p.shape, p.dtype, dfnum)
            * (dfden / dfnum)
            / self._chisquare(p.shape, p.dtype, dfden)
        )

    @documented(
        "Numbers of Student's t distribution.",
        "df (float or cupy.ndarray): degrees of freedom, positive.",
        "standard_t(3, size=4).shape\n        (4,)",
    )
    def standard_t(self, df, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), df=(df, "positive"))
        (df,) = p
        return self._bits.normal(p.shape, p.dtype) * (df / self._chisquare(p.shape, p.dtype, df)) ** 0.5

    @documented(
        "Chi-square numbers of shifted normal ones.",
        "df (float or cupy.ndarray): degrees of freedom, positive.\n"
        "nonc (float or cupy.ndarray): non-centrality, not negative.",
        "noncentral_chisquare(3, 1, size=4).shape\n        (4,)",
    )
    def noncentral_chisquare(self, df, nonc, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), df=(df, "positive"), nonc=(nonc, "nonnegative"))
        df, nonc = p
        if not isinstance(nonc, _core.ndarray) and not math.isfinite(nonc):
            return _core.full(p.shape, nonc, p.dtype)
        # A Poisson mixture of central ones, for any degrees of freedom.
        extra = self._poisson(p.shape, nonc / 2).astype(p.dtype)
        return self._chisquare(p.shape, p.dtype, extra * 2 + df)

    @documented(
        "Numbers of the non-central F distribution.",
        "dfnum (float or cupy.ndarray): degrees of freedom of the numerator, positive.\n"
        "dfden (float or cupy.ndarray): degrees of freedom of the denominator, positive.\n"
        "nonc (float or cupy.ndarray): non-centrality, not negative.",
        "noncentral_f(3, 5, 1, size=4).shape\n        (4,)",
    )
    def noncentral_f(self, dfnum, dfden, nonc, size=None, dtype=float):
        p = Parameters(
            size,
            float_dtype(dtype),
            dfnum=(dfnum, "positive"),
            dfden=(dfden, "positive"),
            nonc=(nonc, "nonnegative"),
        )
        dfnum, dfden, nonc = p
        top = self.noncentral_chisquare(dfnum, nonc, p.shape, p.dtype)
        return top * (dfden / dfnum) / self._chisquare(p.shape, p.dtype, dfden)

    @documented(
        "Dirichlet vectors: positive numbers that add up to 1.",
        "alpha (sequence or cupy.ndarray): concentrations, positive; the last axis holds the vector.",
        "dirichlet([1., 2., 3.], size=4).shape\n        (4, 3)",
    )
    def dirichlet(self, alpha, size=None, dtype=float):
        dtype = float_dtype(dtype)
        (alpha,) = Parameters(None, dtype, alpha=(alpha, self._concentration))
        if not isinstance(alpha, _core.ndarray) or alpha.ndim == 0:
            raise ValueError("alpha must be a vector")
        shape = alpha.shape if size is None else as_shape(size) + alpha.shape[-1:]
        x = self._log_gamma(shape, dtype, alpha)
        if x.size == 0:
            return x
        x -= x.max(axis=-1, keepdims=True)
        _core.ufuncs.exp(x, out=x)
        x /= x.sum(axis=-1, keepdims=True)
        return x

    @documented(
        "Angles in [-pi, pi] of von Mises' distribution.",
        "mu (float or cupy.ndarray): mode.\nkappa (float or cupy.ndarray): concentration, not negative.",
        "vonmises(0., 4., size=4).shape\n        (4,)",
    )
    def vonmises(self, mu, kappa, size=None, dtype=float):
        p = Parameters(size, float_dtype(dtype), mu=(mu, "number"), kappa=(kappa, "nonnegative"))
        mu, kappa = p
        if not isinstance(kappa, _core.ndarray) and kappa != kappa:
            return _core.full(p.shape, kappa, p.dtype)
        bits, ufuncs, dtype = self._bits, _core.ufuncs, p.dtype

        def propose(count, s, kappa):
            # Best and Fisher, Applied Statistics 28 (1979) 152, in double precision: s is close to 1.
            z = ufuncs.cos(bits.uniform((count,), numpy.float64) * math.pi)
            w = (s * z + 1) / (s + z)
            y = kappa * (s - w)
            v = bits.open_uniform((count,), numpy.float64)
            angle = ufuncs.arccos(ufuncs.minimum(ufuncs.maximum(w, -1), 1))
            return angle, (y * (2 - y) - v >= 0) | (ufuncs.log(y / v) + 1 - y >= 0)

        if isinstance(kappa, _core.ndarray):
            kappa = kappa.astype(numpy.float64)
            inside = ufuncs.minimum(ufuncs.maximum(kappa, 1e-8), 1e6)
            s = select(inside < 1e-4, 1 / inside + inside, _wrapped_cauchy(inside), numpy.float64)
        else:
            inside = min(max(kappa, 1e-8), 1e6)
            s = 1 / inside + inside if inside < 1e-4 else _wrapped_cauchy(inside)
        angle = reject(p.shape, numpy.float64, [s, inside], propose)
        angle *= bits.integers(p.shape, numpy.int64, 0, 2) * 2 - 1
        sharp = kappa > 1e6  # there the normal distribution is exact to working precision
        if isinstance(sharp, _core.ndarray):
            narrow = bits.normal(p.shape, numpy.float64) / ufuncs.sqrt(ufuncs.maximum(kappa, 1))
            angle = select(sharp, narrow, angle, numpy.float64)
        elif sharp:
            angle = bits.normal(p.shape, numpy.float64) / kappa**0.5
        angle = ufuncs.remainder(angle + mu + math.pi, 2 * math.pi) - math.pi
        return angle.astype(dtype, copy=False)


def _wrapped_cauchy(kappa):
    """Return the parameter of the envelope of von Mises' density."""
    r = (kappa * kappa * 4 + 1) ** 0.5 + 1
    rho = (r - (2 * r) ** 0.5) / (2 * kappa)
    return (rho * rho + 1) / (2 * rho)
