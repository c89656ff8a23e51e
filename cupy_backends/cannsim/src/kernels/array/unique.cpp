#include "sort.h"

#include "copy.h"
#include "nest.h"
#include "scratch.h"
#include "sort_keys.h"

#include <algorithm>

namespace cannsim {
namespace array {
namespace {

template <class T> bool equal(T x, T y, bool equal_nan) {
    auto u = widen(x), v = widen(y);
    return u == v || (equal_nan && u != u && v != v);
}

// Element `i` of a one-dimensional Int64 output.
struct Line64 {
    const View *v;
    void set(int64_t i, int64_t value) const {
        if (v) store<int64_t>(v->data + i * (v->ndim ? v->strides[0] : 0), value);
    }
};

bool fits(const View *v, int64_t n) {
    return !v || (v->dtype == DType::Int64 && v->ndim == 1 && v->shape[0] >= n);
}

// Contiguous C-order copy of `in`.
Status flatten(const View &in, Scratch &memory, View *flat) {
    if (!memory) return Status::OutOfMemory;
    *flat = in;
    flat->data = memory.get();
    set_contiguous(*flat);
    return copy(*flat, in);
}

Status scatter_inverse(const View &inverse, int64_t *places) {
    View from = inverse;
    from.data = reinterpret_cast<char *>(places);
    set_contiguous(from);
    return copy(inverse, from);
}

// Groups positions order[0..n) (ascending order, or the identity) by `same`, calling begin(group,
// position) at the first of each. `places` may be null.
template <class Same, class Begin> int64_t group(const int64_t *order, int64_t n, int64_t *places,
                                                 Line64 counts, Same &&same, Begin &&begin) {
    int64_t groups = 0, start = 0;
    for (int64_t i = 0; i < n; ++i) {
        int64_t at = order ? order[i] : i;
        if (i == 0 || !same(order ? order[i - 1] : i - 1, at)) {
            if (groups) counts.set(groups - 1, i - start);
            start = i;
            begin(groups++, at);
        }
        if (places) places[at] = groups - 1;
    }
    if (groups) counts.set(groups - 1, n - start);
    return groups;
}

View axis_first(View v, int axis) {
    int64_t n = v.shape[axis], step = v.strides[axis];
    for (int i = axis; i > 0; --i) v.shape[i] = v.shape[i - 1], v.strides[i] = v.strides[i - 1];
    v.shape[0] = n;
    v.strides[0] = step;
    return v;
}

template <class T> int compare_rows(const char *a, const char *b, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
        T x = load<T>(a + i * int64_t(sizeof(T))), y = load<T>(b + i * int64_t(sizeof(T)));
        if constexpr (is_complex<T>) {
            if (complex_less(x, y)) return -1;
            if (complex_less(y, x)) return 1;
        } else {
            auto u = order_key<T>(x), v = order_key<T>(y);
            if (u != v) return u < v ? -1 : 1;
        }
    }
    return 0;
}

using CompareRows = int (*)(const char *, const char *, int64_t);

CompareRows compare_for(DType t) {
    CompareRows f = nullptr;
    visit_dtype(t, [&](auto tag) { f = compare_rows<typename decltype(tag)::type>; });
    return f;
}

Status slices(bool sorted, const View &values, const View *inverse, const View *counts,
              const View *first, const View &in, int axis, int64_t *found) {
    *found = 0;
    if (axis >= in.ndim || !same_shape(values, in)) return Status::BadArgument;
    if (values.dtype != in.dtype || itemsize(in.dtype) == 0) return Status::UnsupportedDType;
    int64_t n = in.shape[axis];
    if (!fits(inverse, n) || !fits(counts, n) || !fits(first, n)) return Status::BadArgument;
    if (n == 0) return Status::Ok;
    int64_t width = itemsize(in.dtype), elements = in.size() / n, bytes = elements * width;
    Scratch memory(in.size() * width), order_memory(n * 8), place_memory(n * 8);
    if (!order_memory || !place_memory) return Status::OutOfMemory;
    View rows, to = axis_first(values, axis);
    Status s = flatten(axis_first(in, axis), memory, &rows);
    if (s != Status::Ok) return s;
    CompareRows compare = compare_for(in.dtype);
    auto row = [&](int64_t i) { return rows.data + i * bytes; };
    int64_t *order = order_memory.as<int64_t>();
    for (int64_t i = 0; i < n; ++i) order[i] = i;
    if (sorted)
        std::sort(order, order + n, [&](int64_t a, int64_t b) {
            int c = compare(row(a), row(b), elements);
            return c != 0 ? c < 0 : a < b;
        });
    auto slice = [&](const View &v, int64_t i) {
        View w = v;
        w.data += i * v.strides[0];
        w.shape[0] = 1;
        return w;
    };
    int64_t *places = place_memory.as<int64_t>();
    *found = group(
        order, n, places, Line64{counts},
        [&](int64_t a, int64_t b) { return compare(row(a), row(b), elements) == 0; },
        [&](int64_t g, int64_t at) {
            Line64{first}.set(g, at);
            if (elements && s == Status::Ok) s = copy(slice(to, g), slice(rows, at));
        });
    if (inverse)
        for (int64_t i = 0; i < n; ++i) Line64{inverse}.set(i, places[i]);
    return s;
}

Status check_flat(const View &values, const View *inverse, const View *counts, const View *first,
                  const View &in) {
    int64_t n = in.size();
    if (itemsize(in.dtype) == 0 || values.dtype != in.dtype) return Status::UnsupportedDType;
    if (inverse && inverse->dtype != DType::Int64) return Status::UnsupportedDType;
    bool good = values.ndim == 1 && values.shape[0] >= n &&
                (!inverse || same_shape(*inverse, in)) && fits(counts, n) && fits(first, n);
    return good ? Status::Ok : Status::BadArgument;
}

}  // namespace
}  // namespace array

Status unique(const View &values, const View *inverse, const View *counts, const View *first,
              const View &in, bool equal_nan, int64_t *found) {
    using namespace array;
    *found = 0;
    Status s = check_flat(values, inverse, counts, first, in);
    if (s != Status::Ok || in.size() == 0) return s;
    int64_t n = in.size(), width = itemsize(in.dtype);
    Scratch memory(n * width);
    View flat;
    s = flatten(in, memory, &flat);
    if (s != Status::Ok) return s;
    int64_t *order = nullptr, *places = nullptr;
    Scratch order_memory(inverse || first ? n * 8 : 0), place_memory(inverse ? n * 8 : 0);
    if (!order_memory || !place_memory) return Status::OutOfMemory;
    if (inverse || first) {
        order = order_memory.as<int64_t>();
        s = order_contiguous(in.dtype, flat.data, n, false, order);
        if (s != Status::Ok) return s;
        if (inverse) places = place_memory.as<int64_t>();
    } else if (!sort_contiguous(in.dtype, flat.data, n)) {
        return Status::OutOfMemory;
    }
    visit_dtype(in.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        const T *x = reinterpret_cast<const T *>(flat.data);
        *found = group(
            order, n, places, Line64{counts},
            [&](int64_t a, int64_t b) { return equal(x[a], x[b], equal_nan); },
            [&](int64_t g, int64_t at) {
                store<T>(values.data + g * values.strides[0], x[at]);
                Line64{first}.set(g, at);
            });
    });
    return inverse ? scatter_inverse(*inverse, places) : Status::Ok;
}

Status unique_slices(const View &values, const View *inverse, const View *counts, const View *first,
                     const View &in, int axis, int64_t *found) {
    if (axis < 0) return Status::BadArgument;
    return array::slices(true, values, inverse, counts, first, in, axis, found);
}

Status unique_consecutive(const View &values, const View *inverse, const View *counts,
                          const View &in, int axis, int64_t *found) {
    using namespace array;
    if (axis >= 0) return slices(false, values, inverse, counts, nullptr, in, axis, found);
    *found = 0;
    Status s = check_flat(values, inverse, counts, nullptr, in);
    if (s != Status::Ok || in.size() == 0) return s;
    int64_t n = in.size(), width = itemsize(in.dtype);
    Scratch memory(n * width), places(n * 8);
    if (!places) return Status::OutOfMemory;
    View flat;
    s = flatten(in, memory, &flat);
    if (s != Status::Ok) return s;
    visit_dtype(in.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        const T *x = reinterpret_cast<const T *>(flat.data);
        *found = group(
            nullptr, n, places.as<int64_t>(), Line64{counts},
            [&](int64_t a, int64_t b) { return equal(x[a], x[b], false); },
            [&](int64_t g, int64_t at) { store<T>(values.data + g * values.strides[0], x[at]); });
    });
    return inverse ? scatter_inverse(*inverse, places.as<int64_t>()) : Status::Ok;
}

}  // namespace cannsim
