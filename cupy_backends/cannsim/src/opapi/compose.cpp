#include "opapi/compose.h"

#include "kernels/array/copy.h"
#include "kernels/loops/driver.h"

namespace cannsim {

Status apply(LoopOp op, DType t, std::initializer_list<View> inputs, const View &out) {
    const LoopFn loop = find_loop(op, t);
    if (!loop) return Status::UnsupportedDType;
    if (out.size() == 0) return Status::Ok;
    View operands[kMaxOperands];
    DType dtypes[kMaxOperands];
    int n = 0;
    for (const View &in : inputs) {
        if (!array::broadcast_to(in, out, &operands[n])) return Status::BadArgument;
        dtypes[n] = loop_dtype(op, t, n);
        ++n;
    }
    operands[n] = out;
    dtypes[n] = loop_dtype(op, t, n);
    run_elementwise(loop, operands, n + 1, dtypes);
    return Status::Ok;
}

Status copy_elements(const View &dst, const View &src) {
    Temporary dense(src.dtype, src);
    if (!dense) return Status::OutOfMemory;
    TRY(copy(dense.view, src));
    View seen = dst;
    seen.dtype = src.dtype;
    seen.data = dense.view.data;
    array::set_contiguous(seen);
    return copy(dst, seen);
}

} // namespace cannsim
