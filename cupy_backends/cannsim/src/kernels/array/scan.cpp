#include "scan.h"

#include "copy.h"
#include "parallel_nest.h"
#include "scalar.h"
#include "scratch.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cannsim {
namespace array {
namespace {

enum { kIn = 0, kOut = 1, kIndex = 2 };
constexpr int64_t kColumns = 1024;

template <class T> using Unsigned = std::make_unsigned_t<T>;

struct Sum {
    template <class T> static T identity() { return T(0); }
    template <class T> static T combine(T a, T b) {
        if constexpr (std::is_integral_v<T>)
            return T(Unsigned<T>(Unsigned<T>(a) + Unsigned<T>(b)));
        else
            return a + b;
    }
};
struct Prod {
    template <class T> static T identity() { return T(1); }
    template <class T> static T combine(T a, T b) {
        if constexpr (is_complex<T>)
            return {a.real() * b.real() - a.imag() * b.imag(),
                    a.real() * b.imag() + a.imag() * b.real()};
        else if constexpr (std::is_integral_v<T>)
            return T(uint64_t(a) * uint64_t(b));
        else
            return a * b;
    }
};
struct LogSumExp {
    template <class T> static T identity() { return -std::numeric_limits<T>::infinity(); }
    template <class T> static T combine(T a, T b) {
        if (a == b) return a + T(0.6931471805599453);  // also for equal infinities
        T high = a > b ? a : b, low = a > b ? b : a;
        if (a != a || b != b) return a + b;
        return high + std::log1p(std::exp(low - high));
    }
};

// Both operands already of the compute type. `nest` holds the axes other than the scanned one.
template <class Op, class T>
void run(const Nest<2> &nest, int64_t n, int64_t in_step, int64_t out_step, bool exclusive) {
    int last = nest.ndim - 1;
    bool rows = nest.ndim > 0 && nest.shape[last] >= 8 &&
                nest.strides[kOut][last] == int64_t(sizeof(T)) &&
                nest.strides[kIn][last] == int64_t(sizeof(T));
    if (!rows) {
        parallel_outer(nest, 0, n, [&](char *const *p) {
            const char *x = p[kIn];
            char *y = p[kOut];
            T acc = Op::template identity<T>();
            if (exclusive) {
                for (int64_t i = 0; i < n; ++i, x += in_step, y += out_step) {
                    T value = load<T>(x);
                    store<T>(y, acc);
                    acc = Op::combine(acc, value);
                }
                return;
            }
            acc = load<T>(x);
            store<T>(y, acc);
            if (in_step == int64_t(sizeof(T)) && out_step == int64_t(sizeof(T))) {
                for (int64_t i = 1; i < n; ++i) {
                    acc = Op::combine(acc, load<T>(x + i * int64_t(sizeof(T))));
                    store<T>(y + i * int64_t(sizeof(T)), acc);
                }
                return;
            }
            for (int64_t i = 1; i < n; ++i) {
                x += in_step;
                y += out_step;
                acc = Op::combine(acc, load<T>(x));
                store<T>(y, acc);
            }
        });
        return;
    }
    parallel_ranges(nest.blocks(kColumns), 0, n * kColumns, [&](Odometer<2> &at, int64_t count) {
        for (; count--; at.next()) {
            char *const *p = at.p;
            const int64_t j = at.index[last] * kColumns;
            int64_t w = std::min(kColumns, nest.shape[last] - j);
            alignas(64) T acc[kColumns];
            for (int64_t c = 0; c < w; ++c) acc[c] = Op::template identity<T>();
            for (int64_t i = 0; i < n; ++i) {
                const char *x = p[kIn] + j * int64_t(sizeof(T)) + i * in_step;
                char *y = p[kOut] + j * int64_t(sizeof(T)) + i * out_step;
                if (exclusive) {
                    for (int64_t c = 0; c < w; ++c) {
                        T value = load<T>(x + c * int64_t(sizeof(T)));
                        store<T>(y + c * int64_t(sizeof(T)), acc[c]);
                        acc[c] = Op::combine(acc[c], value);
                    }
                } else if (i == 0) {
                    std::memcpy(acc, x, size_t(w) * sizeof(T));
                    std::memmove(y, x, size_t(w) * sizeof(T));
                } else {
                    for (int64_t c = 0; c < w; ++c) {
                        acc[c] = Op::combine(acc[c], load<T>(x + c * int64_t(sizeof(T))));
                        store<T>(y + c * int64_t(sizeof(T)), acc[c]);
                    }
                }
            }
        }
    });
}

void reverse_axis(View &v, int axis) {
    v.data += (v.shape[axis] - 1) * v.strides[axis];
    v.strides[axis] = -v.strides[axis];
}

Nest<2> other_axes(const View &in, const View &out, int axis) {
    Nest<2> nest;
    nest.data[kIn] = in.data;
    nest.data[kOut] = out.data;
    for (int i = 0; i < in.ndim; ++i)
        if (i != axis) nest.add_axis(in.shape[i], {in.strides[i], out.strides[i]});
    nest.sort_axes(kOut);
    nest.coalesce();
    return nest;
}

bool dispatch(ScanOp op, DType t, const View &out, const View &in, int axis, bool exclusive) {
    Nest<2> nest = other_axes(in, out, axis);
    int64_t n = in.shape[axis], in_step = in.strides[axis], out_step = out.strides[axis];
    bool done = true;
    visit_dtype(t, [&](auto tag) {
        using T = Wide<typename decltype(tag)::type>;
        if (op == ScanOp::Sum) return run<Sum, T>(nest, n, in_step, out_step, exclusive);
        if (op == ScanOp::Prod) return run<Prod, T>(nest, n, in_step, out_step, exclusive);
        if constexpr (std::is_floating_point_v<T>)
            return run<LogSumExp, T>(nest, n, in_step, out_step, exclusive);
        done = false;
    });
    return done;
}

template <bool Largest, class T>
void extrema(const Nest<3> &nest, int64_t n, const int64_t (&step)[3], bool indices, bool index64) {
    parallel_outer(nest, 0, n, [&](char *const *p) {
        const char *x = p[kIn];
        char *y = p[kOut], *at = p[kIndex];
        T best{};
        int64_t best_index = 0;
        for (int64_t i = 0; i < n; ++i, x += step[kIn], y += step[kOut], at += step[kIndex]) {
            T raw = load<T>(x);
            auto value = widen(raw), current = widen(best);
            bool take;
            if constexpr (is_complex<T>) {
                auto nan = [](T z) { return z.real() != z.real() || z.imag() != z.imag(); };
                auto less = [](T a, T b) {
                    return a.real() != b.real() ? a.real() < b.real() : a.imag() < b.imag();
                };
                take = nan(value) ||
                       (!nan(current) && !(Largest ? less(value, current) : less(current, value)));
            } else {
                take = value != value || (Largest ? value >= current : value <= current);
            }
            if (i == 0 || take) {
                best = raw;
                best_index = i;
            }
            store<T>(y, best);
            if (!indices) continue;
            if (index64)
                store<int64_t>(at, best_index);
            else
                store<int32_t>(at, int32_t(best_index));
        }
    });
}

}  // namespace
}  // namespace array

Status scan(ScanOp op, const View &out_, const View &in_, int axis, bool exclusive, bool reverse) {
    using namespace array;
    View out = out_, in = in_;
    if (!same_shape(out, in)) return Status::BadArgument;
    if (in.ndim == 0) {  // a single element is an axis of extent 1
        in.ndim = out.ndim = 1;
        in.shape[0] = out.shape[0] = 1;
        in.strides[0] = out.strides[0] = 0;
    }
    if (axis < 0 || axis >= in.ndim) return Status::BadArgument;
    if (itemsize(in.dtype) == 0 || itemsize(out.dtype) == 0) return Status::UnsupportedDType;
    if (in.size() == 0) return Status::Ok;
    if (reverse) {
        reverse_axis(in, axis);
        reverse_axis(out, axis);
    }
    DType t = is_half_dtype(out.dtype) ? DType::Float32 : out.dtype;
    if (op == ScanOp::LogSumExp && t != DType::Float32 && t != DType::Float64)
        return Status::UnsupportedDType;
    if (t == DType::Bool) return Status::UnsupportedDType;
    if (t == out.dtype && t == in.dtype)
        return dispatch(op, t, out, in, axis, exclusive) ? Status::Ok : Status::UnsupportedDType;
    if (t == out.dtype) {
        Status s = copy(out, in);
        if (s != Status::Ok) return s;
        return dispatch(op, t, out, out, axis, exclusive) ? Status::Ok : Status::UnsupportedDType;
    }
    Scratch memory(in.size() * itemsize(t));
    if (!memory) return Status::OutOfMemory;
    View wide = in;
    wide.data = memory.get();
    wide.dtype = t;
    set_contiguous(wide);
    Status s = copy(wide, in);
    if (s != Status::Ok) return s;
    if (!dispatch(op, t, wide, wide, axis, exclusive)) return Status::UnsupportedDType;
    return copy(out, wide);
}

Status scan_extrema(bool largest, const View &values_, const View *indices, const View &in_,
                    int axis) {
    using namespace array;
    View values = values_, in = in_, index = indices ? *indices : in_;
    if (!same_shape(values, in) || !same_shape(index, in)) return Status::BadArgument;
    if (in.ndim == 0) {
        in.ndim = 1;
        in.shape[0] = 1;
        in.strides[0] = values.strides[0] = index.strides[0] = 0;
    }
    if (axis < 0 || axis >= in.ndim) return Status::BadArgument;
    if (values.dtype != in.dtype || itemsize(in.dtype) == 0) return Status::UnsupportedDType;
    if (indices && index.dtype != DType::Int64 && index.dtype != DType::Int32)
        return Status::UnsupportedDType;
    if (in.size() == 0) return Status::Ok;
    Nest<3> nest;
    nest.data[kIn] = in.data;
    nest.data[kOut] = values.data;
    nest.data[kIndex] = index.data;
    for (int i = 0; i < in.ndim; ++i)
        if (i != axis)
            nest.add_axis(in.shape[i], {in.strides[i], values.strides[i], index.strides[i]});
    nest.coalesce();
    int64_t step[3] = {in.strides[axis], values.strides[axis], index.strides[axis]};
    visit_dtype(in.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        auto f = largest ? extrema<true, T> : extrema<false, T>;
        f(nest, in.shape[axis], step, indices != nullptr, index.dtype == DType::Int64);
    });
    return Status::Ok;
}

}  // namespace cannsim
