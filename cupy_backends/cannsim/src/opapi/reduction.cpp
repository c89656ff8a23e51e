// Reductions over axes.
#include "kernels/array/reduce.h"
#include "opapi/axes.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

#include <initializer_list>

namespace cannsim {

namespace {

// e.i: axes, operation. e.d: order of a norm.
Status run_reduce(aclOpExecutor &e) {
    return reduce(ReduceOp(e.i[1]), e.views[1], e.views[0], uint32_t(e.i[0]), e.d[0]);
}

// A maximum of nothing leaves the output alone; other reductions of nothing have a value.
bool has_no_identity(ReduceOp op) { return op == ReduceOp::Max || op == ReduceOp::Min; }

aclnnStatus plan_reduce(Call &c, ReduceOp op, int in, int out, uint32_t axes, double order = 2) {
    if (c.tensor(out)->size == 0 || (c.tensor(in)->size == 0 && has_no_identity(op))) return 0;
    if (!can_write(c.tensor(out))) return refuse_write(c, out);
    add_view(c.exec, c.tensor(in), in);
    add_view(c.exec, c.tensor(out), out);
    c.exec.i[0] = axes;
    c.exec.i[1] = int64_t(op);
    c.exec.d[0] = order;
    c.exec.run = run_reduce;
    return 0;
}

aclnnStatus check_out_dtype(const Call &c, int dtype, int out) {
    const DType asked = DType(c.integer(dtype));
    if (asked == c.tensor(out)->dtype) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s is %s; expected that of %s, %s", c.op.name,
                c.param(dtype), dtype_name(asked), c.param(out), dtype_name(c.tensor(out)->dtype));
}

struct Row {
    Op op;
    ReduceOp reduce;
};

const Row &row_of(const Call &c) { return *static_cast<const Row *>(c.row); }

// self, dims, keepDims, dtype, out
aclnnStatus prepare_typed(Call &c) {
    uint32_t axes;
    if (int error = read_axes(c, 1, c.tensor(0)->ndim, &axes)) return error;
    if (int error = check_out_dtype(c, 3, 4)) return error;
    ReduceOp op = row_of(c).reduce;
    if (op != ReduceOp::Sum)
        if (int error = check_can_cast(c, "self", c.tensor(0)->dtype, 4)) return error;
    if (int error = check_reduced(c, 0, axes, c.flag(2), 4)) return error;
    if (op == ReduceOp::Sum && c.tensor(4)->dtype == DType::Bool) op = ReduceOp::Any;
    return plan_reduce(c, op, 0, 4, axes);
}

const Row kTyped[] = {
    {Op::ReduceSum, ReduceOp::Sum},
    {Op::ReduceNansum, ReduceOp::NanSum},
    {Op::Mean, ReduceOp::Mean},
};

// self, dims, keepDims[, noopWithEmptyDims], out
aclnnStatus prepare_axes(Call &c) {
    const int out = c.out;
    uint32_t axes;
    if (int error = read_axes(c, 1, c.tensor(0)->ndim, &axes)) return error;
    if (out == 4 && c.flag(3) && (!c.ints(1) || c.ints(1)->size == 0)) axes = 0;
    if (int error = check_reduced(c, 0, axes, c.flag(2), out)) return error;
    return plan_reduce(c, row_of(c).reduce, 0, out, axes);
}

const Row kAxes[] = {
    {Op::Amax, ReduceOp::Max},
    {Op::Amin, ReduceOp::Min},
    {Op::MaxV2, ReduceOp::Max},
    {Op::All, ReduceOp::All},
    {Op::Any, ReduceOp::Any},
    {Op::MeanV2, ReduceOp::Mean},
    {Op::LogSumExp, ReduceOp::LogSumExp},
};

// self, out: over all axes
aclnnStatus prepare_all(Call &c) {
    const aclTensor *self = c.tensor(0), *out = c.tensor(1);
    if (int error = check_can_cast(c, "self", self->dtype, 1)) return error;
    // CANN takes any output of one element, and any at all where there is nothing to write.
    if (out->size > 1 && self->size)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: out has shape %s; expected one element",
                    c.op.name, shape_text(out).text);
    if (int error = plan_reduce(c, row_of(c).reduce, 0, 1, all_axes(self->ndim))) return error;
    if (c.exec.nviews) c.exec.views[1].ndim = 0;
    return 0;
}

const Row kAll[] = {{Op::Max, ReduceOp::Max}, {Op::Min, ReduceOp::Min}};

// self, dtype, out
aclnnStatus prepare_prod(Call &c) {
    if (int error = check_out_dtype(c, 1, 2)) return error;
    if (int error = check_shape(c, 2, 0, nullptr)) return error;
    return plan_reduce(c, ReduceOp::Prod, 0, 2, all_axes(c.tensor(0)->ndim));
}

// self, dim, keepDim, dtype, out
aclnnStatus prepare_prod_dim(Call &c) {
    int axis;
    if (int error = check_axis(c, 1, c.integer(1), c.tensor(0)->ndim, &axis)) return error;
    if (int error = check_out_dtype(c, 3, 4)) return error;
    const uint32_t axes = c.tensor(0)->ndim ? 1u << axis : 0;
    if (int error = check_reduced(c, 0, axes, c.flag(2), 4)) return error;
    return plan_reduce(c, ReduceOp::Prod, 0, 4, axes);
}

// self, order, dims, keepDims[, dtype], out
aclnnStatus prepare_norm(Call &c) {
    const int out = c.out;
    uint32_t axes;
    if (int error = read_axes(c, 2, c.tensor(0)->ndim, &axes)) return error;
    if (out == 5) {
        if (int error = check_out_dtype(c, 4, 5)) return error;
    } else {
        DType common;
        if (int error = check_promote(c, 0, out, &common)) return error;
        if (int error = check_can_cast(c, "the result", common, out)) return error;
    }
    if (int error = check_reduced(c, 0, axes, c.flag(3), out)) return error;
    return plan_reduce(c, ReduceOp::Norm, 0, out, axes, c.scalar(1)->real());
}

// --- the place of an extremum
// ----------------------------------------------------------------------

// e.i: whether it is the largest, axis. Views: self, index[, value].
Status run_arg(aclOpExecutor &e) {
    return arg_reduce(e.i[0], e.nviews == 3 ? &e.views[2] : nullptr, e.views[1], e.views[0],
                      int(e.i[1]));
}

aclnnStatus plan_arg(Call &c, bool largest, int value, int index) {
    int axis;
    const aclTensor *self = c.tensor(0);
    if (int error = check_axis(c, 1, c.integer(1), self->ndim, &axis)) return error;
    const uint32_t axes = self->ndim ? 1u << axis : 0;
    if (value >= 0) {
        if (int error = check_same_dtype(c, 0, value)) return error;
        if (int error = check_reduced(c, 0, axes, c.flag(2), value)) return error;
    }
    if (int error = check_reduced(c, 0, axes, c.flag(2), index)) return error;
    if (int error = check_dtype(c, index, bits(DType::Int32, DType::Int64))) return error;
    if (c.tensor(index)->size == 0 || self->size == 0) return 0;
    at_least_1d(c.exec.views[add_view(c.exec, self, 0)]);
    add_view(c.exec, c.tensor(index), index);
    if (value >= 0) add_view(c.exec, c.tensor(value), value);
    c.exec.i[0] = largest;
    c.exec.i[1] = axis;
    c.exec.run = run_arg;
    return 0;
}

aclnnStatus prepare_argmax(Call &c) { return plan_arg(c, true, -1, 3); }
aclnnStatus prepare_argmin(Call &c) { return plan_arg(c, false, -1, 3); }
aclnnStatus prepare_max_dim(Call &c) { return plan_arg(c, true, 3, 4); }
aclnnStatus prepare_min_dim(Call &c) { return plan_arg(c, false, 3, 4); }

// Views: self, minimum, maximum.
Status run_aminmax(aclOpExecutor &e) {
    return min_max(e.views[1], e.views[2], e.views[0], uint32_t(e.i[0]));
}

aclnnStatus plan_aminmax(Call &c, uint32_t axes, bool keep, int low) {
    for (int out : {low, low + 1}) {
        if (int error = check_same_dtype(c, 0, out)) return error;
        if (int error = check_reduced(c, 0, axes, keep, out)) return error;
    }
    if (c.tensor(0)->size == 0) return 0;
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, c.tensor(low), low);
    add_view(c.exec, c.tensor(low + 1), low + 1);
    c.exec.i[0] = axes;
    c.exec.run = run_aminmax;
    return 0;
}

aclnnStatus prepare_aminmax(Call &c) {
    uint32_t axes;
    if (int error = read_axes(c, 1, c.tensor(0)->ndim, &axes)) return error;
    return plan_aminmax(c, axes, c.flag(2), 3);
}
aclnnStatus prepare_aminmax_all(Call &c) {
    return plan_aminmax(c, all_axes(c.tensor(0)->ndim), false, 1);
}
aclnnStatus prepare_aminmax_dim(Call &c) {
    int axis;
    if (int error = check_axis(c, 1, c.integer(1), c.tensor(0)->ndim, &axis)) return error;
    return plan_aminmax(c, c.tensor(0)->ndim ? 1u << axis : 0, c.flag(2), 3);
}

// --- variance
// --------------------------------------------------------------------------------------

// e.i: axes, square root, has variance. Views: self, then variance and mean as they are.
Status run_variance(aclOpExecutor &e) {
    return variance(&e.views[1], e.nviews == 3 ? &e.views[2] : nullptr, e.views[0],
                    uint32_t(e.i[0]), e.d[0], e.i[1]);
}

struct VarianceRow {
    Op op;
    bool root;
    int mean; // parameter of the mean, -1 without
};

// self, dims, correction (or unbiased), keepdim, out[, mean]
aclnnStatus prepare_variance(Call &c) {
    const VarianceRow &row = *static_cast<const VarianceRow *>(c.row);
    uint32_t axes;
    if (int error = read_axes(c, 1, c.tensor(0)->ndim, &axes)) return error;
    for (int out = 4; out <= (row.mean < 0 ? 4 : row.mean); ++out) {
        if (int error = check_can_cast(c, "self", c.tensor(0)->dtype, out)) return error;
        if (int error = check_reduced(c, 0, axes, c.flag(3), out)) return error;
    }
    if (c.tensor(4)->size == 0) return 0;
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, c.tensor(4), 4);
    if (row.mean >= 0) add_view(c.exec, c.tensor(row.mean), row.mean);
    c.exec.i[0] = axes;
    c.exec.i[1] = row.root;
    c.exec.d[0] = double(c.integer(2));
    c.exec.run = run_variance;
    return 0;
}

const VarianceRow kVariance[] = {
    {Op::Var, false, -1}, {Op::VarCorrection, false, -1},   {Op::VarMean, false, 5},
    {Op::Std, true, -1},  {Op::StdMeanCorrection, true, 5},
};

// --- the rest
// --------------------------------------------------------------------------------------

// self, out: the sum of the diagonal, itself a view
aclnnStatus prepare_trace(Call &c) {
    const aclTensor *self = c.tensor(0);
    if (self->ndim != 2)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: self has %d dims; expected 2", c.op.name,
                    self->ndim);
    if (int error = check_shape(c, 1, 0, nullptr)) return error;
    if (int error = plan_reduce(c, ReduceOp::Sum, 0, 1, 1)) return error;
    View &v = c.exec.views[0];
    v.ndim = 1;
    v.shape[0] = v.shape[0] < v.shape[1] ? v.shape[0] : v.shape[1];
    v.strides[0] += v.strides[1];
    return 0;
}

} // namespace

void define_reduction() {
    for (const Row &row : kTyped) define(row.op, prepare_typed, &row, 1u << 1);
    for (const Row &row : kAxes) define(row.op, prepare_axes, &row, 1u << 1);
    for (const Row &row : kAll) define(row.op, prepare_all, &row);
    for (const VarianceRow &row : kVariance) define(row.op, prepare_variance, &row, 1u << 1);
    define(Op::Prod, prepare_prod);
    define(Op::ProdDim, prepare_prod_dim);
    define(Op::Norm, prepare_norm, nullptr, 1u << 2);
    define(Op::LinalgVectorNorm, prepare_norm, nullptr, 1u << 2);
    define(Op::ArgMax, prepare_argmax);
    define(Op::ArgMin, prepare_argmin);
    define(Op::MaxDim, prepare_max_dim);
    define(Op::MinDim, prepare_min_dim);
    define(Op::Aminmax, prepare_aminmax, nullptr, 1u << 1);
    define(Op::AminmaxAll, prepare_aminmax_all);
    define(Op::AminmaxDim, prepare_aminmax_dim);
    define(Op::Trace, prepare_trace);
}

} // namespace cannsim
