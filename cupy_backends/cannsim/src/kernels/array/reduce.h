// Reductions over any set of axes of any layout.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

enum class ReduceOp {
    Sum,  // float and complex sums are pairwise; 16-bit floats accumulate in float32
    Prod,
    Max,  // NaN wins; complex compares lexicographically
    Min,
    Any,  // out is Bool or any dtype that can hold 0 and 1
    All,
    CountNonzero,
    Mean,
    NanSum,  // NaN counts as zero
    LogSumExp,
    Norm,  // (sum |x|^p)^(1/p), with p = 0, inf and -inf as numpy.linalg.norm has them
};

// out = op over the axes of `in` whose bit is set in `axes`. `out` either keeps the reduced axes
// with extent 1 or lacks them. The result is computed in out's dtype or wider (Max and Min: in's
// dtype) and rounded once; integers wrap. `p` is Norm's order. Max and Min of nothing are
// BadArgument.
Status reduce(ReduceOp op, const View &out, const View &in, uint32_t axes, double p = 2);

// The least and the largest elements over the axes, as by two reductions.
Status min_max(const View &least, const View &largest, const View &in, uint32_t axes);

// Variance, or its square root, with sum |x - mean|^2 / max(0, n - correction). `var` and `mean`
// may be null.
Status variance(const View *var, const View *mean, const View &in, uint32_t axes, double correction,
                bool square_root);

// Index of the first largest (smallest) element along `axis`, or in the C-ordered flattened array
// for axis < 0; NaN wins. `index` is Int32 or Int64; `value` (in's dtype) may be null. Both keep
// the axis with extent 1 or lack it.
Status arg_reduce(bool largest, const View *value, const View &index, const View &in, int axis);

// All ones of a mask of reduced axes.
inline uint32_t all_axes(int ndim) { return (1u << ndim) - 1; }

}  // namespace cannsim
