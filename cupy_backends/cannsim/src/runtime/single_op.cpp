// Attributes and options of CANN's older operator interface. The operators themselves
// (aclopExecute, aclopCompileAndExecute) need a graph compiler, which is not simulated: they refuse
// by name.
#include "base/error.h"
#include "cann_runtime.h"
#include "runtime/api.h"

#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <string>

using namespace cannsim;

// The values by name, as bytes: nobody here reads them, and a program sees what it got wrong.
struct aclopAttr {
    std::map<std::string, std::string> values;
};
struct aclGraphDumpOption {};

namespace {

int set(aclopAttr *attr, const char *name, const void *value, size_t size) {
    if (!attr || !name || (!value && size))
        return fail(ACL_ERROR_INVALID_PARAM, "an attribute needs a name and a value");
    attr->values[name].assign(static_cast<const char *>(value), size);
    return 0;
}

template <class T> int set_list(aclopAttr *attr, const char *name, int n, const T *values) {
    if (n < 0)
        return fail(ACL_ERROR_INVALID_PARAM, "attribute %s has %d values", name ? name : "null", n);
    return set(attr, name, values, size_t(n) * sizeof(T));
}

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

} // namespace

extern "C" {

aclopAttr *aclopCreateAttr() { return new (std::nothrow) aclopAttr; }
void aclopDestroyAttr(const aclopAttr *attr) { delete attr; }

aclError aclopSetAttrBool(aclopAttr *attr, const char *attrName, uint8_t attrValue) {
    return set(attr, attrName, &attrValue, sizeof attrValue);
}
aclError aclopSetAttrInt(aclopAttr *attr, const char *attrName, int64_t attrValue) {
    return set(attr, attrName, &attrValue, sizeof attrValue);
}
aclError aclopSetAttrFloat(aclopAttr *attr, const char *attrName, float attrValue) {
    return set(attr, attrName, &attrValue, sizeof attrValue);
}
aclError aclopSetAttrDataType(aclopAttr *attr, const char *attrName, aclDataType attrValue) {
    return set(attr, attrName, &attrValue, sizeof attrValue);
}
aclError aclopSetAttrString(aclopAttr *attr, const char *attrName, const char *attrValue) {
    return set(attr, attrName, attrValue, attrValue ? std::strlen(attrValue) : 1);
}

aclError aclopSetAttrListBool(aclopAttr *attr, const char *attrName, int numValues,
                              const uint8_t *values) {
    return set_list(attr, attrName, numValues, values);
}
aclError aclopSetAttrListInt(aclopAttr *attr, const char *attrName, int numValues,
                             const int64_t *values) {
    return set_list(attr, attrName, numValues, values);
}
aclError aclopSetAttrListFloat(aclopAttr *attr, const char *attrName, int numValues,
                               const float *values) {
    return set_list(attr, attrName, numValues, values);
}
aclError aclopSetAttrListDataType(aclopAttr *attr, const char *attrName, int numValues,
                                  const aclDataType values[]) {
    return set_list(attr, attrName, numValues, values);
}

aclError aclopSetAttrListString(aclopAttr *attr, const char *attrName, int numValues,
                                const char **values) {
    std::string joined;
    for (int i = 0; i < numValues; ++i) {
        if (!values || !values[i])
            return fail(ACL_ERROR_INVALID_PARAM, "%s: value %d is null", __func__, i);
        joined.append(values[i], std::strlen(values[i]) + 1);
    }
    return set(attr, attrName, joined.data(), joined.size());
}

aclError aclopSetAttrListListInt(aclopAttr *attr, const char *attrName, int numLists,
                                 const int *numValues, const int64_t *const values[]) {
    std::string joined;
    for (int i = 0; i < numLists; ++i) {
        if (!numValues || !values || numValues[i] < 0 || (numValues[i] && !values[i]))
            return fail(ACL_ERROR_INVALID_PARAM, "%s: list %d is null", __func__, i);
        joined.append(reinterpret_cast<const char *>(values[i]), size_t(numValues[i]) * 8);
    }
    return set(attr, attrName, joined.data(), joined.size());
}

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

// Dumps of tensors: accepted, and nothing is written, since there is no device to copy from.
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
