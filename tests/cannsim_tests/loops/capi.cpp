// The loops as C functions, for the tests that compare with NumPy through ctypes.
#include <cstring>

#include "loops/driver.h"

using namespace cannsim;

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT int test_op_count() { return kLoopOps; }
EXPORT const char *test_op_name(int op) { return loop_name(LoopOp(op)); }
EXPORT int test_op_nin(int op) { return loop_nin(LoopOp(op)); }
EXPORT int test_op_dtype(int op, int in, int operand) {
    return int(loop_dtype(LoopOp(op), DType(in), operand));
}
EXPORT const char *test_isa() { return loop_isa(); }

EXPORT int test_find_loop(int op, int in, Loop *fn, void **data) {
    const LoopFn f = find_loop(LoopOp(op), DType(in));
    *fn = f.fn;
    *data = f.data;
    return f ? 1 : 0;
}
EXPORT int test_find_cast(int from, int to, Loop *fn, void **data) {
    const LoopFn f = find_cast(DType(from), DType(to));
    *fn = f.fn;
    *data = f.data;
    return f ? 1 : 0;
}
EXPORT int test_register(const char *name, int in, Loop fn, void *data) {
    return register_loop(name, DType(in), fn, data);
}
EXPORT void test_call(Loop fn, void *data, char **args, intptr_t n, const intptr_t *steps,
                      int64_t repeat) {
    for (int64_t i = 0; i < repeat; ++i) {
        char *p[kMaxOperands];
        std::memcpy(p, args, sizeof p);
        fn(p, &n, steps, data);
    }
}

// data, dtype, shape and strides of each operand; dtypes null: no casts.
EXPORT void test_run(Loop fn, void *data, int nop, char **addresses, const int *dtypes, int ndim,
                     const int64_t *shape, const int64_t *strides, const int *loop_dtypes) {
    View views[kMaxOperands];
    DType wanted[kMaxOperands];
    for (int k = 0; k < nop; ++k) {
        views[k].data = addresses[k];
        views[k].dtype = DType(dtypes[k]);
        views[k].ndim = ndim;
        for (int axis = 0; axis < ndim; ++axis) {
            views[k].shape[axis] = shape[axis];
            views[k].strides[axis] = strides[k * ndim + axis];
        }
        if (loop_dtypes) wanted[k] = DType(loop_dtypes[k]);
    }
    if (loop_dtypes) {
        run_elementwise(LoopFn{fn, data}, views, nop, wanted);
    } else {
        run_elementwise(LoopFn{fn, data}, views, nop);
    }
}
