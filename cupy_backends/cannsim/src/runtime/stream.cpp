#include "runtime/stream.h"

#include "base/error.h"
#include "cann_runtime.h"
#include "check/check.h"
#include "runtime/fault.h"
#include "runtime/exception.h"

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace cannsim {

struct Queue {
    std::mutex mutex;
    std::condition_variable work;
    std::deque<Task> tasks;
    std::thread worker;
    bool stop = false;
};

namespace {

struct Registry {
    std::mutex mutex;
    DeviceStream *head = nullptr;
    int count[64] = {}; // by device
    uint64_t serial = 0;
    int next_id = 0;
};

Registry &registry() {
    static Registry *instance = new Registry;
    return *instance;
}

// Deferred tasks run one at a time in the process. Recursive: a host callback may call us. A forked
// child takes a new one, since it is not the thread that owns the old one.
std::recursive_mutex *deferred_lock = new std::recursive_mutex;
std::recursive_mutex &deferred_mutex() { return *deferred_lock; }

// Who waits for worker threads. One for all streams, so that a stream may be destroyed meanwhile.
struct Waiters {
    std::mutex mutex;
    std::condition_variable changed;
    std::atomic<int> count{0};
};

Waiters *waiters = new Waiters;

bool deferred() { return settings().mode == Mode::Deferred; }

void finish(DeviceStream *stream, int error) {
    if (error) fail_task(stream, error);
    stream->completed.fetch_add(1);
}

bool reached(const Mark &mark) {
    return mark.stream->completed.load(std::memory_order_acquire) >= mark.position;
}

bool valid(const Mark &mark) {
    return alive(mark.stream, Kind::Stream) && mark.stream->serial == mark.serial;
}

// Runs the oldest task of a stream. The lock is held.
bool step(DeviceStream *stream) {
    Queue &q = *stream->queue;
    if (q.tasks.empty()) return false;
    Task task = q.tasks.front();
    q.tasks.pop_front();
    finish(stream, task.run(task.storage));
    return true;
}

void work(DeviceStream *stream) {
    attach();
    Queue &q = *stream->queue;
    std::unique_lock<std::mutex> lock(q.mutex);
    for (;;) {
        q.work.wait(lock, [&] { return q.stop || !q.tasks.empty(); });
        if (q.tasks.empty()) return;
        Task task = q.tasks.front();
        q.tasks.pop_front();
        lock.unlock();
        int error = task.run(task.storage);
        finish(stream, error);
        if (waiters->count.load()) {
            {
                std::lock_guard<std::mutex> barrier(waiters->mutex);
            }
            waiters->changed.notify_all();
        }
        lock.lock();
    }
}

void start(DeviceStream *stream) {
    if (settings().mode == Mode::Worker) stream->queue->worker = std::thread(work, stream);
}

} // namespace

void fail_task(DeviceStream *stream, int error) {
    const char *why = take_message();
    break_device(stream->context->device, error, false, "a task of stream %d failed with %d%s%s",
                 stream->id, error, why ? ": " : "", why ? why : "");
    report_exception(stream, error);
}

int64_t now_nanoseconds() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return int64_t(t.tv_sec) * 1000000000 + t.tv_nsec;
}

Context *current_context(int *error) {
    Context *context = this_thread.context;
    if (!context)
        *error =
            fail(ACL_ERROR_RT_CONTEXT_NULL,
                 "this thread has no context: call aclrtSetDevice or aclrtSetCurrentContext first");
    else if (!alive(context, Kind::Context))
        *error = fail(ACL_ERROR_RT_CONTEXT_NULL, "the context of this thread was destroyed");
    else
        return context;
    return nullptr;
}

DeviceStream *resolve_stream(void *handle, int *error) {
    if (handle) {
        if (__builtin_expect(alive(handle, Kind::Stream), 1))
            return static_cast<DeviceStream *>(handle);
        *error =
            fail(ACL_ERROR_RT_INVALID_HANDLE, "%p is not a stream, or it was destroyed", handle);
        return nullptr;
    }
    Context *context = current_context(error);
    return context ? context->default_stream : nullptr;
}

int create_stream(Context *context, uint32_t priority, uint32_t flags, DeviceStream **out) {
    Registry &r = registry();
    std::lock_guard<std::mutex> lock(r.mutex);
    const int limit = settings().streams;
    int &count = r.count[context->device];
    if (count >= limit)
        return fail(ACL_ERROR_RT_NO_STREAM_RESOURCE, "%s has no more than %d streams",
                    settings().soc->name, limit);
    DeviceStream *s = pool_new<DeviceStream>(Kind::Stream);
    if (!s) return fail(ACL_ERROR_BAD_ALLOC, "out of host memory for streams");
    s->context = context;
    s->queue = settings().mode == Mode::Inline ? nullptr : new Queue;
    s->serial = ++r.serial;
    s->id = r.next_id++;
    s->priority = priority;
    s->flags = flags;
    s->failure_mode = 0;
    s->submitted = s->completed = 0;
    s->callbacks = 0;
    s->modelled = 0;
    s->previous = nullptr;
    s->next = r.head;
    if (r.head) r.head->previous = s;
    r.head = s;
    ++count;
    s->set_tag(live_tag(Kind::Stream));
    if (s->queue) start(s);
    *out = s;
    return 0;
}

int destroy_stream(DeviceStream *stream, bool wait) {
    int error = wait ? synchronize(stream, -1) : 0;
    if (checking()) check_stream_ended(stream, wait);
    if (Queue *q = stream->queue) {
        if (q->worker.joinable()) {
            {
                std::lock_guard<std::mutex> lock(q->mutex);
                if (!wait) q->tasks.clear();
                q->stop = true;
                q->work.notify_all();
            }
            if (q->worker.get_id() == std::this_thread::get_id())
                return fail(ACL_ERROR_RT_PARAM_INVALID,
                            "a host callback cannot destroy its own stream");
            q->worker.join();
        }
        delete q;
    }
    Registry &r = registry();
    std::lock_guard<std::mutex> lock(r.mutex);
    (stream->previous ? stream->previous->next : r.head) = stream->next;
    if (stream->next) stream->next->previous = stream->previous;
    --r.count[stream->context->device];
    pool_delete(stream, Kind::Stream);
    return error;
}

int enqueue(DeviceStream *stream, const Task &task) {
    Queue &q = *stream->queue;
    if (deferred()) {
        std::lock_guard<std::recursive_mutex> lock(deferred_mutex());
        q.tasks.push_back(task);
        stream->submitted.fetch_add(1, std::memory_order_release);
        return 0;
    }
    std::lock_guard<std::mutex> lock(q.mutex);
    q.tasks.push_back(task);
    stream->submitted.fetch_add(1, std::memory_order_release);
    q.work.notify_one();
    return 0;
}

bool is_complete(const Mark &mark) { return !mark.stream || !valid(mark) || reached(mark); }

int wait_for(const Mark &mark, int timeout_ms) {
    if (is_complete(mark)) return 0;
    if (deferred()) {
        std::lock_guard<std::recursive_mutex> lock(deferred_mutex());
        while (!is_complete(mark) && step(mark.stream)) {}
        return 0;
    }
    Queue &q = *mark.stream->queue;
    if (q.worker.get_id() == std::this_thread::get_id())
        return fail(ACL_ERROR_RT_PARAM_INVALID, "a host callback cannot wait for its own stream");
    waiters->count.fetch_add(1);
    std::unique_lock<std::mutex> lock(waiters->mutex);
    auto done = [&] { return is_complete(mark); };
    bool in_time = true;
    if (timeout_ms < 0)
        waiters->changed.wait(lock, done);
    else
        in_time = waiters->changed.wait_for(lock, std::chrono::milliseconds(timeout_ms), done);
    waiters->count.fetch_sub(1);
    if (!in_time)
        return fail(ACL_ERROR_RT_STREAM_SYNC_TIMEOUT, "stream %d did not complete within %d ms",
                    mark.stream->id, timeout_ms);
    return 0;
}

int synchronize(DeviceStream *stream, int timeout_ms) {
    attach();
    ++this_thread.counters.synchronizations;
    const int device = stream->context->device;
    const int late = stream->queue ? wait_for(mark_of(stream), timeout_ms) : wait_callbacks(stream);
    if (checking() && !late) check_host_waits(stream);
    return late ? late : check_broken(device, true);
}

void poke(DeviceStream *stream) {
    if (!stream->queue || !deferred()) return;
    std::lock_guard<std::recursive_mutex> lock(deferred_mutex());
    const int most = checking(kCheckMem) ? 12 : 4; // a check has tasks of its own
    for (int i = 0; i < most && step(stream); ++i) {}
}

void visit_streams(void (*visit)(void *context, DeviceStream *stream), void *context) {
    std::vector<DeviceStream *> streams;
    {
        Registry &r = registry();
        std::lock_guard<std::mutex> lock(r.mutex);
        for (DeviceStream *s = r.head; s; s = s->next) streams.push_back(s);
    }
    for (DeviceStream *s : streams)
        if (alive(s, Kind::Stream)) visit(context, s);
}

void deferred_before_fork() { deferred_mutex().lock(); }

void streams_before_fork() {
    registry().mutex.lock();
    for (DeviceStream *s = registry().head; s; s = s->next)
        if (s->queue) s->queue->mutex.lock();
}

// The child has only the forking thread: a worker is started anew for every stream. A task that was
// running in the parent's worker is lost, as on a device whose process died.
void streams_after_fork(bool child) {
    if (child) {
        waiters = new Waiters;
        deferred_lock = new std::recursive_mutex;
    }
    for (DeviceStream *s = registry().head; s; s = s->next) {
        if (!s->queue) continue;
        if (!child) {
            s->queue->mutex.unlock();
            continue;
        }
        std::deque<Task> tasks = std::move(s->queue->tasks);
        s->queue = new Queue; // the old one's thread and waiters exist in the parent only
        s->queue->tasks = std::move(tasks);
        s->completed = s->submitted - s->queue->tasks.size();
        start(s);
    }
    registry().mutex.unlock();
    if (!child) deferred_mutex().unlock();
}

} // namespace cannsim
