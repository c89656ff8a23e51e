// Failed tasks are told to the program's callback.
#pragma once

#include "runtime/stream.h"

namespace cannsim {

void report_exception(const DeviceStream *stream, int error);

} // namespace cannsim
