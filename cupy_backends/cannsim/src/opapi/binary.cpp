// out = f(self, other): two tensors that broadcast, or a tensor and a scalar on either side.
#include "opapi/lossy.h"
#include "opapi/tables.h"
#include "runtime/soc.h"

#include <cstring>

namespace cannsim {

namespace {

enum class Compute {
    Same,
    Float,   // integers become float32
    Logical, // any dtypes, by their truth
};

struct Row {
    Op op;
    LoopOp loop;
    Compute compute;
};

DType widen(Compute rule, DType t) {
    return rule == Compute::Float && is_integral(t) ? DType::Float32 : t;
}

// Booleans add by or, subtract by exclusive or and multiply by and, which NumPy defines in part
// only.
LoopOp boolean_loop(LoopOp op, DType t) {
    if (t != DType::Bool) return op;
    switch (op) {
    case LoopOp::add:
    case LoopOp::maximum: return LoopOp::logical_or;
    case LoopOp::subtract: return LoopOp::logical_xor;
    case LoopOp::multiply:
    case LoopOp::minimum: return LoopOp::logical_and;
    case LoopOp::bitwise_and: return LoopOp::logical_and;
    case LoopOp::bitwise_or: return LoopOp::logical_or;
    case LoopOp::bitwise_xor: return LoopOp::logical_xor;
    default: return op;
    }
}

bool same_shapes(const aclTensor *a, const aclTensor *b, const aclTensor *out) {
    bool same = (a->ndim == b->ndim) & (a->ndim == out->ndim);
    for (int i = 0; same && i < a->ndim; ++i)
        same = (a->shape[i] == b->shape[i]) & (a->shape[i] == out->shape[i]);
    return same;
}

aclnnStatus check_result(const Call &c, int a, int b, int out) {
    if (__builtin_expect(same_shapes(c.tensor(a), c.tensor(b), c.tensor(out)), 1)) return 0;
    Shape shape = shape_of(c.tensor(a));
    if (int error = broadcast(c, &shape, b)) return error;
    return check_shape(c, out, shape.ndim, shape.dims);
}

// `common` is the promoted dtype, by which CANN judges the result's; `compute` may be wider.
aclnnStatus finish(Call &c, LoopOp loop, DType common, DType compute, const Source *inputs, int n,
                   int out) {
    if (int error = check_promoted(c, common)) return error;
    loop = boolean_loop(loop, compute);
    const DType result = result_dtype(loop, compute);
    // The 950 judges a quotient by what it computes.
    const bool strict = loop == LoopOp::divide && settings().soc->arch >= 3000;
    if (int error = check_can_cast(c, "the result's dtype",
                                   result == compute && !strict ? common : result, out))
        return error;
    const aclnnStatus status = plan_loop(c, loop, compute, inputs, n, out);
    // A dtype without a loop is one that CANN refuses.
    return status == ACLNN_ERR_INNER_FIND_KERNEL_ERROR ? ACLNN_ERR_PARAM_INVALID : status;
}

aclnnStatus prepare_tensors(Call &c) {
    const Row &row = *static_cast<const Row *>(c.row);
    const int out = c.out;
    const DType self = c.tensor(0)->dtype;
    if (row.compute == Compute::Same && self != DType::Bool && !check_promoted(c, self) &&
        plan_alike(c, row.loop, 0, 1, out))
        return 0;
    const Source inputs[] = {Source::tensor(0), Source::tensor(1)};
    DType common = DType::Bool;
    if (row.compute == Compute::Logical) {
        if (c.tensor(0)->dtype == c.tensor(1)->dtype) common = c.tensor(0)->dtype;
    } else if (int error = check_promote(c, 0, 1, &common)) {
        return error;
    }
    if (int error = check_result(c, 0, 1, out)) return error;
    return finish(c, row.loop, common, widen(row.compute, common), inputs, 2, out);
}

aclnnStatus plan_scalar(Call &c, const Row &row, bool scalar_first) {
    const int out = c.out, tensor = scalar_first ? 1 : 0, other = 1 - tensor;
    const aclScalar *value = c.scalar(other);
    DType compute = scalar_dtype(c.tensor(tensor)->dtype, value->dtype);
    if (row.compute == Compute::Logical) compute = c.tensor(tensor)->dtype;
    const DType common = compute;
    compute = widen(row.compute, compute);
    if (int error = check_same_shape(c, tensor, out)) return error;
    Source inputs[2];
    inputs[tensor] = Source::tensor(tensor);
    inputs[other] = row.op == Op::Muls || row.op == Op::InplaceMuls
                        ? constant_by_float32(c, 0, value, compute)
                        : constant(c, 0, value, compute);
    return finish(c, row.loop, common, compute, inputs, 2, out);
}

aclnnStatus prepare_scalar(Call &c) {
    return plan_scalar(c, *static_cast<const Row *>(c.row), false);
}
aclnnStatus prepare_scalar_first(Call &c) {
    return plan_scalar(c, *static_cast<const Row *>(c.row), true);
}

// An integer to a negative integer power has no integer result.
aclnnStatus prepare_power_scalar(Call &c) {
    const aclScalar *exponent = c.scalar(1);
    if (is_integral(c.tensor(0)->dtype) && is_integral(exponent->dtype) &&
        exponent->integer() < 0 && exponent->dtype != DType::UInt64)
        return fail(ACLNN_ERR_PARAM_INVALID,
                    "%s: integers to negative integer powers are not allowed (%s = %ld)", c.op.name,
                    c.param(1), long(exponent->integer()));
    return prepare_scalar(c);
}

// --- x + alpha * y
// ---------------------------------------------------------------------------------

enum class Axpy { Add, Subtract, Reverse };

struct AxpyRow {
    Op op;
    Axpy form;
};

// Constant 0 becomes alpha, or its negative, in the dtype of the computation.
Source alpha_constant(Call &c, const aclScalar *alpha, bool negate, DType compute) {
    if (!negate) return constant(c, 0, alpha, compute);
    if (is_integral(alpha->dtype)) return constant_int(c, 0, -alpha->integer(), compute);
    if (is_complex(alpha->dtype)) {
        aclScalar negative = *alpha;
        const double z[2] = {-alpha->real(), -alpha->imag()};
        std::memcpy(negative.bytes, z, 16);
        negative.dtype = DType::Complex128;
        return constant(c, 0, &negative, compute);
    }
    return constant(c, 0, -alpha->real(), compute);
}

aclnnStatus plan_axpy(Call &c, Axpy form, DType compute, Source x, Source y, const aclScalar *alpha,
                      int out) {
    if (!can_cast(alpha->dtype, compute) && !(compute == DType::Bool && is_integral(alpha->dtype)))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: alpha %s cannot be cast to %s", c.op.name,
                    dtype_name(alpha->dtype), dtype_name(compute));
    if (form == Axpy::Reverse) std::swap(x, y);
    const bool subtract = form != Axpy::Add;
    if (alpha->one || compute == DType::Bool) {
        const Source inputs[] = {x, y};
        return finish(c, subtract ? LoopOp::subtract : LoopOp::add, compute, compute, inputs, 2,
                      out);
    }
    const Source inputs[] = {x, y, alpha_constant(c, alpha, subtract, compute)};
    return finish(c, LoopOp::axpy, compute, compute, inputs, 3, out);
}

aclnnStatus prepare_axpy(Call &c) {
    const Axpy form = static_cast<const AxpyRow *>(c.row)->form;
    const int out = c.out;
    DType compute = c.tensor(0)->dtype;
    if (c.scalar(2)->one && form != Axpy::Reverse && compute != DType::Bool &&
        !check_promoted(c, compute) && can_cast(c.scalar(2)->dtype, compute) &&
        plan_alike(c, form == Axpy::Add ? LoopOp::add : LoopOp::subtract, 0, 1, out))
        return 0;
    if (int error = check_promote(c, 0, 1, &compute)) return error;
    if (int error = check_result(c, 0, 1, out)) return error;
    return plan_axpy(c, form, compute, Source::tensor(0), Source::tensor(1), c.scalar(2), out);
}

aclnnStatus prepare_axpy_scalar(Call &c) {
    const int out = c.out;
    const Axpy form = static_cast<const AxpyRow *>(c.row)->form;
    DType compute = scalar_dtype(c.tensor(0)->dtype, c.scalar(1)->dtype);
    if (int error = check_same_shape(c, 0, out)) return error;
    return plan_axpy(c, form, compute, Source::tensor(0),
                     form == Axpy::Add ? constant_by_float32(c, 1, c.scalar(1), compute)
                                       : constant(c, 1, c.scalar(1), compute),
                     c.scalar(2), out);
}

#define ONE(name, loop, rule) {Op::name, LoopOp::loop, Compute::rule}
#define BOTH(name, loop, rule) ONE(name, loop, rule), ONE(Inplace##name, loop, rule)

const Row kTensors[] = {
    BOTH(Mul, multiply, Same),
    BOTH(Div, divide, Float),
    ONE(Maximum, maximum, Same),
    ONE(Minimum, minimum, Same),
    ONE(ClampMaxTensor, minimum, Same),
    ONE(ClampMinTensor, maximum, Same),
    ONE(InplaceClampMaxTensor, minimum, Same),
    ONE(InplaceClampMinTensor, maximum, Same),
    BOTH(FloorDivide, floor_divide, Same),
    BOTH(FmodTensor, fmod, Same),
    BOTH(RemainderTensorTensor, remainder, Same),
    BOTH(PowTensorTensor, power, Same),
    BOTH(Atan2, arctan2, Float),
    ONE(Gcd, gcd, Same),
    ONE(LogAddExp, logaddexp, Same),
    ONE(LogAddExp2, logaddexp2, Same),
    ONE(Heaviside, heaviside, Same),
    BOTH(XLogYTensor, xlogy, Float),
    BOTH(BitwiseAndTensor, bitwise_and, Same),
    BOTH(BitwiseAndTensorOut, bitwise_and, Same),
    BOTH(BitwiseOrTensor, bitwise_or, Same),
    BOTH(BitwiseXorTensor, bitwise_xor, Same),
    ONE(LeftShift, left_shift, Same),
    ONE(RightShift, right_shift, Same),
    BOTH(EqTensor, equal, Same),
    BOTH(NeTensor, not_equal, Same),
    BOTH(LtTensor, less, Same),
    BOTH(LeTensor, less_equal, Same),
    BOTH(GtTensor, greater, Same),
    BOTH(GeTensor, greater_equal, Same),
    BOTH(LogicalAnd, logical_and, Logical),
    BOTH(LogicalOr, logical_or, Logical),
    ONE(LogicalXor, logical_xor, Logical),
};

const Row kScalars[] = {
    BOTH(Muls, multiply, Same),
    BOTH(Divs, divide, Float),
    ONE(ClampMax, minimum, Same),
    ONE(ClampMin, maximum, Same),
    ONE(InplaceClampMax, minimum, Same),
    BOTH(FloorDivides, floor_divide, Same),
    BOTH(FmodScalar, fmod, Same),
    BOTH(RemainderTensorScalar, remainder, Same),
    BOTH(XLogYScalarOther, xlogy, Float),
    BOTH(BitwiseAndScalar, bitwise_and, Same),
    BOTH(BitwiseOrScalar, bitwise_or, Same),
    BOTH(BitwiseXorScalar, bitwise_xor, Same),
    ONE(LeftShifts, left_shift, Same),
    BOTH(EqScalar, equal, Same),
    BOTH(NeScalar, not_equal, Same),
    BOTH(LtScalar, less, Same),
    BOTH(LeScalar, less_equal, Same),
    BOTH(GtScalar, greater, Same),
    BOTH(GeScalar, greater_equal, Same),
};

const Row kPowers[] = {BOTH(PowTensorScalar, power, Same)};

const Row kScalarsFirst[] = {
    ONE(PowScalarTensor, power, Same),
    ONE(RemainderScalarTensor, remainder, Same),
    ONE(XLogYScalarSelf, xlogy, Float),
};

const AxpyRow kAxpy[] = {
    {Op::Add, Axpy::Add},      {Op::InplaceAdd, Axpy::Add},
    {Op::Sub, Axpy::Subtract}, {Op::InplaceSub, Axpy::Subtract},
    {Op::Rsub, Axpy::Reverse},
};

const AxpyRow kAxpyScalar[] = {
    {Op::Adds, Axpy::Add},      {Op::InplaceAdds, Axpy::Add},
    {Op::Subs, Axpy::Subtract}, {Op::InplaceSubs, Axpy::Subtract},
    {Op::Rsubs, Axpy::Reverse},
};

} // namespace

void define_binary() {
    for (const Row &row : kTensors) define(row.op, prepare_tensors, &row);
    for (const Row &row : kScalars) define(row.op, prepare_scalar, &row);
    for (const Row &row : kPowers) define(row.op, prepare_power_scalar, &row);
    for (const Row &row : kScalarsFirst) define(row.op, prepare_scalar_first, &row);
    for (const AxpyRow &row : kAxpy) {
        define(row.op, prepare_axpy, &row);
        definitions[int(row.op)].reads_strides = true;
    }
    for (const AxpyRow &row : kAxpyScalar) define(row.op, prepare_axpy_scalar, &row);
}

} // namespace cannsim
