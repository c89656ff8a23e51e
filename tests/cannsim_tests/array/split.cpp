// Stands in for cannsim::parallel_for and parallel_tasks: one piece, many in reverse, or pieces on
// two threads.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>

using Body = void (*)(void *, int64_t, int64_t);

static std::atomic<int> g_mode{0};
static std::atomic<int64_t> g_pieces{0};

extern "C" void __wrap__ZN7cannsim12parallel_forEllPFvPvllES0_(int64_t n, int64_t grain, Body body,
                                                               void *context) {
    if (g_mode == 0 || n <= grain) return body(context, 0, n);
    int64_t pieces = (n + grain - 1) / grain;
    g_pieces += pieces;
    auto run = [&](int64_t p) { body(context, p * grain, std::min(n, (p + 1) * grain)); };
    if (g_mode == 1) {
        for (int64_t p = pieces - 1; p >= 0; --p) run(p);
        return;
    }
    std::atomic<int64_t> next{0};
    auto work = [&] {
        for (int64_t p; (p = next++) < pieces;) run(p);
    };
    std::thread helper(work);
    work();
    helper.join();
}

extern "C" void __wrap__ZN7cannsim14parallel_tasksEllPFvPvllES0_(int64_t n, int64_t, Body body,
                                                                 void *context) {
    __wrap__ZN7cannsim12parallel_forEllPFvPvllES0_(n, 1, body, context);
}

extern "C" __attribute__((visibility("default"))) void k_split(int mode) { g_mode = mode; }
extern "C" __attribute__((visibility("default"))) int64_t k_pieces() {
    return g_pieces.exchange(0);
}
