// Elementwise inner loops: which functions exist, and the loop that computes each for a dtype.
//
// A loop has NumPy's calling convention (view.h) and NumPy's semantics: integers wrap, integer division
// by zero gives 0, maximum propagates NaN, float16 and bfloat16 round once from float32. Operand
// order is inputs, then the output. Parameters (an alpha, a bound) are inputs too: pass step 0.
// An output may coincide with an input of the same itemsize; other overlaps, and outputs of
// step 0, are the caller's to avoid.
#pragma once

#include "../view.h"

namespace cannsim {

// X(name, number of inputs, dtype class of the output)
//   Same: the loop's dtype    Bool, UInt8, Int32: that dtype    Real: float part of a complex dtype
#define CANNSIM_LOOP_OPS(X)                                                                        \
    X(negative, 1, Same) X(absolute, 1, Real) X(sign, 1, Same) X(square, 1, Same)                  \
    X(sqrt, 1, Same) X(rsqrt, 1, Same) X(cbrt, 1, Same) X(reciprocal, 1, Same)                     \
    X(exp, 1, Same) X(exp2, 1, Same) X(expm1, 1, Same)                                             \
    X(log, 1, Same) X(log2, 1, Same) X(log10, 1, Same) X(log1p, 1, Same)                           \
    X(sin, 1, Same) X(cos, 1, Same) X(tan, 1, Same)                                                \
    X(arcsin, 1, Same) X(arccos, 1, Same) X(arctan, 1, Same)                                       \
    X(sinh, 1, Same) X(cosh, 1, Same) X(tanh, 1, Same)                                             \
    X(arcsinh, 1, Same) X(arccosh, 1, Same) X(arctanh, 1, Same)                                    \
    X(floor, 1, Same) X(ceil, 1, Same) X(trunc, 1, Same) X(rint, 1, Same)                          \
    X(rint_unsigned_zero, 1, Same)  /* 0 for -0 */                                                 \
    X(isnan, 1, Bool) X(isinf, 1, Bool) X(isfinite, 1, Bool)                                       \
    X(isposinf, 1, Bool) X(isneginf, 1, Bool) X(signbit, 1, Bool)                                  \
    X(logical_not, 1, Bool) X(invert, 1, Same) X(conjugate, 1, Same) X(angle, 1, Real)             \
    X(bitwise_count, 1, UInt8)                                                                     \
    X(relu, 1, Same) X(sigmoid, 1, Same) X(log_sigmoid, 1, Same) X(silu, 1, Same)                  \
    X(gelu, 1, Same) X(gelu_tanh, 1, Same) X(mish, 1, Same) X(hardswish, 1, Same)                  \
    X(hardsigmoid, 1, Same) X(softsign, 1, Same) X(sinc, 1, Same)                                  \
    X(erf, 1, Same) X(erfc, 1, Same) X(erfinv, 1, Same) X(lgamma, 1, Same) X(digamma, 1, Same)     \
    X(add, 2, Same) X(subtract, 2, Same) X(multiply, 2, Same) X(divide, 2, Same)                   \
    X(floor_divide, 2, Same) X(trunc_divide, 2, Same) X(remainder, 2, Same) X(fmod, 2, Same)       \
    X(power, 2, Same) X(maximum, 2, Same) X(minimum, 2, Same) X(fmax, 2, Same) X(fmin, 2, Same)    \
    X(arctan2, 2, Same) X(hypot, 2, Same) X(logaddexp, 2, Same) X(logaddexp2, 2, Same)             \
    X(copysign, 2, Same) X(nextafter, 2, Same) X(ldexp, 2, Same) X(heaviside, 2, Same)             \
    X(xlogy, 2, Same) X(xlog1py, 2, Same)                                                          \
    X(gcd, 2, Same) X(lcm, 2, Same)                                                                \
    X(bitwise_and, 2, Same) X(bitwise_or, 2, Same) X(bitwise_xor, 2, Same)                         \
    X(left_shift, 2, Same) X(right_shift, 2, Same)                                                 \
    X(equal, 2, Bool) X(not_equal, 2, Bool) X(less, 2, Bool) X(less_equal, 2, Bool)                \
    X(greater, 2, Bool) X(greater_equal, 2, Bool)                                                  \
    X(logical_and, 2, Bool) X(logical_or, 2, Bool) X(logical_xor, 2, Bool)                         \
    X(leaky_relu, 2, Same)  /* x, slope */                                                         \
    X(hardshrink, 2, Same)  /* x, lambda */                                                        \
    X(softshrink, 2, Same)  /* x, lambda */                                                        \
    X(where, 3, Same)       /* condition (Bool), x, y */                                           \
    X(clip, 3, Same)        /* x, lo, hi */                                                        \
    X(axpy, 3, Same)        /* x, y, alpha: x + alpha * y */                                       \
    X(lerp, 3, Same)        /* x, y, weight: x + weight * (y - x) */                               \
    X(threshold, 3, Same)   /* x, threshold, value: x > threshold ? x : value */                   \
    X(softplus, 3, Same)    /* x, beta, threshold: log1p(exp(beta x)) / beta, x above it */        \
    X(addcmul, 4, Same)     /* x, y, z, value: x + value * y * z */                                \
    X(addcdiv, 4, Same)     /* x, y, z, value: x + value * y / z */                                \
    X(elu, 4, Same)         /* x, alpha, scale, input_scale */                                     \
    X(nan_to_num, 4, Same)  /* x, nan, posinf, neginf */

enum class LoopOp : int16_t {
#define X(name, nin, out) name,
    CANNSIM_LOOP_OPS(X)
#undef X
};

#define X(name, nin, out) +1
constexpr int kLoopOps = CANNSIM_LOOP_OPS(X);
#undef X
constexpr int kMaxOperands = 6;  // of one loop, output included

struct LoopFn {
    Loop fn = nullptr;
    void *data = nullptr;

    explicit operator bool() const { return fn != nullptr; }
    void operator()(char **args, const intptr_t *n, const intptr_t *steps) const {
        fn(args, n, steps, data);
    }
};

// The loop whose inputs are of dtype `in`; null where NumPy defines no such loop. Look it up once
// per plan rather than per call.
LoopFn find_loop(LoopOp op, DType in);

// Where that loop stands, which one that is registered later will too; `in` is a dtype.
const LoopFn *loop_place(LoopOp op, DType in);

// The cast loop (one input, one output); from == to is a copy. Defined for every pair.
LoopFn find_cast(DType from, DType to);

// How many inputs the loop takes, and the dtype of operand i (the output is operand nin) where it
// is not `in`: where's condition is Bool, ldexp's exponent Int64, comparisons give Bool.
int loop_nin(LoopOp op);
DType loop_dtype(LoopOp op, DType in, int operand);

const char *loop_name(LoopOp op);
bool loop_by_name(const char *name, LoopOp *op);

// A host library offers its own loop (NumPy's, for exp, sin, power...). It replaces ours where the
// preference table says that it is the faster or the more accurate one. fn = null withdraws it.
// Returns false when ours stays. Not to be called while loops run.
bool register_loop(LoopOp op, DType in, Loop fn, void *data);
bool register_loop(const char *name, DType in, Loop fn, void *data);

// Which instruction set the loops were chosen for: baseline, avx2, avx512. CANNSIM_ISA overrides.
const char *loop_isa();

}  // namespace cannsim
