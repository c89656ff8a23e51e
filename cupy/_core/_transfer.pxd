from cupy._core._ndarray cimport ndarray
from cupy_backends.backend._backend cimport cupyStream


cdef int upload(ndarray a, const void* source) except -1
cdef int fetch(ndarray a, void* target, cupyStream stream, bint idle=*) except -1
cdef object to_host(ndarray a, str order=*)
cdef object first_element(ndarray a)
