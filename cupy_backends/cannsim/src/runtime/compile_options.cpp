// Options of CANN's older operator interface (opapi/single_op.cpp runs the operators): kept, and of
// no consequence here. Dumps of tensors: accepted, nothing is written.
#include "base/error.h"
#include "cann_runtime.h"
#include "runtime/api.h"
#include "runtime/compile_options.h"

#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <string>

using namespace cannsim;

struct aclGraphDumpOption {};

namespace {

struct Options {
    std::mutex mutex;
    std::map<int, std::string> values;
};

Options &options() {
    static Options *instance = new Options;
    return *instance;
}

int check_option(const char *caller, aclCompileOpt opt) {
    if (opt >= ACL_PRECISION_MODE && opt <= ACL_OP_DEBUG_OPTION) return 0;
    return fail(ACL_ERROR_INVALID_PARAM, "%s: unknown option %d", caller, int(opt));
}

std::atomic<bool> models{false};

} // namespace

namespace cannsim {
bool has_models() { return models; }
} // namespace cannsim

extern "C" {

aclError aclSetCompileopt(aclCompileOpt opt, const char *value) {
    REQUIRE(value);
    if (int error = check_option(__func__, opt)) return error;
    std::lock_guard<std::mutex> lock(options().mutex);
    options().values[opt] = value;
    return 0;
}

// With the terminating zero.
size_t aclGetCompileoptSize(aclCompileOpt opt) {
    if (check_option(__func__, opt)) return 0;
    std::lock_guard<std::mutex> lock(options().mutex);
    return options().values[opt].size() + 1;
}

aclError aclGetCompileopt(aclCompileOpt opt, char *value, size_t length) {
    REQUIRE(value);
    if (int error = check_option(__func__, opt)) return error;
    std::lock_guard<std::mutex> lock(options().mutex);
    const std::string &text = options().values[opt];
    if (length < text.size() + 1)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: %zu bytes do not hold the %zu of the value",
                    __func__, length, text.size() + 1);
    std::memcpy(value, text.c_str(), text.size() + 1);
    return 0;
}

aclError aclopSetCompileFlag(aclOpCompileFlag) { return 0; }
aclError aclopSetModelDir(const char *modelDir) {
    REQUIRE(modelDir);
    models = true;
    return 0;
}
aclError aclopSetMaxOpQueueNum(uint64_t maxOpNum) {
    return maxOpNum ? 0 : fail(ACL_ERROR_INVALID_PARAM, "%s: maxOpNum is 0", __func__);
}

aclGraphDumpOption *aclCreateGraphDumpOpt() { return new (std::nothrow) aclGraphDumpOption; }
aclError aclDestroyGraphDumpOpt(const aclGraphDumpOption *graphDumpOpt) {
    REQUIRE(graphDumpOpt);
    delete graphDumpOpt;
    return 0;
}

aclError aclopStartDumpArgs(uint32_t, const char *path) {
    REQUIRE(path);
    return 0;
}
aclError aclopStopDumpArgs(uint32_t) { return 0; }
aclError aclmdlInitDump() { return 0; }
aclError aclmdlSetDump(const char *dumpCfgPath) {
    REQUIRE(dumpCfgPath);
    return 0;
}
aclError aclmdlFinalizeDump() { return 0; }

} // extern "C"
