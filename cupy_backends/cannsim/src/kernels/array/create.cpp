#include "create.h"

#include "../../base/threads/parallel.h"
#include "copy.h"
#include "scalar.h"
#include "scratch.h"

#include <cmath>

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

}  // namespace cannsim
