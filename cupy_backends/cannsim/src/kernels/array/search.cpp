#include "search.h"

#include "../loops/driver.h"
#include "../loops/loops.h"
#include "copy.h"
#include "isa/isa.h"
#include "parallel_nest.h"
#include "reduce.h"
#include "scratch.h"
#include "sort_keys.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

namespace cannsim {
namespace array {
namespace {

// What the order of two elements is told by.
template <class T> inline auto rank(T x) {
    if constexpr (is_complex<T>)
        return x;
    else if constexpr (is_float<T>)
        return order_key<T>(x);
    else
        return widen(x);
}
template <class R> inline bool before(R a, R b) {
    if constexpr (is_complex<R>)
        return complex_less(a, b);
    else
        return a < b;
}

// Halving without branches: the answers lie in [base, base + n]. Several at once, so that one need
// not wait for another's memory.
constexpr int kTogether = 16;

template <bool right, class T>
void bounds(const char *const *sorted, int64_t n, const T *x, int64_t *base) {
    decltype(rank(T())) ranks[kTogether];
    for (int q = 0; q < kTogether; ++q) {
        ranks[q] = rank(x[q]);
        base[q] = 0;
    }
    const auto goes_right = [&](int q, int64_t i) {
        const auto y = rank(load<T>(sorted[q] + i * int64_t(sizeof(T))));
        return right ? !before(ranks[q], y) : before(y, ranks[q]);
    };
    while (n > 1) {
        const int64_t half = n / 2;
        for (int q = 0; q < kTogether; ++q) base[q] += goes_right(q, base[q] + half - 1) ? half : 0;
        n -= half;
    }
    for (int q = 0; n == 1 && q < kTogether; ++q) base[q] += goes_right(q, base[q]);
}

// Calls f(address of the result, value, bound) for each point of (result, value, table).
template <class T, class F> void each_bound(const Nest<3> &nest, int64_t n, bool right, F &&f) {
    parallel_ranges(nest, 0, 16, [&](Odometer<3> &at, int64_t points) {
        while (points > 0) {
            const int count = int(std::min<int64_t>(points, kTogether));
            char *to[kTogether];
            const char *sorted[kTogether];
            T x[kTogether];
            int64_t found[kTogether];
            for (int q = 0; q < count; ++q, at.next()) {
                to[q] = at.p[0];
                x[q] = load<T>(at.p[1]);
                sorted[q] = at.p[2];
            }
            for (int q = count; q < kTogether; ++q) x[q] = x[0], sorted[q] = sorted[0];
            right ? bounds<true>(sorted, n, x, found) : bounds<false>(sorted, n, x, found);
            for (int q = 0; q < count; ++q) f(to[q], x[q], found[q]);
            points -= count;
        }
    });
}

// Many values in one table: keys of both are compared, several at once.
template <class T>
bool by_keys(const Nest<3> &nest, const char *sorted, int64_t n, bool right, bool is64) {
    using K = std::conditional_t<(sizeof(T) > 4), uint64_t, uint32_t>;
    using I = std::conditional_t<(sizeof(T) > 4), int64_t, int32_t>;
    constexpr int64_t kBlock = 256;
    Scratch memory(n * int64_t(sizeof(K)));
    if (!memory) return false;
    K *table = memory.as<K>();
    for (int64_t i = 0; i < n; ++i)
        table[i] = K(order_key<T>(load<T>(sorted + i * int64_t(sizeof(T)))));
    parallel_ranges(nest, 0, kBlock, [&](Odometer<3> &at, int64_t points) {
        while (points > 0) {
            const int64_t count = std::min(points, kBlock);
            char *to[kBlock];
            K x[kBlock];
            I found[kBlock];
            for (int64_t q = 0; q < count; ++q, at.next()) {
                to[q] = at.p[0];
                x[q] = K(order_key<T>(load<T>(at.p[1])));
            }
            if constexpr (sizeof(T) > 4)
                isa().bounds64(table, n, right, x, count, found);
            else
                isa().bounds(table, n, right, x, count, found);
            for (int64_t q = 0; q < count; ++q)
                is64 ? store<int64_t>(to[q], found[q]) : store<int32_t>(to[q], int32_t(found[q]));
            points -= count;
        }
    });
    return true;
}

// Contiguous copy, or the view itself.
Status contiguous(View v, Scratch &memory, View *out) {
    *out = v;
    if (is_contiguous(v)) return Status::Ok;
    if (!memory) return Status::OutOfMemory;
    out->data = memory.get();
    set_contiguous(*out);
    return copy(*out, v);
}

}  // namespace
}  // namespace array

Status searchsorted(const View &out, const View &sorted_, const View &values, const View *sorter,
                    bool right) {
    using namespace array;
    View sorted = sorted_;
    if (sorted.dtype != values.dtype || itemsize(values.dtype) == 0)
        return Status::UnsupportedDType;
    if (out.dtype != DType::Int64 && out.dtype != DType::Int32) return Status::UnsupportedDType;
    if (!same_shape(out, values) || sorted.ndim == 0) return Status::BadArgument;
    bool many = sorted.ndim > 1;
    if (many) {
        if (sorted.ndim != values.ndim) return Status::BadArgument;
        for (int i = 0; i + 1 < sorted.ndim; ++i)
            if (sorted.shape[i] != values.shape[i]) return Status::BadArgument;
    }
    if (sorter && (!same_shape(*sorter, sorted) ||
                   (sorter->dtype != DType::Int64 && sorter->dtype != DType::Int32)))
        return Status::BadArgument;
    if (values.size() == 0) return Status::Ok;
    int64_t n = sorted.shape[sorted.ndim - 1], width = itemsize(sorted.dtype);
    Scratch memory(sorter || !is_contiguous(sorted) ? sorted.size() * width : 0);
    if (!memory) return Status::OutOfMemory;
    if (sorter && n > 0) {
        View flat = sorted;
        flat.data = memory.get();
        set_contiguous(flat);
        const View *views[3] = {&flat, &sorted, sorter};
        Nest<3> nest = nest_of<3>({views[0], views[1], views[2]});
        int64_t step = sorted.strides[sorted.ndim - 1],
                order_step = sorter->strides[sorter->ndim - 1];
        bool is64 = sorter->dtype == DType::Int64, good = true;
        for_each_outer(nest, 1, [&](char *const *p) {
            for (int64_t i = 0; i < n; ++i) {
                int64_t at = load_index(p[2] + i * order_step, is64);
                if (at < 0) at += n;
                if (at < 0 || at >= n)
                    good = false;
                else
                    std::memcpy(p[0] + i * width, p[1] + at * step, size_t(width));
            }
        });
        if (!good) return Status::IndexOutOfRange;
        sorted = flat;
    } else {
        Status s = contiguous(sorted, memory, &sorted);
        if (s != Status::Ok) return s;
    }
    View table = values;  // walks `sorted` with the leading axes, stands still along the last
    table.data = sorted.data;
    for (int i = 0; i < values.ndim; ++i)
        table.strides[i] = many && i + 1 < values.ndim ? sorted.strides[i] : 0;
    Nest<3> nest = nest_of<3>({&out, &values, &table});
    bool is64 = out.dtype == DType::Int64;
    visit_dtype(values.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (!is_complex<T>)
            if (!many && n > 0 && n <= 4 * values.size() && n < (int64_t(1) << 31) &&
                by_keys<T>(nest, sorted.data, n, right, is64))
                return;
        each_bound<T>(nest, n, right, [=](char *to, T, int64_t at) {
            if (is64)
                store<int64_t>(to, at);
            else
                store<int32_t>(to, int32_t(at));
        });
    });
    return Status::Ok;
}

namespace array {
namespace {

// The elements in C order as `dtype`: where they are if they lie so, else copied into `memory`.
Status line_up(const View &in, DType dtype, std::optional<Scratch> &memory,
               const char **data) {
    *data = in.data;
    if (in.dtype == dtype && is_contiguous(in)) return Status::Ok;
    memory.emplace(in.size() * itemsize(dtype));
    if (!*memory) return Status::OutOfMemory;
    View flat = in;
    flat.dtype = dtype;
    flat.data = memory->get();
    set_contiguous(flat);
    *data = flat.data;
    return copy(flat, in);
}

// Equal neighbours would wait for each other's sum, so they go to different counters.
void count_keys(const int64_t *at, int64_t n, int64_t *counts, int64_t bins) {
    constexpr int64_t kFew = 1024;
    if (bins > kFew || n < 4 * bins) {
        for (int64_t i = 0; i < n; ++i) ++counts[at[i]];
        return;
    }
    uint32_t parts[4][kFew];
    const int64_t most = int64_t(1) << 31; // what a counter holds
    for (int64_t first = 0; first < n; first += most) {
        const int64_t last = std::min(n, first + most);
        std::memset(parts, 0, sizeof parts);
        int64_t i = first;
        for (; i + 4 <= last; i += 4)
            for (int k = 0; k < 4; ++k) ++parts[k][at[i + k]];
        for (; i < last; ++i) ++parts[0][at[i]];
        for (int64_t b = 0; b < bins; ++b)
            counts[b] += int64_t(parts[0][b]) + parts[1][b] + parts[2][b] + parts[3][b];
    }
}

} // namespace
} // namespace array

Status bincount(const View &out, const View &in, const View *weights, int64_t *bad) {
    using namespace array;
    if (out.ndim != 1 || (weights && !same_shape(*weights, in))) return Status::BadArgument;
    if (is_float_dtype(in.dtype) || is_complex_dtype(in.dtype) || out.dtype == DType::Bool)
        return Status::UnsupportedDType;
    DType total = weights ? (is_half_dtype(out.dtype) ? DType::Float32 : out.dtype) : DType::Int64;
    const int64_t n = in.size(), bins = out.shape[0];
    std::optional<Scratch> keys, factors, sums;
    const char *key_data, *factor_data = nullptr;
    Status s = line_up(in, DType::Int64, keys, &key_data);
    if (s == Status::Ok && weights) s = line_up(*weights, total, factors, &factor_data);
    if (s != Status::Ok) return s;
    View result = out;
    if (out.dtype != total || !is_contiguous(out)) {
        sums.emplace(bins * itemsize(total));
        if (!*sums) return Status::OutOfMemory;
        result.dtype = total;
        result.data = sums->get();
        set_contiguous(result);
    }
    if ((s = fill_zero(result)) != Status::Ok) return s;
    const int64_t *at = reinterpret_cast<const int64_t *>(key_data);
    int64_t least = 0, largest = -1;
    if (n) isa().limits(at, n, &least, &largest);
    if (n && (least < 0 || largest >= bins)) {
        if (bad) *bad = std::find_if(at, at + n, [&](int64_t k) { return k < 0 || k >= bins; }) - at;
        return Status::IndexOutOfRange;
    }
    if (!weights) {
        count_keys(at, n, reinterpret_cast<int64_t *>(result.data), bins);
    } else {
        visit_dtype(total, [&](auto tag) {
            using T = Wide<typename decltype(tag)::type>;
            T *to = reinterpret_cast<T *>(result.data);
            const T *w = reinterpret_cast<const T *>(factor_data);
            for (int64_t i = 0; i < n; ++i) to[at[i]] = T(to[at[i]] + w[i]);
        });
    }
    return sums ? copy(out, result) : Status::Ok;
}

Status histc(const View &out, const View &in, double low, double high) {
    using namespace array;
    if (out.ndim != 1 || out.shape[0] < 1 || !(low <= high)) return Status::BadArgument;
    if (is_complex_dtype(in.dtype)) return Status::UnsupportedDType;
    int64_t n = in.size(), bins = out.shape[0];
    Scratch memory(n * 8), counts(bins * 8);
    if (!memory || !counts) return Status::OutOfMemory;
    View flat = in;
    flat.dtype = DType::Float64;
    flat.data = memory.get();
    set_contiguous(flat);
    Status s = copy(flat, in);
    if (s != Status::Ok) return s;
    const double *x = memory.as<double>();
    if (low == high && n > 0) {
        low = *std::min_element(x, x + n);
        high = *std::max_element(x, x + n);
    }
    if (low == high) {
        low -= 1;
        high += 1;
    }
    if (!std::isfinite(low) || !std::isfinite(high)) return Status::BadArgument;
    int64_t *count = counts.as<int64_t>();
    std::fill_n(count, bins, 0);
    for (int64_t i = 0; i < n; ++i) {
        if (!(x[i] >= low && x[i] <= high)) continue;
        int64_t bin = int64_t((x[i] - low) / (high - low) * double(bins));
        ++count[std::min(bin, bins - 1)];
    }
    View result = out;
    result.dtype = DType::Int64;
    result.data = counts.get();
    set_contiguous(result);
    return copy(out, result);
}

Status isin(const View &out, const View &in, const View &test, bool invert) {
    using namespace array;
    if (in.dtype != test.dtype || itemsize(in.dtype) == 0) return Status::UnsupportedDType;
    if (itemsize(out.dtype) != 1 || !same_shape(out, in)) return Status::BadArgument;
    int64_t n = test.size();
    Scratch memory(n * itemsize(test.dtype));
    if (!memory) return Status::OutOfMemory;
    View flat = test;
    flat.data = memory.get();
    set_contiguous(flat);
    Status s = copy(flat, test);
    if (s != Status::Ok) return s;
    if (!sort_contiguous(test.dtype, flat.data, n)) return Status::OutOfMemory;
    if (in.size() == 0) return Status::Ok;
    View table = in; // the same everywhere
    table.data = flat.data;
    for (int64_t &stride : table.strides) stride = 0;
    Nest<3> nest = nest_of<3>({&out, &in, &table});
    nest.coalesce();
    visit_dtype(in.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        each_bound<T>(nest, n, false, [&](char *to, T x, int64_t at) {
            bool found = at < n && widen(load<T>(flat.data + at * int64_t(sizeof(T)))) == widen(x);
            *to = char(found != invert);
        });
    });
    return Status::Ok;
}

}  // namespace cannsim
