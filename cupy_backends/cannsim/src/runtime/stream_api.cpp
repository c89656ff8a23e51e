// aclrt*DeviceStream* and aclrt*Event*.
#include "check/check.h"
#include "runtime/api.h"
#include "runtime/capture.h"
#include "runtime/fault.h"
#include "runtime/ipc_event.h"

using namespace cannsim;

namespace {

std::atomic<uint32_t> next_event_id{0};
std::atomic<int64_t> event_count{0};

} // namespace

namespace cannsim {

std::mutex event_lives;

int create_event(Event **out, uint32_t flags) {
    if (flags & ACL_EVENT_IPC && flags & ACL_EVENT_TIME_LINE)
        return fail(ACL_ERROR_INVALID_PARAM, "an event of ACL_EVENT_IPC keeps no time (flags %u)",
                    flags);
    const int64_t limit = settings().events;
    if (event_count.fetch_add(1) >= limit) {
        --event_count;
        return fail(ACL_ERROR_RT_NO_EVENT_RESOURCE, "there are no more than %ld events",
                    long(limit));
    }
    Event *e = pool_new<Event>(Kind::Event);
    if (!e) {
        --event_count;
        return fail(ACL_ERROR_RT_NO_EVENT_RESOURCE, "out of host memory for events");
    }
    e->flags = flags;
    e->id = next_event_id++;
    e->recorded = false;
    e->device = 0;
    e->mark = {};
    e->nanoseconds = 0;
    e->version = 0;
    e->shared = nullptr;
    e->signalled = false;
    if (flags & ACL_EVENT_IPC)
        if (int error = share_event(e)) {
            pool_delete(e, Kind::Event);
            --event_count;
            return error;
        }
    {
        std::lock_guard<std::mutex> lock(event_lives);
        e->set_tag(live_tag(Kind::Event));
    }
    *out = e;
    return 0;
}

} // namespace cannsim

namespace {

std::atomic<uint64_t> next_record{0};

// Waits of a graph for what happens outside of it.
bool is_external(const Event *e) { return e->flags & ACL_EVENT_EXTERNAL; }

constexpr Label kRecord{"aclrtRecordEvent", ACL_MODEL_RI_TASK_EVENT_RECORD};
constexpr Label kWait{"aclrtStreamWaitEvent", ACL_MODEL_RI_TASK_EVENT_WAIT};
constexpr Label kReset{"aclrtResetEvent", ACL_MODEL_RI_TASK_EVENT_RESET};

int signal(Event *e, DeviceStream *stream, bool value, const Label &label) {
    const int error = submit(
        stream,
        [ref = EventRef(e), value] {
            ref.use([value](Event &e) { e.signalled = value; });
            return 0;
        },
        label);
    nudge_streams();
    return error;
}

bool event_done(const Event *e) {
    return e->shared ? shared_done(e) : !e->recorded || is_complete(e->mark);
}

int make_event(aclrtEvent *out, uint32_t flags) {
    Event *e;
    if (int error = create_event(&e, flags)) return error;
    *out = e;
    return 0;
}

int make_stream(aclrtStream *out, uint32_t priority, uint32_t flags) {
    int error = 0;
    Context *context = current_context(&error);
    if (!context || (error = check_broken(context->device, false))) return error;
    DeviceStream *s;
    if ((error = create_stream(context, priority, flags, &s))) return error;
    *out = s;
    return 0;
}

int time_of(const Event *e, int64_t *nanoseconds) {
    if (!(e->flags & ACL_EVENT_TIME_LINE))
        return fail(ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID,
                    "event %u keeps no time: create it with ACL_EVENT_TIME_LINE", e->id);
    if (!e->recorded)
        return fail(ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID, "event %u was never recorded", e->id);
    if (!event_done(e))
        return fail(ACL_ERROR_RT_EVENT_NOT_COMPLETE, "event %u is not complete", e->id);
    *nanoseconds = e->nanoseconds;
    return 0;
}

} // namespace

extern "C" {

aclError aclrtCreateStream(aclrtStream *stream) {
    REQUIRE(stream);
    return make_stream(stream, 0, 0);
}

aclError aclrtCreateStreamWithConfig(aclrtStream *stream, uint32_t priority, uint32_t flag) {
    REQUIRE(stream);
    if (priority > 7)
        return fail(ACL_ERROR_INVALID_PARAM, "stream priority %u is not in 0..7", priority);
    return make_stream(stream, priority, flag);
}

aclrtStreamConfigHandle *aclrtCreateStreamConfigHandle() { return new aclrtStreamConfigHandle{}; }

aclError aclrtDestroyStreamConfigHandle(aclrtStreamConfigHandle *handle) {
    REQUIRE(handle);
    delete handle;
    return 0;
}

aclError aclrtSetStreamConfigOpt(aclrtStreamConfigHandle *handle, aclrtStreamConfigAttr attr,
                                 const void *attrValue, size_t valueSize) {
    REQUIRE(handle);
    REQUIRE(attrValue);
    size_t need = attr == ACL_RT_STREAM_PRIORITY ? sizeof(uint32_t) : sizeof(size_t);
    if (valueSize != need)
        return fail(ACL_ERROR_INVALID_PARAM, "attribute %d has %zu bytes, not %zu", int(attr), need,
                    valueSize);
    switch (attr) {
    case ACL_RT_STREAM_WORK_ADDR_PTR:
        handle->workptr = *static_cast<void *const *>(attrValue);
        return 0;
    case ACL_RT_STREAM_WORK_SIZE:
        handle->workSize = *static_cast<const size_t *>(attrValue);
        return 0;
    case ACL_RT_STREAM_FLAG: handle->flag = *static_cast<const size_t *>(attrValue); return 0;
    case ACL_RT_STREAM_PRIORITY:
        handle->priority = *static_cast<const uint32_t *>(attrValue);
        return 0;
    }
    return fail(ACL_ERROR_INVALID_PARAM, "unknown stream attribute %d", int(attr));
}

aclError aclrtCreateStreamV2(aclrtStream *stream, const aclrtStreamConfigHandle *handle) {
    REQUIRE(stream);
    return handle ? make_stream(stream, handle->priority, uint32_t(handle->flag))
                  : make_stream(stream, 0, 0);
}

static aclError destroy(aclrtStream stream, bool wait) {
    REQUIRE(stream);
    RESOLVE(s, stream);
    if (is_captured(s))
        return fail(ACL_ERROR_RT_STREAM_CAPTURED, "stream %d is being captured", s->id);
    if (s == s->context->default_stream)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "the default stream lives as long as its context");
    return destroy_stream(s, wait);
}

aclError aclrtDestroyStream(aclrtStream stream) { return destroy(stream, true); }
aclError aclrtDestroyStreamForce(aclrtStream stream) { return destroy(stream, false); }

aclError aclrtSynchronizeStream(aclrtStream stream) {
    RESOLVE(s, stream);
    if (int error = check_capture(__func__, s)) return error;
    return synchronize(s, -1);
}

aclError aclrtSynchronizeStreamWithTimeout(aclrtStream stream, int32_t timeout) {
    RESOLVE(s, stream);
    if (int error = check_capture(__func__, s)) return error;
    if (timeout < -1) return fail(ACL_ERROR_INVALID_PARAM, "timeout %d ms is negative", timeout);
    return synchronize(s, timeout);
}

aclError aclrtStreamQuery(aclrtStream stream, aclrtStreamStatus *status) {
    REQUIRE(status);
    RESOLVE(s, stream);
    if (int error = check_capture(__func__, s)) return error;
    poke(s);
    if (int error = check_broken(s->context->device, false)) return error;
    *status = is_complete(mark_of(s)) ? ACL_STREAM_STATUS_COMPLETE : ACL_STREAM_STATUS_NOT_READY;
    if (checking() && *status == ACL_STREAM_STATUS_COMPLETE) check_host_waits(s);
    return 0;
}

aclError aclrtStreamGetId(aclrtStream stream, int32_t *streamId) {
    REQUIRE(streamId);
    RESOLVE(s, stream);
    *streamId = s->id;
    return 0;
}

aclError aclrtStreamGetPriority(aclrtStream stream, uint32_t *priority) {
    REQUIRE(priority);
    RESOLVE(s, stream);
    *priority = s->priority;
    return 0;
}

aclError aclrtStreamGetFlags(aclrtStream stream, uint32_t *flags) {
    REQUIRE(flags);
    RESOLVE(s, stream);
    *flags = s->flags;
    return 0;
}

aclError aclrtDeviceGetStreamPriorityRange(int32_t *leastPriority, int32_t *greatestPriority) {
    if (leastPriority) *leastPriority = 7;
    if (greatestPriority) *greatestPriority = 0;
    return 0;
}

aclError aclrtSetStreamFailureMode(aclrtStream stream, uint64_t mode) {
    RESOLVE(s, stream);
    if (mode > 1) return fail(ACL_ERROR_INVALID_PARAM, "failure mode %lu is neither 0 nor 1", mode);
    s->failure_mode = mode;
    return 0;
}

aclError aclrtCreateEvent(aclrtEvent *event) {
    REQUIRE(event);
    return make_event(event,
                      ACL_EVENT_SYNC | ACL_EVENT_TIME_LINE | ACL_EVENT_CAPTURE_STREAM_PROGRESS);
}

aclError aclrtCreateEventWithFlag(aclrtEvent *event, uint32_t flag) {
    REQUIRE(event);
    if (!flag) return fail(ACL_ERROR_INVALID_PARAM, "an event needs at least one flag");
    return make_event(event, flag);
}

aclError aclrtCreateEventExWithFlag(aclrtEvent *event, uint32_t flag) {
    return aclrtCreateEventWithFlag(event, flag);
}

aclError aclrtDestroyEvent(aclrtEvent event) {
    EVENT(e, event);
    if (checking()) check_event_forgotten(e);
    if (e->shared) leave_event(e);
    {
        std::lock_guard<std::mutex> lock(event_lives);
        pool_delete(e, Kind::Event);
    }
    --event_count;
    return 0;
}

aclError aclrtRecordEvent(aclrtEvent event, aclrtStream stream) {
    EVENT(e, event);
    RESOLVE(s, stream);
    if (is_external(e) && is_captured(s)) return signal(e, s, true, kRecord);
    if (e->shared && is_captured(s))
        return refuse_capture(s, "%s: an event of ACL_EVENT_IPC cannot be captured", __func__);
    if (int error = 0; capturing() && capture_record(e, s, &error)) return error;
    if (int error = check_broken(s->context->device, false)) return error;
    const uint64_t version = ++next_record;
    e->version = version;
    e->recorded = true;
    e->device = s->context->device;
    if (checking()) check_event_recorded(e, s);
    if (e->shared) return shared_record(e, s);
    if (is_external(e))
        if (int error = signal(e, s, true, kRecord)) return error;
    if (!s->queue) {
        e->mark = {};
        e->nanoseconds = now_nanoseconds();
        return wait_callbacks(s);
    }
    e->nanoseconds = 0;
    int error = submit(s, [ref = EventRef(e), version] {
        ref.use([version](Event &e) {
            if (e.version == version) e.nanoseconds = now_nanoseconds();
        });
        return 0;
    });
    e->mark = mark_of(s);
    return error;
}

aclError aclrtResetEvent(aclrtEvent event, aclrtStream stream) {
    EVENT(e, event);
    RESOLVE(s, stream);
    if (is_external(e)) {
        const int error = signal(e, s, false, kReset);
        if (error || is_captured(s)) return error;
    }
    if (checking()) check_event_forgotten(e);
    e->recorded = false;
    e->mark = {};
    return 0;
}

aclError aclrtStreamWaitEvent(aclrtStream stream, aclrtEvent event) {
    EVENT(e, event);
    RESOLVE(s, stream);
    if (is_external(e) && is_captured(s))
        return submit_wait(s, Task::of([ref = EventRef(e)] {
                               bool waits = false;
                               ref.use([&](Event &e) { waits = !e.signalled; });
                               return waits ? stall(false, "event %u to be recorded", ref.id()) : 0;
                           }),
                           kWait);
    if (int error = 0; capturing() && capture_wait(s, e, &error)) return error;
    if (int error = check_broken(s->context->device, false)) return error;
    if (checking()) check_stream_waits(s, e);
    if (e->shared) return shared_wait(e, s);
    Mark mark = e->mark;
    if (!e->recorded || mark.stream == s || is_complete(mark)) return 0;
    return submit_wait(s, Task::of([mark] { return await(mark); }), kWait);
}

aclError aclrtSynchronizeEventWithTimeout(aclrtEvent event, int32_t timeout) {
    EVENT(e, event);
    if (int error = check_capture(__func__, static_cast<const Event *>(e))) return error;
    attach();
    ++this_thread.counters.synchronizations;
    if (e->shared)
        if (int error = shared_synchronize(e, timeout)) return error;
    if (!e->shared && e->recorded && e->mark.stream && wait_for(e->mark, timeout))
        return fail(ACL_ERROR_RT_EVENT_SYNC_TIMEOUT, "event %u did not complete within %d ms",
                    e->id, timeout);
    if (checking()) check_host_waits(e);
    return e->recorded ? check_broken(e->device, true) : 0;
}

aclError aclrtSynchronizeEvent(aclrtEvent event) {
    return aclrtSynchronizeEventWithTimeout(event, -1);
}

aclError aclrtQueryEventStatus(aclrtEvent event, aclrtEventRecordedStatus *status) {
    REQUIRE(status);
    EVENT(e, event);
    if (int error = check_capture(__func__, static_cast<const Event *>(e))) return error;
    if (e->shared)
        poke_all();
    else if (e->recorded && e->mark.stream && alive(e->mark.stream, Kind::Stream))
        poke(e->mark.stream);
    if (checking() && event_done(e)) check_host_waits(e);
    *status =
        event_done(e) ? ACL_EVENT_RECORDED_STATUS_COMPLETE : ACL_EVENT_RECORDED_STATUS_NOT_READY;
    return 0;
}

aclError aclrtQueryEvent(aclrtEvent event, aclrtEventStatus *status) {
    REQUIRE(status);
    aclrtEventRecordedStatus recorded;
    if (int error = aclrtQueryEventStatus(event, &recorded)) return error;
    *status = recorded == ACL_EVENT_RECORDED_STATUS_COMPLETE ? ACL_EVENT_STATUS_COMPLETE
                                                             : ACL_EVENT_STATUS_NOT_READY;
    return 0;
}

aclError aclrtQueryEventWaitStatus(aclrtEvent event, aclrtEventWaitStatus *status) {
    REQUIRE(status);
    aclrtEventRecordedStatus recorded;
    if (int error = aclrtQueryEventStatus(event, &recorded)) return error;
    *status = recorded == ACL_EVENT_RECORDED_STATUS_COMPLETE ? ACL_EVENT_WAIT_STATUS_COMPLETE
                                                             : ACL_EVENT_WAIT_STATUS_NOT_READY;
    return 0;
}

aclError aclrtEventElapsedTime(float *ms, aclrtEvent startEvent, aclrtEvent endEvent) {
    REQUIRE(ms);
    EVENT(start, startEvent);
    EVENT(end, endEvent);
    int64_t from = 0, to = 0;
    if (int error = time_of(start, &from)) return error;
    if (int error = time_of(end, &to)) return error;
    if (to < from)
        return fail(ACL_ERROR_RT_EVENT_TIMESTAMP_REVERSAL, "event %u ends before event %u starts",
                    end->id, start->id);
    *ms = float(double(to - from) * 1e-6);
    return 0;
}

aclError aclrtEventGetTimestamp(aclrtEvent event, uint64_t *timestamp) {
    REQUIRE(timestamp);
    EVENT(e, event);
    int64_t nanoseconds = 0;
    if (int error = time_of(e, &nanoseconds)) return error;
    *timestamp = uint64_t(nanoseconds) / 1000;
    return 0;
}

aclError aclrtGetEventId(aclrtEvent event, uint32_t *eventId) {
    REQUIRE(eventId);
    EVENT(e, event);
    *eventId = e->id;
    return 0;
}

} // extern "C"
