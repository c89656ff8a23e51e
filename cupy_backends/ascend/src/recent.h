// The last launches of each stream, for the message of a failure that shows only when somebody waits.
#pragma once

#include "launch.h"

namespace ascend {

constexpr int kRecentOperands = 4, kRecentDims = 4;

struct Launched {
    const Plan *plan = nullptr;
    int32_t operands, scalars; // a bit per host scalar
    int32_t ranks[kRecentOperands];
    int64_t dims[kRecentOperands][kRecentDims]; // element-wise: of the last operand, kept as the first
    int8_t dtypes[kRecentOperands];             // unless the plan tells
};

// Threads that share a stream may overwrite each other's lines; what is read is never dangling.
struct Recent {
    static constexpr uint32_t kKept = 8;
    int device;
    cupyStream stream;
    std::atomic<uint32_t> count{0}; // launches noted so far
    std::atomic<uint32_t> done{0};  // of them known to have finished
    Launched ring[kKept];
};

Recent *find_recent(cupyStream); // of the current device

inline Recent *recent_of(cupyStream stream) {
    Recent *last = thread.recent;
    if (__builtin_expect(last && last->stream == stream && last->device == thread.device, 1))
        return last;
    return find_recent(stream);
}

template <class T, class V> inline void put_relaxed(T &to, V value) {
    __atomic_store_n(&to, T(value), __ATOMIC_RELAXED);
}

inline void note_shape(Launched &line, int k, const cupyOperand &o) {
    put_relaxed(line.ranks[k], o.ndim);
    for (int d = 0; d < o.ndim && d < kRecentDims; d++) put_relaxed(line.dims[k][d], o.shape[d]);
}

// Called for every launch: a few stores.
inline void note_launch(const Plan *plan, const cupyOperand *ops, int n, cupyStream stream) {
    Recent *recent = recent_of(stream);
    const uint32_t index = recent->count.load(std::memory_order_relaxed);
    recent->count.store(index + 1, std::memory_order_relaxed);
    Launched &line = recent->ring[index % Recent::kKept];
    put_relaxed(line.plan, plan);
    put_relaxed(line.operands, n);
    int scalars = 0;
    if (plan->elementwise) {
        for (int k = 0; k < n; k++) scalars |= !ops[k].block << k;
        note_shape(line, 0, ops[n - 1]);
    } else {
        for (int k = 0; k < n && k < kRecentOperands; k++) {
            scalars |= !ops[k].block << k;
            note_shape(line, k, ops[k]);
            put_relaxed(line.dtypes[k], ops[k].dtype);
        }
    }
    put_relaxed(line.scalars, scalars);
}

// Everything that was noted before `mark` has finished.
inline uint32_t recent_mark(cupyStream stream) {
    return recent_of(stream)->count.load(std::memory_order_relaxed);
}
inline void recent_done(cupyStream stream, uint32_t mark) {
    recent_of(stream)->done.store(mark, std::memory_order_relaxed);
}

void forget_launches(int device); // it was reset

// A line per launch, newest first, of one stream or (nullptr) of all streams of the current device.
void recent_launches(const cupyStream *stream, char *text, size_t size);

} // namespace ascend
