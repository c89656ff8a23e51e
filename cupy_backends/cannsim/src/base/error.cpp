#include "base/error.h"

#include <cstdarg>
#include <cstdio>
#include <memory>

namespace cannsim {

namespace {
constexpr size_t kLength = 1024;
// On the heap: the memory of threads that a library loaded late may use is short.
thread_local std::unique_ptr<char[]> message;
thread_local bool pending = false;
} // namespace

int fail(int code, const char *format, ...) {
    if (!message) message.reset(new char[kLength]);
    va_list args;
    va_start(args, format);
    std::vsnprintf(message.get(), kLength, format, args);
    va_end(args);
    pending = true;
    return code;
}

const char *take_message() {
    if (!pending) return nullptr;
    pending = false;
    return message.get();
}

} // namespace cannsim
