// C names for the kernels, so that ctypes can call them.
#include "array/copy.h"
#include "array/count.h"
#include "array/create.h"
#include "array/index.h"
#include "array/isa/isa.h"
#include "array/extend.h"
#include "array/linalg_small.h"
#include "array/matmul.h"
#include "array/random.h"
#include "array/reduce.h"
#include "array/scan.h"
#include "array/search.h"
#include "array/sort.h"

#include <vector>

using namespace cannsim;

#define API extern "C" __attribute__((visibility("default")))

API int k_select_isa(const char *name) { return array::select_isa(name); }

API int k_copy(const View *dst, const View *src) { return int(copy(*dst, *src)); }
API int k_fill(const View *dst, const void *value) { return int(fill(*dst, value)); }

API int k_reduce(int op, const View *out, const View *in, uint32_t axes, double p) {
    return int(reduce(ReduceOp(op), *out, *in, axes, p));
}
API int k_variance(const View *var, const View *mean, const View *in, uint32_t axes,
                   double correction, int root) {
    return int(variance(var, mean, *in, axes, correction, root));
}
API int k_arg_reduce(int largest, const View *value, const View *index, const View *in, int axis) {
    return int(arg_reduce(largest, value, *index, *in, axis));
}
API int k_scan(int op, const View *out, const View *in, int axis, int exclusive, int reverse) {
    return int(scan(ScanOp(op), *out, *in, axis, exclusive, reverse));
}
API int k_scan_extrema(int largest, const View *values, const View *indices, const View *in,
                       int axis) {
    return int(scan_extrema(largest, *values, indices, *in, axis));
}
API int64_t k_count_nonzero(const View *in) { return count_nonzero(*in); }

API int k_matmul(const View *out, const View *a, const View *b) {
    return int(matmul(*out, *a, *b));
}
API int k_set_blas(const char *path, const char *prefix, const char *suffix, int ilp64) {
    return set_blas_library(path, prefix, suffix, ilp64);
}
API void k_clear_blas() { clear_blas_library(); }
API void k_set_blas_threads(int n) { set_blas_threads(n); }

API int k_sort(const View *values, const View *indices, const View *in, int axis, int descending) {
    return int(sort(values, indices, *in, axis, descending));
}
API int k_topk(const View *values, const View *indices, const View *in, int axis, int64_t k,
               int largest) {
    return int(topk(values, indices, *in, axis, k, largest));
}
API int k_kth_value(const View *values, const View *indices, const View *in, int axis, int64_t k) {
    return int(kth_value(values, indices, *in, axis, k));
}
API int k_unique(const View *values, const View *inverse, const View *counts, const View *first,
                 const View *in, int equal_nan, int64_t *found) {
    return int(unique(*values, inverse, counts, first, *in, equal_nan, found));
}
API int k_unique_slices(const View *values, const View *inverse, const View *counts,
                        const View *first, const View *in, int axis, int64_t *found) {
    return int(unique_slices(*values, inverse, counts, first, *in, axis, found));
}
API int k_unique_consecutive(const View *values, const View *inverse, const View *counts,
                             const View *in, int axis, int64_t *found) {
    return int(unique_consecutive(*values, inverse, counts, *in, axis, found));
}
API void k_register_sort(int dtype, void *function) {
    register_sort(DType(dtype), reinterpret_cast<SortFunction>(function));
}

API int k_searchsorted(const View *out, const View *sorted, const View *values, const View *sorter,
                       int right) {
    return int(searchsorted(*out, *sorted, *values, sorter, right));
}
API int k_bincount(const View *out, const View *in, const View *weights, int64_t *bad) {
    return int(bincount(*out, *in, weights, bad));
}
API int k_histc(const View *out, const View *in, double low, double high) {
    return int(histc(*out, *in, low, high));
}
API int k_nonzero(const View *out, const View *in, int64_t *found) {
    return int(nonzero(*out, *in, found));
}
API int k_masked_select(const View *out, const View *in, const View *mask, int64_t *found) {
    return int(masked_select(*out, *in, *mask, found));
}
API int k_masked_scatter(const View *dst, const View *mask, const View *src) {
    return int(masked_scatter(*dst, *mask, *src));
}
API int k_isin(const View *out, const View *in, const View *test, int invert) {
    return int(isin(*out, *in, *test, invert));
}

static Indices indices_of(const View *const *index, const int *axes, int count, int position) {
    Indices indices;
    indices.count = count;
    indices.position = position;
    for (int k = 0; k < count; ++k) {
        indices.index[k] = *index[k];
        indices.axes[k] = axes[k];
    }
    return indices;
}
API int k_get_indexed(const View *out, const View *in, const View *const *index, const int *axes,
                      int count, int position, int64_t *bad) {
    return int(get_indexed(*out, *in, indices_of(index, axes, count, position), bad));
}
API int k_set_indexed(const View *dst, const View *values, const View *const *index,
                      const int *axes, int count, int position, int update, int64_t *bad) {
    return int(
        set_indexed(*dst, indices_of(index, axes, count, position), *values, Update(update), bad));
}
API int k_take(const View *out, const View *in, const View *index, int axis, int64_t *bad) {
    return int(take(*out, *in, *index, axis, bad));
}
API int k_put(const View *dst, const View *index, const View *values, int axis, int update,
              int64_t *bad) {
    return int(put(*dst, *index, *values, axis, Update(update), bad));
}
API int k_take_along_axis(const View *out, const View *in, const View *index, int axis,
                          int64_t *bad) {
    return int(take_along_axis(*out, *in, *index, axis, bad));
}
API int k_put_along_axis(const View *dst, const View *index, const View *src, int axis, int update,
                         int64_t *bad) {
    return int(put_along_axis(*dst, *index, *src, axis, Update(update), bad));
}
API int k_gather_nd(const View *out, const View *in, const View *index, int64_t *bad) {
    return int(gather_nd(*out, *in, *index, bad));
}
API int k_scatter_nd(const View *dst, const View *index, const View *updates, int update,
                     int64_t *bad) {
    return int(scatter_nd(*dst, *index, *updates, Update(update), bad));
}

API int k_copy_pairs(const View *const *views, int n) {
    std::vector<View> pairs;
    for (int i = 0; i < n; ++i) pairs.push_back(*views[i]);
    return int(copy_pairs(pairs.data(), n));
}
API int k_repeat(const View *out, const View *in, int64_t times, int axis) {
    return int(repeat(*out, *in, times, axis));
}
API int k_repeat_each(const View *out, const View *in, const View *repeats, int axis) {
    return int(repeat(*out, *in, *repeats, axis));
}
API int k_pad(const View *out, const View *in, const int64_t *before, int mode, const void *value) {
    return int(pad(*out, *in, before, Pad(mode), value));
}
API int k_eye(const View *out, int64_t k) { return int(eye(*out, k)); }
API int k_one_hot(const View *out, const View *index, int axis, const void *on, const void *off) {
    return int(one_hot(*out, *index, axis, on, off));
}

API int k_arange(const View *out, double start, double step) {
    return int(arange(*out, start, step));
}
API int k_arange_int(const View *out, int64_t start, int64_t step) {
    return int(arange(*out, start, step));
}
API int k_linspace(const View *out, double start, double stop, int endpoint) {
    return int(linspace(*out, start, stop, endpoint));
}

API void k_random_words(const View *out, uint64_t seed, uint64_t offset, uint64_t first) {
    array::isa().words(reinterpret_cast<uint32_t *>(out->data), {seed, offset}, first, out->size());
}
API int k_random_bits(const View *out, uint64_t seed, uint64_t offset) {
    return int(random_bits(*out, {seed, offset}));
}
API int k_random_uniform(const View *out, double low, double high, uint64_t seed, uint64_t offset) {
    return int(random_uniform(*out, low, high, {seed, offset}));
}
API int k_random_normal(const View *out, double mean, double deviation, uint64_t seed,
                        uint64_t offset) {
    return int(random_normal(*out, mean, deviation, {seed, offset}));
}
API int k_random_normal_each(const View *out, const View *mean, const View *deviation,
                             uint64_t seed, uint64_t offset) {
    return int(random_normal(*out, mean, deviation, {seed, offset}));
}
API int k_random_integers(const View *out, int64_t low, uint64_t range, uint64_t seed,
                          uint64_t offset) {
    return int(random_integers(*out, low, range, {seed, offset}));
}
API int k_random_bernoulli(const View *out, double p, uint64_t seed, uint64_t offset) {
    return int(random_bernoulli(*out, p, {seed, offset}));
}
API int k_random_bernoulli_each(const View *out, const View *p, uint64_t seed, uint64_t offset) {
    return int(random_bernoulli(*out, *p, {seed, offset}));
}
API int k_random_permutation(const View *out, uint64_t seed, uint64_t offset) {
    return int(random_permutation(*out, {seed, offset}));
}
API int k_random_multinomial(const View *out, const View *weights, int replacement, uint64_t seed,
                             uint64_t offset) {
    return int(random_multinomial(*out, *weights, replacement, {seed, offset}));
}

API int k_inverse(const View *out, const View *in) { return int(inverse(*out, *in)); }
API int k_slogdet(const View *sign, const View *logarithm, const View *in) {
    return int(slogdet(*sign, *logarithm, *in));
}
API int k_cholesky(const View *out, const View *in, int upper) {
    return int(cholesky(*out, *in, upper));
}
API int k_triangular_solve(const View *x, const View *a, const View *b, int upper, int op,
                           int unit) {
    return int(triangular_solve(*x, *a, *b, upper, TriangularOp(op), unit));
}
API int k_qr(const View *q, const View *r, const View *in) { return int(qr(q, *r, *in)); }
