"""Continuous distributions: Kolmogorov-Smirnov against scipy.stats, dtypes, shapes and refusals."""

import cupy
import numpy as np
import pytest

stats = pytest.importorskip("scipy.stats")

N = 4000
ROWS = [
    ("random_sample", (), stats.uniform),
    ("uniform", (1, 4), stats.uniform(1, 3)),
    ("normal", (1, 2), stats.norm(1, 2)),
    ("standard_normal", (), stats.norm),
    ("exponential", (3.0,), stats.expon(scale=3)),
    ("standard_exponential", (), stats.expon),
    ("laplace", (1, 2), stats.laplace(1, 2)),
    ("logistic", (1, 2), stats.logistic(1, 2)),
    ("gumbel", (1, 2), stats.gumbel_r(1, 2)),
    ("lognormal", (1, 0.5), stats.lognorm(0.5, scale=np.e)),
    ("rayleigh", (2,), stats.rayleigh(scale=2)),
    ("weibull", (1.5,), stats.weibull_min(1.5)),
    ("pareto", (3,), stats.lomax(3)),
    ("power", (3.0,), stats.powerlaw(3)),
    ("standard_cauchy", (), stats.cauchy),
    ("triangular", (-1, 0, 3), stats.triang(0.25, -1, 4)),
    ("wald", (3, 2), stats.invgauss(1.5, scale=2)),
    ("gamma", (2.5, 2.0), stats.gamma(2.5, scale=2)),
    ("gamma", (0.5, 2.0), stats.gamma(0.5, scale=2)),
    ("standard_gamma", (1,), stats.gamma(1)),
    ("standard_gamma", (50,), stats.gamma(50)),
    ("beta", (0.5, 0.7), stats.beta(0.5, 0.7)),
    ("beta", (5, 2), stats.beta(5, 2)),
    ("chisquare", (3,), stats.chi2(3)),
    ("f", (5, 7), stats.f(5, 7)),
    ("standard_t", (3,), stats.t(3)),
    ("noncentral_chisquare", (0.5, 1.5), stats.ncx2(0.5, 1.5)),
    ("noncentral_chisquare", (5, 1.5), stats.ncx2(5, 1.5)),
    ("noncentral_f", (5, 7, 2), stats.ncf(5, 7, 2)),
    ("vonmises", (0, 0.5), stats.vonmises(0.5)),
    ("vonmises", (0, 50), stats.vonmises(50)),
]
IDS = [f"{name}{parameters}".replace(" ", "") for name, parameters, _ in ROWS]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name, parameters, law", ROWS, ids=IDS)
def test_law(name, parameters, law, dtype):
    x = getattr(cupy.random.RandomState(12), name)(*parameters, size=N, dtype=dtype)
    assert x.dtype == dtype and x.shape == (N,)
    values = x.get().astype(float)
    assert np.isfinite(values).all()
    assert stats.kstest(values, law.cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    "name, parameters, law", [row for row in ROWS if row[1]], ids=[i for i, row in zip(IDS, ROWS) if row[1]]
)
def test_array_parameters(name, parameters, law):
    arrays = [cupy.full((N,), float(p)) for p in parameters]
    x = getattr(cupy.random.default_rng(8), name)(*arrays)
    assert x.shape == (N,) and x.dtype == np.float64
    assert stats.kstest(x.get(), law.cdf).pvalue > 1e-3


@pytest.mark.parametrize("kappa", [0, 1e-9, 1e-5, 1e5, 1e7, 1e15])
def test_extreme_vonmises(kappa):
    law = stats.uniform(-np.pi, 2 * np.pi) if kappa < 1 else stats.norm(0, kappa**-0.5)
    for parameter in (kappa, cupy.full((N,), float(kappa))):
        x = cupy.random.RandomState(3).vonmises(0, parameter, size=N).get()
        assert (abs(x) <= np.pi).all() and stats.kstest(x, law.cdf).pvalue > 1e-3


def test_small_shapes_do_not_vanish():
    x = cupy.random.RandomState(1).beta(0.001, 0.001, size=N).get()
    assert np.isfinite(x).all() and ((x >= 0) & (x <= 1)).all()
    assert abs(x.mean() - 0.5) < 0.05
    assert not cupy.random.standard_gamma(0, size=5).get().any()


def test_ranges():
    for dtype in ("float32", "float64"):
        u = cupy.random.RandomState(0).random_sample(100000, dtype=dtype).get()
        assert 0 <= u.min() < 1e-3 and 1 - 1e-3 < u.max() < 1


def test_vectors():
    state = cupy.random.RandomState(1)
    x = state.dirichlet([0.5, 2, 3], size=N).get()
    np.testing.assert_allclose(x.sum(axis=1), 1)
    assert stats.kstest(x[:, 0], stats.beta(0.5, 5).cdf).pvalue > 1e-3
    mean, covariance = [1.0, 2.0], [[2.0, 0.5], [0.5, 1.0]]
    for method in ("cholesky", "svd", "eigh"):
        x = state.multivariate_normal(mean, covariance, size=N, method=method).get()
        np.testing.assert_allclose(x.mean(axis=0), mean, atol=0.1)
        np.testing.assert_allclose(np.cov(x.T), covariance, atol=0.15)
    assert state.multivariate_normal(mean, covariance).shape == (2,)
    with pytest.raises(ValueError):
        state.multivariate_normal(mean, [[1.0, 3.0], [3.0, 1.0]], check_valid="raise")
    with pytest.raises(ValueError):
        state.multivariate_normal(mean, [[1.0]])


@pytest.mark.parametrize(
    "size, shape",
    [
        (None, ()),
        ((), ()),
        (3, (3,)),
        ((2, 3), (2, 3)),
        ([2, 1], (2, 1)),
        (0, (0,)),
        ((2, 0), (2, 0)),
        (np.int64(2), (2,)),
    ],
    ids=str,
)
def test_sizes(size, shape):
    for name, parameters, _ in ROWS:
        assert getattr(cupy.random, name)(*parameters, size=size).shape == shape


def test_broadcasting_of_parameters():
    x = cupy.random.normal(cupy.array([0.0, 1000.0]), [[1.0], [2.0], [3.0]])
    assert x.shape == (3, 2) and (x.get()[:, 1] > 900).all()
    with pytest.raises(ValueError, match="not compatible"):
        cupy.random.normal([1, 2], size=3)


@pytest.mark.parametrize(
    "call, error",
    [
        (lambda r: r.normal(0, -1), ValueError),
        (lambda r: r.normal(dtype=int), TypeError),
        (lambda r: r.normal(dtype="float16"), TypeError),
        (lambda r: r.normal(size=-1), ValueError),
        (lambda r: r.normal(size=1.5), TypeError),
        (lambda r: r.normal("a"), ValueError),
        (lambda r: r.normal(size=True), TypeError),
        (lambda r: r.normal(10**400), OverflowError),
        (lambda r: r.normal(1j), TypeError),
        (lambda r: r.default_rng(1).uniform(2, 1), ValueError),
        (lambda r: r.default_rng(1).uniform([0, 2], 1), ValueError),
        (lambda r: r.triangular([0, 2], 1, 3), ValueError),
        (lambda r: r.normal(np.zeros(3)), TypeError),
        (lambda r: r.gamma(-1), ValueError),
        (lambda r: r.gamma(cupy.full(3, -2.0)), ValueError),
        (lambda r: r.beta(0, 1), ValueError),
        (lambda r: r.uniform(0, np.inf), OverflowError),
        (lambda r: r.triangular(3, 2, 1), ValueError),
        (lambda r: r.wald(0, 1), ValueError),
        (lambda r: r.chisquare(0), ValueError),
        (lambda r: r.vonmises(0, -1), ValueError),
        (lambda r: r.exponential([1, -1]), ValueError),
        (lambda r: r.dirichlet([1, 0]), ValueError),
        (lambda r: r.dirichlet(1.0), ValueError),
    ],
)
def test_refusals(call, error):
    with pytest.raises(error):
        call(cupy.random)


@pytest.mark.parametrize("kind", [float, lambda v: cupy.full(3, v)], ids=["scalars", "arrays"])
def test_undefined_parameters_give_undefined_numbers(kind):
    r = cupy.random.default_rng(1)
    nan = kind(np.nan)
    for call in (r.normal, r.exponential, r.gamma, r.chisquare, r.standard_t, r.standard_gamma, r.pareto):
        assert np.isnan(call(nan, size=3).get()).all(), call.__name__
    assert np.isnan(r.gamma(2, nan, size=3).get()).all()
    assert (r.standard_gamma(kind(np.inf), size=3).get() == np.inf).all()
    for call in (r.poisson, r.geometric):
        if kind is float:
            with pytest.raises(ValueError):
                call(nan)


def test_only_generators_refuse_bounds_in_the_wrong_order():
    x = cupy.random.RandomState(1).uniform(2, 1, 100).get()
    assert ((x > 1) & (x <= 2)).all()


def test_singular_covariances():
    for make in (cupy.random.RandomState, cupy.random.default_rng):
        x = make(1).multivariate_normal([0, 0], [[1, 1], [1, 1]], 50).get()
        np.testing.assert_allclose(x[:, 0], x[:, 1], atol=1e-7)
        with pytest.warns(RuntimeWarning, match="positive-semidefinite"):
            make(1).multivariate_normal([0, 0], [[1, 2], [2, 1]])
