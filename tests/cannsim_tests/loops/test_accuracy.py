"""float64 loops against many digits, in units in the last place."""

import mpmath
import numpy as np
import pytest
from loops_api import cpu_isas, loops

mp = mpmath.mp
mp.prec = 160

FUNCTIONS = {
    "erf": (mpmath.erf, -6, 6),
    "erfc": (mpmath.erfc, -6, 26),
    "erfinv": (mpmath.erfinv, -1, 1),
    "lgamma": (lambda x: mpmath.log(abs(mpmath.gamma(x))), 0.05, 50),
    "digamma": (mpmath.digamma, 0.05, 50),
    "gelu": (lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2, -30, 30),
    "gelu_tanh": (
        lambda x: x * (1 + mpmath.tanh(mpmath.sqrt(2 / mp.pi) * (x + mpmath.mpf("0.044715") * x**3))) / 2,
        -3, 10,
    ),
    "sinc": (mpmath.sincpi, -20, 20),
    "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), -50, 50),
    "mish": (lambda x: x * mpmath.tanh(mpmath.log1p(mpmath.exp(x))), -30, 30),
    "sin": (mpmath.sin, -1e5, 1e5),
    "cos": (mpmath.cos, -1e5, 1e5),
}  # fmt: skip


@pytest.mark.parametrize("isa", cpu_isas())
@pytest.mark.parametrize("name", FUNCTIONS)
def test_float64(isa, name):
    function, low, high = FUNCTIONS[name]
    rng = np.random.default_rng(5)
    x = np.concatenate([rng.uniform(low, high, 300), np.clip(rng.normal(size=100), low, high) * 0.9])
    got = loops(isa).apply(name, "float64", x)
    for xi, gi in zip(x, got):
        want = function(mpmath.mpf(float(xi)))
        error = abs(mpmath.mpf(float(gi)) - want) / mpmath.mpf(float(np.spacing(abs(float(want)))))
        assert error <= 4, (xi, gi, float(want), float(error))


def _float32_inputs():
    """Random numbers of every size, and those next to multiples of pi/2, where most of the bits cancel."""
    rng = np.random.default_rng(6)
    spread = rng.uniform(-1, 1, 200_000) * 10.0 ** rng.uniform(-8, 7, 200_000)
    near = (rng.integers(0, 60_000, 100_000) * (np.pi / 2)).astype("f4")
    steps = near.view("i4") + rng.integers(-3, 4, near.size).astype("i4")
    hardest = np.array(
        [16367173 * 2.0**72, 3.4e38, 1e-45, 1e5, 100_007.7, 2.0**50, 1.2e15, 0.25, 10_687.949], "f4"
    )
    quarter = np.linspace(-0.8, 0.8, 100_001)
    return np.concatenate([spread, near, np.maximum(steps, 0).view("f4"), hardest, -hardest, quarter]).astype(
        "f4"
    )


@pytest.mark.parametrize("isa", cpu_isas())
@pytest.mark.parametrize("name", ["sin", "cos"])
def test_float32_sine_and_cosine(isa, name):
    x = _float32_inputs()
    want = getattr(np, name)(x.astype("d"))
    got = loops(isa).apply(name, "float32", x)
    error = np.abs(got - want) / np.spacing(np.abs(want).astype("f4")).astype("d")
    worst = int(np.argmax(error))
    assert error[worst] <= 1.5, (x[worst], got[worst], want[worst], error[worst])


@pytest.mark.parametrize("isa", cpu_isas())
def test_float32_sine_of_special_values(isa):
    x = np.array([0.0, -0.0, 1e-40, -1e-40, np.inf, -np.inf, np.nan], "f4")
    sine, cosine = (loops(isa).apply(name, "float32", x) for name in ("sin", "cos"))
    assert sine[:4].tobytes() == x[:4].tobytes()
    assert (cosine[:4] == 1).all()
    assert np.isnan(sine[4:]).all() and np.isnan(cosine[4:]).all()


@pytest.mark.parametrize("isa", cpu_isas())
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["sin", "cos"])
def test_a_sine_does_not_depend_on_its_neighbours(isa, dtype, name):
    lib = loops(isa)
    rng = np.random.default_rng(8)
    x = (rng.uniform(-1, 1, 700) * 10.0 ** rng.uniform(-2, 16, 700)).astype(dtype)
    alone = np.array([lib.apply(name, dtype, x[i : i + 1])[0] for i in range(x.size)])
    assert lib.apply(name, dtype, x).tobytes() == alone.tobytes()
    fn = lib.find(name, dtype)
    for n in (1, 3, 15, 17, 40, 300, 700):
        y = x[:n].copy()
        lib.call(fn, [y, y], n)  # in place
        assert y.tobytes() == alone[:n].tobytes()
