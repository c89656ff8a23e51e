// Devices and their contexts.
#pragma once

#include "runtime/stream.h"

namespace cannsim {

// Checks the environment and the number, and reserves the devices' memory at first use.
int check_device(int device);

// The primary context of a device, created at first use.
int primary_context(int device, Context **out);

// Whether the context is bound to the device and alive; used by calls that need any context.
inline int require_context(Context **out) {
    int error = 0;
    *out = current_context(&error);
    return error;
}

} // namespace cannsim
