#include "reduce.h"

#include "../loops/driver.h"
#include "../loops/loops.h"
#include "isa/isa.h"
#include "parallel_nest.h"
#include "reduce_complex.h"
#include "scalar.h"

#include <algorithm>
#include <mutex>

namespace cannsim {
namespace array {
namespace {

enum { kIn = 0, kIndex = 1, kValue = 2 };
constexpr int64_t kChunkBytes = 8192, kLongChunkBytes = 16384;
constexpr int64_t kTruthChunkBytes = 1024;  // nothing beats the first that is true, or false
constexpr int64_t kLong = 1 << 20;     // bytes; short runs rather have little to search
constexpr int64_t kSegment = 1 << 17;  // elements that a thread takes at a time
constexpr int64_t kColumns = 512;

template <class T> inline bool is_nan(T x) {
    if constexpr (is_complex<T>)
        return x.real() != x.real() || x.imag() != x.imag();
    else
        return x != x;
}

template <bool Largest, class T> inline bool better(T x, T best) {
    if constexpr (is_complex<T>) {
        if (is_nan(best)) return false;
        if (is_nan(x)) return true;
        if (x.real() != best.real())
            return Largest ? x.real() > best.real() : x.real() < best.real();
        return Largest ? x.imag() > best.imag() : x.imag() < best.imag();
    } else if constexpr (std::is_floating_point_v<T>) {
        return (Largest ? x > best : x < best) | ((x != x) & (best == best));
    } else {
        return Largest ? x > best : x < best;
    }
}

struct Plan {
    DType in, compute;
    int64_t in_size;
    int64_t chunk;  // elements
    LoopFn cast;
    RunLoop extremum;
    FindLoop find = nullptr; // these are null for complex numbers
    KeepLoop keep = nullptr;
    bool index64;
};

void store_index(char *p, int64_t i, bool is64) {
    if (is64)
        store<int64_t>(p, i);
    else
        store<int32_t>(p, int32_t(i));
}

// The extreme value of each chunk by the vector loop; only the winning chunk is searched.
template <class T> struct Run {
    const Plan *plan;
    bool largest;
    bool have = false;
    T best{};
    int64_t best_chunk = 0;
    const char *best_at = nullptr;

    const T *chunk(const char *x, int64_t step, int64_t n, T *buffer) const {
        if (plan->in == plan->compute && step == int64_t(sizeof(T)))
            return reinterpret_cast<const T *>(x);
        char *args[2] = {const_cast<char *>(x), reinterpret_cast<char *>(buffer)};
        intptr_t count = n, steps[2] = {intptr_t(step), sizeof(T)};
        plan->cast(args, &count, steps);
        return buffer;
    }

    void add(const char *x, int64_t step, int64_t n, int64_t position) {
        alignas(64) T buffer[kLongChunkBytes / sizeof(T)];
        const int64_t room = plan->chunk;
        for (int64_t i = 0; i < n; i += room) {
            int64_t m = std::min(room, n - i);
            T value;
            plan->extremum(&value,
                           reinterpret_cast<const char *>(chunk(x + i * step, step, m, buffer)), m,
                           1, nullptr);
            if (have && !(largest ? better<true>(value, best) : better<false>(value, best)))
                continue;
            have = true;
            best = value;
            best_chunk = position + i;
            best_at = x + i * step;
            if (plan->compute == DType::Bool && value == T(largest)) return;
        }
    }

    int64_t find(int64_t step, int64_t n) const {
        alignas(64) T buffer[kLongChunkBytes / sizeof(T)];
        int64_t m = std::min(plan->chunk, n);
        const T *x = chunk(best_at, step, m, buffer);
        if constexpr (is_complex<T>) {
            int64_t i = 0;
            while (i + 1 < m && !(is_nan(best) ? is_nan(x[i]) : x[i] == best)) ++i;
            return best_chunk + i;
        } else {
            return best_chunk + plan->find(reinterpret_cast<const char *>(x), m, &best);
        }
    }

    // Whichever is better, or as good and earlier.
    void merge(const Run &other) {
        auto beats = [this](T x, T y) {
            return largest ? better<true>(x, y) : better<false>(x, y);
        };
        const bool worse = have && beats(best, other.best), good = have && !beats(other.best, best);
        if (!worse && (!good || other.best_chunk < best_chunk)) *this = other;
    }
};

template <class T> T load_wide(const Plan &plan, const char *p) {
    T x;
    char *args[2] = {const_cast<char *>(p), reinterpret_cast<char *>(&x)};
    intptr_t n = 1, steps[2] = {0, 0};
    plan.cast(args, &n, steps);
    return x;
}

template <class T> void by_runs(const Plan &plan, bool largest, const Nest<3> &kept, int64_t n,
                                int64_t step, bool values) {
    parallel_outer(kept, 0, n, [&](char *const *p) {
        Run<T> run{&plan, largest};
        run.add(p[kIn], step, n, 0);
        int64_t i = run.find(step, n - run.best_chunk);
        store_index(p[kIndex], i, plan.index64);
        if (values) std::memcpy(p[kValue], p[kIn] + i * step, size_t(plan.in_size));
    });
}

// Rows of the innermost kept axis advance together; indices are as wide as the elements.
template <class T, bool Largest>
void by_rows(const Plan &plan, const Nest<3> &kept, int64_t n, int64_t step, bool values) {
    using Index = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;
    int last = kept.ndim - 1;
    int64_t col_step = kept.strides[kIn][last];
    const bool in_place = !is_complex<T> && plan.in == plan.compute && col_step == int64_t(sizeof(T));
    parallel_ranges(kept.blocks(kColumns), 0, n * kColumns, [&](Odometer<3> &at_tile, int64_t count) {
        for (; count--; at_tile.next()) {
            char *const *p = at_tile.p;
            const int64_t j = at_tile.index[last] * kColumns;
            int64_t w = std::min(kColumns, kept.shape[last] - j);
            alignas(64) T best[kColumns], staged[kColumns];
            alignas(64) Index at[kColumns] = {};
            auto stage = [&](T *to, int64_t r) {
                char *args[2] = {p[kIn] + j * col_step + r * step, reinterpret_cast<char *>(to)};
                intptr_t count = w, steps[2] = {intptr_t(col_step), sizeof(T)};
                plan.cast(args, &count, steps);
            };
            stage(best, 0);
            for (int64_t r = 1; r < n; ++r) {
                const char *row = p[kIn] + j * col_step + r * step;
                if (!in_place) {
                    stage(staged, r);
                    row = reinterpret_cast<const char *>(staged);
                }
                if constexpr (is_complex<T>) {
                    for (int64_t c = 0; c < w; ++c)
                        if (better<Largest>(staged[c], best[c])) best[c] = staged[c], at[c] = Index(r);
                } else {
                    plan.keep(best, at, row, w, r);
                }
            }
            for (int64_t c = 0; c < w; ++c) {
                store_index(p[kIndex] + (j + c) * kept.strides[kIndex][last], at[c], plan.index64);
                if (values)
                    std::memcpy(p[kValue] + (j + c) * kept.strides[kValue][last],
                                p[kIn] + (j + c) * col_step + at[c] * step, size_t(plan.in_size));
            }
        }
    });
}

// A long line: each thread searches segments, and the earliest of the best wins.
template <class T> void add_segments(Run<T> &run, const char *x, int64_t step, int64_t n) {
    struct Line {
        const Run<T> empty; // what each thread starts with; `run` changes meanwhile
        Run<T> &run;
        const char *x;
        int64_t step;
        std::mutex mutex;
    } line{run, run, x, step, {}};
    parallel_for(
        n, kSegment,
        [](void *context, int64_t begin, int64_t end) {
            Line &line = *static_cast<Line *>(context);
            Run<T> mine = line.empty;
            mine.add(line.x + begin * line.step, line.step, end - begin, begin);
            std::lock_guard<std::mutex> lock(line.mutex);
            line.run.merge(mine);
        },
        &line);
}

// A line of n elements; `value` may be null.
template <class T>
void one_line(const Plan &plan, bool largest, const char *x, int64_t n, int64_t step, char *index,
              char *value) {
    Run<T> run{&plan, largest};
    if (n > 2 * kSegment)
        add_segments(run, x, step, n);
    else
        run.add(x, step, n, 0);
    const int64_t i = run.find(step, n - run.best_chunk);
    store_index(index, i, plan.index64);
    if (value) std::memcpy(value, x + i * step, size_t(plan.in_size));
}

// The whole array in C order, whatever its strides.
template <class T>
void flattened(const Plan &plan, bool largest, Nest<1> nest, const View *value, const View &index) {
    nest.coalesce();
    int last = nest.ndim - 1;
    int64_t n = nest.ndim ? nest.shape[last] : 1, step = nest.ndim ? nest.strides[0][last] : 0;
    if (nest.ndim <= 1)
        return one_line<T>(plan, largest, nest.data[0], n, step, index.data,
                           value ? value->data : nullptr);
    Run<T> run{&plan, largest};
    int64_t position = 0;
    for_each_outer(nest, 1, [&](char *const *p) {
        run.add(p[0], step, n, position);
        position += n;
    });
    int64_t offset = run.best_chunk % n;
    int64_t i = run.find(step, n - offset);
    store_index(index.data, i, plan.index64);
    if (value)
        std::memcpy(value->data, run.best_at + (i - run.best_chunk) * step, size_t(plan.in_size));
}

// The axes of `v` that correspond to in's axes other than `axis`.
bool strip(const View &v, const View &in, int axis, View *out) {
    *out = v;
    if (v.ndim == in.ndim) {
        if (v.shape[axis] != 1) return false;
        for (int i = axis; i + 1 < v.ndim; ++i) {
            out->shape[i] = v.shape[i + 1];
            out->strides[i] = v.strides[i + 1];
        }
        --out->ndim;
    }
    if (out->ndim != in.ndim - 1) return false;
    for (int i = 0; i < out->ndim; ++i)
        if (out->shape[i] != in.shape[i + (i >= axis)]) return false;
    return true;
}

}  // namespace
}  // namespace array

Status arg_reduce(bool largest, const View *value, const View &index, const View &in, int axis) {
    using namespace array;
    if (index.dtype != DType::Int64 && index.dtype != DType::Int32) return Status::UnsupportedDType;
    if (value && value->dtype != in.dtype) return Status::UnsupportedDType;
    if (itemsize(in.dtype) == 0) return Status::UnsupportedDType;
    Plan plan;
    plan.in = in.dtype;
    plan.compute = is_half_dtype(in.dtype) ? DType::Float32 : in.dtype;
    plan.in_size = itemsize(in.dtype);
    const bool is_long = in.size() * plan.in_size >= kLong;
    const int64_t chunk =
        in.dtype == DType::Bool ? kTruthChunkBytes : is_long ? kLongChunkBytes : kChunkBytes;
    plan.chunk = chunk / itemsize(plan.compute);
    plan.cast = find_cast(plan.in, plan.compute);
    plan.index64 = index.dtype == DType::Int64;
    RowsOp op = largest ? RowsOp::Max : RowsOp::Min;
    plan.extremum = is_complex_dtype(plan.compute)
                        ? complex_run(op, plan.compute)
                        : isa().run[int(op)][compute_index(plan.compute)];
    if (const int i = compute_index(plan.compute); i >= 0) {
        plan.find = isa().find[i];
        plan.keep = (largest ? isa().keep_largest : isa().keep_least)[i];
    }

    View kept_index, kept_value;
    if (axis >= 0) {
        if (axis >= in.ndim || !strip(index, in, axis, &kept_index)) return Status::BadArgument;
        if (value && !strip(*value, in, axis, &kept_value)) return Status::BadArgument;
        if (kept_index.size() == 0) return Status::Ok;
        if (in.shape[axis] == 0) return Status::BadArgument;
    } else {
        if (index.size() != 1 || (value && value->size() != 1) || in.size() == 0)
            return Status::BadArgument;
    }
    visit_dtype(plan.compute, [&](auto tag) {
        using T = Wide<typename decltype(tag)::type>;
        if (axis < 0) return flattened<T>(plan, largest, nest_of<1>({&in}), value, index);
        int64_t n = in.shape[axis], step = in.strides[axis];
        Nest<3> kept;
        kept.data[kIn] = in.data;
        kept.data[kIndex] = index.data;
        kept.data[kValue] = value ? value->data : nullptr;
        for (int i = 0, k = 0; i < in.ndim; ++i) {
            if (i == axis) continue;
            kept.add_axis(in.shape[i], {in.strides[i], kept_index.strides[k],
                                        value ? kept_value.strides[k] : 0});
            ++k;
        }
        kept.sort_axes(kIn);
        kept.coalesce();
        if (kept.ndim == 0)
            return one_line<T>(plan, largest, kept.data[kIn], n, step, kept.data[kIndex],
                               kept.data[kValue]);
        bool rows = n < INT32_MAX &&
                    std::llabs(kept.strides[kIn][kept.ndim - 1]) < std::llabs(step) &&
                    kept.shape[kept.ndim - 1] >= 8;
        if (!rows)
            by_runs<T>(plan, largest, kept, n, step, value);
        else if (largest)
            by_rows<T, true>(plan, kept, n, step, value);
        else
            by_rows<T, false>(plan, kept, n, step, value);
    });
    return Status::Ok;
}

}  // namespace cannsim
