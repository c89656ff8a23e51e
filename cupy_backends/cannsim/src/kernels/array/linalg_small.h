// Dense linear algebra for the operators that CANN runs on its AI CPU. Float32, Float64, Complex64,
// Complex128; leading axes are batches; any strides.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

// out = in^-1 by Gaussian elimination with partial pivoting; Singular when a pivot is exactly zero.
Status inverse(const View &out, const View &in);

// Sign (a unit number of in's dtype) and logarithm (real) of the determinant of each matrix.
Status slogdet(const View &sign, const View &logarithm, const View &in);

// in = L L^H, or U^H U: the other triangle is zero. Singular when not positive definite. Only the
// wanted triangle of `in` is read.
Status cholesky(const View &out, const View &in, bool upper);

// op(a) x = b with op the identity, the transpose, or the conjugate transpose; a triangular.
enum class TriangularOp { None, Transpose, ConjugateTranspose };
Status triangular_solve(const View &x, const View &a, const View &b, bool upper, TriangularOp op,
                        bool unit_diagonal);

// in (m x n) = q r by Householder reflections. Reduced: q is m x min(m, n), r min(m, n) x n;
// complete: q m x m, r m x n. `q` may be null.
Status qr(const View *q, const View &r, const View &in);

// in (m x n) = u diag(sigma) v^H, the values descending. Columns of u and v: min(m, n), or m and n.
// Both may be null together.
Status svd(const View &sigma, const View *u, const View *v, const View &in);

}  // namespace cannsim
