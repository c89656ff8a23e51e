// aclrtValueWrite and aclrtValueWait: a stream writes 64 bits of device memory, another waits for
// them. As with CUDA, the memory is aligned to 8 bytes.
#include "runtime/value.h"

#include "check/check.h"
#include "runtime/api.h"
#include "runtime/capture.h"
#include "runtime/fault.h"
#include "runtime/memory.h"
#include "runtime/sharing.h"

using namespace cannsim;

namespace {

int resolve(const char *call, DeviceStream *stream, void *at, uint64_t **out) {
    if (reinterpret_cast<uintptr_t>(at) % 8)
        return fail(ACL_ERROR_RT_ADDR_UNALIGNED, "%s: devAddr %p is not a multiple of 8", call, at);
    Block block;
    const uintptr_t begin = reinterpret_cast<uintptr_t>(at);
    if (!is_device(at) || !find_block(at, &block) || block.size < 8 ||
        begin - block.begin > block.size - 8)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: devAddr %p is not allocated device memory",
                    call, at);
    *out = reinterpret_cast<uint64_t *>(to_host(at));
    return check_broken(stream->context->device, false);
}

const char *const kConditions[] = {">=", "==", "&", "nor"};

} // namespace

extern "C" {

aclError aclrtValueWrite(void *devAddr, uint64_t value, uint32_t flag, aclrtStream stream) {
    REQUIRE(devAddr);
    RESOLVE(s, stream);
    if (flag) return fail(ACL_ERROR_INVALID_PARAM, "%s: flag is %u, not 0", __func__, flag);
    uint64_t *at;
    if (int error = resolve(__func__, s, devAddr, &at)) return error;
    if (checking() && !is_captured(s)) check_signal(__func__, s, devAddr, value);
    const int error = submit(s,
                             [at, value] {
                                 __atomic_store_n(at, value, __ATOMIC_RELEASE);
                                 return 0;
                             },
                             {__func__, ACL_MODEL_RI_TASK_VALUE_WRITE, devAddr, value});
    nudge_streams();
    return error;
}

aclError aclrtValueWait(void *devAddr, uint64_t value, uint32_t flag, aclrtStream stream) {
    REQUIRE(devAddr);
    RESOLVE(s, stream);
    if (flag > ACL_STREAM_WAIT_VALUE_NOR)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: flag is %u, not one of ACL_STREAM_WAIT_VALUE_*",
                    __func__, flag);
    uint64_t *at;
    if (int error = resolve(__func__, s, devAddr, &at)) return error;
    if (checking() && !is_captured(s)) check_signal_awaited(s, devAddr, value, flag);
    const auto wait = [at, value, flag, devAddr] {
        const uint64_t now = __atomic_load_n(at, __ATOMIC_ACQUIRE);
        if (value_holds(now, value, flag)) return 0;
        return stall(is_shared(devAddr), "a value at %p: it is %lu, not %s %lu", devAddr, now,
                     kConditions[flag], value);
    };
    return submit_wait(s, Task::of(wait),
                       {__func__, ACL_MODEL_RI_TASK_VALUE_WAIT, devAddr, value, flag});
}

} // extern "C"
