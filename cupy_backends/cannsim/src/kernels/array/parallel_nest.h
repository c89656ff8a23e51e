// Loop nests whose points are shared among threads. Internal to the array kernels.
#pragma once

#include "../../base/threads/parallel.h"
#include "nest.h"

#include <algorithm>

namespace cannsim::array {

// Calls f(at, count) for ranges that cover the points of the axes outside the innermost `inner`
// ones; `at` stands at the first point of the range. `work` is the number of elements per point.
template <int N, class F>
inline void parallel_ranges(const Nest<N> &nest, int inner, int64_t work, F &&f) {
    struct Context {
        const Nest<N> &nest;
        int axes;
        F &f;
    } context{nest, nest.ndim > inner ? nest.ndim - inner : 0, f};
    int64_t points = 1;
    for (int a = 0; a < nest.ndim; ++a) {
        if (nest.shape[a] == 0) return;
        if (a < context.axes) points *= nest.shape[a];
    }
    parallel_for(
        points, std::max<int64_t>(1, 16384 / std::max<int64_t>(1, work)),
        [](void *opaque, int64_t begin, int64_t end) {
            Context &c = *static_cast<Context *>(opaque);
            Odometer<N> at(c.nest, c.axes);
            at.seek(begin);
            c.f(at, end - begin);
        },
        &context);
}

// Calls f(p) for every such point; p[k] are addresses. Points must not depend on each other.
template <int N, class F>
inline void parallel_outer(const Nest<N> &nest, int inner, int64_t work, F &&f) {
    parallel_ranges(nest, inner, work, [&](Odometer<N> &at, int64_t count) {
        for (; count--; at.next()) f(at.p);
    });
}

}  // namespace cannsim::array
