"""One body, run with NumPy and with cupy, must give the same arrays, dtypes and exceptions."""

import cupy
import numpy as np
import pytest

_BOUNDS = {"e": 1e-2, "f": 2e-4, "F": 2e-4, "d": 1e-10, "D": 1e-10}


def _attempt(body, xp, arrays):
    try:
        return body(xp, *(xp.asarray(a.copy(order="K")) if isinstance(a, np.ndarray) else a for a in arrays))
    except Exception as error:
        return error


def _compare(expected, got):
    if isinstance(expected, tuple):
        assert isinstance(got, tuple) and len(got) == len(expected)
        for e, g in zip(expected, got):
            _compare(e, g)
        return
    assert isinstance(got, cupy.ndarray)
    expected = np.asarray(expected)
    assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
    finite = abs(expected[np.isfinite(expected)]) if expected.size else np.zeros(0)
    bound = _BOUNDS.get(expected.dtype.char, 0) * (1 + float(finite.max(initial=0)))
    np.testing.assert_allclose(got.get(), expected, rtol=0, atol=bound)


def check(body, *arrays):
    """Run the body twice; host arrays among the arguments go to the device in the second run."""
    with np.errstate(all="ignore"):
        expected = _attempt(body, np, arrays)
    got = _attempt(body, cupy, arrays)
    if isinstance(expected, Exception):
        assert isinstance(got, Exception), f"NumPy raises {expected!r}, cupy returns {got!r}"
        assert isinstance(got, type(expected)) or isinstance(expected, type(got)), (expected, got)
        return got
    if isinstance(got, Exception):
        raise got
    _compare(expected, got)
    return got


@pytest.fixture
def paired():
    return check


@pytest.fixture
def make():
    """Return a factory of arrays of small whole numbers."""
    rng = np.random.default_rng(5)

    def make(*shape, dtype="d"):
        x = rng.integers(-5, 6, shape)
        return (x + 1j * rng.integers(-5, 6, shape)).astype(dtype) if dtype in "FD" else x.astype(dtype)

    return make


@pytest.fixture
def definite():
    """Return a factory of stacks of well-conditioned Hermitian positive-definite matrices."""
    rng = np.random.default_rng(7)

    def definite(*shape, dtype="d"):
        a = rng.standard_normal(shape)
        if dtype in "FD":
            a = a + 1j * rng.standard_normal(shape)
        return (a @ a.swapaxes(-1, -2).conj() + 3 * np.eye(shape[-1])).astype(dtype)

    return definite
