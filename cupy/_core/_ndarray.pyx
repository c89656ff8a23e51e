"""The n-dimensional array: a typed, strided view of a block of device memory.

This module holds what an array *is*; what is done with arrays lives beside it and is installed here through
the function pointers below and the table in ``_methods.py``.
"""

cimport cython
from cpython.object cimport PyObject, PyTypeObject
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from cpython.long cimport PyLong_FromSsize_t
from cpython.ref cimport Py_INCREF
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from cupy._core._dtype cimport code_of, dtype_object, itemsizes
from cupy._core._memory cimport address_of, alloc, current, release, retain
from cupy_backends.backend cimport _backend

import operator as _operator

cdef extern from *:
    """
    static destructor cupy_generic_dealloc;
    static void cupy_take_dealloc(PyTypeObject *type, destructor dealloc) {
        cupy_generic_dealloc = type->tp_dealloc;
        type->tp_dealloc = dealloc;
    }
    static int cupy_weak_references(PyObject *self) {
        return *(PyObject **)((char *)self + Py_TYPE(self)->tp_weaklistoffset) != NULL;
    }
    """
    ctypedef void (*destructor)(PyObject*) noexcept
    PyTypeObject* Py_TYPE(PyObject*)
    void take_dealloc "cupy_take_dealloc"(PyTypeObject*, destructor)
    void generic_dealloc "cupy_generic_dealloc"(PyObject*) noexcept
    bint weak_references "cupy_weak_references"(PyObject*) noexcept
    object revived "PyObject_Init"(PyObject*, PyTypeObject*)

cdef operator_fn binary_operator = NULL
cdef operator_fn inplace_operator = NULL
cdef getitem_fn getitem = NULL
cdef setitem_fn setitem = NULL
cdef element_fn only_element = NULL


# Objects of dead arrays, whole but for the count of references: the next ones are made of them.
cdef enum:
    SPARES = 64
cdef PyObject* _spares[SPARES]
cdef int _spare = 0


cdef void dealloc(PyObject* self) noexcept:
    """Let go of what an array holds; in the type's place of that name."""
    global _spare
    if Py_TYPE(self) is <PyTypeObject*>ndarray and not weak_references(self):
        give_up(self)  # with which its base may come here, too
        if _spare < SPARES:
            _spares[_spare] = self
            _spare += 1
            return
    generic_dealloc(self)


cdef inline void give_up(PyObject* self) noexcept:
    # Nothing here may count references to `self`: it has none.
    if (<ndarray>self).block is not NULL:
        release((<ndarray>self).block)
        (<ndarray>self).block = NULL
    if (<ndarray>self).dims is not NULL and (<ndarray>self).dims is not (<ndarray>self).inline_dims:
        free((<ndarray>self).dims)
    (<ndarray>self).dims = NULL
    (<ndarray>self)._base = None
    (<ndarray>self)._shape = None


cdef ndarray blank(int code, int ndim):
    """Return an array without memory whose shape and strides are still to be written."""
    global _spare
    cdef ndarray a
    if _spare:
        _spare -= 1
        a = revived(_spares[_spare], <PyTypeObject*>ndarray)
        a.offset = 0
    else:
        a = ndarray.__new__(ndarray)
    a.code = code
    a.rank = ndim
    a.bits = WRITEABLE
    if ndim > INLINE_RANK:
        if ndim > MAX_RANK:
            raise ValueError(f"maximum supported dimension for an ndarray is {MAX_RANK}, found {ndim}")
        a.dims = <Py_ssize_t*>malloc(2 * ndim * sizeof(Py_ssize_t))
        if a.dims is NULL:
            a.dims = a.inline_dims
            raise MemoryError()
    else:
        a.dims = a.inline_dims
    return a


cdef int allocate(ndarray a) except -1:
    """Give `a`, whose shape is written, contiguous memory in the axis order of its strides."""
    cdef Py_ssize_t size = 1, nbytes = itemsizes[a.code]
    cdef int i
    cdef bint empty = False
    for i in range(a.rank):
        if a.dims[i] < 0:
            raise ValueError("negative dimensions are not allowed")
        if a.dims[i] == 0:
            empty = True
        elif (nbytes | a.dims[i]) >> 31 and nbytes > (<Py_ssize_t>1 << 62) // a.dims[i]:
            raise ValueError(f"array is too big: shape {tuple([a.dims[k] for k in range(a.rank)])} "
                             "exceeds the largest possible size")
        else:
            nbytes *= a.dims[i]
        size *= a.dims[i]
    a.size = size
    a.block = alloc(0 if empty else nbytes)
    return 0


cdef ndarray new_array(int code, int ndim, const Py_ssize_t* shape, bint fortran=False):
    """Return a new, uninitialised array in C or Fortran order."""
    cdef ndarray a = blank(code, ndim)
    cdef Py_ssize_t stride = itemsizes[code]
    cdef Py_ssize_t* strides = a.dims + ndim
    cdef int i
    memcpy(a.dims, shape, ndim * sizeof(Py_ssize_t))
    allocate(a)
    if fortran:
        for i in range(ndim):
            strides[i] = stride
            stride *= a.dims[i] if a.dims[i] > 1 else 1
        update_flags(a)
    else:
        for i in range(ndim - 1, -1, -1):
            strides[i] = stride
            stride *= a.dims[i] if a.dims[i] > 1 else 1
        a.bits |= C_CONTIGUOUS
        if ndim <= 1 or a.size == 0:
            a.bits |= F_CONTIGUOUS
        else:
            update_flags(a)
    return a


cdef ndarray new_ordered(int code, int ndim, const Py_ssize_t* shape, const int* axis_order):
    """Return a new array whose memory runs through the axes in `axis_order`, the slowest first."""
    cdef ndarray a = blank(code, ndim)
    cdef Py_ssize_t stride = itemsizes[code]
    cdef int i, axis
    memcpy(a.dims, shape, ndim * sizeof(Py_ssize_t))
    allocate(a)
    for i in range(ndim - 1, -1, -1):
        axis = axis_order[i]
        a.dims[ndim + axis] = stride
        stride *= a.dims[axis] if a.dims[axis] > 1 else 1
    update_flags(a)
    return a


cdef ndarray new_view(ndarray a, int code, int ndim, const Py_ssize_t* shape, const Py_ssize_t* strides,
                      Py_ssize_t offset):
    """Return a view of `a`'s memory; `offset` counts from the block."""
    cdef ndarray v = blank(code, ndim)
    cdef Py_ssize_t size = 1
    cdef int i
    memcpy(v.dims, shape, ndim * sizeof(Py_ssize_t))
    memcpy(v.dims + ndim, strides, ndim * sizeof(Py_ssize_t))
    for i in range(ndim):
        size *= shape[i]
    v.size = size
    v.offset = offset
    v.block = retain(a.block)
    v._base = a if a._base is None else a._base
    v.bits = a.bits & WRITEABLE
    update_flags(v)
    return v


cdef int update_flags(ndarray a) except -1:
    """Compute the contiguity flags from shape and strides; extents of 1 do not count."""
    cdef Py_ssize_t expected = itemsizes[a.code]
    cdef bint c = True, f = True
    cdef int i
    a.bits &= ~(C_CONTIGUOUS | F_CONTIGUOUS)
    if a.size == 0:
        a.bits |= C_CONTIGUOUS | F_CONTIGUOUS
        return 0
    for i in range(a.rank - 1, -1, -1):
        if a.dims[i] != 1:
            if a.dims[a.rank + i] != expected:
                c = False
                break
            expected *= a.dims[i]
    expected = itemsizes[a.code]
    for i in range(a.rank):
        if a.dims[i] != 1:
            if a.dims[a.rank + i] != expected:
                f = False
                break
            expected *= a.dims[i]
    if c:
        a.bits |= C_CONTIGUOUS
    if f:
        a.bits |= F_CONTIGUOUS
    return 0


cdef int fill_operand(cupyOperand* operand, ndarray a) except -1:
    """Describe `a` to a backend as it lies."""
    operand.block = address_of(a.block)
    operand.block_bytes = a.block.bytes
    operand.offset = a.offset
    operand.shape = <int64_t*>a.dims
    operand.strides = <const int64_t*>(a.dims + a.rank)
    operand.ndim = a.rank
    operand.dtype = a.code
    operand.contiguous = a.bits & C_CONTIGUOUS
    return 0


cdef int read_shape(object shape, Py_ssize_t* out) except -1:
    """Write the extents that a Python object names; return their number."""
    cdef int n = 0
    if type(shape) is not tuple:
        if type(shape) is bool:
            raise TypeError(f"expected a sequence of integers or a single integer, got {str(shape)!r}")
        if isinstance(shape, int) or not hasattr(shape, "__iter__") or getattr(shape, "ndim", 1) == 0:
            out[0] = extent_of(shape)
            return 1
        shape = tuple(shape)
    if len(shape) > MAX_RANK:
        raise ValueError(f"maximum supported dimension for an ndarray is {MAX_RANK}, found {len(shape)}")
    for extent in <tuple>shape:
        out[n] = extent_of(extent)
        n += 1
    return n


cdef Py_ssize_t extent_of(object extent) except? -1:
    try:
        return extent if type(extent) is int else _operator.index(extent)
    except OverflowError:
        raise ValueError(f"Maximum allowed dimension exceeded: {extent}") from None
    except TypeError:
        raise TypeError(f"a shape is an integer or a sequence of integers; {type(extent).__name__!r} object cannot be "
                        "interpreted as an integer") from None


cdef tuple dims_tuple(const Py_ssize_t* dims, int n):
    cdef tuple result = PyTuple_New(n)
    cdef object item
    for i in range(n):
        item = PyLong_FromSsize_t(dims[i])
        Py_INCREF(item)
        PyTuple_SET_ITEM(result, i, item)
    return result


cdef tuple shape_tuple(ndarray a):
    return dims_tuple(a.dims, a.rank)


cdef void byte_range(ndarray a, Py_ssize_t* low, Py_ssize_t* high) noexcept:
    """Find the half-open range of bytes, from the block's start, in which the elements lie."""
    cdef Py_ssize_t extent
    cdef int i
    low[0] = a.offset
    high[0] = a.offset + itemsizes[a.code]
    for i in range(a.rank):
        extent = (a.dims[i] - 1) * a.dims[a.rank + i]
        if extent < 0:
            low[0] += extent
        else:
            high[0] += extent


cdef bint overlaps(ndarray a, ndarray b) noexcept:
    """Return whether the memory ranges of two arrays meet (their elements may still be disjoint)."""
    cdef Py_ssize_t low_a, high_a, low_b, high_b
    if a.block is not b.block or a.size == 0 or b.size == 0:
        return False
    byte_range(a, &low_a, &high_a)
    byte_range(b, &low_b, &high_b)
    return low_a < high_b and low_b < high_a


cdef bint same_layout(ndarray a, ndarray b) noexcept:
    """Return whether two arrays of one block see the same elements in the same places."""
    cdef int i
    if a.offset != b.offset or a.rank != b.rank or itemsizes[a.code] != itemsizes[b.code]:
        return False
    for i in range(a.rank):
        if a.dims[i] != b.dims[i] or a.dims[i] > 1 and a.dims[a.rank + i] != b.dims[b.rank + i]:
            return False
    return True


@cython.no_gc
cdef class ndarray:
    """An n-dimensional array in device memory.

    Arrays are usually made by functions such as :func:`cupy.array`, :func:`cupy.zeros` or :func:`cupy.arange`;
    the constructor gives uninitialised memory.

    Parameters
    ----------
    shape : int or tuple of int
    dtype : dtype-like, optional
        float64 by default.
    memptr : MemoryPointer, optional
        Memory of another array (its ``data``) to view from there on, instead of new memory.
    strides : tuple of int, optional
        Bytes to step along each axis.
    order : {'C', 'F'}, optional

    Notes
    -----
    Differs from numpy.ndarray: results of rank 0 are arrays, not scalars; a host array is made on request only
    (:meth:`get`, :func:`cupy.asnumpy`).

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.array([[1., 2.], [3., 4.]])
    >>> (a + a.T).get()
    array([[2., 5.],
           [5., 8.]])
    """

    def __init__(self, shape, dtype=float, memptr=None, strides=None, order="C"):
        cdef Py_ssize_t[MAX_RANK] extents
        cdef int ndim = read_shape(shape, extents)
        cdef ndarray made
        if order not in ("C", "F", None):
            raise ValueError(f"order must be 'C' or 'F', not {order!r}")
        if memptr is None and strides is None:
            made = new_array(code_of(dtype), ndim, extents, order == "F")
        else:
            from cupy._core._views import over_memory
            made = over_memory(memptr, shape, dtype, strides, order)
        self.code, self.rank, self.bits, self.size = made.code, made.rank, made.bits, made.size
        self.offset, self._base, self._shape = made.offset, made._base, None
        if self.dims is not NULL and self.dims is not self.inline_dims:
            free(self.dims)
        self.dims = self.inline_dims
        if ndim > INLINE_RANK:
            self.dims = <Py_ssize_t*>malloc(2 * ndim * sizeof(Py_ssize_t))
            if self.dims is NULL:
                self.dims = self.inline_dims
                raise MemoryError()
        memcpy(self.dims, made.dims, 2 * ndim * sizeof(Py_ssize_t))
        if self.block is not NULL:
            release(self.block)
        self.block = retain(made.block)

    def __dealloc__(self):
        if self.block is not NULL:
            release(self.block)
        if self.dims is not NULL and self.dims is not self.inline_dims:
            free(self.dims)

    # What the array is.

    @property
    def shape(self):
        """The extents as a tuple; assigning reshapes in place without a copy."""
        if self._shape is None:
            self._shape = dims_tuple(self.dims, self.rank)
        return self._shape

    @shape.setter
    def shape(self, value):
        cdef ndarray v = self.reshape(value)
        if v.block is not self.block:
            raise AttributeError(
                "Incompatible shape for in-place modification. Use `.reshape()` to make a copy with the desired shape.")
        if v.rank > INLINE_RANK:
            raise AttributeError("in-place reshape to this rank is not supported; use .reshape()")
        if self.dims is not self.inline_dims:
            free(self.dims)
            self.dims = self.inline_dims
        self.rank = v.rank
        self._shape = None
        memcpy(self.dims, v.dims, 2 * v.rank * sizeof(Py_ssize_t))
        self.bits = v.bits

    @property
    def strides(self):
        """Bytes to step along each axis."""
        return dims_tuple(self.dims + self.rank, self.rank)

    @property
    def dtype(self):
        """The numpy.dtype of the elements."""
        return dtype_object(self.code)

    @property
    def ndim(self):
        """The number of axes."""
        return self.rank

    @property
    def itemsize(self):
        """Bytes per element."""
        return itemsizes[self.code]

    @property
    def nbytes(self):
        """Bytes of all elements."""
        return self.size * itemsizes[self.code]

    @property
    def base(self):
        """The array whose memory this one views, or None if it has its own."""
        return self._base

    @property
    def flags(self):
        """Memory layout: attributes c_contiguous, f_contiguous, owndata, writeable; also by NumPy's keys."""
        from cupy._core._inplace import Flags
        return Flags(self)

    @property
    def device(self):
        """The device that holds the memory."""
        from cupy.xpu import Device
        return Device(self.block.arena.device)

    @property
    def data(self):
        """The memory behind the array, with its device address in ``ptr``."""
        from cupy.xpu.memory import MemoryPointer
        return MemoryPointer(self, <size_t>self.block.address + self.offset)

    @property
    def T(self):
        """The array with its axes reversed, as a view."""
        cdef Py_ssize_t[2 * MAX_RANK] dims
        cdef int i, n = self.rank
        for i in range(n):
            dims[i] = self.dims[n - 1 - i]
            dims[n + i] = self.dims[2 * n - 1 - i]
        return new_view(self, self.code, n, dims, dims + n, self.offset)

    def __len__(self):
        if self.rank == 0:
            raise TypeError("len() of unsized object")
        return self.dims[0]

    def __bool__(self):
        if self.size != 1:
            raise ValueError("The truth value of an array with more than one element is ambiguous. "
                             "Use a.any() or a.all()" if self.size else
                             "The truth value of an empty array is ambiguous. Use `array.size > 0` to check "
                             "that an array is not empty.")
        return bool(only_element(self))

    def __getitem__(self, key):
        return getitem(self, key)

    def __setitem__(self, key, value):
        setitem(self, key, value)

    def __iter__(self):
        if self.rank == 0:
            raise TypeError("iteration over a 0-d array")
        return _elements(self)

    def __contains__(self, item):
        found = self == item
        return bool(found.any() if isinstance(found, ndarray) else found)

    def __delitem__(self, key):
        raise ValueError("cannot delete array elements")

    def __int__(self): return int(_scalar(self))
    def __float__(self): return float(_scalar(self))
    def __complex__(self): return complex(_scalar(self))

    def __round__(self, digits=None):
        if self.rank:  # numpy's scalars can be rounded, its arrays cannot
            raise TypeError("round() takes arrays of dimension 0 only: use a.round() or cupy.round(a)")
        return round(self.item()) if digits is None else self.round(digits)

    def __trunc__(self): return int(_scalar(self))

    def __index__(self):
        if self.rank or self.dtype.kind not in "iu":
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return int(only_element(self))

    def __repr__(self):
        from cupy._core._formatting import array_repr
        return array_repr(self)

    def __str__(self):
        from cupy._core._formatting import array_str
        return array_str(self)

    def __format__(self, spec):
        if self.rank == 0:
            return format(self.item(), spec)
        return object.__format__(self, spec)

    # Operators: each names its ufunc.

    def __add__(self, other): return binary_operator(ADD, self, other)
    def __radd__(self, other): return binary_operator(ADD, other, self)
    def __iadd__(self, other): return inplace_operator(ADD, self, other)
    def __sub__(self, other): return binary_operator(SUBTRACT, self, other)
    def __rsub__(self, other): return binary_operator(SUBTRACT, other, self)
    def __isub__(self, other): return inplace_operator(SUBTRACT, self, other)
    def __mul__(self, other): return binary_operator(MULTIPLY, self, other)
    def __rmul__(self, other): return binary_operator(MULTIPLY, other, self)
    def __imul__(self, other): return inplace_operator(MULTIPLY, self, other)
    def __truediv__(self, other): return binary_operator(DIVIDE, self, other)
    def __rtruediv__(self, other): return binary_operator(DIVIDE, other, self)
    def __itruediv__(self, other): return inplace_operator(DIVIDE, self, other)
    def __floordiv__(self, other): return binary_operator(FLOOR_DIVIDE, self, other)
    def __rfloordiv__(self, other): return binary_operator(FLOOR_DIVIDE, other, self)
    def __ifloordiv__(self, other): return inplace_operator(FLOOR_DIVIDE, self, other)
    def __mod__(self, other): return binary_operator(REMAINDER, self, other)
    def __rmod__(self, other): return binary_operator(REMAINDER, other, self)
    def __imod__(self, other): return inplace_operator(REMAINDER, self, other)
    def __and__(self, other): return binary_operator(BITWISE_AND, self, other)
    def __rand__(self, other): return binary_operator(BITWISE_AND, other, self)
    def __iand__(self, other): return inplace_operator(BITWISE_AND, self, other)
    def __or__(self, other): return binary_operator(BITWISE_OR, self, other)
    def __ror__(self, other): return binary_operator(BITWISE_OR, other, self)
    def __ior__(self, other): return inplace_operator(BITWISE_OR, self, other)
    def __xor__(self, other): return binary_operator(BITWISE_XOR, self, other)
    def __rxor__(self, other): return binary_operator(BITWISE_XOR, other, self)
    def __ixor__(self, other): return inplace_operator(BITWISE_XOR, self, other)
    def __lshift__(self, other): return binary_operator(LEFT_SHIFT, self, other)
    def __rlshift__(self, other): return binary_operator(LEFT_SHIFT, other, self)
    def __ilshift__(self, other): return inplace_operator(LEFT_SHIFT, self, other)
    def __rshift__(self, other): return binary_operator(RIGHT_SHIFT, self, other)
    def __rrshift__(self, other): return binary_operator(RIGHT_SHIFT, other, self)
    def __irshift__(self, other): return inplace_operator(RIGHT_SHIFT, self, other)
    def __matmul__(self, other): return binary_operator(MATMUL, self, other)
    def __rmatmul__(self, other): return binary_operator(MATMUL, other, self)
    def __imatmul__(self, other): return inplace_operator(MATMUL, self, other)
    def __divmod__(self, other): return binary_operator(DIVMOD, self, other)
    def __rdivmod__(self, other): return binary_operator(DIVMOD, other, self)
    def __pow__(self, other, modulo): return NotImplemented if modulo is not None else binary_operator(POWER, self, other)
    def __rpow__(self, other, modulo): return NotImplemented if modulo is not None else binary_operator(POWER, other, self)
    def __ipow__(self, other): return inplace_operator(POWER, self, other)

    def __richcmp__(self, other, int op):
        # Python's order of rich comparisons is that of the slots: <, <=, ==, !=, >, >=.
        return binary_operator(LESS + op, self, other)

    def __neg__(self): return binary_operator(NEGATIVE, self, None)
    def __pos__(self): return binary_operator(POSITIVE, self, None)
    def __abs__(self): return binary_operator(ABSOLUTE, self, None)
    def __invert__(self): return binary_operator(INVERT, self, None)

    __hash__ = None


cdef object _scalar(ndarray a):
    if a.rank:
        raise TypeError("only 0-dimensional arrays can be converted to Python scalars; this one has shape "
                        f"{shape_tuple(a)}")
    return only_element(a)


def _elements(ndarray a):
    for i in range(a.dims[0]):
        yield a[i]


take_dealloc(<PyTypeObject*>ndarray, dealloc)


def install(str name, object value):
    """Add an attribute to the array type; the type is an extension type, which Python code cannot extend."""
    cdef dict members = <dict>(<PyTypeObject*>ndarray).tp_dict
    members[name] = value
    PyType_Modified(<PyTypeObject*>ndarray)


cdef extern from "Python.h":
    void PyType_Modified(PyTypeObject*)
    ctypedef struct PyTypeObject:
        PyObject* tp_dict
        const char* tp_name

(<PyTypeObject*>ndarray).tp_name = "cupy.ndarray"  # where users find it
