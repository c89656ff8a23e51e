#include "runtime/capture.h"

#include "runtime/api.h"
#include "runtime/graph.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace cannsim {

std::atomic<int> captures{0};

namespace {

struct Point { // of an event, in a captured stream
    Capture *capture;
    const DeviceStream *stream;
    size_t tasks;
};

std::map<const Event *, Point> &points() {
    static auto *instance = new std::map<const Event *, Point>;
    return *instance;
}

thread_local aclmdlRICaptureMode thread_mode = ACL_MODEL_RI_CAPTURE_MODE_GLOBAL;

// What CANN 9 calls an operation that a capture does not allow; 8.1 has no name of its own for it.
int illegal_code() {
    return settings().major >= 9 ? int(ACL_ERROR_RT_CAPTURE_MODE_BLOCK_ASYNC)
                                 : int(ACL_ERROR_RT_CAPTURE_MODE_NOT_SUPPORT);
}

int refuse_wait(const char *call, Capture *c) {
    c->invalid = true;
    return fail(illegal_code(), "%s: stream %d is being captured", call, c->origin->id);
}

void begin(Capture *c) {
    c->members[c->origin];
    graphs().active.push_back(c);
    ++captures;
}

void end(Capture *c) {
    auto &active = graphs().active;
    active.erase(std::find(active.begin(), active.end(), c));
    --captures;
    delete c;
}

} // namespace

Capture *capture_of(const DeviceStream *stream) {
    for (Capture *c : graphs().active)
        if (c->members.count(stream)) return c;
    return nullptr;
}

bool find_capture(const DeviceStream *stream) {
    run_batch();
    std::lock_guard<std::mutex> lock(graphs().mutex);
    return capture_of(stream);
}

int capture_task(DeviceStream *stream, const Task &task, const Label &label, void *owned,
                 void (*release)(void *)) {
    std::lock_guard<std::mutex> lock(graphs().mutex);
    Capture *c = capture_of(stream);
    if (!c) return fail(ACL_ERROR_RT_STREAM_NOT_CAPTURED, "the capture has ended");
    c->graph->nodes.push_back({task, label, stream->id, owned, release});
    ++c->members[stream].tasks;
    return 0;
}

bool capture_record(Event *event, DeviceStream *stream, int *error) {
    std::lock_guard<std::mutex> lock(graphs().mutex);
    points().erase(event);
    Capture *c = capture_of(stream);
    if (!c) return false;
    points()[event] = {c, stream, c->members[stream].tasks};
    *error = 0;
    return true;
}

bool capture_wait(DeviceStream *stream, Event *event, int *error) {
    std::lock_guard<std::mutex> lock(graphs().mutex);
    Capture *mine = capture_of(stream);
    const auto found = points().find(event);
    if (found == points().end()) {
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
        *error =
            fail(ACL_ERROR_RT_STREAM_CAPTURE_IMPLICIT, "the default stream cannot join a capture");
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
    std::lock_guard<std::mutex> lock(graphs().mutex);
    if (Capture *c = capture_of(stream)) c->invalid = true;
    return fail(illegal_code(), "%s", text);
}

int check_capture_wait(const char *call, DeviceStream *stream) {
    run_batch();
    std::lock_guard<std::mutex> lock(graphs().mutex);
    Capture *c = capture_of(stream);
    return c ? refuse_wait(call, c) : 0;
}

int check_capture_wait(const char *call, const Event *event) {
    run_batch();
    std::lock_guard<std::mutex> lock(graphs().mutex);
    const auto found = points().find(event);
    return found == points().end() ? 0 : refuse_wait(call, found->second.capture);
}

int check_capture_device(const char *call, int device) {
    if (!capturing()) return 0;
    run_batch();
    std::lock_guard<std::mutex> lock(graphs().mutex);
    for (Capture *c : graphs().active)
        if (!c->update && c->origin->context->device == device) return refuse_wait(call, c);
    return 0;
}

int check_capture_host(const char *call) {
    if (!capturing()) return 0;
    run_batch();
    if (thread_mode == ACL_MODEL_RI_CAPTURE_MODE_RELAXED) return 0;
    std::lock_guard<std::mutex> lock(graphs().mutex);
    for (Capture *c : graphs().active)
        if (c->mode == ACL_MODEL_RI_CAPTURE_MODE_GLOBAL ||
            (c->mode == ACL_MODEL_RI_CAPTURE_MODE_THREAD_LOCAL &&
             c->thread == std::this_thread::get_id()))
            return refuse_wait(call, c);
    return 0;
}

} // namespace cannsim

using namespace cannsim;

extern "C" {

static aclError begin_capture(const char *call, aclrtStream stream, aclmdlRI into,
                              aclmdlRICaptureMode mode) {
    if (int error = check_settings()) return error;
    if (!settings().soc->capture)
        return fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT, "graphs cannot be captured on %s",
                    settings().soc->name);
    if (mode < ACL_MODEL_RI_CAPTURE_MODE_GLOBAL || mode > ACL_MODEL_RI_CAPTURE_MODE_RELAXED)
        return fail(ACL_ERROR_INVALID_PARAM, "capture mode %d is not 0, 1 or 2", int(mode));
    RESOLVE(s, stream);
    if (s == s->context->default_stream)
        return fail(ACL_ERROR_RT_STREAM_CAPTURE_IMPLICIT, "the default stream cannot be captured");
    std::lock_guard<std::mutex> lock(graphs().mutex);
    if (capture_of(s))
        return fail(ACL_ERROR_RT_STREAM_CAPTURED, "stream %d is captured already", s->id);
    Graph *graph = nullptr;
    if (into) {
        if (int error = find_graph(call, into, &graph)) return error;
        if (graph->capturing)
            return fail(ACL_ERROR_RT_MODEL_CAPTURED, "%s: graph %u is being captured", call,
                        graph->id);
        if (in_use(graph->root()))
            return fail(ACL_ERROR_RT_MODEL_RUNNING, "%s: graph %u is running", call, graph->id);
        graph->capturing = true;
    } else {
        graph = new Graph;
    }
    begin(new Capture{
        s, mode, std::this_thread::get_id(), graph, graph->nodes.size(), nullptr, false, {}});
    return 0;
}

aclError aclmdlRICaptureBegin(aclrtStream stream, aclmdlRICaptureMode mode) {
    return begin_capture(__func__, stream, nullptr, mode);
}

// What is captured goes behind what the graph has, as with CUDA: a body of a condition, or a graph
// that was captured before.
aclError aclmdlRICaptureToModelRIBegin(aclrtStream stream, aclmdlRI modelRI,
                                       aclmdlRICaptureMode mode) {
    REQUIRE(modelRI);
    return begin_capture(__func__, stream, modelRI, mode);
}

aclError aclmdlRICaptureGetInfo(aclrtStream stream, aclmdlRICaptureStatus *status,
                                aclmdlRI *modelRI) {
    REQUIRE(status);
    RESOLVE(s, stream);
    std::lock_guard<std::mutex> lock(graphs().mutex);
    Capture *c = capture_of(s);
    if (c && c->update) c = nullptr;
    *status = !c           ? ACL_MODEL_RI_CAPTURE_STATUS_NONE
              : c->invalid ? ACL_MODEL_RI_CAPTURE_STATUS_INVALIDATED
                           : ACL_MODEL_RI_CAPTURE_STATUS_ACTIVE;
    if (modelRI) *modelRI = c ? c->graph : nullptr;
    return 0;
}

aclError aclmdlRICaptureEnd(aclrtStream stream, aclmdlRI *modelRI) {
    REQUIRE(modelRI);
    RESOLVE(s, stream);
    *modelRI = nullptr;
    std::lock_guard<std::mutex> lock(graphs().mutex);
    Capture *c = capture_of(s);
    if (!c || c->update)
        return fail(ACL_ERROR_RT_STREAM_NOT_CAPTURED, "stream %d is not captured", s->id);
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
    if (has_open_body(c->graph))
        return fail(ACL_ERROR_RT_SUB_ACLGRAPH_IS_CAPTURING,
                    "a body of the graph of stream %d is being captured: end that first", s->id);
    int error = 0;
    if (c->invalid)
        error = fail(ACL_ERROR_RT_STREAM_CAPTURE_INVALIDATED,
                     "the capture of stream %d was made invalid by a call that it does not allow",
                     s->id);
    for (const auto &[stream, member] : c->members)
        if (!error && member.group >= 0)
            error = fail(ACL_ERROR_STREAM_TASK_GROUP_INTR,
                         "the capture of stream %d ends in a task group of stream %d", s->id,
                         stream->id);
        else if (!error && stream != s && member.waited <= member.tasks)
            error = fail(nine ? int(ACL_ERROR_RT_STREAM_CAPTURE_UNMATCHED)
                              : int(ACL_ERROR_RT_CAPTURE_DEPENDENCY),
                         "stream %d joined the capture of stream %d, which does not wait for it",
                         stream->id, s->id);
    for (auto event = points().begin(); event != points().end();)
        event = event->second.capture == c ? points().erase(event) : std::next(event);
    Graph *graph = c->graph;
    graph->capturing = false;
    if (!error)
        *modelRI = graph;
    else if (c->first || graph->parent)
        graph->truncate(c->first);
    else
        delete graph;
    end(c);
    return error;
}

aclError aclmdlRICaptureThreadExchangeMode(aclmdlRICaptureMode *mode) {
    REQUIRE(mode);
    if (*mode < ACL_MODEL_RI_CAPTURE_MODE_GLOBAL || *mode > ACL_MODEL_RI_CAPTURE_MODE_RELAXED)
        return fail(ACL_ERROR_INVALID_PARAM, "capture mode %d is not 0, 1 or 2", int(*mode));
    std::swap(*mode, thread_mode);
    return 0;
}

static Member *member_of(const DeviceStream *stream) {
    Capture *c = capture_of(stream);
    return c && !c->update ? &c->members[stream] : nullptr;
}

aclError aclmdlRICaptureTaskGrpBegin(aclrtStream stream) {
    RESOLVE(s, stream);
    std::lock_guard<std::mutex> lock(graphs().mutex);
    Member *member = member_of(s);
    if (!member) return fail(ACL_ERROR_RT_STREAM_NOT_CAPTURED, "stream %d is not captured", s->id);
    if (member->group >= 0)
        return fail(ACL_ERROR_STREAM_TASK_GROUP_STATUS, "stream %d is in a task group already",
                    s->id);
    member->group = long(capture_of(s)->graph->nodes.size());
    return 0;
}

aclError aclmdlRICaptureTaskGrpEnd(aclrtStream stream, aclrtTaskGrp *handle) {
    REQUIRE(handle);
    RESOLVE(s, stream);
    std::lock_guard<std::mutex> lock(graphs().mutex);
    Member *member = member_of(s);
    if (!member) return fail(ACL_ERROR_RT_STREAM_NOT_CAPTURED, "stream %d is not captured", s->id);
    if (member->group < 0)
        return fail(ACL_ERROR_STREAM_TASK_GROUP_STATUS, "stream %d is in no task group", s->id);
    Graph *graph = capture_of(s)->graph;
    auto group = std::make_unique<TaskGroup>(TaskGroup{graph, {}});
    for (size_t i = size_t(member->group); i < graph->nodes.size(); ++i)
        if (graph->nodes[i].stream == s->id) group->nodes.push_back(i);
    member->group = -1;
    *handle = group.get();
    graphs().groups.insert(group.get());
    graph->groups.push_back(std::move(group));
    return 0;
}

// The stream notes tasks as in a capture, until the update ends.
aclError aclmdlRICaptureTaskUpdateBegin(aclrtStream stream, aclrtTaskGrp handle) {
    REQUIRE(handle);
    RESOLVE(s, stream);
    std::lock_guard<std::mutex> lock(graphs().mutex);
    if (Capture *c = capture_of(s))
        return fail(c->update ? int(ACL_ERROR_STREAM_TASK_GROUP_STATUS)
                              : int(ACL_ERROR_RT_STREAM_CAPTURED),
                    "stream %d is %s already", s->id, c->update ? "in an update" : "captured");
    if (!graphs().groups.count(handle))
        return fail(ACL_ERROR_RT_INVALID_HANDLE,
                    "%s: %p is not a task group, or its graph was destroyed", __func__, handle);
    TaskGroup *group = static_cast<TaskGroup *>(handle);
    if (group->graph->capturing)
        return fail(ACL_ERROR_RT_MODEL_CAPTURED, "%s: graph %u is being captured", __func__,
                    group->graph->id);
    begin(new Capture{s,
                      ACL_MODEL_RI_CAPTURE_MODE_RELAXED,
                      std::this_thread::get_id(),
                      new Graph,
                      0,
                      group,
                      false,
                      {}});
    return 0;
}

// The tasks are exchanged in the order of the stream: a replay that waits for an event recorded
// behind the update finds the new ones.
aclError aclmdlRICaptureTaskUpdateEnd(aclrtStream stream) {
    RESOLVE(s, stream);
    TaskGroup *group;
    Graph *fresh;
    {
        std::lock_guard<std::mutex> lock(graphs().mutex);
        Capture *c = capture_of(s);
        if (!c || !c->update)
            return fail(ACL_ERROR_STREAM_TASK_GROUP_STATUS, "stream %d is in no update", s->id);
        group = c->update;
        fresh = c->graph;
        int error = 0;
        if (c->invalid)
            error = fail(
                ACL_ERROR_RT_STREAM_CAPTURE_INVALIDATED,
                "the update by stream %d was made invalid by a call that it does not allow", s->id);
        else if (!graphs().groups.count(group))
            error = fail(ACL_ERROR_RT_INVALID_HANDLE, "the graph was destroyed during its update");
        else
            error = check_update(*group, *fresh);
        end(c);
        if (error) {
            delete fresh;
            return error;
        }
    }
    const int error = submit(s, [group, fresh] {
        update_group(*group, fresh);
        return 0;
    });
    std::lock_guard<std::mutex> lock(graphs().mutex);
    if (s->queue) group->graph->root()->uses.push_back(mark_of(s));
    return error;
}

} // extern "C"
