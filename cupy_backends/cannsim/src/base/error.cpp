#include "base/error.h"

#include <cstdarg>
#include <cstdio>

namespace cannsim {

namespace {
struct Message {
    bool pending = false;
    char text[1024];
};
thread_local Message message;
} // namespace

int fail(int code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    std::vsnprintf(message.text, sizeof message.text, format, args);
    va_end(args);
    message.pending = true;
    return code;
}

const char *take_message() {
    if (!message.pending) return nullptr;
    message.pending = false;
    return message.text;
}

} // namespace cannsim
