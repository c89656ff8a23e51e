#include "bounds.h"

#include <algorithm>

namespace cannsim::array::CANNSIM_ISA {
namespace {

constexpr int kTogether = 32;

// Halving without branches: the answers lie in [found, found + left]. All at once, so that none
// waits for another's memory.
template <bool right, class K, class I>
void halve(const K *table, I n, const K *x, I *found) {
    const auto before = [](K y, K value) { return right ? y <= value : y < value; };
    for (int q = 0; q < kTogether; ++q) found[q] = 0;
    I left = n;
    for (I half; left > 1; left -= half) {
        half = left / 2;
        for (int q = 0; q < kTogether; ++q)
            found[q] += before(table[found[q] + half - 1], x[q]) ? half : 0;
    }
    if (left == 1)
        for (int q = 0; q < kTogether; ++q) found[q] += before(table[found[q]], x[q]);
}

template <class K, class I>
void find(const K *table, int64_t n, bool right, const K *x, int64_t count, I *found) {
    for (int64_t i = 0; i < count; i += kTogether) {
        const int64_t m = std::min<int64_t>(kTogether, count - i);
        K given[kTogether] = {};
        I at[kTogether];
        std::copy_n(x + i, m, given);
        right ? halve<true>(table, I(n), given, at) : halve<false>(table, I(n), given, at);
        std::copy_n(at, m, found + i);
    }
}

}  // namespace

void bounds(const uint32_t *table, int64_t n, bool right, const uint32_t *x, int64_t count,
            int32_t *found) {
    find(table, n, right, x, count, found);
}

void bounds64(const uint64_t *table, int64_t n, bool right, const uint64_t *x, int64_t count,
              int64_t *found) {
    find(table, n, right, x, count, found);
}

}  // namespace cannsim::array::CANNSIM_ISA
