from libc.stdint cimport int8_t, int32_t, int64_t, uint64_t


cdef extern from "cupy_backend.h" nogil:
    enum:
        CUPY_BOOL
        CUPY_INT8
        CUPY_INT16
        CUPY_INT32
        CUPY_INT64
        CUPY_UINT8
        CUPY_UINT16
        CUPY_UINT32
        CUPY_UINT64
        CUPY_FLOAT16
        CUPY_BFLOAT16
        CUPY_FLOAT32
        CUPY_FLOAT64
        CUPY_COMPLEX64
        CUPY_COMPLEX128
        CUPY_NUM_DTYPES

    enum:
        CUPY_OK
        CUPY_FAILED
        CUPY_OUT_OF_MEMORY
        CUPY_NO_ROUTE
        CUPY_PYTHON_ERROR

    enum:
        CUPY_ROUTE_NATIVE
        CUPY_ROUTE_REINTERPRET
        CUPY_ROUTE_CAST
        CUPY_ROUTE_COMPOSITE
        CUPY_ROUTE_HOST

    enum:
        CUPY_MAX_PLAN_DTYPES
    void* CUPY_LOST_BLOCK

    ctypedef struct cupyStreamImpl:
        pass
    ctypedef struct cupyEventImpl:
        pass
    ctypedef cupyStreamImpl* cupyStream
    ctypedef cupyEventImpl* cupyEvent

    ctypedef struct cupyOperand:
        void* block
        int64_t block_bytes
        int64_t offset
        int64_t* shape
        const int64_t* strides
        int32_t ndim
        int8_t dtype
        int8_t contiguous
        unsigned char scalar[16]

    ctypedef struct cupyAttr:
        int64_t i
        uint64_t u
        double f
        const int64_t* list
        int64_t count

    ctypedef struct cupyPlan:
        int (*launch)(cupyPlan*, cupyOperand*, int, const cupyAttr*, cupyStream) noexcept nogil
        uint64_t launches
        int32_t op
        int32_t route
        int32_t ndtypes
        int8_t dtypes[8]
        const char* how
        const char* why
        const char* unit
        const char* note
        uint64_t host_runs
        int32_t attention

    ctypedef struct cupyTask:
        const char* name
        const char* unit
        uint64_t bytes
        double nanoseconds

    ctypedef struct cupyError:
        int64_t code
        char name[64]
        char call[96]
        char message[1024]
        char advice[256]
        char launches[1024]

    ctypedef struct cupyBackend:
        const char* name
        cupyPlan* (*resolve)(int op, const int8_t* dtypes, int n) noexcept nogil
        int (*device_count)(int*) noexcept nogil
        int (*set_device)(int) noexcept nogil
        int (*get_device)(int*) noexcept nogil
        int (*device_name)(int, char*, size_t) noexcept nogil
        int (*mem_info)(size_t*, size_t*) noexcept nogil
        int (*device_synchronize)() noexcept nogil
        int (*device_reset)(int) noexcept nogil
        int (*mem_alloc)(size_t, void**) noexcept nogil
        int (*mem_free)(void*) noexcept nogil
        int (*copy_to_device)(void*, const void*, size_t, cupyStream) noexcept nogil
        int (*copy_to_host)(void*, const void*, size_t, cupyStream) noexcept nogil
        int (*copy_on_device)(void*, const void*, size_t, cupyStream) noexcept nogil
        int (*mem_set)(void*, int, size_t, cupyStream) noexcept nogil
        void (*pool_alloc)(void*, size_t, cupyStream) noexcept nogil
        void (*pool_free)(void*, cupyStream) noexcept nogil
        int (*stream_create)(cupyStream*, int) noexcept nogil
        int (*stream_destroy)(cupyStream) noexcept nogil
        int (*stream_synchronize)(cupyStream) noexcept nogil
        int (*stream_query)(cupyStream, int*) noexcept nogil
        int (*stream_wait_event)(cupyStream, cupyEvent) noexcept nogil
        int (*stream_callback)(cupyStream, void (*)(void*) noexcept nogil, void*) noexcept nogil
        int (*event_create)(cupyEvent*, int) noexcept nogil
        int (*event_destroy)(cupyEvent) noexcept nogil
        int (*event_record)(cupyEvent, cupyStream) noexcept nogil
        int (*event_query)(cupyEvent, int*) noexcept nogil
        int (*event_synchronize)(cupyEvent) noexcept nogil
        int (*event_elapsed)(float*, cupyEvent, cupyEvent) noexcept nogil
        void (*last_error)(cupyError*) noexcept nogil
        void (*watch_tasks)(void (*)(const cupyTask*) noexcept nogil) noexcept nogil

cdef extern from "cupy_ops.h" nogil:
    ctypedef struct cupyOpInfo:
        const char* name
        const char* kind
        int nin, nout, nattrs, elementwise
    const cupyOpInfo* cupy_op_info
    enum:
        CUPY_NUM_OPS
        CUPY_OP_COPY
        CUPY_OP_FILL


cdef cupyBackend* active() except NULL
cdef int check(int rc, str doing=*) except -1
cdef int op_index(str name) except -1
cdef cupyPlan* resolve(int op, const int8_t* dtypes, int n) except NULL
cdef int launch_failed(cupyPlan* plan, cupyOperand* operands, int n, int rc) except -1
cdef str fallback(bint simulated)
cdef int note_host_route(cupyPlan* plan) except -1
cdef int note_slow_double(cupyPlan* plan) except -1
cdef int launch_attended(cupyPlan* plan, cupyOperand* operands, int n, const cupyAttr* attrs, cupyStream stream) except -1

# Takes launches in the place of the plan, while somebody watches; returns what the plan's launch returned.
ctypedef int (*WatchFn)(cupyPlan*, cupyOperand*, int, const cupyAttr*, cupyStream) except -1
cdef int watch_launches(WatchFn watch) except -1


cdef inline int carry_out(cupyPlan* plan, cupyOperand* operands, int n, const cupyAttr* attrs,
                          cupyStream stream) noexcept nogil:
    """What the door leads to, for a watcher that stands in it."""
    return plan.launch(plan, operands, n, attrs, stream)


cdef inline int launch(cupyPlan* plan, cupyOperand* operands, int n, const cupyAttr* attrs, cupyStream stream,
                       Py_ssize_t work) except -1:
    """The one door. ``work`` is the number of elements touched: long launches let other threads run."""
    cdef int rc
    plan.launches += 1
    if plan.attention:
        return launch_attended(plan, operands, n, attrs, stream)
    # Below this, giving the interpreter away costs more than it gains.
    if work < 16384:
        rc = plan.launch(plan, operands, n, attrs, stream)
    else:
        with nogil:
            rc = plan.launch(plan, operands, n, attrs, stream)
    if rc != CUPY_OK:
        return launch_failed(plan, operands, n, rc)
    return 0
