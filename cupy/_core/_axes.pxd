cpdef Py_ssize_t normalize_axis(object axis, Py_ssize_t ndim) except -1
cpdef tuple normalize_axes(object axis, Py_ssize_t ndim)
cpdef tuple reduction_axes(object axis, Py_ssize_t ndim)
