#include "runtime/capture.h"

#include "check/check.h"
#include "runtime/api.h"
#include "runtime/fault.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace cannsim {

std::atomic<int> captures{0};

namespace {

struct Graph {
    std::vector<Task> tasks; // in the order of their launch, which is one of the allowed orders
    std::vector<std::pair<void *, void (*)(void *)>> owned;
};

// A stream in a capture: how many tasks it noted, and up to which another stream waits for them.
struct Member {
    size_t tasks = 0, waited = 0;
};

struct Capture {
    DeviceStream *origin;
    aclmdlRICaptureMode mode;
    std::thread::id thread;
    Graph *graph;
    bool invalid = false;
    std::map<const DeviceStream *, Member> members;
};

struct Point { // of an event, in a captured stream
    Capture *capture;
    const DeviceStream *stream;
    size_t tasks;
};

struct State {
    std::mutex mutex;
    std::vector<Capture *> active;
    std::map<const Event *, Point> events;
    std::set<const void *> graphs;
};

State &state() {
    static State *instance = new State;
    return *instance;
}

thread_local aclmdlRICaptureMode thread_mode = ACL_MODEL_RI_CAPTURE_MODE_GLOBAL;

Capture *capture_of(const DeviceStream *stream) {
    for (Capture *c : state().active)
        if (c->members.count(stream)) return c;
    return nullptr;
}

// What CANN 9 calls an operation that a capture does not allow; 8.1 has no name of its own for it.
int illegal_code() {
    return settings().major >= 9 ? int(ACL_ERROR_RT_CAPTURE_MODE_BLOCK_ASYNC)
                                 : int(ACL_ERROR_RT_CAPTURE_MODE_NOT_SUPPORT);
}

void destroy_graph(Graph *graph) {
    for (auto &[object, release] : graph->owned) release(object);
    delete graph;
}

int refuse_wait(const char *call, Capture *c) {
    c->invalid = true;
    return fail(illegal_code(), "%s: stream %d is being captured", call, c->origin->id);
}

} // namespace

bool find_capture(const DeviceStream *stream) {
    run_batch();
    std::lock_guard<std::mutex> lock(state().mutex);
    return capture_of(stream);
}

int capture_task(DeviceStream *stream, const Task &task, void *owned, void (*release)(void *)) {
    std::lock_guard<std::mutex> lock(state().mutex);
    Capture *c = capture_of(stream);
    if (!c) return fail(ACL_ERROR_RT_STREAM_NOT_CAPTURED, "the capture has ended");
    if (owned) c->graph->owned.emplace_back(owned, release);
    c->graph->tasks.push_back(task);
    ++c->members[stream].tasks;
    return 0;
}

bool capture_record(Event *event, DeviceStream *stream, int *error) {
    std::lock_guard<std::mutex> lock(state().mutex);
    state().events.erase(event);
    Capture *c = capture_of(stream);
    if (!c) return false;
    state().events[event] = {c, stream, c->members[stream].tasks};
    *error = 0;
    return true;
}

bool capture_wait(DeviceStream *stream, Event *event, int *error) {
    std::lock_guard<std::mutex> lock(state().mutex);
    State &s = state();
    Capture *mine = capture_of(stream);
    const auto found = s.events.find(event);
    if (found == s.events.end()) {
        if (!mine) return false;
        mine->invalid = true;
        *error = fail(ACL_ERROR_RT_CAPTURE_DEPENDENCY,
                      "captured stream %d cannot wait for event %u, which was recorded outside of "
                      "the capture",
                      stream->id, event->id);
        return true;
    }
    const Point &point = found->second;
    *error = 0;
    if (mine && mine != point.capture) {
        mine->invalid = point.capture->invalid = true;
        *error = fail(ACL_ERROR_STREAM_CAPTURE_CONFLICT,
                      "stream %d and event %u belong to two captures", stream->id, event->id);
    } else if (!mine && stream == stream->context->default_stream) {
        point.capture->invalid = true;
        *error = fail(ACL_ERROR_RT_STREAM_CAPTURE_IMPLICIT,
                      "the default stream cannot join a capture");
    } else {
        point.capture->members[stream]; // joins
        Member &from = point.capture->members[point.stream];
        from.waited = std::max(from.waited, point.tasks + 1);
    }
    return true;
}

int refuse_capture(DeviceStream *stream, const char *format, ...) {
    char text[256];
    va_list args;
    va_start(args, format);
    std::vsnprintf(text, sizeof text, format, args);
    va_end(args);
    std::lock_guard<std::mutex> lock(state().mutex);
    if (Capture *c = capture_of(stream)) c->invalid = true;
    return fail(illegal_code(), "%s", text);
}

int check_capture_wait(const char *call, DeviceStream *stream) {
    run_batch();
    std::lock_guard<std::mutex> lock(state().mutex);
    Capture *c = capture_of(stream);
    return c ? refuse_wait(call, c) : 0;
}

int check_capture_wait(const char *call, const Event *event) {
    run_batch();
    std::lock_guard<std::mutex> lock(state().mutex);
    const auto found = state().events.find(event);
    return found == state().events.end() ? 0 : refuse_wait(call, found->second.capture);
}

int check_capture_device(const char *call, int device) {
    if (!capturing()) return 0;
    run_batch();
    std::lock_guard<std::mutex> lock(state().mutex);
    for (Capture *c : state().active)
        if (c->origin->context->device == device) return refuse_wait(call, c);
    return 0;
}

int check_capture_host(const char *call) {
    if (!capturing()) return 0;
    run_batch();
    if (thread_mode == ACL_MODEL_RI_CAPTURE_MODE_RELAXED) return 0;
    std::lock_guard<std::mutex> lock(state().mutex);
    for (Capture *c : state().active)
        if (c->mode == ACL_MODEL_RI_CAPTURE_MODE_GLOBAL ||
            (c->mode == ACL_MODEL_RI_CAPTURE_MODE_THREAD_LOCAL &&
             c->thread == std::this_thread::get_id()))
            return refuse_wait(call, c);
    return 0;
}

} // namespace cannsim

using namespace cannsim;

extern "C" {

aclError aclmdlRICaptureBegin(aclrtStream stream, aclmdlRICaptureMode mode) {
    if (int error = check_settings()) return error;
    if (!settings().soc->capture)
        return fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT, "graphs cannot be captured on %s",
                    settings().soc->name);
    if (mode < ACL_MODEL_RI_CAPTURE_MODE_GLOBAL || mode > ACL_MODEL_RI_CAPTURE_MODE_RELAXED)
        return fail(ACL_ERROR_INVALID_PARAM, "capture mode %d is not 0, 1 or 2", int(mode));
    RESOLVE(s, stream);
    if (s == s->context->default_stream)
        return fail(ACL_ERROR_RT_STREAM_CAPTURE_IMPLICIT, "the default stream cannot be captured");
    std::lock_guard<std::mutex> lock(state().mutex);
    if (capture_of(s))
        return fail(ACL_ERROR_RT_STREAM_CAPTURED, "stream %d is captured already", s->id);
    Capture *c = new Capture{s, mode, std::this_thread::get_id(), new Graph};
    c->members[s];
    state().active.push_back(c);
    ++captures;
    return 0;
}

aclError aclmdlRICaptureGetInfo(aclrtStream stream, aclmdlRICaptureStatus *status,
                                aclmdlRI *modelRI) {
    REQUIRE(status);
    RESOLVE(s, stream);
    std::lock_guard<std::mutex> lock(state().mutex);
    Capture *c = capture_of(s);
    *status = !c            ? ACL_MODEL_RI_CAPTURE_STATUS_NONE
              : c->invalid ? ACL_MODEL_RI_CAPTURE_STATUS_INVALIDATED
                            : ACL_MODEL_RI_CAPTURE_STATUS_ACTIVE;
    if (modelRI) *modelRI = c ? c->graph : nullptr;
    return 0;
}

aclError aclmdlRICaptureEnd(aclrtStream stream, aclmdlRI *modelRI) {
    REQUIRE(modelRI);
    RESOLVE(s, stream);
    *modelRI = nullptr;
    State &all = state();
    std::lock_guard<std::mutex> lock(all.mutex);
    Capture *c = capture_of(s);
    if (!c) return fail(ACL_ERROR_RT_STREAM_NOT_CAPTURED, "stream %d is not captured", s->id);
    const bool nine = settings().major >= 9;
    if (c->origin != s)
        return fail(nine ? int(ACL_ERROR_RT_STREAM_CAPTURE_UNMATCHED)
                         : int(ACL_ERROR_RT_CAPTURE_DEPENDENCY),
                    "the capture that stream %d joined began on stream %d and ends there", s->id,
                    c->origin->id);
    if (c->mode != ACL_MODEL_RI_CAPTURE_MODE_RELAXED && c->thread != std::this_thread::get_id())
        return fail(nine ? int(ACL_ERROR_RT_STREAM_CAPTURE_WRONG_THREAD)
                         : int(ACL_ERROR_RT_CAPTURE_MODE_NOT_SUPPORT),
                    "the capture of stream %d ends in the thread that began it", s->id);
    int error = 0;
    if (c->invalid)
        error = fail(ACL_ERROR_RT_STREAM_CAPTURE_INVALIDATED,
                     "the capture of stream %d was made invalid by a call that it does not allow",
                     s->id);
    for (const auto &[stream, member] : c->members)
        if (!error && stream != s && member.waited <= member.tasks)
            error = fail(nine ? int(ACL_ERROR_RT_STREAM_CAPTURE_UNMATCHED)
                              : int(ACL_ERROR_RT_CAPTURE_DEPENDENCY),
                         "stream %d joined the capture of stream %d, which does not wait for it",
                         stream->id, s->id);
    for (auto event = all.events.begin(); event != all.events.end();)
        event = event->second.capture == c ? all.events.erase(event) : std::next(event);
    all.active.erase(std::find(all.active.begin(), all.active.end(), c));
    --captures;
    if (error) {
        destroy_graph(c->graph);
    } else {
        all.graphs.insert(c->graph);
        *modelRI = c->graph;
    }
    delete c;
    return error;
}

aclError aclmdlRICaptureThreadExchangeMode(aclmdlRICaptureMode *mode) {
    REQUIRE(mode);
    if (*mode < ACL_MODEL_RI_CAPTURE_MODE_GLOBAL || *mode > ACL_MODEL_RI_CAPTURE_MODE_RELAXED)
        return fail(ACL_ERROR_INVALID_PARAM, "capture mode %d is not 0, 1 or 2", int(*mode));
    std::swap(*mode, thread_mode);
    return 0;
}

static aclError find_graph(const char *call, aclmdlRI modelRI, Graph **graph) {
    if (!modelRI) return fail(ACL_ERROR_INVALID_PARAM, "%s: modelRI is null", call);
    std::lock_guard<std::mutex> lock(state().mutex);
    if (!state().graphs.count(modelRI))
        return fail(ACL_ERROR_RT_INVALID_HANDLE, "%s: %p is not a graph, or it was destroyed", call,
                    modelRI);
    *graph = static_cast<Graph *>(modelRI);
    return 0;
}

aclError aclmdlRIExecuteAsync(aclmdlRI modelRI, aclrtStream stream) {
    Graph *graph;
    if (int error = find_graph(__func__, modelRI, &graph)) return error;
    RESOLVE(s, stream);
    if (is_captured(s)) return refuse_capture(s, "a graph cannot be launched into a capture");
    if (int error = check_broken(s->context->device, false)) return error;
    if (checking())
        for (auto &[executor, release] : graph->owned)
            check_replay(*static_cast<const aclOpExecutor *>(executor), s);
    for (const Task &task : graph->tasks) {
        if (s->queue) {
            if (int error = enqueue(s, task)) return error;
            continue;
        }
        Task copy = task;
        if (int error = copy.run(copy.storage)) return error;
    }
    return 0;
}

aclError aclmdlRIDestroy(aclmdlRI modelRI) {
    Graph *graph;
    if (int error = find_graph(__func__, modelRI, &graph)) return error;
    // Its tasks may be in the queue of any stream.
    for_each_stream([](DeviceStream *s) { wait_for(mark_of(s), -1); });
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        state().graphs.erase(graph);
    }
    destroy_graph(graph);
    return 0;
}

} // extern "C"
