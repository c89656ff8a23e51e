#include "matmul.h"

#include "../loops/driver.h"
#include "blas.h"
#include "copy.h"
#include "isa/isa.h"
#include "nest.h"
#include "scalar.h"
#include "scratch.h"

#include <algorithm>
#include <atomic>
#include <limits>

namespace cannsim {
namespace array {
namespace {

enum { kOut = 0, kA = 1, kB = 2 };

// A matrix somewhere in memory: strides in bytes.
struct Matrix {
    char *data;
    int64_t rows, cols, row_stride, col_stride;
    DType dtype;

    View view() const {
        View v;
        v.data = data;
        v.dtype = dtype;
        v.ndim = 2;
        v.shape[0] = rows;
        v.shape[1] = cols;
        v.strides[0] = row_stride;
        v.strides[1] = col_stride;
        return v;
    }
    Matrix transposed() const { return {data, cols, rows, col_stride, row_stride, dtype}; }
    Matrix rows_from(int64_t begin, int64_t count) const {
        Matrix m = *this;
        m.data += begin * row_stride;
        m.rows = count;
        return m;
    }
    Matrix cols_from(int64_t begin, int64_t count) const {
        Matrix m = *this;
        m.data += begin * col_stride;
        m.cols = count;
        return m;
    }
};

Matrix contiguous(char *data, int64_t rows, int64_t cols, DType t) {
    return {data, rows, cols, cols * itemsize(t), itemsize(t), t};
}

// How BLAS may read a matrix in row-major order: as it is, transposed, or not at all.
bool blas_layout(const Matrix &m, Trans *trans, int64_t *ld) {
    int64_t size = itemsize(m.dtype);
    auto fits = [&](int64_t inner, int64_t n_inner, int64_t outer, int64_t n_outer) {
        if (inner != size && n_inner != 1) return false;
        if (n_outer == 1) {
            *ld = std::max<int64_t>(1, n_inner);
            return true;
        }
        if (outer % size || outer < n_inner * size) return false;
        *ld = outer / size;
        return true;
    };
    *trans = Trans::No;
    if (fits(m.col_stride, m.cols, m.row_stride, m.rows)) return true;
    *trans = Trans::Yes;
    return fits(m.row_stride, m.rows, m.col_stride, m.cols);
}

Trans flip(Trans t) { return t == Trans::No ? Trans::Yes : Trans::No; }

// A vector's increment in elements; 0 when BLAS cannot express it.
int64_t increment(int64_t stride, int64_t n, int64_t size) {
    if (n == 1) return 1;
    return stride > 0 && stride % size == 0 ? stride / size : 0;
}

// Small products: sums in registers, operands where they are.
template <class T> struct DirectSum {
    using Acc = Wide<T>;
    static void add(Acc &acc, T x, T y) {
        if constexpr (is_complex<T>) {
            acc = {acc.real() + (x.real() * y.real() - x.imag() * y.imag()),
                   acc.imag() + (x.real() * y.imag() + x.imag() * y.real())};
        } else if constexpr (std::is_same_v<T, Bool>) {
            acc |= uint8_t(x.value != 0 && y.value != 0);
        } else if constexpr (std::is_integral_v<T>) {
            acc = T(uint64_t(acc) + uint64_t(x) * uint64_t(y));
        } else {
            acc += widen(x) * widen(y);
        }
    }
};

constexpr int64_t kDirect = 128;  // products of matrices up to which BLAS costs more than it saves

// Rows of N columns in registers, for the little matrices that come in large stacks.
template <class T, int N> void direct_rows(const Matrix &c, const Matrix &a, const Matrix &b) {
    for (int64_t i = 0; i < c.rows; ++i) {
        T acc[N] = {};
        const char *x = a.data + i * a.row_stride, *row = b.data;
        for (int64_t p = 0; p < a.cols; ++p, x += a.col_stride, row += b.row_stride) {
            T value = load<T>(x), y[N];
            std::memcpy(y, row, sizeof y);
#pragma GCC unroll 8
            for (int j = 0; j < N; ++j) acc[j] += value * y[j];
        }
        std::memcpy(c.data + i * c.row_stride, acc, sizeof acc);
    }
}

template <class T> void direct(const Matrix &c, const Matrix &a, const Matrix &b) {
    if constexpr (std::is_floating_point_v<T>) {
        if (b.col_stride == int64_t(sizeof(T)) && c.col_stride == int64_t(sizeof(T))) {
            switch (c.cols) {
            case 2: return direct_rows<T, 2>(c, a, b);
            case 3: return direct_rows<T, 3>(c, a, b);
            case 4: return direct_rows<T, 4>(c, a, b);
            case 5: return direct_rows<T, 5>(c, a, b);
            case 6: return direct_rows<T, 6>(c, a, b);
            case 7: return direct_rows<T, 7>(c, a, b);
            case 8: return direct_rows<T, 8>(c, a, b);
            }
        }
    }
    for (int64_t i = 0; i < c.rows; ++i) {
        for (int64_t j = 0; j < c.cols; ++j) {
            const char *x = a.data + i * a.row_stride, *y = b.data + j * b.col_stride;
            typename DirectSum<T>::Acc acc{};
            for (int64_t p = 0; p < a.cols; ++p, x += a.col_stride, y += b.row_stride)
                DirectSum<T>::add(acc, load<T>(x), load<T>(y));
            store<T>(c.data + i * c.row_stride + j * c.col_stride, narrow<T>(acc));
        }
    }
}

Status direct(const Matrix &c, const Matrix &a, const Matrix &b) {
    visit_dtype(c.dtype, [&](auto tag) { direct<typename decltype(tag)::type>(c, a, b); });
    return Status::Ok;
}

template <class C> void complex_rows(const Matrix &c, const Matrix &a, const Matrix &b) {
    for (int64_t i = 0; i < c.rows; ++i) {
        C *to = reinterpret_cast<C *>(c.data + i * c.row_stride);
        std::fill_n(to, c.cols, C());
        for (int64_t p = 0; p < a.cols; ++p) {
            C x = load<C>(a.data + i * a.row_stride + p * a.col_stride);
            const C *row = reinterpret_cast<const C *>(b.data + p * b.row_stride);
            for (int64_t j = 0; j < c.cols; ++j) DirectSum<C>::add(to[j], x, row[j]);
        }
    }
}

void bool_rows(const Matrix &c, const Matrix &a, const Matrix &b) {
    for (int64_t i = 0; i < c.rows; ++i) {
        char *to = c.data + i * c.row_stride;
        std::memset(to, 0, size_t(c.cols));
        for (int64_t p = 0; p < a.cols; ++p) {
            if (!a.data[i * a.row_stride + p * a.col_stride]) continue;
            const char *row = b.data + p * b.row_stride;
            for (int64_t j = 0; j < c.cols; ++j) to[j] = char(to[j] | (row[j] != 0));
        }
    }
}

// Our own product: rows of c and b are adjacent elements.
void own_product(const Matrix &c, const Matrix &a, const Matrix &b) {
    if (c.dtype == DType::Bool) return bool_rows(c, a, b);
    if (c.dtype == DType::Complex64) return complex_rows<complex64>(c, a, b);
    if (c.dtype == DType::Complex128) return complex_rows<complex128>(c, a, b);
    int64_t size = itemsize(c.dtype);
    for (int64_t i = 0; i < c.rows; ++i)
        std::memset(c.data + i * c.row_stride, 0, size_t(c.cols * size));
    isa().gemm[compute_index(c.dtype)](c.data, c.row_stride / size, a.data, a.row_stride,
                                       a.col_stride, b.data, b.row_stride / size, c.rows, c.cols,
                                       a.cols);
}

bool rows_adjacent(const Matrix &m) {
    int64_t size = itemsize(m.dtype);
    return m.col_stride == size && m.row_stride >= m.cols * size && m.row_stride % size == 0;
}

Status by_own_loops(const Matrix &c, const Matrix &a, Matrix b) {
    int64_t size = itemsize(c.dtype);
    bool pack_b = !rows_adjacent(b), pack_c = !rows_adjacent(c);
    Scratch memory((pack_b ? b.rows * b.cols * size : 0) + (pack_c ? c.rows * c.cols * size : 0));
    if (!memory) return Status::OutOfMemory;
    Matrix result = c;
    if (pack_c) result = contiguous(memory.get(), c.rows, c.cols, c.dtype);
    if (pack_b) {
        Matrix packed = contiguous(memory.get() + (pack_c ? c.rows * c.cols * size : 0), b.rows,
                                   b.cols, b.dtype);
        Status s = copy(packed.view(), b.view());
        if (s != Status::Ok) return s;
        b = packed;
    }
    struct Rows {
        const Matrix &c, &a, &b;
    } rows{result, a, b};
    parallel_for(
        c.rows, std::max<int64_t>(1, 65536 / std::max<int64_t>(1, c.cols * a.cols)),
        [](void *context, int64_t begin, int64_t end) {
            const Rows &r = *static_cast<Rows *>(context);
            own_product(r.c.rows_from(begin, end - begin), r.a.rows_from(begin, end - begin), r.b);
        },
        &rows);
    return pack_c ? copy(c.view(), result.view()) : Status::Ok;
}

// Rows that begin one element after another, the windows of a convolution, times a vector.
bool slides(const Matrix &c, const Matrix &a, const Matrix &b) {
    const int64_t size = itemsize(a.dtype);
    return b.cols == 1 && a.rows > 1 && a.row_stride == size && a.col_stride == size &&
           c.row_stride == size;
}

// The vector times the transposed windows, whose rows are adjacent elements where they are.
void by_windows(const Matrix &c, const Matrix &a, const Matrix &b) {
    struct Transposed {
        Matrix c, a, b;
    } t{{c.data, 1, c.rows, 0, c.row_stride, c.dtype},
        {b.data, 1, b.rows, 0, b.row_stride, b.dtype},
        {a.data, a.cols, a.rows, a.col_stride, a.row_stride, a.dtype}};
    parallel_for(
        c.rows, std::max<int64_t>(1, 65536 / a.cols),
        [](void *context, int64_t begin, int64_t end) {
            const Transposed &t = *static_cast<Transposed *>(context);
            own_product(t.c.cols_from(begin, end - begin), t.a,
                        t.b.cols_from(begin, end - begin));
        },
        &t);
}

// OpenBLAS takes smaller ones in the calling thread anyway.
constexpr int64_t kLargeProduct = 200000, kLargeMatrix = 2048, kLargeDot = 8192;

constexpr int64_t kGramTile = 128;

// Divides c into tiles that depend on the shape alone, so that the number of threads changes no
// bit, and calls f(c, a, b) for each. `cost` is what the whole takes.
template <class F> void each_tile(const Matrix &c, const Matrix &a, const Matrix &b, double cost,
                                  int64_t rows, int64_t cols, F &&f) {
    constexpr int64_t multiple = 32;
    const bool by_rows = c.rows >= 2 * rows;
    const int64_t n = by_rows ? c.rows : c.cols, about = by_rows ? rows : cols;
    const int64_t step = (n / std::max<int64_t>(1, n / about) + multiple - 1) / multiple * multiple;
    auto part = [&](int64_t i) {
        const int64_t begin = i * step, count = std::min(step, n - begin);
        if (by_rows)
            f(c.rows_from(begin, count), a.rows_from(begin, count), b);
        else
            f(c.cols_from(begin, count), a, b.cols_from(begin, count));
    };
    if (n < 2 * about) return f(c, a, b);
    const int64_t tiles = (n + step - 1) / step;
    parallel_tasks(
        tiles, int64_t(cost) / tiles,
        [](void *context, int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) (*static_cast<decltype(part) *>(context))(i);
        },
        &part);
}

// A matrix times its own transpose, as for covariances, is symmetric.
bool is_gram(const Matrix &a, const Matrix &b) {
    return a.data == b.data && a.rows == b.cols && a.row_stride == b.col_stride && a.col_stride == b.row_stride;
}

// each_tile for such a product: rows of c as far as their last column on the diagonal; the rest is copied.
template <class F>
Status each_lower_tile(const Matrix &c, const Matrix &a, const Matrix &b, double cost, F &&f) {
    std::atomic<Status> status{Status::Ok};
    const int64_t tiles = (c.rows + kGramTile - 1) / kGramTile;
    auto part = [&](int64_t i) {
        const int64_t begin = (tiles - 1 - i) * kGramTile, count = std::min(kGramTile, c.rows - begin);
        const Matrix rows = c.rows_from(begin, count), left = rows.cols_from(0, begin);
        f(rows.cols_from(0, begin + count), a.rows_from(begin, count), b.cols_from(0, begin + count));
        visit_width(itemsize(c.dtype), [&](auto tag) {
            using T = typename decltype(tag)::type;
            char *const corner = c.data + begin * (c.row_stride + c.col_stride);
            for (int64_t row = 1; row < count; ++row)
                for (int64_t col = 0; col < row; ++col)
                    store<T>(corner + col * c.row_stride + row * c.col_stride,
                             load<T>(corner + row * c.row_stride + col * c.col_stride));
        });
        const Matrix mirrored = c.rows_from(0, begin).cols_from(begin, count);
        const Status s = begin ? copy(mirrored.view(), left.transposed().view()) : Status::Ok;
        if (s != Status::Ok) status.store(s);
    };
    parallel_tasks(
        tiles, int64_t(cost) / 2 / tiles,
        [](void *context, int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) (*static_cast<decltype(part) *>(context))(i);
        },
        &part);
    return status;
}

Status by_blas(const Matrix &c, Matrix a, Matrix b) {
    int64_t size = itemsize(c.dtype);
    int type = blas_type(c.dtype);
    Trans ta, tb, tc;
    int64_t lda, ldb, ldc;
    const bool gram = is_gram(a, b) && a.rows >= 2 * kGramTile;
    bool pack_a = !blas_layout(a, &ta, &lda), pack_b = !blas_layout(b, &tb, &ldb);
    // A vector operand needs no unit stride.
    int64_t inc_b = b.cols == 1 ? increment(b.row_stride, b.rows, size) : 0;
    int64_t inc_c = c.cols == 1 ? increment(c.row_stride, c.rows, size) : 0;
    int64_t inc_a = a.rows == 1 ? increment(a.col_stride, a.cols, size) : 0;
    int64_t inc_cr = c.rows == 1 ? increment(c.col_stride, c.cols, size) : 0;
    if (inc_a && inc_b) {
        OneBlasThread one(a.cols > kLargeDot);
        blas_dot(type, a.cols, a.data, inc_a, b.data, inc_b, c.data);
        return Status::Ok;
    }
    bool matrix_vector = inc_b && inc_c && !pack_a, vector_matrix = inc_a && inc_cr && !pack_b;
    if (matrix_vector)
        pack_b = false;
    else if (vector_matrix)
        pack_a = false;
    bool pack_c = !matrix_vector && !vector_matrix && !blas_layout(c, &tc, &ldc);

    int64_t a_bytes = pack_a ? a.rows * a.cols * size : 0,
            b_bytes = pack_b ? b.rows * b.cols * size : 0;
    Scratch memory(a_bytes + b_bytes + (pack_c ? c.rows * c.cols * size : 0));
    if (!memory) return Status::OutOfMemory;
    auto pack = [&](Matrix &m, char *to, Trans *t, int64_t *ld) {
        Matrix packed = contiguous(to, m.rows, m.cols, m.dtype);
        Status s = copy(packed.view(), m.view());
        m = packed;
        *t = Trans::No;
        *ld = std::max<int64_t>(1, m.cols);
        return s;
    };
    if (pack_a && pack(a, memory.get(), &ta, &lda) != Status::Ok) return Status::OutOfMemory;
    if (pack_b && pack(b, memory.get() + a_bytes, &tb, &ldb) != Status::Ok)
        return Status::OutOfMemory;
    if (matrix_vector || vector_matrix) {
        // Some versions scale y by beta = 0 rather than overwrite it, which keeps NaN.
        Status s = fill_zero(c.view());
        if (s != Status::Ok) return s;
        const int64_t size_all = a.rows * a.cols * b.cols;
        OneBlasThread one(size_all > kLargeMatrix);
        // A transposed operand is stored as a row-major matrix with its axes exchanged.
        each_tile(c, a, b, double(size_all * size) / 10, 1024, 1024,
                  [&](const Matrix &c, const Matrix &a, const Matrix &b) {
                      if (matrix_vector) {
                          bool t = ta == Trans::Yes;
                          blas_gemv(type, Order::Row, ta, t ? a.cols : a.rows, t ? a.rows : a.cols,
                                    a.data, lda, b.data, inc_b, c.data, inc_c);
                      } else {
                          bool t = tb == Trans::Yes;
                          blas_gemv(type, Order::Row, flip(tb), t ? b.cols : b.rows,
                                    t ? b.rows : b.cols, b.data, ldb, a.data, inc_a, c.data,
                                    inc_cr);
                      }
                  });
        return Status::Ok;
    }
    Matrix result = c;
    if (pack_c) {
        result = contiguous(memory.get() + a_bytes + b_bytes, c.rows, c.cols, c.dtype);
        tc = Trans::No;
        ldc = std::max<int64_t>(1, c.cols);
    }
    const double products = double(c.rows) * double(c.cols) * double(a.cols);
    OneBlasThread one(products > double(kLargeProduct));
    // Nanoseconds per product: about 0.02 for float32, in proportion to the bytes of the others.
    const double cost = products * double(size) / 200;
    const auto multiply = [&](const Matrix &c, const Matrix &a, const Matrix &b) {
        if (tc == Trans::No)
            blas_gemm(type, Order::Row, ta, tb, c.rows, c.cols, a.cols, a.data, lda, b.data, ldb, c.data, ldc);
        else
            blas_gemm(type, Order::Column, flip(ta), flip(tb), c.rows, c.cols, a.cols, a.data, lda, b.data, ldb,
                      c.data, ldc);
    };
    Status status = Status::Ok;
    if (gram)
        status = each_lower_tile(result, a, b, cost, multiply);
    else
        each_tile(result, a, b, cost, c.rows < 512 ? 128 : c.rows < 4096 ? 256 : 512, 512, multiply);
    if (status != Status::Ok) return status;
    return pack_c ? copy(c.view(), result.view()) : Status::Ok;
}

// One product whose operands are of the dtype to compute in.
Status product(const Matrix &c, const Matrix &a, const Matrix &b) {
    if (c.rows * c.cols * a.cols <= kDirect) return direct(c, a, b);
    if (slides(c, a, b)) {
        by_windows(c, a, b);
        return Status::Ok;
    }
    constexpr int64_t limit = std::numeric_limits<int32_t>::max();
    bool big = std::max({c.rows, c.cols, a.cols}) > limit;
    if (blas_type(c.dtype) >= 0 && !big && has_blas()) return by_blas(c, a, b);
    return by_own_loops(c, a, b);
}

// Operands that must be cast: b as a whole, a and the result in panels of rows.
Status product_cast(const Matrix &c, const Matrix &a, const Matrix &b, DType compute) {
    int64_t size = itemsize(compute);
    bool cast_in = a.dtype != compute, cast_out = c.dtype != compute;
    int64_t per_row = std::max<int64_t>(1, (cast_in ? a.cols : 0) + (cast_out ? c.cols : 0));
    int64_t panel = std::clamp<int64_t>((1 << 20) / per_row, std::min<int64_t>(64, c.rows), c.rows);
    Scratch memory(((cast_in ? b.rows * b.cols : 0) + panel * per_row) * size);
    if (!memory) return Status::OutOfMemory;
    char *next = memory.get();
    Matrix right = b;
    if (cast_in) {
        right = contiguous(next, b.rows, b.cols, compute);
        // Keeping b's order makes the cast a linear walk.
        if (std::llabs(b.row_stride) < std::llabs(b.col_stride))
            right.row_stride = size, right.col_stride = b.rows * size;
        Status s = copy(right.view(), b.view());
        if (s != Status::Ok) return s;
        next += b.rows * b.cols * size;
    }
    for (int64_t i = 0; i < c.rows; i += panel) {
        int64_t rows = std::min(panel, c.rows - i);
        Matrix left = a.rows_from(i, rows), result = c.rows_from(i, rows);
        char *at = next;
        if (cast_in) {
            left = contiguous(at, rows, a.cols, compute);
            at += rows * a.cols * size;
            Status s = copy(left.view(), a.rows_from(i, rows).view());
            if (s != Status::Ok) return s;
        }
        if (cast_out) result = contiguous(at, rows, c.cols, compute);
        Status s = product(result, left, right);
        if (s == Status::Ok && cast_out) s = copy(c.rows_from(i, rows).view(), result.view());
        if (s != Status::Ok) return s;
    }
    return Status::Ok;
}

}  // namespace
}  // namespace array

Status matmul(const View &out, const View &a, const View &b) {
    using namespace array;
    if (a.dtype != b.dtype || itemsize(a.dtype) == 0 || itemsize(out.dtype) == 0)
        return Status::UnsupportedDType;
    if (a.ndim == 0 || b.ndim == 0) return Status::BadArgument;
    // Give every operand its two matrix axes, then broadcast the rest to out's.
    bool a_vector = a.ndim == 1, b_vector = b.ndim == 1;
    Matrix ma{a.data,
              a_vector ? 1 : a.shape[a.ndim - 2],
              a.shape[a.ndim - 1],
              a_vector ? 0 : a.strides[a.ndim - 2],
              a.strides[a.ndim - 1],
              a.dtype};
    Matrix mb{b.data,
              b.shape[b_vector ? 0 : b.ndim - 2],
              b_vector ? 1 : b.shape[b.ndim - 1],
              b.strides[b_vector ? 0 : b.ndim - 2],
              b_vector ? 0 : b.strides[b.ndim - 1],
              b.dtype};
    int matrix_axes = (a_vector ? 0 : 1) + (b_vector ? 0 : 1);
    int batch = out.ndim - matrix_axes;
    if (batch < 0 || ma.cols != mb.rows) return Status::BadArgument;
    int row_axis = a_vector ? -1 : batch, col_axis = b_vector ? -1 : out.ndim - 1;
    Matrix mc{out.data,
              row_axis < 0 ? 1 : out.shape[row_axis],
              col_axis < 0 ? 1 : out.shape[col_axis],
              row_axis < 0 ? 0 : out.strides[row_axis],
              col_axis < 0 ? 0 : out.strides[col_axis],
              out.dtype};
    if (mc.rows != ma.rows || mc.cols != mb.cols) return Status::BadArgument;

    View batch_out = out, batch_a = a, batch_b = b, wide_a, wide_b;
    batch_out.ndim = batch;
    batch_a.ndim = a_vector ? 0 : a.ndim - 2;
    batch_b.ndim = b_vector ? 0 : b.ndim - 2;
    if (!broadcast_to(batch_a, batch_out, &wide_a) || !broadcast_to(batch_b, batch_out, &wide_b))
        return Status::BadArgument;
    if (out.size() == 0) return Status::Ok;
    if (ma.cols == 0) return fill_zero(out);

    DType compute = is_half_dtype(a.dtype) ? DType::Float32 : a.dtype;
    bool cast = out.dtype != compute || a.dtype != compute;
    Nest<3> nest = nest_of<3>({&batch_out, &wide_a, &wide_b});
    nest.coalesce();
    // One matrix on the right of many stacked rows is a single larger product.
    if (nest.ndim == 1 && nest.strides[kB][0] == 0 &&
        nest.strides[kA][0] == ma.rows * ma.row_stride &&
        nest.strides[kOut][0] == mc.rows * mc.row_stride && !a_vector) {
        ma.rows *= nest.shape[0];
        mc.rows *= nest.shape[0];
        nest.ndim = 0;
    }
    const int64_t products = mc.rows * mc.cols * ma.cols;
    struct Stack {
        const Nest<3> &nest;
        Matrix c, a, b;
        DType compute;
        bool cast, direct;
        std::atomic<Status> status{Status::Ok};
    } stack{nest, mc, ma, mb, compute, cast, products <= kDirect && out.dtype == a.dtype};
    parallel_for(
        nest.size(), std::max<int64_t>(1, 65536 / std::max<int64_t>(1, products)),
        [](void *context, int64_t begin, int64_t end) {
            Stack &s = *static_cast<Stack *>(context);
            Matrix c = s.c, a = s.a, b = s.b;
            Odometer<3> at(s.nest, s.nest.ndim);
            at.seek(begin);
            for (int64_t i = begin; i < end; ++i, at.next()) {
                c.data = at.p[kOut];
                a.data = at.p[kA];
                b.data = at.p[kB];
                const Status status = !s.cast    ? product(c, a, b)
                                      : s.direct ? direct(c, a, b)
                                                 : product_cast(c, a, b, s.compute);
                if (status != Status::Ok) s.status.store(status);
            }
        },
        &stack);
    return stack.status;
}

}  // namespace cannsim
