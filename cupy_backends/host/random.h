/* The rows of random numbers, by the same source as the simulator's kernels. */
#ifndef CUPY_HOST_RANDOM_H
#define CUPY_HOST_RANDOM_H

#include <algorithm>
#include <new>
#include <vector>

#include "array/random_stream.h"
#include "loops.h"
#include "synchronous.h"

namespace cupy_host {

constexpr int64_t kPiece = 1024; /* elements at a time, a multiple of every block's share */

/* Calls make(to, first, n) for pieces of the elements in C order, and brings them to their places.
 */
template <class T, class F> void generate(const cupyOperand &out, F &&make) {
    int64_t size = 1, position[kMaxRank] = {0};
    for (int axis = 0; axis < out.ndim; axis++)
        size *= out.shape[axis];
    char *base = static_cast<char *>(out.block) + out.offset;
    const bool direct = out.contiguous && reinterpret_cast<uintptr_t>(base) % alignof(T) == 0;
    alignas(64) T piece[kPiece];
    for (int64_t first = 0; first < size; first += kPiece) {
        const int64_t n = std::min(kPiece, size - first);
        if (direct) {
            make(reinterpret_cast<T *>(base) + first, first, n);
            continue;
        }
        make(piece, first, n);
        for (int64_t i = 0; i < n; i++) {
            std::memcpy(base, piece + i, sizeof(T));
            for (int axis = out.ndim - 1; axis >= 0; axis--) {
                base += out.strides[axis];
                if (++position[axis] < out.shape[axis])
                    break;
                base -= out.strides[axis] * out.shape[axis];
                position[axis] = 0;
            }
        }
    }
}

/* T is the unsigned integer of the output's width: all wrap alike. */
template <class T>
void draw_integers(const cupyOperand &out, cannsim::Stream s, uint64_t low, uint64_t extent) {
    generate<T>(out, [=](T *to, int64_t first, int64_t n) {
        alignas(64) uint64_t wide[kPiece];
        cannsim::random_stream::integers(wide, s, uint64_t(first), n, low, extent);
        std::copy(wide, wide + n, to);
    });
}

inline void draw_permutation(const cupyOperand &out, cannsim::Stream s) {
    struct Key {
        uint64_t key;
        int64_t place;
        bool operator<(const Key &other) const {
            return key != other.key ? key < other.key : place < other.place;
        }
    };
    const int64_t count = out.shape[0];
    std::vector<Key> keys(static_cast<size_t>(count));
    for (int64_t first = 0; first < count; first += kPiece) {
        alignas(64) uint64_t drawn[kPiece];
        const int64_t n = std::min(kPiece, count - first);
        cannsim::random_stream::words64(drawn, s, uint64_t(first), n);
        for (int64_t i = 0; i < n; i++)
            keys[size_t(first + i)] = {drawn[i], first + i};
    }
    std::sort(keys.begin(), keys.end());
    generate<int64_t>(out, [&](int64_t *to, int64_t first, int64_t n) {
        for (int64_t i = 0; i < n; i++)
            to[i] = keys[size_t(first + i)].place;
    });
}

/* Whether this is a row of random numbers on dtypes that it has; *status is then its outcome. */
inline bool run_random(int op, const cupyOperand *operands, int n, const cupyAttr *attrs,
                       int *status) {
    namespace stream = cannsim::random_stream;
    if (op < CUPY_OP_RANDOM_UNIFORM || op > CUPY_OP_RANDOM_PERMUTATION || n != 1)
        return false;
    const cupyOperand &out = operands[0];
    const cannsim::Stream s{attrs[0].u, attrs[1].u};
    *status = CUPY_OK;
    for (int axis = 0; axis < out.ndim; axis++)
        if (out.shape[axis] == 0)
            return true;
    switch (op) {
    case CUPY_OP_RANDOM_UNIFORM:
        if (out.dtype == CUPY_FLOAT64)
            generate<double>(out, [s](double *to, int64_t first, int64_t count) {
                stream::uniforms(to, s, uint64_t(first), count);
            });
        else if (out.dtype == CUPY_FLOAT32)
            generate<float>(out, [s](float *to, int64_t first, int64_t count) {
                stream::uniforms(to, s, uint64_t(first), count);
            });
        else
            return false;
        return true;
    case CUPY_OP_RANDOM_NORMAL:
        if (out.dtype == CUPY_FLOAT64)
            generate<double>(out, [s](double *to, int64_t first, int64_t count) {
                stream::normals(to, s, uint64_t(first), count);
            });
        else if (out.dtype == CUPY_FLOAT32)
            generate<float>(out, [s](float *to, int64_t first, int64_t count) {
                alignas(64) double wide[kPiece];
                stream::narrow_normals(wide, s, uint64_t(first), count);
                std::copy(wide, wide + count, to);
            });
        else
            return false;
        return true;
    case CUPY_OP_RANDOM_INTEGERS:
        switch (out.dtype) {
        case CUPY_INT8:
        case CUPY_UINT8: draw_integers<uint8_t>(out, s, attrs[2].u, attrs[3].u); return true;
        case CUPY_INT16:
        case CUPY_UINT16: draw_integers<uint16_t>(out, s, attrs[2].u, attrs[3].u); return true;
        case CUPY_INT32:
        case CUPY_UINT32: draw_integers<uint32_t>(out, s, attrs[2].u, attrs[3].u); return true;
        case CUPY_INT64:
        case CUPY_UINT64: draw_integers<uint64_t>(out, s, attrs[2].u, attrs[3].u); return true;
        default: return false;
        }
    default:
        if (out.dtype != CUPY_INT64 || out.ndim != 1)
            return false;
        try {
            draw_permutation(out, s);
        } catch (const std::bad_alloc &) {
            *status = cupy_synchronous::fail(CUPY_OUT_OF_MEMORY, "random_permutation",
                                             "the system has no memory left");
        }
        return true;
    }
}

} // namespace cupy_host

#endif
