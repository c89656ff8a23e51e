from cupy._core._memory cimport Block
from cupy_backends.backend._backend cimport cupyOperand

cdef enum:
    C_CONTIGUOUS = 1
    F_CONTIGUOUS = 2
    WRITEABLE = 4
    INLINE_RANK = 6
    MAX_RANK = 64
    DEVICE_RANK = 8  # what one launch may have after collapsing

cdef enum:
    # The binary operators of Python that arrays have, as numbers of ufuncs.
    ADD, SUBTRACT, MULTIPLY, DIVIDE, FLOOR_DIVIDE, REMAINDER, POWER, BITWISE_AND, BITWISE_OR, BITWISE_XOR
    LEFT_SHIFT, RIGHT_SHIFT, LESS, LESS_EQUAL, EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, MATMUL, DIVMOD
    NEGATIVE, POSITIVE, ABSOLUTE, INVERT
    NUM_OPERATORS


cdef class ndarray:
    cdef Block* block            # the memory, shared by all views
    cdef object _base            # the array that owns it, or None
    cdef tuple _shape            # made when first asked for
    cdef Py_ssize_t offset       # bytes from the block's start to the first element
    cdef readonly Py_ssize_t size
    cdef Py_ssize_t* dims        # the shape, then the strides in bytes
    cdef Py_ssize_t[2 * INLINE_RANK] inline_dims
    cdef signed char code, rank, bits
    cdef object __weakref__


# Set by the modules that know ufuncs and indexing; they import this one.
ctypedef object (*operator_fn)(int which, object a, object b)
ctypedef object (*getitem_fn)(ndarray a, object key)
ctypedef int (*setitem_fn)(ndarray a, object key, object value) except -1
cdef operator_fn binary_operator
cdef operator_fn inplace_operator
ctypedef object (*element_fn)(ndarray a)
cdef getitem_fn getitem
cdef setitem_fn setitem
cdef element_fn only_element  # as a Python number

cdef ndarray blank(int code, int ndim)
cdef ndarray new_array(int code, int ndim, const Py_ssize_t* shape, bint fortran=*)
cdef ndarray new_ordered(int code, int ndim, const Py_ssize_t* shape, const int* axis_order)
cdef ndarray new_view(ndarray a, int code, int ndim, const Py_ssize_t* shape, const Py_ssize_t* strides,
                      Py_ssize_t offset)
cdef int update_flags(ndarray a) except -1
cdef int fill_operand(cupyOperand* operand, ndarray a) except -1
cdef int read_shape(object shape, Py_ssize_t* out) except -1
cdef tuple shape_tuple(ndarray a)
cdef bint overlaps(ndarray a, ndarray b) noexcept
cdef bint same_layout(ndarray a, ndarray b) noexcept
cdef void byte_range(ndarray a, Py_ssize_t* low, Py_ssize_t* high) noexcept
