#include "join.h"

#include "copy.h"
#include "copy_nest.h"
#include "index.h"
#include "scalar.h"
#include "scratch.h"

#include <algorithm>

namespace cannsim {
namespace array {
namespace {

View slice(View v, int axis, int64_t begin, int64_t count) {
    v.data += begin * v.strides[axis];
    v.shape[axis] = count;
    return v;
}

View drop_axis(View v, int axis) {
    for (int i = axis; i + 1 < v.ndim && i + 1 < kMaxRank; ++i) {
        v.shape[i] = v.shape[i + 1];
        v.strides[i] = v.strides[i + 1];
    }
    --v.ndim;
    return v;
}

bool shapes_agree_but(const View &a, const View &b, int axis) {
    if (a.ndim != b.ndim) return false;
    for (int i = 0; i < a.ndim; ++i)
        if (i != axis && a.shape[i] != b.shape[i]) return false;
    return true;
}

Status same_type(const View &out, const View &in) {
    return out.dtype == in.dtype && itemsize(in.dtype) ? Status::Ok : Status::UnsupportedDType;
}

Status roll_axis(const View &out, const View &in, const int64_t *shifts, int axis) {
    while (axis < in.ndim && (shifts[axis] == 0 || in.shape[axis] == 0)) ++axis;
    if (axis >= in.ndim) return copy(out, in);
    int64_t n = in.shape[axis], shift = (shifts[axis] % n + n) % n;
    Status s =
        roll_axis(slice(out, axis, 0, shift), slice(in, axis, n - shift, shift), shifts, axis + 1);
    if (s != Status::Ok) return s;
    return roll_axis(slice(out, axis, shift, n - shift), slice(in, axis, 0, n - shift), shifts,
                     axis + 1);
}

// Where position i of a padded axis comes from.
int64_t padded_source(int64_t i, int64_t n, Pad mode) {
    if (mode == Pad::Edge || n == 1) return std::clamp<int64_t>(i, 0, n - 1);
    if (mode == Pad::Wrap) return (i % n + n) % n;
    int64_t period = mode == Pad::Reflect ? 2 * n - 2 : 2 * n;
    i = (i % period + period) % period;
    if (i < n) return i;
    return mode == Pad::Reflect ? period - i : period - 1 - i;
}

// Keeps columns [first, last) of each row, zeroes the others.
template <class Range> Status triangle(const View &out, const View &in, Range &&range) {
    if (Status s = same_type(out, in); s != Status::Ok) return s;
    if (in.ndim < 2 || !same_shape(out, in)) return Status::BadArgument;
    if (in.size() == 0) return Status::Ok;
    int64_t rows = in.shape[in.ndim - 2], cols = in.shape[in.ndim - 1];
    int64_t out_step = out.strides[in.ndim - 1], in_step = in.strides[in.ndim - 1];
    Nest<2> nest = nest_of<2>({&out, &in});
    nest.ndim -= 2;
    visit_width(itemsize(in.dtype), [&](auto tag) {
        using T = typename decltype(tag)::type;
        for_each_outer(nest, 0, [&](char *const *p) {
            for (int64_t i = 0; i < rows; ++i) {
                char *to = p[0] + i * out.strides[in.ndim - 2];
                const char *from = p[1] + i * in.strides[in.ndim - 2];
                auto [first, last] = range(i);
                first = std::clamp<int64_t>(first, 0, cols);
                last = std::clamp<int64_t>(last, first, cols);
                for (int64_t j = 0; j < first; ++j) store<T>(to + j * out_step, T{});
                if (to != from || out_step != in_step)
                    for (int64_t j = first; j < last; ++j)
                        store<T>(to + j * out_step, load<T>(from + j * in_step));
                for (int64_t j = last; j < cols; ++j) store<T>(to + j * out_step, T{});
            }
        });
    });
    return Status::Ok;
}

// The k-th diagonal of a matrix as a vector.
View diagonal(const View &m, int64_t k) {
    View v = m;
    int64_t row = k < 0 ? -k : 0, col = k > 0 ? k : 0;
    v.ndim = 1;
    v.shape[0] = std::max<int64_t>(0, std::min(m.shape[0] - row, m.shape[1] - col));
    v.strides[0] = m.strides[0] + m.strides[1];
    if (v.shape[0]) v.data += row * m.strides[0] + col * m.strides[1];
    return v;
}

}  // namespace
}  // namespace array

Status concatenate(const View &out, const View *inputs, int n, int axis) {
    using namespace array;
    if (axis < 0 || axis >= out.ndim) return Status::BadArgument;
    int64_t total = 0;
    for (int i = 0; i < n; ++i) {
        if (!shapes_agree_but(out, inputs[i], axis)) return Status::BadArgument;
        total += inputs[i].shape[axis];
    }
    if (total != out.shape[axis]) return Status::BadArgument;
    int64_t at = 0;
    for (int i = 0; i < n; ++i) {
        int64_t extent = inputs[i].shape[axis];
        Status s = copy(slice(out, axis, at, extent), inputs[i]);
        if (s != Status::Ok) return s;
        at += extent;
    }
    return Status::Ok;
}

Status stack(const View &out, const View *inputs, int n, int axis) {
    using namespace array;
    if (axis < 0 || axis >= out.ndim || out.shape[axis] != n) return Status::BadArgument;
    for (int i = 0; i < n; ++i) {
        View to = drop_axis(slice(out, axis, i, 1), axis);
        if (!same_shape(to, inputs[i])) return Status::BadArgument;
        Status s = copy(to, inputs[i]);
        if (s != Status::Ok) return s;
    }
    return Status::Ok;
}

Status tile(const View &out, const View &in) {
    using namespace array;
    if (Status s = same_type(out, in); s != Status::Ok) return s;
    int lead = out.ndim - in.ndim;
    if (lead < 0) return Status::BadArgument;
    Nest<2> nest;
    nest.data[0] = out.data;
    nest.data[1] = in.data;
    for (int i = 0; i < out.ndim; ++i) {
        int64_t n = i < lead ? 1 : in.shape[i - lead], step = i < lead ? 0 : in.strides[i - lead];
        if (n == 0 ? out.shape[i] != 0 : out.shape[i] % n != 0) return Status::BadArgument;
        if (n == 0) return Status::Ok;
        nest.add_axis(out.shape[i] / n, {n * out.strides[i], 0});
        nest.add_axis(n, {out.strides[i], step});
    }
    copy_nest(nest, itemsize(in.dtype));
    return Status::Ok;
}

Status repeat(const View &out, const View &in, int64_t times, int axis) {
    using namespace array;
    if (Status s = same_type(out, in); s != Status::Ok) return s;
    if (axis < 0 || axis >= in.ndim || times < 0 || !shapes_agree_but(out, in, axis))
        return Status::BadArgument;
    if (out.shape[axis] != in.shape[axis] * times) return Status::BadArgument;
    Nest<2> nest;
    nest.data[0] = out.data;
    nest.data[1] = in.data;
    for (int i = 0; i < in.ndim; ++i) {
        int64_t k = i == axis ? times : 1;
        nest.add_axis(in.shape[i], {k * out.strides[i], in.strides[i]});
        if (i == axis) nest.add_axis(times, {out.strides[i], 0});
    }
    copy_nest(nest, itemsize(in.dtype));
    return Status::Ok;
}

Status repeat(const View &out, const View &in, const View &repeats, int axis) {
    using namespace array;
    if (axis < 0 || axis >= in.ndim || repeats.ndim != 1) return Status::BadArgument;
    if (repeats.dtype != DType::Int64 && repeats.dtype != DType::Int32)
        return Status::UnsupportedDType;
    bool one = repeats.shape[0] == 1;
    if (!one && repeats.shape[0] != in.shape[axis]) return Status::BadArgument;
    int64_t total = out.ndim == in.ndim ? out.shape[axis] : 0, at = 0;
    Scratch memory(total * 8);
    if (!memory) return Status::OutOfMemory;
    for (int64_t i = 0; i < in.shape[axis]; ++i) {
        int64_t k = load_index(repeats.data + (one ? 0 : i) * repeats.strides[0],
                               repeats.dtype == DType::Int64);
        if (k < 0 || k > total - at) return Status::BadArgument;
        std::fill_n(memory.as<int64_t>() + at, k, i);
        at += k;
    }
    if (at != total) return Status::BadArgument;
    View index;
    index.data = memory.get();
    index.dtype = DType::Int64;
    index.ndim = 1;
    index.shape[0] = total;
    index.strides[0] = 8;
    return take(out, in, index, axis, nullptr);
}

Status roll(const View &out, const View &in, const int64_t *shifts, const int *axes, int n) {
    using namespace array;
    if (!same_shape(out, in)) return Status::BadArgument;
    int64_t total[kMaxRank] = {};
    for (int i = 0; i < n; ++i) {
        if (axes[i] < 0 || axes[i] >= in.ndim) return Status::BadArgument;
        int64_t extent = std::max<int64_t>(1, in.shape[axes[i]]);
        total[axes[i]] = (total[axes[i]] + shifts[i] % extent) % extent;
    }
    return roll_axis(out, in, total, 0);
}

Status flip(const View &out, const View &in, uint32_t axes) {
    if (!array::same_shape(out, in)) return Status::BadArgument;
    if (in.size() == 0) return Status::Ok;
    View from = in;
    for (int i = 0; i < in.ndim; ++i) {
        if (!(axes >> i & 1)) continue;
        from.data += (in.shape[i] - 1) * in.strides[i];
        from.strides[i] = -in.strides[i];
    }
    return copy(out, from);
}

Status pad(const View &out, const View &in, const int64_t *before, Pad mode, const void *value) {
    using namespace array;
    if (Status s = same_type(out, in); s != Status::Ok) return s;
    if (out.ndim != in.ndim) return Status::BadArgument;
    if (out.size() == 0) return Status::Ok;
    if (mode == Pad::Constant) {
        Status s = fill(out, value);
        View to = out, from = in;
        for (int i = 0; i < in.ndim && s == Status::Ok; ++i) {
            int64_t first = std::max<int64_t>(0, -before[i]);  // of in, when cropped
            int64_t at = std::max<int64_t>(0, before[i]);
            int64_t n = std::min(in.shape[i] - first, out.shape[i] - at);
            if (n <= 0) return Status::Ok;
            to = slice(to, i, at, n);
            from = slice(from, i, first, n);
        }
        return s == Status::Ok ? copy(to, from) : s;
    }
    if (in.size() == 0) return Status::BadArgument;
    int64_t extents = 0;
    for (int i = 0; i < out.ndim; ++i) {
        if (before[i] < 0 || out.shape[i] < in.shape[i] + before[i]) return Status::BadArgument;
        extents += out.shape[i];
    }
    Scratch memory(extents * 8);
    if (!memory) return Status::OutOfMemory;
    int64_t *offsets[kMaxRank], *next = memory.as<int64_t>();
    for (int i = 0; i < out.ndim; ++i) {
        offsets[i] = next;
        for (int64_t j = 0; j < out.shape[i]; ++j)
            *next++ = padded_source(j - before[i], in.shape[i], mode) * in.strides[i];
    }
    int last = out.ndim - 1;
    Nest<1> nest = nest_of<1>({&out});
    Odometer<1> it(nest, std::max(0, last));
    visit_width(itemsize(in.dtype), [&](auto tag) {
        using T = typename decltype(tag)::type;
        do {
            const char *from = in.data;
            for (int i = 0; i < last; ++i) from += offsets[i][it.index[i]];
            if (out.ndim == 0) store<T>(it.p[0], load<T>(from));
            for (int64_t j = 0; out.ndim && j < out.shape[last]; ++j)
                store<T>(it.p[0] + j * out.strides[last], load<T>(from + offsets[last][j]));
        } while (it.next());
    });
    return Status::Ok;
}

Status tril(const View &out, const View &in, int64_t k) {
    return array::triangle(out, in,
                           [&](int64_t i) { return std::pair<int64_t, int64_t>(0, i + k + 1); });
}

Status triu(const View &out, const View &in, int64_t k) {
    return array::triangle(
        out, in, [&](int64_t i) { return std::pair<int64_t, int64_t>(i + k, INT64_MAX); });
}

Status diag(const View &out, const View &in, int64_t k) {
    using namespace array;
    if (in.ndim == 2) {
        View from = diagonal(in, k);
        if (!same_shape(out, from)) return Status::BadArgument;
        return copy(out, from);
    }
    if (in.ndim != 1 || out.ndim != 2) return Status::BadArgument;
    View to = diagonal(out, k);
    int64_t n = in.shape[0] + std::llabs(k);
    if (out.shape[0] != n || out.shape[1] != n) return Status::BadArgument;
    Status s = fill_zero(out);
    return s == Status::Ok ? copy(to, in) : s;
}

Status eye(const View &out, int64_t k) {
    using namespace array;
    if (out.ndim != 2) return Status::BadArgument;
    Status s = fill_zero(out);
    uint8_t truth = 1;
    View one;
    one.data = reinterpret_cast<char *>(&truth);
    one.dtype = DType::Bool;
    return s == Status::Ok ? copy(diagonal(out, k), one) : s;
}

Status one_hot(const View &out, const View &index, int axis, const void *on, const void *off) {
    using namespace array;
    if (index.dtype != DType::Int64 && index.dtype != DType::Int32) return Status::UnsupportedDType;
    if (axis < 0 || axis >= out.ndim || !same_shape(drop_axis(out, axis), index))
        return Status::BadArgument;
    Status s = fill(out, off);
    if (s != Status::Ok || index.size() == 0) return s;
    int64_t classes = out.shape[axis], step = out.strides[axis];
    size_t width = size_t(itemsize(out.dtype));
    View base = drop_axis(out, axis);
    Nest<2> nest = nest_of<2>({&base, &index});
    nest.coalesce();
    for_each_outer(nest, 0, [&](char *const *p) {
        int64_t i = load_index(p[1], index.dtype == DType::Int64);
        if (i >= 0 && i < classes) std::memcpy(p[0] + i * step, on, width);
    });
    return Status::Ok;
}

}  // namespace cannsim
