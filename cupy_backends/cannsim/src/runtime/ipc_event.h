// Events of ACL_EVENT_IPC: any process that knows the handle may record them and wait for them.
#pragma once

#include "runtime/stream.h"

namespace cannsim {

int create_event(Event **out, uint32_t flags);

int share_event(Event *event);
void leave_event(Event *event);

int shared_record(Event *event, DeviceStream *stream);
int shared_wait(Event *event, DeviceStream *stream);
bool shared_done(const Event *event);
int shared_synchronize(Event *event, int timeout_ms);

} // namespace cannsim
