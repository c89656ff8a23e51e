from libc.stdint cimport int8_t

cdef enum:
    # Operand codes beyond the contract's dtypes: Python scalars, which adapt to the arrays beside them (NEP 50).
    WEAK_INT = 15
    WEAK_FLOAT = 16
    WEAK_COMPLEX = 17
    NUM_CODES = 18

cdef int[15] itemsizes
cdef int float_code
cdef frozenset python_numbers
cdef object held(object dtype)
cdef object meant(object dtype)
cdef int code_of_bytes(object dtype, int code) except -1
cdef object dtype_object(int code)
cdef int code_of(object dtype) except -1
cdef int code_of_dtype(object dtype) except -1
cdef int pack(object value, int code, unsigned char* out) except -1
cdef int pack_unsafe(object value, int code, unsigned char* out) except -1
cdef object unpack(int code, const unsigned char* data)
cdef int scalar_code(object value) except -2
cdef bint can_cast_codes(int source, int target, object casting) except -1
cdef int promote_codes(int a, int b) except -1
