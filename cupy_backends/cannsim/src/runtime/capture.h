// Graphs: a stream that is captured notes its tasks instead of running them, and everything that
// would wait for it is refused.
#pragma once

#include "runtime/stream.h"

namespace cannsim {

// Events of a captured stream carry the capture over to the streams that wait for them. Whether the
// call belongs to a capture; *error is then its result.
bool capture_record(Event *event, DeviceStream *stream, int *error);
bool capture_wait(DeviceStream *stream, Event *event, int *error);

// The refusals; what is refused makes the capture invalid. `call` is a function of CANN.
int refuse_capture(DeviceStream *stream, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int check_capture_wait(const char *call, DeviceStream *stream); // of one stream
int check_capture_wait(const char *call, const Event *event);
int check_capture_device(const char *call, int device); // of all streams
int check_capture_host(const char *call);               // a copy that the host takes part in

// Runs what this thread has batched (opapi/batch.h), before anything else happens. A batch counts as
// a capture, so that all who look for one find their way here.
void run_batch();

// What waits, where nothing is captured, costs one load.
template <class... T> inline int check_capture(const char *call, T... what) {
    return capturing() ? check_capture_wait(call, what...) : 0;
}

} // namespace cannsim
