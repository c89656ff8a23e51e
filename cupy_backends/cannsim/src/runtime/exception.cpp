// The function that a program wants called when the device reports a failed task.
#include "runtime/exception.h"

#include "runtime/api.h"

#include <atomic>
#include <unistd.h>

using namespace cannsim;

struct rtExceptionInfo {
    uint32_t task, stream, thread, device, code;
};

namespace {

std::atomic<aclrtExceptionInfoCallback> callback{nullptr};

constexpr uint32_t kNone = 0xFFFFFFFFu; // what the accessors give for a null pointer

} // namespace

namespace cannsim {

void report_exception(const DeviceStream *stream, int error) {
    aclrtExceptionInfoCallback function = callback.load();
    if (!function) return;
    rtExceptionInfo info{uint32_t(stream->completed.load()), uint32_t(stream->id),
                         uint32_t(gettid()), uint32_t(stream->context->device), uint32_t(error)};
    function(&info);
}

} // namespace cannsim

extern "C" {

// Null takes it back.
aclError aclrtSetExceptionInfoCallback(aclrtExceptionInfoCallback function) {
    callback = function;
    return 0;
}

uint32_t aclrtGetTaskIdFromExceptionInfo(const aclrtExceptionInfo *info) {
    return info ? info->task : kNone;
}
uint32_t aclrtGetStreamIdFromExceptionInfo(const aclrtExceptionInfo *info) {
    return info ? info->stream : kNone;
}
uint32_t aclrtGetThreadIdFromExceptionInfo(const aclrtExceptionInfo *info) {
    return info ? info->thread : kNone;
}
uint32_t aclrtGetDeviceIdFromExceptionInfo(const aclrtExceptionInfo *info) {
    return info ? info->device : kNone;
}
uint32_t aclrtGetErrorCodeFromExceptionInfo(const aclrtExceptionInfo *info) {
    return info ? info->code : kNone;
}

} // extern "C"
