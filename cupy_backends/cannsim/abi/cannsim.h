/* What cannsim exports beyond CANN's interface. Programs look these symbols up and do without them
 * on real CANN. */
#ifndef CANNSIM_H
#define CANNSIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Whether an operator ("aclnnAdd") is implemented, in the release that CANNSIM_CANN names. */
bool cannsimImplements(const char *name);

/* Whether that release has a symbol of CANN ("aclrtLaunchHostFunc", "aclnnAddGetWorkspaceSize"). */
bool cannsimProvides(const char *symbol);

/* The definition that the operators' random numbers follow (kernels/array/random_stream.h): equal
 * names, equal numbers for the same seed and offset. */
const char *cannsimRandomStream(void);

enum { CANNSIM_READ = 1, CANNSIM_WRITE = 2 };

/* Host address of device memory, for code that runs on the host in a stream's place. Waits for the
 * stream first. Null, with a message, when the bytes are not allocated device memory. */
void *cannsimHostPointer(void *device, size_t bytes, int access, void *stream);

/* Whether somebody wants to know a memory pool's blocks (a check, a sanitizer). Then the pool keeps
 * 32 bytes or more between them and lets freed ones rest. */
bool cannsimWatchesPools(void);

/* A memory pool announces the blocks it hands out of larger allocations, in the order of a stream.
 * An aclError. */
int cannsimPoolAlloc(void *device, size_t bytes, void *stream);
int cannsimPoolFree(void *device, void *stream);

/* Offers a loop in NumPy's calling convention for an elementwise function ("exp") whose inputs have
 * the aclDataType `dtype`. fn = NULL withdraws it. Whether it is used. */
bool cannsimRegisterLoop(const char *name, int dtype,
                         void (*fn)(char **args, const intptr_t *n, const intptr_t *steps,
                                    void *data),
                         void *data);

/* Offers a CBLAS for matrix products: the library's path and the affixes of its names
 * (prefix + "cblas_sgemm" + suffix). Whether it is used; NULL goes back to cannsim's own loops. */
bool cannsimSetBlas(const char *path, const char *prefix, const char *suffix, bool ilp64);

/* Offers a sort of contiguous elements in the signature of NumPy's array functions. NULL withdraws
 * it. */
void cannsimRegisterSort(int dtype, int (*fn)(void *start, intptr_t n, void *array));

/* The device kernels that CANN's own code launches for a call and the unit of each. Phase 1 finds them
 * out while noting is on (at first it is off, since it takes time). */
enum { CANNSIM_AI_CORE = 0, CANNSIM_AI_CPU = 1 };
typedef struct cannsimLaunch {
    const char *kernel; /* lives as long as the library */
    int unit;
} cannsimLaunch;
void cannsimNoteLaunches(bool on);

/* The units of an executor (aclOpExecutor *) between phase 1 and phase 2: 1 << unit for each, 0 when
 * nothing is launched, -1 when nothing was noted. */
int cannsimExecutorUnits(const void *executor);

/* Writes at most `room` launches; how many there are, or -1 when nothing was noted. */
int cannsimExecutorLaunches(const void *executor, cannsimLaunch *out, int room);

/* Totals over all threads since the process started. */
typedef struct cannsimCounterValues {
    uint64_t phase1, launches, allocations, frees, synchronizations;
    uint64_t bytes_host_to_device, bytes_device_to_host, bytes_device_to_device;
} cannsimCounterValues;
void cannsimCounters(cannsimCounterValues *out);

/* The checks that CANNSIM_CHECK turned on, as a sum of these; since the first call of the runtime. */
enum { CANNSIM_MEM = 1, CANNSIM_INIT = 2, CANNSIM_RACE = 4, CANNSIM_LEAK = 8 };
int cannsimChecks(void);

/* How many reports the given checks (a sum) have made. */
uint64_t cannsimReports(int checks);

/* The text of a report, the oldest is 0; NULL past the last, or past the thousandth. */
const char *cannsimReport(uint64_t index);

void cannsimForgetReports(void);

/* Reports what is alive now, as the end of the process does. The number of reports. */
uint64_t cannsimReportLeaks(void);

/* How operators used more than one thread since the process started. */
typedef struct cannsimThreadValues {
    uint64_t threads; /* the most that work on one operator */
    uint64_t shared;  /* times that helpers were asked to join */
    uint64_t joined;  /* helpers that came in time */
    uint64_t refused; /* times that work stayed on one thread because the machine was busy */
} cannsimThreadValues;
void cannsimThreads(cannsimThreadValues *out);

/* From now on element-wise operators that this thread launches wait, to be run together and block by
 * block; whatever else it launches, copies or waits for runs them first. 1; 0 if that is so already.
 * Not for launches that checks watch or that a stream's thread runs. */
int cannsimBeginBatch(void);

/* Runs them. If nothing has run before, and all arrays that they read are among the `count` ones that begin
 * at `moving` or were written by them, does the same for the further elements of the moving arrays, up to
 * `total`, and returns 1; what else was written keeps its first elements. Returns 0 where it did not. */
int cannsimEndBatch(const void *const *moving, int count, int64_t total);

/* The most threads that work on one operator from now on; 0: what the environment says. An aclError. */
int cannsimSetThreads(int count);

/* Keeps a line of JSON for every first phase of an operator, as CANNSIM_TRACE writes them to a file:
 * the operator, its arguments with dtypes, shapes, strides, offsets and storage, status, workspace. */
void cannsimTraceBegin(void);
void cannsimTraceEnd(void);
/* The lines since the last call; the text lives until the same thread asks again. */
const char *cannsimTraceTake(void);

/* Injects faults, as CANNSIM_FAULT does: "KIND:WHICH,...", where KIND is malloc, phase1, launch, async
 * or device_lost and WHICH is n (the nth from now on), n+ (the nth and all later ones) or
 * p=PROBABILITY[:seed=NUMBER]. NULL or "" ends it; what has failed stays failed until the device is
 * reset. An aclError. Not while other threads are in a call. */
int cannsimSetFault(const char *text);
uint64_t cannsimFaultsInjected(void); /* since the last cannsimSetFault */

/* What programs made and did not destroy. */
typedef struct cannsimLiveValues {
    uint64_t tensors, scalars, arrays, lists, executors, streams, events;
    uint64_t device_blocks, device_bytes; /* of all devices */
} cannsimLiveValues;
void cannsimLive(cannsimLiveValues *out);

/* The modelled clock: what a launch would take on the simulated chip, by a roofline of its bytes and
 * operations and a launch cost (facts/soc.json, facts/model.json). Modelled, never measured; nothing
 * waits for it. */
typedef struct cannsimTask {
    const char *op;
    int units; /* a mask: 1 << CANNSIM_AI_CORE, 1 << CANNSIM_AI_CPU; 0: no kernel */
    uint64_t bytes, operations;
    double nanoseconds;
} cannsimTask;

/* Switches the model on or off for launches from now on; whether it was on. Off at first. */
bool cannsimModel(bool on);

/* The calling thread's last launch since the previous call; false when there was none. */
bool cannsimLastTask(cannsimTask *out);

/* Modelled nanoseconds of all launches on a stream while the model was on; -1 for no stream. */
double cannsimModelledTime(void *stream);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
