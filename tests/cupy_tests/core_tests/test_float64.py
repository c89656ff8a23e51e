"""CUPY_FLOAT64=float32: wherever float64 would be made or promoted to, float32 is; complex128 and complex64 alike."""

import os
import subprocess
import sys

import pytest

CREATION = """
xp.zeros(3); xp.ones((2, 3)); xp.full(3, 1.5); xp.arange(3.0); xp.linspace(0, 1, 7); xp.logspace(0, 1, 5)
xp.geomspace(1, 8, 4); xp.eye(3); xp.identity(2); xp.array([1.0, 2]); xp.array([1j]); xp.array(3.0)
xp.array(np.float64(0.1)); xp.ones(3, dtype='f8'); xp.zeros(2, np.complex128); xp.ones(2, float); xp.tri(3)
xp.zeros_like(xp.arange(3), dtype=float); xp.full_like(xp.arange(3), 2.5, dtype='d'); xp.diag(xp.ones(2))
xp.arange(3).astype(float); xp.ones(3, 'f4').astype('f8'); xp.ones(3, 'i4').astype(complex); xp.hanning(5)
xp.fromfunction(lambda i, j: i + j, (2, 2)); xp.concatenate([xp.arange(2), xp.ones(2)]); xp.r_[1.0:3.0]
xp.stack([xp.arange(2), xp.ones(2)]); xp.pad(xp.ones(2), 1); xp.append(xp.arange(2), 1.5); xp.mgrid[0:1:3j]
xp.block([xp.ones(2), xp.arange(2)]); xp.ones(2, complex).view(float); xp.ones(4).view(complex)
xp.meshgrid(xp.ones(2)); xp.frombuffer(np.arange(3.0).tobytes()); xp.array([1 + 2j]).imag
xp.array([1, 2 + 3j]).real; xp.empty((0,)).sum()
"""
FROM_NUMPY = """
xp.asarray(np.linspace(0, 1, 12).reshape(3, 4)); xp.asarray(np.arange(12.0).reshape(3, 4).T[::-1])
xp.array(np.arange(3) * 1j); xp.array([np.arange(3.0), np.arange(3)])
xp.asarray(np.arange(3.0).astype('>f8')); xp.asarray(np.float64(2.5)); xp.array(np.arange(6.0), ndmin=2)
xp.array([[1, 2.5], [3, 4]]); xp.arange(3) * np.float64(2); xp.ones(3, 'f4') * np.float64(2)
assigned(xp.zeros(3), np.arange(3.0)); assigned(xp.zeros(3, 'f4'), np.float64(0.1))
xp.from_dlpack(np.arange(3.0)); pickle.loads(pickle.dumps(xp.arange(3.0)))
"""
UFUNCS = """
xp.arange(3) / 2; xp.arange(3) * 1.5; xp.sin(xp.arange(3)); xp.exp(xp.arange(3)); xp.sqrt(xp.arange(3))
-xp.ones(2); xp.ones(3, 'f4') + xp.arange(3); xp.add(1, 2, dtype='f8'); xp.add(xp.ones(2), 1, dtype=complex)
xp.arctan2(xp.arange(3), 2); xp.ldexp(xp.ones(2), xp.arange(2)); xp.frexp(xp.arange(3.0))
xp.modf(xp.arange(3.5)); xp.divmod(xp.arange(3.0), 2); xp.float_power(xp.arange(3), 2)
xp.power(xp.arange(3), 0.5); xp.hypot(3, xp.arange(4)); xp.true_divide(1, xp.arange(1, 3))
xp.where(xp.arange(3) > 1, 1.5, xp.arange(3)); xp.angle(xp.array([1j])); xp.sinc(xp.arange(3))
xp.i0(xp.arange(3)); xp.interp(xp.arange(3.0), xp.arange(3), xp.arange(3.0)); xp.gradient(xp.arange(4))
xp.clip(xp.arange(3), 0.5, 1.5); xp.convolve(xp.arange(3), xp.ones(2)); xp.cross(xp.ones(3), xp.arange(3))
xp.round(xp.array([1.55]), 1); xp.ones(2) == 1; xp.add.outer(xp.arange(2), xp.ones(2))
xp.add(xp.arange(3), 1, out=xp.zeros(3)); xp.sqrt(xp.array([-1 + 0j])); xp.result_type('i4', 'f4')
xp.promote_types('i8', 'f4'); xp.result_type(xp.arange(2), 1.0); xp.isclose(xp.ones(2), 1 + 1e-9)
xp.select([xp.arange(3) > 1], [xp.ones(3)]); xp.apply_along_axis(lambda v: v * 1.5, 0, xp.arange(3))
xp.trapezoid(xp.arange(4))
"""
REDUCTIONS = """
xp.arange(3).mean(); xp.ones(3).sum(); xp.arange(5).std(); xp.arange(5).var(); xp.median(xp.arange(4))
xp.prod(xp.ones(3)); xp.average(xp.arange(4), weights=xp.arange(4) + 1); xp.percentile(xp.arange(4), 30)
xp.quantile(xp.arange(4), 0.3); xp.cov(xp.arange(6).reshape(2, 3))
xp.corrcoef(xp.arange(6.0).reshape(2, 3) + xp.eye(2, 3)); xp.histogram(xp.arange(5.0))
xp.cumsum(xp.ones(3)); xp.nanmean(xp.arange(3.0)); xp.sum(xp.arange(3), dtype=float)
xp.add.reduce(xp.arange(3), dtype='f8'); xp.bincount(xp.arange(3), weights=xp.ones(3))
xp.mean(xp.ones(3, 'f2'), dtype=float); xp.add.accumulate(xp.ones(3)); xp.trace(xp.eye(3))
xp.unique(xp.array([1.0, 2.0, 1.0])); xp.sort(xp.array([2.0, 1.0])); xp.argmax(xp.array([1.0, 3.0]))
xp.histogram2d(xp.arange(4.0), xp.arange(4.0)); xp.nanvar(xp.arange(3.0)); xp.ones((2, 3)).max(axis=1)
"""
LINALG = """
xp.linalg.inv(xp.eye(3) * 2); xp.linalg.solve(xp.eye(2), xp.ones(2))
xp.linalg.svd(xp.arange(6).reshape(2, 3))[1]; xp.linalg.norm(xp.arange(3))
abs(xp.linalg.qr(xp.arange(6.0).reshape(3, 2))[1]); xp.linalg.eigh(xp.diag(xp.arange(3.0)))[0]
xp.linalg.eigvals(xp.diag(xp.arange(2.0))); xp.linalg.cholesky(xp.eye(3) * 4)
xp.linalg.det(xp.eye(3, dtype=int)); xp.linalg.slogdet(xp.eye(3))
xp.linalg.pinv(xp.arange(6).reshape(2, 3)); xp.linalg.matrix_power(xp.eye(2), 3)
xp.linalg.lstsq(xp.arange(6.0).reshape(3, 2), xp.ones(3), rcond=None)[0]; xp.linalg.cond(xp.eye(2))
xp.eye(2) @ xp.ones(2); xp.dot(xp.arange(3), xp.ones(3))
xp.einsum('ij,jk', xp.eye(2), xp.ones((2, 2), int)); xp.kron(xp.eye(2), xp.arange(2))
xp.tensordot(xp.eye(2), xp.eye(2)); xp.outer(xp.arange(2), xp.ones(2))
xp.vdot(xp.ones(2), xp.array([1j, 2])); xp.linalg.multi_dot([xp.eye(2)] * 3)
xp.linalg.tensorinv(xp.eye(4).reshape(2, 2, 2, 2)); xp.linalg.matrix_rank(xp.eye(3))
"""
FFT = """
xp.fft.fft(xp.arange(4)); xp.fft.rfft(xp.arange(4.0)); xp.fft.irfft(xp.arange(3))
xp.fft.ifft(xp.ones(4, complex)); xp.fft.fft2(xp.eye(4)); xp.fft.fftn(xp.eye(4)); xp.fft.rfftn(xp.eye(4))
xp.fft.hfft(xp.arange(4.0)); xp.fft.fftfreq(5); xp.fft.rfftfreq(5); xp.fft.fftshift(xp.arange(3.0))
xp.fft.fft(xp.ones(4, 'f8'))
"""
RANDOM = """
xp.random.rand(3); xp.random.randn(3); xp.random.random(3); xp.random.uniform(1, 2, 3)
xp.random.normal(size=3); xp.random.exponential(size=3); xp.random.gamma(2.0, size=3)
xp.random.beta(1.0, 2.0, size=3); xp.random.laplace(size=3)
xp.random.choice(5, 3, p=[0.1, 0.2, 0.3, 0.2, 0.2]); xp.random.poisson(3.0, 5)
xp.random.binomial(5, 0.3, 4); xp.random.permutation(xp.arange(3.0)); xp.random.dirichlet([1.0, 2.0], 3)
xp.random.vonmises(0, 1, 3); xp.random.standard_cauchy(3); xp.random.standard_t(3.0, 4)
xp.random.chisquare(2.0, 3); xp.random.geometric(0.3, 4); xp.random.hypergeometric(5, 4, 3, 4)
xp.random.logseries(0.5, 3); xp.random.multinomial(5, [0.2, 0.8], 3); xp.random.negative_binomial(3, 0.4, 3)
xp.random.triangular(0, 1, 2, 3); xp.random.wald(1.0, 2.0, 3); xp.random.zipf(2.0, 3)
xp.random.default_rng(1).random(3); xp.random.default_rng(1).random(3, dtype='f8')
xp.random.default_rng(1).normal(size=3); xp.random.default_rng(1).standard_gamma(2.0, 3)
xp.random.default_rng(2).permuted(xp.arange(4.0))
"""

PROGRAM = """
import pickle, sys
import numpy as np
import cupy as cp
from cupy_backends.backend import _backend

def assigned(target, value):
    target[...] = value
    return target

NARROW = {np.dtype("f8"): np.dtype("f4"), np.dtype("c16"): np.dtype("c8")}
calls = [call.strip() for call in sys.argv[1].replace("\\n", ";").split(";") if call.strip()]
problems = 0
for call in calls:
    got = eval(call, {"xp": cp, "np": np, "pickle": pickle, "assigned": assigned})
    want = got if "random" in call else eval(call, {"xp": np, "np": np, "pickle": pickle, "assigned": assigned})
    parts = [got] if not isinstance(got, (tuple, list)) else list(got)
    wanted = [want] if not isinstance(want, (tuple, list)) else list(want)
    for one, other in zip(parts, wanted, strict=True):
        if isinstance(one, np.dtype):
            right = one == NARROW.get(other, other)
        elif "random" in call:
            right = one.dtype.char not in "dD" and bool(cp.isfinite(one).all())
        else:
            host, other = cp.asnumpy(one), np.asarray(other)
            dtype = other.dtype.newbyteorder("=")
            right = host.dtype == NARROW.get(dtype, dtype) and host.shape == other.shape
            right = right and np.allclose(host, other, rtol=1e-5, atol=1e-5)
        if not right:
            problems += 1
            print(call, one, getattr(one, "dtype", ""), other)
wide = {(plan["op"], plan["dtypes"]) for plan in _backend.plans() if {"float64", "complex128"} & set(plan["dtypes"])}
print(len(calls), "calls,", problems, "problems, plans in double precision:", sorted(wide))
"""


def run(program, *arguments, status=0, **environment):
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "CUPY_FLOAT64": "float32", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("calls", [CREATION, FROM_NUMPY, UFUNCS, REDUCTIONS, LINALG, FFT, RANDOM])
def test_no_float64_is_made_nor_computed(calls):
    text = run(PROGRAM, calls)
    assert text.splitlines()[-1].endswith("calls, 0 problems, plans in double precision: []"), text


def test_exact_is_the_default():
    program = (
        "import cupy as cp; print(cp.ones(1).dtype, cp.arange(2).mean().dtype, cp.result_type('i4', 'f4'))"
    )
    for value in ("exact", ""):
        assert run(program, CUPY_FLOAT64=value).split() == ["float64"] * 3


def test_an_unknown_value_is_refused():
    text = run("import cupy", status=1, CUPY_FLOAT64="single")
    assert "ValueError: CUPY_FLOAT64='single': expected exact or float32" in text


def test_bits_that_are_no_float32_are_not_seen_as_float():
    program = """
import cupy as cp
for call in ("view", "getfield"):
    try:
        getattr(cp.arange(4), call)(float)
    except TypeError as error:
        print(error)
print(cp.ones(4).view('i4').dtype, cp.arange(4).view('f4').dtype)
"""
    text = run(program)
    assert text.count("the bytes of int64 cannot be seen as float64: with CUPY_FLOAT64=float32") == 2
    assert text.split()[-2:] == ["int32", "float32"]


def test_casting_rules_are_those_of_what_is_meant():
    """An integer casts safely to float64, thus also to what stands in its place."""
    program = """
import cupy as cp
print(cp.can_cast('i8', float), cp.can_cast('i8', 'f4'), cp.can_cast('f4', 'i8', 'same_kind'))
print(cp.einsum('i->', cp.arange(4), dtype=float), cp.add(cp.arange(2), 1, dtype=float, casting='safe'))
x = cp.arange(3)
try:
    x += 0.5
except TypeError as error:
    print(type(error).__name__)
"""
    assert run(program).split() == ["True", "True", "False", "6.0", "[1.", "2.]", "UFuncTypeError"]


def test_random_numbers_stay_in_their_range():
    program = """
import cupy as cp
rng = cp.random.default_rng(3)
u = rng.random(1 << 20, dtype=float, out=cp.empty(1 << 20))
e = rng.exponential(size=1 << 20)
print(bool(u.max() < 1), bool(u.min() >= 0), bool(cp.isfinite(e).all()), abs(float(e.mean()) - 1) < 0.01)
"""
    assert run(program).split() == ["True"] * 4
