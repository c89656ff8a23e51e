from cupy._core._ndarray cimport ndarray


cdef ndarray bounded(object index, Py_ssize_t n, int axis, bint negative, object error=*)
cdef ndarray listed(list items, Py_ssize_t n)
