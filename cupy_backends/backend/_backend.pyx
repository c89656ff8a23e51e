"""The active backend, chosen at the first use of a device, and the errors of its calls."""

import importlib
import os

from cpython.pycapsule cimport PyCapsule_GetPointer

from fastrlock.rlock import FastRLock

from cupy_backends.backend.errors import BackendError, OutOfMemoryError, PerformanceWarning, compact

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
cdef object _warned = set()  # operations
cdef bint _slow_double = False
_FLOAT32_ADVICE = ("If float32 is precise enough, ask for it (dtype=cupy.float32, x.astype(cupy.float32)), or set "
                   "CUPY_FLOAT64=float32, which puts it in the place of float64 everywhere")
_PACKAGES = ("cupy", "cupyx", "cupy_backends")
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
    launches = tuple(error.launches.decode(errors="replace").splitlines())
    for text in (compact(error.message.decode(errors="replace")), error.advice.decode(errors="replace").strip()):
        if text:
            parts.append(text)
    if launches:
        parts.append("last launches, newest first:\n    " + "\n    ".join(launches))
    kind = getattr(_module, "error_class", BackendError)
    return kind("\n  ".join(parts), error.code, name, call, op, dtypes, shapes, launches)


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
    plan.attention = _watch is not NULL
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
    for k in range(n):
        if operands[k].block is CUPY_LOST_BLOCK:
            raise BackendError(f"{_describe(plan, operands, n)}: the memory of operand {k} was lost when its device "
                               "was reset", op=cupy_op_info[plan.op].name.decode())
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
        plan.attention = watch is not NULL
    return 0


cdef int launch_attended(cupyPlan* plan, cupyOperand* operands, int n, const cupyAttr* attrs, cupyStream stream) except -1:
    """The door for launches while somebody watches."""
    cdef int rc = _watch(plan, operands, n, attrs, stream)
    if rc != CUPY_OK:
        return launch_failed(plan, operands, n, rc)
    return 0


cdef str fallback(bint simulated):
    """Return what CUPY_FALLBACK asks for when an operation runs on the host: warn, silent or error."""
    global _fallback
    if _fallback is None:
        chosen = os.environ.get("CUPY_FALLBACK") or ("silent" if simulated else "warn")
        if chosen not in ("warn", "silent", "error"):
            raise ValueError(f"CUPY_FALLBACK={chosen!r}: expected warn, silent or error")
        _fallback = chosen
    return _fallback


cdef str _plan_text(cupyPlan* plan):
    given = ", ".join([_DTYPE_NAMES[plan.dtypes[i]] for i in range(plan.ndtypes)])
    return f"{cupy_op_info[plan.op].name.decode()}({given})"


cdef int note_host_route(cupyPlan* plan) except -1:
    """Warn at an operation's first run on the host, or refuse it, as CUPY_FALLBACK asks."""
    global _slow_double
    name = cupy_op_info[plan.op].name.decode()
    if _fallback == "warn" and name in _warned:
        return 0
    _warned.add(name)
    why = plan.why.decode() if plan.why is not NULL else "no operator of the device covers it"
    text = f"{_plan_text(plan)} runs on the host: {why}."
    if _fallback == "error":
        dtypes = tuple([_DTYPE_NAMES[plan.dtypes[i]] for i in range(plan.ndtypes)])
        raise BackendError(f"{text} CUPY_FALLBACK=error refuses that; CUPY_FALLBACK=warn or CUPY_FALLBACK=silent lets it run; "
                           f"cupy.show_routes({name!r}) lists the dtypes that stay on the device",
                           op=name, dtypes=dtypes)
    text += (f" cupy.show_routes({name!r}) says what stays on the device; "
             "CUPY_FALLBACK=silent hides this, =error refuses it")
    if not _slow_double and _has_double(plan):
        _slow_double = True
        text += f". {_FLOAT32_ADVICE}"
    return _warn(text)


cdef bint _has_double(cupyPlan* plan) noexcept:
    for i in range(plan.ndtypes):
        if plan.dtypes[i] == CUPY_FLOAT64 or plan.dtypes[i] == CUPY_COMPLEX128:
            return True
    return False


cdef int note_slow_double(cupyPlan* plan) except -1:
    """Warn once about float64 that the device's fast units do not compute."""
    global _slow_double
    if _slow_double:
        return 0
    _slow_double = True
    unit = plan.unit.decode() if plan.unit is not NULL else "a slower unit"
    return _warn(f"{_plan_text(plan)} runs on {unit}, which is slow: the fast units of this device have no float64 "
                 f"for it. {_FLOAT32_ADVICE}")


cdef int _warn(str text) except -1:
    """Warn at the line of the user: the innermost one outside this package."""
    import sys
    import warnings
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] in _PACKAGES:
        frame, level = frame.f_back, level + 1
    warnings.warn(text, PerformanceWarning, stacklevel=level)
    return 0


def device_name():
    """Return what the current device is called."""
    cdef char[64] name
    cdef int device = 0
    check(active().get_device(&device), "asking for the device")
    check(active().device_name(device, name, sizeof(name)), "asking for the device's name")
    return (<char*>name).decode(errors="replace")


def backend_name():
    """Return the name of the active backend."""
    return active().name.decode()


def ops():
    """Return the names of the contract's ops in order."""
    return list(_op_index)


def plans():
    """Return one dict per resolved plan: op, dtypes, route, how, why, unit, note, launches, host_runs."""
    cdef cupyPlan* plan
    result = []
    for address in _plans:
        plan = <cupyPlan*><size_t>address
        result.append(_facts(plan))
    return result


def route(str op, dtypes):
    """Return how `op` would be carried out on operands of `dtypes`, as one dict of :func:`plans`; counts nothing."""
    cdef int8_t codes[CUPY_MAX_PLAN_DTYPES]
    cdef int k
    names = list(dtypes)
    if not 0 < len(names) <= CUPY_MAX_PLAN_DTYPES:
        raise ValueError(f"{op}: {len(names)} dtypes, expected 1 to {CUPY_MAX_PLAN_DTYPES}")
    for k, name in enumerate(names):
        codes[k] = _DTYPE_NAMES.index(name)
    return _facts(resolve(op_index(op), codes, len(names)))


cdef dict _facts(cupyPlan* plan):
    return {
        "op": cupy_op_info[plan.op].name.decode(),
        "dtypes": tuple([_DTYPE_NAMES[plan.dtypes[i]] for i in range(plan.ndtypes)]),
        "route": _ROUTE_NAMES[plan.route],
        "how": plan.how.decode() if plan.how is not NULL else "",
        "why": plan.why.decode() if plan.why is not NULL else "",
        "unit": plan.unit.decode() if plan.unit is not NULL else "",
        "note": plan.note.decode() if plan.note is not NULL else "",
        "launches": plan.launches,
        "host_runs": plan.host_runs,
    }


def is_simulator():
    """Return whether the device is the processor itself."""
    active()
    return getattr(_module, "is_simulator", lambda: True)()


def begin_batch():
    """Let the backend run this thread's element-wise launches together, if it can; return whether it does."""
    active()
    return getattr(_module, "begin_batch", bool)()


def end_batch(moving, total):
    """Run what was launched since :func:`begin_batch` returned True, on the first elements of the arrays at `moving`.

    Return whether the same was done for their further elements, up to `total`.
    """
    return _module.end_batch(moving, total)


def counters():
    """Return totals by name: launches, and what the backend counts of its own."""
    active()
    launches = sum([(<cupyPlan*><size_t>address).launches for address in _plans])
    return {"launches": launches} | getattr(_module, "counters", dict)()


def reset_counters():
    """Set the counts of every plan to zero."""
    for address in _plans:
        (<cupyPlan*><size_t>address).launches = 0
        (<cupyPlan*><size_t>address).host_runs = 0
