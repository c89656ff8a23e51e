// Reductions over axes.
#include "kernels/array/reduce.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

namespace cannsim {

namespace {

// e.i: axes, operation. e.d: order of a norm.
Status run_reduce(aclOpExecutor &e) {
    return reduce(ReduceOp(e.i[1]), e.views[1], e.views[0], uint32_t(e.i[0]), e.d[0]);
}

aclnnStatus plan_reduce(Call &c, ReduceOp op, int in, int out, uint32_t axes, double order = 2) {
    if (c.tensor(out)->size == 0) return 0;
    add_view(c.exec, c.tensor(in), in);
    add_view(c.exec, c.tensor(out), out);
    c.exec.i[0] = axes;
    c.exec.i[1] = int64_t(op);
    c.exec.d[0] = order;
    c.exec.run = run_reduce;
    return 0;
}

// Axes as a bit mask; an empty list means all. Each may occur once.
aclnnStatus read_axes(const Call &c, int param, int ndim, uint32_t *mask) {
    const aclIntArray *dims = c.ints(param);
    *mask = 0;
    if (!dims || dims->size == 0) {
        *mask = all_axes(ndim);
        return 0;
    }
    for (uint64_t k = 0; k < dims->size; ++k) {
        int axis;
        if (int error = check_axis(c, param, dims->data[k], ndim, &axis)) return error;
        if (*mask >> axis & 1)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: axis %d occurs twice in %s", c.op.name, axis, c.param(param));
        *mask |= 1u << axis;
    }
    if (ndim == 0) *mask = 0;
    return 0;
}

aclnnStatus check_reduced(const Call &c, int in, uint32_t axes, bool keep, int out) {
    const aclTensor *t = c.tensor(in);
    Shape s;
    for (int i = 0; i < t->ndim; ++i) {
        if (axes >> i & 1) {
            if (keep) s.dims[s.ndim++] = 1;
        } else {
            s.dims[s.ndim++] = t->shape[i];
        }
    }
    return check_shape(c, out, s.ndim, s.dims);
}

struct Row {
    Op op;
    ReduceOp reduce;
};

// self, dims, keepDims, dtype, out
aclnnStatus prepare_typed(Call &c) {
    uint32_t axes;
    if (int error = read_axes(c, 1, c.tensor(0)->ndim, &axes)) return error;
    if (DType(c.integer(3)) != c.tensor(4)->dtype)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: dtype is %s; expected that of out, %s", c.op.name,
                    dtype_name(DType(c.integer(3))), dtype_name(c.tensor(4)->dtype));
    if (int error = check_reduced(c, 0, axes, c.flag(2), 4)) return error;
    ReduceOp op = static_cast<const Row *>(c.row)->reduce;
    if (op == ReduceOp::Sum && c.tensor(4)->dtype == DType::Bool) op = ReduceOp::Any;
    return plan_reduce(c, op, 0, 4, axes);
}

const Row kTyped[] = {
    {Op::ReduceSum, ReduceOp::Sum},
    {Op::ReduceNansum, ReduceOp::NanSum},
    {Op::Mean, ReduceOp::Mean},
};

// self, dims, keepDims, out
aclnnStatus prepare_axes(Call &c) {
    uint32_t axes;
    if (int error = read_axes(c, 1, c.tensor(0)->ndim, &axes)) return error;
    if (int error = check_reduced(c, 0, axes, c.flag(2), 3)) return error;
    return plan_reduce(c, static_cast<const Row *>(c.row)->reduce, 0, 3, axes);
}

const Row kAxes[] = {
    {Op::Amax, ReduceOp::Max},
    {Op::Amin, ReduceOp::Min},
    {Op::All, ReduceOp::All},
    {Op::Any, ReduceOp::Any},
    {Op::LogSumExp, ReduceOp::LogSumExp},
};

}  // namespace

void define_reduction() {
    for (const Row &row : kTyped) define(row.op, prepare_typed, &row);
    for (const Row &row : kAxes) define(row.op, prepare_axes, &row);
}

}  // namespace cannsim
