"""Short ways for common calls whose general form is Python: arrays of one dtype, plain shapes.

Each function returns None where the general form has to decide; none of them raises for bad input.
"""

from libc.stdint cimport int64_t
from libc.string cimport memcmp

from cupy._core._dtype cimport itemsizes
from cupy._core._elementwise cimport Source, copy_into, launch_elementwise, launch_op, plan_of
from cupy._core._memory cimport current
from cupy._core._ndarray cimport C_CONTIGUOUS, MAX_RANK, WRITEABLE, fill_operand, ndarray, new_array
from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport CUPY_BOOL, CUPY_INT64, cupyAttr, cupyOperand

from libc.stdint cimport int8_t

cdef enum:
    MAX_JOINED = 16


def matmul(a, b):
    """Return a @ b for vectors and matrices of one dtype."""
    cdef cupyOperand[3] operands
    cdef Py_ssize_t[2] shape
    cdef int64_t[3][4] dims  # as matrices: extents, strides
    cdef int8_t[3] codes
    cdef ndarray x, y, out
    cdef int ndim = 0
    if type(a) is not ndarray or type(b) is not ndarray:
        return None
    x, y = <ndarray>a, <ndarray>b
    if x.code != y.code or x.rank - 1 not in (0, 1) or y.rank - 1 not in (0, 1) or x.dims[x.rank - 1] != y.dims[0] \
            or x.size == 0 or y.size == 0:
        return None
    if x.rank == 2:
        shape[ndim] = x.dims[0]
        ndim += 1
    if y.rank == 2:
        shape[ndim] = y.dims[1]
        ndim += 1
    out = new_array(x.code, ndim, shape)
    fill_operand(&operands[0], x)
    fill_operand(&operands[1], y)
    fill_operand(&operands[2], out)
    if x.rank == 1:
        dims[0][0], dims[0][1], dims[0][2], dims[0][3] = 1, x.size, x.size * x.dims[1], x.dims[1]
        as_matrix(&operands[0], dims[0])
    if y.rank == 1:
        dims[1][0], dims[1][1], dims[1][2], dims[1][3] = y.size, 1, y.dims[1], itemsizes[y.code]
        as_matrix(&operands[1], dims[1])
    if ndim < 2:
        dims[2][0] = x.dims[0] if x.rank == 2 else 1
        dims[2][1] = y.dims[1] if y.rank == 2 else 1
        dims[2][2], dims[2][3] = dims[2][1] * itemsizes[x.code], itemsizes[x.code]
        as_matrix(&operands[2], dims[2])
    codes[0] = codes[1] = codes[2] = x.code
    _backend.launch(plan_of("matmul", codes, 3), operands, 3, NULL, current().stream, x.size * y.size // y.dims[0])
    return out


cdef inline void as_matrix(cupyOperand* operand, int64_t* dims) noexcept:
    operand.shape = dims
    operand.strides = dims + 2
    operand.ndim = 2


def concatenate(arrays, Py_ssize_t axis):
    """Join up to 16 arrays of one dtype and fitting shapes, all in C order."""
    cdef cupyOperand[MAX_JOINED + 1] operands
    cdef Py_ssize_t[MAX_RANK] shape
    cdef int8_t[8] codes
    cdef cupyAttr attr
    cdef ndarray first, a, out
    cdef int i, k, n
    if type(arrays) is not list and type(arrays) is not tuple:
        return None
    n = len(arrays)
    if n == 0 or n > MAX_JOINED or type(arrays[0]) is not ndarray:
        return None
    first = <ndarray>arrays[0]
    if axis < 0:
        axis += first.rank
    if axis < 0 or axis >= first.rank or first.rank > 8:
        return None
    for i in range(first.rank):
        shape[i] = first.dims[i]
    shape[axis] = 0
    for k in range(n):
        if type(arrays[k]) is not ndarray:
            return None
        a = <ndarray>arrays[k]
        if a.code != first.code or a.rank != first.rank or a.size == 0 or a.rank > 1 and not a.bits & C_CONTIGUOUS:
            return None
        for i in range(a.rank):
            if i != axis and a.dims[i] != shape[i]:
                return None
        shape[axis] += a.dims[axis]
        fill_operand(&operands[k], a)
        codes[k if k < 7 else 7] = a.code
    out = new_array(first.code, first.rank, shape)
    fill_operand(&operands[n], out)
    codes[n if n < 7 else 7] = out.code
    attr.i = axis
    _backend.launch(plan_of("concatenate", codes, n + 1 if n < 7 else 8), operands, n + 1, &attr, current().stream,
                    out.size)
    return out


def where(condition, x, y):
    """Select from two contiguous arrays of one dtype by a contiguous mask, all of one shape."""
    cdef Source[4] s
    cdef int8_t[4] codes
    cdef ndarray c, a, b, out
    if type(condition) is not ndarray or type(x) is not ndarray or type(y) is not ndarray:
        return None
    c, a, b = <ndarray>condition, <ndarray>x, <ndarray>y
    if c.code != CUPY_BOOL or a.code != b.code or not c.bits & a.bits & b.bits & C_CONTIGUOUS \
            or c.rank != a.rank or a.rank != b.rank \
            or memcmp(c.dims, a.dims, a.rank * sizeof(Py_ssize_t)) or memcmp(a.dims, b.dims, a.rank * sizeof(Py_ssize_t)):
        return None
    out = new_array(a.code, a.rank, a.dims)
    s[0].array, s[1].array, s[2].array, s[3].array = <void*>c, <void*>a, <void*>b, <void*>out
    s[0].code = codes[0] = CUPY_BOOL
    s[1].code = s[2].code = s[3].code = codes[1] = codes[2] = codes[3] = a.code
    launch_elementwise(plan_of("where", codes, 4), s, 4, a.rank, a.dims)
    return out


def ordered(str row, ndarray a):
    """Return what the row `sort` or `argsort` makes of an array of one axis."""
    cdef ndarray out = new_array(CUPY_INT64 if row == "argsort" else a.code, 1, a.dims)
    put_in_order(row, a, out)
    return out


def sort_in_place(ndarray a):
    """Sort an array of one axis; return whether that was done."""
    cdef ndarray source
    if a.rank != 1 or not a.bits & WRITEABLE:
        return False
    source = new_array(a.code, 1, a.dims)
    copy_into(source, a)
    put_in_order("sort", source, a)
    return True


cdef int put_in_order(str row, ndarray a, ndarray out) except -1:
    cdef int8_t[2] codes
    cdef cupyAttr stable
    if a.size == 0:
        return 0
    codes[0], codes[1] = a.code, out.code
    stable.i = True
    return launch_op(plan_of(row, codes, 2), (a, out), &stable, a.size)
