from cupy_backends.backend._backend cimport cupyAttr, cupyBackend, cupyOperand

cdef int run(int op, cupyOperand* operands, int n, const cupyAttr* attrs) noexcept nogil
cdef cupyBackend* backend() except NULL
cdef const char* random_stream() noexcept
cdef int keep_exception(object error) except -1
cpdef object take_exception()
