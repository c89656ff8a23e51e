// The hooks of the checks: what the runtime and the operators tell them. Calls follow the order of
// the program, not of execution: a stream's work is judged when it is submitted.
//
// Locks: the runtime may hold its own when it calls a hook, so no hook takes one of the runtime's.
#pragma once

#include "check/switch.h"
#include "runtime/stream.h"

#include <cstddef>

struct aclOpExecutor;

namespace cannsim {

// Starts what CANNSIM_CHECK=which asks for. exit_code: of a process with reports; -1 aborts at the
// first.
void start_checks(uint32_t which, int exit_code);

// --- memory --------------------------------------------------------------------------------------

constexpr size_t kRedZone = 512;               // behind a block of aclrtMalloc
constexpr size_t kQuarantine = 256u << 20;     // freed bytes that rest before they are used again
constexpr unsigned char kPoison = 0xCB;        // fills what was never written, or was freed,
constexpr size_t kPoisoned = size_t(64) << 20; // up to here; the rest would only take memory

void check_malloc(int device, const void *p, size_t size, size_t room);
void check_map(const char *call, int device, const void *p, size_t size,
               bool fresh);                    // else with its old content
void check_shared(const void *p, size_t size); // other processes may write it from now on
void check_free(const void *p, const char *call);
void check_reset(int device);                     // frees all memory of the device
void check_rested(const char *host, size_t size); // leaves the quarantine

// Where a pool's block ends, red zone and all; `end` is where the allocation around it does.
int check_pool_alloc(const void *p, size_t size, uintptr_t end, DeviceStream *stream);
int check_pool_free(const void *p, DeviceStream *stream);

// --- work ----------------------------------------------------------------------------------------

struct Copy2d {
    const void *dst, *src; // device or host addresses
    size_t dpitch, spitch, width, height;
};

// stream = nullptr: by the host, which has waited for nothing. refused: the runtime will not do it.
void check_copy(const char *call, DeviceStream *stream, const Copy2d &copy, bool refused);
void check_fill(const char *call, DeviceStream *stream, const void *p, size_t bytes, bool refused);
void check_host_access(const void *p, size_t bytes, bool read, bool write);

// Red zones that an operation may have overwritten; null when there are none.
struct Watch;
Watch *check_launch(const aclOpExecutor &e, DeviceStream *stream, const void *workspace,
                    uint64_t bytes);
void check_replay(const aclOpExecutor &e, DeviceStream *stream); // of a graph
void check_launched(Watch *watch);                               // the operation is done

// A kernel of the program's own. What it does with the device addresses among its arguments nobody
// knows: it is taken to read the first byte, and to have written all up to the end of the block.
Watch *check_kernel(const char *name, DeviceStream *stream, const void *args, size_t size);
void check_overhang(const aclOpExecutor &e, DeviceStream *stream);

// Objects that are not pooled (check/leak.h listens to those that are).
void leak_noted(const void *object, const char *what);
void leak_forgotten(const void *object);

// --- order ---------------------------------------------------------------------------------------

void check_stream_made(DeviceStream *stream);
void check_stream_ended(DeviceStream *stream, bool waited);
void check_host_waits(DeviceStream *stream); // for all that was submitted
void check_event_recorded(const Event *event, DeviceStream *stream);
void check_event_forgotten(const Event *event);
void check_stream_waits(DeviceStream *stream, const Event *event);
void check_host_waits(const Event *event);

// A stream writes a value that others wait for, and one waits for it.
void check_signal(const char *call, DeviceStream *stream, const void *p, uint64_t value);
void check_signal_awaited(DeviceStream *stream, const void *p, uint64_t value, uint32_t flag);

// A host function runs in the stream's order: what it knows, the host may know from then on.
struct Clock;
Clock *check_callback(DeviceStream *stream);
void check_called_back(Clock *clock);

void checks_before_fork();
void checks_after_fork(bool child);

} // namespace cannsim
