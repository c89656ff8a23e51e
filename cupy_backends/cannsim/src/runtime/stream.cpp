#include "runtime/stream.h"

#include "base/error.h"
#include "cann_runtime.h"
#include "check/check.h"
#include "runtime/exception.h"
#include "runtime/fault.h"

#include <chrono>
#include <condition_variable>
#include <cstdarg>
#include <cstdio>
#include <ctime>
#include <deque>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace cannsim {

struct Queue {
    std::mutex mutex;
    std::condition_variable work;
    std::deque<Task> tasks;
    std::thread worker;
    std::atomic<bool> stop{false};
    bool running = false; // by someone further up the stack
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

bool has_workers() { return settings().mode == Mode::Worker; }

// Workers hold it while a task runs; who wants them to stand still takes it as the writer.
pthread_rwlock_t gate = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
thread_local bool is_worker = false;

// Why the last task of this thread stalled.
struct Stall {
    bool outside = false;
    std::string text;
};
thread_local Stall last_stall;

std::atomic<bool> any_inline_queue{false};
std::atomic<int64_t> wait_timeout{-1}; // seconds; negative: nobody said

// How long a task may stall where nobody in this process is about to end it. Where the program said
// how long, or a thread of it may end the wait, there is only a word after a while.
class Patience {
    static constexpr int64_t kSeconds = 10, kOutside = 60;
    int64_t since = now_nanoseconds();
    bool told = false;

  public:
    bool is_over(const DeviceStream *stream) {
        const int64_t seconds = (now_nanoseconds() - since) / 1000000000, said = wait_timeout;
        const int64_t limit = said >= 0            ? said
                              : has_workers()      ? 0
                              : last_stall.outside ? kOutside
                                                   : kSeconds;
        if (limit && seconds >= limit) return true;
        if (!told && seconds >= kSeconds) {
            told = true;
            std::fprintf(stderr, "cannsim: %s %d has waited for %ld s for %s\n",
                         stream ? "stream" : "the host of process", stream ? stream->id : getpid(),
                         long(seconds), last_stall.text.c_str());
        }
        return false;
    }
};

int give_up(const DeviceStream *stream) {
    return fail(ACL_ERROR_RT_WAIT_TIMEOUT, "stream %d waits in vain for %s", stream->id,
                last_stall.text.c_str());
}

// How long to sleep before a stalled task is asked again: short at first.
std::chrono::microseconds nap(int round) {
    return std::chrono::microseconds(round < 20 ? 20 : round < 200 ? 100 : 1000);
}

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

enum class Step { Ran, Stalled, Empty };

// Runs the oldest task of a stream. The lock is held.
Step step(DeviceStream *stream) {
    Queue &q = *stream->queue;
    if (q.tasks.empty() || q.running) return Step::Empty;
    Task task = q.tasks.front();
    q.tasks.pop_front();
    q.running = true;
    const int code = task.run(task.storage);
    q.running = false;
    const bool stalled = code == kStalled;
    if (stalled && !is_broken(stream->context->device)) { // which runs nothing more
        q.tasks.push_front(task);
        return Step::Stalled;
    }
    finish(stream, stalled ? 0 : code);
    return Step::Ran;
}

// Runs what can run in the other streams. Whether there was anything. The lock is held.
bool help(const DeviceStream *stalled, int most = 1 << 30) {
    bool any = false;
    for_each_stream([&](DeviceStream *s) {
        if (s == stalled || !s->queue) return;
        for (int i = 0; i < most && step(s) == Step::Ran; ++i) any = true;
    });
    return any;
}

// A worker whose task stalls asks it again until it is done, or the stream is destroyed.
int wait_in_worker(DeviceStream *stream, Task &task) {
    Patience patience;
    int code = kStalled;
    for (int round = 0; code == kStalled; ++round) {
        pthread_rwlock_unlock(&gate);
        waiters->count.fetch_add(1);
        {
            std::unique_lock<std::mutex> lock(waiters->mutex);
            waiters->changed.wait_for(lock, nap(round));
        }
        waiters->count.fetch_sub(1);
        pthread_rwlock_rdlock(&gate);
        if (stream->queue->stop || is_broken(stream->context->device)) return 0;
        code = task.run(task.storage);
        if (code == kStalled && patience.is_over(stream)) return give_up(stream);
    }
    return code;
}

void work(DeviceStream *stream) {
    attach();
    is_worker = true;
    Queue &q = *stream->queue;
    std::unique_lock<std::mutex> lock(q.mutex);
    for (;;) {
        q.work.wait(lock, [&] { return q.stop || !q.tasks.empty(); });
        if (q.tasks.empty()) return;
        Task task = q.tasks.front();
        q.tasks.pop_front();
        lock.unlock();
        pthread_rwlock_rdlock(&gate);
        int error = task.run(task.storage);
        if (error == kStalled) error = wait_in_worker(stream, task);
        pthread_rwlock_unlock(&gate);
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

// The same for a host that waits for a stream's mark: it runs tasks itself.
int drain(const Mark &mark, int timeout_ms) {
    const int64_t begin = now_nanoseconds();
    std::optional<Patience> patience;
    std::unique_lock<std::recursive_mutex> lock(deferred_mutex());
    for (int round = 0; !is_complete(mark);) {
        const Step done = step(mark.stream);
        if (done == Step::Empty) return 0; // it is what runs now
        if (done == Step::Ran || help(mark.stream)) {
            patience.reset();
            round = 0;
            continue;
        }
        if (step(mark.stream) != Step::Stalled) continue; // says what it waits for
        if (timeout_ms >= 0 && now_nanoseconds() - begin > int64_t(timeout_ms) * 1000000)
            return fail(ACL_ERROR_RT_STREAM_SYNC_TIMEOUT,
                        "stream %d did not complete within %d ms: it waits for %s", mark.stream->id,
                        timeout_ms, last_stall.text.c_str());
        if (!patience) patience.emplace();
        if (patience->is_over(mark.stream)) {
            mark.stream->queue->tasks.pop_front();
            finish(mark.stream, give_up(mark.stream));
            continue;
        }
        lock.unlock();
        std::this_thread::sleep_for(nap(round++));
        lock.lock();
    }
    return 0;
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

Context *refuse_context(int *error) {
    *error =
        this_thread.context
            ? fail(ACL_ERROR_RT_CONTEXT_NULL, "the context of this thread was destroyed")
            : fail(ACL_ERROR_RT_CONTEXT_NULL,
                   "this thread has no context: call aclrtSetDevice or aclrtSetCurrentContext first");
    return nullptr;
}

DeviceStream *refuse_stream(void *handle, int *error) {
    *error = fail(ACL_ERROR_RT_INVALID_HANDLE, "%p is not a stream, or it was destroyed", handle);
    return nullptr;
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
        std::lock_guard<std::recursive_mutex> lock(deferred_mutex()); // others may help this stream
        stream->queue = nullptr;
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
    if (!has_workers()) {
        std::lock_guard<std::recursive_mutex> lock(deferred_mutex());
        q.tasks.push_back(task);
        stream->submitted.fetch_add(1, std::memory_order_release);
        nudge_streams();
        return 0;
    }
    std::lock_guard<std::mutex> lock(q.mutex);
    q.tasks.push_back(task);
    stream->submitted.fetch_add(1, std::memory_order_release);
    q.work.notify_one();
    return 0;
}

// An inline stream that stalled keeps its queue, in case another thread is about to submit.
int submit_wait(DeviceStream *stream, const Task &task, const Label &label) {
    if (is_captured(stream)) return capture_task(stream, task, label);
    if (!stream->queue) {
        if (stream->callbacks.load() > 0) wait_callbacks(stream);
        Task copy = task;
        const int error = copy.run(copy.storage);
        if (error != kStalled) return error;
        std::lock_guard<std::recursive_mutex> lock(deferred_mutex());
        if (!stream->queue) stream->queue = new Queue;
        any_inline_queue = true;
    }
    return enqueue(stream, task);
}

int stall(bool outside, const char *format, ...) {
    char text[192];
    va_list args;
    va_start(args, format);
    std::vsnprintf(text, sizeof text, format, args);
    va_end(args);
    last_stall = {outside, text};
    return kStalled;
}

int await(const Mark &mark) {
    if (!has_workers()) {
        std::lock_guard<std::recursive_mutex> lock(deferred_mutex());
        while (!is_complete(mark) && mark.stream->queue && step(mark.stream) == Step::Ran) {
        }
    }
    return is_complete(mark) ? 0 : stall(false, "an event of stream %d", mark.stream->id);
}

void nudge_streams() {
    if (!any_inline_queue.load(std::memory_order_relaxed) || settings().mode != Mode::Inline)
        return;
    std::lock_guard<std::recursive_mutex> lock(deferred_mutex());
    while (help(nullptr)) {
    }
}

int wait_outside(int (*ask)(void *), void *what, int timeout_ms) {
    const int64_t begin = now_nanoseconds();
    Patience patience;
    for (int round = 0;; ++round) {
        int code = ask(what);
        if (code == kStalled && !has_workers()) {
            std::lock_guard<std::recursive_mutex> lock(deferred_mutex());
            if (help(nullptr)) continue;
            code = ask(what); // says what it waits for
        }
        if (code != kStalled) return code;
        if (timeout_ms >= 0 && now_nanoseconds() - begin > int64_t(timeout_ms) * 1000000)
            return fail(ACL_ERROR_RT_EVENT_SYNC_TIMEOUT, "%s did not complete within %d ms",
                        last_stall.text.c_str(), timeout_ms);
        if (timeout_ms < 0 && patience.is_over(nullptr))
            return fail(ACL_ERROR_RT_WAIT_TIMEOUT, "the host waits in vain for %s",
                        last_stall.text.c_str());
        std::this_thread::sleep_for(nap(round));
    }
}

void set_wait_timeout(uint32_t seconds) { wait_timeout = seconds; }

Quiet::Quiet() : held(!is_worker) {
    if (!has_workers())
        deferred_mutex().lock();
    else if (held)
        pthread_rwlock_wrlock(&gate);
}

Quiet::~Quiet() {
    if (!has_workers())
        deferred_mutex().unlock();
    else if (held)
        pthread_rwlock_unlock(&gate);
}

bool is_complete(const Mark &mark) { return !mark.stream || !valid(mark) || reached(mark); }

int wait_for(const Mark &mark, int timeout_ms) {
    if (is_complete(mark)) return 0;
    if (!has_workers()) return drain(mark, timeout_ms);
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

void poke_all() {
    for_each_stream([](DeviceStream *s) { poke(s); });
}

void poke(DeviceStream *stream) {
    if (!stream->queue || has_workers()) return;
    std::lock_guard<std::recursive_mutex> lock(deferred_mutex());
    const int most = checking(kCheckMem) ? 12 : 4; // a check has tasks of its own
    for (int i = 0; i < most; ++i) {
        const Step done = step(stream);
        if (done == Step::Stalled) help(stream, 1);
        if (done != Step::Ran) return;
    }
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
    event_lives.lock();
}

// The child has only the forking thread: a worker is started anew for every stream. A task that was
// running in the parent's worker is lost, as on a device whose process died.
void streams_after_fork(bool child) {
    event_lives.unlock();
    if (child) {
        waiters = new Waiters;
        deferred_lock = new std::recursive_mutex;
        gate = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
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
