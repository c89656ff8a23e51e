/* The contract between the array core and a backend, in C.
 *
 * A backend fills one cupyBackend table. The core resolves a plan once per (op, dtypes) and launches it with
 * operands on the stack: no Python object crosses this line. The ops are generated from ops.toml (cupy_ops.h).
 */
#ifndef CUPY_BACKEND_H
#define CUPY_BACKEND_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    CUPY_BOOL,
    CUPY_INT8,
    CUPY_INT16,
    CUPY_INT32,
    CUPY_INT64,
    CUPY_UINT8,
    CUPY_UINT16,
    CUPY_UINT32,
    CUPY_UINT64,
    CUPY_FLOAT16,
    CUPY_BFLOAT16,
    CUPY_FLOAT32,
    CUPY_FLOAT64,
    CUPY_COMPLEX64,
    CUPY_COMPLEX128,
    CUPY_NUM_DTYPES
} cupyDtype;

/* What a backend call returns. */
typedef enum {
    CUPY_OK = 0,
    CUPY_FAILED = 1,        /* last_error() tells */
    CUPY_OUT_OF_MEMORY = 2, /* last_error() tells */
    CUPY_NO_ROUTE = 3,      /* the backend cannot carry this out; last_error() tells why */
    CUPY_PYTHON_ERROR = 4,  /* the host route raised; the exception waits in the binding */
} cupyStatus;

/* How a plan is carried out; shown by show_routes and explain. */
typedef enum {
    CUPY_ROUTE_NATIVE,      /* one operator of the device */
    CUPY_ROUTE_REINTERPRET, /* one operator on the same bits under another dtype */
    CUPY_ROUTE_CAST,        /* computed in a wider dtype */
    CUPY_ROUTE_COMPOSITE,   /* several operators */
    CUPY_ROUTE_HOST,        /* on the CPU, after waiting and copying */
    CUPY_NUM_ROUTES
} cupyRoute;

/* A tensor in device memory. Strides and offset count bytes.
   A host scalar has block NULL, ndim 0, block_bytes and offset 0, contiguous 1, and its value in `scalar`;
   only element-wise rows and `fill` take one. */
typedef struct cupyOperand {
    void *block;            /* device address where the storage begins; NULL: a host scalar */
    int64_t block_bytes;    /* extent of the storage */
    int64_t offset;         /* from block to element (0, ..., 0) */
    int64_t *shape;         /* written only by rows with a data-dependent output shape */
    const int64_t *strides;
    int32_t ndim;
    int8_t dtype;           /* cupyDtype */
    int8_t contiguous;      /* C order without gaps */
    unsigned char scalar[16];
} cupyOperand;

/* The block of an operand whose memory went with a reset of its device: no launch takes it. */
#define CUPY_LOST_BLOCK ((void *)1)

typedef struct cupyAttr {
    union {
        int64_t i;
        uint64_t u;
        double f;
        const int64_t *list;
    };
    int64_t count; /* of list */
} cupyAttr;

typedef struct cupyStreamImpl *cupyStream; /* NULL: the default stream of the current device */
typedef struct cupyEventImpl *cupyEvent;

typedef struct cupyPlan cupyPlan;
typedef int (*cupyLaunchFn)(cupyPlan *, cupyOperand *, int n, const cupyAttr *, cupyStream);

#define CUPY_MAX_PLAN_DTYPES 8

/* Resolved once and kept for the life of the process. A backend may append fields of its own. */
struct cupyPlan {
    cupyLaunchFn launch;
    uint64_t launches; /* counted by the core */
    int32_t op;        /* cupyOp */
    int32_t route;     /* cupyRoute */
    int32_t ndtypes;
    int8_t dtypes[CUPY_MAX_PLAN_DTYPES];
    const char *how;   /* operator names of the device, for people */
    const char *why;   /* why not native; NULL when native */
    const char *unit;  /* what computes, in the backend's words ("AI Core"); NULL: unknown */
    const char *note;  /* what a real device is said to do otherwise than NumPy; NULL: nothing known */
    uint64_t host_runs; /* launches that ended on the CPU, counted by the backend */
    int32_t attention; /* the core's: launches are watched */
};

typedef struct cupyError {
    int64_t code;          /* the backend library's own code */
    char name[64];         /* its symbolic name */
    char call[96];         /* the function that failed */
    char message[1024];    /* the library's text */
    char advice[256];      /* the next step */
    char launches[1024];   /* of a failure that showed late: the last launches, newest first, a line each */
} cupyError;

/* One task that a launch gave to the device or to the CPU, told to a profiler at work. */
typedef struct cupyTask {
    const char *name;   /* of the device's operator, or of the op */
    const char *unit;   /* what carries it out, for people: "AI Core", "AI CPU", "host", ""; unknown */
    uint64_t bytes;     /* read and written; 0: unknown */
    double nanoseconds; /* modelled, never measured; negative: unknown */
} cupyTask;
typedef void (*cupyTaskFn)(const cupyTask *);

typedef struct cupyBackend {
    const char *name;

    /* Operations. dtypes: those of the operands in order (for variadic rows: of the first, the distinct rest). */
    cupyPlan *(*resolve)(int op, const int8_t *dtypes, int n);

    /* Devices; the current one is per thread. */
    int (*device_count)(int *count);
    int (*set_device)(int device);
    int (*get_device)(int *device);
    int (*device_name)(int device, char *name, size_t size);
    int (*mem_info)(size_t *free_bytes, size_t *total_bytes);
    int (*device_synchronize)(void);
    int (*device_reset)(int device); /* ends its streams and all its memory, clears its failure; may be NULL */

    /* Memory of the current device. */
    int (*mem_alloc)(size_t bytes, void **address);
    int (*mem_free)(void *address);
    int (*copy_to_device)(void *dst, const void *src, size_t bytes, cupyStream); /* src is free on return */
    int (*copy_to_host)(void *dst, const void *src, size_t bytes, cupyStream);   /* waits */
    int (*copy_on_device)(void *dst, const void *src, size_t bytes, cupyStream);
    int (*mem_set)(void *dst, int value, size_t bytes, cupyStream);
    /* NULL unless somebody watches the blocks that the core makes of memory; then freed ones rest. */
    void (*pool_alloc)(void *address, size_t bytes, cupyStream);
    void (*pool_free)(void *address, cupyStream);

    /* Streams and events. */
    int (*stream_create)(cupyStream *, int non_blocking);
    int (*stream_destroy)(cupyStream);
    int (*stream_synchronize)(cupyStream);
    int (*stream_query)(cupyStream, int *done);
    int (*stream_wait_event)(cupyStream, cupyEvent);
    int (*stream_callback)(cupyStream, void (*fn)(void *), void *arg);
    int (*event_create)(cupyEvent *, int timing);
    int (*event_destroy)(cupyEvent);
    int (*event_record)(cupyEvent, cupyStream);
    int (*event_query)(cupyEvent, int *done);
    int (*event_synchronize)(cupyEvent);
    int (*event_elapsed)(float *milliseconds, cupyEvent start, cupyEvent end);

    /* The failure of the calling thread's last call. */
    void (*last_error)(cupyError *);

    /* From now on tells each task in the thread that launches it; NULL ends that. May be NULL. */
    void (*watch_tasks)(cupyTaskFn);
} cupyBackend;

#ifdef __cplusplus
}
#endif

#endif
