"""The active backend, chosen at the first use of a device, and the errors of its calls."""

import importlib
import os

from cpython.pycapsule cimport PyCapsule_GetPointer

from fastrlock.rlock import FastRLock

from cupy_backends.backend.errors import BackendError, OutOfMemoryError, PerformanceWarning

_BACKENDS = ("ascend", "host", "null")
_DTYPE_NAMES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
)
_ROUTE_NAMES = ("native", "reinterpret", "cast", "composite", "host")

cdef cupyBackend* _active = NULL
cdef object _loading = FastRLock()  # two threads may use a device for the first time together
cdef object _module = None
cdef list _plans = []
cdef dict _op_index = {}
cdef object _fallback = None
cdef WatchFn _watch = NULL

for _i in range(CUPY_NUM_OPS):
    _op_index[cupy_op_info[_i].name.decode()] = _i


cdef cupyBackend* active() except NULL:
    """Return the backend, loading it if this is the first use."""
    if _active is not NULL:
        return _active
    with _loading:
        if _active is NULL:
            load()
    return _active


cdef int load() except -1:
    global _active, _module
    name = os.environ.get("CUPY_BACKEND", "ascend")
    if name not in _BACKENDS:
        raise ValueError(f"CUPY_BACKEND={name!r} is unknown; choose one of {', '.join(_BACKENDS)}")
    module = importlib.import_module(f"cupy_backends.{name}._{name}")
    _module = module
    _active = <cupyBackend*>PyCapsule_GetPointer(module.backend_capsule(), b"cupyBackend")
    return 0


cdef int op_index(str name) except -1:
    """Return the number of op ``name`` of the contract."""
    try:
        return _op_index[name]
    except KeyError:
        raise ValueError(f"{name!r} is not an operation of the contract") from None


cdef object _failure(str doing, object op=None, tuple dtypes=(), tuple shapes=()):
    """Build the exception for the calling thread's last failed backend call."""
    cdef cupyError error
    active().last_error(&error)
    name, call = error.name.decode(errors="replace"), error.call.decode(errors="replace")
    parts = [f"{doing}: {call} returned {error.code} ({name})" if call else doing]
    for text in (error.message.decode(errors="replace").strip(), error.advice.decode(errors="replace").strip()):
        if text:
            parts.append(text)
    kind = getattr(_module, "error_class", BackendError)
    return kind("\n  ".join(parts), error.code, name, call, op, dtypes, shapes)


cdef int check(int rc, str doing="backend call") except -1:
    """Raise the exception that belongs to ``rc``; ``doing`` says what was attempted."""
    if rc == CUPY_OK:
        return 0
    if rc == CUPY_PYTHON_ERROR:
        from cupy_backends.host._host import take_exception
        raise take_exception()
    error = _failure(doing)
    if rc == CUPY_OUT_OF_MEMORY:
        raise OutOfMemoryError(str(error))
    raise error


cdef cupyPlan* resolve(int op, const int8_t* dtypes, int n) except NULL:
    """Return the backend's plan for ``op`` on operands of ``dtypes``."""
    cdef cupyPlan* plan = active().resolve(op, dtypes, n)
    if plan is NULL:
        given = ", ".join([_DTYPE_NAMES[dtypes[i]] for i in range(n)])
        name = cupy_op_info[op].name.decode()
        raise _failure(f"{name}({given}): no route on this backend", name)
    for known in _plans:
        if <size_t>known == <size_t>plan:
            return plan
    _plans.append(<size_t>plan)
    plan.attention = plan.route == CUPY_ROUTE_HOST or _watch is not NULL
    return plan


cdef str _describe(cupyPlan* plan, cupyOperand* operands, int n):
    """Return ``op(dtype[shape] strides, ...)`` for messages."""
    texts = []
    cdef cupyOperand* o
    for k in range(n):
        o = &operands[k]
        if o.block is NULL:
            texts.append(f"{_DTYPE_NAMES[o.dtype]} scalar")
            continue
        shape = tuple([o.shape[i] for i in range(o.ndim)])
        strides = tuple([o.strides[i] for i in range(o.ndim)])
        texts.append(f"{_DTYPE_NAMES[o.dtype]}{list(shape)}" + ("" if o.contiguous else f" strides {strides}"))
    return f"{cupy_op_info[plan.op].name.decode()}({', '.join(texts)})"


cdef int launch_failed(cupyPlan* plan, cupyOperand* operands, int n, int rc) except -1:
    """Raise for a launch that returned `rc`, with what was launched."""
    if rc != CUPY_FAILED:
        return check(rc, _describe(plan, operands, n))
    dtypes = tuple([_DTYPE_NAMES[operands[k].dtype] for k in range(n)])
    shapes = tuple([None if operands[k].block is NULL else
                    tuple([operands[k].shape[i] for i in range(operands[k].ndim)]) for k in range(n)])
    raise _failure(_describe(plan, operands, n), cupy_op_info[plan.op].name.decode(), dtypes, shapes)


cdef int watch_launches(WatchFn watch) except -1:
    """Let `watch` carry out every launch from now on; NULL ends that."""
    global _watch
    cdef cupyPlan* plan
    _watch = watch
    for address in _plans:
        plan = <cupyPlan*><size_t>address
        plan.attention = plan.route == CUPY_ROUTE_HOST or watch is not NULL
    return 0


cdef int launch_attended(cupyPlan* plan, cupyOperand* operands, int n, const cupyAttr* attrs, cupyStream stream) except -1:
    """The door for launches that run on the host or are watched; the work of either hides the cost."""
    cdef int rc
    if plan.route == CUPY_ROUTE_HOST:
        note_host_route(plan)
    if _watch is not NULL:
        rc = _watch(plan, operands, n, attrs, stream)
    else:
        with nogil:
            rc = plan.launch(plan, operands, n, attrs, stream)
    if rc != CUPY_OK:
        return launch_failed(plan, operands, n, rc)
    return 0


cdef int note_host_route(cupyPlan* plan) except -1:
    """Warn once, or refuse, as CUPY_FALLBACK asks; the count itself is the plan's."""
    global _fallback
    if _fallback is None:
        default = "silent" if getattr(_module, "is_simulator", lambda: True)() else "warn"
        _fallback = os.environ.get("CUPY_FALLBACK", default)
        if _fallback not in ("warn", "silent", "error"):
            raise ValueError(f"CUPY_FALLBACK={_fallback!r}: expected warn, silent or error")
    if _fallback == "silent" or plan.launches != 1 and _fallback == "warn":
        return 0
    name = cupy_op_info[plan.op].name.decode()
    given = ", ".join([_DTYPE_NAMES[plan.dtypes[i]] for i in range(plan.ndtypes)])
    why = plan.why.decode() if plan.why is not NULL else "no operator of the device covers it"
    text = (f"{name}({given}) runs on the host: {why}. "
            "See cupy.show_routes(); CUPY_FALLBACK=silent hides this, =error refuses it")
    if _fallback == "error":
        raise BackendError(text, op=name)
    import sys
    import warnings
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("cupy"):
        frame, level = frame.f_back, level + 1  # point at the line of the user
    warnings.warn(text, PerformanceWarning, stacklevel=level)
    return 0


def backend_name():
    """Return the name of the active backend."""
    return active().name.decode()


def ops():
    """Return the names of the contract's ops in order."""
    return list(_op_index)


def plans():
    """Return one dict per resolved plan: op, dtypes, route, how, why, launches."""
    cdef cupyPlan* plan
    result = []
    for address in _plans:
        plan = <cupyPlan*><size_t>address
        result.append({
            "op": cupy_op_info[plan.op].name.decode(),
            "dtypes": tuple([_DTYPE_NAMES[plan.dtypes[i]] for i in range(plan.ndtypes)]),
            "route": _ROUTE_NAMES[plan.route],
            "how": plan.how.decode() if plan.how is not NULL else "",
            "why": plan.why.decode() if plan.why is not NULL else "",
            "launches": plan.launches,
        })
    return result


def counters():
    """Return totals by name: launches, and what the backend counts of its own."""
    active()
    launches = sum([(<cupyPlan*><size_t>address).launches for address in _plans])
    return {"launches": launches} | getattr(_module, "counters", dict)()


def reset_counters():
    """Set the launch count of every plan to zero."""
    for address in _plans:
        (<cupyPlan*><size_t>address).launches = 0
