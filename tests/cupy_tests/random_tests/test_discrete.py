"""Discrete distributions: largest distance of the distribution functions; scalar and array parameters."""

import cupy
import numpy as np
import pytest

stats = pytest.importorskip("scipy.stats")

N = 4000
ROWS = [("poisson", (lam,), stats.poisson(lam)) for lam in (0.01, 0.5, 3, 9.9, 10, 12, 100, 1e4, 1e8)]
ROWS += [
    ("binomial", (n, p), stats.binom(n, p))
    for n, p in (
        (1, 0.3),
        (5, 0.5),
        (20, 0.1),
        (20, 0.9),
        (30, 0.5),
        (1000, 0.2),
        (1000, 0.99),
        (10**6, 0.5),
        (10**6, 1e-6),
    )
]
ROWS += [("negative_binomial", (n, p), stats.nbinom(n, p)) for n, p in ((1, 0.3), (5.5, 0.5), (100, 0.02))]
ROWS += [("geometric", (p,), stats.geom(p)) for p in (0.9, 0.3, 1e-3)]
ROWS += [("logseries", (p,), stats.logser(p)) for p in (0.01, 0.6, 0.99)]
ROWS += [("zipf", (a,), stats.zipf(a)) for a in (2.5, 4)]
ROWS += [("bernoulli", (0.3,), stats.bernoulli(0.3))]


def distance(values, law):
    points = np.unique(values)
    points = points[points <= 10**6] if isinstance(law.dist, type(stats.zipf)) else points
    below = np.searchsorted(np.sort(values), points, "right") / values.size
    return abs(below - law.cdf(points)).max() * values.size**0.5


@pytest.mark.parametrize("arrays", [False, True], ids=["scalars", "arrays"])
@pytest.mark.parametrize("name, parameters, law", ROWS, ids=[f"{r[0]}{r[1]}".replace(" ", "") for r in ROWS])
def test_law(name, parameters, law, arrays):
    if arrays:
        parameters = [cupy.full((N,), float(p)) for p in parameters]
    x = getattr(cupy.random.RandomState(3), name)(*parameters, size=N)
    assert x.dtype == np.int64 and x.shape == (N,)
    assert distance(x.get(), law) < 1.95  # one in a thousand of continuous laws


@pytest.mark.parametrize("arrays", [False, True], ids=["scalars", "arrays"])
@pytest.mark.parametrize(
    "good, bad, draws",
    [(10, 5, 3), (10, 5, 12), (1000, 20000, 300), (0, 5, 3), (5, 0, 3), (5, 5, 0), (5, 5, 10)]
    + [
        (200, 300, 250),
        (300, 200, 400),
        (100, 10**8, 10**6),
        (5 * 10**8, 10**8, 10**5),
        (61, 61, 61),
        (60, 60, 61),
    ],
)
def test_hypergeometric(good, bad, draws, arrays):
    parameters = [cupy.full((N,), v) for v in (good, bad, draws)] if arrays else (good, bad, draws)
    x = cupy.random.RandomState(3).hypergeometric(*parameters, size=N).get()
    law = stats.hypergeom(good + bad, good, draws)
    assert x.min() >= max(0, draws - bad) and x.max() <= min(good, draws)
    assert distance(x, law) < 1.95


def test_multivariate_hypergeometric():
    g = cupy.random.default_rng(2)
    colors = [16, 8, 4, 0, 300]
    for draws in (0, 6, 328, 200):
        x = g.multivariate_hypergeometric(colors, draws, size=N).get()
        assert (x.sum(axis=1) == draws).all() and (x >= 0).all() and (x <= colors).all()
        for column, color in zip(x.T, colors):
            assert distance(column, stats.hypergeom(sum(colors), color, draws)) < 1.95
    for bad in (([1, 2], 4), ([-1, 2], 1), ([1, 2], -1), ([[1]], 1), ([0.5], 0)):
        with pytest.raises(ValueError):
            g.multivariate_hypergeometric(*bad)


@pytest.mark.parametrize("n, p, value", [(0, 0.5, 0), (5, 0.0, 0), (5, 1.0, 5)])
def test_certain_binomials(n, p, value):
    for parameters in ((n, p), (cupy.full(7, n), cupy.full(7, p)), (n, cupy.full(7, p))):
        assert cupy.random.binomial(*parameters, size=7).get().tolist() == [value] * 7


def test_mixed_means():
    lam = cupy.asarray(np.repeat([0.0, 0.1, 20.0, 1e6], 1000))
    x = cupy.random.RandomState(0).poisson(lam).get().reshape(4, -1)
    assert not x[0].any()
    for row, mean in zip(x[1:], (0.1, 20, 1e6)):
        assert abs(row.mean() - mean) < 5 * (mean / 1000) ** 0.5
    x = (
        cupy.random.RandomState(0)
        .binomial(cupy.asarray(np.repeat([3, 100, 10**5], 1000)), 0.7)
        .get()
        .reshape(3, -1)
    )
    for row, n in zip(x, (3, 100, 10**5)):
        assert abs(row.mean() - 0.7 * n) < 5 * (0.21 * n / 1000) ** 0.5


def test_multinomial():
    x = cupy.random.RandomState(1).multinomial(20, [0.2, 0.3, 0.5], size=N).get()
    assert x.shape == (N, 3) and (x.sum(axis=1) == 20).all()
    for column, p in zip(x.T, (0.2, 0.3, 0.5)):
        assert distance(column, stats.binom(20, p)) < 1.95
    # So few are drawn trial by trial.
    few = cupy.random.RandomState(1).multinomial(4, [0.2, 0.3, 0.5], size=(2, 2000)).get()
    assert few.shape == (2, 2000, 3) and (few.sum(axis=-1) == 4).all()
    assert np.abs(few.mean(axis=(0, 1)) / 4 - [0.2, 0.3, 0.5]).max() < 0.02
    assert cupy.random.multinomial(3, [1.0], size=2).get().tolist() == [[3], [3]]
    assert cupy.random.multinomial(0, [0.5, 0.5]).get().tolist() == [0, 0]
    assert cupy.random.multinomial(7, [1.0, 0.0]).get().tolist() == [7, 0]
    counts = cupy.random.multinomial(5, [[0.5, 0.5], [1, 0]]).get()
    assert counts.sum(axis=1).tolist() == [5, 5] and counts[1].tolist() == [5, 0]
    for bad in ([0.5, 0.6, 0.1], [-0.1, 1.1], 0.5, []):
        with pytest.raises(ValueError):
            cupy.random.multinomial(3, bad)


def test_dtypes():
    for name, parameters, _ in ROWS[::5]:
        assert (
            getattr(cupy.random, name, cupy.random.default_rng(0).bernoulli)(
                *parameters, size=2, dtype="int32"
            ).dtype
            == np.int32
        )


@pytest.mark.parametrize(
    "call, error",
    [
        (lambda r: r.poisson(-1), ValueError),
        (lambda r: r.poisson(1e30), ValueError),
        (lambda r: r.binomial(5, 2), ValueError),
        (lambda r: r.binomial(-5, 0.2), ValueError),
        (lambda r: r.geometric(0), ValueError),
        (lambda r: r.zipf(1), ValueError),
        (lambda r: r.logseries(1), ValueError),
        (lambda r: r.negative_binomial(0, 0.5), ValueError),
        (lambda r: r.hypergeometric(1, 1, 5), ValueError),
        (lambda r: r.poisson(1, dtype=float), TypeError),
        (lambda r: r.hypergeometric(10**9, 1, 1), ValueError),
    ],
)
def test_refusals(call, error):
    with pytest.raises(error):
        call(cupy.random)


@pytest.mark.parametrize("draw", [lambda g, k: g.poisson(k, 50), lambda g, k: g.binomial(2 * k, 0.5, 50)])
def test_a_distribution_that_comes_again_is_the_same(draw):
    mixed, alone = cupy.random.default_rng(5), cupy.random.default_rng(5)
    first = [draw(mixed, k).get() for k in (3, 40, 3)]
    assert first[1].mean() > 20 > first[0].mean()
    state = alone.bit_generator.state
    for k, drawn in zip((3, 40, 3), first):
        assert (draw(alone, k).get() == drawn).all()
    alone.bit_generator.state = state
    draw(alone, 3), draw(alone, 41)
    assert (draw(alone, 3).get() == first[2]).all()
