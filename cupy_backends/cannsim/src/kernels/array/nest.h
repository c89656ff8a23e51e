// Loop nests over several operands: drop trivial axes, order them by stride, merge neighbours,
// iterate. Internal to the array kernels.
#pragma once

#include "../view.h"

#include <cstdlib>
#include <utility>

namespace cannsim::array {

constexpr int kMaxNest = 2 * kMaxRank;

template <int N> struct Nest {
    int ndim = 0;
    int64_t shape[kMaxNest];
    int64_t strides[N][kMaxNest];
    char *data[N];

    void add_axis(int64_t extent, const int64_t (&step)[N]) {
        shape[ndim] = extent;
        for (int k = 0; k < N; ++k) strides[k][ndim] = step[k];
        ++ndim;
    }

    void remove_axis(int axis) {
        for (int i = axis; i + 1 < ndim; ++i) {
            shape[i] = shape[i + 1];
            for (int k = 0; k < N; ++k) strides[k][i] = strides[k][i + 1];
        }
        --ndim;
    }

    void swap_axes(int i, int j) {
        std::swap(shape[i], shape[j]);
        for (int k = 0; k < N; ++k) std::swap(strides[k][i], strides[k][j]);
    }

    int64_t size() const {
        int64_t n = 1;
        for (int i = 0; i < ndim; ++i) n *= shape[i];
        return n;
    }

    // Walks axes whose stride in operand `k` is negative from their other end.
    void make_positive(int k) {
        for (int i = 0; i < ndim; ++i) {
            if (strides[k][i] >= 0) continue;
            for (int m = 0; m < N; ++m) {
                data[m] += (shape[i] - 1) * strides[m][i];
                strides[m][i] = -strides[m][i];
            }
        }
    }

    // The same outer axes; the innermost one counts blocks of `width` elements and moves nothing.
    Nest blocks(int64_t width) const {
        Nest tiles = *this;
        const int last = ndim - 1;
        tiles.shape[last] = (shape[last] + width - 1) / width;
        for (auto &steps : tiles.strides) steps[last] = 0;
        return tiles;
    }

    // Largest stride of operand `k` first; the other operands decide between equals.
    void sort_axes(int k) {
        auto before = [&](int i, int j) {  // axis i belongs inside axis j
            for (int m = 0; m < N; ++m) {
                int op = (k + m) % N;
                int64_t a = std::llabs(strides[op][i]), b = std::llabs(strides[op][j]);
                if (a != b) return a < b;
            }
            return false;
        };
        for (int i = 1; i < ndim; ++i)
            for (int j = i; j > 0 && before(j - 1, j); --j) swap_axes(j - 1, j);
    }

    // Removes axes of extent 1 and merges each axis with its inner neighbour where all strides
    // allow.
    void coalesce() {
        int out = 0;
        for (int i = 0; i < ndim; ++i) {
            if (shape[i] == 1) continue;
            bool merge = out > 0;
            for (int k = 0; merge && k < N; ++k)
                merge = strides[k][out - 1] == strides[k][i] * shape[i];
            int to = merge ? out - 1 : out++;
            shape[to] = merge ? shape[to] * shape[i] : shape[i];
            for (int k = 0; k < N; ++k) strides[k][to] = strides[k][i];
        }
        ndim = out;
    }
};

template <int N> inline void bind(Nest<N> &nest, int k, const View &v) { nest.data[k] = v.data; }

// Nest over the common shape of same-rank views.
template <int N> inline Nest<N> nest_of(const View *const (&views)[N]) {
    Nest<N> nest;
    for (int k = 0; k < N; ++k) nest.data[k] = views[k]->data;
    for (int i = 0; i < views[0]->ndim; ++i) {
        int64_t step[N];
        for (int k = 0; k < N; ++k) step[k] = views[k]->strides[i];
        nest.add_axis(views[0]->shape[i], step);
    }
    return nest;
}

// Odometer over the first `axes` axes of a nest; `p` are the operands' current addresses.
template <int N> struct Odometer {
    const Nest<N> &nest;
    int axes;
    char *p[N];
    int64_t index[kMaxNest] = {};

    Odometer(const Nest<N> &n, int axes) : nest(n), axes(axes) {
        for (int k = 0; k < N; ++k) p[k] = n.data[k];
    }

    // Positions at the `i`-th point in C order.
    void seek(int64_t i) {
        for (int k = 0; k < N; ++k) p[k] = nest.data[k];
        for (int a = axes - 1; a >= 0; --a) {
            index[a] = i % nest.shape[a];
            i /= nest.shape[a];
            for (int k = 0; k < N; ++k) p[k] += index[a] * nest.strides[k][a];
        }
    }

    bool next() {
        for (int a = axes - 1; a >= 0; --a) {
            if (++index[a] < nest.shape[a]) {
                for (int k = 0; k < N; ++k) p[k] += nest.strides[k][a];
                return true;
            }
            index[a] = 0;
            for (int k = 0; k < N; ++k) p[k] -= (nest.shape[a] - 1) * nest.strides[k][a];
        }
        return false;
    }
};

// Calls f(p) for every point of the axes outside the innermost `inner` ones; p[k] are addresses.
template <int N, class F> inline void for_each_outer(const Nest<N> &nest, int inner, F &&f) {
    int axes = nest.ndim > inner ? nest.ndim - inner : 0;
    for (int a = 0; a < nest.ndim; ++a)
        if (nest.shape[a] == 0) return;
    Odometer<N> it(nest, axes);
    do f(it.p);
    while (it.next());
}

// Right-aligned broadcast of `src` to the shape of `like`; false when shapes do not fit.
inline bool broadcast_to(const View &src, const View &like, View *out) {
    int lead = like.ndim - src.ndim;
    if (lead < 0) return false;
    *out = src;
    out->ndim = like.ndim;
    for (int i = 0; i < like.ndim; ++i) {
        out->shape[i] = like.shape[i];
        if (i < lead) {
            out->strides[i] = 0;
        } else if (src.shape[i - lead] == like.shape[i]) {
            out->strides[i] = src.strides[i - lead];
        } else if (src.shape[i - lead] == 1) {
            out->strides[i] = 0;
        } else {
            return false;
        }
    }
    return true;
}

inline void set_contiguous(View &v) {
    int64_t step = itemsize(v.dtype);
    for (int i = v.ndim - 1; i >= 0; --i) {
        v.strides[i] = step;
        step *= v.shape[i];
    }
}

// The matrix of the last two axes at p.
inline View matrix_at(const View &v, char *p) {
    View m;
    m.data = p;
    m.dtype = v.dtype;
    m.ndim = 2;
    for (int i = 0; i < 2; ++i) {
        m.shape[i] = v.shape[v.ndim - 2 + i];
        m.strides[i] = v.strides[v.ndim - 2 + i];
    }
    return m;
}

inline View dense_matrix(void *data, DType t, int64_t rows, int64_t columns) {
    View v;
    v.data = static_cast<char *>(data);
    v.dtype = t;
    v.ndim = 2;
    v.shape[0] = rows;
    v.shape[1] = columns;
    set_contiguous(v);
    return v;
}

inline bool is_contiguous(const View &v) {
    int64_t step = itemsize(v.dtype);
    for (int i = v.ndim - 1; i >= 0; --i) {
        if (v.shape[i] == 0) return true;
        if (v.shape[i] != 1 && v.strides[i] != step) return false;
        step *= v.shape[i];
    }
    return true;
}

inline bool same_shape(const View &a, const View &b) {
    if (a.ndim != b.ndim) return false;
    for (int i = 0; i < a.ndim; ++i)
        if (a.shape[i] != b.shape[i]) return false;
    return true;
}

}  // namespace cannsim::array
