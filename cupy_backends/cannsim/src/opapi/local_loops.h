// Loops of operators that no NumPy-like library names: computed in float32 or float64, with casts
// around.
#pragma once

#include "kernels/loops/loops.h"

namespace cannsim {

enum class LocalOp {
    Frac,          // x
    RoundDecimals, // x, 10^decimals
    Logit,         // x, eps (negative: none)
    SquaredRelu,   // x
    Swish,         // x, beta
    Shrink,        // x, lambda, bias
    IsClose,       // x, y, rtol, atol, equal_nan -> bool
    Count,
};

// float32 for narrower floats and small integers, else float64.
DType local_dtype(DType t);

LoopFn find_local(LocalOp op, DType compute);

} // namespace cannsim
