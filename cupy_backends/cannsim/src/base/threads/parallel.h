// Shares the work of one operator between the calling thread and helpers.
//
// Helpers are threads of the process that start when the first long operator runs and sleep in
// between. They never call Python. A forked child starts its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace cannsim {

// Calls body(context, begin, end) for pieces that cover [0, n), each beginning at a multiple of
// `grain`. Which pieces there are depends on time and load, so the result must depend neither on
// them nor on their order. Short work, a busy machine and a call from within a body run on this
// thread alone.
using RangeBody = void (*)(void *context, int64_t begin, int64_t end);
void parallel_for(int64_t n, int64_t grain, RangeBody body, void *context);

// The same with f(begin, end).
template <class F> void parallel_pieces(int64_t n, int64_t grain, F &&f) {
    parallel_for(
        n, grain,
        [](void *context, int64_t begin, int64_t end) {
            (*static_cast<std::remove_reference_t<F> *>(context))(begin, end);
        },
        &f);
}

// The same for `n` pieces of work that are known to take about `cost` nanoseconds each: the first
// is not tried alone.
void parallel_tasks(int64_t n, int64_t cost, RangeBody body, void *context);

// memmove and memset, shared where they are long.
void parallel_move(void *dst, const void *src, size_t bytes);
void parallel_set(void *dst, int value, size_t bytes);

// The most threads that work on one operator, the caller among them: CANNSIM_NUM_THREADS, else
// OMP_NUM_THREADS, else the cores that this process may use.
int thread_count();
void set_thread_count(int n); // 0: what the environment says

constexpr int kMaxThreads = 256;

// The number in `text`, 1 to kMaxThreads; 0 when it is none.
int parse_thread_count(const char *text);

struct ParallelCounts {
    uint64_t shared;  // calls that helpers were asked to join
    uint64_t joined;  // helpers that came in time
    uint64_t refused; // calls worth sharing that the governor kept on one thread
};
ParallelCounts parallel_counts();

} // namespace cannsim
