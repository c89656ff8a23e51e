// aclprofInit and its kin: the order of calls is checked and marks are accepted; nothing is recorded,
// since there is no device time to record. subscription.cpp hands out modelled times.
#include "base/error.h"
#include "cann_runtime.h"
#include "runtime/api.h"
#include "runtime/subscription.h"

#include <atomic>
#include <new>
#include <string>
#include <vector>

using namespace cannsim;

namespace cannsim {
std::atomic<bool> profiling{false};
}

struct aclprofConfig {
    std::vector<uint32_t> devices;
    uint64_t types;
};
struct aclprofStepInfo {
    int stamps;
};

namespace {

struct Stamp {
    std::string message;
};

std::atomic<int> running{0};
std::atomic<uint32_t> next_range{1};
thread_local int depth = 0;

int require_initialised(const char *caller) {
    return profiling ? 0 : fail(ACL_ERROR_PROF_NOT_RUN, "%s: aclprofInit was not called", caller);
}

} // namespace

extern "C" {

aclError aclprofInit(const char *profilerResultPath, size_t length) {
    REQUIRE(profilerResultPath);
    if (!length) return fail(ACL_ERROR_INVALID_PARAM, "%s: length is 0", __func__);
    if (is_subscribed())
        return fail(ACL_ERROR_PROF_API_CONFLICT, "%s: a model is subscribed to", __func__);
    if (profiling.exchange(true))
        return fail(ACL_ERROR_PROF_ALREADY_RUN, "%s: called twice", __func__);
    return 0;
}

aclError aclprofFinalize() {
    if (int error = require_initialised(__func__)) return error;
    profiling = false;
    running = 0;
    return 0;
}

aclError aclprofSetConfig(aclprofConfigType, const char *config, size_t configLength) {
    REQUIRE(config);
    return configLength ? 0 : fail(ACL_ERROR_INVALID_PARAM, "%s: configLength is 0", __func__);
}

aclprofConfig *aclprofCreateConfig(uint32_t *deviceIdList, uint32_t deviceNums,
                                   aclprofAicoreMetrics, const aclprofAicoreEvents *,
                                   uint64_t dataTypeConfig) {
    if (deviceNums && !deviceIdList) {
        fail(ACL_ERROR_INVALID_PARAM, "%s: deviceIdList is null", __func__);
        return nullptr;
    }
    for (uint32_t i = 0; i < deviceNums; ++i)
        if (check_device(int(deviceIdList[i]))) return nullptr;
    aclprofConfig *config = new (std::nothrow) aclprofConfig;
    if (!config) return nullptr;
    config->devices.assign(deviceIdList, deviceIdList + deviceNums);
    config->types = dataTypeConfig;
    return config;
}

aclError aclprofDestroyConfig(const aclprofConfig *profilerConfig) {
    REQUIRE(profilerConfig);
    delete profilerConfig;
    return 0;
}

aclError aclprofStart(const aclprofConfig *profilerConfig) {
    REQUIRE(profilerConfig);
    if (int error = require_initialised(__func__)) return error;
    ++running;
    return 0;
}

aclError aclprofStop(const aclprofConfig *profilerConfig) {
    REQUIRE(profilerConfig);
    if (running.load() == 0)
        return fail(ACL_ERROR_PROF_NOT_RUN, "%s: aclprofStart was not called", __func__);
    --running;
    return 0;
}

aclprofStepInfo *aclprofCreateStepInfo() { return new (std::nothrow) aclprofStepInfo{}; }
void aclprofDestroyStepInfo(aclprofStepInfo *stepinfo) { delete stepinfo; }
aclError aclprofGetStepTimestamp(aclprofStepInfo *stepInfo, aclprofStepTag, aclrtStream stream) {
    REQUIRE(stepInfo);
    RESOLVE(s, stream);
    (void)s;
    ++stepInfo->stamps;
    return 0;
}

void *aclprofCreateStamp() { return new (std::nothrow) Stamp; }
void aclprofDestroyStamp(void *stamp) { delete static_cast<Stamp *>(stamp); }
aclError aclprofSetStampTraceMessage(void *stamp, const char *msg, uint32_t msgLen) {
    REQUIRE(stamp);
    REQUIRE(msg);
    static_cast<Stamp *>(stamp)->message.assign(msg, msgLen);
    return 0;
}
aclError aclprofMark(void *stamp) {
    REQUIRE(stamp);
    return 0;
}
aclError aclprofMarkEx(const char *msg, size_t, aclrtStream stream) {
    REQUIRE(msg);
    RESOLVE(s, stream);
    (void)s;
    return 0;
}
aclError aclprofPush(void *stamp) {
    REQUIRE(stamp);
    ++depth;
    return 0;
}
aclError aclprofPop() {
    if (depth == 0) return fail(ACL_ERROR_PROF_NOT_RUN, "%s: aclprofPush was not called", __func__);
    --depth;
    return 0;
}
aclError aclprofRangeStart(void *stamp, uint32_t *rangeId) {
    REQUIRE(stamp);
    REQUIRE(rangeId);
    *rangeId = next_range++;
    return 0;
}
aclError aclprofRangeStop(uint32_t rangeId) {
    return rangeId && rangeId < next_range.load()
               ? 0
               : fail(ACL_ERROR_INVALID_PARAM, "%s: no range %u was started", __func__, rangeId);
}
aclError aclprofRangePushEx(aclprofEventAttributes *attr) {
    REQUIRE(attr);
    ++depth;
    return 0;
}
aclError aclprofRangePop() { return aclprofPop(); }

} // extern "C"
