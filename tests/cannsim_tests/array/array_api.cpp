// C names for the kernels, so that ctypes can call them.
#include "array/copy.h"
#include "array/count.h"
#include "array/isa/isa.h"
#include "array/matmul.h"
#include "array/reduce.h"
#include "array/scan.h"

using namespace cannsim;

#define API extern "C" __attribute__((visibility("default")))

API int k_select_isa(const char *name) { return array::select_isa(name); }

API int k_copy(const View *dst, const View *src) { return int(copy(*dst, *src)); }
API int k_fill(const View *dst, const void *value) { return int(fill(*dst, value)); }

API int k_reduce(int op, const View *out, const View *in, uint32_t axes, double p) {
    return int(reduce(ReduceOp(op), *out, *in, axes, p));
}
API int k_variance(const View *var, const View *mean, const View *in, uint32_t axes, double correction,
                   int root) {
    return int(variance(var, mean, *in, axes, correction, root));
}
API int k_arg_reduce(int largest, const View *value, const View *index, const View *in, int axis) {
    return int(arg_reduce(largest, value, *index, *in, axis));
}
API int k_scan(int op, const View *out, const View *in, int axis, int exclusive, int reverse) {
    return int(scan(ScanOp(op), *out, *in, axis, exclusive, reverse));
}
API int k_scan_extrema(int largest, const View *values, const View *indices, const View *in, int axis) {
    return int(scan_extrema(largest, *values, indices, *in, axis));
}
API int64_t k_count_nonzero(const View *in) { return count_nonzero(*in); }

API int k_matmul(const View *out, const View *a, const View *b) { return int(matmul(*out, *a, *b)); }
API int k_set_blas(const char *path, const char *prefix, const char *suffix, int ilp64) {
    return set_blas_library(path, prefix, suffix, ilp64);
}
API void k_clear_blas() { clear_blas_library(); }
API void k_set_blas_threads(int n) { set_blas_threads(n); }
