"""Reductions and scans: from NumPy's arguments to one launch over collapsed axes."""

from libc.stdint cimport int8_t, int64_t
from libc.string cimport memset

import numpy

from cupy._core._dtype cimport code_of, dtype_object, itemsizes, pack, unpack
from cupy._core._elementwise cimport as_contiguous, converted, copy_into
from cupy._core._memory cimport current, ensure_current
from cupy._core._ndarray cimport (
    C_CONTIGUOUS, MAX_RANK, WRITEABLE, fill_operand, ndarray, new_array, new_view, overlaps, shape_tuple)
from cupy._core._ufunc cimport Loop, ufunc
from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport (
    CUPY_BOOL, CUPY_FLOAT16, CUPY_INT64, CUPY_UINT8, CUPY_UINT64, cupyAttr, cupyOperand, cupyPlan)

from cupy._core._axes import normalize_axes, normalize_axis
from cupy._core._creation import asarray, empty, full
from cupy._core._ndarray import install
from cupy._core._ufunc import as_mask

cdef enum:
    DEVICE_RANK = 8

cdef dict _ROWS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logical_or": "any",
                   "logical_and": "all"}
cdef dict _SCANS = {"add": "cumsum", "multiply": "cumprod", "maximum": "cummax", "minimum": "cummin"}
# Functions whose grouping does not matter can be reduced by halves; the others go one element at a time.
cdef frozenset _ASSOCIATIVE = frozenset(("bitwise_and", "bitwise_or", "bitwise_xor", "logical_xor", "fmax", "fmin",
                                         "gcd", "lcm", "logaddexp", "logaddexp2", "hypot"))
cdef frozenset _LOGICAL = frozenset(("logical_and", "logical_or", "logical_xor"))
cdef object _no_value = numpy._NoValue

# Plans by row and dtypes, so that a repeated call resolves nothing.
cdef dict _plan_cache = {}


cdef cupyPlan* plan_for(str row, int source, int target) except NULL:
    cdef int8_t[2] codes
    key = (row, source, target)
    found = _plan_cache.get(key)
    if found is None:
        codes[0] = source
        codes[1] = target
        found = <size_t>_backend.resolve(_backend.op_index(row), codes, 2)
        _plan_cache[key] = found
    return <cupyPlan*><size_t>found


cdef int accumulator_code(ufunc u, ndarray a, object dtype, ndarray out) except -1:
    """Return the dtype a reduction of `a` computes in, by NumPy's rule for narrow integers."""
    if dtype is not None:
        return code_of(dtype)
    if out is not None:
        return out.code
    if u.__name__ in ("add", "multiply"):
        if a.code < CUPY_INT64:
            return CUPY_INT64
        if CUPY_UINT8 <= a.code < CUPY_UINT64:
            return CUPY_UINT64
    return a.code


cdef object no_loop(ufunc u):
    return TypeError(f"No loop matching the specified signature and casting was found for ufunc {u.__name__}")


cdef int truth_code(ufunc u, object dtype) except -1:
    if dtype is not None and code_of(dtype) != CUPY_BOOL:
        raise no_loop(u)
    return CUPY_BOOL


cdef int closed_code(ufunc u, int code) except -1:
    """Return the dtype in which `u` is applied to its own results, given operands of dtype `code`."""
    cdef Loop* loop = u.loop(code, code)
    if loop.codes[0] != loop.codes[2] or loop.codes[1] != loop.codes[2]:
        raise no_loop(u)
    return loop.codes[2]


cdef object initial_value(object initial, int code):
    """Return the first value of a reduction in its dtype, as NumPy assigns it to an element."""
    cdef unsigned char[16] scalar
    if isinstance(initial, ndarray):
        return converted(<ndarray>initial, code)
    pack(initial, code, scalar)
    return unpack(code, scalar)


cdef int launch_reduction(cupyPlan* plan, ndarray a, const bint* is_reduced, ndarray out) except -1:
    """Reduce `a` over the marked axes into contiguous `out`, whose shape is what remains; merges axes first.

    Returns -2 without a launch where that is not possible: nothing to reduce, or too many axes left.
    """
    cdef int64_t[MAX_RANK] shape, strides, reduced_axes, out_shape, out_strides
    cdef bint[MAX_RANK] kind
    cdef int[MAX_RANK] order
    cdef cupyOperand[2] operands
    cdef cupyAttr attr
    cdef int64_t step
    cdef int i, k, axis, m = 0, kept = 0, n_reduced = 0
    cdef bint everything = True
    for i in range(a.rank):
        order[i] = i
        everything = everything and is_reduced[i]
    if everything:  # the order does not matter: walk the memory
        for i in range(1, a.rank):
            axis = order[i]
            k = i
            while k > 0 and _distance(a, order[k - 1]) < _distance(a, axis):
                order[k] = order[k - 1]
                k -= 1
            order[k] = axis
    for i in range(a.rank):
        axis = order[i]
        if a.dims[axis] == 1:
            continue
        if m and kind[m - 1] == is_reduced[axis] and strides[m - 1] == a.dims[axis] * a.dims[a.rank + axis]:
            shape[m - 1] *= a.dims[axis]
            strides[m - 1] = a.dims[a.rank + axis]
        else:
            shape[m] = a.dims[axis]
            strides[m] = a.dims[a.rank + axis]
            kind[m] = is_reduced[axis]
            m += 1
    for i in range(m):
        if kind[i]:
            reduced_axes[n_reduced] = i
            n_reduced += 1
        else:
            out_shape[kept] = shape[i]
            kept += 1
    if m > DEVICE_RANK or n_reduced == 0:
        return -2
    step = itemsizes[out.code]
    for i in range(kept - 1, -1, -1):
        out_strides[i] = step
        step *= out_shape[i]
    fill_operand(&operands[0], a)
    operands[0].shape = shape
    operands[0].strides = strides
    operands[0].ndim = m
    step = itemsizes[a.code]
    operands[0].contiguous = True
    for i in range(m - 1, -1, -1):
        if strides[i] != step:
            operands[0].contiguous = False
        step *= shape[i]
    fill_operand(&operands[1], out)
    operands[1].shape = out_shape
    operands[1].strides = out_strides
    operands[1].ndim = kept
    attr.list = reduced_axes
    attr.count = n_reduced
    ensure_current()
    return _backend.launch(plan, operands, 2, &attr, current().stream, a.size)


cdef inline Py_ssize_t _distance(ndarray a, int axis) noexcept:
    return -a.dims[a.rank + axis] if a.dims[a.rank + axis] < 0 else a.dims[a.rank + axis]


cdef object along_axis(ndarray a, object axis, bint keepdims, str row, int code):
    """Reduce over one axis or all, the common case; None where the general way has to be taken."""
    cdef bint[MAX_RANK] is_reduced
    cdef Py_ssize_t[MAX_RANK] shape
    cdef ndarray out
    cdef int i, n = 0, chosen
    memset(is_reduced, 0, sizeof(is_reduced))
    if axis is None:
        for i in range(a.rank):
            is_reduced[i] = True
    elif type(axis) is int and -a.rank <= axis < a.rank:
        chosen = axis
        is_reduced[chosen + a.rank if chosen < 0 else chosen] = True
    else:
        return None
    if a.size == 0:
        return None
    for i in range(a.rank):
        if not is_reduced[i]:
            shape[n] = a.dims[i]
            n += 1
    out = new_array(code, n, shape)
    if launch_reduction(plan_for(row, a.code, code), a, is_reduced, out) == -2:
        return None
    if not keepdims:
        return out
    for i in range(a.rank):
        shape[i] = 1 if is_reduced[i] else a.dims[i]
    return out.reshape(tuple([shape[i] for i in range(a.rank)]))


cdef int reduce_by_row(str row, ndarray a, tuple axes, ndarray out) except -1:
    """Reduce by one row of the contract, in stages if the collapsed rank is beyond the device's."""
    cdef bint[MAX_RANK] is_reduced
    cdef ndarray stage
    cdef int rc
    memset(is_reduced, 0, sizeof(is_reduced))
    for i in axes:
        is_reduced[<int>i] = True
    rc = launch_reduction(plan_for(row, a.code, out.code), a, is_reduced, out)
    if rc != -2:
        return rc
    if all(a.dims[<int>i] == 1 for i in axes):  # nothing to combine
        copy_into(out.reshape(shape_tuple(a)), a if row not in ("any", "all", "count_nonzero") else a != 0)
        return 0
    last = axes[len(axes) - 1]
    if len(axes) > 1:
        rest = axes[:len(axes) - 1]
        stage = empty(tuple([n for i, n in enumerate(shape_tuple(a)) if i != last]), out.dtype)
        reduce_by_row(row, a, (last,), stage)
        return reduce_by_row("sum" if row == "count_nonzero" else row, stage, rest, out)
    # One axis: as (before, axis, after) the rank is three.
    shape = (int(numpy.prod(shape_tuple(a)[:last])), a.dims[<int>last], -1)
    return reduce_by_row(row, as_contiguous(a).reshape(shape), (1,), out)


cdef ndarray with_kept_axes(ndarray result, ndarray a, tuple axes):
    """Return `result` seen with extent 1 at the reduced axes."""
    return result.reshape(tuple([1 if i in axes else n for i, n in enumerate(shape_tuple(a))]))


cdef object finish(ndarray result, ndarray a, tuple axes, bint keepdims, ndarray out, str name):
    """Return the result with its axes kept if asked, in `out` if given."""
    if keepdims:
        result = with_kept_axes(result, a, axes)
    if out is None:
        return result
    if shape_tuple(out) != shape_tuple(result):
        raise ValueError(f"output parameter for reduction operation {name} has the wrong shape "
                         f"{shape_tuple(out)}; expected {shape_tuple(result)}")
    if not out.bits & WRITEABLE:
        raise ValueError("output array is read-only")
    copy_into(out, result)
    return out


def reduce(ufunc u, array, axis=0, dtype=None, out=None, keepdims=False, initial=_no_value, where=True):
    """The body of ``ufunc.reduce`` and of the functions built on it."""
    cdef ndarray a = asarray(array), result, target
    cdef int code, source
    cdef str row
    if u.nin != 2 or u.nout != 1:
        raise ValueError("reduce only supported for binary functions")
    if isinstance(out, tuple):
        if len(out) != 1:
            raise ValueError("The 'out' tuple must have exactly one entry")
        out = out[0]
    if out is not None and not isinstance(out, ndarray):
        raise TypeError(f"output must be a cupy.ndarray, not {type(out).__name__}")
    axes = normalize_axes(axis, a.rank)
    row = _ROWS.get(u.__name__)
    code = accumulator_code(u, a, dtype, out)
    logical = row in ("any", "all")  # their input keeps its dtype
    if u.__name__ in _LOGICAL:
        code = truth_code(u, dtype)
    elif row is None:
        code = closed_code(u, code)
    if row is None and len(axes) > 1 and not logical and u.__name__ not in _ASSOCIATIVE:
        raise ValueError(f"reduction operation '{u.__name__}' is not reorderable, so at most one axis may be specified")
    if where is not True:
        where = as_mask(where)
    length = 1
    for i in axes:
        length *= a.dims[<int>i]
    given = initial is not _no_value and initial is not None
    if given:
        initial = initial_value(initial, code)
    identity = u.identity if u.identity is not None or not given else initial
    if u.__name__ in ("logical_or", "logical_and"):
        identity = bool(identity)
    if where is not True:
        if identity is None or initial is None:
            raise ValueError(f"reduction operation '{u.__name__}' does not have an identity, so to use a where mask "
                             "one has to specify 'initial'")
        from cupy._core.ufuncs import where as select
        a = select(where, a, numpy.asarray(identity).astype(a.dtype)[()])
    shape = tuple([n for i, n in enumerate(shape_tuple(a)) if i not in axes])
    if length == 0:
        if identity is None or initial is None:
            raise ValueError(f"zero-size array to reduction operation {u.__name__} which has no identity")
        return finish(full(shape, initial if given else identity, dtype_object(code)), a, axes, keepdims, out,
                      u.__name__)
    result = empty(shape, dtype_object(code))
    if result.size:
        if row is None or a.rank == 0 or not axes:
            result = combine(u, converted(a, code) if row is None or not logical else a, axes, result)
        else:
            # Sums convert on their way; what only selects elements is converted before.
            reduce_by_row(row, a if row in ("sum", "prod") or logical else converted(a, code), axes, result)
    if given:
        result = u(result, initial, dtype=None if logical else dtype_object(code))
    return finish(result, a, axes, keepdims, out, u.__name__)


cdef ndarray combine(ufunc u, ndarray a, tuple axes, ndarray result):
    """Reduce with the function itself, where no row does it."""
    cdef ndarray part
    if not axes:
        copy_into(result, a)
        return result
    for axis in reversed(axes):
        part = a.transpose((axis,) + tuple([i for i in range(a.rank) if i != axis]))
        while part.dims[0] > 1:
            n = part.dims[0]
            if u.__name__ in _ASSOCIATIVE:
                half = n // 2
                joined = u(part[:half], part[half:2 * half])
                if n % 2:
                    joined[0] = u(joined[0], part[n - 1])
                part = joined
            else:
                joined = part[0]
                for i in range(1, n):
                    joined = u(joined, part[i])
                part = (<ndarray>joined).reshape((1,) + joined.shape)
        a = part[0]
    return a if a.code == result.code else converted(a, result.code)


def accumulate(ufunc u, array, axis=0, dtype=None, out=None):
    """The body of ``ufunc.accumulate``."""
    cdef ndarray a = asarray(array), result
    cdef int code
    if u.nin != 2 or u.nout != 1:
        raise ValueError("accumulate only supported for binary functions")
    if a.rank == 0:
        raise TypeError("cannot accumulate on a scalar")
    if isinstance(out, tuple):
        out = out[0]
    axis = normalize_axis(axis, a.rank)
    code = accumulator_code(u, a, dtype, out)
    row = _SCANS.get(u.__name__)
    if u.__name__ in _LOGICAL:
        code = truth_code(u, dtype)
    elif row is None:
        code = closed_code(u, code)
    source = converted(a, code)
    result = empty(shape_tuple(a), dtype_object(code))
    if a.size and row is not None:
        scan(row, source, axis, result)
    elif a.size:
        lines, partial = (<ndarray>source).swapaxes(0, axis), result.swapaxes(0, axis)
        partial[0] = lines[0]
        for i in range(1, len(lines)):
            partial[i] = u(partial[i - 1], lines[i])
    if out is None:
        return result
    return finish(result, a, (), False, out, u.__name__)


cdef int scan(str row, ndarray a, int axis, ndarray out) except -1:
    """Scan along one axis; ranks beyond the device's become (before, axis, after)."""
    cdef cupyAttr attr
    cdef cupyOperand[2] operands
    if a.rank > DEVICE_RANK:
        shape = (int(numpy.prod(shape_tuple(a)[:axis])), a.dims[axis], -1)
        return scan(row, as_contiguous(a).reshape(shape), 1, out.reshape(shape))
    attr.i = axis
    fill_operand(&operands[0], a)
    fill_operand(&operands[1], out)
    ensure_current()
    return _backend.launch(plan_for(row, a.code, out.code), operands, 2, &attr, current().stream, a.size)


def reduceat(ufunc u, array, indices, axis=0, dtype=None, out=None):
    """The body of ``ufunc.reduceat``: one reduction per slice."""
    cdef ndarray a = asarray(array)
    axis = normalize_axis(axis, a.rank)
    starts = numpy.asarray(indices.get() if isinstance(indices, ndarray) else indices)
    n = a.dims[<int>axis]
    if starts.size and (starts.min() < 0 or starts.max() >= n):
        bad = starts[(starts < 0) | (starts >= n)][0]
        raise IndexError(f"index {bad} out-of-bounds in {u.__name__}.reduceat [0, {n})")
    lines = a.swapaxes(0, axis)
    ends = numpy.append(starts[1:], n)
    parts = [reduce(u, lines[i:max(i + 1, j)], 0, dtype) for i, j in zip(starts.tolist(), ends.tolist())]
    result = empty((len(parts),) + lines.shape[1:], parts[0].dtype if parts else a.dtype)
    for i, part in enumerate(parts):
        result[i] = part
    return finish(result.swapaxes(0, axis), a, (), False, out, u.__name__)


def at(ufunc u, ndarray a, indices, b=None):
    """The body of ``ufunc.at``."""
    from cupy._core._indexing import scatter
    modes = {"add": 1, "multiply": 2, "maximum": 3, "minimum": 4}
    if u.nin == 1:
        a[indices] = u(a[indices])
    elif b is None:
        raise ValueError(f"{u.__name__}.at needs a second operand")
    elif u.__name__ == "subtract":
        scatter(a, indices, -asarray(b), 1)
    elif u.__name__ in modes:
        scatter(a, indices, b, modes[u.__name__])
    else:
        raise NotImplementedError(f"{u.__name__}.at is not available; add, subtract, multiply, maximum and minimum are")


cdef object _ufuncs = None


cdef object by_name(str name):
    global _ufuncs
    if _ufuncs is None:
        from cupy._core import ufuncs
        _ufuncs = ufuncs
    return getattr(_ufuncs, name)


cdef inline bint plain(object dtype, object out, object initial, object where) noexcept:
    return dtype is None and out is None and initial is _no_value and where is True


def sum_(ndarray self, axis=None, dtype=None, out=None, keepdims=False, initial=_no_value, where=True):
    """Return the sum over `axis`; see :func:`cupy.sum`."""
    cdef object result = None
    if plain(dtype, out, initial, where):
        result = along_axis(self, axis, keepdims, "sum", accumulator_code(by_name("add"), self, None, None))
    return reduce(by_name("add"), self, axis, dtype, out, keepdims, initial, where) if result is None else result


def prod_(ndarray self, axis=None, dtype=None, out=None, keepdims=False, initial=_no_value, where=True):
    """Return the product over `axis`; see :func:`cupy.prod`."""
    return reduce(by_name("multiply"), self, axis, dtype, out, keepdims, initial, where)


def max_(ndarray self, axis=None, out=None, keepdims=False, initial=_no_value, where=True):
    """Return the maximum over `axis`; see :func:`cupy.max`."""
    cdef object result = None
    if plain(None, out, initial, where):
        result = along_axis(self, axis, keepdims, "max", self.code)
    return reduce(by_name("maximum"), self, axis, None, out, keepdims, initial, where) if result is None else result


def min_(ndarray self, axis=None, out=None, keepdims=False, initial=_no_value, where=True):
    """Return the minimum over `axis`; see :func:`cupy.min`."""
    cdef object result = None
    if plain(None, out, initial, where):
        result = along_axis(self, axis, keepdims, "min", self.code)
    return reduce(by_name("minimum"), self, axis, None, out, keepdims, initial, where) if result is None else result


def any_(ndarray self, axis=None, out=None, keepdims=False, *, where=True):
    """Return whether some element over `axis` is true; see :func:`cupy.any`."""
    return reduce(by_name("logical_or"), self, axis, None, out, keepdims, _no_value, where)


def all_(ndarray self, axis=None, out=None, keepdims=False, *, where=True):
    """Return whether every element over `axis` is true; see :func:`cupy.all`."""
    return reduce(by_name("logical_and"), self, axis, None, out, keepdims, _no_value, where)


def _scan_method(name, function):
    def method(ndarray self, axis=None, dtype=None, out=None):
        a = self
        if axis is None:
            a = self.ravel()
            axis = 0
        return accumulate(by_name(function), a, axis, dtype, out)
    method.__name__ = name
    method.__doc__ = f"Return the running values along `axis`; see :func:`cupy.{name}`."
    return method


def index_reduction(str row, ndarray self, axis=None, out=None, keepdims=False):
    """The body of argmax and argmin: positions as int64."""
    cdef ndarray a = self, result
    cdef cupyAttr attr
    cdef cupyOperand[2] operands
    cdef int where, i
    if self.size == 0 and (axis is None or self.dims[<int>normalize_axis(axis, self.rank)] == 0):
        raise ValueError(f"attempt to get {row} of an empty sequence")
    kept = (1,) * self.rank
    if axis is None:
        a = self.ravel()
        where = 0
    else:
        where = normalize_axis(axis, self.rank)
        kept = tuple([1 if i == where else n for i, n in enumerate(shape_tuple(self))])
        if a.rank > DEVICE_RANK:
            a = as_contiguous(a).reshape((int(numpy.prod(shape_tuple(a)[:where])), a.dims[where], -1))
            where = 1
    result = empty(tuple([n for i, n in enumerate(shape_tuple(a)) if i != where]), numpy.int64)
    if result.size:
        attr.i = where
        fill_operand(&operands[0], a)
        fill_operand(&operands[1], result)
        ensure_current()
        _backend.launch(plan_for(row, a.code, CUPY_INT64), operands, 2, &attr, current().stream, a.size)
    if axis is not None and self.rank > DEVICE_RANK:
        result = result.reshape(tuple([n for i, n in enumerate(shape_tuple(self)) if i != axis % self.rank]))
    if keepdims:
        result = result.reshape(kept)
    return result if out is None else finish(result, result, (), False, out, row)


def argmax(ndarray self, axis=None, out=None, *, keepdims=False):
    """Return the index of the first maximum; see :func:`cupy.argmax`."""
    return index_reduction("argmax", self, axis, out, keepdims)


def argmin(ndarray self, axis=None, out=None, *, keepdims=False):
    """Return the index of the first minimum; see :func:`cupy.argmin`."""
    return index_reduction("argmin", self, axis, out, keepdims)


def reduce_row(str row, ndarray a, axis=None, dtype=None, out=None, keepdims=False):
    """Reduce by any row of the contract that takes axes (``mean``, ``count_nonzero``); the input's dtype is the
    caller's business, an empty extent too."""
    axes = normalize_axes(axis, a.rank)
    cdef ndarray result = empty(tuple([n for i, n in enumerate(shape_tuple(a)) if i not in axes]),
                                a.dtype if dtype is None else dtype)
    if result.size and a.size:
        reduce_by_row(row, a, axes, result)
    return finish(result, a, axes, keepdims, out, row)


for _f in (sum_, prod_, max_, min_, any_, all_, argmax, argmin, _scan_method("cumsum", "add"),
           _scan_method("cumprod", "multiply")):
    install(_f.__name__.rstrip("_"), _f)
