"""Draws without replacement from finite populations."""

import math

import numpy

from cupy import _core
from cupy._operands import as_array, select
from cupy.random._arguments import Parameters, as_shape, documented, integer_dtype
from cupy.random._discrete import log_factorial, tabulate
from cupy.random._gamma import reject

__all__ = ["Hypergeometric"]

_DOUBLE = numpy.dtype(numpy.float64)
_FEW = 60  # a support of at most this many successes is walked through
_LARGEST = 1e9  # beyond it the logarithms of factorials lose too many digits


def _ratio_of_uniforms(bits):
    """Return the proposal of Stadlober's HRUA*, J. of Computational and Applied Mathematics 31 (1990) 181."""
    ufuncs = _core.ufuncs

    def propose(count, draws, good, bad):
        total = good + bad
        share = good / total
        mean = draws * share + 0.5
        spread = ufuncs.sqrt((total - draws) * draws * share * (1 - share) / (total - 1) + 0.5)
        width = 2 * (2 / math.e) ** 0.5 * spread + (3 - 2 * (3 / math.e) ** 0.5)
        mode = ufuncs.floor((draws + 1) * (good + 1) / (total + 2))

        def weight(k):
            return (
                log_factorial(k)
                + log_factorial(good - k)
                + log_factorial(draws - k)
                + log_factorial(bad - draws + k)
            )

        last = ufuncs.minimum(ufuncs.minimum(draws, good) + 1, ufuncs.floor(mean + 16 * spread))
        u = bits.open_uniform((count,), _DOUBLE)
        v = bits.uniform((count,), _DOUBLE)
        w = mean + width * (v - 0.5) / u
        inside = (w >= 0) & (w < last)
        k = ufuncs.floor(ufuncs.minimum(ufuncs.maximum(w, 0), ufuncs.minimum(draws, good)))
        return k, inside & (2 * ufuncs.log(u) <= weight(mode) - weight(k))

    return propose


class Hypergeometric:
    """Hypergeometric distributions; a subclass has the bit generator in `_bits`."""

    def _hypergeometric(self, shape, good, bad, draws):
        if not any(isinstance(v, _core.ndarray) for v in (good, bad, draws)):
            return self._from_table(shape, _hypergeometric_table(good, bad, draws))
        good, bad, draws = (as_array(v, _DOUBLE) for v in (good, bad, draws))
        ufuncs = _core.ufuncs
        # The rarer kind in the smaller sample, of which the support starts at 0.
        total = good + bad
        rare = ufuncs.minimum(good, bad)
        sample = ufuncs.minimum(draws, total - draws)
        small, large = ufuncs.minimum(rare, sample), ufuncs.maximum(rare, sample)
        few = self._few(shape, ufuncs.minimum(small, _FEW), large, total)
        many = small > _FEW
        proposed = reject(
            shape,
            _DOUBLE,
            # Elements that are few get harmless parameters here.
            [select(many, v, 4.0 * _FEW, _DOUBLE) for v in (sample, rare, total - rare)],
            _ratio_of_uniforms(self._bits),
        )
        count = select(many, proposed, few, _DOUBLE)
        count = select(good > bad, sample - count, count, _DOUBLE)
        count = select(draws > sample, good - count, count, _DOUBLE)
        return count.astype(numpy.int64)

    def _few(self, shape, small, large, total):
        """Invert the distribution of a short support."""
        ufuncs = _core.ufuncs
        none = _core.ones((), _DOUBLE)
        for i in range(_FEW):
            none = none * select(small > i, (total - large - i) / ufuncs.maximum(total - i, 1), 1, _DOUBLE)

        def ratio(k):
            left = ufuncs.maximum(large - k, 0) * ufuncs.maximum(small - k, 0)
            return left / ((k + 1) * ufuncs.maximum(total - large - small + (k + 1), 1))

        return self._invert(shape, none, ratio)

    @documented(
        "Hypergeometric numbers: good ones among draws without replacement.",
        "ngood (int or cupy.ndarray): good ones, not negative.\n"
        "nbad (int or cupy.ndarray): bad ones, not negative.\n"
        "nsample (int or cupy.ndarray): draws, at most ngood + nbad.",
        "hypergeometric(10, 5, 3, size=4).shape\n        (4,)",
        raises="a parameter is negative, nsample > ngood + nbad, or ngood or nbad reach 10**9",
    )
    def hypergeometric(self, ngood, nbad, nsample, size=None, dtype=int):
        dtype = integer_dtype(dtype)
        p = Parameters(
            size,
            _DOUBLE,
            ngood=(ngood, "count"),
            nbad=(nbad, "count"),
            nsample=(nsample, "count"),
        )
        values = [_core.ufuncs.trunc(v) if isinstance(v, _core.ndarray) else float(math.trunc(v)) for v in p]
        if len(p.host) == 3:
            good, bad, draws = (numpy.trunc(v) for v in p.host.values())
            if numpy.any(draws > good + bad):
                raise ValueError("ngood + nbad < nsample")
            if numpy.any(numpy.maximum(good, bad) >= _LARGEST):
                raise ValueError("both ngood and nbad must be less than 1000000000")
        return self._hypergeometric(p.shape, *values).astype(dtype, copy=False)

    @documented(
        "Multivariate hypergeometric numbers: the colours of draws without replacement.",
        "colors (sequence of ints): how many there are of each colour.\n"
        "nsample (int): draws, at most the sum of colors.\n"
        "method (str): accepted for compatibility and ignored.",
        "default_rng(1).multivariate_hypergeometric([16, 8, 4], 6, size=5).shape\n        (5, 3)",
        raises="colors or nsample is negative, or nsample exceeds the sum of colors",
    )
    def multivariate_hypergeometric(self, colors, nsample, size=None, method="marginals"):
        if method not in ("marginals", "count"):
            raise ValueError('method must be "count" or "marginals".')
        if isinstance(colors, _core.ndarray):
            colors = colors.get()
        colors = numpy.asarray(colors)
        if colors.shape == (0,):
            colors = colors.astype(int)
        if colors.ndim != 1 or colors.dtype.kind not in "iu" or (colors < 0).any():
            raise ValueError("colors must be a one-dimensional sequence of nonnegative integers.")
        if int(nsample) < 0:
            raise ValueError("nsample must be nonnegative.")
        total = int(colors.sum())
        if int(nsample) > total:
            raise ValueError("nsample > sum(colors)")
        if total >= _LARGEST:
            raise ValueError("sum(colors) must be less than 1000000000")
        shape = as_shape(size)
        out = _core.zeros((*shape, len(colors)), numpy.int64)
        left = _core.full(shape, float(int(nsample)), _DOUBLE)
        for k, color in enumerate(colors[:-1].tolist()):
            total -= color
            count = self._hypergeometric(shape, float(color), float(total), left)
            out[..., k] = count
            left -= count
        if len(colors):
            out[..., -1] = left
        return out


def _hypergeometric_table(good, bad, draws):
    low, high = max(0.0, draws - bad), min(good, draws)
    total = good + bad
    mode = math.floor((draws + 1) * (good + 1) / (total + 2))
    variance = draws * good * bad * max(total - draws, 0) / (total**2 * max(total - 1, 1)) if total else 0
    return tabulate(
        mode,
        int(low),
        int(high),
        math.sqrt(variance),
        lambda k: numpy.log((good - k) / (k + 1)) + numpy.log((draws - k) / (bad - draws + k + 1)),
    )
