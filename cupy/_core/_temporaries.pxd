from cpython.object cimport PyObject

from cupy._core._ndarray cimport ndarray
from cupy._core._ufunc cimport ufunc


cdef extern from "Python.h":
    Py_ssize_t Py_REFCNT(PyObject* x) nogil


cdef ndarray reusable(ufunc u, object x, object y)


cdef inline ndarray room_for(ufunc u, object x, object y):
    """Return the operand of an operator that nobody can see any more, for its result; None if there is no such."""
    if Py_REFCNT(<PyObject*>x) == 1 or Py_REFCNT(<PyObject*>y) == 1:
        return reusable(u, x, y)
    return None
