"""Element-wise launches: broadcast, collapse the axes, hand over to the backend.

Everything that touches every element once goes through :func:`launch_elementwise`; copies (assignment, astype,
reordering) are such launches too.
"""

from sys import intern

from libc.stdint cimport int8_t, int64_t
from libc.string cimport memcpy, memset

from cupy._core._dtype cimport itemsizes
from cupy._core._memory cimport address_of, current, ensure_current
from cupy._core._ndarray cimport (
    C_CONTIGUOUS, DEVICE_RANK, F_CONTIGUOUS, MAX_RANK, fill_operand, new_array, new_ordered, new_view, overlaps, same_layout, shape_tuple)
from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport CUPY_NUM_DTYPES, CUPY_OP_COPY, CUPY_OP_FILL

cdef cupyPlan* _copy_plans[225]
cdef cupyPlan* _fill_plans[15]
memset(_copy_plans, 0, sizeof(_copy_plans))
memset(_fill_plans, 0, sizeof(_fill_plans))

for _i in range(15):
    steps[_i] = itemsizes[_i]


# By row and dtypes, so that a repeated call resolves nothing.
cdef dict _plans = {}

cdef struct Known:
    void* row
    int64_t codes
    cupyPlan* plan

# The same without a key to build, for rows named by the interned string.
cdef Known[256] _known
memset(_known, 0, sizeof(_known))


cdef cupyPlan* plan_of(str row, const int8_t* codes, int n) except NULL:
    """Return the plan of a row of the contract for operands of these dtypes."""
    cdef int64_t packed = 0
    cdef Known* slot
    if n < 8:
        packed = n
        memcpy(<char*>&packed + 1, codes, n)
        slot = &_known[(<size_t><void*>row >> 4 ^ <size_t>(packed * <int64_t>0x9e3779b97f4a7c15 >> 48)) & 255]
        if slot.row is <void*>row and slot.codes == packed:
            return slot.plan
    row = intern(row)  # the one object that a key of _plans keeps alive
    key = (row, (<const char*>codes)[:n])
    found = _plans.get(key)
    if found is None:
        found = <size_t>_backend.resolve(_backend.op_index(row), codes, n)
        _plans[key] = found
    if n < 8:
        slot.row, slot.codes, slot.plan = <void*>row, packed, <cupyPlan*><size_t>found
    return <cupyPlan*><size_t>found


cdef cupyPlan* copy_plan(int source, int target) except NULL:
    cdef cupyPlan** slot = &_copy_plans[source * CUPY_NUM_DTYPES + target]
    cdef int8_t[2] codes
    if slot[0] is NULL:
        codes[0] = source
        codes[1] = target
        slot[0] = _backend.resolve(CUPY_OP_COPY, codes, 2)
    return slot[0]


cdef int broadcast_shape(const Source* sources, int n, Py_ssize_t* shape) except -1:
    """Write the common shape of the arrays among `sources`; return its rank."""
    cdef int ndim = 0, i, k, lead
    cdef ndarray a
    cdef Py_ssize_t extent
    for k in range(n):
        if sources[k].array is not NULL:
            a = <ndarray>sources[k].array
            if a.rank > ndim:
                ndim = a.rank
    for i in range(ndim):
        shape[i] = 1
    for k in range(n):
        if sources[k].array is NULL:
            continue
        a = <ndarray>sources[k].array
        lead = ndim - a.rank
        for i in range(a.rank):
            extent = a.dims[i]
            if extent != 1 and extent != shape[lead + i]:
                if shape[lead + i] != 1:
                    shapes = " ".join([str(shape_tuple(<ndarray>sources[j].array)).replace(" ", "")
                                       for j in range(n) if sources[j].array is not NULL])
                    raise ValueError(f"operands could not be broadcast together with shapes {shapes} ")
                shape[lead + i] = extent
    return ndim


cdef inline Py_ssize_t _step(ndarray a, int axis, int ndim) noexcept:
    """Return the stride of `a` along `axis` of a broadcast shape of rank `ndim`."""
    cdef int i = axis - (ndim - a.rank)
    return 0 if i < 0 or a.dims[i] == 1 else a.dims[a.rank + i]


cdef inline Py_ssize_t _magnitude(Py_ssize_t x) noexcept:
    return -x if x < 0 else x


cdef void axis_order(const Source* sources, int n, int ndim, int* order) noexcept:
    """Order the axes as the operands lie in memory, slowest first, as NumPy's iterator does; ties keep C order.

    An axis moves inwards past those that it outpaces for some operand, if C order suits none; an operand has no
    opinion about its stretched axes.
    """
    cdef int i, j, k, axis, place
    cdef Py_ssize_t inner, outer
    cdef bint decided, moves
    for i in range(ndim):
        order[i] = i
    for i in range(ndim - 2, -1, -1):
        axis = order[i]
        place = i
        for j in range(i + 1, ndim):
            decided = moves = False
            for k in range(n):
                if sources[k].array is NULL:
                    continue
                outer = _magnitude(_step(<ndarray>sources[k].array, axis, ndim))
                inner = _magnitude(_step(<ndarray>sources[k].array, order[j], ndim))
                if inner and outer:
                    moves = inner > outer and (moves or not decided)
                    decided = True
            if decided:
                if not moves:
                    break
                place = j
        for j in range(i, place):
            order[j] = order[j + 1]
        order[place] = axis


cdef ndarray new_like(const Source* sources, int n, int code, int ndim, const Py_ssize_t* shape, str order):
    """Return a new array of the broadcast shape in memory order 'C', 'F', 'A' or 'K' of the sources."""
    cdef int[MAX_RANK] axes
    cdef bint all_c = True, all_f = True
    cdef ndarray a
    cdef int k
    if ndim <= 1 or order == "C":
        return new_array(code, ndim, shape)
    for k in range(n):
        if sources[k].array is not NULL:
            a = <ndarray>sources[k].array
            if a.rank != ndim or not a.bits & C_CONTIGUOUS:
                all_c = False
            if not a.bits & F_CONTIGUOUS:
                all_f = False
    if order == "F" or order == "A" and all_f:
        return new_array(code, ndim, shape, True)
    if all_c or order == "A":
        return new_array(code, ndim, shape)
    axis_order(sources, n, ndim, axes)
    return new_ordered(code, ndim, shape, axes)


cdef struct Collapsed:
    # The operands of one launch over a shape in which no two neighbouring axes could be one.
    int ndim
    int64_t[MAX_RANK] shape
    int64_t[MAX_OPERANDS][MAX_RANK] strides


cdef void collapse(const Source* sources, int n, int ndim, const Py_ssize_t* shape, Collapsed* out) noexcept:
    """Order the axes by the last operand (the output) and merge those that every operand walks as one."""
    cdef int[MAX_RANK] order
    cdef int i, k, axis, m = 0
    cdef bint merge
    axis_order(sources + n - 1, 1, ndim, order)
    for i in range(ndim):
        axis = order[i]
        if shape[axis] == 1:
            continue
        merge = m > 0
        if merge:
            for k in range(n):
                if sources[k].array is not NULL and out.strides[k][m - 1] != (
                        _step(<ndarray>sources[k].array, axis, ndim) * shape[axis]):
                    merge = False
                    break
        if merge:
            out.shape[m - 1] *= shape[axis]
        else:
            out.shape[m] = shape[axis]
            m += 1
        for k in range(n):
            out.strides[k][m - 1] = _step(<ndarray>sources[k].array, axis, ndim) if sources[k].array is not NULL else 0
    out.ndim = m


cdef int launch_collapsed(cupyPlan* plan, const Source* sources, int n, Collapsed* c, const Py_ssize_t* offsets,
                          int first, Py_ssize_t work) except -1:
    """Launch over axes `first` and beyond; more axes than the device takes are walked here."""
    cdef cupyOperand[MAX_OPERANDS] operands
    cdef Py_ssize_t[MAX_OPERANDS] moved
    cdef ndarray a
    cdef int64_t expected
    cdef int i, k, ndim = c.ndim - first
    if ndim > DEVICE_RANK:
        for i in range(c.shape[first]):
            for k in range(n):
                moved[k] = offsets[k] + i * c.strides[k][first]
            launch_collapsed(plan, sources, n, c, moved, first + 1, work // c.shape[first])
        return 0
    for k in range(n):
        operands[k].shape = &c.shape[first]
        operands[k].strides = &c.strides[k][first]
        operands[k].dtype = sources[k].code
        if sources[k].array is NULL:
            operands[k].block = NULL
            operands[k].block_bytes = operands[k].offset = 0
            operands[k].ndim = 0
            operands[k].contiguous = True
            memcpy(operands[k].scalar, sources[k].scalar, 16)
            continue
        a = <ndarray>sources[k].array
        operands[k].block = address_of(a.block)
        operands[k].block_bytes = a.block.bytes
        operands[k].offset = a.offset + offsets[k]
        operands[k].ndim = ndim
        expected = itemsizes[a.code]
        operands[k].contiguous = True
        for i in range(c.ndim - 1, first - 1, -1):
            if c.strides[k][i] != expected:
                operands[k].contiguous = False
                break
            expected *= c.shape[i]
    return _backend.launch(plan, operands, n, NULL, current().stream, work)


cdef int launch_elementwise(cupyPlan* plan, const Source* sources, int n, int ndim, const Py_ssize_t* shape) except -1:
    """Launch `plan` over `shape`; the last source is an output. Nothing happens for an empty shape."""
    cdef Collapsed c
    cdef Py_ssize_t[MAX_OPERANDS] offsets
    cdef Py_ssize_t work = 1
    cdef int i
    for i in range(ndim):
        work *= shape[i]
    if work == 0:
        return 0
    memset(offsets, 0, sizeof(offsets))
    collapse(sources, n, ndim, shape, &c)
    return launch_collapsed(plan, sources, n, &c, offsets, 0, work)


cdef int copy_into(ndarray dst, ndarray src) except -1:
    """dst[...] = src with broadcasting and an unsafe cast; the two may overlap."""
    cdef Source[2] sources
    cdef cupyOperand[2] operands
    cdef ndarray held = src
    cdef int i, lead = src.rank - dst.rank
    for i in range(src.rank):
        if i < lead and src.dims[i] != 1 or i >= lead and src.dims[i] != 1 and src.dims[i] != dst.dims[i - lead]:
            raise ValueError(f"could not broadcast input array from shape {shape_tuple(src)} "
                             f"into shape {shape_tuple(dst)}")
    if lead > 0:
        held = new_view(src, src.code, dst.rank, src.dims + lead, src.dims + src.rank + lead, src.offset)
    if overlaps(dst, src):
        if dst.code == src.code and same_layout(dst, held):
            return 0
        held = new_copy(held)
    if dst.bits & held.bits & C_CONTIGUOUS and dst.size == held.size:
        if dst.size == 0:
            return 0
        flat_operand(&operands[0], held)
        flat_operand(&operands[1], dst)
        return _backend.launch(copy_plan(src.code, dst.code), operands, 2, NULL, current().stream, dst.size)
    sources[0].array = <void*>held
    sources[0].code = src.code
    sources[1].array = <void*>dst
    sources[1].code = dst.code
    return launch_elementwise(copy_plan(src.code, dst.code), sources, 2, dst.rank, dst.dims)


cdef ndarray new_copy(ndarray a):
    cdef Source s
    cdef ndarray out
    s.array = <void*>a
    s.code = a.code
    out = new_like(&s, 1, a.code, a.rank, a.dims, "K")
    copy_into(out, a)
    return out


cdef int fill_with(ndarray dst, const unsigned char* scalar) except -1:
    """dst[...] = one element given as bytes of dst's dtype."""
    cdef Source[2] sources
    cdef int8_t[2] codes
    if _fill_plans[dst.code] is NULL:
        codes[0] = codes[1] = dst.code
        _fill_plans[dst.code] = _backend.resolve(CUPY_OP_FILL, codes, 2)
    sources[0].array = NULL
    sources[0].code = dst.code
    memcpy(sources[0].scalar, scalar, 16)
    sources[1].array = <void*>dst
    sources[1].code = dst.code
    return launch_elementwise(_fill_plans[dst.code], sources, 2, dst.rank, dst.dims)


cdef ndarray converted(ndarray a, int code):
    """Return `a` itself or a copy of dtype `code` in the same memory order; stretched axes stay stretched."""
    cdef Source s
    cdef ndarray out
    cdef Py_ssize_t[MAX_RANK] shape
    cdef int i
    cdef bint stretched = False
    if a.code == code:
        return a
    if a.size > 1 and not a.bits & C_CONTIGUOUS:
        for i in range(a.rank):
            shape[i] = 1 if a.dims[a.rank + i] == 0 else a.dims[i]
            stretched = stretched or shape[i] != a.dims[i]
        if stretched:
            out = converted(new_view(a, a.code, a.rank, shape, a.dims + a.rank, a.offset), code)
            return broadcast_view(out, a.rank, a.dims)
    s.array = <void*>a
    s.code = a.code
    out = new_like(&s, 1, code, a.rank, a.dims, "K")
    copy_into(out, a)
    return out


cdef ndarray as_contiguous(ndarray a):
    """Return `a` itself or a copy in C order."""
    cdef ndarray out
    if a.bits & C_CONTIGUOUS:
        return a
    out = new_array(a.code, a.rank, a.dims)
    copy_into(out, a)
    return out


cdef ndarray broadcast_view(ndarray a, int ndim, const Py_ssize_t* shape):
    """Return `a` stretched to `shape`, which the caller has checked."""
    cdef Py_ssize_t[MAX_RANK] strides
    cdef int i
    for i in range(ndim):
        strides[i] = _step(a, i, ndim)
    return new_view(a, a.code, ndim, shape, strides, a.offset)


cdef int launch_op(cupyPlan* plan, tuple arrays, const cupyAttr* attrs, Py_ssize_t work) except -1:
    """Launch `plan` on arrays as they lie; of those beyond the device's rank a copy is the caller's business."""
    cdef cupyOperand[64] operands
    cdef int k = 0
    for a in arrays:
        fill_operand(&operands[k], <ndarray>a)
        k += 1
    ensure_current()
    return _backend.launch(plan, operands, k, attrs, current().stream, work)
