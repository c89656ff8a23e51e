// take_along_axis and put_along_axis.
#include "index.h"

#include "nest.h"
#include "update.h"

namespace cannsim {
namespace array {
namespace {

enum { kIndex = 0, kPlain = 1, kAt = 2 };

View as_vector(View v) {
    if (v.ndim == 0) {
        v.ndim = 1;
        v.shape[0] = 1;
        v.strides[0] = 0;
    }
    return v;
}

bool is_index(const View &v) { return v.dtype == DType::Int64 || v.dtype == DType::Int32; }

// First index outside [-extent, extent), in C order; -1 when all are inside.
int64_t first_bad(const View &index, int64_t extent) {
    bool is64 = index.dtype == DType::Int64;
    Nest<1> nest = nest_of<1>({&index});
    nest.coalesce();
    int last = nest.ndim - 1;
    int64_t n = nest.ndim ? nest.shape[last] : 1, step = nest.ndim ? nest.strides[0][last] : 0;
    int64_t at = 0, bad = -1;
    for_each_outer(nest, 1, [&](char *const *p) {
        for (int64_t i = 0; i < n && bad < 0; ++i, ++at) {
            int64_t x = load_index(p[0] + i * step, is64);
            if (x < -extent || x >= extent) bad = at;
        }
    });
    return bad;
}

// F(plain address, indexed address) for every index.
template <class F>
void each(const View &index, const View &plain, const View &at, int axis, F &&f) {
    View still = at;
    still.ndim = index.ndim;
    still.strides[axis] = 0;
    for (int i = 0; i < index.ndim; ++i) still.shape[i] = index.shape[i];
    View same = plain;
    for (int i = 0; i < index.ndim; ++i) same.shape[i] = index.shape[i];
    Nest<3> nest = nest_of<3>({&index, &same, &still});
    nest.coalesce();
    bool is64 = index.dtype == DType::Int64;
    int64_t extent = at.shape[axis], stride = at.strides[axis];
    int last = nest.ndim - 1;
    int64_t n = nest.ndim ? nest.shape[last] : 1, step[3] = {};
    for (int k = 0; k < 3 && nest.ndim; ++k) step[k] = nest.strides[k][last];
    for_each_outer(nest, 1, [&](char *const *p) {
        for (int64_t i = 0; i < n; ++i) {
            int64_t x = load_index(p[kIndex] + i * step[kIndex], is64);
            x += x < 0 ? extent : 0;
            f(p[kPlain] + i * step[kPlain], p[kAt] + i * step[kAt] + x * stride);
        }
    });
}

Status check(const View &index, const View &at, int axis, int64_t *bad) {
    if (!is_index(index) || itemsize(at.dtype) == 0) return Status::UnsupportedDType;
    if (index.ndim != at.ndim || axis < 0 || axis >= at.ndim) return Status::BadArgument;
    for (int i = 0; i < at.ndim; ++i)
        if (i != axis && index.shape[i] > at.shape[i]) return Status::BadArgument;
    if (index.size() == 0) return Status::Ok;
    int64_t first = first_bad(index, at.shape[axis]);
    if (first < 0) return Status::Ok;
    if (bad) *bad = first;
    return Status::IndexOutOfRange;
}

}  // namespace
}  // namespace array

Status take_along_axis(const View &out_, const View &in_, const View &index_, int axis,
                       int64_t *bad) {
    using namespace array;
    View out = as_vector(out_), in = as_vector(in_), index = as_vector(index_);
    if (out.dtype != in.dtype) return Status::UnsupportedDType;
    if (!same_shape(out, index)) return Status::BadArgument;
    Status s = check(index, in, axis, bad);
    if (s != Status::Ok || index.size() == 0) return s;
    visit_width(itemsize(in.dtype), [&](auto tag) {
        using T = typename decltype(tag)::type;
        each(index, out, in, axis, [](char *plain, char *at) { store<T>(plain, load<T>(at)); });
    });
    return Status::Ok;
}

Status put_along_axis(const View &dst_, const View &index_, const View &src_, int axis,
                      Update update, int64_t *bad) {
    using namespace array;
    View dst = as_vector(dst_), index = as_vector(index_), src = src_;
    if (dst.dtype != src.dtype) return Status::UnsupportedDType;
    if (src.ndim == 0) {
        if (!broadcast_to(src_, index, &src)) return Status::BadArgument;
    } else {
        if (src.ndim != index.ndim) return Status::BadArgument;
        for (int i = 0; i < index.ndim; ++i)
            if (src.shape[i] < index.shape[i]) return Status::BadArgument;
    }
    Status s = check(index, dst, axis, bad);
    if (s != Status::Ok || index.size() == 0) return s;
    visit_update(update, [&](auto u) {
        visit_dtype(dst.dtype, [&](auto tag) {
            using T = typename decltype(tag)::type;
            each(index, src, dst, axis, [](char *plain, char *at) {
                store<T>(at, updated<decltype(u)::value>(load<T>(at), load<T>(plain)));
            });
        });
    });
    return Status::Ok;
}

}  // namespace cannsim
