// Devices, memory, streams, events and host callbacks of the contract, over aclrt.
#include <pthread.h>

#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "launch.h"
#include "recent.h"
#include "scratch.h"
#include "state.h"

namespace ascend {
namespace {

aclrtStream raw(cupyStream stream) { return reinterpret_cast<aclrtStream>(stream); }
aclrtEvent raw(cupyEvent event) { return reinterpret_cast<aclrtEvent>(event); }

#define BOUND                                                                                      \
    if (int rc_ = bind()) return rc_

int device_count(int *count) {
    if (int rc = load()) return rc;
    uint32_t found = 0;
    ASCEND_TRY(aclrtGetDeviceCount, &found);
    *count = int(found);
    return CUPY_OK;
}

int set_device(int device) {
    if (int rc = load()) return rc;
    if (int rc = bind()) return rc; // to the old one: it has what each thread needs
    if (thread.device == device) return CUPY_OK;
    ASCEND_TRY(aclrtSetDevice, device);
    thread.device = device;
    return CUPY_OK;
}

int get_device(int *device) {
    *device = thread.device;
    return CUPY_OK;
}

int device_name(int device, char *name, size_t size) {
    if (int rc = load()) return rc;
    int count = 0;
    if (int rc = device_count(&count)) return rc;
    if (device < 0 || device >= count)
        return fail_text(CUPY_FAILED, "device_name", "device %d does not exist: there are %d",
                         device, count);
    snprintf(name, size, "%s", machine.soc);
    return CUPY_OK;
}

int mem_info(size_t *free_bytes, size_t *total_bytes) {
    BOUND;
    ASCEND_TRY(aclrtGetMemInfo, ACL_HBM_MEM, free_bytes, total_bytes);
    if (!*total_bytes)
        ASCEND_TRY(aclrtGetMemInfo, ACL_DDR_MEM, free_bytes, total_bytes); // 310P has no HBM
    return CUPY_OK;
}

int device_synchronize() {
    BOUND;
    ASCEND_WAIT(nullptr, aclrtSynchronizeDevice);
    return CUPY_OK;
}

// Whatever the device says to it: what we kept of it is forgotten, and the thread starts anew.
int device_reset(int device) {
    if (int rc = set_device(device)) return rc;
    forget_executors();
    forget_memory(device);
    forget_launches(device);
    const int code = api.aclrtResetDeviceForce ? api.aclrtResetDeviceForce(device)
                                               : api.aclrtResetDevice(device);
    ++binding;
    if (code) return fail(code, "aclrtResetDevice");
    return bind();
}

int mem_alloc(size_t bytes, void **address) {
    BOUND;
    return guarded("mem_alloc", [&] { return device_malloc(bytes, address); });
}

int mem_free(void *address) {
    BOUND;
    ASCEND_TRY(aclrtFree, address);
    return CUPY_OK;
}

int wait_for(cupyStream stream) {
    const uint32_t mark = recent_mark(stream);
    ASCEND_WAIT(&stream, aclrtSynchronizeStream, raw(stream));
    recent_done(stream, mark);
    return CUPY_OK;
}

int stream_synchronize(cupyStream stream) {
    BOUND;
    return guarded("stream_synchronize", [&] {
        const uint64_t mark = scratch_mark(stream);
        if (int rc = wait_for(stream)) return rc;
        scratch_trim(stream, mark);
        return int(CUPY_OK);
    });
}

int copy_to_device(void *dst, const void *src, size_t bytes, cupyStream stream) {
    BOUND;
    if (!bytes) return CUPY_OK;
    // The source may be gone when this returns, and pageable memory makes the asynchronous form
    // wait anyway.
    ASCEND_WAIT(&stream, aclrtMemcpyAsync, dst, bytes, src, bytes, ACL_MEMCPY_HOST_TO_DEVICE,
                raw(stream));
    return wait_for(stream);
}

int copy_to_host(void *dst, const void *src, size_t bytes, cupyStream stream) {
    BOUND;
    if (!bytes) return CUPY_OK;
    ASCEND_WAIT(&stream, aclrtMemcpyAsync, dst, bytes, src, bytes, ACL_MEMCPY_DEVICE_TO_HOST,
                raw(stream));
    return wait_for(stream);
}

int copy_on_device(void *dst, const void *src, size_t bytes, cupyStream stream) {
    BOUND;
    if (bytes)
        ASCEND_TRY(aclrtMemcpyAsync, dst, bytes, src, bytes, ACL_MEMCPY_DEVICE_TO_DEVICE,
                   raw(stream));
    return wait_if_blocking(stream);
}

int mem_set(void *dst, int value, size_t bytes, cupyStream stream) {
    BOUND;
    if (bytes) ASCEND_TRY(aclrtMemsetAsync, dst, bytes, value, bytes, raw(stream));
    return wait_if_blocking(stream);
}

// The simulator's checks want to see arrays, not the pool's chunks. Absent on real CANN.
void (*announce_alloc)(void *, size_t, aclrtStream);
void (*announce_free)(void *, aclrtStream);

void pool_alloc(void *address, size_t bytes, cupyStream stream) {
    announce_alloc(address, bytes, raw(stream));
}

void pool_free(void *address, cupyStream stream) { announce_free(address, raw(stream)); }

int stream_create(cupyStream *stream, int) {
    BOUND;
    aclrtStream made = nullptr;
    ASCEND_TRY(aclrtCreateStreamWithConfig, &made, 0,
               ACL_STREAM_FAST_LAUNCH | ACL_STREAM_FAST_SYNC);
    *stream = reinterpret_cast<cupyStream>(made);
    return CUPY_OK;
}

// Callbacks on a CANN without aclrtLaunchHostFunc need a thread that receives their reports.
struct Reporter {
    std::mutex mutex;
    uint64_t thread = 0;
    std::unordered_set<aclrtStream> subscribed;
};

Reporter &reporter() {
    static auto *one = new Reporter;
    return *one;
}

int subscribe(aclrtStream stream) {
    Reporter &self = reporter();
    std::lock_guard<std::mutex> hold(self.mutex);
    if (self.subscribed.count(stream)) return CUPY_OK;
    if (!api.aclrtLaunchCallback || !api.aclrtSubscribeReport || !api.aclrtProcessReport)
        return fail_text(CUPY_NO_ROUTE, "stream_callback", "this CANN has no host callbacks");
    if (!self.thread) {
        std::thread worker([] {
            for (;;) api.aclrtProcessReport(100);
        });
        self.thread = uint64_t(worker.native_handle());
        worker.detach();
    }
    ASCEND_TRY(aclrtSubscribeReport, self.thread, stream);
    self.subscribed.insert(stream);
    return CUPY_OK;
}

int stream_destroy(cupyStream stream) {
    BOUND;
    const int waited = wait_for(stream); // a stream of a device that failed is destroyed all the same
    if (int rc = guarded("stream_destroy", [&] {
            drop_constants(stream);
            scratch_drop(stream);
            return int(CUPY_OK);
        }))
        return rc;
    {
        Reporter &self = reporter();
        std::lock_guard<std::mutex> hold(self.mutex);
        if (self.subscribed.erase(raw(stream)) && api.aclrtUnSubscribeReport)
            api.aclrtUnSubscribeReport(self.thread, raw(stream));
    }
    if (waited) {
        api.aclrtDestroyStream(raw(stream));
        return waited;
    }
    ASCEND_TRY(aclrtDestroyStream, raw(stream));
    return CUPY_OK;
}

int stream_query(cupyStream stream, int *done) {
    BOUND;
    aclrtStreamStatus status = ACL_STREAM_STATUS_NOT_READY;
    ASCEND_TRY(aclrtStreamQuery, raw(stream), &status);
    *done = status == ACL_STREAM_STATUS_COMPLETE;
    return CUPY_OK;
}

int stream_wait_event(cupyStream stream, cupyEvent event) {
    BOUND;
    ASCEND_TRY(aclrtStreamWaitEvent, raw(stream), raw(event));
    return CUPY_OK;
}

int stream_callback(cupyStream stream, void (*fn)(void *), void *arg) {
    BOUND;
    if (api.aclrtLaunchHostFunc) {
        ASCEND_TRY(aclrtLaunchHostFunc, raw(stream), fn, arg);
        return CUPY_OK;
    }
    return guarded("stream_callback", [&] {
        if (int rc = subscribe(raw(stream))) return rc;
        // Blocking the stream, or nobody who waits for the stream would wait for the callback.
        ASCEND_TRY(aclrtLaunchCallback, fn, arg, ACL_CALLBACK_BLOCK, raw(stream));
        return int(CUPY_OK);
    });
}

int event_create(cupyEvent *event, int timing) {
    BOUND;
    aclrtEvent made = nullptr;
    uint32_t flag = timing ? ACL_EVENT_TIME_LINE | ACL_EVENT_SYNC : ACL_EVENT_SYNC;
    if (api.aclrtCreateEventExWithFlag)
        ASCEND_TRY(aclrtCreateEventExWithFlag, &made, flag);
    else
        ASCEND_TRY(aclrtCreateEventWithFlag, &made, flag);
    *event = reinterpret_cast<cupyEvent>(made);
    return CUPY_OK;
}

int event_destroy(cupyEvent event) {
    BOUND;
    ASCEND_TRY(aclrtDestroyEvent, raw(event));
    return CUPY_OK;
}

int event_record(cupyEvent event, cupyStream stream) {
    BOUND;
    ASCEND_TRY(aclrtRecordEvent, raw(event), raw(stream));
    return CUPY_OK;
}

int event_query(cupyEvent event, int *done) {
    BOUND;
    aclrtEventRecordedStatus status = ACL_EVENT_RECORDED_STATUS_NOT_READY;
    ASCEND_TRY(aclrtQueryEventStatus, raw(event), &status);
    *done = status == ACL_EVENT_RECORDED_STATUS_COMPLETE;
    return CUPY_OK;
}

int event_synchronize(cupyEvent event) {
    BOUND;
    ASCEND_WAIT(nullptr, aclrtSynchronizeEvent, raw(event));
    return CUPY_OK;
}

int event_elapsed(float *milliseconds, cupyEvent start, cupyEvent end) {
    BOUND;
    ASCEND_TRY(aclrtEventElapsedTime, milliseconds, raw(start), raw(end));
    return CUPY_OK;
}

cupyBackend table = {
    "ascend",          resolve_plan,    device_count,       set_device,
    get_device,        device_name,     mem_info,           device_synchronize,
    device_reset,
    mem_alloc,         mem_free,        copy_to_device,     copy_to_host,
    copy_on_device,    mem_set,         nullptr,            nullptr, // watch_pool
    stream_create,     stream_destroy,  stream_synchronize, stream_query,
    stream_wait_event, stream_callback, event_create,       event_destroy,
    event_record,      event_query,     event_synchronize,  event_elapsed,
    last_error,        watch_tasks,
};

} // namespace

void watch_pool() {
    auto watches = reinterpret_cast<bool (*)()>(symbol("cannsimWatchesPools"));
    if (!watches || !watches()) return;
    announce_alloc = reinterpret_cast<decltype(announce_alloc)>(symbol("cannsimPoolAlloc"));
    announce_free = reinterpret_cast<decltype(announce_free)>(symbol("cannsimPoolFree"));
    table.pool_alloc = pool_alloc;
    table.pool_free = pool_free;
}

} // namespace ascend

extern "C" cupyBackend *cupy_ascend_backend(void) { return &ascend::table; }
