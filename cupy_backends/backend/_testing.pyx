# cython: boundscheck=True, wraparound=True
"""Launches one operation on one backend from NumPy arrays: what the conformance tests stand on.

Every operand lies between guard bytes in a block of its own. After the launch the whole block is read back, so that
a write outside an output's own elements, or into an input, is an error here and not a riddle elsewhere.
"""

import importlib
import time

import numpy

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int8_t, int64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

from cupy_backends.backend._backend cimport (
    CUPY_MAX_PLAN_DTYPES, CUPY_OK, CUPY_PYTHON_ERROR,
    cupyAttr, cupyBackend, cupyError, cupyEvent, cupyOperand, cupyPlan, cupyStream, op_index,
)
from cupy_backends.backend.errors import BackendError
from cupy_backends.backend.rows import rows

DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
          "float16", "bfloat16", "float32", "float64", "complex64", "complex128")
ROUTES = ("native", "reinterpret", "cast", "composite", "host")
cdef int GUARD = 64


class Result:
    """The outputs of a launch and how it was carried out."""

    def __init__(self, outputs, route, how, why, metered=None):
        self.metered = metered
        self.outputs = outputs
        self.route = route
        self.how = how
        self.why = why


cdef cupyBackend* _backend(str name) except NULL:
    module = importlib.import_module(f"cupy_backends.{name}._{name}")
    return <cupyBackend*>PyCapsule_GetPointer(module.backend_capsule(), b"cupyBackend")


cdef object _error(cupyBackend* backend, str doing):
    cdef cupyError error
    memset(&error, 0, sizeof(error))
    backend.last_error(&error)
    texts = [text.decode(errors="replace") for text in (error.name, error.call, error.message, error.advice)]
    return BackendError(f"{doing}: " + "; ".join([text for text in texts if text]), error.code, texts[0], texts[1])


cdef int _check(cupyBackend* backend, int rc, str doing) except -1:
    if rc == CUPY_OK:
        return 0
    if rc == CUPY_PYTHON_ERROR:
        from cupy_backends.host._host import take_exception
        raise take_exception()
    raise _error(backend, doing)


cdef cupyPlan* _resolve(cupyBackend* backend, str op, list names) except NULL:
    cdef int8_t dtypes[CUPY_MAX_PLAN_DTYPES]
    cdef int k
    if len(names) > CUPY_MAX_PLAN_DTYPES:
        raise ValueError(f"{op}: more than {CUPY_MAX_PLAN_DTYPES} dtypes")
    for k, name in enumerate(names):
        dtypes[k] = DTYPES.index(name)
    cdef cupyPlan* plan = backend.resolve(op_index(op), dtypes, len(names))
    if plan is NULL:
        raise _error(backend, f"{op}({', '.join(names)})")
    return plan


def plan_dtypes(op, dtypes):
    """Return the dtype names that ``resolve`` is asked with: variadic rows name the first and the distinct rest."""
    op_index(op)  # an unknown op is named as such
    names = [numpy.dtype(dtype).name for dtype in dtypes]
    if rows()[op].nin >= 0 and rows()[op].nout >= 0:
        return names
    return [names[0], *dict.fromkeys(name for name in names[1:] if name != names[0])]


def resolve(str backend_name, str op, dtypes):
    """Return ``(route, how, why)`` of ``op`` on operands of ``dtypes``; raise BackendError if there is none."""
    cdef cupyPlan* plan = _resolve(_backend(backend_name), op, plan_dtypes(op, dtypes))
    return _described(plan)


cdef tuple _described(cupyPlan* plan):
    return (ROUTES[plan.route], plan.how.decode() if plan.how is not NULL else "",
            plan.why.decode() if plan.why is not NULL else "")


cdef class _Block:
    """An array's bytes on the device, with guards around them."""

    cdef cupyBackend* backend
    cdef void* address
    cdef object array
    cdef object before
    cdef Py_ssize_t low, guard
    cdef object shape
    cdef object strides

    def __cinit__(self):
        self.address = NULL

    def __init__(self, array):
        self.array = array
        self.low, high = numpy.lib.array_utils.byte_bounds(array)
        inside = numpy.empty(0, numpy.uint8) if array.size == 0 else _bytes(self.low, high - self.low)
        self.guard = GUARD + self.low % GUARD  # keeps the alignment of the array
        self.before = numpy.full(inside.size + 2 * self.guard, 0xA5, numpy.uint8)
        self.before[self.guard:self.guard + inside.size] = inside
        self.shape = numpy.array(array.shape + (0,), numpy.int64)
        self.strides = numpy.array(array.strides + (0,), numpy.int64)

    cdef int upload(self, cupyBackend* backend) except -1:
        self.backend = backend
        cdef size_t size = self.before.size
        cdef const unsigned char[::1] view = self.before
        _check(backend, backend.mem_alloc(size, &self.address), "mem_alloc")
        return _check(backend, backend.copy_to_device(self.address, &view[0], size, NULL), "copy_to_device")

    cdef int operand(self, cupyOperand* out) except -1:
        cdef int64_t[::1] shape = self.shape
        cdef int64_t[::1] strides = self.strides
        out.block = self.address
        out.block_bytes = self.before.size
        out.offset = self._offset()
        out.shape = &shape[0]
        out.strides = &strides[0]
        out.ndim = self.array.ndim
        out.dtype = DTYPES.index(self.array.dtype.name)
        out.contiguous = self.array.flags.c_contiguous
        return 0

    cdef object download(self, bint written):
        """Return the array as it is now; nothing but an output's own elements may have changed."""
        after = numpy.empty_like(self.before)
        cdef unsigned char[::1] view = after
        _check(self.backend, self.backend.copy_to_host(&view[0], self.address, view.shape[0], NULL), "copy_to_host")
        kept = numpy.ones(after.size, bool)
        array = numpy.ndarray(self.array.shape, self.array.dtype, after, self._offset(), self.array.strides)
        if written and array.size:
            own = numpy.ndarray((*array.shape, array.itemsize), bool, kept, self._offset(), (*array.strides, 1))
            own[...] = False
        # The null backend's memory has no contents to compare.
        if self.backend.name != b"null" and not numpy.array_equal(after[kept], self.before[kept]):
            place = "outside the output's elements" if written else "to an input"
            raise AssertionError(f"the launch wrote {place}")
        return array

    def _offset(self):
        return self.guard + (self.array.ctypes.data - self.low if self.array.size else 0)

    def __dealloc__(self):
        if self.address is not NULL:
            self.backend.mem_free(self.address)


cdef object _bytes(size_t address, Py_ssize_t size):
    """Return a copy of ``size`` bytes at ``address``."""
    out = numpy.empty(size, numpy.uint8)
    cdef unsigned char[::1] view = out
    memcpy(&view[0], <void*>address, size)
    return out


cdef int _attributes(str op, attrs, cupyAttr* out, list keep) except -1:
    cdef int k
    cdef int64_t[::1] view
    types = rows()[op].attrs
    if len(types) != len(attrs):
        raise ValueError(f"{op} takes attributes {[name for name, _ in types]}, not {attrs!r}")
    for k, ((_, kind), value) in enumerate(zip(types, attrs)):
        if kind == "ints":
            view = numpy.array([*value, 0], numpy.int64)
            keep.append(view)
            out[k].list = &view[0]
            out[k].count = len(value)
        elif kind == "float":
            out[k].f = value
        elif kind == "uint":
            out[k].u = value
        else:
            out[k].i = value
    return 0


def launch(str backend_name, str op, inputs, outputs, attrs=(), meter=None):
    """Run ``op`` on ``backend_name`` and return a :class:`Result`.

    ``inputs`` are arrays, or NumPy scalars for host scalars; ``outputs`` are arrays whose dtype, layout and contents
    the device's outputs start from. An output that *is* an input runs in place. ``attrs`` in the row's order.
    ``meter`` is called before and after the launch alone; ``metered`` of the result holds what it returned.
    """
    cdef cupyBackend* backend = _backend(backend_name)
    cdef cupyOperand* operands
    cdef cupyAttr* attributes
    cdef int n = len(inputs) + len(outputs)
    cdef int k
    cdef char[::1] scalar
    cdef _Block block
    operand_dtypes = [value.dtype for value in (*inputs, *outputs)]
    cdef cupyPlan* plan = _resolve(backend, op, plan_dtypes(op, operand_dtypes))
    operands = <cupyOperand*>calloc(max(n, 1), sizeof(cupyOperand))
    attributes = <cupyAttr*>calloc(len(attrs) + 1, sizeof(cupyAttr))
    blocks, keep, results = {}, [], []
    try:
        if operands is NULL or attributes is NULL:
            raise MemoryError
        _attributes(op, attrs, attributes, keep)
        for k, value in enumerate((*inputs, *outputs)):
            if isinstance(value, numpy.generic):
                text = bytearray(numpy.asarray(value).tobytes())
                memcpy(operands[k].scalar, <char*>text, len(text))
                operands[k].dtype = DTYPES.index(value.dtype.name)
                operands[k].contiguous = 1
                continue
            block = blocks.get(id(value))
            if block is None:
                block = _Block(value)
                block.upload(backend)
                blocks[id(value)] = block
            block.operand(&operands[k])
        before = meter() if meter is not None else None
        _check(backend, plan.launch(plan, operands, n, attributes, NULL), f"{op} on {backend_name}")
        metered = None if meter is None else (before, meter())
        _check(backend, backend.device_synchronize(), "device_synchronize")
        written = {id(value) for value in outputs}
        for value in inputs:
            if not isinstance(value, numpy.generic) and id(value) not in written:
                block = blocks[id(value)]
                block.download(False)
        for k, value in enumerate(outputs):
            block = blocks[id(value)]
            result = block.download(True)
            if value.ndim:
                result = result[:operands[len(inputs) + k].shape[0]]
            results.append(result)
    finally:
        free(operands)
        free(attributes)
    return Result(results, *_described(plan), metered)


cdef void _note(void* arg) noexcept nogil:
    (<int*>arg)[0] += 1


def runtime_facts(str backend_name):
    """Use devices, memory, streams and events of a backend once; return what was seen, true where it must be."""
    cdef cupyBackend* b = _backend(backend_name)
    cdef int count = 0, current = -1, done = 0, called = 0
    cdef size_t free_bytes = 0, total_bytes = 0
    cdef char name[64]
    cdef void* first = NULL
    cdef void* second = NULL
    cdef cupyStream stream = NULL
    cdef cupyEvent start = NULL
    cdef cupyEvent end = NULL
    cdef float milliseconds = -1
    cdef int64_t sent = 0x0102030405060708, back = -1
    facts = {}
    _check(b, b.device_count(&count), "device_count")
    _check(b, b.set_device(0), "set_device")
    _check(b, b.get_device(&current), "get_device")
    _check(b, b.device_name(0, name, sizeof(name)), "device_name")
    _check(b, b.mem_info(&free_bytes, &total_bytes), "mem_info")
    facts |= {"devices": count, "device name": (<char*>name).decode(), "current device": current == 0,
              "memory": 0 < free_bytes <= total_bytes}
    _check(b, b.mem_alloc(64, &first), "mem_alloc")
    _check(b, b.mem_alloc(1, &second), "mem_alloc")
    facts["distinct addresses"] = first is not NULL and second is not NULL and first is not second
    facts["aligned addresses"] = <size_t>first % 64 == 0 and <size_t>second % 64 == 0
    _check(b, b.stream_create(&stream, 1), "stream_create")
    _check(b, b.event_create(&start, 1), "event_create")
    _check(b, b.event_create(&end, 1), "event_create")
    _check(b, b.event_record(start, stream), "event_record")
    _check(b, b.copy_to_device(first, &sent, sizeof(sent), stream), "copy_to_device")
    _check(b, b.copy_on_device(<char*>first + 8, first, sizeof(sent), stream), "copy_on_device")
    _check(b, b.event_record(end, stream), "event_record")
    _check(b, b.stream_wait_event(NULL, end), "stream_wait_event")
    _check(b, b.copy_to_host(&back, <char*>first + 8, sizeof(back), stream), "copy_to_host")
    facts["copied round"] = back == (0 if backend_name == "null" else sent)
    _check(b, b.mem_set(first, 0x11, 8, stream), "mem_set")
    _check(b, b.copy_to_host(&back, first, sizeof(back), stream), "copy_to_host")
    facts["set"] = back == (0 if backend_name == "null" else 0x1111111111111111)
    _check(b, b.stream_callback(stream, _note, &called), "stream_callback")
    with nogil:
        done = b.stream_synchronize(stream)
    _check(b, done, "stream_synchronize")
    facts["called back"] = called == 1
    _check(b, b.stream_query(stream, &done), "stream_query")
    facts["stream done"] = done == 1
    _check(b, b.event_synchronize(end), "event_synchronize")
    _check(b, b.event_query(end, &done), "event_query")
    facts["event done"] = done == 1
    _check(b, b.event_elapsed(&milliseconds, start, end), "event_elapsed")
    facts["milliseconds"] = milliseconds
    _check(b, b.device_synchronize(), "device_synchronize")
    for rc in (b.event_destroy(start), b.event_destroy(end), b.stream_destroy(stream), b.mem_free(first), b.mem_free(second)):
        _check(b, rc, "clean up")
    return facts


def misuse(str backend_name):
    """Return the error text of calls that must fail, empty where one did not; for backends that know their handles."""
    cdef cupyBackend* b = _backend(backend_name)
    cdef cupyStream stream = NULL
    cdef cupyEvent event = NULL
    cdef void* address = NULL
    cdef float milliseconds
    cdef int done

    def text(rc):
        return "" if rc == CUPY_OK else str(_error(b, "misuse"))

    _check(b, b.stream_create(&stream, 0), "stream_create")
    _check(b, b.stream_destroy(stream), "stream_destroy")
    errors = {"stream destroyed twice": text(b.stream_destroy(stream)),
              "stream used after its end": text(b.stream_query(stream, &done)),
              "event that is none": text(b.event_synchronize(<cupyEvent>&done)),
              "device 99": text(b.set_device(99))}
    _check(b, b.event_create(&event, 0), "event_create")
    errors["elapsed without timing"] = text(b.event_elapsed(&milliseconds, event, event))
    _check(b, b.event_destroy(event), "event_destroy")
    _check(b, b.event_create(&event, 1), "event_create")
    errors["elapsed before recording"] = text(b.event_elapsed(&milliseconds, event, event))
    _check(b, b.event_destroy(event), "event_destroy")
    errors["event destroyed twice"] = text(b.event_destroy(event))
    errors["allocation of everything"] = text(b.mem_alloc(<size_t>-1, &address))
    if backend_name == "host":
        _check(b, b.mem_alloc(8, &address), "mem_alloc")
        _check(b, b.mem_free(address), "mem_free")
        errors["freed twice"] = text(b.mem_free(address))
    return errors


def time_launches(str backend_name, str op, list inputs, output, int count):
    """Return the nanoseconds of one launch on resident operands, the mean of ``count``: a backend's own cost."""
    cdef cupyBackend* backend = _backend(backend_name)
    cdef cupyPlan* plan
    cdef cupyOperand operands[4]
    cdef cupyAttr attrs[1]
    cdef _Block block
    cdef int k, i, rc = 0
    cdef int n = len(inputs) + 1
    if n > 4:
        raise ValueError("at most three inputs")
    plan = _resolve(backend, op, plan_dtypes(op, [value.dtype for value in (*inputs, output)]))
    memset(operands, 0, sizeof(operands))
    memset(attrs, 0, sizeof(attrs))
    blocks = []
    for k, value in enumerate((*inputs, output)):
        block = _Block(value)
        block.upload(backend)
        block.operand(&operands[k])
        blocks.append(block)
    started = time.perf_counter_ns()
    for i in range(count):
        rc = plan.launch(plan, operands, n, attrs, NULL)
        if rc != CUPY_OK:
            break
    elapsed = time.perf_counter_ns() - started
    _check(backend, rc, op)
    return elapsed / count
