"""Distributions over integers.

With scalar parameters the cumulative distribution is tabulated on the host and inverted by one search. With
array parameters a small mean is inverted step by step and a large one goes through transformed rejection.
"""

import functools
import math

import numpy

import cupy
from cupy import _core
from cupy._operands import as_array, select
from cupy.random._arguments import Parameters, as_shape, documented, integer_dtype
from cupy.random._gamma import reject

__all__ = ["Discrete", "log_factorial", "tabulate"]

_DOUBLE = numpy.dtype(numpy.float64)
_SMALL_MEAN = 10  # below it the rejection methods have no valid envelope
_FEW_TRIALS = 1 << 14  # of a multinomial call: each is drawn, rather than the counts one after the other
_STEPS = 64  # of the inversion: beyond it lies less than 2**-53 for means up to _SMALL_MEAN


def tabulate(mode, low, high, spread, log_ratio):
    """Return (first, cumulative) over the integers that hold all but 2**-60 of the probability.

    `log_ratio(k)` is log(pmf(k + 1) / pmf(k)). Returns None where the table would be too long.
    """
    first = max(low, math.floor(mode - 10 * spread - 60))
    last = min(high, math.ceil(mode + 10 * spread + 60))
    if last - first > 1 << 20:
        return None
    mode = min(max(mode, first), last)
    steps = log_ratio(numpy.arange(first, last, dtype=float))
    logs = numpy.concatenate([[0.0], numpy.cumsum(steps)])
    logs -= logs.max()
    cumulative = numpy.cumsum(numpy.exp(logs))
    return first, cumulative / cumulative[-1]


def _kept(make):
    """Let the tables be remembered that a function makes of moderate parameters, which are short."""
    remembered = functools.lru_cache(maxsize=64)(make)
    return lambda *parameters: (remembered if max(parameters) < 1e6 else make)(*parameters)


@_kept
def _poisson_table(lam):
    return tabulate(math.floor(lam), 0, math.inf, math.sqrt(lam), lambda k: math.log(lam) - numpy.log(k + 1))


@_kept
def _binomial_table(n, p):
    return tabulate(
        math.floor((n + 1) * p),
        0,
        n,
        math.sqrt(n * p * (1 - p)),
        lambda k: numpy.log((n - k) / (k + 1)) + math.log(p / (1 - p)),
    )


def log_factorial(k):
    """Return log(k!) on the device: Stirling's series at k + 8, and the product that leads there."""
    log = _core.ufuncs.log
    product = k + 1
    for step in range(2, 8):
        product = product * (k + step)
    x = k + 8
    inverse = 1 / x
    square = inverse * inverse
    series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680))))
    return (x - 0.5) * log(x) - x + 0.5 * math.log(2 * math.pi) + series - log(product)


class Discrete:
    """Distributions over integers; a subclass has the bit generator in `_bits`."""

    def _from_table(self, shape, table):
        first, cumulative = table
        u = self._bits.uniform(shape, _DOUBLE)
        out = _core.empty(shape, numpy.int64)
        if out.size:
            _core.run_op("searchsorted", [_core.asarray(cumulative), u], [out], True)
        if first:
            out += first
        return out

    def _tallied(self, n, pvals, shape):
        """Return multinomial counts by drawing every trial."""
        rows, outcomes = math.prod(shape), pvals.size
        if outcomes == 1 or rows * n == 0:
            return _core.full((*shape, outcomes), n if outcomes == 1 else 0, numpy.int64)
        drawn = self._from_table((rows, n), (0, pvals[:-1].cumsum()))
        if rows > 1:
            drawn += cupy.arange(0, rows * outcomes, outcomes).reshape(-1, 1)
        counts = _core.empty((rows * outcomes,), numpy.int64)
        _core.run_op("bincount", (drawn.reshape(-1),), (counts,))
        return counts.reshape(*shape, outcomes)

    def _invert(self, shape, start, ratio):
        """Invert distributions over 0, 1, ... from pmf(0) and pmf(k + 1) / pmf(k)."""
        u = self._bits.uniform(shape, _DOUBLE)
        count = _core.zeros(shape, numpy.int64)
        mass = start + _core.zeros(shape, _DOUBLE)
        for k in range(_STEPS):
            u -= mass
            count += u >= 0
            mass *= ratio(k)
        return count

    def _poisson(self, shape, lam):
        if not isinstance(lam, _core.ndarray):
            if lam == 0:
                return _core.zeros(shape, numpy.int64)
            if lam > 2.0**62:
                raise ValueError("lam value too large")
            table = _poisson_table(lam)
            if table is not None:
                return self._from_table(shape, table)
            lam = _core.full((), lam, _DOUBLE)
        lam = lam.astype(_DOUBLE, copy=False)
        ufuncs, bits = _core.ufuncs, self._bits
        few = ufuncs.minimum(lam, _SMALL_MEAN)
        small = self._invert(shape, ufuncs.exp(-few), lambda k: few / (k + 1))

        def propose(count, lam):
            # Hoermann's PTRS, Insurance: Mathematics and Economics 12 (1993) 39.
            b = ufuncs.sqrt(lam) * 2.53 + 0.931
            a = b * 0.02483 - 0.059
            u = bits.uniform((count,), _DOUBLE) - 0.5
            v = bits.open_uniform((count,), _DOUBLE)
            us = 0.5 - abs(u)
            k = ufuncs.floor((2 * a / us + b) * u + lam + 0.43)
            bound = k * ufuncs.log(lam) - lam - log_factorial(ufuncs.maximum(k, 0))
            scale = 1.1239 + 1.1328 / (b - 3.4)
            fits = ufuncs.log(v * scale / (a / (us * us) + b)) <= bound
            quick = (us >= 0.07) & (v <= 0.9277 - 3.6224 / (b - 2))
            return k, (quick | fits) & (k >= 0) & ((us >= 0.013) | (v <= us))

        large = reject(shape, _DOUBLE, [ufuncs.maximum(lam, _SMALL_MEAN)], propose)
        return select(lam < _SMALL_MEAN, small, large.astype(numpy.int64), numpy.int64)

    def _binomial(self, shape, n, p):
        if not isinstance(n, _core.ndarray) and not isinstance(p, _core.ndarray):
            if n == 0 or p == 0:
                return _core.zeros(shape, numpy.int64)
            if p == 1:
                return _core.full(shape, int(n), numpy.int64)
            table = _binomial_table(n, p)
            if table is not None:
                return self._from_table(shape, table)
        n = as_array(n, _DOUBLE)
        p = as_array(p, _DOUBLE)
        ufuncs, bits = _core.ufuncs, self._bits
        flipped = p > 0.5
        q = ufuncs.minimum(p, 1 - p)
        mean = n * q
        few_n = ufuncs.minimum(n, ufuncs.floor(_SMALL_MEAN / ufuncs.maximum(q, 1e-300)))
        odds = q / (1 - q)
        small = self._invert(
            shape,
            ufuncs.exp(few_n * ufuncs.log1p(-q)),
            lambda k: ufuncs.maximum(few_n - k, 0) * (odds / (k + 1)),
        )

        def propose(count, n, q):
            # Hoermann's BTRS, Journal of Statistical Computation and Simulation 46 (1993) 101.
            spread = ufuncs.sqrt(n * q * (1 - q))
            b = spread * 2.53 + 1.15
            a = b * 0.0248 - 0.0873 + q * 0.01
            c = n * q + 0.5
            mode = ufuncs.floor((n + 1) * q)
            u = bits.uniform((count,), _DOUBLE) - 0.5
            v = bits.open_uniform((count,), _DOUBLE)
            us = 0.5 - abs(u)
            k = ufuncs.floor((2 * a / us + b) * u + c)
            inside = (k >= 0) & (k <= n)
            k = ufuncs.minimum(ufuncs.maximum(k, 0), n)
            alpha = (5.1 / b + 2.83) * spread
            bound = (
                log_factorial(mode)
                + log_factorial(n - mode)
                - log_factorial(k)
                - log_factorial(n - k)
                + (k - mode) * ufuncs.log(q / (1 - q))
            )
            fits = ufuncs.log(v * alpha / (a / (us * us) + b)) <= bound
            quick = (us >= 0.07) & (v <= 0.92 - 4.2 / b)
            return k, inside & (quick | fits)

        # Elements of a small mean get harmless parameters here.
        large_n = select(mean < _SMALL_MEAN, 40, n, _DOUBLE)
        large_q = select(mean < _SMALL_MEAN, 0.5, q, _DOUBLE)
        large = reject(shape, _DOUBLE, [large_n, large_q], propose)
        count = select(mean < _SMALL_MEAN, small, large.astype(numpy.int64), numpy.int64)
        return select(flipped, n.astype(numpy.int64) - count, count, numpy.int64)

    @documented(
        "Poisson numbers.",
        "lam (float or cupy.ndarray): mean, not negative.",
        "poisson(5., size=4).shape\n        (4,)",
    )
    def poisson(self, lam=1.0, size=None, dtype=int):
        dtype = integer_dtype(dtype)
        p = Parameters(size, _DOUBLE, lam=(lam, "count"))
        return self._poisson(p.shape, *p).astype(dtype, copy=False)

    @documented(
        "Binomial numbers: successes in n trials.",
        "n (int or cupy.ndarray): trials, not negative.\np (float or cupy.ndarray): probability of success.",
        "binomial(10, 0.5, size=4).shape\n        (4,)",
    )
    def binomial(self, n, p, size=None, dtype=int):
        dtype = integer_dtype(dtype)
        q = Parameters(size, _DOUBLE, n=(n, "count"), p=(p, "probability"))
        n, p = q
        n = _core.ufuncs.trunc(n) if isinstance(n, _core.ndarray) else float(math.trunc(n))
        return self._binomial(q.shape, n, p).astype(dtype, copy=False)

    @documented(
        "Bernoulli numbers: 1 with probability p, else 0.",
        "p (float or cupy.ndarray): probability.",
        "default_rng().bernoulli(0.5, size=4).shape\n        (4,)",
    )
    def bernoulli(self, p, size=None, dtype=int):
        dtype = integer_dtype(dtype)
        q = Parameters(size, _DOUBLE, p=(p, "probability"))
        return (self._bits.uniform(q.shape, _DOUBLE) < q.values[0]).astype(dtype)

    @documented(
        "Negative binomial numbers: failures before n successes.",
        "n (float or cupy.ndarray): successes, positive.\np (float or cupy.ndarray): probability of success.",
        "negative_binomial(3, 0.5, size=4).shape\n        (4,)",
    )
    def negative_binomial(self, n, p, size=None, dtype=int):
        dtype = integer_dtype(dtype)
        q = Parameters(size, _DOUBLE, n=(n, "positive count"), p=(p, "positive probability"))
        n, p = q
        rate = self._gamma(q.shape, _DOUBLE, n) * ((1 - p) / p)
        return self._poisson(q.shape, rate).astype(dtype, copy=False)

    @documented(
        "Geometric numbers: trials up to the first success.",
        "p (float or cupy.ndarray): probability of success, positive.",
        "geometric(0.25, size=4).shape\n        (4,)",
    )
    def geometric(self, p, size=None, dtype=int):
        dtype = integer_dtype(dtype)
        q = Parameters(size, _DOUBLE, p=(p, "positive probability"))
        (p,) = q
        if q.scalar and p == 1:
            return _core.ones(q.shape, dtype)
        rate = -_core.ufuncs.log1p(-p) if isinstance(p, _core.ndarray) else -math.log1p(-p)
        x = _core.ufuncs.floor(self._bits.exponential(q.shape, _DOUBLE) / rate) + 1
        return _core.ufuncs.minimum(x, 2.0**63 - 1024).astype(dtype)

    @documented(
        "Numbers of the logarithmic series.",
        "p (float or cupy.ndarray): parameter in [0, 1).",
        "logseries(0.6, size=4).shape\n        (4,)",
    )
    def logseries(self, p, size=None, dtype=int):
        dtype = integer_dtype(dtype)
        q = Parameters(size, _DOUBLE, p=(p, "proper fraction"))
        p = as_array(q.values[0], _DOUBLE)
        ufuncs = _core.ufuncs
        # Kemp, Applied Statistics 30 (1981) 249.
        v = self._bits.open_uniform(q.shape, _DOUBLE)
        h = -ufuncs.expm1(ufuncs.log1p(-p) * self._bits.open_uniform(q.shape, _DOUBLE))
        tail = ufuncs.floor(ufuncs.log(v) / ufuncs.log(h)) + 1
        x = select(v >= p, 1, select(v <= h * h, tail, select(v > h, 1, 2, _DOUBLE), _DOUBLE), _DOUBLE)
        return ufuncs.minimum(x, 2.0**63 - 1024).astype(dtype)

    @documented(
        "Zipf numbers.",
        "a (float or cupy.ndarray): exponent, above 1.",
        "zipf(2., size=4).shape\n        (4,)",
    )
    def zipf(self, a, size=None, dtype=int):
        dtype = integer_dtype(dtype)
        q = Parameters(size, _DOUBLE, a=(a, "above one"))
        bits, ufuncs = self._bits, _core.ufuncs
        largest = float(numpy.iinfo(dtype).max)
        # Above it only 1 is drawn, and the powers would overflow.
        (a,) = (ufuncs.minimum(a, 1000) if isinstance(a, _core.ndarray) else min(a, 1000.0) for a in q)

        def propose(count, a):
            # Devroye, Non-Uniform Random Variate Generation, chapter X.6.
            power = a - 1
            b = 2.0**power
            u = bits.open_uniform((count,), _DOUBLE)
            v = bits.uniform((count,), _DOUBLE)
            x = ufuncs.floor(u ** (-1 / power))
            t = (1 / x + 1) ** power
            return x, (x <= largest) & (v * x * (t - 1) / (b - 1) <= t / b)

        return reject(q.shape, _DOUBLE, [a], propose).astype(dtype)

    @documented(
        "Multinomial counts: how often each outcome comes in n trials.",
        "n (int or cupy.ndarray): trials, not negative.\n"
        "pvals (sequence or cupy.ndarray): probabilities of the outcomes; the last takes the rest.",
        "multinomial(20, [0.2, 0.3, 0.5], size=4).shape\n        (4, 3)",
        raises="n is negative, or the probabilities (on the host) are not in [0, 1] or exceed 1 in sum",
    )
    def multinomial(self, n, pvals, size=None, dtype=int):
        dtype = integer_dtype(dtype)
        trials = None  # a number, if the probabilities are on the host, too
        if not isinstance(pvals, _core.ndarray):
            if isinstance(pvals, numpy.ndarray):
                as_array(pvals)  # raises
            host = numpy.asarray(pvals, float)
            if host.ndim == 0 or host.shape[-1] == 0:
                raise ValueError(
                    "pvals must have at least 1 dimension and the last dimension of pvals must be greater "
                    "than 0."
                )
            if not ((host >= 0) & (host <= 1)).all():
                raise ValueError("pvals < 0, pvals > 1 or pvals contains NaNs")
            if (host[..., :-1].sum(axis=-1) > 1 + 1e-12).any():
                raise ValueError("sum(pvals[:-1]) > 1.0")
            trials = n if type(n) is int and host.ndim == 1 else None
        (n,) = Parameters(None, _DOUBLE, n=(n, "count"))
        if trials is not None and trials * math.prod(as_shape(size)) <= _FEW_TRIALS:
            return self._tallied(trials, host, as_shape(size)).astype(dtype, copy=False)
        pvals = as_array(pvals if isinstance(pvals, _core.ndarray) else _core.asarray(host), _DOUBLE)
        n = as_array(n, _DOUBLE)
        outcomes = pvals.shape[-1]
        shape = as_shape(size) if size is not None else _core.broadcast_shapes(n.shape, pvals.shape[:-1])
        out = _core.empty((*shape, outcomes), numpy.int64)
        left = _core.broadcast_to(n, shape).astype(_DOUBLE)
        mass = _core.ufuncs.maximum(1 - (pvals.cumsum(axis=-1) - pvals), 1e-300)
        share = _core.ufuncs.minimum(pvals / mass, 1)
        for k in range(outcomes - 1):
            count = self._binomial(shape, left, share[..., k])
            out[..., k] = count
            left -= count
        if outcomes:
            out[..., outcomes - 1] = left
        return out.astype(dtype, copy=False)
