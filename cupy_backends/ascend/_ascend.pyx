# distutils: language = c++
"""Makes the Ascend backend's function table and its facts available to Python."""

import atexit
import glob
import importlib.util
import os

from cpython.pycapsule cimport PyCapsule_New
from libc.stdint cimport int64_t, uint64_t

from cupy_backends.backend._backend cimport (
    CUPY_OK, CUPY_PYTHON_ERROR, cupyError, cupyPlan, fallback, note_host_route, note_slow_double, op_index)
from cupy_backends.host cimport _host

from cupy_backends import cannsim
from cupy_backends.ascend.errors import AscendError
from cupy_backends.backend.errors import compact

_DTYPES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
)
_ROUTES = ("native", "reinterpret", "cast", "composite", "host")

error_class = AscendError  # what the core raises for a failing launch

cdef bint _configured = False


def _blas():
    """Return the path of the OpenBLAS inside NumPy's wheel, or None."""
    folder = os.path.dirname(os.path.dirname(importlib.util.find_spec("numpy").origin))
    found = glob.glob(os.path.join(folder, "numpy.libs", "*openblas*"))
    return found[0] if found else None


cdef int _configure() except -1:
    """Say where the simulator is and who computes on the host; loads nothing."""
    global _configured
    if _configured:
        return 0
    path = os.environ.get("CUPY_CANNSIM") or cannsim.library()
    cupy_ascend_set_simulator(os.fsencode(os.path.abspath(path)))
    blas = _blas()
    if blas is not None:
        os.environ.setdefault("CANNSIM_BLAS", blas)  # read by the simulator at its first matrix product
    cupy_ascend_set_host(_host.run, _host.random_stream())
    _configured = True
    return 0


def _release():
    with nogil:  # host functions that are still queued take the interpreter's lock
        cupy_ascend_release()


cdef object _failure(str doing):
    cdef cupyError error
    cupy_ascend_backend().last_error(&error)
    name, call = error.name.decode(errors="replace"), error.call.decode(errors="replace")
    texts = [f"{doing}: {call}: {error.code} ({name})"]
    texts += [t for t in (compact(error.message.decode(errors="replace")), error.advice.decode(errors="replace")) if t]
    return AscendError("\n  ".join(texts), error.code, name, call)


cdef int _note(cupyPlan* plan, int on_host) noexcept with gil:
    try:
        if on_host:
            note_host_route(plan)
        else:
            note_slow_double(plan)
    except BaseException as error:
        _host.keep_exception(error)
        return CUPY_PYTHON_ERROR
    return CUPY_OK


cdef cupyBackend* backend() except NULL:
    """Return the function table, loading CANN or the simulator if this is the first use."""
    _configure()
    if not cupy_ascend_is_loaded():
        if cupy_ascend_load() != 0:
            raise _failure("no Ascend device can be used")
        atexit.register(_release)
        if cupy_ascend_is_simulator():
            from cupy_backends.ascend import _numpy_loops
            _numpy_loops.register()
        if fallback(cupy_ascend_is_simulator()) != "silent":
            cupy_ascend_set_note(_note)
    return cupy_ascend_backend()


def symbol(str name):
    """Return the address of a function of the loaded libraries, 0 when it is missing."""
    backend()
    return <size_t>cupy_ascend_symbol(name.encode())


def backend_capsule():
    """Return the backend's function table in a capsule."""
    return PyCapsule_New(backend(), b"cupyBackend", NULL)


def is_simulator():
    """Return whether the device is simulated."""
    backend()
    return bool(cupy_ascend_is_simulator())


ctypedef int (*BeginBatch)() noexcept
ctypedef int (*EndBatch)(const void**, int, int64_t) noexcept
cdef BeginBatch _begin_batch = NULL
cdef EndBatch _end_batch = NULL


def begin_batch():
    """Let the simulator run this thread's element-wise operators together and block by block; return whether it does."""
    global _begin_batch, _end_batch
    if _end_batch is NULL:
        if not is_simulator():
            return False
        _begin_batch = <BeginBatch><size_t>symbol("cannsimBeginBatch")
        _end_batch = <EndBatch><size_t>symbol("cannsimEndBatch")
    return _end_batch is not NULL and bool(_begin_batch())


def end_batch(moving, total):
    """Run what was launched since :func:`begin_batch` returned True, on the first elements of the arrays at `moving`.

    Return whether the same was done for their further elements, up to `total`.
    """
    cdef const void* places[64]
    cdef int i, count = min(<int>len(moving), 64)
    for i in range(count):
        places[i] = <const void*><size_t>moving[i]
    return bool(_end_batch(places, count if count == len(moving) else 0, total))


def soc_name():
    """Return the chip's name as CANN gives it."""
    backend()
    return cupy_ascend_soc().decode()


def soc_family():
    """Return the chip family that decides which dtypes the operators take."""
    backend()
    return cupy_ascend_family().decode()


def library_info():
    """Return what was opened: ``(name, path, problem)`` per library, and the functions that are missing.

    Never raises: what could not be loaded is part of the answer.
    """
    cdef const char* name
    cdef const char* path
    cdef const char* problem
    cdef int available, i = 0
    failure = None
    try:
        backend()
    except AscendError as error:
        failure = str(error)
    libraries, functions = [], {}
    while cupy_ascend_library(i, &name, &path, &problem):
        libraries.append((name.decode(), path.decode(errors="replace"), problem.decode(errors="replace")))
        i += 1
    i = 0
    while cupy_ascend_function(i, &name, &available):
        functions[name.decode()] = bool(available)
        i += 1
    return {
        "error": failure,
        "simulator": bool(cupy_ascend_is_simulator()),
        "soc": cupy_ascend_soc().decode(),
        "family": cupy_ascend_family().decode(),
        "libraries": libraries,
        "functions": functions,
    }


def routes(op=None):
    """Return one dict per resolved plan (of ``op``): op, dtypes, route, how, why, unit, launches,
    host_runs, note."""
    cdef const cupyPlan* plan
    cdef int i = 0, wanted = -1 if op is None else op_index(op)
    names = _op_names()
    result = []
    while True:
        plan = cupy_ascend_plan(i)
        if plan is NULL:
            return result
        i += 1
        if wanted >= 0 and plan.op != wanted:
            continue
        result.append({
            "op": names[plan.op],
            "dtypes": tuple([_DTYPES[plan.dtypes[k]] for k in range(plan.ndtypes)]),
            "route": _ROUTES[plan.route],
            "how": plan.how.decode(),
            "why": plan.why.decode() if plan.why is not NULL else "",
            "launches": plan.launches,
            "unit": plan.unit.decode() if plan.unit is not NULL else "",
            "host_runs": plan.host_runs,
            "note": plan.note.decode() if plan.note is not NULL else "",
        })


def _op_names():
    from cupy_backends.backend._backend import ops
    return ops()


def counters():
    """Return the totals since the last :func:`reset_counters`; those of the simulator begin with the process."""
    cdef cupyAscendCounters values
    cdef cannsimCounterValues simulated
    cdef void (*simulator)(cannsimCounterValues*) noexcept
    cupy_ascend_counters(&values)
    found = {
        "calls": values.calls,
        "first_phases": values.first_phases,
        "host_runs": values.host_runs,
        "scratch_allocs": values.scratch_allocs,
        "constants": values.constants,
        "executors": values.executors,
        "executor_room": values.executor_room,
    }
    simulator = <void (*)(cannsimCounterValues*) noexcept>cupy_ascend_symbol(b"cannsimCounters")
    if simulator is not NULL:
        simulator(&simulated)
        found |= {
            "allocations": simulated.allocations,
            "frees": simulated.frees,
            "synchronizations": simulated.synchronizations,
            "bytes_host_to_device": simulated.bytes_host_to_device,
            "bytes_device_to_host": simulated.bytes_device_to_host,
            "bytes_device_to_device": simulated.bytes_device_to_device,
        }
    return found


def reset_counters():
    """Set every counter to zero."""
    cupy_ascend_reset_counters()
