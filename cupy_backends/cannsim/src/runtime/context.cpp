#include "runtime/context.h"

#include "check/check.h"
#include "runtime/api.h"
#include "runtime/capture.h"
#include "runtime/fault.h"
#include "runtime/memory.h"

#include <mutex>
#include <utility>

namespace cannsim {

namespace {

constexpr int kMaxDevices = 64;

struct Devices {
    std::recursive_mutex *lock = new std::recursive_mutex;
    Context *primary[kMaxDevices] = {};
    int users[kMaxDevices] = {}; // aclrtSetDevice minus aclrtResetDevice
    int64_t options[8] = {};
    int initialised = 0;
};

Devices &devices() {
    static Devices *instance = new Devices;
    return *instance;
}

int create_context(int device, bool primary, Context **out) {
    Context *c = pool_new<Context>(Kind::Context);
    if (!c) return fail(ACL_ERROR_BAD_ALLOC, "out of host memory for contexts");
    c->device = device;
    c->primary = primary;
    for (int64_t &option : c->options) option = 0;
    if (int error = create_stream(c, 0, 0, &c->default_stream)) {
        pool_delete(c, Kind::Context);
        return error;
    }
    c->set_tag(live_tag(Kind::Context));
    *out = c;
    return 0;
}

int destroy_context(Context *context, bool wait) {
    int first = 0;
    for_each_stream([&](DeviceStream *s) {
        if (s->context != context) return;
        int error = destroy_stream(s, wait);
        if (!first) first = error;
    });
    if (this_thread.context == context) this_thread.context = nullptr;
    pool_delete(context, Kind::Context);
    return first;
}

int reset_device(int device, bool force) {
    if (int error = check_device(device)) return error;
    Context *context = nullptr;
    {
        Devices &d = devices();
        std::lock_guard<std::recursive_mutex> lock(*d.lock);
        if (d.users[device] == 0 || (--d.users[device] > 0 && !force)) return 0;
        d.users[device] = 0;
        std::swap(context, d.primary[device]);
    }
    // Not under the lock: what still runs may be a host callback that needs it.
    const bool failed = is_broken(device);
    const int error = context ? destroy_context(context, true) : 0;
    free_device_memory(device);
    if (!failed && !is_broken(device)) return error;
    mend_device(device); // its failure is what the reset is for
    return 0;
}

void before_fork() {
    deferred_before_fork();
    devices().lock->lock();
    streams_before_fork();
    memory_before_fork();
    pool_before_fork();
    checks_before_fork();
}
void after_fork_parent() {
    checks_after_fork(false);
    pool_after_fork(false);
    memory_after_fork(false);
    streams_after_fork(false);
    devices().lock->unlock();
}
void after_fork_child() {
    checks_after_fork(true);
    pool_after_fork(true);
    memory_after_fork(true);
    callbacks_after_fork();
    streams_after_fork(true);
    devices().lock = new std::recursive_mutex; // the old one is owned by a thread of the parent
}

[[gnu::constructor]] void install_fork_handlers() {
    pthread_atfork(before_fork, after_fork_parent, after_fork_child);
}

} // namespace

int check_device(int device) {
    if (int error = check_settings()) return error;
    if (device < 0 || device >= settings().devices)
        return fail(ACL_ERROR_RT_INVALID_DEVICEID,
                    "device %d does not exist: there are %d (CANNSIM_DEVICES)", device,
                    settings().devices);
    return reserve_devices();
}

int primary_context(int device, Context **out) {
    if (int error = check_device(device)) return error;
    Devices &d = devices();
    std::lock_guard<std::recursive_mutex> lock(*d.lock);
    if (!d.primary[device])
        if (int error = create_context(device, true, &d.primary[device])) return error;
    *out = d.primary[device];
    return 0;
}

} // namespace cannsim

using namespace cannsim;

extern "C" {

aclError aclInit(const char *) {
    if (int error = check_settings()) return error;
    Devices &d = devices();
    std::lock_guard<std::recursive_mutex> lock(*d.lock);
    // Counted since 9; before, the first aclFinalize ends it.
    if (d.initialised && settings().major < 9)
        return fail(ACL_ERROR_REPEAT_INITIALIZE, "aclInit was called before");
    ++d.initialised;
    return 0;
}

aclError aclFinalize() {
    Devices &d = devices();
    std::lock_guard<std::recursive_mutex> lock(*d.lock);
    if (d.initialised == 0)
        return fail(ACL_ERROR_REPEAT_FINALIZE, "aclFinalize without a matching aclInit");
    --d.initialised;
    return 0;
}

const char *aclGetRecentErrMsg() { return take_message(); }

aclError aclrtSetDevice(int32_t deviceId) {
    Context *context;
    if (int error = primary_context(deviceId, &context)) return error;
    attach();
    Devices &d = devices();
    std::lock_guard<std::recursive_mutex> lock(*d.lock);
    ++d.users[deviceId];
    this_thread.context = context;
    return 0;
}

aclError aclrtResetDevice(int32_t deviceId) { return reset_device(deviceId, false); }
aclError aclrtResetDeviceForce(int32_t deviceId) { return reset_device(deviceId, true); }

aclError aclrtGetDevice(int32_t *deviceId) {
    REQUIRE(deviceId);
    int error = 0;
    Context *context = current_context(&error);
    if (context) *deviceId = context->device;
    return error;
}

aclError aclrtGetDeviceCount(uint32_t *count) {
    REQUIRE(count);
    if (int error = check_settings()) return error;
    *count = settings().devices;
    return 0;
}

aclError aclrtCreateContext(aclrtContext *context, int32_t deviceId) {
    REQUIRE(context);
    if (int error = check_device(deviceId)) return error;
    Context *created;
    if (int error = create_context(deviceId, false, &created)) return error;
    attach();
    this_thread.context = created;
    *context = created;
    return 0;
}

aclError aclrtDestroyContext(aclrtContext context) {
    REQUIRE(context);
    if (!alive(context, Kind::Context))
        return fail(ACL_ERROR_RT_CONTEXT_NULL, "%p is not a context, or it was destroyed", context);
    Context *c = static_cast<Context *>(context);
    if (c->primary)
        return fail(ACL_ERROR_RT_PARAM_INVALID,
                    "the primary context of device %d ends with aclrtResetDevice", c->device);
    return destroy_context(c, true);
}

aclError aclrtSetCurrentContext(aclrtContext context) {
    REQUIRE(context);
    if (!alive(context, Kind::Context))
        return fail(ACL_ERROR_RT_CONTEXT_NULL, "%p is not a context, or it was destroyed", context);
    attach();
    this_thread.context = static_cast<Context *>(context);
    return 0;
}

aclError aclrtGetCurrentContext(aclrtContext *context) {
    REQUIRE(context);
    int error = 0;
    *context = current_context(&error);
    return error;
}

aclError aclrtCtxGetCurrentDefaultStream(aclrtStream *stream) {
    REQUIRE(stream);
    int error = 0;
    *stream = resolve_stream(nullptr, &error);
    return error;
}

aclError aclrtGetPrimaryCtxState(int32_t deviceId, uint32_t *flags, int32_t *active) {
    if (int error = check_device(deviceId)) return error;
    Devices &d = devices();
    std::lock_guard<std::recursive_mutex> lock(*d.lock);
    if (flags) *flags = 0;
    if (active) *active = d.primary[deviceId] != nullptr;
    return 0;
}

static int option(int64_t *options, aclSysParamOpt opt, int64_t **slot) {
    if (opt < 0 || opt >= 8)
        return fail(ACL_ERROR_INVALID_PARAM, "unknown system parameter %d", int(opt));
    *slot = options + opt;
    return 0;
}

aclError aclrtCtxGetSysParamOpt(aclSysParamOpt opt, int64_t *value) {
    REQUIRE(value);
    int error = 0;
    int64_t *slot = nullptr;
    Context *context = current_context(&error);
    if (!context || (error = option(context->options, opt, &slot))) return error;
    *value = *slot;
    return 0;
}

aclError aclrtCtxSetSysParamOpt(aclSysParamOpt opt, int64_t value) {
    int error = 0;
    int64_t *slot = nullptr;
    Context *context = current_context(&error);
    if (!context || (error = option(context->options, opt, &slot))) return error;
    *slot = value;
    return 0;
}

aclError aclrtGetSysParamOpt(aclSysParamOpt opt, int64_t *value) {
    REQUIRE(value);
    int64_t *slot = nullptr;
    if (int error = option(devices().options, opt, &slot)) return error;
    *value = __atomic_load_n(slot, __ATOMIC_RELAXED);
    return 0;
}

aclError aclrtSetSysParamOpt(aclSysParamOpt opt, int64_t value) {
    int64_t *slot = nullptr;
    if (int error = option(devices().options, opt, &slot)) return error;
    __atomic_store_n(slot, value, __ATOMIC_RELAXED);
    return 0;
}

aclError aclrtSynchronizeDeviceWithTimeout(int32_t timeout) {
    int error = 0;
    Context *context = current_context(&error);
    if (!context) return error;
    if ((error = check_capture_device(__func__, context->device))) return error;
    for_each_stream([&](DeviceStream *s) {
        if (s->context->device != context->device) return;
        int failed = synchronize(s, timeout);
        if (!error) error = failed;
    });
    return error;
}

aclError aclrtSynchronizeDevice() { return aclrtSynchronizeDeviceWithTimeout(-1); }

} // extern "C"
