#include "linalg_small.h"

#include "copy.h"
#include "nest.h"
#include "scalar.h"
#include "scratch.h"

#include <algorithm>
#include <cmath>

namespace cannsim {
namespace array {
namespace {

template <class T> struct RealOf {
    using type = T;
};
template <class T> struct RealOf<std::complex<T>> {
    using type = T;
};
template <class T> using Real = typename RealOf<T>::type;

template <class T> T times(T a, T b) {
    if constexpr (is_complex<T>)
        return {a.real() * b.real() - a.imag() * b.imag(),
                a.real() * b.imag() + a.imag() * b.real()};
    else
        return a * b;
}
template <class T> T conjugate(T a) {
    if constexpr (is_complex<T>)
        return std::conj(a);
    else
        return a;
}
// Pivots are compared by the sum of parts, as LAPACK does.
template <class T> Real<T> size_of(T a) {
    if constexpr (is_complex<T>)
        return std::fabs(a.real()) + std::fabs(a.imag());
    else
        return std::fabs(a);
}

// A contiguous row-major matrix.
template <class T> struct Dense {
    T *data;
    int64_t rows, cols;
    T *operator[](int64_t i) const { return data + i * cols; }
};

// row_i -= factor row_j over columns [first, cols).
template <class T> void eliminate(T *to, const T *from, T factor, int64_t first, int64_t cols) {
    for (int64_t j = first; j < cols; ++j) to[j] -= times(factor, from[j]);
}

// Row of the largest pivot in column k.
template <class T> int64_t pivot_row(const Dense<T> &a, int64_t k) {
    int64_t best = k;
    for (int64_t i = k + 1; i < a.rows; ++i)
        if (size_of(a[i][k]) > size_of(a[best][k])) best = i;
    return best;
}

// Upper triangle of P A = L U; returns false at a zero pivot. `swaps` counts exchanges of rows.
template <class T> bool lu(Dense<T> a, int64_t *swaps) {
    bool regular = true;
    for (int64_t k = 0; k < a.rows; ++k) {
        int64_t p = pivot_row(a, k);
        if (p != k) {
            std::swap_ranges(a[k], a[k] + a.cols, a[p]);
            ++*swaps;
        }
        if (a[k][k] == T(0)) {
            regular = false;
            continue;
        }
        for (int64_t i = k + 1; i < a.rows; ++i) {
            T factor = a[i][k] / a[k][k];
            a[i][k] = T(0);
            if (factor != T(0)) eliminate(a[i], a[k], factor, k + 1, a.cols);
        }
    }
    return regular;
}

template <class T> bool invert(Dense<T> a, Dense<T> x) {
    std::fill_n(x.data, x.rows * x.cols, T(0));
    for (int64_t i = 0; i < x.rows; ++i) x[i][i] = T(1);
    for (int64_t k = 0; k < a.rows; ++k) {
        int64_t p = pivot_row(a, k);
        if (a[p][k] == T(0)) return false;
        if (p != k) {
            std::swap_ranges(a[k], a[k] + a.cols, a[p]);
            std::swap_ranges(x[k], x[k] + x.cols, x[p]);
        }
        T reciprocal = T(1) / a[k][k];
        for (int64_t i = k + 1; i < a.rows; ++i) {
            T factor = times(a[i][k], reciprocal);
            if (factor == T(0)) continue;
            eliminate(a[i], a[k], factor, k + 1, a.cols);
            eliminate(x[i], x[k], factor, 0, x.cols);
        }
    }
    for (int64_t k = a.rows - 1; k >= 0; --k) {
        for (int64_t j = k + 1; j < a.cols; ++j) eliminate(x[k], x[j], a[k][j], 0, x.cols);
        for (int64_t j = 0; j < x.cols; ++j) x[k][j] = x[k][j] / a[k][k];
    }
    return true;
}

// Lower factor in place; the strict upper triangle is neither read nor written.
template <class T> bool factor_cholesky(Dense<T> a) {
    for (int64_t j = 0; j < a.rows; ++j) {
        for (int64_t i = j; i < a.rows; ++i) {
            T sum = a[i][j];
            for (int64_t k = 0; k < j; ++k) sum -= times(a[i][k], conjugate(a[j][k]));
            if (i > j) {
                a[i][j] = sum / a[j][j];
                continue;
            }
            Real<T> d = std::real(sum);
            if (!(d > 0)) return false;
            a[j][j] = T(std::sqrt(d));
        }
    }
    return true;
}

// x = a^-1 x, a lower or upper triangular.
template <class T> void substitute(Dense<T> a, Dense<T> x, bool upper, bool unit) {
    for (int64_t step = 0; step < a.rows; ++step) {
        int64_t i = upper ? a.rows - 1 - step : step;
        int64_t first = upper ? i + 1 : 0, last = upper ? a.rows : i;
        for (int64_t j = first; j < last; ++j) eliminate(x[i], x[j], a[i][j], 0, x.cols);
        if (!unit)
            for (int64_t j = 0; j < x.cols; ++j) x[i][j] = x[i][j] / a[i][i];
    }
}

// Householder reflections turn `a` into R; each is also applied to q, which starts as the identity,
// from the left of q^H.
template <class T> void reflect(Dense<T> a, Dense<T> qh) {
    for (int64_t k = 0; k < std::min(a.rows - 1, a.cols); ++k) {
        Real<T> tail = 0;
        for (int64_t i = k + 1; i < a.rows; ++i) tail += std::norm(a[i][k]);
        T alpha = a[k][k];
        if (tail == 0 && std::imag(alpha) == 0) continue;
        Real<T> length = std::sqrt(std::norm(alpha) + tail);
        T beta = T(std::real(alpha) > 0 ? -length : length);
        // v = (1, a[k+1:, k] / (alpha - beta)), H = 1 - tau v v^H maps the column to beta.
        T tau = (beta - alpha) / beta, scale = T(1) / (alpha - beta);
        for (int64_t i = k + 1; i < a.rows; ++i) a[i][k] = times(a[i][k], scale);
        auto apply = [&](Dense<T> m, int64_t first) {
            for (int64_t j = first; j < m.cols; ++j) {
                T sum = m[k][j];
                for (int64_t i = k + 1; i < a.rows; ++i) sum += times(conjugate(a[i][k]), m[i][j]);
                sum = times(conjugate(tau), sum);
                m[k][j] -= sum;
                for (int64_t i = k + 1; i < a.rows; ++i) m[i][j] -= times(a[i][k], sum);
            }
        };
        apply(a, k + 1);
        if (qh.data) apply(qh, 0);
        a[k][k] = beta;
        for (int64_t i = k + 1; i < a.rows; ++i) a[i][k] = T(0);
    }
}

template <class F> Status on_fields(DType t, F &&f) {
    Status s = Status::UnsupportedDType;
    visit_dtype(t, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (is_complex<T> || std::is_floating_point_v<T>) s = f(tag);
    });
    return s;
}

View batch(const View &v, int matrix_axes) {
    View b = v;
    b.ndim -= matrix_axes;
    return b;
}

bool square(const View &v) { return v.ndim >= 2 && v.shape[v.ndim - 1] == v.shape[v.ndim - 2]; }

// The conjugate transpose of a square matrix.
template <class T> void adjoint(Dense<T> a, bool conj) {
    for (int64_t i = 0; i < a.rows; ++i)
        for (int64_t j = i; j < a.cols; ++j) {
            T x = a[i][j], y = a[j][i];
            a[i][j] = conj ? conjugate(y) : y;
            a[j][i] = conj ? conjugate(x) : x;
        }
}

DType real_dtype(DType t) {
    return t == DType::Complex64 ? DType::Float32 : t == DType::Complex128 ? DType::Float64 : t;
}

// The triangular factor's determinant, element by element: f(diagonal element).
template <class T, class Finish>
Status determinants(const View &first, const View &second, const View &in, Finish &&finish) {
    int64_t n = in.shape[in.ndim - 1];
    Scratch memory(n * n * int64_t(sizeof(T)));
    if (!memory) return Status::OutOfMemory;
    View lead = batch(in, 2);
    if (!same_shape(first, lead) || !same_shape(second, lead)) return Status::BadArgument;
    if (lead.size() == 0) return Status::Ok;
    Status status = Status::Ok;
    for_each_outer(nest_of<3>({&first, &second, &lead}), 0, [&](char *const *p) {
        Status s = copy(dense_matrix(memory.get(), in.dtype, n, n), matrix_at(in, p[2]));
        if (s != Status::Ok) status = s;
        Dense<T> a{memory.as<T>(), n, n};
        int64_t swaps = 0;
        lu(a, &swaps);
        finish(p[0], p[1], a, swaps % 2 != 0);
    });
    return status;
}

}  // namespace
}  // namespace array

Status inverse(const View &out, const View &in) {
    using namespace array;
    if (!square(in) || !same_shape(out, in)) return Status::BadArgument;
    if (out.dtype != in.dtype) return Status::UnsupportedDType;
    int64_t n = in.shape[in.ndim - 1];
    return on_fields(in.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        Scratch memory(2 * n * n * int64_t(sizeof(T)));
        if (!memory) return Status::OutOfMemory;
        View to = batch(out, 2), from = batch(in, 2);
        if (out.size() == 0) return Status::Ok;
        Status status = Status::Ok;
        for_each_outer(nest_of<2>({&to, &from}), 0, [&](char *const *p) {
            Dense<T> a{memory.as<T>(), n, n}, x{memory.as<T>() + n * n, n, n};
            if (status == Status::Ok)
                status = copy(dense_matrix(memory.get(), in.dtype, n, n), matrix_at(in, p[1]));
            if (status != Status::Ok) return;
            if (!invert(a, x))
                status = Status::Singular;
            else
                status = copy(matrix_at(out, p[0]),
                              dense_matrix(x.data, in.dtype, n, n));
        });
        return status;
    });
}

Status slogdet(const View &sign, const View &logarithm, const View &in) {
    using namespace array;
    if (!square(in)) return Status::BadArgument;
    if (sign.dtype != in.dtype || logarithm.dtype != real_dtype(in.dtype))
        return Status::UnsupportedDType;
    return on_fields(in.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        return determinants<T>(sign, logarithm, in,
                               [](char *to, char *log_to, Dense<T> a, bool odd) {
                                   T unit = odd ? T(-1) : T(1);
                                   Real<T> sum = 0;
                                   for (int64_t i = 0; i < a.rows; ++i) {
                                       Real<T> size = std::abs(a[i][i]);
                                       unit = size == 0 ? T(0) : times(unit, a[i][i] / T(size));
                                       sum += std::log(size);
                                   }
                                   store<T>(to, unit);
                                   store<Real<T>>(log_to, sum);
                               });
    });
}

Status cholesky(const View &out, const View &in, bool upper) {
    using namespace array;
    if (!square(in) || !same_shape(out, in)) return Status::BadArgument;
    if (out.dtype != in.dtype) return Status::UnsupportedDType;
    int64_t n = in.shape[in.ndim - 1];
    return on_fields(in.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        Scratch memory(n * n * int64_t(sizeof(T)));
        if (!memory) return Status::OutOfMemory;
        View to = batch(out, 2), from = batch(in, 2),
             work = dense_matrix(memory.get(), in.dtype, n, n);
        if (out.size() == 0) return Status::Ok;
        Status status = Status::Ok;
        for_each_outer(nest_of<2>({&to, &from}), 0, [&](char *const *p) {
            if (status == Status::Ok) status = copy(work, matrix_at(in, p[1]));
            if (status != Status::Ok) return;
            Dense<T> a{memory.as<T>(), n, n};
            if (upper) adjoint(a, true);
            if (!factor_cholesky(a)) {
                status = Status::Singular;
                return;
            }
            for (int64_t i = 0; i < n; ++i) std::fill(a[i] + i + 1, a[i] + n, T(0));
            if (upper) adjoint(a, true);
            status = copy(matrix_at(out, p[0]), work);
        });
        return status;
    });
}

Status triangular_solve(const View &x, const View &a, const View &b, bool upper, TriangularOp op,
                        bool unit_diagonal) {
    using namespace array;
    if (!square(a) || x.ndim < 2 || b.ndim < 2) return Status::BadArgument;
    if (x.dtype != a.dtype || b.dtype != a.dtype) return Status::UnsupportedDType;
    int64_t n = a.shape[a.ndim - 1], cols = b.shape[b.ndim - 1];
    View to = batch(x, 2), left, right;
    if (b.shape[b.ndim - 2] != n || x.shape[x.ndim - 2] != n || x.shape[x.ndim - 1] != cols)
        return Status::BadArgument;
    if (!broadcast_to(batch(a, 2), to, &left) || !broadcast_to(batch(b, 2), to, &right))
        return Status::BadArgument;
    return on_fields(a.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        Scratch memory((n * n + n * cols) * int64_t(sizeof(T)));
        if (!memory) return Status::OutOfMemory;
        if (x.size() == 0) return Status::Ok;
        Dense<T> m{memory.as<T>(), n, n}, y{memory.as<T>() + n * n, n, cols};
        View work = dense_matrix(y.data, a.dtype, n, cols);
        Status status = Status::Ok;
        for_each_outer(nest_of<3>({&to, &left, &right}), 0, [&](char *const *p) {
            if (status == Status::Ok)
                status = copy(dense_matrix(memory.get(), a.dtype, n, n), matrix_at(a, p[1]));
            if (status == Status::Ok) status = copy(work, matrix_at(b, p[2]));
            if (status != Status::Ok) return;
            if (op != TriangularOp::None) adjoint(m, op == TriangularOp::ConjugateTranspose);
            substitute(m, y, upper != (op != TriangularOp::None), unit_diagonal);
            status = copy(matrix_at(x, p[0]), work);
        });
        return status;
    });
}

Status qr(const View *q, const View &r, const View &in) {
    using namespace array;
    if (in.ndim < 2 || r.ndim != in.ndim || (q && q->ndim != in.ndim)) return Status::BadArgument;
    if (r.dtype != in.dtype || (q && q->dtype != in.dtype)) return Status::UnsupportedDType;
    int64_t m = in.shape[in.ndim - 2], n = in.shape[in.ndim - 1], k = r.shape[r.ndim - 2];
    if (r.shape[r.ndim - 1] != n || (k != m && k != std::min(m, n))) return Status::BadArgument;
    if (q && (q->shape[q->ndim - 2] != m || q->shape[q->ndim - 1] != k)) return Status::BadArgument;
    View from = batch(in, 2), to_r = batch(r, 2), to_q = q ? batch(*q, 2) : from;
    if (!same_shape(from, to_r) || !same_shape(from, to_q)) return Status::BadArgument;
    return on_fields(in.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        Scratch memory((m * n + (q ? m * m : 0)) * int64_t(sizeof(T)));
        if (!memory) return Status::OutOfMemory;
        if (from.size() == 0) return Status::Ok;
        Dense<T> a{memory.as<T>(), m, n}, qh{q ? memory.as<T>() + m * n : nullptr, m, m};
        Status status = Status::Ok;
        for_each_outer(nest_of<3>({&to_r, &to_q, &from}), 0, [&](char *const *p) {
            if (status == Status::Ok && in.size())
                status = copy(dense_matrix(memory.get(), in.dtype, m, n), matrix_at(in, p[2]));
            if (status != Status::Ok) return;
            if (q) {
                std::fill_n(qh.data, m * m, T(0));
                for (int64_t i = 0; i < m; ++i) qh[i][i] = T(1);
            }
            reflect(a, qh);
            View top = dense_matrix(memory.get(), in.dtype, m, n);
            top.shape[0] = k;
            status = copy(matrix_at(r, p[0]), top);
            if (!q || status != Status::Ok) return;
            adjoint(qh, true);
            View left = dense_matrix(qh.data, in.dtype, m, m);
            left.shape[1] = k;
            status = copy(matrix_at(*q, p[1]), left);
        });
        return status;
    });
}

}  // namespace cannsim
