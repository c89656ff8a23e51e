// What programs ask about the chip and the software.
#include "runtime/api.h"
#include "runtime/memory.h"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <initializer_list>

using namespace cannsim;

extern "C" {

const char *aclrtGetSocName() { return check_settings() ? nullptr : settings().soc->name; }

aclError aclrtGetVersion(int32_t *majorVersion, int32_t *minorVersion, int32_t *patchVersion) {
    REQUIRE(majorVersion);
    REQUIRE(minorVersion);
    REQUIRE(patchVersion);
    // The interface's version, which is not the package's.
    *majorVersion = 1;
    *minorVersion = 14;
    *patchVersion = 0;
    return 0;
}

aclError aclsysGetCANNVersion(aclCANNPackageName, aclCANNPackageVersion *result) {
    REQUIRE(result);
    const Config &c = settings();
    const char *patch = std::strchr(std::strchr(c.release, '.') + 1, '.');
    patch = patch ? patch + 1 : "0";
    std::memset(result, 0, sizeof *result);
    std::snprintf(result->version, sizeof result->version, "%s-cannsim", c.release);
    std::snprintf(result->majorVersion, sizeof result->majorVersion, "%d", c.major);
    std::snprintf(result->minorVersion, sizeof result->minorVersion, "%d", c.minor);
    std::snprintf(result->releaseVersion, sizeof result->releaseVersion, "%s", patch);
    std::snprintf(result->patchVersion, sizeof result->patchVersion, "0");
    return 0;
}

aclError aclrtGetRunMode(aclrtRunMode *runMode) {
    REQUIRE(runMode);
    *runMode = ACL_HOST;
    return 0;
}

aclError aclGetDeviceCapability(uint32_t deviceId, aclDeviceInfo deviceInfo, int64_t *value) {
    REQUIRE(value);
    if (int error = check_device(int(deviceId))) return error;
    const Soc &soc = *settings().soc;
    switch (deviceInfo) {
    case ACL_DEVICE_INFO_AI_CORE_NUM: *value = soc.ai_cores; return 0;
    case ACL_DEVICE_INFO_VECTOR_CORE_NUM: *value = soc.vector_cores; return 0;
    case ACL_DEVICE_INFO_L2_SIZE: *value = int64_t(soc.l2); return 0;
    default: return fail(ACL_ERROR_INVALID_PARAM, "unknown device capability %d", int(deviceInfo));
    }
}

aclError aclrtGetDeviceInfo(uint32_t deviceId, aclrtDevAttr attr, int64_t *value) {
    REQUIRE(value);
    if (int error = check_device(int(deviceId))) return error;
    const Soc &soc = *settings().soc;
    switch (attr) {
    case ACL_DEV_ATTR_AICPU_CORE_NUM: *value = soc.ai_cpus; return 0;
    case ACL_DEV_ATTR_AICORE_CORE_NUM: *value = soc.ai_cores; return 0;
    case ACL_DEV_ATTR_CUBE_CORE_NUM: *value = soc.cube_cores; return 0;
    case ACL_DEV_ATTR_VECTOR_CORE_NUM: *value = soc.vector_cores; return 0;
    case ACL_DEV_ATTR_UBUF_PER_VECTOR_CORE: *value = soc.unified_buffer; return 0;
    case ACL_DEV_ATTR_TOTAL_GLOBAL_MEM_SIZE: *value = int64_t(settings().memory); return 0;
    case ACL_DEV_ATTR_L2_CACHE_SIZE: *value = int64_t(soc.l2); return 0;
    case ACL_DEV_ATTR_IS_VIRTUAL: *value = 0; return 0;
    case ACL_DEV_ATTR_NPU_ARCH: *value = soc.arch; return 0;
    default:
        return fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT,
                    "device attribute %d is not supported by cannsim", int(attr));
    }
}

aclError aclrtGetDeviceUtilizationRate(int32_t deviceId, aclrtUtilizationInfo *info) {
    REQUIRE(info);
    if (int error = check_device(deviceId)) return error;
    info->cubeUtilization = info->vectorUtilization = info->aicpuUtilization =
        info->memoryUtilization = 0;
    return 0;
}

aclError aclrtQueryDeviceStatus(int32_t deviceId, aclrtDeviceStatus *status) {
    REQUIRE(status);
    if (int error = check_device(deviceId)) return error;
    *status = ACL_RT_DEVICE_STATUS_NORMAL;
    return 0;
}

static bool has_attribute(aclCannAttr attr) {
    const Soc &soc = *settings().soc;
    return (attr == ACL_CANN_ATTR_INF_NAN && soc.inf_nan) ||
           (attr == ACL_CANN_ATTR_BF16 && soc.arch != 1001 && soc.arch != 2002);
}

aclError aclGetCannAttributeList(const aclCannAttr **list, size_t *num) {
    REQUIRE(list);
    REQUIRE(num);
    static aclCannAttr attributes[2];
    size_t n = 0;
    for (aclCannAttr attr : {ACL_CANN_ATTR_INF_NAN, ACL_CANN_ATTR_BF16})
        if (has_attribute(attr)) attributes[n++] = attr;
    *list = attributes;
    *num = n;
    return 0;
}

aclError aclGetCannAttribute(aclCannAttr attr, int32_t *value) {
    REQUIRE(value);
    *value = has_attribute(attr);
    return 0;
}

// Chips that know infinity have no other mode; the older ones start in the other.
static std::atomic<int> overflow_mode{ACL_RT_OVERFLOW_MODE_UNDEF};

aclError aclrtSetDeviceSatMode(aclrtFloatOverflowMode mode) {
    if (int error = check_settings()) return error;
    if (mode != ACL_RT_OVERFLOW_MODE_INFNAN &&
        (settings().soc->inf_nan || mode != ACL_RT_OVERFLOW_MODE_SATURATION))
        return fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT, "overflow mode %d is not supported on %s",
                    int(mode), settings().soc->name);
    overflow_mode = mode;
    return 0;
}

aclError aclrtGetDeviceSatMode(aclrtFloatOverflowMode *mode) {
    REQUIRE(mode);
    if (int error = check_settings()) return error;
    const int set = overflow_mode;
    *mode = set != ACL_RT_OVERFLOW_MODE_UNDEF ? aclrtFloatOverflowMode(set)
            : settings().soc->inf_nan         ? ACL_RT_OVERFLOW_MODE_INFNAN
                                              : ACL_RT_OVERFLOW_MODE_SATURATION;
    return 0;
}

aclError aclrtDeviceCanAccessPeer(int32_t *canAccessPeer, int32_t deviceId, int32_t peerDeviceId) {
    REQUIRE(canAccessPeer);
    if (int error = check_device(deviceId)) return error;
    if (int error = check_device(peerDeviceId)) return error;
    *canAccessPeer = deviceId != peerDeviceId;
    return 0;
}

aclError aclrtDeviceEnablePeerAccess(int32_t peerDeviceId, uint32_t) {
    return check_device(peerDeviceId);
}
aclError aclrtDeviceDisablePeerAccess(int32_t peerDeviceId) { return check_device(peerDeviceId); }
aclError aclrtSetOpWaitTimeout(uint32_t timeout) {
    set_wait_timeout(timeout);
    return 0;
}
aclError aclrtSetOpExecuteTimeOut(uint32_t) { return 0; }
aclError aclrtSetOpExecuteTimeOutWithMs(uint32_t) { return 0; }
aclError aclrtSetTsDevice(aclrtTsId) { return 0; }
aclError aclrtGetLastError(aclrtLastErrLevel) { return 0; }
aclError aclrtPeekAtLastError(aclrtLastErrLevel) { return 0; }

size_t aclDataTypeSize(aclDataType dataType) {
    switch (dataType) {
    case ACL_INT8:
    case ACL_UINT8:
    case ACL_BOOL: return 1;
    case ACL_FLOAT16:
    case ACL_BF16:
    case ACL_INT16:
    case ACL_UINT16: return 2;
    case ACL_FLOAT:
    case ACL_INT32:
    case ACL_UINT32:
    case ACL_COMPLEX32: return 4;
    case ACL_DOUBLE:
    case ACL_INT64:
    case ACL_UINT64:
    case ACL_COMPLEX64: return 8;
    case ACL_COMPLEX128: return 16;
    default: return 0;
    }
}

// Of the current device: memory in which the blocks of mixed cube and vector kernels meet. Kernels of
// cannsim do not wait for each other, so it only has to be there.
aclError aclrtGetHardwareSyncAddr(void **addr) {
    REQUIRE(addr);
    Context *context;
    if (int error = require_context(&context)) return error;
    *addr = system_memory(context->device);
    return 0;
}

} // extern "C"
