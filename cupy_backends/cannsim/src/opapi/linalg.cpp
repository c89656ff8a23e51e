// Dense linear algebra.
#include "kernels/array/linalg_small.h"

#include "kernels/array/copy.h"
#include "kernels/array/nest.h"
#include "kernels/array/scratch.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

#include <algorithm>
#include <cmath>
#include <complex>

namespace cannsim {

namespace {

bool is_half(DType t) { return t == DType::Float16 || t == DType::BFloat16; }

aclnnStatus check_matrix(const Call &c, int param, bool square) {
    const aclTensor *t = c.tensor(param);
    if (t->ndim < 2 || (square && t->shape[t->ndim - 1] != t->shape[t->ndim - 2]))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has shape %s; expected %s", c.op.name,
                    c.param(param), shape_text(t).text, square ? "square matrices" : "matrices");
    return 0;
}

// A float32 copy of a half-precision view: what the solvers lack.
struct Widened {
    View view;
    array::Scratch memory;

    explicit Widened(const View &v) : view(v), memory(is_half(v.dtype) ? v.size() * 4 : 0) {
        if (!is_half(v.dtype)) return;
        view.dtype = DType::Float32;
        view.data = memory.get();
        array::set_contiguous(view);
    }
    explicit operator bool() const { return bool(memory); }
};

// Runs f(out, in) in float32 where the dtype is half precision.
template <class F> Status widened(const View &out, const View &in, const F &f) {
    Widened a(in), b(out);
    if (!a || !b) return Status::OutOfMemory;
    if (is_half(in.dtype))
        if (Status s = copy(a.view, in); s != Status::Ok) return s;
    if (Status s = f(b.view, a.view); s != Status::Ok) return s;
    return is_half(out.dtype) ? copy(out, b.view) : Status::Ok;
}

Status run_inverse(aclOpExecutor &e) { return widened(e.views[1], e.views[0], inverse); }

// self, out
aclnnStatus prepare_inverse(Call &c) {
    if (int error = check_matrix(c, 0, true)) return error;
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = check_same_shape(c, 0, 1)) return error;
    // Unlike most operators this one refuses empty tensors.
    if (c.tensor(0)->size == 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: self is empty", c.op.name);
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, c.tensor(1), 1);
    c.exec.run = run_inverse;
    return 0;
}

// e.i: upper.
Status run_cholesky(aclOpExecutor &e) {
    return widened(e.views[1], e.views[0],
                   [&](const View &out, const View &in) { return cholesky(out, in, e.i[0]); });
}

// self, upper, out
aclnnStatus prepare_cholesky(Call &c) {
    if (int error = check_matrix(c, 0, true)) return error;
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = check_same_shape(c, 0, 2)) return error;
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, c.tensor(2), 2);
    c.exec.i[0] = c.flag(1);
    if (c.tensor(0)->size) c.exec.run = run_cholesky;
    return 0;
}

Shape batch_shape(const aclTensor *t) {
    Shape s = shape_of(t);
    s.ndim -= 2;
    return s;
}

DType real_dtype(DType t) {
    return t == DType::Complex64 ? DType::Float32 : t == DType::Complex128 ? DType::Float64 : t;
}

// Views: self, sign, logarithm (real; widened into the output's dtype).
Status run_slogdet(aclOpExecutor &e) {
    View logarithm = e.views[2];
    array::Scratch memory(logarithm.size() * 8);
    if (!memory) return Status::OutOfMemory;
    logarithm.dtype = real_dtype(logarithm.dtype);
    logarithm.data = memory.get();
    array::set_contiguous(logarithm);
    if (Status s = slogdet(e.views[1], logarithm, e.views[0]); s != Status::Ok) return s;
    return copy(e.views[2], logarithm);
}

// self, signOut, logOut
aclnnStatus prepare_slogdet(Call &c) {
    if (int error = check_matrix(c, 0, true)) return error;
    const Shape s = batch_shape(c.tensor(0));
    for (int out : {1, 2}) {
        if (int error = check_shape(c, out, s.ndim, s.dims)) return error;
        if (int error = check_same_dtype(c, 0, out)) return error;
    }
    for (int i = 0; i < 3; ++i) add_view(c.exec, c.tensor(i), i);
    if (c.tensor(1)->size) c.exec.run = run_slogdet;
    return 0;
}

template <class T> void add_logarithm(char *out, char *sign) {
    T &value = *reinterpret_cast<T *>(out);
    value += std::log(*reinterpret_cast<T *>(sign));
}

// Views: self, out. log det = log |det| + log sign.
Status run_logdet(aclOpExecutor &e) {
    const View &out = e.views[1];
    View sign = out, logarithm = out, total = out;
    array::Scratch memory(3 * (out.size() * 16 + 64));
    if (!memory) return Status::OutOfMemory;
    sign.data = memory.get();
    logarithm.data = memory.get() + out.size() * 16 + 64;
    total.data = memory.get() + 2 * (out.size() * 16 + 64);
    logarithm.dtype = real_dtype(out.dtype);
    for (View *v : {&sign, &logarithm, &total}) array::set_contiguous(*v);
    if (Status s = slogdet(sign, logarithm, e.views[0]); s != Status::Ok) return s;
    if (Status s = copy(total, logarithm); s != Status::Ok) return s;
    const int64_t item = itemsize(out.dtype);
    for (int64_t i = 0; i < out.size(); ++i) {
        char *to = total.data + i * item, *from = sign.data + i * item;
        switch (out.dtype) {
        case DType::Float32: add_logarithm<float>(to, from); break;
        case DType::Float64: add_logarithm<double>(to, from); break;
        case DType::Complex64: add_logarithm<std::complex<float>>(to, from); break;
        default: add_logarithm<std::complex<double>>(to, from); break;
        }
    }
    return copy(out, total);
}

// self, out
aclnnStatus prepare_logdet(Call &c) {
    if (int error = check_matrix(c, 0, true)) return error;
    const Shape s = batch_shape(c.tensor(0));
    if (int error = check_shape(c, 1, s.ndim, s.dims)) return error;
    if (int error = check_same_dtype(c, 0, 1)) return error;
    for (int i = 0; i < 2; ++i) add_view(c.exec, c.tensor(i), i);
    if (c.tensor(1)->size) c.exec.run = run_logdet;
    return 0;
}

// e.i: upper, transposed, unit diagonal. Views: b, a, x.
Status run_triangular(aclOpExecutor &e) {
    return triangular_solve(e.views[2], e.views[1], e.views[0], e.i[0],
                            e.i[1] ? TriangularOp::Transpose : TriangularOp::None, e.i[2]);
}

// self (b), A, upper, transpose, unitriangular, xOut, mOut (A again, which CANN copies)
aclnnStatus prepare_triangular(Call &c) {
    if (int error = check_matrix(c, 1, true)) return error;
    if (int error = check_matrix(c, 0, false)) return error;
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = check_same_dtype(c, 0, 5)) return error;
    const aclTensor *b = c.tensor(0), *a = c.tensor(1);
    bool fits = a->ndim == b->ndim && a->shape[a->ndim - 1] == b->shape[b->ndim - 2];
    for (int i = 0; fits && i + 2 < a->ndim; ++i) fits = a->shape[i] == b->shape[i];
    if (!fits)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: A %s does not fit self %s", c.op.name,
                    shape_text(a).text, shape_text(b).text);
    if (int error = check_same_shape(c, 0, 5)) return error;
    for (int i : {0, 1, 5}) add_view(c.exec, c.tensor(i), i);
    c.exec.i[0] = c.flag(2);
    c.exec.i[1] = c.flag(3);
    c.exec.i[2] = c.flag(4);
    if (c.tensor(5)->size) c.exec.run = run_triangular;
    return 0;
}

// e.i: whether q is wanted. Views: self, q, r.
Status run_qr(aclOpExecutor &e) {
    const View &in = e.views[0];
    if (!is_half(in.dtype)) return qr(e.i[0] ? &e.views[1] : nullptr, e.views[2], in);
    Widened a(in), q(e.views[1]), r(e.views[2]);
    if (!a || !q || !r) return Status::OutOfMemory;
    if (Status s = copy(a.view, in); s != Status::Ok) return s;
    if (Status s = qr(e.i[0] ? &q.view : nullptr, r.view, a.view); s != Status::Ok) return s;
    if (e.i[0])
        if (Status s = copy(e.views[1], q.view); s != Status::Ok) return s;
    return copy(e.views[2], r.view);
}

// self, mode (0 reduced, 1 complete, 2 r alone) or some (true: reduced), Q, R
aclnnStatus prepare_qr(Call &c) {
    if (int error = check_matrix(c, 0, false)) return error;
    const int64_t mode = c.id == Op::Qr ? !c.flag(1) : c.integer(1);
    if (mode < 0 || mode > 2)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: mode is %ld; expected 0 to 2", c.op.name,
                    long(mode));
    Shape q = shape_of(c.tensor(0)), r = q;
    const int64_t m = q.dims[q.ndim - 2], n = q.dims[q.ndim - 1],
                  k = mode == 1 ? m : std::min(m, n);
    q.dims[q.ndim - 1] = k;
    r.dims[r.ndim - 2] = k;
    if (int error = check_same_dtype(c, 0, 3)) return error;
    if (int error = check_shape(c, 3, r.ndim, r.dims)) return error;
    if (mode != 2) {
        if (int error = check_same_dtype(c, 0, 2)) return error;
        if (int error = check_shape(c, 2, q.ndim, q.dims)) return error;
    }
    for (int i : {0, 2, 3}) add_view(c.exec, c.tensor(i), i);
    c.exec.i[0] = mode != 2;
    if (mode == 2) c.exec.unbound &= ~2u;
    if (c.tensor(0)->size) c.exec.run = run_qr;
    return 0;
}

// e.i: whether u and v are wanted. Views: input, sigma[, u, v].
Status run_svd(aclOpExecutor &e) {
    return e.i[0] ? svd(e.views[1], &e.views[2], &e.views[3], e.views[0])
                  : svd(e.views[1], nullptr, nullptr, e.views[0]);
}

// input, fullMatrices, computeUV, sigma, u, v: v itself, not its transpose
aclnnStatus prepare_svd(Call &c) {
    if (int error = check_matrix(c, 0, false)) return error;
    const bool full = c.flag(1), both = c.flag(2);
    Shape u = shape_of(c.tensor(0)), v = u, sigma = u;
    const int64_t m = u.dims[u.ndim - 2], n = u.dims[u.ndim - 1], k = std::min(m, n);
    sigma.dims[--sigma.ndim - 1] = k;
    u.dims[u.ndim - 1] = full ? m : k;
    v.dims[v.ndim - 2] = n;
    v.dims[v.ndim - 1] = full ? n : k;
    const Shape *shapes[] = {&sigma, &u, &v};
    add_view(c.exec, c.tensor(0), 0);
    for (int i = 0; i < (both ? 3 : 1); ++i) {
        if (int error = check_same_dtype(c, 0, 3 + i)) return error;
        if (int error = check_shape(c, 3 + i, shapes[i]->ndim, shapes[i]->dims)) return error;
        add_view(c.exec, c.tensor(3 + i), 3 + i);
    }
    c.exec.i[0] = both;
    if (c.tensor(0)->size) c.exec.run = run_svd;
    return 0;
}

} // namespace

void define_linalg() {
    define(Op::Inverse, prepare_inverse);
    define(Op::LinalgCholesky, prepare_cholesky);
    define(Op::Slogdet, prepare_slogdet);
    define(Op::Logdet, prepare_logdet);
    define(Op::TriangularSolve, prepare_triangular);
    define(Op::Svd, prepare_svd);
    define(Op::LinalgQr, prepare_qr);
    define(Op::Qr, prepare_qr);
}

} // namespace cannsim
