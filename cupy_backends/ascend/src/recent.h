// The last launches of each stream, for the message of a failure that shows only when somebody waits.
#pragma once

#include "launch.h"

namespace ascend {

constexpr int kRecentOperands = 4, kRecentDims = 4;

struct Launched {
    const Plan *plan = nullptr;
    int8_t dtypes[kRecentOperands], ranks[kRecentOperands];
    int64_t dims[kRecentOperands][kRecentDims];
    int32_t operands;
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

struct LastRecent {
    int device = -1;
    cupyStream stream = nullptr;
    Recent *recent = nullptr;
};
extern thread_local LastRecent last_recent;

inline Recent *recent_of(cupyStream stream) {
    const LastRecent &last = last_recent;
    if (__builtin_expect(last.stream == stream && last.device == thread.device, 1))
        return last.recent;
    return find_recent(stream);
}

template <class T> inline void put_relaxed(T &to, T value) {
    __atomic_store_n(&to, value, __ATOMIC_RELAXED);
}

// Called for every launch: a few stores.
inline void note_launch(const Plan *plan, const cupyOperand *ops, int n, cupyStream stream) {
    Recent *recent = recent_of(stream);
    const uint32_t index = recent->count.load(std::memory_order_relaxed);
    recent->count.store(index + 1, std::memory_order_relaxed);
    Launched &line = recent->ring[index % Recent::kKept];
    put_relaxed(line.plan, plan);
    put_relaxed(line.operands, int32_t(n));
    for (int k = 0; k < n && k < kRecentOperands; k++) {
        const cupyOperand &o = ops[k];
        put_relaxed(line.dtypes[k], o.dtype);
        put_relaxed(line.ranks[k], int8_t(o.block ? o.ndim : -1));
        for (int d = 0; d < o.ndim && d < kRecentDims; d++) put_relaxed(line.dims[k][d], o.shape[d]);
    }
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
