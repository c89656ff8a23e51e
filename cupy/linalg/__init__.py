"""numpy.linalg on the device: stacks of matrices in the trailing two axes.

_operands.py       the dtypes of LAPACK's world, shape checks, identities
_products.py       what numpy.linalg shares with the main namespace, multi_dot, matrix_power
_solve.py          solve, inv, lstsq, pinv and their tensor forms
_decomposition.py  cholesky, qr, svd
_eigen.py          eig, eigh and their values
_norms.py          norm, cond, det, slogdet, matrix_rank

Factorizations are rows of the contract; the rest is composed of products and reductions.
"""

from numpy.linalg import LinAlgError

from cupy.linalg._decomposition import cholesky, qr, svd, svdvals
from cupy.linalg._eigen import eig, eigh, eigvals, eigvalsh
from cupy.linalg._norms import (
    cond,
    det,
    matrix_norm,
    matrix_rank,
    norm,
    slogdet,
    vector_norm,
)
from cupy.linalg._products import (
    cross,
    diagonal,
    matmul,
    matrix_power,
    matrix_transpose,
    multi_dot,
    outer,
    tensordot,
    trace,
    vecdot,
)
from cupy.linalg._solve import inv, lstsq, pinv, solve, tensorinv, tensorsolve

__all__ = [
    "LinAlgError",
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "inv",
    "lstsq",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "multi_dot",
    "norm",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "tensordot",
    "tensorinv",
    "tensorsolve",
    "trace",
    "vecdot",
    "vector_norm",
]
