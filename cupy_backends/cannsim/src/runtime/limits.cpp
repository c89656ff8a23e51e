// What a program sets per device, stream or process and reads back: core limits, overflow
// detection, groups, the log.
#include "base/error.h"
#include "cann_runtime.h"
#include "runtime/api.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <unistd.h>

using namespace cannsim;

namespace {

struct State {
    std::mutex mutex;
    std::map<std::pair<int, int>, uint32_t> cores; // device, type
    std::map<uint64_t, uint32_t> overflow;         // stream serial
};

State &state() {
    static State *instance = new State;
    return *instance;
}

int all_cores(aclrtDevResLimitType type, uint32_t *value) {
    const Soc &soc = *settings().soc;
    if (type != ACL_RT_DEV_RES_CUBE_CORE && type != ACL_RT_DEV_RES_VECTOR_CORE)
        return fail(ACL_ERROR_INVALID_PARAM, "unknown resource %d", int(type));
    *value = uint32_t(type == ACL_RT_DEV_RES_CUBE_CORE ? soc.cube_cores : soc.vector_cores);
    return 0;
}

} // namespace

extern "C" {

// --- how many cores operators may use ------------------------------------------------------------

aclError aclrtGetDeviceResLimit(int32_t deviceId, aclrtDevResLimitType type, uint32_t *value) {
    REQUIRE(value);
    if (int error = check_device(deviceId)) return error;
    if (int error = all_cores(type, value)) return error;
    std::lock_guard<std::mutex> lock(state().mutex);
    auto it = state().cores.find({deviceId, int(type)});
    if (it != state().cores.end()) *value = it->second;
    return 0;
}

aclError aclrtSetDeviceResLimit(int32_t deviceId, aclrtDevResLimitType type, uint32_t value) {
    uint32_t most;
    if (int error = check_device(deviceId)) return error;
    if (int error = all_cores(type, &most)) return error;
    if (value == 0 || value > most)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: %u cores; expected 1 to %u", __func__, value,
                    most);
    std::lock_guard<std::mutex> lock(state().mutex);
    state().cores[{deviceId, int(type)}] = value;
    return 0;
}

aclError aclrtResetDeviceResLimit(int32_t deviceId) {
    if (int error = check_device(deviceId)) return error;
    std::lock_guard<std::mutex> lock(state().mutex);
    for (int type : {ACL_RT_DEV_RES_CUBE_CORE, ACL_RT_DEV_RES_VECTOR_CORE})
        state().cores.erase({deviceId, type});
    return 0;
}

aclError aclrtGetResInCurrentThread(aclrtDevResLimitType type, uint32_t *value) {
    REQUIRE(value);
    Context *context;
    if (int error = require_context(&context)) return error;
    return aclrtGetDeviceResLimit(context->device, type, value);
}

// --- overflow detection: floats here never saturate, so nothing is ever detected -----------------

aclError aclrtSetStreamOverflowSwitch(aclrtStream stream, uint32_t flag) {
    RESOLVE(s, stream);
    if (flag > 1)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: flag is %u; expected 0 or 1", __func__, flag);
    std::lock_guard<std::mutex> lock(state().mutex);
    state().overflow[s->serial] = flag;
    return 0;
}

aclError aclrtGetStreamOverflowSwitch(aclrtStream stream, uint32_t *flag) {
    REQUIRE(flag);
    RESOLVE(s, stream);
    std::lock_guard<std::mutex> lock(state().mutex);
    auto it = state().overflow.find(s->serial);
    *flag = it == state().overflow.end() ? 0 : it->second;
    return 0;
}

aclError aclrtGetOverflowStatus(void *outputAddr, size_t outputSize, aclrtStream stream) {
    REQUIRE(outputAddr);
    if (outputSize < 64)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: outputSize is %zu; expected 64 or more", __func__,
                    outputSize);
    return aclrtMemsetAsync(outputAddr, outputSize, 0, outputSize, stream);
}

aclError aclrtResetOverflowStatus(aclrtStream stream) {
    RESOLVE(s, stream);
    (void)s;
    return 0;
}

// --- groups of cores: there is one ---------------------------------------------------------------

aclError aclrtGetGroupCount(uint32_t *count) {
    REQUIRE(count);
    *count = 1;
    return 0;
}

aclError aclrtSetGroup(int32_t groupId) {
    return groupId == 0 ? 0 : fail(ACL_ERROR_INVALID_PARAM, "%s: there is group 0 alone", __func__);
}

// --- the rest ------------------------------------------------------------------------------------

// CANN's own variables decide what is shown: the level, and whether on the terminal.
void aclAppLog(aclLogLevel logLevel, const char *func, const char *file, uint32_t line,
               const char *fmt, ...) {
    static const char *const names[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
    const char *shown = std::getenv("ASCEND_SLOG_PRINT_TO_STDOUT"),
               *least = std::getenv("ASCEND_GLOBAL_LOG_LEVEL");
    const int level = int(logLevel) & 3;
    if (!fmt || !shown || std::strcmp(shown, "1") || level < (least ? std::atoi(least) : 3)) return;
    char text[1024];
    va_list args;
    va_start(args, fmt);
    std::vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    std::printf("[%s] APP %s:%u %s: %s\n", names[level], file ? file : "?", line, func ? func : "?",
                text);
}

aclError aclsysGetVersionStr(char *pkgName, char *versionStr) {
    REQUIRE(pkgName);
    REQUIRE(versionStr);
    aclCANNPackageVersion version;
    if (int error = aclsysGetCANNVersion(ACL_PKG_NAME_CANN, &version)) return error;
    std::strcpy(versionStr, version.version);
    return 0;
}

aclError aclrtDeviceGetBareTgid(int32_t *pid) {
    REQUIRE(pid);
    *pid = getpid();
    return 0;
}

aclError aclrtGetErrorVerbose(int32_t deviceId, aclrtErrorInfo *errorInfo) {
    REQUIRE(errorInfo);
    if (int error = check_device(deviceId)) return error;
    std::memset(errorInfo, 0, sizeof *errorInfo);
    return 0;
}

} // extern "C"
