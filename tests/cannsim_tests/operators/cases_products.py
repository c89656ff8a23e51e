"""Matrix products and linear algebra."""

import math

import numpy as np
from operator_calls import InOut, Out
from cases_elementwise import gelu_erf, gelu_tanh

f4 = np.dtype("f4")
rng = np.random.default_rng(7)


def matrix(*shape):
    return rng.normal(size=shape).astype(f4)


A, B, C = matrix(3, 4), matrix(4, 5), matrix(3, 5)
BA, BB, BC = matrix(2, 3, 4), matrix(2, 4, 5), matrix(2, 3, 5)
U, V = matrix(3), matrix(5)
SQUARE = matrix(2, 3, 3) + 3 * np.eye(3, dtype=f4)
DEFINITE = (SQUARE @ SQUARE.swapaxes(1, 2)).astype(f4)

CASES = {}


def add(name, arguments, *expected):
    CASES.setdefault(name, []).append((arguments, expected))


add("aclnnMm", (A, B, Out((3, 5), f4), 0), A @ B)
add("aclnnMm", (A, B.T.copy().T, Out((3, 5), f4), 0), A @ B)
add("aclnnBatchMatMul", (BA, BB, Out((2, 3, 5), f4), 0), BA @ BB)
add("aclnnMatmul", (BA, B, Out((2, 3, 5), f4), 0), BA @ B)
add("aclnnMatmul", (A, B[:, 0].copy(), Out(3, f4), 0), A @ B[:, 0])
add("aclnnMv", (A.T.copy(), U, Out(4, f4), 0), A.T @ U)
add("aclnnDot", (U, A[:, 0].copy(), Out((), f4)), U @ A[:, 0])
add("aclnnGer", (U, V, Out((3, 5), f4)), np.outer(U, V))
exact = 0.5 * C + 2 * (A @ B)
add("aclnnAddmm", (C, A, B, 0.5, 2.0, Out((3, 5), f4), 0), exact)
add("aclnnInplaceAddmm", (InOut(C), A, B, 0.5, 2.0, 0), exact)
exact = 0.5 * BC + 2 * (BA @ BB)
add("aclnnBaddbmm", (BC, BA, BB, 0.5, 2.0, Out((2, 3, 5), f4), 0), exact)
add("aclnnInplaceBaddbmm", (InOut(BC), BA, BB, 0.5, 2.0, 0), exact)
add("aclnnAddbmm", (C, BA, BB, 0.5, 2.0, Out((3, 5), f4), 0), 0.5 * C + 2 * (BA @ BB).sum(0))
add("aclnnAddmv", (U, B[:3].copy(), V, 2.0, 0.5, Out(3, f4), 0), 0.5 * U + 2 * (B[:3] @ V))
exact = 0.5 * C + 2 * np.outer(U, V)
add("aclnnAddr", (C, U, V, 0.5, 2.0, Out((3, 5), f4)), exact)
add("aclnnInplaceAddr", (InOut(C), U, V, 0.5, 2.0), exact)
add("aclnnGemm", (A.T.copy(), B, C, 2.0, 0.5, 1, 0, Out((3, 5), f4), 0), 0.5 * C + 2 * (A @ B))
add("aclnnEinsum", ([U, V], "a,b->ab", Out((3, 5), f4)), np.outer(U, V))
E1, E2 = matrix(2, 3, 2, 4), matrix(2, 3, 2, 5, 4)
add(
    "aclnnEinsum",
    ([E1, E2], "abcd,abced->abce", Out((2, 3, 2, 5), f4)),
    np.einsum("abcd,abced->abce", E1, E2),
)
T1, T2 = BA.transpose(1, 0, 2).copy(), BB
add("aclnnTransposeBatchMatMul", (T1, T2, None, None, [1, 0, 2], [0, 1, 2], [1, 0, 2], 0, 1, Out((3, 2, 5), f4)),
    (BA @ BB).transpose(1, 0, 2))  # fmt: skip
FUSED = {
    "": lambda y: y, "add": lambda y: y + C, "mul": lambda y: y * C, "gelu_erf": gelu_erf, "gelu_tanh": gelu_tanh,
    "relu": lambda y: np.maximum(y, 0),
}  # fmt: skip
for name, function in FUSED.items():
    third = C if name in ("add", "mul") else None
    add("aclnnFusedMatmul", (A, B, None, third, name, 0, Out((3, 5), f4)), function((A @ B).astype("f8")))
add("aclnnFusedMatmul", (A, B, V, None, "relu", 0, Out((3, 5), f4)), np.maximum(A @ B + V, 0))
add("aclnnSum", ([A, A + 1, A * 2], Out(A.shape, f4)), 4 * A + 1)

# --- linear algebra ------------------------------------------------------------------------------

add("aclnnInverse", (SQUARE, Out(SQUARE.shape, f4)), np.linalg.inv(SQUARE))
add(
    "aclnnLinalgCholesky",
    (DEFINITE, False, Out(DEFINITE.shape, f4)),
    np.linalg.cholesky(DEFINITE.astype("f8")),
)
sign, logarithm = np.linalg.slogdet(SQUARE)
add("aclnnSlogdet", (SQUARE, Out(2, f4), Out(2, f4)), sign, logarithm)
lower = np.tril(SQUARE)
RIGHT = BC[:, :, :2].copy()
add("aclnnTriangularSolve", (RIGHT, SQUARE, False, False, False, Out((2, 3, 2), f4), Out(SQUARE.shape, f4)),
    np.linalg.solve(lower, RIGHT), np.zeros(SQUARE.shape))  # fmt: skip
q, r = np.linalg.qr(A.T.astype("f8"))
add("aclnnLinalgQr", (A.T.copy(), 0, Out((4, 3), f4), Out((3, 3), f4)), q, r)
add("aclnnLinalgCross", (A[:, :3].copy(), C[:, :3].copy(), 1, Out((3, 3), f4)), np.cross(A[:, :3], C[:, :3]))
assert math.isfinite(logarithm.sum())


def orthonormal(q):
    """A check that gives the columns away: q^H q = 1."""
    product = q.conj().swapaxes(-1, -2) @ q
    return np.allclose(product, np.eye(q.shape[-1]), atol=1e-5)


WIDE = matrix(2, 3, 5)
COMPLEX = (matrix(5, 3) + 1j * matrix(5, 3)).astype("c8")
RANK_ONE = np.outer(U, V).astype(f4)
for x in (WIDE, WIDE[0].T.copy(), COMPLEX, RANK_ONE):
    rows, columns = x.shape[-2:]
    values = np.linalg.svd(x.astype("c16"), compute_uv=False)
    small = values.shape[-1]
    batch = x.shape[:-2]
    sigma = Out((*batch, small), x.dtype)
    for full in (False, True):
        left, right = (rows, columns) if full else (small, small)
        u, v = Out((*batch, rows, left), x.dtype), Out((*batch, columns, right), x.dtype)
        add("aclnnSvd", (x, full, True, sigma, u, v), values, orthonormal, orthonormal)
    add("aclnnSvd", (x, False, False, sigma, np.zeros(1, x.dtype), np.zeros(1, x.dtype)), values)
