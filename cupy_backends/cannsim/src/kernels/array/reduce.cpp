#include "reduce.h"

#include "copy.h"
#include "count.h"
#include "isa/isa.h"
#include "nest.h"
#include "reduce_complex.h"
#include "reduce_engine.h"
#include "scalar.h"
#include "scratch.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace cannsim {
namespace array {
namespace {

DType wide(DType t) { return is_half_dtype(t) ? DType::Float32 : t; }
DType inexact(DType t) { return is_float_dtype(t) || is_complex_dtype(t) ? t : DType::Float64; }
DType real_part(DType t) {
    return t == DType::Complex64 ? DType::Float32 : t == DType::Complex128 ? DType::Float64 : t;
}

// Shape of the kept axes; strides of `out`, whether or not it keeps the reduced axes.
bool kept_view(const View &out, const View &in, uint32_t axes, View *kept) {
    *kept = out;
    kept->ndim = 0;
    int reduced = 0;
    for (int i = 0; i < in.ndim; ++i) reduced += axes >> i & 1;
    bool keepdims = out.ndim == in.ndim;
    if (!keepdims && out.ndim != in.ndim - reduced) return false;
    for (int i = 0, k = 0; i < in.ndim; ++i) {
        bool is_reduced = axes >> i & 1;
        if (is_reduced && keepdims && out.shape[i] != 1) return false;
        if (is_reduced) continue;
        int from = keepdims ? i : k;
        if (out.shape[from] != in.shape[i]) return false;
        kept->shape[kept->ndim] = in.shape[i];
        kept->strides[kept->ndim++] = out.strides[from];
        ++k;
    }
    return true;
}

int64_t reduced_size(const View &in, uint32_t axes) {
    int64_t n = 1;
    for (int i = 0; i < in.ndim; ++i)
        if (axes >> i & 1) n *= in.shape[i];
    return n;
}

// Calls f on the n elements of dtype t as float or double; complex counts as two.
template <class F> void on_reals(DType t, void *x, int64_t n, F &&f) {
    if (is_complex_dtype(t)) n *= 2;
    if (real_part(t) == DType::Float32)
        f(static_cast<float *>(x), n);
    else
        f(static_cast<double *>(x), n);
}

template <class T> void divide(void *x, int64_t n, const void *, double count) {
    for (int64_t i = 0; i < n; ++i) static_cast<T *>(x)[i] = (static_cast<T *>(x)[i] + T(0)) / T(count);
}
// A sum starts at +0: one of negative zeros alone is +0.
template <class T> void plus_zero(void *x, int64_t n, const void *, double) {
    for (int64_t i = 0; i < n; ++i) static_cast<T *>(x)[i] += T(0);
}
template <class T> void plus_zero_pairs(void *x, int64_t n, const void *, double) {
    plus_zero<T>(x, 2 * n, nullptr, 0);
}
template <class T> void divide_pairs(void *x, int64_t n, const void *, double count) {
    divide<T>(x, 2 * n, nullptr, count);
}
template <class T> void divide_sqrt(void *x, int64_t n, const void *, double count) {
    for (int64_t i = 0; i < n; ++i)
        static_cast<T *>(x)[i] = std::sqrt(static_cast<T *>(x)[i] / T(count));
}
template <class T> void square_root(void *x, int64_t n, const void *, double) {
    for (int64_t i = 0; i < n; ++i) static_cast<T *>(x)[i] = std::sqrt(static_cast<T *>(x)[i]);
}
template <class T> void root(void *x, int64_t n, const void *, double p) {
    for (int64_t i = 0; i < n; ++i)
        static_cast<T *>(x)[i] = std::pow(static_cast<T *>(x)[i], T(1 / p));
}
template <class T> void log_plus(void *x, int64_t n, const void *center, double) {
    T *y = static_cast<T *>(x);
    const T *c = static_cast<const T *>(center);
    for (int64_t i = 0; i < n; ++i) y[i] = std::log(y[i]) + c[i];
}
void truth(void *x, int64_t n, const void *, double) {
    uint8_t *y = static_cast<uint8_t *>(x);
    for (int64_t i = 0; i < n; ++i) y[i] = y[i] != 0;
}

template <class T> void zero_nans(void *x, int64_t n, const void *, int64_t, double) {
    T *y = static_cast<T *>(x);
    for (int64_t i = 0; i < n; ++i) y[i] = y[i] != y[i] ? T(0) : y[i];
}
template <class T> void zero_nan_pairs(void *x, int64_t n, const void *, int64_t, double) {
    T *y = static_cast<T *>(x);
    for (int64_t i = 0; i < 2 * n; i += 2) {
        bool nan = y[i] != y[i] || y[i + 1] != y[i + 1];
        y[i] = nan ? T(0) : y[i];
        y[i + 1] = nan ? T(0) : y[i + 1];
    }
}
template <class T> void exp_minus(void *x, int64_t n, const void *center, int64_t step, double) {
    T *y = static_cast<T *>(x);
    const T *c = static_cast<const T *>(center);
    for (int64_t i = 0; i < n; ++i) y[i] = std::exp(y[i] - c[i * step]);
}
template <class T> void magnitude(void *x, int64_t n, const void *, int64_t, double) {
    T *y = static_cast<T *>(x);
    for (int64_t i = 0; i < n; ++i) y[i] = std::fabs(y[i]);
}
template <class T> void one_if_nonzero(void *x, int64_t n, const void *, int64_t, double) {
    T *y = static_cast<T *>(x);
    for (int64_t i = 0; i < n; ++i) y[i] = y[i] != 0 ? T(1) : T(0);
}
template <class T> void abs_power(void *x, int64_t n, const void *, int64_t, double p) {
    T *y = static_cast<T *>(x);
    for (int64_t i = 0; i < n; ++i) y[i] = std::pow(std::fabs(y[i]), T(p));
}

#define PICK(f, t) (real_part(t) == DType::Float32 ? f<float> : f<double>)

// Sets the loops: `first` for the elements, `again` to merge partial results.
bool set_loops(Reduction &r, RowsOp first, RowsOp again, bool by_parts) {
    DType t = r.compute;
    if (is_complex_dtype(t) && !by_parts) {
        r.lane_bytes = itemsize(t);
        r.rows = r.merge_rows = complex_rows(first, t);
        r.run = r.merge_run = complex_run(first, t);
        return r.run != nullptr;
    }
    r.lanes = is_complex_dtype(t) ? 2 : 1;
    r.lanes_out = r.lanes;
    r.lane_bytes = itemsize(t) / r.lanes;
    int i = compute_index(real_part(t));
    if (i < 0) return false;
    const IsaTable &table = isa();
    r.rows = table.rows[int(first)][i];
    r.run = table.run[int(first)][i];
    r.merge_rows = table.rows[int(again)][i];
    r.merge_run = table.run[int(again)][i];
    return r.run && r.merge_run;
}

Reduction describe(const View &in, DType compute, DType out) {
    Reduction r;
    r.in = in.dtype;
    r.compute = r.finished = compute;
    r.out = out;
    r.cast = find_cast(in.dtype, compute);
    return r;
}

// Temporary view of the kept shape with its own memory.
View scratch_view(const View &kept, DType t, char *data) {
    View v = kept;
    v.dtype = t;
    v.data = data;
    set_contiguous(v);
    return v;
}

Status fill_number(const View &out, double value) {
    char bytes[16];
    char *args[2] = {reinterpret_cast<char *>(&value), bytes};
    intptr_t n = 1, steps[2] = {0, 0};
    find_cast(DType::Float64, out.dtype)(args, &n, steps);
    return fill(out, bytes);
}

Status reduce_nothing(ReduceOp op, const View &out, double p) {
    switch (op) {
    case ReduceOp::Sum:
    case ReduceOp::NanSum:
    case ReduceOp::Any:
    case ReduceOp::CountNonzero: return fill_number(out, 0);
    case ReduceOp::Norm: return p < 0 && std::isinf(p) ? Status::BadArgument : fill_number(out, 0);
    case ReduceOp::Prod:
    case ReduceOp::All: return fill_number(out, 1);
    case ReduceOp::Mean: return fill_number(out, std::numeric_limits<double>::quiet_NaN());
    case ReduceOp::LogSumExp: return fill_number(out, -std::numeric_limits<double>::infinity());
    case ReduceOp::Max:
    case ReduceOp::Min: break;
    }
    return Status::BadArgument;
}

Status log_sum_exp(const View &out, const View &in, uint32_t axes) {
    DType t = wide(inexact(out.dtype));
    if (is_complex_dtype(t) || is_complex_dtype(in.dtype)) return Status::UnsupportedDType;
    int64_t n = out.size();
    Scratch memory(n * itemsize(t));
    if (!memory) return Status::OutOfMemory;
    View largest = scratch_view(out, t, memory.get());
    Reduction max = describe(in, t, t);
    if (!set_loops(max, RowsOp::Max, RowsOp::Max, true)) return Status::UnsupportedDType;
    Status s = run_reduction(max, largest, in, axes);
    if (s != Status::Ok) return s;
    // An infinite maximum would turn its own difference into NaN.
    on_reals(t, memory.get(), n, [](auto *m, int64_t count) {
        for (int64_t i = 0; i < count; ++i)
            if (std::isinf(m[i])) m[i] = 0;
    });
    Reduction sum = describe(in, t, out.dtype);
    if (!set_loops(sum, RowsOp::Sum, RowsOp::Sum, true)) return Status::UnsupportedDType;
    sum.center = &largest;
    sum.stage = PICK(exp_minus, t);
    sum.finish = PICK(log_plus, t);
    return run_reduction(sum, out, in, axes);
}

Status norm(const View &out, const View &in, uint32_t axes, double p) {
    DType real = wide(inexact(out.dtype));
    if (is_complex_dtype(real)) return Status::UnsupportedDType;
    bool complex = is_complex_dtype(in.dtype);
    DType complex_type = real == DType::Float32 ? DType::Complex64 : DType::Complex128;
    RowsOp first = RowsOp::Sum, again = RowsOp::Sum;
    Reduction r = describe(in, complex && p == 2 ? complex_type : real, out.dtype);
    r.parameter = p;
    if (complex && p != 2) {
        r.convert = true;
        LoopFn absolute = find_loop(LoopOp::absolute, complex_type);
        if (in.dtype == complex_type) {
            r.cast = absolute;
        } else {
            r.cast = find_cast(in.dtype, complex_type);
            r.cast2 = absolute;
            r.between = complex_type;
        }
    }
    if (p == 2) {
        first = RowsOp::SumSquares;
        r.finish = PICK(square_root, real);
    } else if (p == 1) {
        first = RowsOp::SumAbs;
    } else if (std::isinf(p)) {
        first = again = p > 0 ? RowsOp::Max : RowsOp::Min;
        r.stage = PICK(magnitude, real);
    } else if (p == 0) {
        r.stage = PICK(one_if_nonzero, real);
    } else {
        r.stage = PICK(abs_power, real);
        r.finish = PICK(root, real);
    }
    if (!set_loops(r, first, again, true)) return Status::UnsupportedDType;
    r.lanes_out = 1;
    r.finished = real;
    return run_reduction(r, out, in, axes);
}

Status truth_reduction(bool any, const View &out, const View &in, uint32_t axes) {
    Reduction r = describe(in, DType::Bool, out.dtype);
    RowsOp op = any ? RowsOp::Max : RowsOp::Min;
    if (!set_loops(r, op, op, true)) return Status::UnsupportedDType;
    r.saturates = true;
    r.saturated = any ? 1 : 0;
    r.finish = truth;
    return run_reduction(r, out, in, axes);
}

Status count(const View &out, const View &in, uint32_t axes) {
    if (out.ndim == 0) {
        int64_t n = count_nonzero(in);
        char *args[2] = {reinterpret_cast<char *>(&n), out.data};
        intptr_t one = 1, steps[2] = {0, 0};
        find_cast(DType::Int64, out.dtype)(args, &one, steps);
        return Status::Ok;
    }
    Reduction r = describe(in, DType::Int64, out.dtype);
    r.convert = true;
    r.cast = find_cast(in.dtype, DType::Bool);
    r.cast2 = find_cast(DType::Bool, DType::Int64);
    r.between = DType::Bool;
    if (!set_loops(r, RowsOp::Sum, RowsOp::Sum, true)) return Status::UnsupportedDType;
    return run_reduction(r, out, in, axes);
}

}  // namespace
}  // namespace array

Status reduce(ReduceOp op, const View &full_out, const View &in, uint32_t axes, double p) {
    using namespace array;
    View out;
    axes &= all_axes(in.ndim);
    if (itemsize(in.dtype) == 0 || itemsize(full_out.dtype) == 0) return Status::UnsupportedDType;
    if (!kept_view(full_out, in, axes, &out)) return Status::BadArgument;
    if (out.size() == 0) return Status::Ok;
    int64_t n = reduced_size(in, axes);
    if (n == 0) return reduce_nothing(op, out, p);
    if (out.dtype == DType::Bool && (op == ReduceOp::Sum || op == ReduceOp::NanSum))
        op = ReduceOp::Any;
    if (out.dtype == DType::Bool && op == ReduceOp::Prod) op = ReduceOp::All;

    switch (op) {
    case ReduceOp::Any:
    case ReduceOp::All: return truth_reduction(op == ReduceOp::Any, out, in, axes);
    case ReduceOp::CountNonzero: return count(out, in, axes);
    case ReduceOp::LogSumExp: return log_sum_exp(out, in, axes);
    case ReduceOp::Norm: return norm(out, in, axes, p);
    case ReduceOp::Max:
    case ReduceOp::Min: {
        Reduction r = describe(in, wide(in.dtype), out.dtype);
        RowsOp rows = op == ReduceOp::Max ? RowsOp::Max : RowsOp::Min;
        if (!set_loops(r, rows, rows, false)) return Status::UnsupportedDType;
        return run_reduction(r, out, in, axes);
    }
    case ReduceOp::Prod: {
        Reduction r = describe(in, wide(out.dtype), out.dtype);
        if (!set_loops(r, RowsOp::Prod, RowsOp::Prod, false)) return Status::UnsupportedDType;
        return run_reduction(r, out, in, axes);
    }
    case ReduceOp::Sum:
    case ReduceOp::NanSum:
    case ReduceOp::Mean: break;
    }
    DType t = wide(op == ReduceOp::Mean ? inexact(out.dtype) : out.dtype);
    Reduction r = describe(in, t, out.dtype);
    if (!set_loops(r, RowsOp::Sum, RowsOp::Sum, true)) return Status::UnsupportedDType;
    if (op == ReduceOp::NanSum && (is_float_dtype(t) || is_complex_dtype(t)))
        r.stage = is_complex_dtype(t) ? PICK(zero_nan_pairs, t) : PICK(zero_nans, t);
    if (in.dtype == DType::Bool && t == DType::Int64) r.count = count_bytes;
    if (op == ReduceOp::Mean) {
        r.finish = is_complex_dtype(t) ? PICK(divide_pairs, t) : PICK(divide, t);
        r.parameter = double(n);
    } else if (is_float_dtype(t) || is_complex_dtype(t)) {
        r.finish = is_complex_dtype(t) ? PICK(plus_zero_pairs, t) : PICK(plus_zero, t);
    }
    return run_reduction(r, out, in, axes);
}

Status min_max(const View &least, const View &largest, const View &in, uint32_t axes) {
    using namespace array;
    // All of an int64 array, as for the bounds of indices: one pass over memory instead of two.
    if (in.dtype == DType::Int64 && axes == all_axes(in.ndim) && in.size() && is_contiguous(in)) {
        int64_t ends[2];
        isa().limits(reinterpret_cast<const int64_t *>(in.data), in.size(), ends, ends + 1);
        std::memcpy(least.data, ends, 8);
        std::memcpy(largest.data, ends + 1, 8);
        return Status::Ok;
    }
    const Status status = reduce(ReduceOp::Min, least, in, axes);
    return status == Status::Ok ? reduce(ReduceOp::Max, largest, in, axes) : status;
}

Status variance(const View *full_var, const View *full_mean, const View &in, uint32_t axes,
                double correction, bool square_root) {
    using namespace array;
    axes &= all_axes(in.ndim);
    View var, mean;
    if (full_var && !kept_view(*full_var, in, axes, &var)) return Status::BadArgument;
    if (full_mean && !kept_view(*full_mean, in, axes, &mean)) return Status::BadArgument;
    if (full_mean) {
        Status s = reduce(ReduceOp::Mean, mean, in, axes);
        if (s != Status::Ok) return s;
    }
    if (!full_var || var.size() == 0) return Status::Ok;
    int64_t n = reduced_size(in, axes);
    if (n == 0) return fill_number(var, std::numeric_limits<double>::quiet_NaN());
    DType real = wide(inexact(var.dtype));
    if (is_complex_dtype(real)) return Status::UnsupportedDType;
    DType t = real;
    if (is_complex_dtype(in.dtype))
        t = real == DType::Float32 ? DType::Complex64 : DType::Complex128;
    Scratch memory(var.size() * itemsize(t));
    if (!memory) return Status::OutOfMemory;
    View center = scratch_view(var, t, memory.get());
    Status s = reduce(ReduceOp::Mean, center, in, axes);
    if (s != Status::Ok) return s;
    Reduction r = describe(in, t, var.dtype);
    if (!set_loops(r, RowsOp::SumSquaredDeviations, RowsOp::Sum, true))
        return Status::UnsupportedDType;
    r.center = &center;
    r.lanes_out = 1;
    r.finished = real;
    r.finish = square_root ? PICK(divide_sqrt, real) : PICK(divide, real);
    r.parameter = double(n) - correction > 0 ? double(n) - correction : 0;
    return run_reduction(r, var, in, axes);
}

}  // namespace cannsim
