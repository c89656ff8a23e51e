// Drives row reductions over nests of kept and reduced axes. Internal to the reductions.
//
// Two ways: where a reduced axis has the smallest stride, each output is reduced from runs of
// adjacent elements; otherwise whole rows of outputs are accumulated at once. Elements that are not
// adjacent, or not of the compute type, pass through a buffer in L1 first.
#pragma once

#include "../loops/loops.h"
#include "isa/isa.h"
#include "nest.h"
#include "status.h"

namespace cannsim::array {

// Rewrites n staged elements in place; center advances by center_step elements (0 or 1).
using StageMap = void (*)(void *x, int64_t n, const void *center, int64_t center_step,
                          double parameter);

// Rewrites n finished elements in place, before they are cast to the output's dtype.
using FinishMap = void (*)(void *x, int64_t n, const void *center, double parameter);

struct Reduction {
    DType in, compute, out;
    LoopFn cast;   // in -> compute; unused when they are equal and `convert` is false
    LoopFn cast2;  // optional second step
    DType between = DType::Bool;  // dtype between the two steps
    bool convert = false;         // stage even when in == compute
    int lane_bytes = 0;           // a compute element is `lanes` lanes of this size
    int lanes = 1;
    int lanes_out = 1;  // lanes of a finished element: 1 folds the parts of complex numbers
    RowsLoop rows = nullptr, merge_rows = nullptr;
    RunLoop run = nullptr, merge_run = nullptr;
    StageMap stage = nullptr;
    FinishMap finish = nullptr;
    DType finished;  // dtype of a finished element
    double parameter = 0;
    const View *center = nullptr;  // compute dtype, shape of the kept axes
    bool saturates = false;        // stop a run when the result equals `saturated` (one byte)
    uint8_t saturated = 0;
    // What adjacent elements add to an Int64 sum, where they need not be cast and added one by one.
    int64_t (*count)(const uint8_t *, int64_t) = nullptr;
};

// `out` has the shape of the kept axes of `in`.
Status run_reduction(const Reduction &r, const View &out, const View &in, uint32_t axes);

}  // namespace cannsim::array
