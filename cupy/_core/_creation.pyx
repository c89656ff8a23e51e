"""Making arrays, of host data as well, and giving their elements back."""

from libc.string cimport memcpy, memset

import operator

import numpy
cimport numpy as cnp

cnp.import_array()

from cupy._core._dtype cimport (
    can_cast_codes, code_of, code_of_dtype, dtype_object, float_code, held, itemsizes, pack, pack_unsafe,
    python_numbers)
from cupy._core._elementwise cimport converted, copy_into, fill_with
from cupy._core._memory cimport current
from cupy._core._ndarray cimport (
    C_CONTIGUOUS, F_CONTIGUOUS, MAX_RANK, WRITEABLE, ndarray, new_array, new_ordered, read_shape, shape_tuple)
from cupy._core._transfer cimport first_element, to_host, upload
from cupy_backends.backend cimport _backend
from cupy_backends.backend.bfloat16 import rounded
from cupy_backends.backend._backend cimport CUPY_BFLOAT16, CUPY_BOOL, CUPY_INT64

from cpython.buffer cimport PyBUF_ANY_CONTIGUOUS, PyBUF_SIMPLE, Py_buffer, PyBuffer_Release, PyObject_GetBuffer


cdef enum:
    FEW_NUMBERS = 256  # are packed in the time that NumPy takes to look at them


cpdef str order_letter(object order, str allowed):
    """Return an argument `order` as one of the capital letters allowed; None means the first of them."""
    if order is None or order == "C" and allowed[0] == "C":
        return allowed[0]
    letter = order.upper() if isinstance(order, str) else ""
    if len(letter) != 1 or letter not in allowed:
        raise ValueError(f"order must be one of {', '.join(allowed)}, not {order!r}")
    return letter


def stride_order(ndarray a):
    """Return the axes by falling strides; equal ones keep their order."""
    return tuple(sorted(range(a.rank), key=lambda i: -abs(<Py_ssize_t>a.dims[a.rank + <int>i])))


cdef ndarray new_as(ndarray a, int code, int ndim, const Py_ssize_t* shape, str order):
    """Return a new array in the memory order that `order`, C, F, A or K, means for `a`, of `ndim` axes as well.

    Of one array the axes are ordered by their strides alone, those of extent 1 and stretched ones included.
    """
    cdef int[MAX_RANK] axes
    cdef int i
    if order == "C" or order != "F" and a.bits & C_CONTIGUOUS:
        return new_array(code, ndim, shape)
    if order == "F" or a.bits & F_CONTIGUOUS:
        return new_array(code, ndim, shape, True)
    if order == "A":
        return new_array(code, ndim, shape)
    for i, axis in enumerate(stride_order(a)):
        axes[i] = axis
    return new_ordered(code, ndim, shape, axes)


def empty(shape, dtype=float, order="C", *, device=None):
    """Return a new array without initialising its elements.

    Parameters
    ----------
    shape : int or tuple of int
    dtype : dtype-like, optional
        float64 by default.
    order : {'C', 'F'}, optional
    device : Device or int, optional
        The current device by default.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.empty((2, 3), dtype=cp.int8).shape
    (2, 3)
    """
    cdef Py_ssize_t[MAX_RANK] extents
    cdef int ndim = read_shape(shape, extents)
    cdef int code = float_code if dtype is float or dtype is None else code_of(dtype)
    if device is not None:
        with on_device(device):
            return empty(shape, dtype, order)
    return new_array(code, ndim, extents, order != "C" and order_letter(order, "CF") == "F")


def empty_ordered(shape, dtype, axes):
    """Return a new array whose memory runs through the axes in the order of `axes`, the slowest first."""
    cdef Py_ssize_t[MAX_RANK] extents
    cdef int[MAX_RANK] order
    cdef int i, ndim = read_shape(shape, extents)
    for i in range(ndim):
        order[i] = axes[i]
    return new_ordered(code_of(dtype), ndim, extents, order)


cdef ndarray _filled(object shape, object value, object dtype, object order):
    cdef unsigned char[16] scalar
    cdef Py_ssize_t[MAX_RANK] extents
    cdef int ndim = read_shape(shape, extents)
    cdef int code = float_code if dtype is float or dtype is None else code_of(dtype)
    cdef ndarray a
    a = new_array(code, ndim, extents, order != "C" and order_letter(order, "CF") == "F")
    if value is None:
        clear(a)
    else:
        pack_unsafe(value, code, scalar)
        fill_with(a, scalar)
    return a


cdef int clear(ndarray a) except -1:
    """Set the bytes of a new array to zero, which is no launch."""
    if not a.size:
        return 0
    return _backend.check(
        _backend.active().mem_set(<char*>a.block.address + a.offset, 0, a.size * itemsizes[a.code], current().stream),
        "clearing device memory")


def zeros(shape, dtype=float, order="C", *, device=None):
    """Return a new array of zeros.

    Parameters, result and examples are those of :func:`empty`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.zeros(3)
    array([0., 0., 0.])
    """
    if device is not None:
        with on_device(device):
            return zeros(shape, dtype, order)
    return _filled(shape, None, dtype, order)


def ones(shape, dtype=float, order="C", *, device=None):
    """Return a new array of ones.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.ones((2, 2), dtype=int)
    array([[1, 1],
           [1, 1]])
    """
    if device is not None:
        with on_device(device):
            return ones(shape, dtype, order)
    return _filled(shape, 1, dtype, order)


def full(shape, fill_value, dtype=None, order="C", *, device=None):
    """Return a new array filled with `fill_value`, an array-like that broadcasts to `shape`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.full(3, 2.5)
    array([2.5, 2.5, 2.5])
    """
    cdef ndarray a
    if device is not None:
        with on_device(device):
            return full(shape, fill_value, dtype, order)
    if type(fill_value) is not float and (isinstance(fill_value, ndarray) or not numpy.isscalar(fill_value)):
        fill_value = asarray(fill_value, dtype if fill_value is None else None)
        a = empty(shape, fill_value.dtype if dtype is None else dtype, order)
        copy_into(a, fill_value)
        return a
    if dtype is None:
        dtype = float if type(fill_value) is float else numpy.asarray(fill_value).dtype
    return _filled(shape, fill_value, dtype, order)


cdef ndarray _like(ndarray a, object dtype, object order, object shape):
    cdef Py_ssize_t[MAX_RANK] extents
    cdef int ndim, code = a.code if dtype is None else code_of(dtype)
    order = order_letter(order, "KACF")
    if shape is not None:
        ndim = read_shape(shape, extents)
        if ndim != a.rank:
            order = "F" if order == "F" or order == "A" and not a.bits & C_CONTIGUOUS and a.bits & F_CONTIGUOUS else "C"
    else:
        ndim = a.rank
        memcpy(extents, a.dims, ndim * sizeof(Py_ssize_t))
    return new_as(a, code, ndim, extents, order)


def empty_like(prototype, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """Return a new, uninitialised array with the shape, dtype and memory order of `prototype`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.empty_like(cp.zeros((2, 3), 'f4')).dtype
    dtype('float32')
    """
    if device is not None:
        with on_device(device):
            return empty_like(prototype, dtype, order, subok, shape)
    return _like(asarray(prototype), dtype, order, shape)


def zeros_like(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """Return an array of zeros with the shape, dtype and memory order of `a`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.zeros_like(cp.ones(2))
    array([0., 0.])
    """
    return full_like(a, 0, dtype, order, subok, shape, device=device)


def ones_like(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """Return an array of ones with the shape, dtype and memory order of `a`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.ones_like(cp.zeros(2, int))
    array([1, 1])
    """
    return full_like(a, 1, dtype, order, subok, shape, device=device)


def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """Return an array filled with `fill_value`, with the shape, dtype and memory order of `a`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.full_like(cp.zeros(2, int), 7)
    array([7, 7])
    """
    cdef ndarray out
    cdef unsigned char[16] scalar
    if device is not None:
        with on_device(device):
            return full_like(a, fill_value, dtype, order, subok, shape)
    out = _like(asarray(a), dtype, order, shape)
    if isinstance(fill_value, ndarray) or not numpy.isscalar(fill_value):
        copy_into(out, asarray(fill_value))
    else:
        pack_unsafe(fill_value, out.code, scalar)
        fill_with(out, scalar)
    return out


cdef ndarray from_host(object host, object order):
    """Return a device copy of a NumPy array of any layout."""
    cdef cnp.dtype d = host.dtype
    cdef int code = code_of_dtype(d)
    cdef int ndim = cnp.PyArray_NDIM(host)
    cdef const Py_ssize_t* extents = <const Py_ssize_t*>cnp.PyArray_DIMS(host)
    cdef bint c = cnp.PyArray_IS_C_CONTIGUOUS(host), f = cnp.PyArray_IS_F_CONTIGUOUS(host)
    cdef bint fortran = order == "F" or f and not c and order != "C"
    cdef int[MAX_RANK] axes
    cdef int i
    cdef ndarray a
    if held(d) is not d and held(d) != d:
        with numpy.errstate(all="ignore"):
            host = host.astype(held(d))
    if order == "K" and not c and not f:
        host = host.copy("K")
        for i, axis in enumerate(sorted(range(ndim), key=lambda k: -host.strides[k])):
            axes[i] = axis
        a = new_ordered(code, ndim, extents, axes)
    else:
        a = new_array(code, ndim, extents, fortran)
        if not (f if fortran else c) or not cnp.PyArray_ISALIGNED(host):
            host = numpy.require(host, requirements="FA" if fortran else "CA")
    if a.size:
        upload(a, cnp.PyArray_DATA(host))
    return a


def item(ndarray self, *args):
    """Return one element as a Python number; waits for the device.

    Parameters
    ----------
    *args : int or tuple of int
        Nothing for an array of size 1, a flat index, or one index per axis.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.arange(6).reshape(2, 3).item(1, 2)
    5
    """
    cdef ndarray a = self
    if len(args) == 1 and type(args[0]) is int and self.rank == 1:
        a = self[args[0]]
    elif args:
        if len(args) == 1 and isinstance(args[0], tuple):
            args = args[0]
        args = [operator.index(i) for i in args]
        if len(args) == 1 and self.rank != 1:
            if not -self.size <= args[0] < self.size:
                raise IndexError(f"index {args[0]} is out of bounds for size {self.size}")
            a = self[numpy.unravel_index(args[0] % self.size, shape_tuple(self))]
        elif len(args) != self.rank:
            raise ValueError("incorrect number of indices for array")
        else:
            a = self[tuple(args)]
    elif self.size != 1:
        raise ValueError("can only convert an array of size 1 to a Python scalar")
    return first_element(a)


def get(ndarray self, stream=None, order="C", out=None, blocking=True):
    """Return a NumPy array with the elements; waits for the device.

    Parameters
    ----------
    stream : optional
        A stream to wait for as well.
    order : {'C', 'F', 'A'}, optional
    out : numpy.ndarray, optional
        Array of the same shape and dtype to write to.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.arange(3).get()
    array([0, 1, 2])
    """
    order = order_letter(order, "CFAK")
    if stream is not None:
        stream.synchronize()
    if out is None:
        return to_host(self, order)
    if not isinstance(out, numpy.ndarray):
        raise TypeError(f"out must be a numpy.ndarray, not {type(out).__name__}")
    if out.shape != shape_tuple(self) or out.dtype != self.dtype:
        raise ValueError(f"out has shape {out.shape} and dtype {out.dtype}; "
                         f"expected {shape_tuple(self)} and {self.dtype}")
    out[...] = to_host(self, "C")
    return out


def tolist(ndarray self):
    """Return the elements as nested lists of Python numbers; waits for the device.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.arange(4).reshape(2, 2).tolist()
    [[0, 1], [2, 3]]
    """
    return first_element(self) if self.rank == 0 else to_host(self).tolist()


def set(ndarray self, arr, stream=None):
    """Copy a NumPy array of the same shape into this array.

    Examples
    --------
    >>> import cupy as cp, numpy as np
    >>> a = cp.zeros(2)
    >>> a.set(np.array([1., 2.]))
    >>> a
    array([1., 2.])
    """
    if not isinstance(arr, numpy.ndarray):
        raise TypeError(f"set() takes a numpy.ndarray, not {type(arr).__name__}")
    if arr.shape != shape_tuple(self):
        raise ValueError(f"Shape mismatch. Old shape: {shape_tuple(self)}, new shape: {arr.shape}")
    if not self.bits & WRITEABLE:
        raise ValueError("assignment destination is read-only")
    copy_into(self, from_host(arr.astype(self.dtype, copy=False), "C"))


def array(object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0, blocking=False):
    """Return an array with the elements of `object`.

    Parameters
    ----------
    object : array-like
        A device array, a NumPy array, a scalar, nested sequences of these, or an array of another library that
        knows DLPack.
    dtype : dtype-like, optional
    copy : bool or None, optional
        False raises if a copy is needed, None copies only then.
    order : {'K', 'A', 'C', 'F'}, optional
    ndmin : int, optional
        The least rank of the result.

    Returns
    -------
    ndarray

    Raises
    ------
    TypeError
        For dtypes that arrays do not hold (objects, strings, dates, structures).

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array([[1, 2], [3, 4]], dtype=cp.float32)
    array([[1., 2.],
           [3., 4.]], dtype=float32)
    """
    cdef ndarray a
    cdef int code
    order = order_letter(order, "KACF")
    if type(object) in python_numbers and copy is not False:
        a = from_number(object, dtype)
        if a is not None:
            return a if ndmin <= 0 else a.reshape((1,) * ndmin)
    if type(object) is list and copy is not False:
        a = from_numbers(<list>object, dtype)
        if a is not None:
            return a if ndmin <= 1 else a.reshape((1,) * (ndmin - 1) + (-1,))
    if has_dlpack(object):
        from cupy._core._dlpack import from_dlpack
        if copy is False and object.__dlpack_device__()[0] != 12:
            raise ValueError("Unable to avoid copy: the elements are on the host.")
        object = from_dlpack(object)
    if isinstance(object, ndarray):
        a = <ndarray>object
        code = a.code if dtype is None else code_of(dtype)
        fits = code == a.code and not (order == "C" and not a.bits & C_CONTIGUOUS
                                       or order == "F" and not a.bits & F_CONTIGUOUS)
        if copy is True or not fits:
            if copy is False:
                raise ValueError("Unable to avoid copy while creating an array as requested.")
            object = new_as(a, code, a.rank, a.dims, order)
            copy_into(<ndarray>object, a)
            a = <ndarray>object
    else:
        if copy is False:
            raise ValueError("Unable to avoid copy: the elements are on the host.")
        a = from_sequence(object, dtype, order)
    if a.rank < ndmin:
        a = a.reshape((1,) * (ndmin - a.rank) + shape_tuple(a))
    return a


cdef ndarray from_number(object value, object dtype):
    """Return an array of rank 0 with one of Python's numbers; None for an integer beyond int64, which NumPy looks at."""
    cdef unsigned char[16] scalar
    cdef object t = type(value)
    cdef Py_ssize_t no_extents = 0
    cdef ndarray a
    cdef int code
    if dtype is not None:
        code = code_of(dtype)
        if code == CUPY_BFLOAT16:  # takes less from Python
            return None
    elif t is int:
        if not -0x8000000000000000 <= value <= 0x7FFFFFFFFFFFFFFF:
            return None
        code = CUPY_INT64
    else:
        code = float_code if t is float else CUPY_BOOL if t is bool else code_of(complex)
    pack(value, code, scalar)
    a = new_array(code, 0, &no_extents)
    upload(a, scalar)
    return a


cdef ndarray from_numbers(list values, object dtype):
    """Return an array of a short list of Python's integers and floats; None of any other, which NumPy looks at."""
    cdef unsigned char[16 * FEW_NUMBERS] elements
    cdef Py_ssize_t i, count = len(values)
    cdef bint has_float = False
    cdef int code
    cdef ndarray a
    if not 0 < count <= FEW_NUMBERS:
        return None
    for i in range(count):
        if type(values[i]) is float:
            has_float = True
        elif type(values[i]) is not int or dtype is None and not -0x8000000000000000 <= values[i] <= 0x7FFFFFFFFFFFFFFF:
            return None
    if dtype is not None:
        code = code_of(dtype)
    else:
        code = float_code if has_float else CUPY_INT64
    if code == CUPY_BFLOAT16:
        return None
    for i in range(count):
        pack(values[i], code, elements + i * itemsizes[code])
    a = new_array(code, 1, &count)
    upload(a, elements)
    return a


cdef bint has_dlpack(object obj) except -1:
    """Return whether `obj` is an array of another library, which may be on the device as well."""
    cdef object t = type(obj)
    if t is ndarray or t is numpy.ndarray or t is list or t is float or t is int:
        return False
    return not isinstance(obj, (ndarray, cnp.ndarray)) and hasattr(t, "__dlpack_device__")


cdef ndarray from_sequence(object obj, object dtype, object order):
    """Return an array of host data, or of nested sequences that hold device arrays."""
    if not isinstance(obj, cnp.ndarray) and contains_arrays(obj):
        return stacked(obj, dtype)
    host = numpy.asarray(obj) if dtype is None else on_host(obj, dtype_object(code_of(dtype)))
    if cnp.PyArray_ISBYTESWAPPED(host):
        host = host.astype(host.dtype.newbyteorder("="))
    return from_host(host, order)


cdef object on_host(object obj, object wanted):
    """Return host data as a NumPy array of the dtype."""
    with numpy.errstate(all="ignore"):
        if isinstance(obj, numpy.ndarray):
            host = numpy.asarray(obj)
            if wanted.num < 24 or host.dtype.kind not in "iuf":
                host = host.astype(wanted, copy=False)
        elif wanted.num < 24:
            host = numpy.asarray(obj, dtype=wanted)
        else:  # bfloat16 takes less from Python than NumPy's own dtypes do
            host = numpy.asarray(obj)
            if host.dtype.kind not in "biufV":
                host = numpy.asarray(obj, dtype=numpy.float64)
        return numpy.asarray(rounded(host, wanted)) if wanted.num >= 24 else host


def to_assign(value, int code):
    """Return what is assigned to elements of dtype `code`: Python numbers are held to its range, arrays are not."""
    cdef unsigned char[16] scalar
    cdef Py_ssize_t no_extents = 0
    cdef ndarray a
    if isinstance(value, ndarray):
        return converted(<ndarray>value, code)
    if type(value) in python_numbers:  # travels with a launch, where a copy from the host would wait
        pack(value, code, scalar)
        a = new_array(code, 0, &no_extents)
        fill_with(a, scalar)
        return a
    if isinstance(value, numpy.generic):
        value = numpy.asarray(value)
    return from_sequence(value, dtype_object(code), "K")


cdef bint contains_arrays(object obj) except -1:
    if not isinstance(obj, (list, tuple)):
        return isinstance(obj, ndarray)
    for x in obj:
        if isinstance(x, ndarray) or isinstance(x, (list, tuple)) and contains_arrays(x):
            return True
    return False


cdef ndarray stacked(object obj, object dtype):
    """Join the entries of a sequence, some of which are device arrays."""
    from cupy._core._dtype import result_type
    parts = [asarray(x) for x in obj]
    kind = result_type(*parts) if dtype is None else dtype_object(code_of(dtype))
    cdef ndarray out
    if any(p.shape != parts[0].shape for p in parts):
        raise ValueError(f"setting an array element with a sequence: the entries have shapes {[p.shape for p in parts]}")
    out = empty((len(parts),) + parts[0].shape, kind)
    for i, p in enumerate(parts):
        out[i] = p
    return out


def asarray(a, dtype=None, order=None, *, device=None, copy=None, blocking=False):
    """Return `a` as a device array, without a copy if it is one already.

    Parameters
    ----------
    a : array-like
    dtype : dtype-like, optional
    order : {'K', 'A', 'C', 'F'}, optional
    device : Device or int, optional
        Where the result is to be; the current device, or that of `a`, by default.
    copy : bool or None, optional

    Examples
    --------
    >>> import cupy as cp, numpy as np
    >>> cp.asarray(np.arange(3)) * 2
    array([0, 2, 4])
    """
    if device is not None:
        with on_device(device) as target:
            a = asarray(a, dtype, order, copy=copy)
        if a.device != target:
            if copy is False:
                raise ValueError(f"Unable to avoid copy: the array is on {a.device}, not on {target}")
            a = a.to_device(target)
        return a
    if type(a) is ndarray and dtype is None and order is None and copy is None:
        return a
    return array(a, dtype, copy=copy, order="K" if order is None else order)


def on_device(device):
    """Return the context in which a function with a `device` argument allocates: a Device."""
    from cupy._core._device import Device
    if isinstance(device, (int, Device)):
        return Device(device)
    if isinstance(device, str):
        raise ValueError(f"device {device!r} is not understood: the devices are Device(0), Device(1), ...; "
                         "for an array on the host use numpy")
    raise TypeError(f"device must be a Device or a number, not {type(device).__name__}")


def asnumpy(a, stream=None, order="C", out=None, *, blocking=True):
    """Return `a` as a NumPy array on the host; waits for the device.

    Parameters are those of :meth:`ndarray.get`; host data pass through ``numpy.asarray``.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.asnumpy(cp.ones(2))
    array([1., 1.])
    """
    if isinstance(a, ndarray):
        return get(a, stream, order, out, blocking)
    host = numpy.asarray(a, order=order)
    if out is None:
        return host
    out[...] = host
    return out


def astype(ndarray self, dtype, order="K", casting="unsafe", subok=True, copy=True):
    """Return a copy of the array, cast to `dtype`.

    Parameters
    ----------
    dtype : dtype-like
    order : {'K', 'A', 'C', 'F'}, optional
    casting : str, optional
        NumPy's casting rule to hold the cast to; 'same_value' waits for the device.
    copy : bool, optional
        False returns the array itself if nothing has to change.

    Raises
    ------
    TypeError
        If `casting` forbids the cast.
    ValueError
        If `casting` is 'same_value' and an element would change.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array([1.7, -1.7]).astype(int)
    array([ 1, -1])
    """
    cdef int code = code_of(dtype)
    cdef ndarray out
    if order != "K":
        order = order_letter(order, "KACF")
    if casting != "unsafe":
        if casting == "same_value":
            out = astype(self, dtype, order, copy=copy)
            back = out.astype(self.dtype)
            if code != self.code and not ((back == self) & (out == self) | (back != back) & (self != self)).all():
                raise ValueError(f"could not cast 'same_value' {self.dtype} to {out.dtype}: an element would change")
            return out
        if not can_cast_codes(self.code, code, casting):
            raise TypeError(f"Cannot cast {'array data' if self.rank else 'scalar'} from {self.dtype!r} to "
                            f"{dtype_object(code)!r} according to the rule '{casting}'")
    if not copy and code == self.code and (order in ("K", "A") or order == "C" and self.bits & C_CONTIGUOUS
                                           or order == "F" and self.bits & F_CONTIGUOUS):
        return self
    out = new_as(self, code, self.rank, self.dims, order)
    copy_into(out, self)
    return out


def copy(ndarray self, order="C"):
    """Return a copy of the array.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.arange(3)
    >>> b = a.copy(); b[0] = 9
    >>> a
    array([0, 1, 2])
    """
    cdef ndarray out = new_as(self, self.code, self.rank, self.dims, order_letter(order, "CFAK"))
    copy_into(out, self)
    return out


def fill(ndarray self, value):
    """Set every element to `value`.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.empty(2)
    >>> a.fill(3)
    >>> a
    array([3., 3.])
    """
    cdef unsigned char[16] scalar
    if not self.bits & WRITEABLE:
        raise ValueError("assignment destination is read-only")
    if isinstance(value, ndarray):
        if (<ndarray>value).size != 1:
            raise ValueError("fill() takes a scalar or an array of size 1")
        copy_into(self, (<ndarray>value).reshape(()))
        return
    pack(value, self.code, scalar)
    fill_with(self, scalar)


def copyto(ndarray dst, src):
    """dst[...] = src, with broadcasting and an unsafe cast, in one launch."""
    if not dst.bits & WRITEABLE:
        raise ValueError("assignment destination is read-only")
    copy_into(dst, asarray(src))
