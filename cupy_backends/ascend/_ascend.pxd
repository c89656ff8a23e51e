from libc.stdint cimport uint64_t

from cupy_backends.backend._backend cimport cupyAttr, cupyBackend, cupyOperand, cupyPlan

cdef extern from "cupy_ascend.h" nogil:
    ctypedef int (*cupyHostRun)(int op, cupyOperand* operands, int n, const cupyAttr* attrs) noexcept
    ctypedef struct cupyAscendCounters:
        uint64_t calls
        uint64_t first_phases
        uint64_t host_runs
        uint64_t scratch_allocs
        uint64_t constants
        uint64_t executors
        uint64_t executor_room
    cupyBackend* cupy_ascend_backend()
    int cupy_ascend_load()
    void cupy_ascend_set_simulator(const char* path)
    void cupy_ascend_set_host(cupyHostRun run, const char* random)
    void cupy_ascend_set_note(int (*note)(cupyPlan*, int on_host) noexcept nogil)
    int cupy_ascend_is_loaded()
    int cupy_ascend_is_simulator()
    const char* cupy_ascend_soc()
    const char* cupy_ascend_family()
    void* cupy_ascend_symbol(const char* name)
    int cupy_ascend_library(int index, const char** name, const char** path, const char** problem)
    int cupy_ascend_function(int index, const char** name, int* available)
    const cupyPlan* cupy_ascend_plan(int index)
    void cupy_ascend_reset_counters()
    void cupy_ascend_release()
    void cupy_ascend_counters(cupyAscendCounters*)

cdef cupyBackend* backend() except NULL


cdef extern from "cannsim.h" nogil:
    ctypedef struct cannsimCounterValues:
        uint64_t phase1, launches, allocations, frees, synchronizations
        uint64_t bytes_host_to_device, bytes_device_to_host, bytes_device_to_device
