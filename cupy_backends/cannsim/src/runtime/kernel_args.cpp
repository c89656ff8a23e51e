// aclrtKernelArgs*: argument lists that a program builds one by one.
#include "runtime/kernel_args.h"

#include "runtime/api.h"
#include "runtime/binary.h"

#include <cstring>
#include <deque>
#include <mutex>
#include <set>

using namespace cannsim;

namespace {

constexpr size_t kMostArguments = 128;

struct Parameter {
    std::vector<char> value; // of a placeholder: what it points to
    size_t offset;
    bool placeholder;
};

struct ArgumentList {
    const void *function;
    std::deque<Parameter> parameters; // whose addresses are the handles
    size_t size = 0;
    bool final = false;
};

struct State {
    std::mutex mutex;
    std::set<const void *> lists;
};

State &state() {
    static State *instance = new State;
    return *instance;
}

// CANN has no call that ends a list: it goes with its binary.
void release(void *list) {
    std::lock_guard<std::mutex> lock(state().mutex);
    state().lists.erase(list);
    delete static_cast<ArgumentList *>(list);
}

// The lock is held.
ArgumentList *find(const char *caller, const void *handle, int *error) {
    if (state().lists.count(handle))
        return static_cast<ArgumentList *>(const_cast<void *>(handle));
    *error = handle ? fail(ACL_ERROR_RT_INVALID_HANDLE,
                           "%s: %p is not an argument list, or its binary was unloaded", caller,
                           handle)
                    : fail(ACL_ERROR_RT_PARAM_INVALID, "%s: argsHandle is null", caller);
    return nullptr;
}

Parameter *find(const char *caller, ArgumentList &list, const void *handle, bool placeholder,
                int *error) {
    for (Parameter &p : list.parameters)
        if (&p == handle && p.placeholder == placeholder) return &p;
    *error = fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %p is not a %s of this argument list", caller,
                  handle, placeholder ? "placeholder" : "parameter");
    return nullptr;
}

int append(const char *caller, aclrtArgsHandle handle, size_t size, bool placeholder,
           const void *value, aclrtParamHandle *out) {
    std::lock_guard<std::mutex> lock(state().mutex);
    int error = 0;
    ArgumentList *list = find(caller, handle, &error);
    if (!list) return error;
    if (list->final)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: the argument list is final", caller);
    if (list->parameters.size() == kMostArguments)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: a kernel has at most %zu arguments", caller,
                    kMostArguments);
    Parameter p{{}, argument_offset(list->size, size), placeholder};
    if (value) p.value.assign(static_cast<const char *>(value), static_cast<const char *>(value) + size);
    list->size = p.offset + size;
    list->parameters.push_back(std::move(p));
    *out = &list->parameters.back();
    return 0;
}

} // namespace

namespace cannsim {

void KernelArguments::point(size_t pointer, size_t target) {
    const uint64_t address = reinterpret_cast<uintptr_t>(bytes.data() + target);
    std::memcpy(bytes.data() + pointer, &address, sizeof address);
}

int read_arguments(const char *caller, const void *function, const void *handle,
                   KernelArguments *out) {
    std::lock_guard<std::mutex> lock(state().mutex);
    int error = 0;
    const ArgumentList *list = find(caller, handle, &error);
    if (!list) return error;
    if (list->function != function)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: the argument list is another kernel's", caller);
    if (!list->final)
        return fail(ACL_ERROR_RT_PARAM_INVALID,
                    "%s: the argument list is not final: call aclrtKernelArgsFinalize", caller);
    size_t total = out->size = argument_offset(list->size, 8);
    for (const Parameter &p : list->parameters)
        if (p.placeholder) total += argument_offset(p.value.size(), 8);
    out->bytes.assign(total, 0);
    size_t behind = out->size;
    for (const Parameter &p : list->parameters) {
        if (p.placeholder) out->point(p.offset, behind);
        if (!p.value.empty())
            std::memcpy(out->bytes.data() + (p.placeholder ? behind : p.offset), p.value.data(),
                        p.value.size());
        if (p.placeholder) behind += argument_offset(p.value.size(), 8);
    }
    return 0;
}

} // namespace cannsim

extern "C" {

aclError aclrtKernelArgsInit(aclrtFuncHandle funcHandle, aclrtArgsHandle *argsHandle) {
    REQUIRE(argsHandle);
    FunctionUse function(__func__, funcHandle);
    if (function.error) return function.error;
    ArgumentList *list = new ArgumentList{funcHandle, {}};
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        state().lists.insert(list);
    }
    keep_with(function, list, release);
    *argsHandle = list;
    return 0;
}

aclError aclrtKernelArgsAppend(aclrtArgsHandle argsHandle, void *param, size_t paramSize,
                               aclrtParamHandle *paramHandle) {
    REQUIRE(param);
    REQUIRE(paramHandle);
    if (!paramSize) return fail(ACL_ERROR_INVALID_PARAM, "%s: paramSize is 0", __func__);
    return append(__func__, argsHandle, paramSize, false, param, paramHandle);
}

// A pointer to bytes that are copied to the device with the launch.
aclError aclrtKernelArgsAppendPlaceHolder(aclrtArgsHandle argsHandle,
                                          aclrtParamHandle *paramHandle) {
    REQUIRE(paramHandle);
    return append(__func__, argsHandle, sizeof(uint64_t), true, nullptr, paramHandle);
}

// Host memory for those bytes, zeros at first. Asked for again, it has the same size.
aclError aclrtKernelArgsGetPlaceHolderBuffer(aclrtArgsHandle argsHandle,
                                             aclrtParamHandle paramHandle, size_t dataSize,
                                             void **bufferAddr) {
    REQUIRE(bufferAddr);
    if (!dataSize) return fail(ACL_ERROR_INVALID_PARAM, "%s: dataSize is 0", __func__);
    std::lock_guard<std::mutex> lock(state().mutex);
    int error = 0;
    ArgumentList *list = find(__func__, argsHandle, &error);
    Parameter *p = list ? find(__func__, *list, paramHandle, true, &error) : nullptr;
    if (!p) return error;
    if (!p->value.empty() && p->value.size() != dataSize)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: the buffer has %zu bytes already, not %zu",
                    __func__, p->value.size(), dataSize);
    p->value.resize(dataSize);
    *bufferAddr = p->value.data();
    return 0;
}

aclError aclrtKernelArgsParaUpdate(aclrtArgsHandle argsHandle, aclrtParamHandle paramHandle,
                                   void *param, size_t paramSize) {
    REQUIRE(param);
    std::lock_guard<std::mutex> lock(state().mutex);
    int error = 0;
    ArgumentList *list = find(__func__, argsHandle, &error);
    Parameter *p = list ? find(__func__, *list, paramHandle, false, &error) : nullptr;
    if (!p) return error;
    if (p->value.size() != paramSize)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: the parameter has %zu bytes, not %zu", __func__,
                    p->value.size(), paramSize);
    std::memcpy(p->value.data(), param, paramSize);
    list->final = false;
    return 0;
}

aclError aclrtKernelArgsFinalize(aclrtArgsHandle argsHandle) {
    std::lock_guard<std::mutex> lock(state().mutex);
    int error = 0;
    ArgumentList *list = find(__func__, argsHandle, &error);
    if (!list) return error;
    for (const Parameter &p : list->parameters)
        if (p.placeholder && p.value.empty())
            return fail(ACL_ERROR_RT_PARAM_INVALID,
                        "%s: a placeholder has no buffer: call aclrtKernelArgsGetPlaceHolderBuffer",
                        __func__);
    list->final = true;
    return 0;
}

} // extern "C"
