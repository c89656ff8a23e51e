// Where CANN's kernels lose what NumPy's functions keep: integers that pass through float32 or
// float16, angles beyond what the reduction of sin, cos and tan holds, cases that CANN leaves
// undefined. The results are deterministic and plainly wrong there, so that nobody relies on them;
// inside the documented ranges they are those of the plain loop.
#pragma once

#include "opapi/elementwise.h"

namespace cannsim {

constexpr bool may_lose(LoopOp op) {
    switch (op) {
    case LoopOp::sin:
    case LoopOp::cos:
    case LoopOp::tan:
    case LoopOp::rint:
    case LoopOp::floor_divide:
    case LoopOp::trunc_divide:
    case LoopOp::remainder:
    case LoopOp::power:
    case LoopOp::left_shift:
    case LoopOp::right_shift: return true;
    default: return false;
    }
}

// The loop of such an operation; null where the plain one loses nothing.
LoopFn find_lossy(LoopOp op, DType compute);

// The loop that the device's kernel amounts to.
inline LoopFn find_device_loop(LoopOp op, DType compute) {
    LoopFn loop;
    if (__builtin_expect(may_lose(op), 0)) loop = find_lossy(op, compute);
    return loop ? loop : find_loop(op, compute);
}

// The same of a cast.
LoopFn find_lossy_cast(DType from, DType to);

// An integer scalar of Adds and Muls reaches its kernel as float32.
Source constant_by_float32(Call &c, int slot, const aclScalar *value, DType dtype);

} // namespace cannsim
