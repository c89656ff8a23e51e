#include "count.h"

#include "../loops/loops.h"
#include "nest.h"

#include <algorithm>
#include <cstring>

namespace cannsim {

int64_t array::count_bytes(const uint8_t *mask, int64_t n) {
    int64_t total = 0, i = 0;
    // Eight byte-wide counters per word hold up to 255 rounds.
    while (i + 8 <= n) {
        int64_t rounds = std::min<int64_t>(255, (n - i) / 8);
        uint64_t lanes[8] = {};
        int64_t wide = rounds / 8 * 8, k = 0;
        auto ones = [&](int64_t word) {
            uint64_t x;
            std::memcpy(&x, mask + i + word * 8, 8);
            constexpr uint64_t low = 0x7f7f7f7f7f7f7f7full;
            return (((x & low) + low) | x) >> 7 & 0x0101010101010101ull;
        };
        for (; k < wide; k += 8)
            for (int u = 0; u < 8; ++u) lanes[u] += ones(k + u);
        for (; k < rounds; ++k) lanes[0] += ones(k);
        for (uint64_t lane : lanes) {
            constexpr uint64_t even = 0x00ff00ff00ff00ffull;
            total += int64_t(((lane & even) + (lane >> 8 & even)) * 0x0001000100010001ull >> 48);
        }
        i += rounds * 8;
    }
    for (; i < n; ++i) total += mask[i] != 0;
    return total;
}

int64_t count_nonzero(const View &in) {
    using namespace array;
    if (in.size() == 0) return 0;
    Nest<1> nest = nest_of<1>({&in});
    nest.make_positive(0);
    nest.sort_axes(0);
    nest.coalesce();
    int64_t n = nest.ndim ? nest.shape[nest.ndim - 1] : 1;
    int64_t step = nest.ndim ? nest.strides[0][nest.ndim - 1] : 0;
    LoopFn cast = find_cast(in.dtype, DType::Bool);
    int64_t total = 0;
    alignas(64) uint8_t buffer[4096];
    for_each_outer(nest, 1, [&](char *const *p) {
        if (in.dtype == DType::Bool && step == 1) {
            total += count_bytes(reinterpret_cast<uint8_t *>(p[0]), n);
            return;
        }
        for (int64_t i = 0; i < n; i += int64_t(sizeof buffer)) {
            char *args[2] = {p[0] + i * step, reinterpret_cast<char *>(buffer)};
            intptr_t m = intptr_t(std::min<int64_t>(sizeof buffer, n - i));
            intptr_t steps[2] = {intptr_t(step), 1};
            cast(args, &m, steps);
            total += count_bytes(buffer, m);
        }
    });
    return total;
}

}  // namespace cannsim
