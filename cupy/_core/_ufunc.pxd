from cupy._core._dtype cimport NUM_CODES
from cupy._core._ndarray cimport ndarray
from cupy_backends.backend._backend cimport cupyPlan


cdef struct Loop:
    # How one combination of operand dtypes is computed.
    cupyPlan* plan          # NULL: composed from other ufuncs
    signed char[6] codes    # dtypes of inputs, then outputs
    bint same               # arrays among the inputs have these dtypes already


cdef class ufunc:
    cdef readonly str __name__
    cdef readonly int nin, nout
    cdef readonly object reference      # the ufunc of NumPy that decides dtypes and identity
    cdef readonly object composed   # callable(inputs, outputs) or None
    cdef void* vectorcall
    cdef int op
    cdef bint comparison            # of two numbers
    cdef bint wraps                 # Python integers out of range wrap, as in a cast
    cdef Loop** table               # by operand codes, for one and two inputs
    cdef dict loops                 # by everything else
    cdef Loop* loop(self, int a, int b) except NULL


cdef object call1(ufunc u, ndarray a, ndarray out=*)
cdef object call2(ufunc u, object x, object y, ndarray out=*)
cdef object call(ufunc u, tuple inputs, tuple outputs, object where, object order, object casting, object signature)
cdef Loop* reduction_loop(ufunc u, str method, ndarray a, object dtype, ndarray out) except NULL
