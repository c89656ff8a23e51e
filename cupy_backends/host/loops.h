/* Element-wise rows and small products by NumPy's own inner loops, driven over strided operands
 * without the interpreter.
 *
 * Making arrays and calling a ufunc costs more than a small operation itself, and would need the
 * interpreter's lock. What has no loop here, or odd operands, goes the long way through the table
 * of ops.py: the result is the same.
 */
#ifndef CUPY_HOST_LOOPS_H
#define CUPY_HOST_LOOPS_H

#include <cstdint>
#include <cstring>
#include <unordered_map>

#include "cupy_backend.h"
#include "cupy_ops.h"

namespace cupy_host {

constexpr int kMaxOperands = 4;
constexpr int kMaxRank = 64;

/* NumPy's signature of an inner loop; npy_intp has 64 bits on every platform of this project. */
using LoopFn = void (*)(char **, const int64_t *, const int64_t *, void *);

struct Loop {
    LoopFn function;
    void *data;
};

/* Filled while the module is imported, only read afterwards. */
inline std::unordered_map<uint32_t, Loop> loops;

inline uint32_t loop_key(int op, const int8_t *dtypes, int n) {
    uint32_t key = uint32_t(op);
    for (int k = 0; k < n; k++)
        key = key << 4 | uint32_t(dtypes[k]);
    return key;
}
static_assert(CUPY_NUM_DTYPES <= 16 && CUPY_NUM_OPS < 1 << 16,
              "the key packs an op and four dtypes");

/* The first loop of a signature is the one that NumPy chooses. */
inline void add_loop(int op, const int8_t *dtypes, int n, void *function, void *data) {
    if (function && n <= kMaxOperands)
        loops.emplace(loop_key(op, dtypes, n), Loop{reinterpret_cast<LoopFn>(function), data});
}

/* Strided operands of one shape, with axes of extent 1 dropped and neighbours joined where all
 * strides allow. */
struct Nest {
    int rank = 0;
    int64_t shape[kMaxRank];
    int64_t strides[kMaxRank][kMaxOperands];
};

inline void append(Nest &nest, int64_t extent, const int64_t *strides, int n) {
    if (extent == 1)
        return;
    if (nest.rank) {
        int64_t *outer = nest.strides[nest.rank - 1];
        bool joins = true;
        for (int k = 0; k < n; k++)
            joins = joins && outer[k] == strides[k] * extent;
        if (joins) {
            for (int k = 0; k < n; k++)
                outer[k] = strides[k];
            nest.shape[nest.rank - 1] *= extent;
            return;
        }
    }
    nest.shape[nest.rank] = extent;
    for (int k = 0; k < n; k++)
        nest.strides[nest.rank][k] = strides[k];
    nest.rank++;
}

inline const uint8_t alignments[CUPY_NUM_DTYPES] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 4, 8};
inline const uint8_t sizes[CUPY_NUM_DTYPES] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16};

/* A small product of two matrices by the inner loop of numpy.matmul, which would spend more on its
 * operands than on their elements; a large one is NumPy's, which lets other threads go on. */
inline bool run_product(int op, const cupyOperand *operands, int n) {
    constexpr int64_t most = 1 << 15; /* multiplications */
    if (op != CUPY_OP_MATMUL || n != 3 || operands[0].dtype == CUPY_FLOAT16)
        return false; /* halves are summed as float32 */
    int8_t dtypes[3];
    char *args[3], *low[3], *high[3];
    for (int k = 0; k < 3; k++) {
        const cupyOperand &o = operands[k];
        if (!o.block || o.ndim != 2)
            return false;
        dtypes[k] = o.dtype;
        args[k] = low[k] = high[k] = static_cast<char *>(o.block) + o.offset;
        uint64_t unaligned = reinterpret_cast<uintptr_t>(args[k]);
        for (int axis = 0; axis < 2; axis++) {
            const int64_t reach = (o.shape[axis] - 1) * o.strides[axis];
            if (o.shape[axis] == 0)
                return false;
            (reach < 0 ? low[k] : high[k]) += reach;
            unaligned |= uint64_t(o.strides[axis]);
        }
        if (unaligned % alignments[o.dtype])
            return false;
        high[k] += sizes[o.dtype];
    }
    for (int k = 0; k < 2; k++)
        if (low[k] < high[2] && low[2] < high[k])
            return false; /* the output is read too */
    const cupyOperand &a = operands[0], &b = operands[1], &out = operands[2];
    const int64_t rows = a.shape[0], inner = a.shape[1], columns = b.shape[1];
    auto found = loops.find(loop_key(op, dtypes, 3));
    if (found == loops.end() || b.shape[0] != inner || out.shape[0] != rows ||
        out.shape[1] != columns || rows > most || inner > most || columns > most ||
        rows * inner > most || rows * inner * columns > most)
        return false;
    const int64_t extents[] = {1, rows, inner, columns};
    const int64_t steps[] = {0,           0,           0,           a.strides[0],  a.strides[1],
                             b.strides[0], b.strides[1], out.strides[0], out.strides[1]};
    found->second.function(args, extents, steps, found->second.data);
    return true;
}

/* Runs the op if there is a loop for it; false: nothing was done. */
inline bool run_loop(int op, cupyOperand *operands, int n, const cupyAttr *) {
    if (run_product(op, operands, n))
        return true;
    if (op < 0 || op >= CUPY_NUM_OPS || !cupy_op_info[op].elementwise || n < 2 || n > kMaxOperands)
        return false;
    int8_t dtypes[kMaxOperands];
    for (int k = 0; k < n; k++)
        dtypes[k] = operands[k].dtype;
    auto found = loops.find(loop_key(op, dtypes, n));
    if (found == loops.end())
        return false;

    const cupyOperand &like = operands[n - 1];
    int rank = like.ndim;
    if (!like.block || rank > kMaxRank)
        return false;
    char *base[kMaxOperands];
    uint64_t unaligned = 0;
    bool scalar[kMaxOperands];
    alignas(16) char values[kMaxOperands]
                           [sizeof operands->scalar]; /* an operand keeps its scalar unaligned */
    for (int k = 0; k < n; k++) {
        const cupyOperand &o = operands[k];
        scalar[k] = !o.block;
        if (scalar[k]) {
            std::memcpy(values[k], o.scalar, sizeof o.scalar);
            base[k] = values[k];
            continue;
        }
        base[k] = static_cast<char *>(o.block) + o.offset;
        unaligned |= reinterpret_cast<uintptr_t>(base[k]) % alignments[o.dtype];
        if (o.ndim != rank)
            return false;
        for (int axis = 0; axis < rank; axis++) {
            if (o.shape[axis] != like.shape[axis])
                return false;
            unaligned |= uint64_t(o.strides[axis]) % alignments[o.dtype];
        }
    }
    if (unaligned)
        return false;

    /* Widest strides of the output outermost: any transposition of contiguous memory becomes one
     * long loop. */
    int order[kMaxRank];
    auto width = [&](int axis) {
        return like.strides[axis] < 0 ? -like.strides[axis] : like.strides[axis];
    };
    for (int axis = 0; axis < rank; axis++) {
        if (like.shape[axis] == 0)
            return true;
        int place = axis;
        for (; place > 0 && width(order[place - 1]) < width(axis); place--)
            order[place] = order[place - 1];
        order[place] = axis;
    }
    Nest nest;
    for (int j = 0; j < rank; j++) {
        int64_t strides[kMaxOperands], extent = like.shape[order[j]];
        bool backwards = true;
        for (int k = 0; k < n; k++) {
            strides[k] = scalar[k] ? 0 : operands[k].strides[order[j]];
            backwards = backwards && strides[k] <= 0;
        }
        for (int k = 0; backwards && k < n; k++) {
            base[k] += strides[k] * (extent - 1);
            strides[k] = -strides[k];
        }
        append(nest, extent, strides, n);
    }
    /* A single element is contiguous to NumPy, which then takes its vector code. */
    int64_t packed[kMaxOperands];
    for (int k = 0; k < n; k++)
        packed[k] = sizes[operands[k].dtype];
    const int64_t one = 1;
    int outer = nest.rank ? nest.rank - 1 : 0;
    const int64_t *count = nest.rank ? &nest.shape[outer] : &one;
    const int64_t *steps = nest.rank ? nest.strides[outer] : packed;
    int64_t position[kMaxRank] = {0};
    for (;;) {
        char *args[kMaxOperands];
        for (int k = 0; k < n; k++)
            args[k] = base[k];
        found->second.function(args, count, steps, found->second.data);
        int axis = outer - 1;
        for (; axis >= 0; axis--) {
            if (++position[axis] < nest.shape[axis])
                break;
            position[axis] = 0;
            for (int k = 0; k < n; k++)
                base[k] -= nest.strides[axis][k] * (nest.shape[axis] - 1);
        }
        if (axis < 0)
            return true;
        for (int k = 0; k < n; k++)
            base[k] += nest.strides[axis][k];
    }
}

} // namespace cupy_host

#endif
