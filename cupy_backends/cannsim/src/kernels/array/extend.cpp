#include "extend.h"

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

bool shapes_agree_but(const View &a, const View &b, int axis) {
    if (a.ndim != b.ndim) return false;
    for (int i = 0; i < a.ndim; ++i)
        if (i != axis && a.shape[i] != b.shape[i]) return false;
    return true;
}

Status same_type(const View &out, const View &in) {
    return out.dtype == in.dtype && itemsize(in.dtype) ? Status::Ok : Status::UnsupportedDType;
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

}  // namespace
}  // namespace array

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

}  // namespace cannsim
