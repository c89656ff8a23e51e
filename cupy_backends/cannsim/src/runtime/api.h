// Argument checks that every runtime entry point shares.
#pragma once

#include "base/error.h"
#include "cann_runtime.h"
#include "runtime/context.h"

#define REQUIRE(pointer)                                                                           \
    if (!(pointer)) return fail(ACL_ERROR_INVALID_PARAM, "%s: " #pointer " is null", __func__)

// Declares `DeviceStream *name` for a handle, null meaning the default stream of the context.
#define RESOLVE(name, handle)                                                                      \
    int name##_error = 0;                                                                          \
    DeviceStream *name = resolve_stream(handle, &name##_error);                                    \
    if (!name) return name##_error

#define EVENT(name, handle)                                                                        \
    if (!alive(handle, Kind::Event))                                                               \
        return fail(ACL_ERROR_RT_INVALID_HANDLE, "%s: %p is not an event, or it was destroyed",    \
                    __func__, handle);                                                             \
    Event *name = static_cast<Event *>(handle)
