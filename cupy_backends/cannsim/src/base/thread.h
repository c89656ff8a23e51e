// What each thread keeps for itself, so that the hot path takes no lock: free lists, counters and
// the current context.
#pragma once

#include <cstdint>

namespace cannsim {

struct Context;

struct Counters {
    uint64_t phase1, launches, allocations, frees, synchronizations, host_to_device, device_to_host,
        device_to_device;
};

constexpr int kPoolKinds = 11; // members of Kind

struct FreeList {
    void *head;
    uint32_t count;
};

// Plain data in the static TLS block: reaching it costs one addition.
struct ThreadState {
    bool attached;
    FreeList lists[kPoolKinds];
    Counters counters;
    Context *context;
};

extern __thread ThreadState this_thread
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

// Registers this thread, so that its lists and counters outlive it. Cheap after the first time.
void attach_slow();
inline void attach() {
    if (__builtin_expect(!this_thread.attached, 0)) attach_slow();
}

// Sum over living and finished threads.
Counters total_counters();

// Objects of a kind that are not in a free list.
uint64_t live_objects(int kind);

} // namespace cannsim
