#include "sort.h"

#include "copy_nest.h"
#include "isa/isa.h"
#include "parallel_nest.h"
#include "scratch.h"
#include "sort_keys.h"

#include <algorithm>
#include <atomic>

namespace cannsim {
namespace array {
namespace {

enum { kIn = 0, kValues = 1, kIndices = 2 };
constexpr int64_t kGrain = 32768;

void write_indices(char *to, int64_t step, const int64_t *order, int64_t n, bool is64) {
    parallel_pieces(n, kGrain, [=](int64_t begin, int64_t end) {
        if (is64)
            for (int64_t i = begin; i < end; ++i) store<int64_t>(to + i * step, order[i]);
        else
            for (int64_t i = begin; i < end; ++i) store<int32_t>(to + i * step, int32_t(order[i]));
    });
}

void reverse(char *x, int64_t n, int width) {
    visit_width(width, [&](auto tag) {
        using T = typename decltype(tag)::type;
        T *y = reinterpret_cast<T *>(x);
        std::reverse(y, y + n);
    });
}

// The lines along one axis and where their results go.
struct Lines {
    Nest<3> nest;
    int64_t n, in_step, values_step = 0, indices_step = 0;
    int width;
    bool index64 = true;
};

View as_vector(const View &v) {
    View w = v;
    if (w.ndim == 0) {
        w.ndim = 1;
        w.shape[0] = 1;
        w.strides[0] = 0;
    }
    return w;
}

// Outputs have in's shape but for extent `k` along the axis, or (k == 1) lack the axis.
Status make_lines(Lines &lines, const View *values, const View *indices, const View &in_, int axis,
                  int64_t k, bool may_lack) {
    View in = as_vector(in_);
    if (axis < 0 || axis >= in.ndim) return Status::BadArgument;
    if (itemsize(in.dtype) == 0) return Status::UnsupportedDType;
    if (values && values->dtype != in.dtype) return Status::UnsupportedDType;
    if (indices && indices->dtype != DType::Int64 && indices->dtype != DType::Int32)
        return Status::UnsupportedDType;
    View out[2];
    const View *given[2] = {values, indices};
    for (int o = 0; o < 2; ++o) {
        if (!given[o]) continue;
        View v = *given[o];
        if (v.ndim == in.ndim - 1 && (may_lack || in_.ndim == 0)) {
            for (int i = v.ndim; i > axis; --i)
                v.shape[i] = v.shape[i - 1], v.strides[i] = v.strides[i - 1];
            v.shape[axis] = 1;
            v.strides[axis] = 0;
            ++v.ndim;
        }
        if (v.ndim != in.ndim) return Status::BadArgument;
        for (int i = 0; i < in.ndim; ++i)
            if (v.shape[i] != (i == axis ? k : in.shape[i])) return Status::BadArgument;
        out[o] = v;
    }
    lines.nest.data[kIn] = in.data;
    lines.nest.data[kValues] = values ? values->data : nullptr;
    lines.nest.data[kIndices] = indices ? indices->data : nullptr;
    for (int i = 0; i < in.ndim; ++i)
        if (i != axis)
            lines.nest.add_axis(in.shape[i], {in.strides[i], values ? out[0].strides[i] : 0,
                                              indices ? out[1].strides[i] : 0});
    lines.nest.coalesce();
    lines.n = in.shape[axis];
    lines.in_step = in.strides[axis];
    if (values) lines.values_step = out[0].strides[axis];
    if (indices) lines.indices_step = out[1].strides[axis];
    lines.width = itemsize(in.dtype);
    lines.index64 = indices && indices->dtype == DType::Int64;
    return Status::Ok;
}

bool any_empty(const Lines &lines) { return lines.n == 0 || lines.nest.size() == 0; }

// The indices of the k best in order. Keys of up to 32 bits need no full sort.
Status best_order(DType t, const char *line, int64_t n, int64_t k, bool largest, int64_t *order,
                  char *elements) {
    if (k < n / 4 && itemsize(t) <= 4 && n < int64_t(1) << 32) {
        uint64_t *packed = reinterpret_cast<uint64_t *>(order);
        visit_dtype(t, [&](auto tag) {
            using T = typename decltype(tag)::type;
            if constexpr (!is_complex<T> && sizeof(T) <= 4)
                for (int64_t i = 0; i < n; ++i) {
                    uint32_t key = order_key<T>(load<T>(line + i * int64_t(sizeof(T))));
                    packed[i] = uint64_t(largest ? ~key : key) << 32 | uint64_t(i);
                }
        });
        std::nth_element(packed, packed + k, packed + n);
        std::sort(packed, packed + k);
        for (int64_t i = 0; i < k; ++i) order[i] = int64_t(packed[i] & 0xffffffff);
        return Status::Ok;
    }
    return order_contiguous(t, line, n, largest, order, elements);
}

// Writes order[begin, begin + count) of each line, as f(x, order, elements) finds it. f is asked for the
// elements too (else null) where all of them are wanted one after the other.
template <class F> Status each_line(const Lines &lines, int64_t begin, int64_t count,
                                    const View *values, const View *indices, F &&f) {
    std::atomic<Status> result{Status::Ok};
    const bool whole = count == lines.n;
    const bool direct = whole && indices && lines.index64 && lines.indices_step == 8;
    parallel_ranges(lines.nest, 0, lines.n, [&](Odometer<3> &at, int64_t points) {
        Scratch line(lines.n * lines.width), memory(direct ? 0 : lines.n * 8);
        Status status = line && memory ? Status::Ok : Status::OutOfMemory;
        for (; points-- && status == Status::Ok; at.next()) {
            const char *x = at.p[kIn];
            if (lines.in_step != lines.width) {
                copy_line(line.get(), lines.width, x, lines.in_step, lines.n, lines.width);
                x = line.get();
            }
            int64_t *order = direct ? reinterpret_cast<int64_t *>(at.p[kIndices])
                                    : memory.template as<int64_t>();
            const bool in_place = values && at.p[kValues] == x;
            const bool together =
                whole && values && !in_place && lines.values_step == lines.width;
            status = f(x, order, together ? at.p[kValues] : nullptr);
            if (status != Status::Ok) break;
            if (in_place) {  // the line is needed while it is written
                std::memcpy(line.get(), x, size_t(lines.n * lines.width));
                x = line.get();
            }
            const int64_t *chosen = order + begin;
            if (values && !together)
                pick(at.p[kValues], lines.values_step, x, chosen, count, lines.width);
            if (indices && !direct)
                write_indices(at.p[kIndices], lines.indices_step, chosen, count, lines.index64);
        }
        if (status != Status::Ok) result.store(status);
    });
    return result;
}

constexpr int64_t kPanel = 32768;         // elements that fit into a cache with what sorts them
constexpr int64_t kNarrow = 16, kTall = 65536; // lines of a panel at least; longer lines make no panel

// Whether the neighbours of elements belong to other lines; places may also follow one another.
bool lines_adjoin(const Lines &lines, const View *values) {
    const int last = lines.nest.ndim - 1;
    if (last < 0 || lines.in_step == lines.width || lines.n > kTall || !lines.index64) return false;
    const auto step = [&](int k) { return lines.nest.strides[k][last]; };
    return lines.nest.shape[last] >= kNarrow && step(kIn) == lines.width &&
           (!values || step(kValues) == lines.width) && (step(kIndices) == 8 || lines.indices_step == 8);
}

// The same as each_line for whole lines that adjoin: some at a time are transposed into a cache and back.
template <class F> Status each_panel(const Lines &lines, const View *values, F &&f) {
    const int64_t n = lines.n, width = lines.width, length = n * width;
    const int last = lines.nest.ndim - 1;
    const int64_t most = std::max(kNarrow, kPanel / n), apart = lines.nest.strides[kIndices][last];
    const bool direct = lines.indices_step == 8;
    std::atomic<Status> result{Status::Ok};
    parallel_ranges(lines.nest.blocks(most), 0, n * most, [&](Odometer<3> &at, int64_t points) {
        Scratch in(most * length), out(values ? most * length : 0), orders(direct ? 0 : most * n * 8);
        Status status = in && out && orders ? Status::Ok : Status::OutOfMemory;
        for (; points-- && status == Status::Ok; at.next()) {
            const int64_t first = at.index[last] * most;
            const int64_t count = std::min(most, lines.nest.shape[last] - first);
            char *const places = at.p[kIndices] + first * apart;
            isa().transpose(lines.width, in.get(), length, at.p[kIn] + first * width, lines.in_step, n, count);
            for (int64_t i = 0; i < count && status == Status::Ok; ++i)
                status = f(in.get() + i * length,
                           direct ? reinterpret_cast<int64_t *>(places + i * apart)
                                  : orders.template as<int64_t>() + i * n,
                           values ? out.get() + i * length : nullptr);
            if (values)
                isa().transpose(lines.width, at.p[kValues] + first * width, lines.values_step, out.get(),
                                length, count, n);
            if (!direct) isa().transpose(8, places, lines.indices_step, orders.get(), n * 8, count, n);
        }
        if (status != Status::Ok) result.store(status);
    });
    return result;
}

}  // namespace
}  // namespace array

Status sort(const View *values, const View *indices, const View &in, int axis, bool descending) {
    using namespace array;
    Lines lines;
    int64_t n = in.ndim == 0 ? 1 : axis >= 0 && axis < in.ndim ? in.shape[axis] : 0;
    Status s = make_lines(lines, values, indices, in, axis, n, false);
    if (s != Status::Ok || any_empty(lines)) return s;
    if (indices) {
        const auto order_line = [&](const char *x, int64_t *order, char *elements) {
            return order_contiguous(in.dtype, x, lines.n, descending, order, elements);
        };
        return lines_adjoin(lines, values) ? each_panel(lines, values, order_line)
                                           : each_line(lines, 0, lines.n, values, indices, order_line);
    }
    if (!values) return Status::Ok;
    bool direct = lines.values_step == lines.width;
    std::atomic<bool> ok{true};
    parallel_ranges(lines.nest, 0, lines.n, [&](Odometer<3> &at, int64_t points) {
        Scratch line(direct ? 0 : lines.n * lines.width);
        if (!line) ok = false;
        for (; points-- && ok; at.next()) {
            char *x = direct ? at.p[kValues] : line.get();
            if (x != at.p[kIn] || lines.in_step != lines.width)
                copy_line(x, lines.width, at.p[kIn], lines.in_step, lines.n, lines.width);
            if (!sort_contiguous(in.dtype, x, lines.n)) ok = false;
            if (descending) reverse(x, lines.n, lines.width);
            if (!direct)
                copy_line(at.p[kValues], lines.values_step, x, lines.width, lines.n, lines.width);
        }
    });
    return ok ? Status::Ok : Status::OutOfMemory;
}

Status topk(const View *values, const View *indices, const View &in, int axis, int64_t k,
            bool largest) {
    using namespace array;
    Lines lines;
    Status s = make_lines(lines, values, indices, in, axis, k, false);
    if (s != Status::Ok) return s;
    if (k < 0 || k > lines.n) return Status::BadArgument;
    if (any_empty(lines) || k == 0) return Status::Ok;
    return each_line(lines, 0, k, values, indices, [&](const char *x, int64_t *order, char *elements) {
        return best_order(in.dtype, x, lines.n, k, largest, order, elements);
    });
}

Status kth_value(const View *values, const View *indices, const View &in, int axis, int64_t k) {
    using namespace array;
    Lines lines;
    Status s = make_lines(lines, values, indices, in, axis, 1, true);
    if (s != Status::Ok) return s;
    if (lines.nest.size() == 0) return Status::Ok;
    if (k < 0 || k >= lines.n) return Status::BadArgument;
    return each_line(lines, k, 1, values, indices, [&](const char *x, int64_t *order, char *elements) {
        return order_contiguous(in.dtype, x, lines.n, false, order, elements);
    });
}

}  // namespace cannsim
