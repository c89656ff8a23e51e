"""float64 loops against many digits, in units in the last place."""

import numpy as np
import pytest
from loops_api import cpu_isas, loops

mpmath = pytest.importorskip("mpmath")
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
