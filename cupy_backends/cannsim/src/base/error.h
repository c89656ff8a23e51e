// The message of the last failure, per thread, as aclGetRecentErrMsg hands it out.
#pragma once

namespace cannsim {

// Stores the formatted message for this thread and returns `code`.
[[gnu::format(printf, 2, 3), gnu::cold]] int fail(int code, const char *format, ...);

// The last message, which is cleared; null when there is none. Valid until the thread fails again.
const char *take_message();

} // namespace cannsim
