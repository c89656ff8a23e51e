#include "create.h"

#include "../../base/threads/parallel.h"
#include "copy.h"
#include "index.h"
#include "nest.h"
#include "scalar.h"
#include "scratch.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace cannsim {

namespace array {
namespace {

// out[i] = f(i); threads and vectors where the elements are adjacent.
template <class T, class F> void generate(const View &out, F &&f) {
    char *const data = out.data;
    const int64_t stride = out.strides[0];
    parallel_pieces(out.shape[0], 32768, [=](int64_t begin, int64_t end) {
        if (stride == int64_t(sizeof(T)))
            for (int64_t i = begin; i < end; ++i) store<T>(data + i * int64_t(sizeof(T)), f(i));
        else
            for (int64_t i = begin; i < end; ++i) store<T>(data + i * stride, f(i));
    });
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

View drop_axis(View v, int axis) {
    for (int i = axis; i + 1 < v.ndim && i + 1 < kMaxRank; ++i) {
        v.shape[i] = v.shape[i + 1];
        v.strides[i] = v.strides[i + 1];
    }
    --v.ndim;
    return v;
}

} // namespace
} // namespace array

Status arange(const View &out, double start, double step) {
    using namespace array;
    if (out.ndim != 1) return Status::BadArgument;
    bool known = visit_dtype(out.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (is_float<T>) {
            using W = Wide<T>;
            // The first two elements are rounded to the dtype; the rest follow from them.
            W first = widen(narrow<T>(W(start))), second = widen(narrow<T>(W(start + step)));
            W delta = second - first;
            generate<T>(out, [=](int64_t i) { return narrow<T>(first + W(i) * delta); });
            if (out.shape[0] > 1) store<T>(out.data + out.strides[0], narrow<T>(second));
        } else if constexpr (is_complex<T>) {
            using R = typename T::value_type;
            R first = R(start), delta = R(start + step) - first;
            generate<T>(out, [=](int64_t i) { return T(first + R(i) * delta, 0); });
        } else {
            int64_t first = int64_t(start), delta = int64_t(start + step) - first;
            generate<T>(out, [=](int64_t i) {
                return narrow<T>(Wide<T>(uint64_t(first) + uint64_t(i) * uint64_t(delta)));
            });
        }
    });
    return known ? Status::Ok : Status::UnsupportedDType;
}

Status arange(const View &out, int64_t start, int64_t step) {
    using namespace array;
    if (out.ndim != 1) return Status::BadArgument;
    bool done = false;
    visit_dtype(out.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (std::is_integral_v<T>) {
            if (out.strides[0] == int64_t(sizeof(T))) {
                T *const to = reinterpret_cast<T *>(out.data);
                parallel_pieces(out.shape[0], 32768, [=](int64_t begin, int64_t end) {
                    uint64_t value = uint64_t(start) + uint64_t(begin) * uint64_t(step);
                    for (int64_t i = begin; i < end; ++i, value += uint64_t(step)) to[i] = T(value);
                });
            } else {
                generate<T>(out, [=](int64_t i) { return T(uint64_t(start) + uint64_t(i) * uint64_t(step)); });
            }
            done = true;
        }
    });
    return done ? Status::Ok : arange(out, double(start), double(step));
}

Status linspace(const View &out, double start, double stop, bool endpoint) {
    using namespace array;
    if (out.ndim != 1) return Status::BadArgument;
    if (itemsize(out.dtype) == 0) return Status::UnsupportedDType;
    int64_t n = out.shape[0];
    if (n == 0) return Status::Ok;
    Scratch memory(n * 8);
    if (!memory) return Status::OutOfMemory;
    double *x = memory.as<double>();
    double gaps = double(endpoint ? n - 1 : n), delta = stop - start,
           step = gaps > 0 ? delta / gaps : 0;
    // A step that underflows would lose the slope.
    for (int64_t i = 0; i < n; ++i)
        x[i] = gaps <= 0   ? start
               : step != 0 ? double(i) * step + start
                           : double(i) / gaps * delta + start;
    if (endpoint && n > 1) x[n - 1] = stop;
    bool integers = !is_float_dtype(out.dtype) && !is_complex_dtype(out.dtype);
    if (integers && out.dtype != DType::Bool)
        for (int64_t i = 0; i < n; ++i) x[i] = std::floor(x[i]);
    View from = out;
    from.data = memory.get();
    from.dtype = DType::Float64;
    from.strides[0] = 8;
    return copy(out, from);
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
