// Singular values by Jacobi's rotations of columns (Hestenes), in float64 whatever the dtype.
#include "copy.h"
#include "linalg_small.h"
#include "nest.h"
#include "scalar.h"
#include "scratch.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace cannsim {
namespace array {
namespace {

double conjugate(double x) { return x; }
complex128 conjugate(complex128 x) { return std::conj(x); }
double square(double x) { return x * x; }
double square(complex128 x) { return std::norm(x); }

template <class T> using Column = std::vector<T>;

template <class T> T inner(const Column<T> &a, const Column<T> &b) {
    T sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += conjugate(a[i]) * b[i];
    return sum;
}
template <class T> double norm(const Column<T> &a) {
    double sum = 0;
    for (T x : a) sum += square(x);
    return std::sqrt(sum);
}

// (a, b) = (c a - s b', s a + c b') where b' = b with its phase taken off.
template <class T> void rotate(Column<T> &a, Column<T> &b, T phase, double c, double s) {
    for (size_t i = 0; i < a.size(); ++i) {
        const T x = a[i], y = conjugate(phase) * b[i];
        a[i] = c * x - s * y;
        b[i] = s * x + c * y;
    }
}

// Makes the columns of w orthogonal; v takes part in every rotation.
template <class T> void orthogonalise(std::vector<Column<T>> &w, std::vector<Column<T>> &v) {
    constexpr int kSweeps = 60;
    constexpr double kSmall = 1e-15;
    bool rotated = true;
    for (int sweep = 0; rotated && sweep < kSweeps; ++sweep) {
        rotated = false;
        for (size_t p = 0; p < w.size(); ++p)
            for (size_t q = p + 1; q < w.size(); ++q) {
                const T product = inner(w[p], w[q]);
                const double size = std::abs(product), a = norm(w[p]), b = norm(w[q]);
                if (!(size > kSmall * a * b)) continue;
                rotated = true;
                const double zeta = (b * b - a * a) / (2 * size);
                const double t = (zeta < 0 ? -1 : 1) / (std::fabs(zeta) + std::hypot(1.0, zeta));
                const double c = 1 / std::hypot(1.0, t);
                rotate(w[p], w[q], product / size, c, c * t);
                rotate(v[p], v[q], product / size, c, c * t);
            }
    }
}

// Fills up with unit columns that are orthogonal to those before, from column `have` on.
template <class T> void complete(std::vector<Column<T>> &u, size_t have, size_t want, size_t rows) {
    u.resize(have);
    for (size_t axis = 0; u.size() < want && axis < rows; ++axis) {
        Column<T> candidate(rows, T(0));
        candidate[axis] = 1;
        for (int twice = 0; twice < 2; ++twice)
            for (const Column<T> &other : u) {
                const T along = inner(other, candidate);
                for (size_t i = 0; i < rows; ++i) candidate[i] -= along * other[i];
            }
        const double length = norm(candidate);
        if (length < 0.5 / std::sqrt(double(rows))) continue;
        for (T &x : candidate) x /= length;
        u.push_back(std::move(candidate));
    }
}

// a = u diag(values) v^H for a matrix of at least as many rows as columns, given by its columns.
template <class T>
void decompose(std::vector<Column<T>> a, size_t rows, size_t left, std::vector<double> &values,
               std::vector<Column<T>> &u, std::vector<Column<T>> &v) {
    const size_t n = a.size();
    std::vector<Column<T>> turned(n, Column<T>(n, T(0)));
    for (size_t i = 0; i < n; ++i) turned[i][i] = 1;
    orthogonalise(a, turned);
    std::vector<double> sizes(n);
    for (size_t i = 0; i < n; ++i) sizes[i] = norm(a[i]);
    std::vector<size_t> order(n);
    std::iota(order.begin(), order.end(), size_t(0));
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t i, size_t j) { return sizes[i] > sizes[j]; });
    values.resize(n);
    u.clear();
    v.clear();
    size_t rank = 0;
    for (size_t k = 0; k < n; ++k) {
        values[k] = sizes[order[k]];
        v.push_back(turned[order[k]]);
        if (values[k] > values[0] * 1e-300 && values[k] > 0) {
            Column<T> column = a[order[k]];
            for (T &x : column) x /= values[k];
            u.push_back(std::move(column));
            ++rank;
        }
    }
    complete(u, rank, left, rows);
}

View leading(View v, int axes) {
    v.ndim -= axes;
    return v;
}

template <class T> constexpr DType wide = is_complex<T> ? DType::Complex128 : DType::Float64;

template <class T>
Status store(const View &to, const std::vector<Column<T>> &columns, std::vector<T> &buffer) {
    const int64_t rows = to.shape[0], n = to.shape[1];
    buffer.assign(size_t(rows * n), T(0));
    for (int64_t j = 0; j < n && j < int64_t(columns.size()); ++j)
        for (int64_t i = 0; i < rows; ++i)
            buffer[size_t(i * n + j)] = columns[size_t(j)][size_t(i)];
    return copy(to, dense_matrix(buffer.data(), wide<T>, rows, n));
}

template <class T> Status run(const View &sigma, const View *u, const View *v, const View &in) {
    const int64_t m = in.shape[in.ndim - 2], n = in.shape[in.ndim - 1], k = std::min(m, n);
    const bool tall = m >= n;
    std::vector<T> buffer;
    std::vector<double> values;
    std::vector<Column<T>> left, right;
    Status status = Status::Ok;
    View s = leading(sigma, 1), a = leading(in, 2), to_u = u ? leading(*u, 2) : a,
         to_v = v ? leading(*v, 2) : a;
    const size_t wanted = size_t(!u ? 0 : tall ? u->shape[u->ndim - 1] : v->shape[v->ndim - 1]);
    for_each_outer(nest_of<4>({&a, &s, &to_u, &to_v}), 0, [&](char *const *p) {
        if (status != Status::Ok) return;
        buffer.assign(size_t(m * n), T(0));
        status = copy(dense_matrix(buffer.data(), wide<T>, m, n), matrix_at(in, p[0]));
        if (status != Status::Ok) return;
        // A wide matrix is decomposed by its conjugate transpose, which swaps u and v.
        std::vector<Column<T>> columns(size_t(k), Column<T>(size_t(std::max(m, n))));
        for (int64_t i = 0; i < m; ++i)
            for (int64_t j = 0; j < n; ++j) {
                const T x = buffer[size_t(i * n + j)];
                if (tall)
                    columns[size_t(j)][size_t(i)] = x;
                else
                    columns[size_t(i)][size_t(j)] = conjugate(x);
            }
        decompose(std::move(columns), size_t(std::max(m, n)), wanted, values, left, right);
        View row = dense_matrix(values.data(), DType::Float64, 1, k);
        View to;
        to.data = p[1];
        to.dtype = sigma.dtype;
        to.ndim = 2;
        to.shape[0] = 1;
        to.strides[0] = 0;
        to.shape[1] = k;
        to.strides[1] = sigma.strides[sigma.ndim - 1];
        status = copy(to, row);
        if (!u || status != Status::Ok) return;
        status = store(matrix_at(*u, p[2]), tall ? left : right, buffer);
        if (status == Status::Ok) status = store(matrix_at(*v, p[3]), tall ? right : left, buffer);
    });
    return status;
}

} // namespace
} // namespace array

Status svd(const View &sigma, const View *u, const View *v, const View &in) {
    const int64_t k = std::min(in.shape[in.ndim - 2], in.shape[in.ndim - 1]);
    if (k == 0) return Status::Ok;
    return array::is_complex_dtype(in.dtype) ? array::run<array::complex128>(sigma, u, v, in)
                                             : array::run<double>(sigma, u, v, in);
}

} // namespace cannsim
