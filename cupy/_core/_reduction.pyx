"""Reductions and scans: from NumPy's arguments to one launch over collapsed axes."""

from libc.stdint cimport int8_t, int64_t
from libc.string cimport memset

import numpy

from cupy._core._axes cimport normalize_axes, normalize_axis, reduction_axes
from cupy._core._dtype cimport can_cast_codes, code_of, dtype_object, itemsizes, pack, unpack
from cupy._core._elementwise cimport (
    Source, as_contiguous, axis_order, converted, copy_into, new_like, plan_of)
from cupy._core._memory cimport current, ensure_current
from cupy._core._ndarray cimport (
    C_CONTIGUOUS, DEVICE_RANK, MAX_RANK, WRITEABLE, fill_operand, ndarray, new_array, new_ordered, new_view, shape_tuple)
from cupy._core._ufunc cimport Loop, reduction_loop, ufunc
from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport (
    CUPY_BFLOAT16, CUPY_BOOL, CUPY_COMPLEX64, CUPY_FLOAT16, CUPY_FLOAT32, CUPY_INT64, CUPY_UINT8, CUPY_UINT64, cupyAttr,
    cupyOperand, cupyPlan)

from cupy._core._creation import asarray, empty, full
from cupy._core._indexing import scatter, take_valid
from cupy._core._ndarray import install
from cupy._core._ufunc import as_mask
from cupy._core._views import broadcast_to, may_share_memory

cdef enum:
    SLICED_BYTES = 16 << 20  # that slices are laid together in at a time
    WORTH_GROUPING = 12      # slices of one length: fewer take less time one by one

cdef dict _ROWS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logical_or": "any",
                   "logical_and": "all"}
cdef dict _SCANS = {"add": "cumsum", "multiply": "cumprod", "maximum": "cummax", "minimum": "cummin"}
# Functions whose grouping does not matter can be reduced by halves; the others go one element at a time.
cdef frozenset _ASSOCIATIVE = frozenset(("bitwise_and", "bitwise_or", "bitwise_xor", "logical_xor", "fmax", "fmin",
                                         "gcd", "logaddexp", "logaddexp2", "hypot"))
# Without an identity these, too, may reduce several axes in any order.
cdef frozenset _REORDERABLE = frozenset(("maximum", "minimum", "fmax", "fmin"))
cdef object _no_value = numpy._NoValue


cdef cupyPlan* plan_for(str row, int source, int target) except NULL:
    cdef int8_t[2] codes
    codes[0] = source
    codes[1] = target
    return plan_of(row, codes, 2)


cdef inline int sum_code(ndarray a) noexcept:
    """Return the dtype of a sum or product of `a`, by NumPy's rule for narrow integers."""
    if a.code < CUPY_INT64:
        return CUPY_INT64
    if CUPY_UINT8 <= a.code < CUPY_UINT64:
        return CUPY_UINT64
    return a.code


cdef ndarray remaining(ndarray a, const bint* is_reduced, int code):
    """Return a new array for what remains of `a`, whose axes lie in memory as those of `a`."""
    cdef Py_ssize_t[MAX_RANK] shape
    cdef int[MAX_RANK] order, kept_order, place
    cdef Source s
    cdef int i, n = 0, m = 0
    for i in range(a.rank):
        if not is_reduced[i]:
            place[i] = n
            shape[n] = a.dims[i]
            n += 1
    if n < 2 or a.bits & C_CONTIGUOUS:
        return new_array(code, n, shape)
    s.array = <void*>a
    axis_order(&s, 1, a.rank, order)
    for i in range(a.rank):
        if not is_reduced[order[i]]:
            kept_order[m] = place[order[i]]
            m += 1
    return new_ordered(code, n, shape, kept_order)


cdef int launch_reduction(cupyPlan* plan, ndarray a, const bint* is_reduced, ndarray out) except -1:
    """Reduce `a` over the marked axes into `out`, an array of :func:`remaining`; merges axes first.

    Returns -2 without a launch where too many axes are left.
    """
    cdef int64_t[MAX_RANK + 1] shape, strides, steps, reduced_axes
    cdef int64_t[MAX_RANK] out_shape, out_strides
    cdef bint[MAX_RANK + 1] kind
    cdef int[MAX_RANK] order, place
    cdef Source source
    cdef cupyOperand[2] operands
    cdef cupyAttr attr
    cdef int64_t step, out_step
    cdef int i, k, axis, m = 0, kept = 0, n_reduced = 0
    cdef bint everything = True
    for i in range(a.rank):
        order[i] = i
        place[i] = kept
        if not is_reduced[i]:
            kept += 1
            everything = False
    if everything:  # the order does not matter: walk the memory
        for i in range(1, a.rank):
            axis = order[i]
            k = i
            while k > 0 and _distance(a, order[k - 1]) < _distance(a, axis):
                order[k] = order[k - 1]
                k -= 1
            order[k] = axis
    elif not a.bits & C_CONTIGUOUS:
        source.array = <void*>a
        axis_order(&source, 1, a.rank, order)
    for i in range(a.rank):
        axis = order[i]
        if a.dims[axis] == 1:
            continue
        out_step = 0 if is_reduced[axis] else out.dims[out.rank + place[axis]]
        if m and kind[m - 1] == is_reduced[axis] and strides[m - 1] == a.dims[axis] * a.dims[a.rank + axis] \
                and steps[m - 1] == a.dims[axis] * out_step:
            shape[m - 1] *= a.dims[axis]
        else:
            shape[m] = a.dims[axis]
            kind[m] = is_reduced[axis]
            m += 1
        strides[m - 1] = a.dims[a.rank + axis]
        steps[m - 1] = out_step
    for i in range(m):
        n_reduced += kind[i]
    if n_reduced == 0:  # nothing to combine is an axis of extent 1
        shape[m] = 1
        strides[m] = itemsizes[a.code]
        steps[m] = 0
        kind[m] = True
        m += 1
    if m > DEVICE_RANK:
        return -2
    kept = n_reduced = 0
    for i in range(m):
        if kind[i]:
            reduced_axes[n_reduced] = i
            n_reduced += 1
        else:
            out_shape[kept] = shape[i]
            out_strides[kept] = steps[i]
            kept += 1
    fill_operand(&operands[0], a)
    operands[0].shape = shape
    operands[0].strides = strides
    operands[0].ndim = m
    operands[0].contiguous = dense(shape, strides, m, itemsizes[a.code])
    fill_operand(&operands[1], out)
    operands[1].shape = out_shape
    operands[1].strides = out_strides
    operands[1].ndim = kept
    operands[1].contiguous = dense(out_shape, out_strides, kept, itemsizes[out.code])
    attr.list = reduced_axes
    attr.count = n_reduced
    ensure_current()
    return _backend.launch(plan, operands, 2, &attr, current().stream, a.size)


cdef inline bint dense(const int64_t* shape, const int64_t* strides, int n, int64_t step) noexcept:
    """Return whether strides are those of C order."""
    cdef int i
    for i in range(n - 1, -1, -1):
        if strides[i] != step and shape[i] != 1:
            return False
        step *= shape[i]
    return True


cdef inline Py_ssize_t _distance(ndarray a, int axis) noexcept:
    return -a.dims[a.rank + axis] if a.dims[a.rank + axis] < 0 else a.dims[a.rank + axis]


cdef object along_axis(ndarray a, object axis, bint keepdims, str row, int code):
    """Reduce over one axis or all, the common case; None where the general way has to be taken."""
    cdef bint[MAX_RANK] is_reduced
    cdef ndarray out
    cdef int i, chosen
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
    out = remaining(a, is_reduced, code)
    if launch_reduction(plan_for(row, a.code, code), a, is_reduced, out) == -2:
        return None
    return with_kept_axes(out, a.rank, is_reduced) if keepdims else out


cdef ndarray with_kept_axes(ndarray result, int rank, const bint* is_reduced):
    """Return `result` seen with extent 1 at the reduced axes."""
    cdef Py_ssize_t[MAX_RANK] shape, strides
    cdef int i, k = 0
    for i in range(rank):
        if is_reduced[i]:
            shape[i] = 1
            strides[i] = itemsizes[result.code]
        else:
            shape[i] = result.dims[k]
            strides[i] = result.dims[result.rank + k]
            k += 1
    return new_view(result, result.code, rank, shape, strides, result.offset)


cdef ndarray reduce_by_row(str row, ndarray a, tuple axes, int code):
    """Reduce by one row of the contract, in stages if the collapsed rank is beyond the device's."""
    cdef bint[MAX_RANK] is_reduced
    cdef ndarray out
    mark(axes, is_reduced)
    out = remaining(a, is_reduced, code)
    if out.size == 0 or launch_reduction(plan_for(row, a.code, code), a, is_reduced, out) != -2:
        return out
    before, last = axes[:-1], axes[-1:]
    if before:
        out = reduce_by_row(row, a, last, code)
        return reduce_by_row("sum" if row == "count_nonzero" else row, out, before, code)
    # At most one axis: as (before, axis, after) the rank is three.
    shape = shape_tuple(a)
    at = last[0] if last else a.rank
    kept = shape[:at] + shape[at + 1:]
    a = as_contiguous(a).reshape((int(numpy.prod(shape[:at])), shape[at] if last else 1, -1))
    return reduce_by_row(row, a, (1,), code).reshape(kept)


cdef int mark(tuple axes, bint* is_reduced) except -1:
    memset(is_reduced, 0, MAX_RANK * sizeof(bint))
    for i in axes:
        is_reduced[<int>i] = True
    return 0


cdef object finish(ndarray result, int rank, tuple axes, bint keepdims, ndarray out, str name):
    """Return the result with its axes kept if asked, in `out` if given."""
    cdef bint[MAX_RANK] is_reduced
    if keepdims:
        mark(axes, is_reduced)
        result = with_kept_axes(result, rank, is_reduced)
    if out is None:
        return result
    check_output(out, shape_tuple(result), name)
    copy_into(out, result)
    return out


cdef int check_output(ndarray out, tuple shape, str name) except -1:
    if shape_tuple(out) != shape:
        raise ValueError(f"output parameter for reduction operation {name} has the wrong shape "
                         f"{shape_tuple(out)}; expected {shape}")
    if not out.bits & WRITEABLE:
        raise ValueError("output array is read-only")
    return 0


cdef ndarray output_of(object out):
    """Return the array that `out=` names, alone or in a tuple."""
    if isinstance(out, tuple):
        if len(out) != 1:
            raise ValueError("The 'out' tuple must have exactly one entry")
        out = out[0]
    if out is not None and not isinstance(out, ndarray):
        raise TypeError(f"output must be a cupy.ndarray, not {type(out).__name__}")
    return out


def reduce(ufunc u, array, axis=0, dtype=None, out=None, keepdims=False, initial=_no_value, where=True):
    """The body of ``ufunc.reduce`` and of the functions built on it."""
    cdef ndarray a = asarray(array), target = output_of(out), result, mask = None, start = None
    cdef Loop* loop
    cdef int code
    cdef str row = _ROWS.get(u.__name__), name = u.__name__
    cdef bint[MAX_RANK] is_reduced
    cdef object identity = u.identity
    if u.nin != 2 or u.nout != 1:
        raise ValueError("reduce only supported for " + (
            "binary functions" if u.nin != 2 else "functions returning a single value"))
    axes = reduction_axes(axis, a.rank)
    if where is not True:
        mask = broadcast_to(as_mask(where), shape_tuple(a))
    loop = reduction_loop(u, "reduce", a, dtype, target)
    if len(axes) > 1 and identity is None and name not in _REORDERABLE:
        raise ValueError(f"reduction operation '{name}' is not reorderable, so at most one axis may be specified")
    code = loop.codes[0]
    length = 1
    for i in axes:
        length *= a.dims[<int>i]
    if initial is None:
        identity = None
    elif initial is not _no_value:
        start = asarray(initial_value(initial, code))
        identity = start
    if identity is None:
        if mask is not None:
            raise ValueError(f"reduction operation '{name}' does not have an identity, so to use a where mask one has "
                             "to specify 'initial'")
        if length == 0:
            raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
    if target is not None:
        check_output(target, tuple([1 if i in axes else n for i, n in enumerate(shape_tuple(a))
                                    if keepdims or i not in axes]), name)
    if length == 0:
        mark(axes, is_reduced)
        result = remaining(a, is_reduced, code)
        copy_into(result, filled((), identity, code))
    elif row is None:
        result = combine(u, loop, a, axes, mask, identity)
    else:
        # Sums and tests for truth convert on their way; what only selects elements is converted before.
        if row in ("max", "min") or row in ("sum", "prod") and a.code >= CUPY_COMPLEX64 > code:
            a = converted(a, code)
        if mask is not None:
            from cupy._core.ufuncs import where as select
            neutral = identity if row in ("max", "min") else u.identity
            a = select(mask, a, filled((), neutral, a.code))
        # With a first value the halves are added up as float32, so that they are rounded once.
        wide = start is not None and row in ("sum", "prod") and code in (CUPY_FLOAT16, CUPY_BFLOAT16)
        result = reduce_by_row(row, a, axes, CUPY_FLOAT32 if wide else code)
        if start is not None:
            u(start, result, out=result)
            result = converted(result, code)
    return finish(result, a.rank, axes, keepdims, target, name)


cdef object initial_value(object initial, int code):
    """Return the first value of a reduction in its dtype, as NumPy assigns it to an element."""
    cdef unsigned char[16] scalar
    if isinstance(initial, ndarray):
        return converted(<ndarray>initial, code)
    pack(initial, code, scalar)
    return unpack(code, scalar)


cdef ndarray filled(tuple shape, object identity, int code):
    """Return an array of a neutral element; -1 stands for all bits."""
    if isinstance(identity, ndarray):
        return broadcast_to(identity.astype(dtype_object(code)), shape).copy()
    return full(shape, numpy.asarray(identity).astype(dtype_object(code))[()], dtype_object(code))


cdef ndarray combine(ufunc u, Loop* loop, ndarray a, tuple axes, ndarray mask, object identity):
    """Reduce with the function itself, where no row does it."""
    cdef ndarray acc = None, part
    cdef Py_ssize_t n, half, i = 0
    cdef bint[MAX_RANK] is_reduced
    cdef bint associative = u.__name__ in _ASSOCIATIVE
    mark(axes, is_reduced)
    result = remaining(a, is_reduced, loop.codes[0])
    if result.size == 0:
        return result
    kept = shape_tuple(<ndarray>result)
    order = axes + tuple([i for i in range(a.rank) if not is_reduced[<int>i]])
    part = converted(a, loop.codes[1]).transpose(order).reshape((-1,) + kept)
    if mask is not None:
        mask = mask.transpose(order).reshape((-1,) + kept)
        if associative and u.identity is not None:
            from cupy._core.ufuncs import where as select
            part = select(mask, part, filled((), u.identity, part.code))
            mask = None
    if identity is not None:
        acc = filled(kept, identity, loop.codes[0])
    if associative and mask is None:
        while part.dims[0] > 1:
            n = part.dims[0]
            half = n // 2
            joined = u(part[:half], part[half:2 * half])
            if n % 2:
                joined[0] = u(joined[0], part[n - 1])
            part = joined
    elif acc is None:
        acc = converted(part[0], loop.codes[0]).copy()
        i = 1
    for i in range(i, part.dims[0]):
        if mask is not None:
            u(acc, part[i], out=acc, where=mask[i])
        elif acc is None:
            acc = part[i]
        else:
            acc = u(acc, part[i])
    copy_into(result, acc)
    return result


def accumulate(ufunc u, array, axis=0, dtype=None, out=None):
    """The body of ``ufunc.accumulate``."""
    cdef ndarray a = asarray(array), result, target = output_of(out)
    cdef Loop* loop
    cdef Source like
    if u.nin != 2 or u.nout != 1:
        raise ValueError("accumulate only supported for " + (
            "binary functions" if u.nin != 2 else "functions returning a single value"))
    if a.rank == 0:
        raise TypeError("cannot accumulate on a scalar")
    if axis is None:
        raise ValueError("accumulate does not allow multiple axes")
    axis = normalize_axis(axis, a.rank)
    loop = reduction_loop(u, "accumulate", a, dtype, target)
    if target is not None:
        check_output(target, shape_tuple(a), u.__name__)
    row = _SCANS.get(u.__name__)
    source = converted(a, loop.codes[0])
    like.array = <void*>a
    like.code = a.code
    result = new_like(&like, 1, loop.codes[0], a.rank, a.dims, "K")
    if a.size and row is not None:
        scan(row, source, axis, result)
    elif a.size:
        accumulate_lines(u, (<ndarray>source).swapaxes(0, axis), result.swapaxes(0, axis))
    if target is None:
        return result
    copy_into(target, result)
    return target


cdef int accumulate_lines(ufunc u, ndarray lines, ndarray partial) except -1:
    """Accumulate along the first axis by calls of the function itself."""
    cdef Py_ssize_t i, n = lines.dims[0], step = 1
    if u.__name__ == "subtract" and lines.code not in (CUPY_FLOAT16, CUPY_BFLOAT16):  # whose sums are rounded last
        # Of what follows the first line the opposite is added.
        partial[0] = lines[0]
        by_name("negative")(lines[1:], out=partial[1:])
        return scan("cumsum", partial.copy(), 0, partial)
    partial[...] = lines
    if u.__name__ in _ASSOCIATIVE or u.__name__ in _ROWS:
        while step < n:  # each line holds `step` lines together
            u(partial[:n - step], partial[step:], out=partial[step:])
            step *= 2
        return 0
    for i in range(1, n):
        partial[i] = u(partial[i - 1], lines[i])
    return 0


cdef int scan(str row, ndarray a, int axis, ndarray out) except -1:
    """Scan along one axis; ranks beyond the device's become (before, axis, after)."""
    cdef cupyAttr attr
    cdef cupyOperand[2] operands
    cdef int[MAX_RANK] order
    cdef Source s
    if a.rank > DEVICE_RANK:
        shape = (int(numpy.prod(shape_tuple(a)[:axis])), a.dims[axis], -1)
        flat = empty(shape_tuple(a), out.dtype)
        scan(row, as_contiguous(a).reshape(shape), 1, flat.reshape(shape))
        return copy_into(out, flat)
    if not out.bits & C_CONTIGUOUS:  # seen along its memory it is
        s.array = <void*>out
        axis_order(&s, 1, out.rank, order)
        along = tuple([order[i] for i in range(out.rank)])
        a, out, axis = a.transpose(along), out.transpose(along), along.index(axis)
    attr.i = axis
    fill_operand(&operands[0], a)
    fill_operand(&operands[1], out)
    ensure_current()
    return _backend.launch(plan_for(row, a.code, out.code), operands, 2, &attr, current().stream, a.size)


def reduceat(ufunc u, array, indices, axis=0, dtype=None, out=None):
    """The body of ``ufunc.reduceat``."""
    cdef ndarray a = asarray(array), result, target = output_of(out)
    cdef Loop* loop
    cdef Source like
    cdef int[MAX_RANK] order
    cdef Py_ssize_t[MAX_RANK] extents
    if u.nin != 2 or u.nout != 1:
        raise ValueError("reduceat only supported for " + (
            "binary functions" if u.nin != 2 else "functions returning a single value"))
    if a.rank == 0:
        raise TypeError("cannot reduceat on a scalar")
    axis = normalize_axis(axis, a.rank)
    starts = numpy.asarray(indices.get() if isinstance(indices, ndarray) else indices)
    if starts.size == 0:
        starts = starts.astype(numpy.int64)
    if starts.ndim > 1:
        raise ValueError("object too deep for desired array")
    if not numpy.can_cast(starts.dtype, numpy.int64):
        raise TypeError(f"Cannot cast array data from {starts.dtype!r} to dtype('int64') according to the rule 'safe'")
    starts = starts.reshape(-1).astype(numpy.int64, copy=False)
    n = a.dims[<int>axis]
    if starts.size and (starts.min() < 0 or starts.max() >= n):
        bad = starts[(starts < 0) | (starts >= n)][0]
        raise IndexError(f"index {bad} out-of-bounds in {u.__name__}.reduceat [0, {n})")
    loop = reduction_loop(u, "reduceat", a, dtype, target)
    shape = list(shape_tuple(a))
    shape[<int>axis] = starts.size
    if target is not None:
        check_output(target, tuple(shape), u.__name__)
    like.array = <void*>a
    axis_order(&like, 1, a.rank, order)
    for i, k in enumerate(shape):
        extents[i] = k
    result = new_ordered(loop.codes[0], a.rank, extents, order)
    if result.size:
        lengths = numpy.maximum(numpy.append(starts[1:], n) - starts, 1)
        reduce_slices(u, converted(a, loop.codes[0]).swapaxes(0, axis), starts, lengths, result.swapaxes(0, axis), loop)
    if target is None:
        return result
    copy_into(target, result)
    return target


cdef int reduce_slices(ufunc u, ndarray lines, object starts, object lengths, ndarray parts, Loop* loop) except -1:
    """Reduce slices of the first axis to one line of `parts` each.

    Many are taken together if they are of one length. Of k lengths there are k * (k + 1) / 2 elements at least, so that
    launches grow as the root of the size where slices do not overlap.
    """
    from cupy import arange
    row = _ROWS.get(u.__name__)
    order = numpy.argsort(lengths, kind="stable")
    groups = numpy.flatnonzero(numpy.diff(lengths[order], append=0)) + 1
    if len(lengths) <= WORTH_GROUPING * len(groups):
        for k, (first, length) in enumerate(zip(starts.tolist(), lengths.tolist())):
            parts[k] = lines[first] if length == 1 else reduce_axis(u, row, lines[first:first + length], 0, loop)
        return 0
    starts, lengths = starts[order], lengths[order]
    ordered = parts if (order[1:] > order[:-1]).all() else empty(shape_tuple(parts), parts.dtype)
    firsts = asarray(starts.reshape(-1, 1))
    begin = 0
    for end in groups.tolist():
        length = int(lengths[begin])
        most = max(1, SLICED_BYTES * lines.dims[0] // (length * lines.size * itemsizes[lines.code]))
        for i in range(begin, end, most):
            j = min(i + most, end)
            if (starts[i + 1:j] - starts[i:j - 1] == length).all():  # neighbours
                first = int(starts[i])
                slices = lines[first:first + (j - i) * length].reshape((j - i, length) + shape_tuple(lines)[1:])
            else:
                slices = take_valid(lines, firsts[i:j] + arange(length), 0)
            ordered[i:j] = slices[:, 0] if length == 1 else reduce_axis(u, row, slices, 1, loop)
        begin = end
    if ordered is not parts:
        back = numpy.empty_like(order)
        back[order] = numpy.arange(len(order))
        parts[...] = take_valid(ordered, asarray(back), 0)
    return 0


cdef ndarray reduce_axis(ufunc u, object row, ndarray a, int axis, Loop* loop):
    if row is None:
        return combine(u, loop, a, (axis,), None, None)
    return reduce_by_row(row, a, (axis,), loop.codes[0])


cdef bint holds(int code, object number) except -1:
    """Return whether a Python number is held exactly, so that the dtype's own loop gives what NumPy's wider one does."""
    cdef unsigned char[16] scalar
    if type(number) is int:
        if code == CUPY_BOOL or code == CUPY_UINT64 or code == CUPY_BFLOAT16:
            return False
    elif type(number) is not float or code < CUPY_FLOAT16 or code == CUPY_BFLOAT16:
        return False
    try:
        pack(number, code, scalar)
    except (OverflowError, ValueError):
        return False
    return unpack(code, scalar) == number


cdef dict _SCATTER_MODES = {"add": 1, "multiply": 2, "maximum": 3, "minimum": 4}


def at(ufunc u, ndarray a, indices, b=_no_value):
    """The body of ``ufunc.at``."""
    cdef str name = u.__name__
    if u.nout != 1:
        raise ValueError("Only single output ufuncs supported at this time")
    if (u.nin == 2) != (b is not _no_value):
        raise ValueError("second operand needed for ufunc" if u.nin == 2 else
                         "second operand provided when ufunc is unary")
    if not a.bits & WRITEABLE:
        raise ValueError("output array is read-only")
    if name in _SCATTER_MODES and holds(a.code, b):
        return scatter(a, indices, asarray(b, a.dtype), _SCATTER_MODES[name])
    if name == "subtract" and (isinstance(b, ndarray) and (<ndarray>b).code == a.code > CUPY_BOOL or holds(a.code, b)):
        return scatter(a, indices, by_name("negative")(asarray(b, a.dtype)), _SCATTER_MODES["add"])
    operands = (a,) if u.nin == 1 else (a, asarray(b))
    if name in _SCATTER_MODES and (<ndarray>operands[1]).code == a.code and u.loop(a.code, a.code).codes[2] == a.code:
        return scatter(a, indices, operands[1], _SCATTER_MODES[name])
    # The loop, and NumPy's errors, are those of a call that may cast as it likes.
    result = u(*[empty((0,), x.dtype) for x in operands], casting="unsafe")
    if name in _SCATTER_MODES and result.dtype == a.dtype:
        return scatter(a, indices, operands[1].astype(a.dtype), _SCATTER_MODES[name])
    from cupy import arange
    places = arange(a.size).reshape(shape_tuple(a))[indices]
    shape = places.shape
    places = places.ravel()
    order = places.argsort(kind="stable")
    ordered = places[order]
    # Elements that occur several times take one of their operands in each round.
    nth = arange(places.size)
    nth = nth - ordered.searchsorted(ordered)
    rounds = int(nth.max()) + 1 if places.size else 0
    flat = a if a.rank == 1 else a.reshape(-1)
    if len(operands) > 1 and operands[1].ndim > len(shape):
        raise ValueError(f"{u.__name__}.at: operand of shape {operands[1].shape} does not broadcast to the shape {shape} "
                         "of the elements")
    given = [broadcast_to(x, shape).reshape(-1)[order] for x in operands[1:]]
    for k in range(rounds):
        now = slice(None) if rounds == 1 else nth == k
        target = ordered[now]
        flat[target] = u(flat[target], *[x[now] for x in given]).astype(a.dtype, copy=False)
    if rounds and not may_share_memory(flat, a):
        copy_into(a, flat.reshape(shape_tuple(a)))


cdef object _ufuncs = None


cdef object by_name(str name):
    global _ufuncs
    if _ufuncs is None:
        from cupy._core import ufuncs
        _ufuncs = ufuncs
    return getattr(_ufuncs, name)


cdef object reduced(str name, int code, ndarray a, object axis, object dtype, object out, object keepdims,
                    object initial, object where):
    """The body of the methods: the short way where nothing but the axis is given and `code`, the result's, is not -1."""
    cdef object result = None
    if code >= 0 and dtype is None and out is None and initial is _no_value and where is True:
        result = along_axis(a, axis, keepdims, _ROWS[name], code)
    return reduce(by_name(name), a, axis, dtype, out, keepdims, initial, where) if result is None else result


def sum_(ndarray self, axis=None, dtype=None, out=None, keepdims=False, initial=_no_value, where=True):
    """Return the sum over `axis`; see :func:`cupy.sum`."""
    return reduced("add", sum_code(self), self, axis, dtype, out, keepdims, initial, where)


def prod_(ndarray self, axis=None, dtype=None, out=None, keepdims=False, initial=_no_value, where=True):
    """Return the product over `axis`; see :func:`cupy.prod`."""
    return reduced("multiply", sum_code(self), self, axis, dtype, out, keepdims, initial, where)


def max_(ndarray self, axis=None, out=None, keepdims=False, initial=_no_value, where=True):
    """Return the maximum over `axis`; see :func:`cupy.max`."""
    return reduced("maximum", self.code, self, axis, None, out, keepdims, initial, where)


def min_(ndarray self, axis=None, out=None, keepdims=False, initial=_no_value, where=True):
    """Return the minimum over `axis`; see :func:`cupy.min`."""
    return reduced("minimum", self.code, self, axis, None, out, keepdims, initial, where)


def any_(ndarray self, axis=None, out=None, keepdims=False, *, where=True):
    """Return whether some element over `axis` is true; see :func:`cupy.any`."""
    return reduced("logical_or", self.code if self.code == CUPY_BOOL else -1, self, axis, None, out, keepdims,
                   _no_value, where)


def all_(ndarray self, axis=None, out=None, keepdims=False, *, where=True):
    """Return whether every element over `axis` is true; see :func:`cupy.all`."""
    return reduced("logical_and", self.code if self.code == CUPY_BOOL else -1, self, axis, None, out, keepdims,
                   _no_value, where)


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
    if self.rank == 0 and type(axis) is int and -1 <= axis <= 0:
        axis = None
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
    if out is None:
        return result
    out = output_of(out)
    check_output(out, shape_tuple(result), row)
    if not can_cast_codes((<ndarray>out).code, CUPY_INT64, "safe"):
        raise TypeError(f"{row}: the output holds positions; its dtype {out.dtype} does not fit into int64")
    copy_into(out, result)
    return out


def argmax(ndarray self, axis=None, out=None, *, keepdims=False):
    """Return the index of the first maximum; see :func:`cupy.argmax`."""
    return index_reduction("argmax", self, axis, out, keepdims)


def argmin(ndarray self, axis=None, out=None, *, keepdims=False):
    """Return the index of the first minimum; see :func:`cupy.argmin`."""
    return index_reduction("argmin", self, axis, out, keepdims)


def reduce_row(str row, ndarray a, axis=None, dtype=None, out=None, keepdims=False):
    """Reduce by any row of the contract that takes axes (``mean``, ``count_nonzero``); the input's dtype is the
    caller's business, an empty extent too."""
    cdef int code = a.code if dtype is None else code_of(dtype)
    cdef object result = along_axis(a, axis, keepdims, row, code) if out is None else None
    if result is not None:
        return result
    axes = normalize_axes(axis, a.rank) if row == "mean" else reduction_axes(axis, a.rank)
    if a.size:
        result = reduce_by_row(row, a, axes, code)
    else:
        result = empty(tuple([n for i, n in enumerate(shape_tuple(a)) if i not in axes]), dtype_object(code))
    return finish(result, a.rank, axes, keepdims, out, row)


for _f in (sum_, prod_, max_, min_, any_, all_, argmax, argmin, _scan_method("cumsum", "add"),
           _scan_method("cumprod", "multiply")):
    install(_f.__name__.rstrip("_"), _f)
