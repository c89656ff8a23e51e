// Runs kernels that want contiguous operands, or other dtypes, on operands that are neither.
//
// Operands pass through buffers small enough to stay in L1; the kernels then need one compiled
// form per dtype instead of one per layout.
#pragma once

#include "loops.h"

namespace cannsim {

// A kernel on contiguous operands, inputs then output.
using Kernel = void (*)(char *const *args, intptr_t n);

struct Operands {
    int count;
    int size[kMaxOperands];
};

void run_staged(Kernel kernel, const Operands &operands, char **args, intptr_t n,
                const intptr_t *steps);

// An inner loop wrapped in casts: operand i goes through cast[i] unless that is null.
struct CastPlan {
    const LoopFn *inner;
    int nop;
    LoopFn cast[kMaxOperands];
    int size[kMaxOperands];  // of the inner loop's operands
};

// The plan for operands of `operands`' dtypes where the loop expects `dtypes`.
CastPlan cast_plan(const LoopFn *loop, const View *operands, int nop, const DType *dtypes);

void run_cast_plan(char **args, const intptr_t *n, const intptr_t *steps, void *plan);

}  // namespace cannsim
