#include "rows.h"

#include <limits>
#include <type_traits>

namespace cannsim::array::CANNSIM_ISA {
namespace {

// `map` is applied to each element (c: its centre), `combine` to accumulators; both must mean the
// same for a vector and for one element.
// What is `pairwise` is combined as a tree; what is not, an extreme, may meet an element twice.
struct Sum {
    static constexpr bool pairwise = true, centered = false;
    template <class V> static V map(V x, V) { return x; }
    template <class V> static V combine(V a, V b) { return a + b; }
};
struct SumSquares : Sum {
    template <class V> static V map(V x, V) { return x * x; }
};
struct SumAbs : Sum {
    template <class V> static V map(V x, V) { return (x < 0 ? -x : x) + 0; }
};
struct SumSquaredDeviations : Sum {
    static constexpr bool centered = true;
    template <class V> static V map(V x, V c) { return (x - c) * (x - c); }
};
struct Prod {
    static constexpr bool pairwise = true, centered = false;
    template <class V> static V map(V x, V) { return x; }
    template <class V> static V combine(V a, V b) { return a * b; }
};
// The first NaN met stays: it compares unequal to itself and never loses. tile() has a shorter way.
struct Max {
    static constexpr bool pairwise = false, centered = false;
    template <class V> static V map(V x, V) { return x; }
    template <class V> static V combine(V a, V b) { return ((a > b) | (a != a)) ? a : b; }
    template <class V> static V ordered(V a, V b) { return a > b ? a : b; }
};
struct Min : Max {
    template <class V> static V combine(V a, V b) { return ((a < b) | (a != a)) ? a : b; }
    template <class V> static V ordered(V a, V b) { return a < b ? a : b; }
};

template <class Op, class T, class V, int U>
inline void tile(T *out, const char *x, int64_t nrows, int64_t stride, const T *center) {
    V acc[U], c[U];
#pragma GCC unroll 8
    for (int u = 0; u < U; ++u) {
        c[u] = V{};
        if constexpr (Op::centered)
            c[u] = vload<V>(reinterpret_cast<const char *>(center) + u * sizeof(V));
        acc[u] = Op::map(vload<V>(x + u * sizeof(V)), c[u]);
    }
    for (int64_t r = 1; r < nrows; ++r) {
        x += stride;
#pragma GCC unroll 8
        for (int u = 0; u < U; ++u)
            acc[u] = Op::combine(acc[u], Op::map(vload<V>(x + u * sizeof(V)), c[u]));
    }
#pragma GCC unroll 8
    for (int u = 0; u < U; ++u) vstore(reinterpret_cast<char *>(out) + u * sizeof(V), acc[u]);
}

// The integer of a float's width; the largest magnitude pattern seen tells whether a NaN was among
// the elements, which is shorter than comparing each with itself.
template <class T> using Pattern = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;

template <class Op, class T, class V, int U>
inline void extremum_tile(T *out, const char *x, int64_t nrows, int64_t stride) {
    using I = Vector<Pattern<T>, sizeof(V)>;
    const I mask = I{} + std::numeric_limits<Pattern<T>>::max();
    V acc[U];
    I magnitude[U];
#pragma GCC unroll 8
    for (int u = 0; u < U; ++u) {
        acc[u] = vload<V>(x + u * sizeof(V));
        magnitude[u] = I(acc[u]) & mask;
    }
    for (int64_t r = 1; r < nrows; ++r) {
        x += stride;
#pragma GCC unroll 8
        for (int u = 0; u < U; ++u) {
            V value = vload<V>(x + u * sizeof(V));
#if defined(__AVX512F__)
            asm("" : "+v"(value));  // or it would be loaded twice, once per operation
#endif
            I pattern = I(value) & mask;
            acc[u] = Op::ordered(acc[u], value);
            magnitude[u] = magnitude[u] > pattern ? magnitude[u] : pattern;
        }
    }
    const Pattern<T> infinity =
        sizeof(T) == 4 ? Pattern<T>(0x7f800000) : Pattern<T>(0x7ff0000000000000);
#pragma GCC unroll 8
    for (int u = 0; u < U; ++u) {
        V nan = V(magnitude[u]);  // the pattern itself is a NaN where it matters
        vstore(reinterpret_cast<char *>(out) + u * sizeof(V),
               magnitude[u] > infinity ? nan : acc[u]);
    }
}

template <class Op, class T> inline void block(T *out, const char *x, int64_t nrows, int64_t stride,
                                               int64_t width, const T *center) {
    constexpr int U = kVectorBytes == 64 ? 4 : 8;
    using V = Vector<T>;
    constexpr int64_t lanes = sizeof(V) / sizeof(T);
    int64_t j = 0;
    if constexpr (std::is_base_of_v<Max, Op> && std::is_floating_point_v<T>)
        for (; j + 4 * lanes <= width; j += 4 * lanes)
            extremum_tile<Op, T, V, 4>(out + j, x + j * int64_t(sizeof(T)), nrows, stride);
    for (; j + U * lanes <= width; j += U * lanes)
        tile<Op, T, V, U>(out + j, x + j * int64_t(sizeof(T)), nrows, stride,
                          Op::centered ? center + j : nullptr);
    for (; j + lanes <= width; j += lanes)
        tile<Op, T, V, 1>(out + j, x + j * int64_t(sizeof(T)), nrows, stride,
                          Op::centered ? center + j : nullptr);
    for (; j < width; ++j)
        tile<Op, T, T, 1>(out + j, x + j * int64_t(sizeof(T)), nrows, stride,
                          Op::centered ? center + j : nullptr);
}

template <class Op, class T> void rows(void *out_, const char *x, int64_t nrows, int64_t stride,
                                       int64_t width, const void *center_) {
    T *out = static_cast<T *>(out_);
    const T *center = static_cast<const T *>(center_);
    if (!Op::pairwise || std::is_integral_v<T> || nrows <= kRowBlock)
        return block<Op, T>(out, x, nrows, stride, width, center);
    // A binary counter of partial rows: level i holds the sum of 2^i blocks.
    constexpr int levels = 5;
    static_assert(kMaxRows / kRowBlock < 1 << levels);
    alignas(64) T partial[levels][kMaxWidth];
    int64_t blocks = 0;
    for (int64_t r = 0; r < nrows; r += kRowBlock, ++blocks) {
        int64_t n = nrows - r < kRowBlock ? nrows - r : kRowBlock;
        int level = __builtin_ctzll(~uint64_t(blocks));
        T *target = level ? out : partial[0];
        block<Op, T>(target, x + r * stride, n, stride, width, center);
        for (int i = 0; i < level; ++i) {
            T *to = i + 1 == level ? partial[level] : out;
            for (int64_t j = 0; j < width; ++j) to[j] = Op::combine(partial[i][j], out[j]);
        }
    }
    bool first = true;
    for (int i = 0; i < levels; ++i) {
        if (!(blocks >> i & 1)) continue;
        if (first)
            std::memcpy(out, partial[i], size_t(width) * sizeof(T));
        else
            for (int64_t j = 0; j < width; ++j) out[j] = Op::combine(partial[i][j], out[j]);
        first = false;
    }
}

// acc[0..lanes) = acc[0..lanes) op acc[lanes..2 lanes) op ... of W, by halving widths known when
// compiled.
template <class Op, class T, int64_t W> inline void halve(T *acc, int64_t lanes) {
    if constexpr (W > 1) {
        if (W == lanes) return;
        for (int64_t j = 0; j < W / 2; ++j) acc[j] = Op::combine(acc[j], acc[j + W / 2]);
        halve<Op, T, W / 2>(acc, lanes);
    }
}

// Combines the last elements of n, fewer than W, with acc[0..W), in which those before are.
template <class Op, class T, int64_t W, class Element>
inline void add_rest(T *acc, int64_t n, const Element &element) {
    const int64_t done = n / W * W;
    if constexpr (Op::pairwise) {
        for (int64_t j = 0; j < n - done; ++j) acc[j] = Op::combine(acc[j], element(done + j, j));
    } else if (done < n) {
        for (int64_t j = 0; j < W; ++j) acc[j] = Op::combine(acc[j], element(n - W + j, j));
    }
}

// A run of less than 2 W elements, from the largest power of two on.
template <class Op, class T, int64_t W, class Element>
inline void run_short(T *acc, int64_t n, int64_t lanes, const Element &element) {
    if constexpr (W > 1)
        if (n < W) return run_short<Op, T, W / 2>(acc, n, lanes, element);
    for (int64_t j = 0; j < W; ++j) acc[j] = element(j, j);
    add_rest<Op, T, W>(acc, n, element);
    halve<Op, T, W>(acc, lanes);
}

template <class Op, class T>
void run(void *out, const char *x, int64_t n, int64_t lanes, const void *center) {
    constexpr int64_t width = kRunBytes / sizeof(T);
    alignas(64) T acc[width];
    const T *c = static_cast<const T *>(center);
    auto element = [&](int64_t i, int64_t j) {
        T value;
        std::memcpy(&value, x + i * int64_t(sizeof(T)), sizeof(T));
        return Op::map(value, Op::centered ? c[j] : T{});
    };
    if (n < width) {
        run_short<Op, T, width / 2>(acc, n, lanes, element);
    } else {
        rows<Op, T>(acc, x, n / width, kRunBytes, width, center);
        add_rest<Op, T, width>(acc, n, element);
        halve<Op, T, width>(acc, lanes);
    }
    std::memcpy(out, acc, size_t(lanes) * sizeof(T));
}

// Integers wrap, so sums and products run on the unsigned type of the same width.
template <class T, bool = std::is_integral_v<T>> struct WrapOf {
    using type = T;
};
template <class T> struct WrapOf<T, true> {
    using type = std::make_unsigned_t<T>;
};
template <class T> using Wrap = typename WrapOf<T>::type;

template <class Op, class T> void set(IsaTable &table, RowsOp op, int t) {
    table.rows[int(op)][t] = rows<Op, T>;
    table.run[int(op)][t] = run<Op, T>;
}

template <class T> void fill(IsaTable &table, DType dtype) {
    int t = compute_index(dtype);
    set<Sum, Wrap<T>>(table, RowsOp::Sum, t);
    set<Prod, Wrap<T>>(table, RowsOp::Prod, t);
    set<Max, T>(table, RowsOp::Max, t);
    set<Min, T>(table, RowsOp::Min, t);
    if constexpr (std::is_floating_point_v<T>) {
        set<SumSquares, T>(table, RowsOp::SumSquares, t);
        set<SumAbs, T>(table, RowsOp::SumAbs, t);
        set<SumSquaredDeviations, T>(table, RowsOp::SumSquaredDeviations, t);
    }
}

}  // namespace

void fill_rows(IsaTable &table) {
    each_compute_type([&](auto zero, DType t) { fill<decltype(zero)>(table, t); });
}

}  // namespace cannsim::array::CANNSIM_ISA
