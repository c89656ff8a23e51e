#include "index.h"

#include "../loops/driver.h"
#include "copy.h"
#include "isa/isa.h"
#include "nest.h"
#include "scratch.h"
#include "update.h"

#include <algorithm>
#include <atomic>

namespace cannsim {
namespace array {
namespace {

enum {
    kPlain = 0,
    kAt = 1
};  // the operand of the result's shape, and the one that indices point into

bool is_index(const View &v) { return v.dtype == DType::Int64 || v.dtype == DType::Int32; }

bool broadcast_shape(const Indices &indices, View *shape) {
    shape->ndim = 0;
    for (int k = 0; k < indices.count; ++k)
        shape->ndim = std::max(shape->ndim, indices.index[k].ndim);
    for (int i = 0; i < shape->ndim; ++i) {
        shape->shape[i] = 1;
        for (int k = 0; k < indices.count; ++k) {
            const View &v = indices.index[k];
            int axis = i - (shape->ndim - v.ndim);
            if (axis < 0 || v.shape[axis] == 1) continue;
            if (shape->shape[i] != 1 && shape->shape[i] != v.shape[axis]) return false;
            shape->shape[i] = v.shape[axis];
        }
    }
    return true;
}

// C-order position of the first index outside [-extent, extent), -1 when all are inside.
template <class Index> int64_t first_outside(Nest<1> nest, int64_t extent) {
    int last = nest.ndim - 1;
    int64_t n = nest.ndim ? nest.shape[last] : 1, step = nest.ndim ? nest.strides[0][last] : 0;
    int64_t position = 0, bad = -1;
    for_each_outer(nest, 1, [&](char *const *p) {
        if (step == int64_t(sizeof(Index)) && extent > 0 &&
            !isa().any_outside(p[0], sizeof(Index) == 8, n, extent)) {
            position += n;
            return;
        }
        for (int64_t i = 0; i < n && bad < 0; ++i) {
            int64_t x = load<Index>(p[0] + i * step);
            if (x < -extent || x >= extent) bad = position + i;
        }
        position += n;
    });
    return bad;
}

template <class Index>
void accumulate_offsets(int64_t *offsets, const Nest<1> &nest, int64_t extent, int64_t stride) {
    int last = nest.ndim - 1;
    int64_t n = nest.ndim ? nest.shape[last] : 1, step = nest.ndim ? nest.strides[0][last] : 0;
    for_each_outer(nest, 1, [&](char *const *p) {
        for (int64_t i = 0; i < n; ++i) {
            int64_t x = load<Index>(p[0] + i * step);
            offsets[i] += (x + (x < 0 ? extent : 0)) * stride;
        }
        offsets += n;
    });
}

// Adds the byte offsets, in C order of the broadcast shape, of what one index array points at; with
// null offsets it only checks.
Status add_offsets(int64_t *offsets, const View &index, const View &shape, int64_t extent,
                   int64_t stride, int64_t *bad) {
    View wide;
    if (!is_index(index)) return Status::UnsupportedDType;
    if (!broadcast_to(index, shape, &wide)) return Status::BadArgument;
    bool is64 = index.dtype == DType::Int64;
    Nest<1> nest = nest_of<1>({&wide});
    nest.coalesce();
    int64_t first =
        is64 ? first_outside<int64_t>(nest, extent) : first_outside<int32_t>(nest, extent);
    if (first >= 0) {
        if (bad) *bad = first;
        return Status::IndexOutOfRange;
    }
    if (!offsets) return Status::Ok;
    if (is64)
        accumulate_offsets<int64_t>(offsets, nest, extent, stride);
    else
        accumulate_offsets<int32_t>(offsets, nest, extent, stride);
    return Status::Ok;
}

// One axis of indexed places between plain axes.
struct Places {
    Nest<2> outer, inner;  // (plain, at) operands; no data in inner
    const int64_t *at;     // byte offsets into the indexed operand
    const int64_t *plain;  // into the other one; null: multiples of plain_step
    int64_t plain_step = 0;
    int64_t count = 0;
};

// Moves between the operands; F(plain address, indexed address, count of inner elements, steps).
template <class F> void each_place(const Places &places, int64_t begin, int64_t end, F &&f) {
    const Nest<2> &inner = places.inner;
    const bool line = inner.ndim <= 1;
    const int last = line ? 0 : inner.ndim - 1;
    const int64_t n = inner.ndim ? inner.shape[last] : 1,
                  plain_step = inner.ndim ? inner.strides[kPlain][last] : 0,
                  at_step = inner.ndim ? inner.strides[kAt][last] : 0;
    for_each_outer(places.outer, 0, [&](char *const *p) {
        for (int64_t b = begin; b < end; ++b) {
            char *plain = p[kPlain] + (places.plain ? places.plain[b] : b * places.plain_step);
            char *at = p[kAt] + places.at[b];
            if (line) {
                f(plain, at, n, plain_step, at_step);
                continue;
            }
            Nest<2> lines = inner;
            lines.data[kPlain] = plain;
            lines.data[kAt] = at;
            for_each_outer(lines, 1,
                           [&](char *const *q) { f(q[kPlain], q[kAt], n, plain_step, at_step); });
        }
    });
}

template <class T> void gather_range(const Places &places, int64_t begin, int64_t end) {
    constexpr int64_t size = sizeof(T);
    const Nest<2> &inner = places.inner;
    int64_t run =
        inner.ndim == 0 ? 1
        : inner.ndim == 1 && inner.strides[kPlain][0] == size && inner.strides[kAt][0] == size
            ? inner.shape[0]
            : 0;
    if (run == 1 && !places.plain) {  // single elements
        const int64_t *const at = places.at, step = places.plain_step;
        for_each_outer(places.outer, 0, [=](char *const *p) {
            char *const to = p[kPlain];
            const char *const from = p[kAt];
            if (step == size)
                for (int64_t b = begin; b < end; ++b)
                    store<T>(to + b * size, load<T>(from + at[b]));
            else
                for (int64_t b = begin; b < end; ++b)
                    store<T>(to + b * step, load<T>(from + at[b]));
        });
    } else if (run > 0) {
        each_place(places, begin, end, [&](char *plain, char *at, int64_t, int64_t, int64_t) {
            std::memcpy(plain, at, size_t(run * size));
        });
    } else {
        each_place(places, begin, end,
                   [&](char *plain, char *at, int64_t n, int64_t plain_step, int64_t at_step) {
                       for (int64_t i = 0; i < n; ++i)
                           store<T>(plain + i * plain_step, load<T>(at + i * at_step));
                   });
    }
}

void gather(const Places &places, int width) {
    struct Context {
        const Places &places;
        int width;
    } context{places, width};
    int64_t per = std::max<int64_t>(1, places.outer.size() * places.inner.size());
    auto body = [](void *opaque, int64_t begin, int64_t end) {
        auto *c = static_cast<Context *>(opaque);
        visit_width(c->width, [&](auto tag) {
            gather_range<typename decltype(tag)::type>(c->places, begin, end);
        });
    };
    if (places.count * per < 65536)
        body(&context, 0, places.count);
    else
        parallel_for(places.count, std::max<int64_t>(1, 32768 / per), body, &context);
}

template <Update U, class T> void scatter(const Places &places) {
    each_place(places, 0, places.count,
               [](char *plain, char *at, int64_t n, int64_t plain_step, int64_t at_step) {
                   for (int64_t i = 0; i < n; ++i)
                       store<T>(at + i * at_step, updated<U>(load<T>(at + i * at_step),
                                                             load<T>(plain + i * plain_step)));
               });
}

void scatter(const Places &places, DType t, Update update) {
    if (update == Update::Set) {  // only the width matters
        visit_width(itemsize(t), [&](auto tag) {
            using T = typename decltype(tag)::type;
            each_place(places, 0, places.count,
                       [](char *plain, char *at, int64_t n, int64_t plain_step, int64_t at_step) {
                           if (plain_step == int64_t(sizeof(T)) && at_step == int64_t(sizeof(T)))
                               std::memmove(at, plain, size_t(n) * sizeof(T));
                           else
                               for (int64_t i = 0; i < n; ++i)
                                   store<T>(at + i * at_step, load<T>(plain + i * plain_step));
                       });
        });
        return;
    }
    visit_update(update, [&](auto u) {
        visit_dtype(t, [&](auto tag) {
            if constexpr (u() != Update::Set) scatter<u(), typename decltype(tag)::type>(places);
        });
    });
}

// Lays out `plain` (result or values, already of the full shape) and `at` (the indexed array).
Status make_places(Places &places, const View &plain, const View &at, const Indices &indices,
                   const View &shape, Scratch &plain_offsets) {
    bool indexed[kMaxRank] = {};
    for (int k = 0; k < indices.count; ++k) {
        int axis = indices.axes[k];
        if (axis < 0 || axis >= at.ndim || indexed[axis]) return Status::BadArgument;
        indexed[axis] = true;
    }
    int remaining = at.ndim - indices.count;
    if (plain.ndim != remaining + shape.ndim || indices.position < 0 ||
        indices.position > remaining)
        return Status::BadArgument;
    places.outer.data[kPlain] = plain.data;
    places.outer.data[kAt] = at.data;
    for (int axis = 0, r = 0; axis < at.ndim; ++axis) {
        if (indexed[axis]) continue;
        int p = r < indices.position ? r : r + shape.ndim;
        if (plain.shape[p] != at.shape[axis]) return Status::BadArgument;
        (r < indices.position ? places.outer : places.inner)
            .add_axis(at.shape[axis], {plain.strides[p], at.strides[axis]});
        ++r;
    }
    places.inner.data[kPlain] = places.inner.data[kAt] = nullptr;
    places.outer.coalesce();
    places.inner.coalesce();
    View block = plain;
    block.ndim = shape.ndim;
    places.count = 1;
    for (int i = 0; i < shape.ndim; ++i) {
        if (plain.shape[indices.position + i] != shape.shape[i]) return Status::BadArgument;
        block.shape[i] = shape.shape[i];
        block.strides[i] = plain.strides[indices.position + i];
        places.count *= shape.shape[i];
    }
    Nest<1> nest = nest_of<1>({&block});
    nest.coalesce();
    places.plain = nullptr;
    if (nest.ndim <= 1) {
        places.plain_step = nest.ndim ? nest.strides[0][0] : 0;
        return Status::Ok;
    }
    int64_t *offsets = plain_offsets.as<int64_t>(), i = 0;
    for_each_outer(nest, 0, [&](char *const *p) { offsets[i++] = p[0] - plain.data; });
    places.plain = offsets;
    return Status::Ok;
}

// Single elements picked from one axis by one line of indices: no offsets need be stored.
struct Line {
    char *plain, *at;
    const char *index;
    bool is64;
    int64_t n, plain_step, index_step, extent, stride;
};

bool is_line(const Places &places, const Indices &indices, const View &at, Line *line) {
    if (indices.count != 1 || places.outer.ndim || places.inner.ndim || places.plain) return false;
    const View &index = indices.index[0];
    if (!is_index(index)) return false;
    Nest<1> nest = nest_of<1>({&index});
    nest.coalesce();
    if (nest.ndim > 1) return false;
    int axis = indices.axes[0];
    *line = {places.outer.data[kPlain],          places.outer.data[kAt], index.data,
             index.dtype == DType::Int64,        places.count,           places.plain_step,
             nest.ndim ? nest.strides[0][0] : 0, at.shape[axis],         at.strides[axis]};
    return true;
}

// Whether [begin, end) of adjacent indices are all from 0 to extent - 1.
template <class Index> bool all_inside(const Line &line, int64_t begin, int64_t end) {
    if constexpr (sizeof(Index) == sizeof(int64_t)) {
        const char *first = line.index + begin * int64_t(sizeof(Index));
        if (reinterpret_cast<uintptr_t>(first) % sizeof(Index) == 0) {
            int64_t least, largest;
            isa().limits(reinterpret_cast<const int64_t *>(first), end - begin, &least, &largest);
            return least >= 0 && largest < line.extent;
        }
    }
    const uint64_t last = uint64_t(line.extent - 1);
    uint64_t signs = 0;
    for (int64_t i = begin; i < end; ++i) {
        const uint64_t x = uint64_t(int64_t(load<Index>(line.index + i * int64_t(sizeof(Index)))));
        signs |= x | (last - x);
    }
    return int64_t(signs) >= 0;
}

// Reads element by element; an index outside reads the first element instead and is reported.
template <class T, class Index> bool get_range(const Line &line, int64_t begin, int64_t end) {
    bool bad = false;
    auto checked = [&](int64_t from, int64_t to) {
        const uint64_t extent = uint64_t(line.extent);
        for (int64_t i = from; i < to; ++i) {
            int64_t x = load<Index>(line.index + i * line.index_step);
            uint64_t place = uint64_t(x) + (x < 0 ? extent : 0);
            bool outside = place >= extent;
            bad |= outside;
            store<T>(line.plain + i * line.plain_step,
                     load<T>(line.at + int64_t(outside ? 0 : place) * line.stride));
        }
    };
    constexpr int64_t size = sizeof(T), index_size = sizeof(Index), block = 512;
    if (line.index_step != sizeof(Index) || line.plain_step != size || line.stride != size) {
        checked(begin, end);
        return !bad;
    }
    // Two plain loops over a block in L1 are faster than one that decides at each element. Copies,
    // since the compiler must take it that stores change what `line` refers to.
    char *const plain = line.plain;
    const char *const at = line.at, *const index = line.index;
    for (int64_t i = begin; i < end; i += block) {
        const int64_t to = std::min(end, i + block);
        if (!all_inside<Index>(line, i, to)) {
            checked(i, to);
            continue;
        }
#pragma GCC unroll 8
        for (int64_t k = i; k < to; ++k)
            store<T>(plain + k * size,
                     load<T>(at + int64_t(load<Index>(index + k * index_size)) * size));
    }
    return !bad;
}

template <class T, class Index> void put_range(const Line line) {
    for (int64_t i = 0; i < line.n; ++i) {
        int64_t x = load<Index>(line.index + i * line.index_step);
        store<T>(line.at + (x + (x < 0 ? line.extent : 0)) * line.stride,
                 load<T>(line.plain + i * line.plain_step));
    }
}

// False when some index lies outside.
bool get_line(const Line &line, int width) {
    struct Context {
        const Line &line;
        std::atomic<bool> good{true};
    } context{line};
    if (line.extent == 0) return line.n == 0;
    visit_width(width, [&](auto tag) {
        using T = typename decltype(tag)::type;
        auto body = [](void *opaque, int64_t begin, int64_t end) {
            auto *c = static_cast<Context *>(opaque);
            bool good = c->line.is64 ? get_range<T, int64_t>(c->line, begin, end)
                                     : get_range<T, int32_t>(c->line, begin, end);
            if (!good) c->good = false;
        };
        if (line.n < 65536)
            body(&context, 0, line.n);
        else
            parallel_for(line.n, 32768, body, &context);
    });
    return context.good;
}

void put_line(const Line &line, int width) {
    visit_width(width, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if (line.is64)
            put_range<T, int64_t>(line);
        else
            put_range<T, int32_t>(line);
    });
}

bool empty(const View &v) { return v.size() == 0; }

struct Offsets {
    View shape;
    int64_t count;
};

Status prepare(const Indices &indices, const View &at, Offsets *o) {
    if (indices.count < 1 || indices.count > kMaxRank) return Status::BadArgument;
    for (int k = 0; k < indices.count; ++k)
        if (indices.axes[k] < 0 || indices.axes[k] >= at.ndim) return Status::BadArgument;
    if (!broadcast_shape(indices, &o->shape)) return Status::BadArgument;
    o->count = o->shape.size();
    return itemsize(at.dtype) ? Status::Ok : Status::UnsupportedDType;
}

Status locate(const Indices &indices, const View &at, const Offsets &o, int64_t *offsets,
              int64_t *bad) {
    std::memset(offsets, 0, size_t(o.count) * 8);
    for (int k = 0; k < indices.count; ++k) {
        int axis = indices.axes[k];
        Status s =
            add_offsets(offsets, indices.index[k], o.shape, at.shape[axis], at.strides[axis], bad);
        if (s != Status::Ok) return s;
    }
    return Status::Ok;
}

// Offsets of flat C-order indices into an array of any strides.
Status locate_flat(const View &at, const View &index, int64_t *offsets, int64_t *bad) {
    Status s = add_offsets(offsets, index, index, at.size(), 1, bad);
    if (s != Status::Ok) return s;
    int64_t n = index.size();
    for (int64_t i = 0; i < n; ++i) {
        int64_t rest = offsets[i], offset = 0;
        for (int axis = at.ndim - 1; axis >= 0; --axis) {
            offset += rest % at.shape[axis] * at.strides[axis];
            rest /= at.shape[axis];
        }
        offsets[i] = offset;
    }
    return Status::Ok;
}

// The flattened array as one axis, when its strides allow it.
bool flat_view(const View &v, View *flat) {
    Nest<1> nest = nest_of<1>({&v});
    nest.coalesce();
    if (nest.ndim > 1) return false;
    *flat = v;
    flat->ndim = 1;
    flat->shape[0] = v.size();
    flat->strides[0] = nest.ndim ? nest.strides[0][0] : itemsize(v.dtype);
    return true;
}

// Without any usable stride: a rank-0 array whose single index array covers everything.
Status flat_places(Places &places, const View &plain, const View &at, Scratch &plain_offsets) {
    View point = at;
    point.ndim = 0;
    Indices none;
    return make_places(places, plain, point, none, plain, plain_offsets);
}

Indices one_index(const View &index, int axis) {
    Indices indices;
    indices.count = 1;
    indices.index[0] = index;
    indices.axes[0] = axis;
    indices.position = axis;
    return indices;
}

// The last axis of `index` split into one index array per leading axis.
Status split_coordinates(const View &index, int ndim, Indices *indices) {
    if (index.ndim < 1) return Status::BadArgument;
    int64_t depth = index.shape[index.ndim - 1];
    if (depth < 1 || depth > ndim) return Status::BadArgument;
    indices->count = int(depth);
    for (int k = 0; k < indices->count; ++k) {
        View v = index;
        v.data += k * index.strides[index.ndim - 1];
        --v.ndim;
        indices->index[k] = v;
        indices->axes[k] = k;
    }
    return Status::Ok;
}

}  // namespace
}  // namespace array

Status get_indexed(const View &out, const View &in, const Indices &indices, int64_t *bad) {
    using namespace array;
    Offsets o;
    if (out.dtype != in.dtype) return Status::UnsupportedDType;
    Status s = prepare(indices, in, &o);
    if (s != Status::Ok) return s;
    Scratch plain(out.ndim > 1 ? o.count * 8 : 0);
    if (!plain) return Status::OutOfMemory;
    Places places;
    if ((s = make_places(places, out, in, indices, o.shape, plain)) != Status::Ok) return s;
    Line line;
    if (is_line(places, indices, in, &line)) {
        if (get_line(line, itemsize(in.dtype))) return Status::Ok;
        return add_offsets(nullptr, indices.index[0], o.shape, line.extent, 0, bad);  // says where
    }
    Scratch offsets(o.count * 8);
    if (!offsets) return Status::OutOfMemory;
    if ((s = locate(indices, in, o, offsets.as<int64_t>(), bad)) != Status::Ok || empty(out))
        return s;
    places.at = offsets.as<int64_t>();
    gather(places, itemsize(in.dtype));
    return Status::Ok;
}

Status set_indexed(const View &dst, const Indices &indices, const View &values, Update update,
                   int64_t *bad) {
    using namespace array;
    Offsets o;
    if (dst.dtype != values.dtype) return Status::UnsupportedDType;
    Status s = prepare(indices, dst, &o);
    if (s != Status::Ok) return s;
    // The shape that the values broadcast to.
    int remaining = dst.ndim - indices.count;
    if (remaining + o.shape.ndim > kMaxRank || indices.position > remaining)
        return Status::BadArgument;
    View like = dst, wide;
    like.ndim = remaining + o.shape.ndim;
    int64_t kept[kMaxRank];
    for (int axis = 0, r = 0; axis < dst.ndim; ++axis) {
        bool indexed = false;
        for (int k = 0; k < indices.count; ++k) indexed = indexed || indices.axes[k] == axis;
        if (!indexed && r < kMaxRank) kept[r++] = dst.shape[axis];
    }
    for (int i = 0, r = 0; i < like.ndim; ++i) {
        bool block = i >= indices.position && i < indices.position + o.shape.ndim;
        like.shape[i] = block ? o.shape.shape[i - indices.position] : kept[r++];
    }
    if (!broadcast_to(values, like, &wide)) return Status::BadArgument;
    Scratch plain(like.ndim > 1 ? o.count * 8 : 0);
    if (!plain) return Status::OutOfMemory;
    Places places;
    if ((s = make_places(places, wide, dst, indices, o.shape, plain)) != Status::Ok) return s;
    Line line;
    if (update == Update::Set && is_line(places, indices, dst, &line)) {
        s = add_offsets(nullptr, indices.index[0], o.shape, line.extent, 0, bad);
        if (s == Status::Ok) put_line(line, itemsize(dst.dtype));
        return s;
    }
    Scratch offsets(o.count * 8);
    if (!offsets) return Status::OutOfMemory;
    if ((s = locate(indices, dst, o, offsets.as<int64_t>(), bad)) != Status::Ok || empty(like))
        return s;
    places.at = offsets.as<int64_t>();
    scatter(places, dst.dtype, update);
    return Status::Ok;
}

Status take(const View &out, const View &in, const View &index, int axis, int64_t *bad) {
    using namespace array;
    View flat;
    if (axis >= 0) return get_indexed(out, in, one_index(index, axis), bad);
    if (flat_view(in, &flat)) return get_indexed(out, flat, one_index(index, 0), bad);
    if (out.dtype != in.dtype) return Status::UnsupportedDType;
    if (!same_shape(out, index)) return Status::BadArgument;
    int64_t n = index.size();
    Scratch offsets(n * 8), plain(n * 8);
    if (!offsets || !plain) return Status::OutOfMemory;
    std::memset(offsets.get(), 0, size_t(n) * 8);
    Status s = locate_flat(in, index, offsets.as<int64_t>(), bad);
    Places places;
    if (s == Status::Ok) s = flat_places(places, out, in, plain);
    if (s != Status::Ok || n == 0) return s;
    places.at = offsets.as<int64_t>();
    gather(places, itemsize(in.dtype));
    return Status::Ok;
}

Status put(const View &dst, const View &index, const View &values, int axis, Update update,
           int64_t *bad) {
    using namespace array;
    View flat, wide;
    if (axis >= 0) return set_indexed(dst, one_index(index, axis), values, update, bad);
    if (flat_view(dst, &flat)) return set_indexed(flat, one_index(index, 0), values, update, bad);
    if (dst.dtype != values.dtype) return Status::UnsupportedDType;
    if (!broadcast_to(values, index, &wide)) return Status::BadArgument;
    int64_t n = index.size();
    Scratch offsets(n * 8), plain(n * 8);
    if (!offsets || !plain) return Status::OutOfMemory;
    std::memset(offsets.get(), 0, size_t(n) * 8);
    Status s = locate_flat(dst, index, offsets.as<int64_t>(), bad);
    Places places;
    if (s == Status::Ok) s = flat_places(places, wide, dst, plain);
    if (s != Status::Ok || n == 0) return s;
    places.at = offsets.as<int64_t>();
    scatter(places, dst.dtype, update);
    return Status::Ok;
}

Status gather_nd(const View &out, const View &in, const View &index, int64_t *bad) {
    Indices indices;
    Status s = array::split_coordinates(index, in.ndim, &indices);
    return s == Status::Ok ? get_indexed(out, in, indices, bad) : s;
}

Status scatter_nd(const View &dst, const View &index, const View &updates, Update update,
                  int64_t *bad) {
    Indices indices;
    Status s = array::split_coordinates(index, dst.ndim, &indices);
    return s == Status::Ok ? set_indexed(dst, indices, updates, update, bad) : s;
}

}  // namespace cannsim
