"""Copies between host and device."""

cimport numpy as cnp

cnp.import_array()

from cupy._core cimport _ndarray
from cupy._core._dtype cimport dtype_object, itemsizes, unpack
from cupy._core._elementwise cimport copy_into
from cupy._core._memory cimport current, ensure_current, require, waited
from cupy._core._ndarray cimport C_CONTIGUOUS, F_CONTIGUOUS, ndarray, new_array
from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport (
    CUPY_BFLOAT16, CUPY_BOOL, CUPY_FLOAT32, CUPY_FLOAT64, CUPY_INT64, cupyBackend, cupyStream)

cdef enum:
    FEW_BYTES = 4096  # are copied before another thread could take the interpreter's lock


cdef int upload(ndarray a, const void* source) except -1:
    """Copy elements that lie in host memory as those of `a` do to the device."""
    cdef cupyBackend* backend
    cdef char* target
    cdef size_t nbytes = a.size * itemsizes[a.code]
    cdef cupyStream stream
    cdef int rc
    ensure_current()
    require(a.block)
    backend, stream, target = _backend.active(), current().stream, <char*>a.block.address + a.offset
    with nogil:
        rc = backend.copy_to_device(target, source, nbytes, stream)
    return _backend.check(rc, "copying from the host")


cdef int fetch(ndarray a, void* target, cupyStream stream, bint idle=False) except -1:
    """Copy an array as it lies in memory to the host, after what is queued on `stream`.

    Host functions among that work take the interpreter's lock, which therefore is let go of, but for a few bytes
    that nothing is queued before (`idle`: which is known).
    """
    cdef cupyBackend* backend
    cdef const char* source
    cdef size_t nbytes = a.size * itemsizes[a.code]
    cdef int rc, done = idle
    require(a.block)
    backend, source = _backend.active(), <const char*>a.block.address + a.offset
    if not idle and nbytes <= FEW_BYTES:
        _backend.check(backend.stream_query(stream, &done), "querying a stream")
    if done:
        rc = backend.copy_to_host(target, source, nbytes, stream)
    else:
        with nogil:
            rc = backend.copy_to_host(target, source, nbytes, stream)
    return _backend.check(rc, "copying to the host")


cdef object to_host(ndarray a, str order="C"):
    """Return a new NumPy array with the elements of `a`; waits for the stream."""
    cdef ndarray source = a
    cdef bint fortran = order != "C" and (
        order == "F" or a.bits & F_CONTIGUOUS and not a.bits & C_CONTIGUOUS)
    cdef object host
    if a.block.arena.device != current().device:
        with device(a.block.arena.device):  # whose work is to be waited for
            return to_host(a, order)
    if not a.bits & (F_CONTIGUOUS if fortran else C_CONTIGUOUS):
        source = new_array(a.code, a.rank, a.dims, fortran)
        copy_into(source, a)
    host = cnp.PyArray_EMPTY(a.rank, <cnp.npy_intp*>a.dims, (<cnp.dtype>dtype_object(a.code)).num, fortran)
    if a.size:
        ensure_current()
        fetch(source, cnp.PyArray_DATA(host), current().stream)
        waited(current().stream)
    return host


cdef object first_element(ndarray a):
    """Return the only element of `a` as a Python number; waits for the stream."""
    cdef unsigned char[16] data
    if a.block.arena.device != current().device:
        with device(a.block.arena.device):
            return first_element(a)
    ensure_current()
    fetch(a, data, current().stream)
    waited(current().stream)
    if a.code == CUPY_FLOAT64:
        return (<double*>data)[0]
    if a.code == CUPY_FLOAT32:
        return <double>(<float*>data)[0]
    if a.code == CUPY_INT64:
        return (<long long*>data)[0]
    if a.code == CUPY_BOOL:
        return data[0] != 0
    value = unpack(a.code, data)
    return float(value) if a.code == CUPY_BFLOAT16 else value.item()


cdef object device(int number):
    from cupy._core._device import Device
    return Device(number)


_ndarray.only_element = first_element
