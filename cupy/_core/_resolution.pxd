cdef tuple resolved(object reference, object dtypes, tuple signature, dict extra)
cdef tuple loop_codes(object reference, tuple codes, object signature, object casting)
cdef bint is_comparison(object reference) except -1
cdef object stand_in(int code)
cdef tuple canonical_signature(str name, int nin, int nout, object signature)
