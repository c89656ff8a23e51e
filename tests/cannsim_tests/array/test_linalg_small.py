import numpy as np
import pytest
from kernels import COMPLEX, FLOATS, KernelError, call, layouts, make

FIELDS = FLOATS + COMPLEX


def real(dtype):
    return np.zeros(0, dtype).real.dtype


def tolerance(dtype):
    return 2e-3 if real(dtype) == "f4" else 1e-10


@pytest.mark.parametrize("dtype", FIELDS, ids=str)
def test_inverse_and_determinants(dtype):
    rng = np.random.default_rng(0)
    for shape in [(1, 1), (3, 3), (20, 20), (4, 5, 5), (0, 3, 3), (0, 0)]:
        a = make(rng, shape, dtype, -1, 1)
        for laid in layouts(a):
            out = np.zeros(shape, dtype)
            call("inverse", out, laid)
            np.testing.assert_allclose(
                out @ a, np.broadcast_to(np.eye(shape[-1]), shape), atol=tolerance(dtype)
            )
            sign, log = np.zeros(shape[:-2], dtype), np.zeros(shape[:-2], real(dtype))
            call("slogdet", sign, log, laid)
            want = np.linalg.slogdet(a)
            np.testing.assert_allclose(sign, want.sign, atol=tolerance(dtype))
            np.testing.assert_allclose(log, want.logabsdet, atol=tolerance(dtype))
    singular = np.array([[1, 2], [2, 4]], dtype)
    with pytest.raises(KernelError, match="Singular"):
        call("inverse", np.zeros((2, 2), dtype), singular)
    call("slogdet", sign := np.ones((), dtype), log := np.ones((), real(dtype)), singular)
    assert sign == 0 and log == -np.inf


@pytest.mark.parametrize("dtype", FIELDS, ids=str)
def test_cholesky(dtype):
    rng = np.random.default_rng(1)
    for shape in [(1, 1), (4, 4), (3, 10, 10)]:
        b = make(rng, shape, dtype, -1, 1)
        a = b @ b.conj().swapaxes(-1, -2) + np.eye(shape[-1], dtype=dtype) * 2
        for upper in (0, 1):
            want = np.linalg.cholesky(a)
            want = want.conj().swapaxes(-1, -2) if upper else want
            read = np.triu(a) if upper else np.tril(a)
            for laid in layouts(read):
                out = np.ones(shape, dtype)
                call("cholesky", out, laid, upper)
                np.testing.assert_allclose(out, want, atol=tolerance(dtype))
    with pytest.raises(KernelError, match="Singular"):
        call("cholesky", np.zeros((2, 2), dtype), np.array([[1, 2], [2, 1]], dtype), 0)


@pytest.mark.parametrize("dtype", FIELDS, ids=str)
def test_triangular_solve(dtype):
    rng = np.random.default_rng(2)
    for upper in (0, 1):
        for op in (0, 1, 2):
            for unit in (0, 1):
                a, b = make(rng, (3, 6, 6), dtype, -1, 1), make(rng, (3, 6, 4), dtype, -1, 1)
                a += np.eye(6, dtype=dtype) * 4
                m = np.triu(a) if upper else np.tril(a)
                if unit:
                    m = m * (1 - np.eye(6, dtype=dtype)) + np.eye(6, dtype=dtype)
                m = [m, m.swapaxes(-1, -2), m.conj().swapaxes(-1, -2)][op]
                for x, y in zip(layouts(a), layouts(b)):
                    out = np.zeros((3, 6, 4), dtype)
                    call("triangular_solve", out, x, y, upper, op, unit)
                    np.testing.assert_allclose(m @ out, b, atol=2e-3 if real(dtype) == "f4" else 1e-9)


@pytest.mark.parametrize("dtype", FIELDS, ids=str)
def test_qr(dtype):
    rng = np.random.default_rng(3)
    for m, n in [(1, 1), (5, 5), (7, 4), (4, 7), (3, 0), (0, 3)]:
        for lead in [(), (2,)]:
            a = make(rng, (*lead, m, n), dtype, -1, 1)
            for k in {min(m, n), m}:
                for laid in layouts(a):
                    q, r = np.zeros((*lead, m, k), dtype), np.ones((*lead, k, n), dtype)
                    call("qr", q, r, laid)
                    np.testing.assert_allclose(q @ r, a, atol=tolerance(dtype))
                    np.testing.assert_allclose(
                        q.conj().swapaxes(-1, -2) @ q,
                        np.broadcast_to(np.eye(k), (*lead, k, k)),
                        atol=tolerance(dtype),
                    )
                    assert (np.tril(r, -1) == 0).all()
                    alone = np.ones_like(r)
                    call("qr", None, alone, laid)
                    assert (alone == r).all()


def test_refusals():
    f = np.zeros
    for name, args in [
        ("inverse", (f((2, 3)), f((2, 3)))),
        ("cholesky", (f((3, 3)), f((2, 2)), 0)),
        ("qr", (f((3, 3)), f((2, 3)), f((3, 3)))),
    ]:
        with pytest.raises(KernelError, match="BadArgument"):
            call(name, *args)
    with pytest.raises(KernelError, match="UnsupportedDType"):
        call("inverse", f((2, 2), "i4"), f((2, 2), "i4"))
