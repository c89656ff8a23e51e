#include "runtime/ipc_event.h"

#include "runtime/api.h"
#include "runtime/sharing.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <unistd.h>

namespace cannsim {

// Kept by the event and by its tasks in queues.
struct SharedEvent {
    SharedPage *page;
    Ticket ticket;
    bool owner;
    std::atomic<int> users;
};

namespace {

constexpr char kMagic[8] = "cannsim";

SharedEvent *keep(SharedEvent *e) {
    ++e->users;
    return e;
}

void let_go(SharedEvent *e) {
    if (--e->users) return;
    // A forked child does not withdraw what its parent shares.
    if (e->owner && e->ticket.pid == uint32_t(getpid()))
        close_page(e->page, e->ticket);
    else
        leave_page(e->page);
    delete e;
}

// The result of a task that waits for a record.
int ask(SharedEvent *e, uint64_t record) {
    if (e->page->completed >= record) return 0;
    const int pid = e->page->recorder;
    if (kill(pid, 0) && errno == ESRCH && e->page->completed < record)
        return fail(ACL_ERROR_RT_IPC_ERROR,
                    "process %d recorded an event and ended before its stream got there", pid);
    return stall(true, "an event that process %d recorded", pid);
}

void complete(SharedPage *page, uint64_t record) {
    uint64_t last = page->completed;
    while (last < record && !page->completed.compare_exchange_weak(last, record)) {
    }
}

} // namespace

int share_event(Event *event) {
    SharedEvent *e = new SharedEvent{nullptr, {}, true, {1}};
    if (int error =
            make_page("aclrtCreateEventExWithFlag", PageKind::Event, &e->page, &e->ticket)) {
        delete e;
        return error;
    }
    event->shared = e;
    return 0;
}

void leave_event(Event *event) { let_go(event->shared); }

int shared_record(Event *event, DeviceStream *stream) {
    SharedEvent *e = keep(event->shared);
    e->page->recorder = getpid();
    const uint64_t record = ++e->page->recorded;
    const int error = submit(stream, [e, record] {
        complete(e->page, record);
        let_go(e);
        return 0;
    });
    event->mark = mark_of(stream);
    nudge_streams();
    return error;
}

int shared_wait(Event *event, DeviceStream *stream) {
    const uint64_t record = event->shared->page->recorded;
    if (event->shared->page->completed >= record) return 0;
    SharedEvent *e = keep(event->shared);
    return submit_wait(stream, Task::of([e, record] {
                           const int code = ask(e, record);
                           if (code != kStalled) let_go(e);
                           return code;
                       }),
                       {"aclrtStreamWaitEvent", ACL_MODEL_RI_TASK_EVENT_WAIT});
}

bool shared_done(const Event *event) {
    const SharedPage *page = event->shared->page;
    return page->completed >= page->recorded;
}

int shared_synchronize(Event *event, int timeout_ms) {
    struct Wait {
        SharedEvent *event;
        uint64_t record;
    } wait{event->shared, event->shared->page->recorded};
    return wait_outside(
        [](void *p) {
            auto w = static_cast<Wait *>(p);
            return ask(w->event, w->record);
        },
        &wait, timeout_ms);
}

} // namespace cannsim

using namespace cannsim;

extern "C" {

aclError aclrtIpcGetEventHandle(aclrtEvent event, aclrtIpcEventHandle *handle) {
    REQUIRE(event);
    REQUIRE(handle);
    EVENT(e, event);
    if (!e->shared || !e->shared->owner)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: event %u was not created %s", __func__, e->id,
                    e->shared ? "by this process" : "with ACL_EVENT_IPC");
    std::memset(handle, 0, sizeof *handle);
    std::memcpy(handle->reserved, kMagic, sizeof kMagic);
    std::memcpy(handle->reserved + sizeof kMagic, &e->shared->ticket, sizeof(Ticket));
    return 0;
}

// As with CUDA, a process does not open its own event.
aclError aclrtIpcOpenEventHandle(aclrtIpcEventHandle handle, aclrtEvent *event) {
    REQUIRE(event);
    Context *context;
    if (int error = require_context(&context)) return error;
    if (std::memcmp(handle.reserved, kMagic, sizeof kMagic))
        return fail(ACL_ERROR_INVALID_PARAM, "%s: this is no handle of aclrtIpcGetEventHandle",
                    __func__);
    Ticket ticket;
    std::memcpy(&ticket, handle.reserved + sizeof kMagic, sizeof ticket);
    if (ticket.pid == uint32_t(getpid()))
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: the event is one of this process", __func__);
    SharedPage *page;
    if (int error = open_page(__func__, PageKind::Event, ticket, &page)) return error;
    Event *e;
    if (int error = create_event(&e, ACL_EVENT_SYNC)) {
        leave_page(page);
        return error;
    }
    e->flags = ACL_EVENT_IPC;
    e->device = context->device;
    e->shared = new SharedEvent{page, ticket, false, {1}};
    *event = e;
    return 0;
}

} // extern "C"
