// Distances between rows, and rows whose norm is limited.
#include "kernels/array/copy.h"
#include "kernels/array/reduce.h"
#include "opapi/compose.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

#include <algorithm>
#include <vector>

namespace cannsim {

namespace {

aclnnStatus check_order(const Call &c, double p) {
    if (p >= 0) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: p is %g; expected 0 or more", c.op.name, p);
}

// out[j] = |row - rows[j]|
Status distances(const View &row, const View &rows, const View &out, double p) {
    if (out.size() == 0) return Status::Ok;
    Temporary difference(DType::Float32, rows);
    if (!difference) return Status::OutOfMemory;
    TRY(apply(LoopOp::subtract, DType::Float32, {row, rows}, difference.view));
    return reduce(ReduceOp::Norm, out, difference.view, 2, p);
}

Status cdist(const View &a, const View &b, const View &out, double p) {
    for (int64_t i = 0; i < out.shape[0]; ++i)
        TRY(out.ndim > 2 ? cdist(item(a, i), item(b, i), item(out, i), p)
                         : distances(item(a, i), b, item(out, i), p));
    return Status::Ok;
}

Status run_cdist(aclOpExecutor &e) { return cdist(e.views[0], e.views[1], e.views[2], e.d[0]); }

// x1 [..., P, M], x2 [..., R, M], p, compute_mode, out [..., P, R]
aclnnStatus prepare_cdist(Call &c) {
    const aclTensor *a = c.tensor(0), *b = c.tensor(1);
    bool fits =
        a->ndim >= 2 && a->ndim == b->ndim && a->shape[a->ndim - 1] == b->shape[b->ndim - 1];
    for (int i = 0; fits && i + 2 < a->ndim; ++i) fits = a->shape[i] == b->shape[i];
    if (!fits)
        return fail(ACLNN_ERR_PARAM_INVALID,
                    "%s: x1 %s and x2 %s; expected matrices of equally many columns", c.op.name,
                    shape_text(a).text, shape_text(b).text);
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = check_same_dtype(c, 0, 4)) return error;
    if (int error = check_dtype(c, 0, kFloats & ~bit(DType::Float64))) return error;
    Shape shape = shape_of(a);
    shape.dims[shape.ndim - 1] = b->shape[b->ndim - 2];
    if (int error = check_shape(c, 4, shape.ndim, shape.dims)) return error;
    c.exec.d[0] = c.args[2].d;
    if (int error = check_order(c, c.exec.d[0])) return error;
    for (int i : {0, 1, 4}) add_view(c.exec, c.tensor(i), i);
    if (c.tensor(4)->size) c.exec.run = run_cdist;
    return 0;
}

// Row i with those behind it, one after the other.
Status run_pdist(aclOpExecutor &e) {
    const View &self = e.views[0];
    View out = e.views[1];
    for (int64_t i = 0; i + 1 < self.shape[0]; ++i) {
        View rows = self;
        rows.data += (i + 1) * rows.strides[0];
        rows.shape[0] -= i + 1;
        out.shape[0] = rows.shape[0];
        TRY(distances(item(self, i), rows, out, e.d[0]));
        out.data += out.shape[0] * out.strides[0];
    }
    return Status::Ok;
}

// self [N, M], p, out [N (N - 1) / 2]
aclnnStatus prepare_pdist(Call &c) {
    const aclTensor *self = c.tensor(0);
    if (self->ndim != 2)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: self has %d dims; expected 2", c.op.name,
                    self->ndim);
    if (int error = check_dtype(c, 0, kFloats & ~bit(DType::Float64))) return error;
    if (int error = check_same_dtype(c, 0, 2)) return error;
    const int64_t n = self->shape[0], pairs = n * (n - 1) / 2;
    if (int error = check_shape(c, 2, 1, &pairs)) return error;
    c.exec.d[0] = c.args[1].d;
    if (int error = check_order(c, c.exec.d[0])) return error;
    for (int i : {0, 2}) add_view(c.exec, c.tensor(i), i);
    if (c.tensor(2)->size) c.exec.run = run_pdist;
    return 0;
}

// --- limits --------------------------------------------------------------------------------------

// out = self, where what has a norm over `axes` above `limit` is scaled down to it.
Status limit_norms(const View &self, const View &out, uint32_t axes, double p, double limit) {
    const DType t = self.dtype == DType::Float64 ? DType::Float64 : DType::Float32;
    const double tiny = 1e-7, one = 1;
    int64_t shape[kMaxRank];
    for (int i = 0; i < self.ndim; ++i) shape[i] = axes >> i & 1 ? 1 : self.shape[i];
    Temporary norm(t, self.ndim, shape), factor(t, norm.view), keep(DType::Bool, norm.view);
    if (!norm || !factor || !keep) return Status::OutOfMemory;
    TRY(reduce(ReduceOp::Norm, norm.view, self, axes, p));
    TRY(apply(LoopOp::less_equal, t, {norm.view, view_of(limit)}, keep.view));
    TRY(apply(LoopOp::add, t, {norm.view, view_of(tiny)}, factor.view));
    TRY(apply(LoopOp::divide, t, {view_of(limit), factor.view}, factor.view));
    TRY(apply(LoopOp::where, t, {keep.view, view_of(one), factor.view}, factor.view));
    return apply(LoopOp::multiply, t, {self, factor.view}, out);
}

// e.i: axes. e.d: order, limit. Views: self, out.
Status run_renorm(aclOpExecutor &e) {
    return limit_norms(e.views[0], e.views[1], uint32_t(e.i[0]), e.d[0], e.d[1]);
}

// self, p, dim, maxNorm[, out]
aclnnStatus prepare_renorm(Call &c) {
    const int out = c.out;
    const aclTensor *self = c.tensor(0);
    int axis;
    if (int error = check_axis(c, 2, c.integer(2), self->ndim, &axis)) return error;
    if (self->ndim < 2)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: self has %d dims; expected 2 or more", c.op.name,
                    self->ndim);
    if (int error = check_same_dtype(c, 0, out)) return error;
    if (int error = check_same_shape(c, 0, out)) return error;
    c.exec.d[0] = c.scalar(1)->real();
    c.exec.d[1] = c.scalar(3)->real();
    if (!(c.exec.d[0] > 0) || !(c.exec.d[1] >= 0))
        return fail(ACLNN_ERR_PARAM_INVALID,
                    "%s: p is %g and maxNorm %g; expected p > 0 and 0 or more", c.op.name,
                    c.exec.d[0], c.exec.d[1]);
    c.exec.i[0] = all_axes(self->ndim) & ~(1u << axis);
    add_view(c.exec, self, 0);
    add_view(c.exec, c.tensor(out), out);
    if (self->size) c.exec.run = run_renorm;
    return 0;
}

// Views: weights, indices.
Status run_embedding(aclOpExecutor &e) {
    const View &weights = e.views[0];
    Temporary index(DType::Int64, e.views[1]);
    if (!index) return Status::OutOfMemory;
    TRY(copy(index.view, e.views[1]));
    const int64_t *at = index.memory.as<int64_t>();
    std::vector<int64_t> rows(at, at + index.view.size());
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    if (!rows.empty() && (rows.front() < 0 || rows.back() >= weights.shape[0]))
        return Status::IndexOutOfRange;
    for (int64_t row : rows) {
        const View v = item(weights, row);
        TRY(limit_norms(v, v, 1, e.d[0], e.d[1]));
    }
    return Status::Ok;
}

// selfRef [N, M], indices, maxNorm, normType
aclnnStatus prepare_embedding(Call &c) {
    if (c.tensor(0)->ndim != 2)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: selfRef has %d dims; expected 2", c.op.name,
                    c.tensor(0)->ndim);
    if (int error = check_dtype(c, 0, kFloats)) return error;
    if (int error = check_dtype(c, 1, bits(DType::Int32, DType::Int64))) return error;
    c.exec.d[0] = c.args[3].d;
    c.exec.d[1] = c.args[2].d;
    if (!(c.exec.d[1] >= 0))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: maxNorm is %g; expected 0 or more", c.op.name,
                    c.exec.d[1]);
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, c.tensor(1), 1);
    if (c.tensor(0)->size && c.tensor(1)->size) c.exec.run = run_embedding;
    return 0;
}

} // namespace

void define_distance() {
    define(Op::Cdist, prepare_cdist);
    define(Op::Pdist, prepare_pdist);
    define(Op::Renorm, prepare_renorm);
    define(Op::InplaceRenorm, prepare_renorm);
    define(Op::EmbeddingRenorm, prepare_embedding);
}

} // namespace cannsim
