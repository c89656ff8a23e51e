/* What the Cython wrapper sees of the Ascend backend. */
#ifndef CUPY_ASCEND_H
#define CUPY_ASCEND_H

#include "cupy_backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs an op on the CPU; the operands' blocks are host addresses. Returns a cupyStatus. */
typedef int (*cupyHostRun)(int op, cupyOperand *operands, int n, const cupyAttr *attrs);

cupyBackend *cupy_ascend_backend(void); /* the function table; loads nothing */
int cupy_ascend_load(void);             /* loads CANN or the simulator if that has not happened */
void cupy_ascend_set_simulator(const char *path);
/* `random` names the definition of its random numbers and is kept. */
void cupy_ascend_set_host(cupyHostRun run, const char *random);
/* Told of launches that are slow: those that run on the host, each time and before it does, and those of
   float64 plans that leave AI Core, at the plan's first. A status other than CUPY_OK ends the launch. */
typedef int (*cupyNote)(cupyPlan *, int on_host);
void cupy_ascend_set_note(cupyNote);

int cupy_ascend_is_loaded(void);
int cupy_ascend_is_simulator(void);
const char *cupy_ascend_soc(void);          /* "" before loading */
const char *cupy_ascend_family(void);       /* "" when unknown */
void *cupy_ascend_symbol(const char *name); /* from the loaded libraries; NULL when missing */

/* Libraries that were tried; returns 0 past the end. */
int cupy_ascend_library(int index, const char **name, const char **path, const char **problem);
/* aclnn functions that the routes call; returns 0 past the end. */
int cupy_ascend_function(int index, const char **name, int *available);
const cupyPlan *cupy_ascend_plan(int index); /* resolved ones; NULL past the end */
void cupy_ascend_reset_counters(void);
void cupy_ascend_release(void); /* at exit: frees what the backend holds on the device */

typedef struct cupyAscendCounters {
    uint64_t calls; /* second phases */
    uint64_t first_phases;
    uint64_t host_runs;
    uint64_t scratch_allocs; /* device allocations for workspaces and temporaries */
    uint64_t constants;      /* scalars kept in device memory */
    uint64_t executors;      /* that are kept for calls like theirs */
    uint64_t executor_room;  /* at most */
} cupyAscendCounters;
void cupy_ascend_counters(cupyAscendCounters *);

#ifdef __cplusplus
}
#endif

#endif
