// Contexts, streams and events, and the three ways in which the tasks of a stream are carried out:
// inline in the calling thread; deferred until something waits for them (deterministic); or by a
// thread of the stream.
//
// A task that waits for a value or for another process stalls its stream. Whoever waits for such a
// stream carries out the other streams meanwhile, and gives up when nobody can end the wait.
#pragma once

#include "base/pool.h"
#include "runtime/soc.h"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <new>
#include <type_traits>

namespace cannsim {

// A closure in a stream's queue: plain data, so that it can be copied into a captured graph.
// It returns an error code, which breaks the device, or that it has to wait.
struct Task {
    int (*run)(void *);
    alignas(16) char storage[112];

    template <class F> static Task of(const F &f) {
        static_assert(sizeof(F) <= sizeof storage && std::is_trivially_copyable_v<F>);
        Task t;
        ::new (static_cast<void *>(t.storage)) F(f);
        t.run = [](void *p) { return (*static_cast<F *>(p))(); };
        return t;
    }
};

// A task returns it that waits for something: it has done nothing, and is asked again later.
constexpr int kStalled = -1;

// What a task is, for those who look at a graph. The type is an aclmdlRITaskType.
struct Label {
    const char *name = "task";
    int type = 0;
    const void *at = nullptr; // a value on the device
    uint64_t value = 0;
    uint32_t flag = 0;
};

struct Queue;       // tasks that have not run; in inline mode a stream has none until a task stalls
struct SharedEvent; // what processes know of an event
struct DeviceStream;

struct Context : Handle {
    int device;
    bool primary;
    int64_t options[8];
    DeviceStream *default_stream;
};

struct DeviceStream : Handle {
    Context *context;
    Queue *queue;
    uint64_t serial; // tells a new stream from an old one at the same address
    int id;
    uint32_t priority, flags;
    uint64_t failure_mode;
    std::atomic<uint64_t> submitted, completed;
    std::atomic<int> callbacks;    // blocking host callbacks that have not run
    std::atomic<uint64_t> modelled; // picoseconds of the modelled clock
    DeviceStream *next, *previous;  // all living streams
};

// A place in a stream: everything submitted up to `position`.
struct Mark {
    DeviceStream *stream = nullptr;
    uint64_t serial = 0, position = 0;
};

struct Event : Handle {
    uint32_t flags;
    uint32_t id;
    bool recorded;
    int device; // of the stream that it was recorded on
    Mark mark;
    std::atomic<int64_t> nanoseconds; // when it completed; 0 before
    std::atomic<uint64_t> version; // of the last record, so that a stale task leaves the time alone
    SharedEvent *shared;           // ACL_EVENT_IPC
    std::atomic<bool> signalled;   // ACL_EVENT_EXTERNAL: recorded and not yet reset
};

extern std::mutex event_lives; // held while an event begins or ends, and while a task uses one

// What a task keeps of an event: it may come when that has ended, or while another thread ends it.
class EventRef {
  public:
    explicit EventRef(Event *event) : event_(event), id_(event->id) {}

    uint32_t id() const { return id_; }

    // Calls f(event) unless it has ended; until f returns, it does not end.
    template <class F> void use(F &&f) const {
        std::lock_guard<std::mutex> lock(event_lives);
        if (alive(event_, Kind::Event) && event_->id == id_) f(*event_);
    }

  private:
    Event *event_;
    uint32_t id_; // another event may have its place
};

// --- resolution of handles -----------------------------------------------------------------------

[[gnu::cold]] Context *refuse_context(int *error);
[[gnu::cold]] DeviceStream *refuse_stream(void *handle, int *error);

// The context of this thread, or null after an error was stored in *error.
inline Context *current_context(int *error) {
    Context *context = this_thread.context;
    return __builtin_expect(context && alive(context, Kind::Context), 1) ? context
                                                                         : refuse_context(error);
}

// `handle` or the default stream of the context; null after an error was stored in *error.
inline DeviceStream *resolve_stream(void *handle, int *error) {
    if (handle)
        return __builtin_expect(alive(handle, Kind::Stream), 1) ? static_cast<DeviceStream *>(handle)
                                                                : refuse_stream(handle, error);
    Context *context = current_context(error);
    return __builtin_expect(context != nullptr, 1) ? context->default_stream : nullptr;
}

int create_stream(Context *context, uint32_t priority, uint32_t flags, DeviceStream **out);
int destroy_stream(DeviceStream *stream, bool wait);

// --- tasks ---------------------------------------------------------------------------------------

int enqueue(DeviceStream *stream, const Task &task);
int wait_callbacks(DeviceStream *stream);

[[gnu::visibility("hidden")]] extern std::atomic<int> captures; // in progress (runtime/capture.h)
inline bool capturing() {
    return __builtin_expect(captures.load(std::memory_order_relaxed) > 0, 0);
}
bool find_capture(const DeviceStream *stream);
inline bool is_captured(const DeviceStream *stream) { return capturing() && find_capture(stream); }

// Notes a task of a captured stream. `owned` is released by `release` when the graph is destroyed.
int capture_task(DeviceStream *stream, const Task &task, const Label &label,
                 void *owned = nullptr, void (*release)(void *) = nullptr);

// Runs f now (inline mode: its error is the result) or later.
template <class F> inline int submit(DeviceStream *stream, const F &f, const Label &label = {}) {
    if (is_captured(stream)) return capture_task(stream, Task::of(f), label);
    if (__builtin_expect(!stream->queue, 1)) {
        if (__builtin_expect(stream->callbacks.load(std::memory_order_relaxed) > 0, 0))
            wait_callbacks(stream);
        F copy = f;
        return copy();
    }
    return enqueue(stream, Task::of(f));
}

// The same for a task that may stall. Its stream stands still then, and the host goes on.
int submit_wait(DeviceStream *stream, const Task &task, const Label &label);

// The result of a task that stalls, with what it waits for. `outside`: another process may end it.
int stall(bool outside, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The result of a task that waits for a mark.
int await(const Mark &mark);

// The host asks, as a task would be asked, until it need not wait any more.
int wait_outside(int (*ask)(void *), void *what, int timeout_ms);

// Inline mode: something happened that a stalled stream may wait for.
void nudge_streams();

// How long a task waits (aclrtSetOpWaitTimeout): seconds, 0 for ever.
void set_wait_timeout(uint32_t seconds);

// No task of any stream runs while it lives; false on a stream's own thread, which cannot have it.
class Quiet {
    bool held;

public:
    Quiet();
    ~Quiet();
    Quiet(const Quiet &) = delete;
    Quiet &operator=(const Quiet &) = delete;
    explicit operator bool() const { return held; }
};

inline Mark mark_of(DeviceStream *stream) {
    return {stream, stream->serial, stream->submitted.load(std::memory_order_acquire)};
}

// A task of the stream failed, which breaks the device; the thread's last message says why.
void fail_task(DeviceStream *stream, int error);

bool is_complete(const Mark &mark);

// Waits until the mark is reached; 0, or ACL_ERROR_RT_STREAM_SYNC_TIMEOUT after timeout_ms >= 0.
int wait_for(const Mark &mark, int timeout_ms);

// Waits for everything and reports what failed on the device.
int synchronize(DeviceStream *stream, int timeout_ms);

// Lets a polling host make progress where no thread does.
void poke(DeviceStream *stream);
void poke_all(); // it polls what another process may make of any of them

template <class F> void for_each_stream(const F &f);

// Calls visit(context, stream) for every living stream; may not create or destroy streams.
void visit_streams(void (*visit)(void *context, DeviceStream *stream), void *context);

template <class F> void for_each_stream(const F &f) {
    visit_streams([](void *context, DeviceStream *s) { (*static_cast<const F *>(context))(s); },
                  const_cast<void *>(static_cast<const void *>(&f)));
}

int64_t now_nanoseconds();

void callbacks_after_fork(); // the child has no polling threads: it forgets them
void deferred_before_fork(); // first of all: host callbacks run under this lock
void streams_before_fork();
void streams_after_fork(bool child);

} // namespace cannsim
