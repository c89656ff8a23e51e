// out = f(self), and the in-place forms.
#include "kernels/array/copy.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

namespace cannsim {

namespace {

// How the dtype of the computation follows from that of self.
enum class Compute {
    Same,
    Float,    // integers become float32
    Identity, // integers are what they are: rounding changes nothing
};

struct Row {
    Op op;
    LoopOp loop;
    Compute compute;
};

aclnnStatus prepare(Call &c) {
    const Row &row = *static_cast<const Row *>(c.row);
    const int out = c.out;
    const DType self = c.tensor(0)->dtype;
    const bool integral = is_integral(self);
    const DType compute = row.compute == Compute::Float && integral ? DType::Float32 : self;
    if (row.compute == Compute::Identity && integral) {
        if (int error = check_can_cast(c, c.param(0), self, out)) return error;
        if (int error = check_same_shape(c, 0, out)) return error;
        return plan_cast(c, 0, out);
    }
    if (int error = check_can_cast(c, "the result's dtype", result_dtype(row.loop, compute), out))
        return error;
    if (int error = check_same_shape(c, 0, out)) return error;
    const Source input = Source::tensor(0);
    return plan_loop(c, row.loop, compute, &input, 1, out);
}

// Sign and Signbit have meanings for dtypes for which NumPy defines no loop.
aclnnStatus prepare_sign(Call &c) {
    const Row &row = *static_cast<const Row *>(c.row);
    const DType self = c.tensor(0)->dtype;
    if (!is_integral(self) || (row.op == Op::Sign && self != DType::Bool)) return prepare(c);
    if (int error = check_same_shape(c, 0, 1)) return error;
    if (row.op == Op::Sign) return plan_cast(c, 0, 1);
    const DType compute = self == DType::Bool ? DType::UInt8 : self;
    const Source inputs[] = {Source::tensor(0), constant_int(c, 0, 0, compute)};
    return plan_loop(c, LoopOp::less, compute, inputs, 2, 1);
}

#define ONE(name, loop, rule) {Op::name, LoopOp::loop, Compute::rule}
#define BOTH(name, loop, rule) ONE(name, loop, rule), ONE(Inplace##name, loop, rule)

const Row kRows[] = {
    ONE(Abs, absolute, Same),
    ONE(Square, square, Same),
    BOTH(Neg, negative, Same),
    BOTH(Reciprocal, reciprocal, Float),
    BOTH(Sqrt, sqrt, Float),
    BOTH(Rsqrt, rsqrt, Float),
    BOTH(Exp, exp, Float),
    BOTH(Exp2, exp2, Float),
    BOTH(Expm1, expm1, Float),
    BOTH(Log, log, Float),
    BOTH(Log2, log2, Float),
    BOTH(Log10, log10, Float),
    BOTH(Log1p, log1p, Float),
    BOTH(Sin, sin, Float),
    BOTH(Cos, cos, Float),
    BOTH(Tan, tan, Float),
    BOTH(Asin, arcsin, Float),
    BOTH(Acos, arccos, Float),
    BOTH(Atan, arctan, Float),
    BOTH(Sinh, sinh, Float),
    BOTH(Cosh, cosh, Float),
    BOTH(Tanh, tanh, Float),
    BOTH(Asinh, arcsinh, Float),
    BOTH(Acosh, arccosh, Float),
    BOTH(Atanh, arctanh, Float),
    BOTH(Erf, erf, Float),
    BOTH(Erfc, erfc, Float),
    BOTH(Erfinv, erfinv, Float),
    BOTH(Sinc, sinc, Float),
    ONE(Lgamma, lgamma, Float),
    ONE(Digamma, digamma, Float),
    BOTH(Floor, floor, Identity),
    BOTH(Ceil, ceil, Identity),
    BOTH(Trunc, trunc, Identity),
    BOTH(Round, rint, Identity),
    ONE(IsFinite, isfinite, Same),
    ONE(IsInf, isinf, Same),
    ONE(IsPosInf, isposinf, Same),
    ONE(IsNegInf, isneginf, Same),
    BOTH(LogicalNot, logical_not, Same),
    ONE(BitwiseNot, invert, Same),
    ONE(AngleV2, angle, Float),
    ONE(Softsign, softsign, Float),
    BOTH(Relu, relu, Same),
    BOTH(Sigmoid, sigmoid, Float),
    ONE(LogSigmoid, log_sigmoid, Same),
    ONE(Silu, silu, Same),
    ONE(Gelu, gelu_tanh, Same),
    BOTH(Mish, mish, Same),
    BOTH(Hardswish, hardswish, Same),
    BOTH(Hardsigmoid, hardsigmoid, Same),
};

const Row kSigns[] = {ONE(Sign, sign, Same), ONE(Signbit, signbit, Same)};

} // namespace

void define_unary() {
    for (const Row &row : kSigns) define(row.op, prepare_sign, &row);
    for (const Row &row : kRows) define(row.op, prepare, &row);
}

} // namespace cannsim
