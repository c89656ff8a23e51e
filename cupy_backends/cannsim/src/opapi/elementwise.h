// Planning of elementwise operators: operands are broadcast to the output's shape, flattened where
// their layouts allow, and bound to an inner loop.
#pragma once

#include "opapi/check.h"

namespace cannsim {

// An input of a loop: a tensor parameter, or a constant that was written to e.constants.
struct Source {
    int param; // -1 for a constant
    int slot;
    DType dtype;

    static Source tensor(int param) { return {param, 0, DType::Float32}; }
    static Source constant(int slot, DType dtype) { return {-1, slot, dtype}; }
};

// Writes a scalar's value as `dtype` to constant number `slot`.
Source constant(Call &c, int slot, const aclScalar *value, DType dtype);
Source constant(Call &c, int slot, double value, DType dtype);
Source constant_int(Call &c, int slot, int64_t value, DType dtype);

// The dtype that the loop gives for inputs of dtype `compute`.
DType result_dtype(LoopOp op, DType compute);

// Plans out = loop(inputs) with the loop of dtype `compute`. Shapes are checked already.
aclnnStatus plan_loop(Call &c, LoopOp op, DType compute, const Source *inputs, int n, int out);

// Plans out = loop(a, b) where all three are of one shape, in C order, and of the dtypes that the
// loop takes: the commonest call, in the fewest steps. False, with nothing done, elsewhere.
bool plan_alike(Call &c, LoopOp op, int a, int b, int out);

// The same for any loop; `dtypes` are those of its operands, the output's last.
aclnnStatus plan_custom(Call &c, LoopFn loop, const DType *dtypes, const Source *inputs, int n,
                        int out);

// Plans out = in: any dtypes, `in` broadcasts. Shapes are checked already.
aclnnStatus plan_cast(Call &c, int in, int out);

// How an executor of this kind runs, for those who run it themselves.
enum class Running { Otherwise, Loop, Casting, Copy };
Running running(const Executor &e);
bool runs_copy(const Executor &e);

} // namespace cannsim
