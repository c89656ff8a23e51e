#include "gemm.h"

#include <algorithm>

namespace cannsim::array::CANNSIM_ISA {
namespace {

// R rows of C by U vectors stay in registers while k runs.
template <class T, class V, int R, int U> inline void tile(T *c, int64_t ldc, const char *a,
                                                           int64_t a_row, int64_t a_col, const T *b,
                                                           int64_t ldb, int64_t k) {
    constexpr int64_t lanes = sizeof(V) / sizeof(T);
    V acc[R][U];
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
        for (int u = 0; u < U; ++u) acc[r][u] = vload<V>(c + r * ldc + u * lanes);
    for (int64_t p = 0; p < k; ++p) {
        V row[U];
#pragma GCC unroll 2
        for (int u = 0; u < U; ++u) row[u] = vload<V>(b + p * ldb + u * lanes);
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
            T x;
            std::memcpy(&x, a + r * a_row + p * a_col, sizeof(T));
#pragma GCC unroll 2
            for (int u = 0; u < U; ++u) acc[r][u] = V(acc[r][u] + V(row[u] * x));
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
        for (int u = 0; u < U; ++u) vstore(c + r * ldc + u * lanes, acc[r][u]);
}

template <class T, int R> inline void row_block(T *c, int64_t ldc, const char *a, int64_t a_row,
                                                int64_t a_col, const T *b, int64_t ldb, int64_t n,
                                                int64_t k) {
    using V = Vector<T>;
    constexpr int64_t lanes = sizeof(V) / sizeof(T);
    int64_t j = 0;
    for (; j + 2 * lanes <= n; j += 2 * lanes)
        tile<T, V, R, 2>(c + j, ldc, a, a_row, a_col, b + j, ldb, k);
    for (; j + lanes <= n; j += lanes) tile<T, V, R, 1>(c + j, ldc, a, a_row, a_col, b + j, ldb, k);
    for (; j < n; ++j) tile<T, T, R, 1>(c + j, ldc, a, a_row, a_col, b + j, ldb, k);
}

template <class T> void gemm(void *c_, int64_t ldc, const char *a, int64_t a_row, int64_t a_col,
                             const void *b_, int64_t ldb, int64_t m, int64_t n, int64_t k) {
    T *c = static_cast<T *>(c_);
    const T *b = static_cast<const T *>(b_);
    constexpr int64_t kDepth = 256, kWidth = 2048 / sizeof(T);  // of a panel of B that stays in L2
    for (int64_t p = 0; p < k; p += kDepth) {
        int64_t depth = std::min(kDepth, k - p);
        for (int64_t j = 0; j < n; j += kWidth) {
            int64_t width = std::min(kWidth, n - j);
            const T *panel = b + p * ldb + j;
            const char *left = a + p * a_col;
            int64_t i = 0;
            for (; i + 4 <= m; i += 4)
                row_block<T, 4>(c + i * ldc + j, ldc, left + i * a_row, a_row, a_col, panel, ldb,
                                width, depth);
            for (; i < m; ++i)
                row_block<T, 1>(c + i * ldc + j, ldc, left + i * a_row, a_row, a_col, panel, ldb,
                                width, depth);
        }
    }
}

}  // namespace

void fill_gemm(IsaTable &table) {
    // Integers wrap, so the signed types share the loops of the unsigned ones.
    for (DType t : {DType::Int8, DType::UInt8}) table.gemm[compute_index(t)] = gemm<uint8_t>;
    for (DType t : {DType::Int16, DType::UInt16}) table.gemm[compute_index(t)] = gemm<uint16_t>;
    for (DType t : {DType::Int32, DType::UInt32}) table.gemm[compute_index(t)] = gemm<uint32_t>;
    for (DType t : {DType::Int64, DType::UInt64}) table.gemm[compute_index(t)] = gemm<uint64_t>;
    table.gemm[compute_index(DType::Float32)] = gemm<float>;
    table.gemm[compute_index(DType::Float64)] = gemm<double>;
}

}  // namespace cannsim::array::CANNSIM_ISA
