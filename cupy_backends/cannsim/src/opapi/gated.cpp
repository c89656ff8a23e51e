// Activations that pair values: halves of a tensor, a tensor and its slopes, a sum that is cut off.
#include "kernels/array/copy.h"
#include "kernels/array/random.h"
#include "opapi/compose.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

#include <cstring>

namespace cannsim {

namespace {

// --- halves along an axis: one is activated and multiplies the other -----------------------------

// e.i: axis, loop, which half is activated. Views: self, out[, activation].
Status run_gate(aclOpExecutor &e) {
    const int axis = int(e.i[0]), active = int(e.i[2]);
    const View &self = e.views[0], &out = e.views[1];
    Temporary gate(self.dtype == DType::Float64 ? self.dtype : DType::Float32, out);
    if (!gate) return Status::OutOfMemory;
    TRY(apply(LoopOp(e.i[1]), gate.view.dtype, {half_of(self, axis, active)}, gate.view));
    if (e.nviews == 3) TRY(copy(e.views[2], gate.view));
    return apply(LoopOp::multiply, gate.view.dtype, {half_of(self, axis, !active), gate.view}, out);
}

aclnnStatus plan_gate(Call &c, int64_t dim, LoopOp loop, int active, int out, int activation) {
    const aclTensor *self = c.tensor(0);
    int axis;
    if (int error = check_dtype(c, 0, kFloats)) return error;
    if (self->ndim == 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has no axis to halve", c.op.name, c.param(0));
    if (int error = check_axis(c, 1, dim, self->ndim, &axis)) return error;
    if (self->shape[axis] % 2)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: the extent of axis %d is %ld, which is odd",
                    c.op.name, axis, long(self->shape[axis]));
    Shape shape = shape_of(self);
    shape.dims[axis] /= 2;
    add_view(c.exec, self, 0);
    for (int param : {out, activation}) {
        if (param < 0) continue;
        if (int error = check_same_dtype(c, 0, param)) return error;
        if (int error = check_shape(c, param, shape.ndim, shape.dims)) return error;
        add_view(c.exec, c.tensor(param), param);
    }
    c.exec.i[0] = axis;
    c.exec.i[1] = int64_t(loop);
    c.exec.i[2] = active;
    if (c.tensor(out)->size) c.exec.run = run_gate;
    return 0;
}

// self, dim, out
aclnnStatus prepare_glu(Call &c) { return plan_gate(c, c.integer(1), LoopOp::sigmoid, 1, 2, -1); }
aclnnStatus prepare_swiglu(Call &c) { return plan_gate(c, c.integer(1), LoopOp::silu, 0, 2, -1); }

// self, dim, approximate (0 erf, 1 tanh)[, activateLeft], out, outGelu
aclnnStatus prepare_geglu(Call &c) {
    const int64_t mode = c.integer(2);
    if (mode != 0 && mode != 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: approximate is %ld; expected 0 or 1", c.op.name,
                    long(mode));
    const bool left = c.op.nparams == 6 && c.flag(3);
    const int out = c.op.nparams - 2;
    return plan_gate(c, c.integer(1), mode ? LoopOp::gelu_tanh : LoopOp::gelu, !left, out, out + 1);
}

// input, approximate ("none" or "tanh"), out: halves of the last axis
aclnnStatus prepare_gelu_mul(Call &c) {
    const char *mode = static_cast<const char *>(c.args[1].pointer);
    const bool tanh = mode && !std::strcmp(mode, "tanh");
    if (mode && !tanh && std::strcmp(mode, "none"))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: approximate is '%s'; expected none or tanh",
                    c.op.name, mode);
    return plan_gate(c, -1, tanh ? LoopOp::gelu_tanh : LoopOp::gelu, 0, 2, -1);
}

// --- a tensor with others ------------------------------------------------------------------------

// self, out, buffer: for the gradient, often empty; it stays as it is
aclnnStatus prepare_log_sigmoid(Call &c) {
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = check_same_shape(c, 0, 1)) return error;
    const Source input = Source::tensor(0);
    return plan_loop(c, LoopOp::log_sigmoid, c.tensor(0)->dtype, &input, 1, 1);
}

// Views: self, weight, out. e.i: the axis of the weights.
Status run_prelu(aclOpExecutor &e) {
    const View &out = e.views[2];
    View slope = e.views[1];
    if (slope.size() == 1) {
        slope.ndim = 0;
    } else {
        const int64_t step = slope.strides[0];
        slope.ndim = out.ndim;
        for (int i = 0; i < out.ndim; ++i) {
            slope.shape[i] = i == e.i[0] ? out.shape[i] : 1;
            slope.strides[i] = i == e.i[0] ? step : 0;
        }
    }
    return apply(LoopOp::leaky_relu, out.dtype, {e.views[0], slope}, out);
}

// self, weight (one, or one for each channel: axis 1), out
aclnnStatus prepare_prelu(Call &c) {
    const aclTensor *self = c.tensor(0), *weight = c.tensor(1);
    const int axis = self->ndim > 1 ? 1 : 0;
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = check_same_shape(c, 0, 2)) return error;
    if (weight->size != 1 &&
        (weight->ndim != 1 || !self->ndim || weight->size != self->shape[axis]))
        return fail(ACLNN_ERR_PARAM_INVALID,
                    "%s: weight has shape %s; expected one element, or one for each channel of %s",
                    c.op.name, shape_text(weight).text, shape_text(self).text);
    for (int i = 0; i < 3; ++i) add_view(c.exec, c.tensor(i), i);
    c.exec.i[0] = axis;
    if (self->size) c.exec.run = run_prelu;
    return 0;
}

// Views: self, other, alpha, out.
Status run_add_relu(aclOpExecutor &e) {
    const View &out = e.views[3];
    TRY(apply(LoopOp::axpy, out.dtype, {e.views[0], e.views[1], e.views[2]}, out));
    return apply(LoopOp::relu, out.dtype, {out}, out);
}

// self, other, alpha[, out]
aclnnStatus prepare_add_relu(Call &c) {
    const int out = c.out;
    DType common;
    Shape shape = shape_of(c.tensor(0));
    if (int error = check_promote(c, 0, 1, &common)) return error;
    if (int error = check_can_cast(c, "the common dtype", common, out)) return error;
    if (int error = broadcast(c, &shape, 1)) return error;
    if (int error = check_shape(c, out, shape.ndim, shape.dims)) return error;
    const DType compute = c.tensor(out)->dtype;
    if (!find_loop(LoopOp::axpy, compute) || !find_loop(LoopOp::relu, compute))
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "%s: no kernel for %s", c.op.name,
                    dtype_name(compute));
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, c.tensor(1), 1);
    constant(c, 0, c.scalar(2), compute);
    add_constant(c.exec, 0, compute);
    add_view(c.exec, c.tensor(out), out);
    if (c.tensor(out)->size) c.exec.run = run_add_relu;
    return 0;
}

// --- a slope drawn for each negative element -----------------------------------------------------

// e.d: bounds. e.i: seed, offset, training. Views: self, noise, out.
Status run_rrelu(aclOpExecutor &e) {
    const View &self = e.views[0], &noise = e.views[1], &out = e.views[2];
    const double mean = (e.d[0] + e.d[1]) / 2, zero = 0, one = 1;
    if (!e.i[2]) return apply(LoopOp::leaky_relu, out.dtype, {self, view_of(mean)}, out);
    Temporary negative(DType::Bool, self);
    if (!negative) return Status::OutOfMemory;
    TRY(apply(LoopOp::less_equal, self.dtype, {self, view_of(zero)}, negative.view));
    TRY(random_uniform(noise, e.d[0], e.d[1], {uint64_t(e.i[0]), uint64_t(e.i[1])}));
    TRY(apply(LoopOp::where, noise.dtype, {negative.view, noise, view_of(one)}, noise));
    return apply(LoopOp::multiply, out.dtype, {self, noise}, out);
}

// self, noise (written in training), lower, upper, training, seed, offset[, out]
aclnnStatus prepare_rrelu(Call &c) {
    const int out = c.id == Op::RReluWithNoise ? 7 : 0;
    if (int error = check_dtype(c, 0, kFloats)) return error;
    for (int param : {1, out}) {
        if (int error = check_same_dtype(c, 0, param)) return error;
        if (int error = check_same_shape(c, 0, param)) return error;
    }
    c.exec.d[0] = c.scalar(2)->real();
    c.exec.d[1] = c.scalar(3)->real();
    if (!(c.exec.d[0] <= c.exec.d[1]))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: lower %g exceeds upper %g", c.op.name,
                    c.exec.d[0], c.exec.d[1]);
    c.exec.i[0] = c.integer(5);
    c.exec.i[1] = c.integer(6);
    c.exec.i[2] = c.flag(4);
    for (int param : {0, 1, out}) add_view(c.exec, c.tensor(param), param);
    if (c.tensor(0)->size) c.exec.run = run_rrelu;
    return 0;
}

} // namespace

void define_gated() {
    define(Op::Glu, prepare_glu);
    define(Op::SwiGlu, prepare_swiglu);
    define(Op::GeGlu, prepare_geglu);
    define(Op::GeGluV3, prepare_geglu);
    define(Op::GeluMul, prepare_gelu_mul);
    define(Op::LogSigmoidForward, prepare_log_sigmoid, nullptr, 1u << 2);
    define(Op::Prelu, prepare_prelu);
    define(Op::AddRelu, prepare_add_relu);
    define(Op::InplaceAddRelu, prepare_add_relu);
    define(Op::RReluWithNoise, prepare_rrelu);
    define(Op::InplaceRReluWithNoise, prepare_rrelu);
}

} // namespace cannsim
