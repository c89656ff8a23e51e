// Two-dimensional transposes in registers: log2(N) rounds of interleaving turn N rows of N elements
// into N columns, so that each cache line is read and written once and whole.
#include "transpose.h"

#include <algorithm>

namespace cannsim::array::CANNSIM_ISA {
namespace {

template <class T, int N, int... I>
inline auto interleave_low(T a, T b, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(a, b, (I / 2 + I % 2 * N)...);
}
template <class T, int N, int... I>
inline auto interleave_high(T a, T b, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(a, b, (N / 2 + I / 2 + I % 2 * N)...);
}

// A square block of N x N elements, N * sizeof(T) = Bytes.
template <class T, int Bytes>
inline void block(char *dst, int64_t dst_stride, const char *src, int64_t src_stride) {
    constexpr int N = Bytes / int(sizeof(T));
    using V = Vector<T, Bytes>;
    using Seq = std::make_integer_sequence<int, N>;
    V v[N], w[N];
#pragma GCC unroll 64
    for (int i = 0; i < N; ++i) v[i] = vload<V>(src + i * src_stride);
#pragma GCC unroll 8
    for (int round = 1; round < N; round *= 2) {
#pragma GCC unroll 64
        for (int i = 0; i < N / 2; ++i) {
            w[2 * i] = interleave_low<V, N>(v[i], v[i + N / 2], Seq{});
            w[2 * i + 1] = interleave_high<V, N>(v[i], v[i + N / 2], Seq{});
        }
#pragma GCC unroll 64
        for (int i = 0; i < N; ++i) v[i] = w[i];
    }
#pragma GCC unroll 64
    for (int i = 0; i < N; ++i) vstore(dst + i * dst_stride, v[i]);
}

template <class T> inline void edge(char *dst, int64_t dst_stride, const char *src,
                                    int64_t src_stride, int64_t rows, int64_t cols) {
    for (int64_t j = 0; j < cols; ++j)
        for (int64_t i = 0; i < rows; ++i)
            std::memcpy(dst + j * dst_stride + i * int64_t(sizeof(T)),
                        src + i * src_stride + j * int64_t(sizeof(T)), sizeof(T));
}

// Tiles of kTile x kTile elements keep the touched pages few; within them register blocks. Far apart as
// they are, a CPU does not foresee the lines that are written: those of the next tile are fetched by hand.
template <class T, int Bytes> void blocked(char *dst, int64_t dst_stride, const char *src,
                                           int64_t src_stride, int64_t rows, int64_t cols) {
    constexpr int64_t N = Bytes / int(sizeof(T));
    constexpr int64_t size = sizeof(T);
    constexpr int64_t tile = std::max<int64_t>(N, 256 / size), line = std::max<int64_t>(N, 64 / size);
    for (int64_t i0 = 0; i0 < rows; i0 += tile) {
        int64_t i1 = std::min(i0 + tile, rows);
        for (int64_t j0 = 0; j0 < cols; j0 += tile) {
            int64_t j1 = std::min(j0 + tile, cols);
            const int64_t next = j1 < cols ? tile * dst_stride : tile * size - j0 * dst_stride;
            int64_t i = i0;
            for (; i + N <= i1; i += N) {
                int64_t j = j0;
                for (; j + N <= j1; j += N) {
                    char *const to = dst + j * dst_stride + i * size;
                    if ((i - i0) % line == 0)
                        for (int r = 0; r < N; ++r) __builtin_prefetch(to + next + r * dst_stride, 1);
                    block<T, Bytes>(to, dst_stride, src + i * src_stride + j * size, src_stride);
                }
                if (j < j1)
                    edge<T>(dst + j * dst_stride + i * size, dst_stride,
                            src + i * src_stride + j * size, src_stride, N, j1 - j);
            }
            if (i < i1)
                edge<T>(dst + j0 * dst_stride + i * size, dst_stride,
                        src + i * src_stride + j0 * size, src_stride, i1 - i, j1 - j0);
        }
    }
}

struct Element16 {
    uint64_t a, b;
};

void blocked16(char *dst, int64_t dst_stride, const char *src, int64_t src_stride, int64_t rows,
               int64_t cols) {
    for (int64_t i0 = 0; i0 < rows; i0 += 16)
        for (int64_t j0 = 0; j0 < cols; j0 += 16)
            edge<Element16>(dst + j0 * dst_stride + i0 * 16, dst_stride,
                            src + i0 * src_stride + j0 * 16, src_stride,
                            std::min<int64_t>(16, rows - i0), std::min<int64_t>(16, cols - j0));
}

}  // namespace

void transpose(int width, char *dst, int64_t dst_stride, const char *src, int64_t src_stride,
               int64_t rows, int64_t cols) {
    switch (width) {
    case 1: return blocked<int8_t, 16>(dst, dst_stride, src, src_stride, rows, cols);
    case 2:
        return blocked<int16_t, (kVectorBytes < 32 ? 16 : 32)>(dst, dst_stride, src, src_stride,
                                                               rows, cols);
    case 4: return blocked<int32_t, kVectorBytes>(dst, dst_stride, src, src_stride, rows, cols);
    case 8: return blocked<int64_t, kVectorBytes>(dst, dst_stride, src, src_stride, rows, cols);
    case 16: return blocked16(dst, dst_stride, src, src_stride, rows, cols);
    }
}

}  // namespace cannsim::array::CANNSIM_ISA
