// Failures: CANN's code with its symbolic name, its own text, and the next step for the user.
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

#include "recent.h"
#include "state.h"

namespace ascend {

// The last of this thread. Made when the first comes: memory that each thread has from its start is
// scarce, and kept for what every launch reads.
static cupyError &current_error() {
    static thread_local std::unique_ptr<cupyError> own;
    static cupyError without_memory;
    if (!own) own.reset(new (std::nothrow) cupyError());
    return own ? *own : without_memory;
}

const char *error_name(int code) {
    int low = 0, high = int(sizeof(error_names) / sizeof(*error_names)) - 1;
    while (low <= high) {
        int middle = (low + high) / 2;
        if (error_names[middle].code == code) return error_names[middle].name;
        if (error_names[middle].code < code)
            low = middle + 1;
        else
            high = middle - 1;
    }
    return "unknown code";
}

static bool out_of_memory(int code) {
    return code == ACL_ERROR_RT_MEMORY_ALLOCATION || code == ACL_ERROR_BAD_ALLOC ||
           code == ACL_ERROR_STORAGE_OVER_LIMIT;
}

struct Advice {
    int first, last;
    const char *text;
};

static const Advice advices[] = {
    {161001, 161002,
     "The operator refused its arguments: cupy.show_routes() shows the route that was taken; "
     "please report it."},
    {361001, 361001,
     "The device refused the launch. If it failed earlier, cupy.cuda.Device().reset() makes it usable "
     "again, without its arrays."},
    {561003, 561003,
     "No kernel for this dtype: is the kernel package of this SoC installed? See 'python -m "
     "cupy.doctor'."},
    {561107, 561113,
     "The operator package is not set up: source set_env.sh of the toolkit; see 'python -m "
     "cupy.doctor'."},
    {107000, 107999,
     "The runtime was used wrongly or the device was reset; see 'python -m cupy.doctor'."},
    {207001, 207001, "Free arrays, or call cupy.get_default_memory_pool().free_all_blocks()."},
    {207000, 207999, "A resource of the device is exhausted."},
    {507000, 507999,
     "The device failed earlier than this call: CUPY_LAUNCH_BLOCKING=1 makes it surface at its "
     "line; cupy.cuda.Device().reset() makes the device usable again, without its arrays."},
    {500000, 599999,
     "An internal failure of CANN: the plog files (ASCEND_PROCESS_LOG_PATH) say more."},
};

static void put(char *to, size_t size, const char *text) {
    snprintf(to, size, "%s", text ? text : "");
}

int fail(int code, const char *call) {
    cupyError &current = current_error();
    current.code = code;
    put(current.name, sizeof current.name, error_name(code));
    put(current.call, sizeof current.call, call);
    put(current.message, sizeof current.message,
        api.aclGetRecentErrMsg ? api.aclGetRecentErrMsg() : "");
    current.advice[0] = current.launches[0] = 0;
    for (const Advice &advice : advices) {
        if (code >= advice.first && code <= advice.last) {
            put(current.advice, sizeof current.advice, advice.text);
            break;
        }
    }
    return out_of_memory(code) ? CUPY_OUT_OF_MEMORY : CUPY_FAILED;
}

int fail_late(int code, const char *call, const cupyStream *stream) {
    const int status = fail(code, call);
    cupyError &current = current_error();
    recent_launches(stream, current.launches, sizeof current.launches);
    return status;
}

int fail_text(int status, const char *call, const char *format, ...) {
    cupyError &current = current_error();
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(current.message, sizeof current.message, format, arguments);
    va_end(arguments);
    current.launches[0] = 0;
    current.code = status;
    put(current.name, sizeof current.name,
        status == CUPY_OUT_OF_MEMORY ? "out of memory"
        : status == CUPY_NO_ROUTE    ? "no route"
                                     : "failed");
    put(current.call, sizeof current.call, call);
    put(current.advice, sizeof current.advice,
        status == CUPY_NO_ROUTE ? "cupy.show_routes() lists what this device can do."
                                : "See 'python -m cupy.doctor'.");
    return status;
}

void last_error(cupyError *error) { *error = current_error(); }

} // namespace ascend
