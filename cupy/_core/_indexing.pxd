from libc.stdint cimport int8_t

from cupy_backends.backend._backend cimport cupyPlan


cdef cupyPlan* plan_of(str name, int8_t* codes, int n) except NULL
