/* Devices, streams, events and plans of a backend that finishes every call before it returns.
 *
 * Streams and events are real objects, so that misuse is noticed as on a device; work is always
 * done. Shared by the host and the null backend, each with a copy of its own.
 */
#ifndef CUPY_SYNCHRONOUS_H
#define CUPY_SYNCHRONOUS_H

#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "cupy_backend.h"
#include "cupy_ops.h"

struct cupyStreamImpl {};

struct cupyEventImpl {
    std::chrono::steady_clock::time_point when;
    bool recorded = false;
    bool timing = false;
};

namespace cupy_synchronous {

inline thread_local cupyError error_state;

inline int fail(int status, const char *call, const char *message, const char *advice = "") {
    static const char *names[] = {"CUPY_OK", "CUPY_FAILED", "CUPY_OUT_OF_MEMORY", "CUPY_NO_ROUTE"};
    error_state = cupyError{};
    error_state.code = status;
    std::snprintf(error_state.name, sizeof error_state.name, "%s", names[status]);
    std::snprintf(error_state.call, sizeof error_state.call, "%s", call);
    std::snprintf(error_state.message, sizeof error_state.message, "%s", message);
    std::snprintf(error_state.advice, sizeof error_state.advice, "%s", advice);
    return status;
}

inline void last_error(cupyError *out) { *out = error_state; }

/* The objects handed out, so that a stale or foreign handle is an error and not a crash. */
template <class T> class Handles {
  public:
    T *add(std::unique_ptr<T> object) {
        std::lock_guard<std::mutex> guard(lock_);
        known_.insert(object.get());
        return object.release();
    }
    bool remove(T *object) {
        std::lock_guard<std::mutex> guard(lock_);
        if (!known_.erase(object))
            return false;
        delete object;
        return true;
    }
    bool has(T *object) {
        std::lock_guard<std::mutex> guard(lock_);
        return known_.count(object) != 0;
    }

  private:
    std::mutex lock_;
    std::set<T *> known_;
};

inline Handles<cupyStreamImpl> streams;
inline Handles<cupyEventImpl> events;

inline int check_stream(cupyStream stream, const char *call) {
    if (stream && !streams.has(stream))
        return fail(CUPY_FAILED, call, "not a stream of this backend, or destroyed");
    return CUPY_OK;
}

inline int check_event(cupyEvent event, const char *call) {
    if (!events.has(event))
        return fail(CUPY_FAILED, call, "not an event of this backend, or destroyed");
    return CUPY_OK;
}

inline int device_count(int *count) {
    *count = 1;
    return CUPY_OK;
}

inline int set_device(int device) {
    return device == 0 ? CUPY_OK
                       : fail(CUPY_FAILED, "set_device", "this backend has one device: 0");
}

inline int get_device(int *device) {
    *device = 0;
    return CUPY_OK;
}

inline int device_synchronize() { return CUPY_OK; }

inline int stream_create(cupyStream *stream, int) {
    *stream = streams.add(std::make_unique<cupyStreamImpl>());
    return CUPY_OK;
}

inline int stream_destroy(cupyStream stream) {
    return streams.remove(stream)
               ? CUPY_OK
               : fail(CUPY_FAILED, "stream_destroy", "not a stream, or destroyed before");
}

inline int stream_synchronize(cupyStream stream) {
    return check_stream(stream, "stream_synchronize");
}

inline int stream_query(cupyStream stream, int *done) {
    *done = 1;
    return check_stream(stream, "stream_query");
}

inline int stream_wait_event(cupyStream stream, cupyEvent event) {
    int rc = check_stream(stream, "stream_wait_event");
    return rc ? rc : check_event(event, "stream_wait_event");
}

inline int stream_callback(cupyStream stream, void (*fn)(void *), void *arg) {
    int rc = check_stream(stream, "stream_callback");
    if (!rc)
        fn(arg);
    return rc;
}

inline int event_create(cupyEvent *event, int timing) {
    auto made = std::make_unique<cupyEventImpl>();
    made->timing = timing != 0;
    *event = events.add(std::move(made));
    return CUPY_OK;
}

inline int event_destroy(cupyEvent event) {
    return events.remove(event)
               ? CUPY_OK
               : fail(CUPY_FAILED, "event_destroy", "not an event, or destroyed before");
}

inline int event_record(cupyEvent event, cupyStream stream) {
    int rc = check_event(event, "event_record");
    if (!rc)
        rc = check_stream(stream, "event_record");
    if (!rc) {
        event->when = std::chrono::steady_clock::now();
        event->recorded = true;
    }
    return rc;
}

inline int event_query(cupyEvent event, int *done) {
    *done = 1;
    return check_event(event, "event_query");
}

inline int event_synchronize(cupyEvent event) { return check_event(event, "event_synchronize"); }

inline int event_elapsed(float *milliseconds, cupyEvent start, cupyEvent end) {
    for (cupyEvent event : {start, end}) {
        if (int rc = check_event(event, "event_elapsed"))
            return rc;
        if (!event->timing)
            return fail(CUPY_FAILED, "event_elapsed", "the event was created without timing");
        if (!event->recorded)
            return fail(CUPY_FAILED, "event_elapsed", "the event has not been recorded");
    }
    *milliseconds = std::chrono::duration<float, std::milli>(end->when - start->when).count();
    return CUPY_OK;
}

/* Plans live as long as the process: one per (op, dtypes), so asking again costs no memory. */
inline cupyPlan *plan_for(int op, const int8_t *dtypes, int n, cupyLaunchFn launch, const char *how,
                          const char *why) {
    static std::mutex lock;
    static std::map<std::string, std::unique_ptr<cupyPlan>> plans;
    auto refuse = [](const char *message) -> cupyPlan * {
        fail(CUPY_NO_ROUTE, "resolve", message);
        return nullptr;
    };
    if (op < 0 || op >= CUPY_NUM_OPS)
        return refuse("no such operation in the contract");
    const cupyOpInfo &info = cupy_op_info[op];
    if (n < 1 || n > CUPY_MAX_PLAN_DTYPES)
        return refuse("the number of dtypes is out of range");
    if (info.nin >= 0 && info.nout >= 0 && n != info.nin + info.nout)
        return refuse("one dtype per operand is needed");
    for (int i = 0; i < n; i++)
        if (dtypes[i] < 0 || dtypes[i] >= CUPY_NUM_DTYPES)
            return refuse("no such dtype in the contract");
    std::string key(reinterpret_cast<const char *>(dtypes), n);
    key += std::to_string(op);
    std::lock_guard<std::mutex> guard(lock);
    std::unique_ptr<cupyPlan> &plan = plans[key];
    if (!plan) {
        plan = std::make_unique<cupyPlan>();
        plan->launch = launch;
        plan->op = op;
        plan->route = CUPY_ROUTE_HOST;
        plan->ndtypes = n;
        std::memcpy(plan->dtypes, dtypes, n);
        plan->how = how;
        plan->why = why;
    }
    return plan.get();
}

/* A table with everything but the operations, the memory and the names. */
inline cupyBackend base(const char *name) {
    cupyBackend table{};
    table.name = name;
    table.device_count = device_count;
    table.set_device = set_device;
    table.get_device = get_device;
    table.device_synchronize = device_synchronize;
    table.stream_create = stream_create;
    table.stream_destroy = stream_destroy;
    table.stream_synchronize = stream_synchronize;
    table.stream_query = stream_query;
    table.stream_wait_event = stream_wait_event;
    table.stream_callback = stream_callback;
    table.event_create = event_create;
    table.event_destroy = event_destroy;
    table.event_record = event_record;
    table.event_query = event_query;
    table.event_synchronize = event_synchronize;
    table.event_elapsed = event_elapsed;
    table.last_error = last_error;
    return table;
}

} // namespace cupy_synchronous

#endif
