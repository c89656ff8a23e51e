"""Decompositions, solvers and eigenvalues against NumPy."""

import cupy
import numpy as np
import pytest
from numpy.linalg import LinAlgError

SQUARE = [
    "inv",
    "det",
    "slogdet",
    "cholesky",
    "svdvals",
    "eigvalsh",
    "eigvals",
    "pinv",
    "matrix_rank",
    "cond",
]
STACKS = [(3, 3), (2, 3, 3), (0, 0), (2, 0, 0), (0, 3, 3), (1, 1)]


@pytest.mark.parametrize("dtype", "fdFDiB?e")
@pytest.mark.parametrize("name", SQUARE)
def test_functions_of_square_matrices(name, dtype, paired, definite):
    for shape in STACKS:
        a = (
            definite(*shape, dtype=dtype)
            if dtype in "fdFD"
            else (10 * np.eye(shape[-1]) + np.zeros(shape)).astype(dtype)
        )
        paired(lambda xp, a: getattr(xp.linalg, name)(a), a)


@pytest.mark.parametrize("name", SQUARE)
def test_wrong_shapes(name, paired, make):
    for shape in [(3, 2), (2, 3), (2, 4, 3), (3,), (), (0, 3), (3, 0)]:
        paired(lambda xp, a: getattr(xp.linalg, name)(a), make(*shape))


@pytest.mark.parametrize("name", ["inv", "det", "qr", "svd", "eigh", "eig", "cholesky"])
def test_half_precision_is_refused(name):
    for dtype in ("float16", "bfloat16"):
        with pytest.raises(TypeError, match="unsupported in linalg"):
            getattr(cupy.linalg, name)(cupy.ones((2, 2)).astype(dtype))


def test_bad_matrices(paired, definite):
    for name in ("inv", "solve", "cholesky"):
        a = np.ones((2, 2)) if name != "cholesky" else -definite(2, 2)
        arguments = (a, a) if name == "solve" else (a,)
        assert isinstance(paired(lambda xp, *a: getattr(xp.linalg, name)(*a), *arguments), LinAlgError)
    assert cupy.linalg.LinAlgError is LinAlgError


@pytest.mark.parametrize("dtype", "fdFDi")
@pytest.mark.parametrize("left", [(3, 3), (2, 3, 3), (0, 3, 3), (0, 0), (2, 3), (3,)], ids=str)
def test_solve(left, dtype, paired, make, definite):
    square = len(left) > 1 and left[-1] == left[-2]
    a = definite(*left, dtype=dtype) if square else make(*left, dtype=dtype)
    for right in [(3,), (3, 2), (2, 3, 1), (0,), (0, 2), (2, 3, 3), (4,), ()]:
        paired(lambda xp, a, b: xp.linalg.solve(a, b), a, make(*right))


@pytest.mark.parametrize("dtype", "fdFD")
@pytest.mark.parametrize("left", [(5, 3), (3, 5), (3, 3), (0, 3), (3, 0)], ids=str)
def test_lstsq(left, dtype, paired, make):
    rng = np.random.default_rng(2)
    a = rng.standard_normal(left).astype(dtype)

    def body(xp, a, b):
        x, residuals, rank, s = xp.linalg.lstsq(a, b)
        return x, residuals, xp.asarray(rank), s

    for right in [(5,), (3,), (3, 2), (5, 2), (0,), (0, 2), ()]:
        paired(body, a, make(*right, dtype=dtype))


def test_lstsq_of_deficient_rank(paired):
    a = np.ones((5, 2))
    paired(lambda xp, a, b: xp.linalg.lstsq(a, b)[:2], a, np.arange(5.0))
    paired(lambda xp, a, b: xp.linalg.lstsq(a, b, rcond=-1)[3], a, np.arange(5.0))


def _rebuild_svd(xp, a, full):
    u, s, vh = xp.linalg.svd(a, full_matrices=full)
    k = s.shape[-1]
    return s, (u[..., :k] * s[..., None, :]) @ vh[..., :k, :], u.mT.conj() @ u, vh @ vh.mT.conj()


@pytest.mark.parametrize("dtype", "fdFDi")
@pytest.mark.parametrize("full", [True, False])
def test_svd(dtype, full, paired, make):
    for shape in [(3, 4), (4, 3), (2, 3, 4), (3, 3)]:
        paired(lambda xp, a: _rebuild_svd(xp, a, full), make(*shape, dtype=dtype))
    for shape in [(0, 3), (3, 0), (2, 3, 0)]:
        paired(lambda xp, a: tuple(xp.linalg.svd(a, full_matrices=full)), make(*shape, dtype=dtype))


@pytest.mark.parametrize("dtype", "fdFDi")
def test_qr(dtype, paired, make):
    def body(xp, a):
        reduced, complete = xp.linalg.qr(a), xp.linalg.qr(a, "complete")
        return (
            reduced.Q @ reduced.R,
            complete.Q @ complete.R,
            abs(xp.linalg.qr(a, "r")),
            complete.Q.mT.conj() @ complete.Q,
            reduced.Q.mT.conj() @ reduced.Q,
        )

    for shape in [(3, 4), (4, 3), (2, 3, 4), (0, 3), (3, 0), (2, 3, 0)]:
        paired(body, make(*shape, dtype=dtype))
    paired(lambda xp, a: xp.linalg.qr(a, "foo"), make(2, 2))
    with pytest.raises(NotImplementedError):
        cupy.linalg.qr(cupy.ones((2, 2)), "raw")


@pytest.mark.parametrize("dtype", "fdFD")
@pytest.mark.parametrize("uplo", "LUlx")
def test_eigh(dtype, uplo, paired, make):
    def body(xp, a):
        w, v = xp.linalg.eigh(a, uplo)
        return w, (v * w[..., None, :]) @ v.mT.conj(), xp.linalg.eigvalsh(a, uplo)

    paired(body, make(2, 3, 3, dtype=dtype))


@pytest.mark.parametrize("dtype", "fdFD")
def test_eig(dtype, definite):
    rng = np.random.default_rng(0)
    general = rng.standard_normal((2, 3, 3)).astype(dtype)
    for a in (general, definite(3, 3, dtype=dtype), np.triu(general)):
        x = cupy.asarray(a)
        w, v = cupy.linalg.eig(x)
        assert w.dtype == np.linalg.eigvals(a).dtype and v.dtype == np.linalg.eig(a)[1].dtype
        residual = abs(x @ v - v * w[..., None, :]).max()
        assert float(residual) < (1e-4 if dtype in "fF" else 1e-12)
        np.testing.assert_allclose(
            np.sort_complex(w.get().ravel()),
            np.sort_complex(np.linalg.eigvals(a).ravel()),
            atol=1e-4 if dtype in "fF" else 1e-12,
        )


def test_cholesky_upper(paired, definite):
    paired(lambda xp, a: xp.linalg.cholesky(a, upper=True), definite(2, 3, 3, dtype="D"))


def test_hermitian_routes(paired, definite):
    a = definite(2, 3, 3) - 5 * np.eye(3)
    paired(lambda xp, a: xp.linalg.pinv(a, hermitian=True), a)
    paired(lambda xp, a: xp.linalg.matrix_rank(a, hermitian=True), a)

    def svd(xp, a):
        u, s, vh = xp.linalg.svd(a, hermitian=True)
        return s, (u * s[..., None, :]) @ vh, xp.linalg.svd(a, compute_uv=False, hermitian=True)

    paired(svd, a)
    paired(svd, np.diag([2.0, 0.0, -1.0]))


def test_tolerances(paired, make):
    a = make(2, 4, 3)
    paired(lambda xp, a: xp.linalg.pinv(a, rtol=None), a)
    paired(lambda xp, a: xp.linalg.pinv(a, 1e-3, rtol=None), a)
    paired(lambda xp, a, r: xp.linalg.pinv(a, r), a, np.array([0.1, 0.5]))
    paired(lambda xp, a: xp.linalg.matrix_rank(a, tol=1.5), a)
    paired(lambda xp, a, t: xp.linalg.matrix_rank(a, t), a, np.array([1.5, 0.1]))
    paired(lambda xp, a: xp.linalg.matrix_rank(a, rtol=0.5), a)
    paired(lambda xp, a: xp.linalg.matrix_rank(a, 1.0, rtol=0.5), a)
    paired(lambda xp, a: xp.linalg.matrix_rank(a), np.zeros(3))


def test_tensor_forms(paired, make):
    rng = np.random.default_rng(1)
    paired(lambda xp, a, b: xp.linalg.tensorsolve(a, b), rng.standard_normal((2, 3, 6)), make(2, 3))
    paired(
        lambda xp, a, b: xp.linalg.tensorsolve(a, b, axes=(0,)), rng.standard_normal((3, 2, 6)), make(2, 3)
    )
    paired(lambda xp, a: xp.linalg.tensorinv(a), rng.standard_normal((2, 3, 6)))
    paired(lambda xp, a: xp.linalg.tensorinv(a, ind=1), rng.standard_normal((6, 2, 3)))
    paired(lambda xp, a: xp.linalg.tensorinv(a, ind=0), make(6, 2, 3))
    paired(lambda xp, a: xp.linalg.tensorinv(a, ind=1), make(5, 2, 3))


def test_more_axes_than_the_device_has(paired, definite):
    a = definite(*(1,) * 7, 2, 2, 2)
    for name in ("inv", "det", "svdvals", "eigvalsh", "slogdet"):
        paired(lambda xp, a: getattr(xp.linalg, name)(a), a)
    paired(lambda xp, a: xp.linalg.solve(a, a), a)


def test_layouts(paired, definite):
    a = definite(4, 3, 3)
    for view in (lambda a: a.mT, lambda a: a[::-2], lambda a: a[:, ::-1, ::-1]):
        for name in ("inv", "det", "svdvals", "eigvalsh"):
            paired(lambda xp, a: getattr(xp.linalg, name)(view(a)), a)
