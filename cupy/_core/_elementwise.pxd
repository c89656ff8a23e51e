from libc.stdint cimport int8_t, int64_t

from cupy._core._memory cimport address_of
from cupy._core._ndarray cimport MAX_RANK, ndarray
from cupy_backends.backend._backend cimport cupyAttr, cupyOperand, cupyPlan

cdef enum:
    MAX_OPERANDS = 8


cdef struct Source:
    # One operand of an element-wise launch: an array (borrowed) or a host scalar.
    void* array
    unsigned char[16] scalar
    int code


cdef int64_t[15] steps  # itemsizes, as the strides of contiguous operands of one axis


cdef inline void flat_operand(cupyOperand* operand, ndarray a) noexcept:
    """Describe a contiguous array as one axis."""
    operand.block = address_of(a.block)
    operand.block_bytes = a.block.bytes
    operand.offset = a.offset
    operand.shape = <int64_t*>&a.size
    operand.strides = &steps[a.code]
    operand.ndim = 1
    operand.dtype = a.code
    operand.contiguous = True


cdef int broadcast_shape(const Source* sources, int n, Py_ssize_t* shape) except -1
cdef ndarray new_like(const Source* sources, int n, int code, int ndim, const Py_ssize_t* shape, str order)
cdef int launch_elementwise(cupyPlan* plan, const Source* sources, int n, int ndim, const Py_ssize_t* shape) except -1
cdef int copy_into(ndarray dst, ndarray src) except -1
cdef int fill_with(ndarray dst, const unsigned char* scalar) except -1
cdef ndarray converted(ndarray a, int code)
cdef ndarray as_contiguous(ndarray a)
cdef ndarray broadcast_view(ndarray a, int ndim, const Py_ssize_t* shape)
cdef int launch_op(cupyPlan* plan, tuple arrays, const cupyAttr* attrs, Py_ssize_t work) except -1
cdef cupyPlan* copy_plan(int source, int target) except NULL
cdef cupyPlan* plan_of(str row, const int8_t* codes, int n) except NULL
cdef void axis_order(const Source* sources, int n, int ndim, int* order) noexcept
