"""DLPack: arrays handed to other libraries, and taken from them, without a copy where both sit on one device.

Device memory is exported as an extension device: the host cannot read it. A consumer that asks for the host (device
type 1) is given a copy. A capsule that came from here is taken back as a view of the very same block.
"""

import operator

import numpy

from cpython.mem cimport PyMem_RawFree, PyMem_RawMalloc
from cpython.memoryview cimport PyMemoryView_FromMemory
from cpython.buffer cimport PyBUF_READ
from cpython.object cimport PyObject
from cpython.pycapsule cimport (
    PyCapsule_CheckExact, PyCapsule_GetName, PyCapsule_GetPointer, PyCapsule_IsValid, PyCapsule_New, PyCapsule_SetName)
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

from cupy._core._dtype cimport dtype_object, held, itemsizes
from cupy._core._memory cimport adopt, current, ensure_current, require
from cupy._core._ndarray cimport MAX_RANK, WRITEABLE, blank, ndarray, new_view, shape_tuple, update_flags
from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport cupyBackend, cupyStream

from cupy._core import _creation
from cupy._core._device import Device, Stream, device_count
from cupy._core._ndarray import install

cdef extern from "Python.h":
    int Py_IsInitialized()

cdef enum:
    KIND_INT, KIND_UINT, KIND_FLOAT, KIND_OPAQUE, KIND_BFLOAT, KIND_COMPLEX, KIND_BOOL

cdef enum:
    ON_HOST = 1          # device types of the specification
    ON_PINNED_HOST = 3
    ON_EXTENSION = 12

cdef enum:
    READ_ONLY = 1        # flags of a versioned tensor
    IS_COPIED = 2

ctypedef struct DLDevice:
    int32_t device_type
    int32_t device_id

ctypedef struct DLDataType:
    uint8_t code
    uint8_t bits
    uint16_t lanes

ctypedef struct DLTensor:
    void* data
    DLDevice device
    int32_t ndim
    DLDataType dtype
    int64_t* shape
    int64_t* strides     # in elements; NULL: C order
    uint64_t byte_offset

ctypedef struct Unversioned:
    DLTensor tensor
    void* owner
    void (*deleter)(Unversioned*) noexcept

ctypedef struct Versioned:
    uint32_t major
    uint32_t minor
    void* owner
    void (*deleter)(Versioned*) noexcept
    uint64_t flags
    DLTensor tensor

cdef const char* UNVERSIONED = "dltensor"
cdef const char* VERSIONED = "dltensor_versioned"
cdef const char* USED = "used_dltensor"
cdef const char* USED_VERSIONED = "used_dltensor_versioned"

cdef uint8_t[15] _kinds
cdef dict _codes = {}
for _code, _kind in enumerate([KIND_BOOL] + 4 * [KIND_INT] + 4 * [KIND_UINT] + [KIND_FLOAT, KIND_BFLOAT]
                              + 2 * [KIND_FLOAT] + 2 * [KIND_COMPLEX]):
    _kinds[_code] = _kind
    _codes[_kind, 8 * itemsizes[_code]] = _code


# Export.

cdef void let_go(void* owner) noexcept with gil:
    Py_DECREF(<object>owner)


cdef void delete_unversioned(Unversioned* managed) noexcept:
    if Py_IsInitialized():
        let_go(managed.owner)
    PyMem_RawFree(managed)


cdef void delete_versioned(Versioned* managed) noexcept:
    if Py_IsInitialized():
        let_go(managed.owner)
    PyMem_RawFree(managed)


cdef void drop_capsule(object capsule) noexcept:
    """Free the tensor of a capsule that nobody took."""
    cdef Unversioned* old
    cdef Versioned* new
    if PyCapsule_IsValid(capsule, UNVERSIONED):
        old = <Unversioned*>PyCapsule_GetPointer(capsule, UNVERSIONED)
        if old.deleter is not NULL:
            old.deleter(old)
    elif PyCapsule_IsValid(capsule, VERSIONED):
        new = <Versioned*>PyCapsule_GetPointer(capsule, VERSIONED)
        if new.deleter is not NULL:
            new.deleter(new)


cdef int describe(DLTensor* t, int code, tuple shape, tuple strides, size_t address, int64_t* dims) except -1:
    """Write what device and host tensors have in common; `strides` count bytes."""
    cdef int i
    t.ndim = len(shape)
    t.dtype.code = _kinds[code]
    t.dtype.bits = 8 * itemsizes[code]
    t.dtype.lanes = 1
    t.byte_offset = 0
    t.shape, t.strides = dims, dims + t.ndim
    for i in range(t.ndim):
        dims[i] = shape[i]
        dims[t.ndim + i] = strides[i] // itemsizes[code]
    t.data = NULL if 0 in shape else <void*>address
    return 0


cdef object capsule_of(ndarray like, object owner, size_t address, tuple strides, DLDevice where, bint versioned,
                       uint64_t flags):
    """Return a capsule that keeps `owner` alive and describes elements like those of an array."""
    cdef size_t dims = 2 * like.rank * sizeof(int64_t)
    cdef void* memory = PyMem_RawMalloc((sizeof(Versioned) if versioned else sizeof(Unversioned)) + dims)
    cdef Unversioned* old = <Unversioned*>memory
    cdef Versioned* new = <Versioned*>memory
    cdef tuple shape = shape_tuple(like)
    if memory is NULL:
        raise MemoryError()
    if versioned:
        new.major, new.minor = 1, 0
        new.flags = flags
        new.owner = <void*>owner
        new.deleter = delete_versioned
        describe(&new.tensor, like.code, shape, strides, address, <int64_t*>(new + 1))
        new.tensor.device = where
    else:
        old.owner = <void*>owner
        old.deleter = delete_unversioned
        describe(&old.tensor, like.code, shape, strides, address, <int64_t*>(old + 1))
        old.tensor.device = where
    try:
        capsule = PyCapsule_New(memory, VERSIONED if versioned else UNVERSIONED, drop_capsule)
    except BaseException:
        PyMem_RawFree(memory)
        raise
    Py_INCREF(owner)
    return capsule


cdef size_t address_of(object host) except? 0:
    # NumPy's own export lacks bfloat16.
    return host.view("u2").__array_interface__["data"][0] if host.dtype.name == "bfloat16" else host.ctypes.data


def device_pair(name, value):
    """Return `value`, which must be two integers, as a tuple."""
    try:
        first, second = value
        return operator.index(first), operator.index(second)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be None or a tuple of two integers, not {value!r}") from None


cdef int settle(object stream) except -1:
    """Let work that a consumer puts on `stream` come after what has been put on the current stream."""
    if stream is None:
        handle = 0
    elif isinstance(stream, Stream):
        handle = stream.ptr
    elif isinstance(stream, int) and stream >= -1:
        handle = stream
    else:
        raise TypeError(f"stream must be None, -1, the handle of a stream or a Stream, not {stream!r}")
    ensure_current()
    # A handle may be of another library's making: waiting here asks nothing of it.
    if handle != -1 and handle != <size_t>current().stream:
        _backend.check(_backend.active().stream_synchronize(current().stream), "waiting for a stream")
    return 0


def to_dlpack(ndarray self, *, stream=None, max_version=None, dl_device=None, copy=None):
    """Return a DLPack capsule of the array, for the ``from_dlpack`` of another library.

    Parameters
    ----------
    stream : int or Stream, optional
        The consumer's stream, whose work will come after the work done so far; -1 asks for no order at all.
    max_version : tuple of int, optional
        The newest DLPack version that the consumer knows; an unversioned capsule by default.
    dl_device : tuple of int, optional
        (type, number): the array's own device by default; (1, 0) asks for a copy on the host.
    copy : bool, optional
        True always copies, False refuses to.

    Returns
    -------
    capsule
        Device memory is exported as an extension device (type 12).

    Raises
    ------
    BufferError
        If the array cannot be exported as asked for: on another kind of device, read-only to a consumer without
        versions, without the copy that is needed.

    Examples
    --------
    >>> import cupy as cp, numpy as np
    >>> np.from_dlpack(cp.arange(3), device='cpu')
    array([0, 1, 2])
    """
    cdef DLDevice where
    cdef ndarray a = self
    cdef bint versioned = max_version is not None and device_pair("max_version", max_version) >= (1, 0)
    cdef uint64_t flags = 0
    cdef int here = self.block.arena.device
    kind, number = (ON_EXTENSION, here) if dl_device is None else device_pair("dl_device", dl_device)
    if kind == ON_HOST:
        if copy is False:
            raise BufferError("exporting a device array to the host takes a copy, which copy=False forbids")
        with Device(here):
            host = a.get()
        where.device_type, where.device_id = ON_HOST, 0
        return capsule_of(a, host, address_of(host), host.strides, where, versioned, IS_COPIED)
    if kind != ON_EXTENSION or not 0 <= number < device_count():
        raise BufferError(f"a device array cannot be exported to the device {(kind, number)}; it is on "
                          f"{(ON_EXTENSION, here)}, and (1, 0) gives a copy on the host")
    if number != here:
        if copy is False:
            raise BufferError(f"exporting from device {here} to device {number} takes a copy, which copy=False forbids")
        a = self.to_device(Device(number))
        flags = IS_COPIED
    elif copy:
        a = self.copy("K")
        flags = IS_COPIED
    if not a.bits & WRITEABLE:
        if not versioned:
            raise BufferError("a read-only array cannot be exported to a consumer without DLPack versions; "
                              "export a copy (copy=True)")
        flags |= READ_ONLY
    for stride in a.strides:
        if stride % itemsizes[a.code]:
            raise BufferError(f"strides {a.strides} are no multiples of the itemsize {itemsizes[a.code]}; "
                              "export a copy (copy=True)")
    settle(stream)
    require(a.block)
    where.device_type, where.device_id = ON_EXTENSION, number
    return capsule_of(a, a, <size_t>a.block.address + a.offset, a.strides, where, versioned, flags)


def dlpack_device(ndarray self):
    """Return (12, device number): the DLPack device of the array.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.arange(3).__dlpack_device__()
    (12, 0)
    """
    return ON_EXTENSION, self.block.arena.device


# Import.

cdef void finish_unversioned(void* managed) noexcept:
    if (<Unversioned*>managed).deleter is not NULL:
        (<Unversioned*>managed).deleter(<Unversioned*>managed)


cdef void finish_versioned(void* managed) noexcept:
    if (<Versioned*>managed).deleter is not NULL:
        (<Versioned*>managed).deleter(<Versioned*>managed)


cdef int read_tensor(DLTensor* t, Py_ssize_t* dims, Py_ssize_t* low, Py_ssize_t* high) except -1:
    """Check a foreign description; write its shape and byte strides and the range of its bytes; return its code."""
    cdef Py_ssize_t step, extent
    cdef int i, code
    cdef bint empty = False
    found = _codes.get((t.dtype.code, t.dtype.bits)) if t.dtype.lanes == 1 else None
    if found is None:
        raise BufferError(f"DLPack type (code {t.dtype.code}, {t.dtype.bits} bits, {t.dtype.lanes} lanes) is not a "
                          "dtype that arrays hold")
    if not 0 <= t.ndim <= MAX_RANK:
        raise BufferError(f"a DLPack tensor of rank {t.ndim}: the largest rank is {MAX_RANK}")
    code = found
    step = itemsizes[code]
    for i in range(t.ndim - 1, -1, -1):
        dims[i] = t.shape[i]
        if dims[i] < 0:
            raise BufferError(f"a DLPack tensor with a negative extent ({dims[i]})")
        dims[t.ndim + i] = step if t.strides is NULL else t.strides[i] * itemsizes[code]
        step *= dims[i] if dims[i] > 1 else 1
        empty = empty or dims[i] == 0
    low[0], high[0] = 0, 0 if empty else itemsizes[code]
    if not empty:
        for i in range(t.ndim):
            extent = (dims[i] - 1) * dims[t.ndim + i]
            if extent < 0:
                low[0] += extent
            else:
                high[0] += extent
        if t.data is NULL:
            raise BufferError("a DLPack tensor with elements and a null pointer")
    return code


cdef object host_view(int code, DLTensor* t, const Py_ssize_t* dims, Py_ssize_t low, Py_ssize_t high):
    """Return a NumPy array over a tensor in host memory, good while the tensor lives."""
    cdef char* start = <char*>t.data + t.byte_offset + low
    cdef tuple shape = tuple([dims[i] for i in range(t.ndim)])
    if high == low:
        return numpy.empty(shape, dtype_object(code))
    return numpy.ndarray(shape, dtype_object(code), PyMemoryView_FromMemory(start, high - low, PyBUF_READ), -low,
                         tuple([dims[t.ndim + i] for i in range(t.ndim)]))


cdef int check_memory(char* address, size_t bytes) except -1:
    """Refuse an extension device's memory that is not of this device: read its first and last byte."""
    cdef unsigned char byte
    cdef cupyBackend* backend
    cdef cupyStream stream
    cdef int rc
    ensure_current()
    backend, stream = _backend.active(), current().stream
    with nogil:
        rc = backend.device_synchronize()  # the producer's work may be on any stream
        if rc == 0:
            rc = backend.copy_to_host(&byte, address, 1, stream)
        if rc == 0:
            rc = backend.copy_to_host(&byte, address + bytes - 1, 1, stream)
    if rc:
        try:
            _backend.check(rc, "reading the memory of a DLPack tensor")
        except Exception as error:
            raise BufferError("the DLPack tensor's extension device is not a device of this library") from error
    return 0


cdef ndarray foreign_view(int code, DLTensor* t, const Py_ssize_t* dims, Py_ssize_t low, Py_ssize_t high, void* owner,
                          void (*finish)(void*) noexcept):
    """Return an array over device memory of another library; `finish(owner)` runs when the last view of it dies."""
    cdef char* start = <char*>t.data + t.byte_offset
    cdef ndarray a = blank(code, t.ndim)
    cdef int i
    check_memory(start + low, high - low)
    memcpy(a.dims, dims, 2 * t.ndim * sizeof(Py_ssize_t))
    a.size = 1
    for i in range(t.ndim):
        a.size *= dims[i]
    a.block = adopt(start + low, high - low, owner, finish)
    a.offset = -low
    update_flags(a)
    return a


cdef object take_capsule(object capsule, object copy):
    """Return an array with the elements of a capsule, which is used up; a copy if they are on the host."""
    cdef Unversioned* old = NULL
    cdef Versioned* new = NULL
    cdef void* managed
    cdef void (*finish)(void*) noexcept
    cdef Py_ssize_t[2 * MAX_RANK] dims
    cdef Py_ssize_t low, high
    cdef DLTensor* t
    cdef ndarray a
    cdef bint ours, kept = False
    cdef int code
    if not PyCapsule_CheckExact(capsule):
        raise TypeError(f"__dlpack__() returned {type(capsule).__name__}, expected a capsule")
    if PyCapsule_IsValid(capsule, VERSIONED):
        new = <Versioned*>PyCapsule_GetPointer(capsule, VERSIONED)
        if new.major != 1:
            raise BufferError(f"DLPack version {new.major}.{new.minor} is not known here; expected 1")
        managed, t, finish, ours = new, &new.tensor, finish_versioned, new.deleter == delete_versioned
    elif PyCapsule_IsValid(capsule, UNVERSIONED):
        old = <Unversioned*>PyCapsule_GetPointer(capsule, UNVERSIONED)
        managed, t, finish, ours = old, &old.tensor, finish_unversioned, old.deleter == delete_unversioned
    else:
        name = PyCapsule_GetName(capsule)
        raise ValueError(f"expected an unused DLPack capsule, found {name.decode() if name is not NULL else None!r}; "
                         "a capsule can be taken once")
    code = read_tensor(t, dims, &low, &high)
    read_only = new is not NULL and new.flags & READ_ONLY
    if t.device.device_type in (ON_HOST, ON_PINNED_HOST):
        if copy is False:
            raise BufferError("the elements are on the host: taking them to the device is a copy, which copy=False forbids")
        a = _creation.array(host_view(code, t, dims, low, high))
    elif t.device.device_type == ON_EXTENSION:
        if not 0 <= t.device.device_id < device_count():
            raise BufferError(f"device {t.device.device_id} does not exist; there are {device_count()}, counted from 0")
        if not ours and held(dtype_object(code)) != dtype_object(code):
            raise BufferError(f"the array holds {dtype_object(code)}, which CUPY_FLOAT64=float32 keeps off the device; "
                              "convert it to float32 or complex64 before it is handed over")
        with Device(t.device.device_id):
            if ours:
                a = <ndarray><object>(new.owner if new is not NULL else old.owner)
                a = new_view(a, a.code, a.rank, a.dims, a.dims + a.rank, a.offset)
            elif high == low:
                a = _creation.empty(tuple([dims[i] for i in range(t.ndim)]), dtype_object(code))
            else:
                a = foreign_view(code, t, dims, low, high, managed, finish)
                kept = True
            if read_only:
                a.bits &= ~WRITEABLE
            if copy:
                a = a.copy("K")
    else:
        raise BufferError(f"DLPack device type {t.device.device_type} is neither the host nor an extension device")
    PyCapsule_SetName(capsule, USED if new is NULL else USED_VERSIONED)
    if not kept:
        finish(managed)
    return a


def from_dlpack(x, /, *, device=None, copy=None):
    """Return an array of the elements of `x`, an array of this or another library.

    Parameters
    ----------
    x : object with ``__dlpack__`` and ``__dlpack_device__``
    device : Device or int, optional
        Where the result is to be; where the elements are by default, and the current device for those on the host.
    copy : bool, optional
        True always copies; False raises if a copy is needed, as for elements on the host.

    Returns
    -------
    ndarray
        A view of the same memory if `x` is on the device.

    Raises
    ------
    BufferError
        If the elements cannot be taken: an unknown dtype or device, a copy that is forbidden.

    Examples
    --------
    >>> import cupy as cp, numpy as np
    >>> cp.from_dlpack(np.arange(3)) * 2
    array([0, 2, 4])
    """
    cdef ndarray a
    target = None
    if device is not None:
        if not isinstance(device, (int, Device)):
            raise ValueError(f"device must be None or a device of this library, not {device!r}; "
                             "for an array on the host use numpy.from_dlpack(x, device='cpu')")
        target = Device(device)
    if isinstance(x, ndarray):
        a = <ndarray>x
        a = a.copy("K") if copy else new_view(a, a.code, a.rank, a.dims, a.dims + a.rank, a.offset)
    else:
        if not (hasattr(x, "__dlpack__") and hasattr(x, "__dlpack_device__")):
            raise TypeError(f"from_dlpack() takes an object with __dlpack__ and __dlpack_device__, not "
                            f"{type(x).__name__}")
        kind = x.__dlpack_device__()[0]
        if kind not in (ON_HOST, ON_PINNED_HOST, ON_EXTENSION):
            raise BufferError(f"DLPack device type {int(kind)} is neither the host nor an extension device")
        if kind != ON_EXTENSION and copy is False:
            raise BufferError("the elements are on the host: taking them to the device is a copy, which copy=False forbids")
        try:
            capsule = x.__dlpack__(max_version=(1, 0))
        except TypeError:  # producers older than DLPack 1.0
            capsule = x.__dlpack__()
        with target or Device():
            a = take_capsule(capsule, copy)
    if target is None or a.device == target:
        return a
    if copy is False:
        raise BufferError(f"moving from {a.device} to {target} takes a copy, which copy=False forbids")
    return a.to_device(target)


def from_capsule(capsule, /):
    """Return an array of the elements of a DLPack capsule; :func:`from_dlpack` is the newer way.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.fromDlpack(cp.arange(3).toDlpack())
    array([0, 1, 2])
    """
    return take_capsule(capsule, None)


def to_capsule(self):
    """Return an unversioned DLPack capsule of the array, for :func:`cupy.fromDlpack`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.fromDlpack(cp.ones(2).toDlpack())
    array([1., 1.])
    """
    return to_dlpack(self)


install("__dlpack__", to_dlpack)
install("__dlpack_device__", dlpack_device)
install("toDlpack", to_capsule)
