// Elementwise operators with attributes, and those of three and more tensors.
#include "opapi/elementwise.h"
#include "opapi/local_loops.h"
#include "opapi/tables.h"

#include <cmath>
#include <initializer_list>

namespace cannsim {

namespace {

// --- f(self, attributes)
// ---------------------------------------------------------------------------

// An operand of the loop after self: a parameter, or a value where that is null or absent.
struct Attribute {
    int param; // -1: always the value
    double value;
};

struct Row {
    Op op;
    LoopOp loop;
    int count;
    Attribute attributes[3];
};

double number(const Call &c, int param) {
    const ArgKind kind = c.op.params[param].kind;
    return kind == ArgKind::Float || kind == ArgKind::Double ? c.args[param].d
                                                             : double(c.args[param].i);
}

Source attribute(Call &c, int slot, const Attribute &a, DType compute) {
    if (a.param < 0) return constant(c, slot, a.value, compute);
    if (c.op.params[a.param].kind != ArgKind::Scalar)
        return constant(c, slot, number(c, a.param), compute);
    return c.scalar(a.param) ? constant(c, slot, c.scalar(a.param), compute)
                             : constant(c, slot, a.value, compute);
}

aclnnStatus check_unary(const Call &c, int out) {
    if (int error = check_can_cast(c, c.param(0), c.tensor(0)->dtype, out)) return error;
    return check_same_shape(c, 0, out);
}

aclnnStatus prepare_attributes(Call &c) {
    const Row &row = *static_cast<const Row *>(c.row);
    const int out = c.out;
    const DType compute = c.tensor(0)->dtype;
    if (int error = check_unary(c, out)) return error;
    Source inputs[4] = {Source::tensor(0)};
    for (int k = 0; k < row.count; ++k) inputs[k + 1] = attribute(c, k, row.attributes[k], compute);
    return plan_loop(c, row.loop, compute, inputs, row.count + 1, out);
}

constexpr double kSeluAlpha = 1.6732632423543772848170429916717,
                 kSeluScale = 1.0507009873554804934193349852946;

#define BOTH(name, ...)                                                                            \
    {Op::name, __VA_ARGS__}, { Op::Inplace##name, __VA_ARGS__ }

const Row kRows[] = {
    BOTH(LeakyRelu, LoopOp::leaky_relu, 1, {{1, 0.01}}),
    {Op::Hardshrink, LoopOp::hardshrink, 1, {{1, 0.5}}},
    {Op::Softshrink, LoopOp::softshrink, 1, {{1, 0.5}}},
    BOTH(Threshold, LoopOp::threshold, 2, {{1, 0}, {2, 0}}),
    BOTH(Hardtanh, LoopOp::clip, 2, {{1, -1}, {2, 1}}),
    {Op::Softplus, LoopOp::softplus, 2, {{1, 1}, {2, 20}}},
    BOTH(Elu, LoopOp::elu, 3, {{1, 1}, {2, 1}, {3, 1}}),
    BOTH(Selu, LoopOp::elu, 3, {{-1, kSeluAlpha}, {-1, kSeluScale}, {-1, 1}}),
};

// NaN and infinities occur in floats only.
aclnnStatus prepare_nan_to_num(Call &c) {
    static const Row row = {Op::NanToNum, LoopOp::nan_to_num, 3, {{1, 0}, {2, 0}, {3, 0}}};
    const int out = c.out;
    if (is_integral(c.tensor(0)->dtype)) {
        if (int error = check_unary(c, out)) return error;
        return plan_cast(c, 0, out);
    }
    c.row = &row;
    return prepare_attributes(c);
}

// elu with scales of 1 and 1/alpha
aclnnStatus prepare_celu(Call &c) {
    const int out = c.out;
    const DType compute = c.tensor(0)->dtype;
    const double alpha = c.scalar(1)->real();
    if (alpha == 0) return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s is 0", c.op.name, c.param(1));
    if (int error = check_unary(c, out)) return error;
    const Source inputs[] = {Source::tensor(0), constant(c, 0, alpha, compute),
                             constant(c, 1, 1.0, compute), constant(c, 2, 1 / alpha, compute)};
    return plan_loop(c, LoopOp::elu, compute, inputs, 4, out);
}

aclnnStatus prepare_gelu_v2(Call &c) {
    const int64_t mode = c.integer(1);
    if (mode != 0 && mode != 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s is %ld; expected 0 (erf) or 1 (tanh)",
                    c.op.name, c.param(1), long(mode));
    if (int error = check_unary(c, 2)) return error;
    const Source input = Source::tensor(0);
    return plan_loop(c, mode ? LoopOp::gelu_tanh : LoopOp::gelu, c.tensor(0)->dtype, &input, 1, 2);
}

// --- clamp
// -----------------------------------------------------------------------------------------

DType clamp_dtype(DType self, const aclScalar *bound) {
    return bound && is_float(bound->dtype) && is_integral(self) ? DType::Float32 : self;
}

// self, min or null, max or null, out
aclnnStatus prepare_clamp(Call &c) {
    const aclScalar *low = c.scalar(1), *high = c.scalar(2);
    if (!low && !high)
        return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: %s and %s are both null", c.op.name, c.param(1),
                    c.param(2));
    const int out = c.out;
    const DType compute = clamp_dtype(clamp_dtype(c.tensor(0)->dtype, low), high);
    if (int error = check_can_cast(c, "the result's dtype", compute, out)) return error;
    if (int error = check_same_shape(c, 0, out)) return error;
    Source inputs[3] = {Source::tensor(0)};
    int n = 1;
    if (low) inputs[n++] = constant(c, 0, low, compute);
    if (high) inputs[n++] = constant(c, 1, high, compute);
    return plan_loop(c,
                     n == 3 ? LoopOp::clip
                     : low  ? LoopOp::maximum
                            : LoopOp::minimum,
                     compute, inputs, n, out);
}

// --- three tensors
// ---------------------------------------------------------------------------------

aclnnStatus check_broadcast(const Call &c, std::initializer_list<int> params, int out) {
    Shape shape = shape_of(c.tensor(*params.begin()));
    for (const int *p = params.begin() + 1; p != params.end(); ++p)
        if (int error = broadcast(c, &shape, *p)) return error;
    return check_shape(c, out, shape.ndim, shape.dims);
}

aclnnStatus prepare_clamp_tensor(Call &c) {
    DType compute;
    if (int error = check_promote(c, 0, 1, &compute)) return error;
    if (!promote(compute, c.tensor(2)->dtype, &compute))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: the inputs have no common dtype", c.op.name);
    if (int error = check_can_cast(c, "the result's dtype", compute, 3)) return error;
    if (int error = check_broadcast(c, {0, 1, 2}, 3)) return error;
    const Source inputs[] = {Source::tensor(0), Source::tensor(1), Source::tensor(2)};
    return plan_loop(c, LoopOp::clip, compute, inputs, 3, 3);
}

// condition, self, other, out
aclnnStatus prepare_where(Call &c) {
    DType compute;
    if (!promote(c.tensor(1)->dtype, c.tensor(2)->dtype, &compute))
        return fail(ACLNN_ERR_INNER_NULLPTR, "%s: self %s and other %s have no common dtype",
                    c.op.name, dtype_name(c.tensor(1)->dtype), dtype_name(c.tensor(2)->dtype));
    if (int error = check_can_cast(c, "the common dtype", compute, 3)) return error;
    if (int error = check_broadcast(c, {0, 1, 2}, 3)) return error;
    const Source inputs[] = {Source::tensor(0), Source::tensor(1), Source::tensor(2)};
    return plan_loop(c, LoopOp::where, compute, inputs, 3, 3);
}

// self, end, weight: a tensor or a scalar
aclnnStatus prepare_lerp(Call &c) {
    const int out = c.out;
    const DType compute = c.tensor(0)->dtype;
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = check_can_cast(c, "self", compute, out)) return error;
    const bool tensor = c.op.params[2].kind == ArgKind::Tensor;
    if (int error = tensor ? check_broadcast(c, {0, 1, 2}, out) : check_broadcast(c, {0, 1}, out))
        return error;
    const Source weight = tensor ? Source::tensor(2) : constant(c, 0, c.scalar(2), compute);
    const Source inputs[] = {Source::tensor(0), Source::tensor(1), weight};
    return plan_loop(c, LoopOp::lerp, compute, inputs, 3, out);
}

struct Loops {
    Op op;
    LoopOp loop;
};

// self, tensor1, tensor2, value
aclnnStatus prepare_addc(Call &c) {
    const int out = c.out;
    DType compute;
    if (int error = check_promote(c, 1, 2, &compute)) return error;
    if (!promote(c.tensor(0)->dtype, compute, &compute))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: the inputs have no common dtype", c.op.name);
    if (int error = check_promoted(c, compute)) return error;
    if (int error = check_can_cast(c, "the result's dtype", compute, out)) return error;
    if (int error = check_broadcast(c, {0, 1, 2}, out)) return error;
    const Source inputs[] = {Source::tensor(0), Source::tensor(1), Source::tensor(2),
                             constant(c, 0, c.scalar(3), compute)};
    return plan_loop(c, static_cast<const Loops *>(c.row)->loop, compute, inputs, 4, out);
}

const Loops kAddc[] = {BOTH(Addcmul, LoopOp::addcmul), BOTH(Addcdiv, LoopOp::addcdiv)};

// --- loops of our own
// ------------------------------------------------------------------------------

struct LocalRow {
    Op op;
    LocalOp loop;
    int count;
    Attribute attributes[2];
};

aclnnStatus prepare_local(Call &c) {
    const LocalRow &row = *static_cast<const LocalRow *>(c.row);
    const int out = c.out;
    if (int error = check_unary(c, out)) return error;
    if (is_complex(c.tensor(0)->dtype))
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "%s: no kernel for %s", c.op.name,
                    dtype_name(c.tensor(0)->dtype));
    const DType compute = local_dtype(c.tensor(0)->dtype);
    Source inputs[3] = {Source::tensor(0)};
    for (int k = 0; k < row.count; ++k) inputs[k + 1] = attribute(c, k, row.attributes[k], compute);
    const DType loop[] = {compute, compute, compute, compute};
    return plan_custom(c, find_local(row.loop, compute), loop, inputs, row.count + 1, out);
}

const LocalRow kLocal[] = {
    BOTH(Frac, LocalOp::Frac, 0, {}),
    {Op::Logit, LocalOp::Logit, 1, {{1, -1}}},
    {Op::SquaredRelu, LocalOp::SquaredRelu, 0, {}},
    {Op::Swish, LocalOp::Swish, 1, {{1, 1}}},
    {Op::FastGelu, LocalOp::Swish, 1, {{-1, 1.702}}},
    {Op::Shrink, LocalOp::Shrink, 2, {{1, 0.5}, {2, 0}}},
};

// self, decimals
aclnnStatus prepare_round_decimals(Call &c) {
    const int out = c.out;
    if (int error = check_unary(c, out)) return error;
    const int64_t decimals = c.integer(1);
    if (decimals == 0 && is_float(c.tensor(0)->dtype)) {
        const Source input = Source::tensor(0);
        return plan_loop(c, LoopOp::rint, c.tensor(0)->dtype, &input, 1, out);
    }
    const DType loop[] = {DType::Float64, DType::Float64, DType::Float64};
    const Source inputs[] = {Source::tensor(0),
                             constant(c, 0, std::pow(10.0, double(decimals)), DType::Float64)};
    return plan_custom(c, find_local(LocalOp::RoundDecimals, DType::Float64), loop, inputs, 2, out);
}

// self, other, rtol, atol, equal_nan, out
aclnnStatus prepare_is_close(Call &c) {
    DType common;
    if (int error = check_promote(c, 0, 1, &common)) return error;
    if (int error = check_can_cast(c, "the result", DType::Bool, 5)) return error;
    if (int error = check_broadcast(c, {0, 1}, 5)) return error;
    const DType t = DType::Float64;
    const DType loop[] = {t, t, t, t, t, DType::Bool};
    const Source inputs[] = {Source::tensor(0), Source::tensor(1), constant(c, 0, c.args[2].d, t),
                             constant(c, 1, c.args[3].d, t),
                             constant(c, 2, c.flag(4) ? 1.0 : 0.0, t)};
    return plan_custom(c, find_local(LocalOp::IsClose, t), loop, inputs, 5, 5);
}

} // namespace

void define_fused() {
    for (const Row &row : kRows) define(row.op, prepare_attributes, &row);
    for (const Loops &row : kAddc) define(row.op, prepare_addc, &row);
    for (const LocalRow &row : kLocal) define(row.op, prepare_local, &row);
    for (Op op : {Op::NanToNum, Op::InplaceNanToNum}) define(op, prepare_nan_to_num);
    for (Op op : {Op::Celu, Op::InplaceCelu}) define(op, prepare_celu);
    for (Op op : {Op::Lerp, Op::InplaceLerp, Op::Lerps, Op::InplaceLerps}) define(op, prepare_lerp);
    for (Op op : {Op::RoundDecimals, Op::InplaceRoundDecimals}) define(op, prepare_round_decimals);
    define(Op::GeluV2, prepare_gelu_v2);
    define(Op::Clamp, prepare_clamp, nullptr, 1u << 1 | 1u << 2);
    define(Op::ClampTensor, prepare_clamp_tensor);
    define(Op::SWhere, prepare_where);
    define(Op::IsClose, prepare_is_close);
}

} // namespace cannsim
