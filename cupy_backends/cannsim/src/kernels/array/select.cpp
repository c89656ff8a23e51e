// Selection by masks: nonzero, masked_select, masked_scatter.
#include "search.h"

#include "../loops/loops.h"
#include "copy_nest.h"
#include "count.h"
#include "isa/isa.h"
#include "scalar.h"
#include "scratch.h"

#include <algorithm>

namespace cannsim {
namespace array {
namespace {

constexpr int64_t kChunk = 4096;

// n elements as adjacent mask bytes, in place when they already are.
const uint8_t *mask_bytes(const char *x, int64_t step, int64_t n, DType t, LoopFn cast,
                          uint8_t *buffer) {
    if (itemsize(t) == 1 && (step == 1 || n == 1)) return reinterpret_cast<const uint8_t *>(x);
    char *args[2] = {const_cast<char *>(x), reinterpret_cast<char *>(buffer)};
    intptr_t count = n, steps[2] = {intptr_t(step), 1};
    cast(args, &count, steps);
    return buffer;
}

bool common_shape(const View &a, const View &b, View *like) {
    *like = a.ndim >= b.ndim ? a : b;
    for (int i = 0; i < like->ndim; ++i) {
        int64_t x = i < like->ndim - a.ndim ? 1 : a.shape[i - (like->ndim - a.ndim)];
        int64_t y = i < like->ndim - b.ndim ? 1 : b.shape[i - (like->ndim - b.ndim)];
        if (x != y && x != 1 && y != 1) return false;
        like->shape[i] = x == 1 ? y : x;
    }
    return true;
}

}  // namespace
}  // namespace array

Status nonzero(const View &out, const View &in, int64_t *found) {
    using namespace array;
    *found = 0;
    if (out.dtype != DType::Int64) return Status::UnsupportedDType;
    if (out.ndim != 2 || out.shape[1] != in.ndim) return Status::BadArgument;
    if (itemsize(in.dtype) == 0) return Status::UnsupportedDType;
    if (in.size() == 0) return Status::Ok;
    LoopFn cast = find_cast(in.dtype, DType::Bool);
    Nest<1> nest = nest_of<1>({&in});  // not merged: coordinates are wanted
    int last = in.ndim - 1;
    int64_t n = in.ndim ? in.shape[last] : 1, step = in.ndim ? in.strides[last] : 0;
    int64_t capacity = out.shape[0], k = 0;
    alignas(64) uint8_t buffer[kChunk];
    alignas(64) int64_t places[kChunk];
    int64_t row_step = out.strides[0], axis_step = out.strides[1];
    Odometer<1> it(nest, std::max(0, last));
    do {
        for (int64_t i = 0; i < n && k < capacity; i += kChunk) {
            int64_t m = std::min(kChunk, n - i);
            const uint8_t *mask = mask_bytes(it.p[0] + i * step, step, m, in.dtype, cast, buffer);
            if (in.ndim == 1 && row_step == 8) {
                k += isa().where(reinterpret_cast<int64_t *>(out.data) + k, mask, m, i,
                                 capacity - k);
                continue;
            }
            int64_t c = isa().where(places, mask, m, i, std::min(kChunk, capacity - k));
            char *row = out.data + k * row_step;
            for (int a = 0; a < last; ++a)
                for (int64_t r = 0; r < c; ++r)
                    store<int64_t>(row + r * row_step + a * axis_step, it.index[a]);
            if (in.ndim > 0)
                for (int64_t r = 0; r < c; ++r)
                    store<int64_t>(row + r * row_step + last * axis_step, places[r]);
            k += c;
        }
    } while (k < capacity && it.next());
    *found = k < capacity ? k : count_nonzero(in);
    return Status::Ok;
}

Status masked_select(const View &out, const View &in_, const View &mask_, int64_t *found) {
    using namespace array;
    *found = 0;
    View like, in, mask;
    if (out.dtype != in_.dtype || itemsize(in_.dtype) == 0 || itemsize(mask_.dtype) != 1)
        return Status::UnsupportedDType;
    if (out.ndim != 1 || !common_shape(in_, mask_, &like)) return Status::BadArgument;
    if (!broadcast_to(in_, like, &in) || !broadcast_to(mask_, like, &mask))
        return Status::BadArgument;
    if (like.size() == 0) return Status::Ok;
    int64_t width = itemsize(in.dtype), capacity = out.shape[0], out_step = out.strides[0];
    if (like.ndim == 1 && capacity >= like.shape[0] && out_step == width &&
        in.strides[0] == width && mask.strides[0] == 1) {
        *found = isa().compress(int(width), out.data, in.data,
                                reinterpret_cast<const uint8_t *>(mask.data), like.shape[0],
                                capacity);
        return Status::Ok;
    }
    Nest<2> nest = nest_of<2>({&in, &mask});
    nest.coalesce();
    int last = nest.ndim - 1;
    int64_t n = nest.ndim ? nest.shape[last] : 1;
    int64_t step = nest.ndim ? nest.strides[0][last] : 0,
            mask_step = nest.ndim ? nest.strides[1][last] : 0;
    LoopFn cast = find_cast(mask.dtype, DType::Bool);
    alignas(64) uint8_t bytes[kChunk];
    alignas(64) char line[kChunk * 16], packed[kChunk * 16];
    int64_t k = 0;
    bool full = false;
    for_each_outer(nest, 1, [&](char *const *p) {
        for (int64_t i = 0; i < n && !full;) {
            // Long chunks where nothing must be staged.
            bool direct =
                (step == width || n == 1) && (mask_step == 1 || n == 1) && out_step == width;
            int64_t m = direct ? n - i : std::min(kChunk, n - i);
            const uint8_t *chosen =
                direct ? reinterpret_cast<const uint8_t *>(p[1] + i * mask_step)
                       : mask_bytes(p[1] + i * mask_step, mask_step, m, mask.dtype, cast, bytes);
            const char *x = p[0] + i * step;
            if (!direct && step != width) {
                copy_line(line, width, x, step, m, int(width));
                x = line;
            }
            int64_t c;
            if (out_step == width) {
                c = isa().compress(int(width), out.data + k * width, x, chosen, m, capacity - k);
            } else {
                c = isa().compress(int(width), packed, x, chosen, m,
                                   std::min(kChunk, capacity - k));
                copy_line(out.data + k * out_step, out_step, packed, width, c, int(width));
            }
            k += c;
            i += m;
            if (k == capacity) full = true;
        }
    });
    *found = full && capacity < like.size() ? count_nonzero(mask) : k;
    return *found <= capacity ? Status::Ok : Status::BadArgument;
}

Status masked_scatter(const View &dst, const View &mask_, const View &src) {
    using namespace array;
    View mask;
    if (dst.dtype != src.dtype || itemsize(dst.dtype) == 0 || itemsize(mask_.dtype) != 1)
        return Status::UnsupportedDType;
    if (!broadcast_to(mask_, dst, &mask)) return Status::BadArgument;
    if (dst.size() == 0) return Status::Ok;
    if (count_nonzero(mask) > src.size()) return Status::BadArgument;
    if (src.size() == 0) return Status::Ok;
    Nest<1> from = nest_of<1>({&src});
    from.coalesce();
    Odometer<1> it(from, from.ndim);
    Nest<2> nest = nest_of<2>({&dst, &mask});
    nest.coalesce();
    int last = nest.ndim - 1;
    int64_t n = nest.ndim ? nest.shape[last] : 1;
    int64_t step = nest.ndim ? nest.strides[0][last] : 0,
            mask_step = nest.ndim ? nest.strides[1][last] : 0;
    visit_width(itemsize(dst.dtype), [&](auto tag) {
        using T = typename decltype(tag)::type;
        bool line = from.ndim <= 1;
        int64_t from_step = from.ndim ? from.strides[0][0] : 0;
        const char *x = from.data[0];
        for_each_outer(nest, 1, [&](char *const *p) {
            for (int64_t i = 0; i < n; ++i) {
                if (!p[1][i * mask_step]) continue;
                store<T>(p[0] + i * step, load<T>(line ? x : it.p[0]));
                if (line)
                    x += from_step;
                else
                    it.next();
            }
        });
    });
    return Status::Ok;
}

}  // namespace cannsim
