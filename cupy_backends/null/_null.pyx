# distutils: language = c++
# distutils: include_dirs = cupy_backends/null cupy_backends/host
# distutils: depends = cupy_backends/null/null.h cupy_backends/host/synchronous.h
"""Hands out the null backend's table and its counters."""

from cpython.pycapsule cimport PyCapsule_New
from libc.stdint cimport uint64_t

from cupy_backends.backend._backend cimport CUPY_NUM_OPS, cupyBackend, cupy_op_info

cdef extern from "null.h" namespace "cupy_null" nogil:
    cupyBackend* make_backend "cupy_null::backend"()
    const char* counter(int index, uint64_t* value)
    uint64_t op_launches(int op)
    void reset_all "cupy_null::reset"()


def backend_capsule():
    """Return the backend's function table in a capsule."""
    return PyCapsule_New(make_backend(), b"cupyBackend", NULL)


def is_simulator():
    """Nothing leaves this device, for nothing runs on it."""
    return True


def counters():
    """Return what was asked of the backend since the last reset, by name."""
    cdef uint64_t value
    cdef int index = 0
    cdef const char* name = counter(index, &value)
    result = {}
    while name is not NULL:
        result[name.decode()] = value
        index += 1
        name = counter(index, &value)
    return result


def launches():
    """Return the number of launches of each op that was launched."""
    return {cupy_op_info[op].name.decode(): op_launches(op) for op in range(CUPY_NUM_OPS) if op_launches(op)}


def reset():
    """Set all counters to zero."""
    reset_all()
