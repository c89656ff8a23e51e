// State of the loaded library and of each thread: symbols, the last error, the current device.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <new>

#include "ascend_api.h"
#include "cupy_ascend.h"

namespace ascend {

extern Api api; // filled by load()

struct Machine {
    bool simulator = false;
    bool blocking = false; // CUPY_LAUNCH_BLOCKING
    bool portable = false; // its random numbers are the host's
    bool only_portable = false; // CUPY_RANDOM=portable
    bool exact_trig = false;    // CUPY_TRIG=exact
    bool old = false;           // CANN 8.1: none of the operators that are newer is there
    int family = -1;
    int host_nodes = 0;
    const char *soc = "";
    cupyTaskFn watch = nullptr; // a profiler's
};
extern Machine machine;

// Counted per thread without locked instructions, summed when asked for.
struct Counters {
    std::atomic<uint64_t> calls{0}, first_phases{0}, host_runs{0}, scratch_allocs{0}, constants{0};
    Counters *next = nullptr;
};
inline void count(std::atomic<uint64_t> &counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

int load(); // a cupyStatus
bool loaded();
void *symbol(const char *name); // nullptr when no loaded library has it
void watch_pool();              // announces the core's blocks where somebody wants to know them

// The failure of this thread. fail() reads CANN's own text; both return the status to hand on.
int fail(int code, const char *call);
int fail_text(int status, const char *call, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void last_error(cupyError *);
// The same for a call that waited: the stream's last launches are shown. nullptr: all streams'.
int fail_late(int code, const char *call, const cupyStream *stream);
const char *error_name(int code);

#define ASCEND_TRY(call_name, ...)                                                                 \
    do {                                                                                           \
        int code_ = ascend::api.call_name(__VA_ARGS__);                                            \
        if (__builtin_expect(code_ != 0, 0)) return ascend::fail(code_, #call_name);               \
    } while (0)

#define ASCEND_WAIT(stream, call_name, ...)                                                        \
    do {                                                                                           \
        int code_ = ascend::api.call_name(__VA_ARGS__);                                            \
        if (__builtin_expect(code_ != 0, 0)) return ascend::fail_late(code_, #call_name, stream);  \
    } while (0)

// Every thread is bound to a device at its first use.
struct Thread {
    int device = 0;
    uint32_t bound = 0; // the binding that holds
    Counters *counts = nullptr; // made when the thread is bound
    struct Recent *recent = nullptr; // of the stream and device used last
};
extern __thread Thread thread __attribute__((tls_model("initial-exec"))); // without a call
extern std::atomic<uint32_t> binding; // another one since the last reset of a device
int bind_thread();
void reset_counts();
void retire(); // waits for the device; from now on no thread can be bound
inline int bind() {
    return __builtin_expect(thread.bound == binding.load(std::memory_order_relaxed), 1)
               ? CUPY_OK
               : bind_thread();
}

// Entry points that the core calls return a status, never an exception.
template <class F> int guarded(const char *call, F &&body) {
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return fail_text(CUPY_OUT_OF_MEMORY, call, "the host is out of memory");
    } catch (const std::exception &error) {
        return fail_text(CUPY_FAILED, call, "%s", error.what());
    }
}

} // namespace ascend
