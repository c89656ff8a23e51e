// The sorts of contiguous elements. Internal to the array kernels.
#pragma once

#include "order_key.h"
#include "sort.h"

namespace cannsim::array {

template <class T> inline bool complex_less(T a, T b) {
    auto nan = [](auto v) { return v != v; };
    int ca = 2 * nan(a.real()) + nan(a.imag()), cb = 2 * nan(b.real()) + nan(b.imag());
    if (ca != cb) return ca < cb;
    if (!nan(a.real()) && a.real() != b.real()) return a.real() < b.real();
    return !nan(a.imag()) && a.imag() < b.imag();
}

// Sorts n contiguous elements ascending.
bool sort_contiguous(DType t, char *x, int64_t n);

// Stable order of n contiguous elements: order[i] is the place of the i-th in sorted order. `elements`,
// if given, become the elements in that order; they must not be those of `x`.
Status order_contiguous(DType t, const char *x, int64_t n, bool descending, int64_t *order,
                        char *elements = nullptr);

// to[i] = line[order[i]], where elements of `to` are `step` bytes apart.
void pick(char *to, int64_t step, const char *line, const int64_t *order, int64_t n, int width);

}  // namespace cannsim::array
