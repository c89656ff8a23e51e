// What programs ask about the chip and the software.
#include "runtime/api.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace cannsim;

namespace {

// cannsim behaves as this release unless CANNSIM_CANN names another.
struct Version {
    int major, minor, patch;
};

Version version() {
    Version v{9, 1, 0};
    if (const char *text = std::getenv("CANNSIM_CANN"))
        std::sscanf(text, "%d.%d.%d", &v.major, &v.minor, &v.patch);
    return v;
}

} // namespace

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
    Version v = version();
    std::memset(result, 0, sizeof *result);
    std::snprintf(result->version, sizeof result->version, "%d.%d.%d-cannsim", v.major, v.minor,
                  v.patch);
    std::snprintf(result->majorVersion, sizeof result->majorVersion, "%d", v.major);
    std::snprintf(result->minorVersion, sizeof result->minorVersion, "%d", v.minor);
    std::snprintf(result->releaseVersion, sizeof result->releaseVersion, "%d", v.patch);
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
    return attr == ACL_CANN_ATTR_INF_NAN ||
           (attr == ACL_CANN_ATTR_BF16 && settings().soc->arch != 1001 &&
            settings().soc->arch != 2002);
}

aclError aclGetCannAttributeList(const aclCannAttr **list, size_t *num) {
    REQUIRE(list);
    REQUIRE(num);
    static const aclCannAttr attributes[] = {ACL_CANN_ATTR_INF_NAN, ACL_CANN_ATTR_BF16};
    *list = attributes;
    *num = has_attribute(ACL_CANN_ATTR_BF16) ? 2 : 1;
    return 0;
}

aclError aclGetCannAttribute(aclCannAttr attr, int32_t *value) {
    REQUIRE(value);
    *value = has_attribute(attr);
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
aclError aclrtSetOpWaitTimeout(uint32_t) { return 0; }
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

} // extern "C"
