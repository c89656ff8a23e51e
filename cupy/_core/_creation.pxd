from cupy._core._ndarray cimport ndarray
from cupy_backends.backend._backend cimport cupyStream


cdef int fetch(ndarray a, void* target, cupyStream stream) except -1
