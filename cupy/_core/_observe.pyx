"""What a profiler sees: every launch, copy, wait and allocation between :func:`start` and :func:`stop`.

Nothing here costs anything while nobody observes: launches take the slow door only then, and the backend's table of
functions gets other entries only then.
"""

import sys
import threading

from cpython.ref cimport PyObject
from libc.stdint cimport uint64_t
from posix.time cimport CLOCK_MONOTONIC, clock_gettime, timespec

from cupy._core._pool import get_default_memory_pool
from cupy_backends.backend.rows import rows
from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport (
    CUPY_ROUTE_HOST, cupyAttr, cupyBackend, cupyEvent, cupyOperand, cupyPlan, cupyStream, cupyTask, cupy_op_info,
)

cdef extern from "Python.h":
    void PyErr_Fetch(PyObject**, PyObject**, PyObject**)
    void PyErr_Restore(PyObject*, PyObject*, PyObject*)

_DTYPES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
)
_ROUTES = ("native", "reinterpret", "cast", "composite", "host")
_INSIDE = ("cupy", "cupyx", "cupy_backends", "numpy")

cdef tuple _sinks = ()
cdef cupyBackend _plain
cdef object _here = threading.local()  # the tasks of the launch at work
cdef object _pool = get_default_memory_pool()


class Event:
    """One thing that happened.

    Attributes
    ----------
    kind : str
        'launch', 'copy', 'wait', 'allocate', 'free' or 'range'.
    name : str
        The operation, or the direction of the copy, or what was waited for.
    start, end : int
        Nanoseconds of the monotonic clock.
    thread : int
    place : (str, int)
        File and line of the user's program; ('', 0) outside of any.
    dtypes, shapes, strides, addresses : tuple
        Of the operands; of a host scalar all but the dtype are None.
    attributes : tuple
        Of the operation, in the contract's order.
    flat : bool
        Whether every operand of the launch is in C order without gaps.
    route, how, why : str
    unit : str
        What carries the operation out, as the route says; the tasks know better.
    tasks : tuple of (str, str, int, float)
        Operator, unit, bytes and modelled nanoseconds (negative: unknown) of what the launch gave to the device.
    bytes : int
    waits : bool
        Whether the host waited for the device.
    stream : int
    memory : (int, int)
        Bytes in use and bytes held by the memory pool afterwards.
    """

    __slots__ = ("kind", "name", "start", "end", "thread", "place", "dtypes", "shapes", "route", "how", "why", "unit",
                 "tasks", "bytes", "waits", "stream", "memory", "flat", "strides", "addresses", "attributes")

    def __init__(self, kind, name, start, end, *, dtypes=(), shapes=(), route="", how="", why="", unit="", tasks=(),
                 bytes=0, waits=False, stream=0, flat=True, strides=(), addresses=(), attributes=()):
        self.kind, self.name, self.start, self.end = kind, name, start, end
        self.dtypes, self.shapes, self.route, self.how, self.why = dtypes, shapes, route, how, why
        self.unit, self.tasks, self.bytes, self.waits, self.stream = unit, tasks, bytes, waits, stream
        self.flat, self.strides, self.addresses, self.attributes = flat, strides, addresses, attributes
        self.thread = threading.get_ident()
        self.place = user_place()
        self.memory = _pool.used_bytes(), _pool.total_bytes()

    def __repr__(self):
        return f"<{self.kind} {self.name}>"


def user_place():
    """Return file and line of the innermost frame outside this library, ('', 0) if there is none."""
    frame = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] not in _INSIDE:
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return "", 0


cdef uint64_t now() noexcept nogil:
    cdef timespec t
    clock_gettime(CLOCK_MONOTONIC, &t)
    return <uint64_t>t.tv_sec * 1000000000 + <uint64_t>t.tv_nsec


def clock():
    """Return the time in the unit of events."""
    return now()


def note(event):
    """Tell an event to everybody who observes."""
    for sink in _sinks:
        sink(event)


def observed():
    """Return whether somebody observes."""
    return bool(_sinks)


cdef void told(const cupyTask* task) noexcept nogil:
    with gil:
        tasks = getattr(_here, "tasks", None)
        if tasks is not None:
            tasks.append((task.name.decode(), task.unit.decode(), task.bytes, task.nanoseconds))


cdef tuple _numbers(const void* values, int n):
    return tuple([(<const long long*>values)[i] for i in range(n)])


cdef tuple _attributes(str name, const cupyAttr* attrs):
    cdef list values = []
    cdef int k
    for k, (_, kind) in enumerate(rows()[name].attrs):
        values.append(_numbers(attrs[k].list, attrs[k].count) if kind == "ints" else
                      attrs[k].f if kind == "float" else attrs[k].u if kind == "uint" else attrs[k].i)
    return tuple(values)


cdef Py_ssize_t _stored(cupyOperand* o):
    """Return the bytes of an operand; what an axis of stride 0 repeats counts once."""
    cdef Py_ssize_t count = 1
    cdef int i
    if o.block is NULL:
        return 0
    for i in range(o.ndim):
        if o.strides[i] or not o.shape[i]:
            count *= o.shape[i]
    return count * _ITEMSIZES[o.dtype]


_ITEMSIZES = (1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16)


cdef int watched_launch(cupyPlan* plan, cupyOperand* operands, int n, const cupyAttr* attrs,
                        cupyStream stream) except -1:
    cdef int rc, k
    cdef bint flat = True
    cdef uint64_t start = now(), end
    outer = getattr(_here, "tasks", None)
    _here.tasks = tasks = []
    try:
        with nogil:
            rc = _backend.carry_out(plan, operands, n, attrs, stream)
    finally:
        _here.tasks = outer
    end = now()
    size = 0
    for k in range(n):
        size += _stored(&operands[k])
        flat = flat and operands[k].contiguous
    known = [task[2] for task in tasks]
    host = plan.route == CUPY_ROUTE_HOST or any([task[1] == "host" for task in tasks])
    name = cupy_op_info[plan.op].name.decode()
    note(Event(
        "launch", name, start, end,
        dtypes=tuple([_DTYPES[operands[k].dtype] for k in range(n)]),
        shapes=tuple([None if operands[k].block is NULL else _numbers(operands[k].shape, operands[k].ndim)
                      for k in range(n)]),
        strides=tuple([None if operands[k].block is NULL else _numbers(operands[k].strides, operands[k].ndim)
                       for k in range(n)]),
        addresses=tuple([None if operands[k].block is NULL else <size_t>operands[k].block + operands[k].offset
                         for k in range(n)]),
        attributes=_attributes(name, attrs),
        route=_ROUTES[plan.route], how=plan.how.decode() if plan.how is not NULL else "",
        why=plan.why.decode() if plan.why is not NULL else "",
        unit=plan.unit.decode() if plan.unit is not NULL else "", tasks=tuple(tasks),
        bytes=sum(known) if known and all(known) else size, waits=host, stream=<size_t>stream,
        flat=flat))
    return rc


cdef void seen(str kind, str name, uint64_t start, size_t size, bint waits, void* stream) noexcept:
    """Note what a function of the backend did; an exception on its way is left alone."""
    cdef PyObject* kind_of
    cdef PyObject* value
    cdef PyObject* trace
    PyErr_Fetch(&kind_of, &value, &trace)
    try:
        note(Event(kind, name, start, now(), bytes=size, waits=waits, stream=<size_t>stream))
    finally:
        PyErr_Restore(kind_of, value, trace)


cdef int copy_to_device(void* dst, const void* src, size_t size, cupyStream stream) noexcept nogil:
    cdef uint64_t start = now()
    cdef int rc = _plain.copy_to_device(dst, src, size, stream)
    with gil:
        seen("copy", "host to device", start, size, True, stream)
    return rc


cdef int copy_to_host(void* dst, const void* src, size_t size, cupyStream stream) noexcept nogil:
    cdef uint64_t start = now()
    cdef int rc = _plain.copy_to_host(dst, src, size, stream)
    with gil:
        seen("copy", "device to host", start, size, True, stream)
    return rc


cdef int copy_on_device(void* dst, const void* src, size_t size, cupyStream stream) noexcept nogil:
    cdef uint64_t start = now()
    cdef int rc = _plain.copy_on_device(dst, src, size, stream)
    with gil:
        seen("copy", "device to device", start, size, False, stream)
    return rc


cdef int mem_set(void* dst, int value, size_t size, cupyStream stream) noexcept nogil:
    cdef uint64_t start = now()
    cdef int rc = _plain.mem_set(dst, value, size, stream)
    with gil:
        seen("copy", "fill", start, size, False, stream)
    return rc


cdef int mem_alloc(size_t size, void** address) noexcept nogil:
    cdef uint64_t start = now()
    cdef int rc = _plain.mem_alloc(size, address)
    with gil:
        seen("allocate", "device memory", start, size, False, NULL)
    return rc


cdef int mem_free(void* address) noexcept nogil:
    cdef uint64_t start = now()
    cdef int rc = _plain.mem_free(address)
    with gil:
        seen("free", "device memory", start, 0, False, NULL)
    return rc


cdef int device_synchronize() noexcept nogil:
    cdef uint64_t start = now()
    cdef int rc = _plain.device_synchronize()
    with gil:
        seen("wait", "device", start, 0, True, NULL)
    return rc


cdef int stream_synchronize(cupyStream stream) noexcept nogil:
    cdef uint64_t start = now()
    cdef int rc = _plain.stream_synchronize(stream)
    with gil:
        seen("wait", "stream", start, 0, True, stream)
    return rc


cdef int event_synchronize(cupyEvent event) noexcept nogil:
    cdef uint64_t start = now()
    cdef int rc = _plain.event_synchronize(event)
    with gil:
        seen("wait", "event", start, 0, True, NULL)
    return rc


cdef int watch() except -1:
    global _plain
    cdef cupyBackend* table = _backend.active()
    _plain = table[0]
    table.copy_to_device, table.copy_to_host, table.copy_on_device = copy_to_device, copy_to_host, copy_on_device
    table.mem_set, table.mem_alloc, table.mem_free = mem_set, mem_alloc, mem_free
    table.device_synchronize, table.stream_synchronize = device_synchronize, stream_synchronize
    table.event_synchronize = event_synchronize
    if table.watch_tasks is not NULL:
        table.watch_tasks(told)
    return _backend.watch_launches(watched_launch)


cdef int unwatch() except -1:
    cdef cupyBackend* table = _backend.active()
    if _plain.watch_tasks is not NULL:
        _plain.watch_tasks(NULL)
    _backend.watch_launches(NULL)
    table[0] = _plain
    return 0


def start(sink):
    """Call `sink` with each :class:`Event` from now on."""
    global _sinks
    if not _sinks:
        watch()
    _sinks += (sink,)


def stop(sink):
    """Call `sink` no more."""
    global _sinks
    left = tuple([other for other in _sinks if other is not sink])
    if _sinks and not left:
        unwatch()
    _sinks = left
