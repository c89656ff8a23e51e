"""Bounds of index arrays: every row of the contract sees indices in [0, n) only.

Indices on the host are checked before they are uploaded. Of those on the device the least and the largest are found
by one launch, or where there are few and nothing is queued, by fetching them; ``CUPY_INDEX_CHECK`` says when they are
looked at:

- deferred: at once if the stream has nothing left to do, else at the next synchronisation;
- sync: at once, which waits for the stream;
- off: never.

Until they are known to be good they are clipped, so that no launch reaches beyond the array.
"""

import os
import sys

import numpy

from libc.stdint cimport int8_t, int64_t
from libc.string cimport memcpy, memset

from cupy._core cimport _memory
from cupy._core._elementwise cimport Source, converted, launch_elementwise, plan_of
from cupy._core._memory cimport current, ensure_current, waited
from cupy._core._ndarray cimport C_CONTIGUOUS, DEVICE_RANK, fill_operand, ndarray, new_array
from cupy._core._transfer cimport fetch, upload
from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport (
    CUPY_INT64, cupyBackend, cupyOperand, cupyPlan, cupyStream)

from cupy._core._creation import asarray

cdef enum:
    MOST_PENDING = 256  # then a check waits, so that their memory stays bounded
    FEW = 512  # integers that are not worth a NumPy array

cdef extern from "Python.h":
    long PyLong_AsLongAndOverflow(object, int*) except? -1

cdef cupyPlan* _limits_plan = NULL
cdef cupyPlan* _wrap_plan = NULL
cdef list _pending = []  # (limits, extent, axis, negative, error, stream object, stream, device, place in the program)

_check = os.environ.get("CUPY_INDEX_CHECK", "deferred")
if _check not in ("deferred", "sync", "off"):
    raise ValueError(f"CUPY_INDEX_CHECK={_check!r}: expected deferred, sync or off")
cdef bint _off = _check == "off", _sync = _check == "sync"


cdef ndarray bounded(object index, Py_ssize_t n, int axis, bint negative, object error=None):
    """Return integers as an int64 device array with values in [0, n); IndexError for those out of bounds.

    Negative ones count from the end, or are out of bounds for negative=False. `error`: raised in place of IndexError.
    """
    cdef ndarray a, limits
    cdef int64_t[2] ends
    cdef int done = 0
    if not isinstance(index, ndarray):
        return asarray(checked_on_host(index, n, axis, negative, error))
    a = converted(<ndarray>index, CUPY_INT64)
    if a.size == 0:
        return a
    if n == 0:
        raise error or IndexError(f"index {int(a.reshape(-1)[0])} is out of bounds for axis {axis} with size 0")
    if _off:
        return wrapped(a, n)
    if not _sync:
        _backend.check(_backend.active().stream_query(current().stream, &done), "querying a stream")
    if done or _sync or len(_pending) >= MOST_PENDING:
        if a.size <= FEW and a.bits & C_CONTIGUOUS:
            find_limits(a, ends, done)
        else:
            fetch(limits_of(a), ends, current().stream)
        waited(current().stream)  # what came before is to be reported first
        check_limits(ends, n, axis, negative, error, None)
        return a if ends[0] >= 0 else wrapped(a, n)
    limits = limits_of(a)
    from cupy._core._device import get_current_stream
    _pending.append((limits, n, axis, negative, error, get_current_stream(), <size_t>current().stream, current().device,
                     _caller()))
    _memory.settle = check_pending
    return wrapped(a, n)


cdef ndarray listed(list items, Py_ssize_t n):
    """Return a list of a few integers as an int64 device array in [0, n); None if it is anything else."""
    cdef int64_t[FEW] places
    cdef Py_ssize_t i, place, count = len(items)
    cdef int beyond = 0
    cdef ndarray index
    if not 0 < count <= FEW:
        return None
    for i in range(count):
        if type(items[i]) is not int:
            return None
        place = PyLong_AsLongAndOverflow(items[i], &beyond)
        if place < 0:
            place += n
        if beyond or not 0 <= place < n:
            return None
        places[i] = place
    index = new_array(CUPY_INT64, 1, &count)
    upload(index, places)
    return index


cdef object checked_on_host(object index, Py_ssize_t n, int axis, bint negative, object error):
    """Return a NumPy array of integers as int64 values in [0, n)."""
    host = index.astype(numpy.int64, copy=False)
    if host.size == 0:
        return host
    low = -n if negative else 0
    if host.min() < low or host.max() >= n:
        first = host[(host < low) | (host >= n)].flat[0]
        raise error or IndexError(f"index {first} is out of bounds for axis {axis} with size {n}")
    return numpy.where(host < 0, host + n, host) if host.min() < 0 else host


cdef int find_limits(ndarray a, int64_t* ends, bint idle) except -1:
    """Fetch a few contiguous indices and find the least and the largest, which is cheaper than a launch."""
    cdef int64_t[FEW] places
    cdef Py_ssize_t i
    fetch(a, places, current().stream, idle)
    ends[0] = ends[1] = places[0]
    for i in range(1, a.size):
        ends[0] = min(ends[0], places[i])
        ends[1] = max(ends[1], places[i])
    return 0


cdef ndarray limits_of(ndarray a):
    """Launch the search for the least and the largest value; they come as an array of two."""
    cdef cupyOperand[3] operands
    cdef Py_ssize_t two = 2
    cdef int8_t[3] codes
    cdef ndarray limits
    global _limits_plan
    if a.rank > DEVICE_RANK:
        a = a.reshape(-1)
    limits = new_array(CUPY_INT64, 1, &two)
    if _limits_plan is NULL:
        codes[0] = codes[1] = codes[2] = CUPY_INT64
        _limits_plan = plan_of("index_limits", codes, 3)
    fill_operand(&operands[0], a)
    fill_operand(&operands[1], limits)
    operands[1].ndim = 0
    memcpy(&operands[2], &operands[1], sizeof(cupyOperand))
    operands[2].offset += 8
    ensure_current()
    _backend.launch(_limits_plan, operands, 3, NULL, current().stream, a.size)
    return limits


cdef ndarray wrapped(ndarray a, Py_ssize_t n):
    """Return the indices with negative ones counted from the end, clipped to [0, n)."""
    cdef Source[4] sources
    cdef int8_t[4] codes
    cdef int64_t last = n - 1, extent = n
    cdef ndarray out = new_array(CUPY_INT64, a.rank, a.dims)
    cdef int k
    global _wrap_plan
    if _wrap_plan is NULL:
        codes[0] = codes[1] = codes[2] = codes[3] = CUPY_INT64
        _wrap_plan = plan_of("wrap_index", codes, 4)
    memset(sources, 0, sizeof(sources))
    for k in range(4):
        sources[k].code = CUPY_INT64
    sources[0].array = <void*>a
    memcpy(sources[1].scalar, &extent, 8)
    memcpy(sources[2].scalar, &last, 8)
    sources[3].array = <void*>out
    launch_elementwise(_wrap_plan, sources, 4, a.rank, a.dims)
    return out


def limits(a):
    """Return the least and the largest element of a non-empty int64 array as Python integers; waits."""
    cdef int64_t[2] ends
    fetch(limits_of(a), ends, current().stream)
    waited(current().stream)
    return ends[0], ends[1]


cdef int check_limits(int64_t* ends, Py_ssize_t n, int axis, bint negative, object error, object place) except -1:
    cdef bint below = ends[0] < (-n if negative else 0)
    if not below and ends[1] < n:
        return 0
    error = error or IndexError(f"index {ends[0] if below else ends[1]} is out of bounds for axis {axis} with size {n}")
    if place is not None:
        error = type(error)(f"{error}, at {place}; found at this synchronisation, CUPY_INDEX_CHECK=sync finds it at once")
    raise error


def forget(int device):
    """Drop the checks that wait for a device which is about to be reset."""
    global _pending
    _pending = [entry for entry in _pending if entry[7] != device]


cdef int check_pending(int device, cupyStream stream) except -1:
    """Look at the limits whose stream has been waited for, or has nothing left to do; raise for the first bad ones."""
    global _pending
    cdef cupyBackend* backend = _backend.active()
    cdef int64_t[2] ends
    cdef cupyStream other
    cdef int done
    entries, _pending = _pending, []
    error = None
    for entry in entries:
        limits, n, axis, negative, failure, _, handle, number, place = entry
        other = <cupyStream><size_t>handle
        done = number == device and other is stream
        if not done and number == device:
            backend.stream_query(other, &done)
        if not done:
            _pending.append(entry)
            continue
        try:
            fetch(limits, ends, other)
            check_limits(ends, n, axis, negative, failure, place)
        except Exception as e:
            error = error or e
    if not _pending:
        _memory.settle = NULL
    if error is not None:
        raise error
    return 0


def _caller():
    """Return "file:line in function" of the program's innermost frame outside this package."""
    frame = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in ("cupy", "cupyx"):
        frame = frame.f_back
    if frame is None:
        return "an unknown place"
    code = frame.f_code
    return f"{code.co_filename}:{frame.f_lineno} in {code.co_name}"


def bounded_index(index, extent, axis=0, negative=True, error=None):
    """Return integers (NumPy or device array) as an int64 device array with values in [0, extent).

    Negative ones count from the end, or are out of bounds for negative=False. IndexError for those out of bounds,
    for device arrays when ``CUPY_INDEX_CHECK`` says; `error` is raised in its place if given.
    """
    return bounded(index, extent, axis, negative, error)
