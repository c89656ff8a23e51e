// Sequences, unit matrices, repeated elements.
#include "kernels/array/create.h"

#include "kernels/array/copy.h"
#include "kernels/array/extend.h"
#include "kernels/array/scratch.h"
#include "opapi/axes.h"
#include "opapi/compose.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

#include <cmath>

namespace cannsim {

namespace {

// e.i: start, step, whether they are integers. e.d: the same as floats.
Status run_arange(aclOpExecutor &e) {
    return e.i[2] ? arange(e.views[0], e.i[0], e.i[1]) : arange(e.views[0], e.d[0], e.d[1]);
}

// start, end, step, out; `inclusive`: end belongs to it
aclnnStatus plan_arange(Call &c, bool inclusive) {
    const aclScalar *start = c.scalar(0), *end = c.scalar(1), *step = c.scalar(2);
    const aclTensor *out = c.tensor(3);
    const double first = start->real(), width = step->real(), span = end->real() - first;
    if (width == 0 || !std::isfinite(first) || !std::isfinite(span) || std::isnan(width))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: step is 0, or an argument is not finite",
                    c.op.name);
    if ((span > 0) != (width > 0) && span != 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: the step %g leads away from the end %g",
                    c.op.name, width, end->real());
    if (out->ndim != 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: out has %d dims; expected 1", c.op.name,
                    out->ndim);
    const double length = inclusive ? std::floor(span / width) + 1 : std::ceil(span / width);
    if (double(out->size) > length)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: out has %ld elements; expected %.0f", c.op.name,
                    long(out->size), length);
    Executor &e = c.exec;
    e.i[2] = is_integral(out->dtype) && is_integral(start->dtype) && is_integral(step->dtype);
    e.i[0] = start->integer();
    e.i[1] = step->integer();
    e.d[0] = first;
    e.d[1] = width;
    if (is_integral(out->dtype) && !e.i[2]) {
        e.i[2] = 1; // truncated as CANN does
    }
    add_view(e, out, 3);
    if (out->size) e.run = run_arange;
    return 0;
}
aclnnStatus prepare_arange(Call &c) { return plan_arange(c, false); }
aclnnStatus prepare_range(Call &c) { return plan_arange(c, true); }

Status run_linspace(aclOpExecutor &e) { return linspace(e.views[0], e.d[0], e.d[1]); }

// start, end, steps, out
aclnnStatus prepare_linspace(Call &c) {
    const int64_t steps = c.integer(2);
    if (steps < 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: steps is %ld; expected 0 or more", c.op.name,
                    long(steps));
    if (int error = check_shape(c, 3, 1, &steps)) return error;
    c.exec.d[0] = c.scalar(0)->real();
    c.exec.d[1] = c.scalar(1)->real();
    add_view(c.exec, c.tensor(3), 3);
    if (steps) c.exec.run = run_linspace;
    return 0;
}

// e.d: start, end, base. Views: out.
Status run_logspace(aclOpExecutor &e) {
    Temporary exponents(DType::Float64, e.views[0]);
    if (!exponents) return Status::OutOfMemory;
    TRY(linspace(exponents.view, e.d[0], e.d[1]));
    return apply(LoopOp::power, DType::Float64, {view_of(e.d[2]), exponents.view}, e.views[0]);
}

// start, end, steps, base, result
aclnnStatus prepare_logspace(Call &c) {
    const int64_t steps = c.integer(2);
    if (steps < 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: steps is %ld; expected 0 or more", c.op.name,
                    long(steps));
    if (int error = check_shape(c, 4, 1, &steps)) return error;
    c.exec.d[0] = c.scalar(0)->real();
    c.exec.d[1] = c.scalar(1)->real();
    c.exec.d[2] = c.args[3].d;
    add_view(c.exec, c.tensor(4), 4);
    if (steps) c.exec.run = run_logspace;
    return 0;
}

Status run_eye(aclOpExecutor &e) { return eye(e.views[0], 0); }

// n, m, out
aclnnStatus prepare_eye(Call &c) {
    const int64_t shape[] = {c.integer(0), c.integer(1)};
    if (shape[0] < 0 || shape[1] < 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: n is %ld and m is %ld; expected 0 or more",
                    c.op.name, long(shape[0]), long(shape[1]));
    if (int error = check_shape(c, 2, 2, shape)) return error;
    add_view(c.exec, c.tensor(2), 2);
    if (c.tensor(2)->size) c.exec.run = run_eye;
    return 0;
}

// e.i: axis. Views: self, on, off, out.
Status run_one_hot(aclOpExecutor &e) {
    return one_hot(e.views[3], e.views[0], int(e.i[0]), e.views[1].data, e.views[2].data);
}

// self, numClasses, onValue, offValue, axis, out
aclnnStatus prepare_one_hot(Call &c) {
    const aclTensor *self = c.tensor(0);
    const int64_t classes = int32_t(c.integer(1));
    int axis;
    if (self->ndim >= kMaxRank || classes < 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: numClasses is %ld and self has %d dims",
                    c.op.name, long(classes), self->ndim);
    if (int error = check_axis(c, 4, c.integer(4), self->ndim + 1, &axis)) return error;
    if (int error = check_dtype(c, 0, bits(DType::Int32, DType::Int64, DType::UInt8))) return error;
    for (int i : {2, 3}) {
        if (int error = check_same_dtype(c, 5, i)) return error;
        if (c.tensor(i)->size != 1)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has shape %s; expected one element",
                        c.op.name, c.param(i), shape_text(c.tensor(i)).text);
    }
    Shape shape;
    for (int i = 0; i <= self->ndim; ++i)
        shape.dims[shape.ndim++] = i == axis ? classes : self->shape[i - (i > axis)];
    if (int error = check_shape(c, 5, shape.ndim, shape.dims)) return error;
    for (int i : {0, 2, 3, 5}) add_view(c.exec, c.tensor(i), i);
    c.exec.i[0] = axis;
    if (c.tensor(5)->size) c.exec.run = run_one_hot;
    return 0;
}

// --- repeat_interleave
// -----------------------------------------------------------------------------

// e.i: axis, times (-1: by the view of repeats). Views: self, out[, repeats].
Status repeat_view(aclOpExecutor &e, const View &self) {
    if (e.i[1] >= 0) return repeat(e.views[1], self, e.i[1], int(e.i[0]));
    return repeat(e.views[1], self, e.views[2], int(e.i[0]));
}
Status run_repeat(aclOpExecutor &e) { return repeat_view(e, e.views[0]); }

// The same of all elements in a row.
Status run_repeat_flat(aclOpExecutor &e) {
    const int64_t n = e.views[0].size();
    Temporary flat(e.views[0].dtype, 1, &n);
    if (!flat) return Status::OutOfMemory;
    TRY(copy_elements(flat.view, e.views[0]));
    return repeat_view(e, flat.view);
}

aclnnStatus plan_repeat(Call &c, bool along, int repeats, int64_t times, int axis_param,
                        int size_param) {
    const aclTensor *self = c.tensor(0);
    const int out = c.out;
    int axis = 0;
    if (along)
        if (int error = check_axis(c, axis_param, c.integer(axis_param), self->ndim, &axis))
            return error;
    const bool strided = !along && self->ndim > 1 && !self->contiguous;
    Shape shape = shape_of(self);
    if (!along || !self->ndim) {
        shape.ndim = 1;
        shape.dims[0] = self->size;
    }
    const int64_t extent = shape.dims[axis], length = c.integer(size_param);
    if (repeats < 0 && (times < 0 || length != times * extent))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: outputSize is %ld; expected %ld", c.op.name,
                    long(length), long(times * extent));
    if (repeats >= 0) {
        const aclTensor *r = c.tensor(repeats);
        if (int error = check_dtype(c, repeats, bits(DType::Int32, DType::Int64))) return error;
        if (r->ndim > 1 || (r->size != extent && r->size != 1))
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: repeats has shape %s; expected [%ld]",
                        c.op.name, shape_text(r).text, long(extent));
    }
    shape.dims[axis] = length;
    if (int error = check_same_dtype(c, 0, out)) return error;
    if (int error = check_shape(c, out, shape.ndim, shape.dims)) return error;
    if (c.tensor(out)->size == 0) return 0;
    Executor &e = c.exec;
    View &v = e.views[add_view(e, self, 0)];
    if (!strided && (!along || !self->ndim)) {
        const int64_t step = self->ndim == 1 ? v.strides[0] : itemsize(v.dtype);
        v.ndim = 1;
        v.shape[0] = self->size;
        v.strides[0] = step;
    }
    add_view(e, c.tensor(out), out);
    if (repeats >= 0) {
        View &r = e.views[add_view(e, c.tensor(repeats), repeats)];
        const bool single = r.size() == 1;
        const int64_t step = r.ndim ? r.strides[0] : 0;
        r.ndim = 1;
        r.shape[0] = extent;
        r.strides[0] = single ? 0 : step;
    }
    e.i[0] = axis;
    e.i[1] = repeats < 0 ? times : -1;
    e.run = strided ? run_repeat_flat : run_repeat;
    return 0;
}

aclnnStatus prepare_repeat(Call &c) { return plan_repeat(c, false, 1, 0, 0, 2); }
aclnnStatus prepare_repeat_int(Call &c) { return plan_repeat(c, false, -1, c.integer(1), 0, 2); }
aclnnStatus prepare_repeat_dim(Call &c) { return plan_repeat(c, true, 1, 0, 2, 3); }
aclnnStatus prepare_repeat_int_dim(Call &c) { return plan_repeat(c, true, -1, c.integer(1), 2, 3); }

// Views: repeats, out: each index as often as repeats says.
Status run_repeat_indices(aclOpExecutor &e) {
    const View &r = e.views[0];
    array::Scratch memory(r.size() * 8);
    if (!memory) return Status::OutOfMemory;
    View indices;
    indices.data = memory.get();
    indices.dtype = DType::Int64;
    indices.ndim = 1;
    indices.shape[0] = r.shape[0];
    indices.strides[0] = 8;
    if (Status s = arange(indices, int64_t(0), int64_t(1)); s != Status::Ok) return s;
    View out = e.views[1];
    if (out.dtype == DType::Int64) return repeat(out, indices, r, 0);
    return Status::UnsupportedDType;
}

// repeats, outputSize, out
aclnnStatus prepare_repeat_indices(Call &c) {
    const int64_t length = c.integer(1);
    if (c.tensor(0)->ndim != 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: repeats has %d dims; expected 1", c.op.name,
                    c.tensor(0)->ndim);
    if (int error = check_shape(c, 2, 1, &length)) return error;
    if (int error = check_dtype(c, 2, bit(DType::Int64))) return error;
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, c.tensor(2), 2);
    if (length) c.exec.run = run_repeat_indices;
    return 0;
}

// --- other fills
// -----------------------------------------------------------------------------------

Status run_fill(aclOpExecutor &e) { return fill(e.views[0], e.constants[0]); }

// selfRef, fillValue, wrap
aclnnStatus prepare_fill_diagonal(Call &c) {
    const aclTensor *self = c.tensor(0);
    if (self->ndim < 2)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: selfRef has %d dims; expected 2 or more",
                    c.op.name, self->ndim);
    constant(c, 0, c.scalar(1), self->dtype);
    View &v = c.exec.views[add_view(c.exec, self, 0)];
    int64_t n = v.shape[0], step = 0;
    for (int i = 0; i < v.ndim; ++i) {
        if (v.ndim > 2 && v.shape[i] != v.shape[0])
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: shape %s is not a cube", c.op.name,
                        shape_text(self).text);
        n = v.shape[i] < n ? v.shape[i] : n;
        step += v.strides[i];
    }
    if (c.flag(2) && v.ndim == 2 && v.shape[0] > v.shape[1]) {
        if (!self->contiguous)
            return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR,
                        "%s: not implemented by cannsim for strided tensors that wrap", c.op.name);
        n = (self->size + v.shape[1]) / (v.shape[1] + 1);
    }
    v.ndim = 1;
    v.shape[0] = n;
    v.strides[0] = step;
    if (self->size) c.exec.run = run_fill;
    return 0;
}

} // namespace

void define_creation() {
    define(Op::Arange, prepare_arange);
    define(Op::Range, prepare_range);
    define(Op::Linspace, prepare_linspace);
    define(Op::LogSpace, prepare_logspace);
    define(Op::Eye, prepare_eye);
    define(Op::OneHot, prepare_one_hot);
    define(Op::RepeatInterleave, prepare_repeat);
    define(Op::RepeatInterleaveInt, prepare_repeat_int);
    define(Op::RepeatInterleaveWithDim, prepare_repeat_dim);
    define(Op::RepeatInterleaveIntWithDim, prepare_repeat_int_dim);
    define(Op::RepeatInterleaveTensor, prepare_repeat_indices);
    define(Op::InplaceFillDiagonal, prepare_fill_diagonal);
}

} // namespace cannsim
