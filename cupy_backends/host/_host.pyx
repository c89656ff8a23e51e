# distutils: language = c++
# distutils: include_dirs = cupy_backends/host cupy_backends/cannsim/src/kernels
# distutils: depends = cupy_backends/host/host.h cupy_backends/host/loops.h cupy_backends/host/random.h cupy_backends/host/synchronous.h cupy_backends/cannsim/src/kernels/array/random_stream.h
"""Lays NumPy arrays over operands in host memory and runs the table of ``ops`` on them."""

import os
import threading

cimport numpy as cnp
from cpython.object cimport PyObject
from cpython.pycapsule cimport PyCapsule_New
from cpython.ref cimport Py_INCREF
from libc.stdint cimport int8_t, int64_t

from cupy_backends.backend._backend cimport (
    CUPY_BFLOAT16, CUPY_NUM_DTYPES, CUPY_NUM_OPS, CUPY_OK, CUPY_PYTHON_ERROR,
    cupyAttr, cupyBackend, cupyOpInfo, cupyOperand, cupy_op_info,
)

import numpy

from cupy_backends.host import ops as _ops

cnp.import_array()
cnp.import_umath()

cdef extern from "numpy/arrayobject.h":
    object PyArray_NewFromDescr(type subtype, cnp.dtype descr, int nd, const cnp.npy_intp* dims,
                                const cnp.npy_intp* strides, void* data, int flags, PyObject* obj)

cdef extern from "host.h" namespace "cupy_host" nogil:
    cupyBackend* make_backend "cupy_host::backend"(int (*)(int, cupyOperand*, int, const cupyAttr*) noexcept nogil,
                                                   size_t limit)

cdef extern from "loops.h" namespace "cupy_host" nogil:
    int kMaxOperands
    void add_loop(int op, const int8_t* dtypes, int n, void* function, void* data)
    bint run_loop(int op, cupyOperand* operands, int n, const cupyAttr* attrs)

cdef extern from "random.h" namespace "cupy_host" nogil:
    bint run_random(int op, const cupyOperand* operands, int n, const cupyAttr* attrs, int* status)
    const char* kRandomStream "cannsim::kRandomStream"

cdef list _dtypes = [numpy.dtype(name) if name != "bfloat16" else None for name in (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "bfloat16", "float32", "float64", "complex64", "complex128")]
cdef list _functions = [_ops.FUNCTIONS[cupy_op_info[_i].name.decode()] for _i in range(CUPY_NUM_OPS)]
cdef list _attr_types = [_ops.ATTR_TYPES[cupy_op_info[_i].name.decode()] for _i in range(CUPY_NUM_OPS)]
_failed = threading.local()


cdef cnp.dtype _dtype(int code):
    if not 0 <= code < CUPY_NUM_DTYPES:
        raise ValueError(f"{code} is not a dtype of the contract")
    if code == CUPY_BFLOAT16 and _dtypes[code] is None:
        from ml_dtypes import bfloat16
        _dtypes[code] = numpy.dtype(bfloat16)
    return <cnp.dtype>_dtypes[code]


cdef object _array(cupyOperand* operand, bint writeable):
    """Return an array over the operand's own memory; it must not outlive the call."""
    cdef cnp.dtype dtype = _dtype(operand.dtype)
    cdef int flags = cnp.NPY_ARRAY_WRITEABLE if writeable else 0
    cdef int axis
    cdef bint empty = False
    Py_INCREF(dtype)  # PyArray_NewFromDescr takes one over
    if operand.block is NULL:
        for axis in range(operand.ndim):
            empty = empty or operand.shape[axis] == 0
        if not empty:
            return PyArray_NewFromDescr(cnp.ndarray, dtype, 0, NULL, NULL, operand.scalar, flags, NULL)
        return PyArray_NewFromDescr(cnp.ndarray, dtype, operand.ndim, <cnp.npy_intp*>operand.shape,
                                    NULL, NULL, 0, NULL)
    return PyArray_NewFromDescr(cnp.ndarray, dtype, operand.ndim, <cnp.npy_intp*>operand.shape,
                                <cnp.npy_intp*>operand.strides, <char*>operand.block + operand.offset, flags, NULL)


cdef tuple _values(list types, const cupyAttr* attrs):
    cdef list values = []
    cdef int k
    cdef int64_t i
    for k, kind in enumerate(types):
        if kind == "ints":
            values.append(tuple([attrs[k].list[i] for i in range(attrs[k].count)]))
        elif kind == "float":
            values.append(attrs[k].f)
        elif kind == "uint":
            values.append(attrs[k].u)
        elif kind == "bool":
            values.append(attrs[k].i != 0)
        else:
            values.append(attrs[k].i)
    return tuple(values)


cdef int _run(int op, cupyOperand* operands, int n, const cupyAttr* attrs) except -1:
    if not 0 <= op < CUPY_NUM_OPS:
        raise ValueError(f"{op} is not an operation of the contract")
    cdef cupyOpInfo info = cupy_op_info[op]
    cdef int nin = info.nin if info.nin >= 0 else n - info.nout
    cdef int k
    if nin < 0 or nin > n or (info.nin >= 0 and info.nout >= 0 and n != info.nin + info.nout):
        raise ValueError(f"{info.name.decode()} was given {n} operands")
    inputs = [_array(&operands[k], False) for k in range(nin)]
    outputs = [_array(&operands[k], True) for k in range(nin, n)]
    count = _functions[op](inputs, outputs, *_values(_attr_types[op], attrs))
    if count is not None:
        operands[nin].shape[0] = count
    return 0


cdef int _register_loops() except -1:
    """Hand NumPy's inner loops over the contract's dtypes to ``loops.h``."""
    cdef cnp.ufunc ufunc
    cdef int8_t dtypes[4]
    cdef int op, index, k
    cdef dict codes = {_dtypes[k].num: k for k in range(CUPY_NUM_DTYPES) if _dtypes[k] is not None}
    codes[numpy.dtype("longlong").num] = codes[numpy.dtype("int64").num]
    codes[numpy.dtype("ulonglong").num] = codes[numpy.dtype("uint64").num]
    for op in range(CUPY_NUM_OPS):
        name = cupy_op_info[op].name.decode()
        function = numpy.matmul if name == "matmul" else _ops.ufunc_of(name)
        if function is None or function.nargs > kMaxOperands:
            continue
        ufunc = function
        for index in range(ufunc.ntypes):
            signature = [codes.get(<int>ufunc.types[index * ufunc.nargs + k]) for k in range(ufunc.nargs)]
            if None in signature or _dtypes[signature[0]].kind in _ops.NO_LOOP.get(name, ""):
                continue
            for k, code in enumerate(signature):
                dtypes[k] = code
            add_loop(op, dtypes, ufunc.nargs, <void*>ufunc.functions[index], <void*>ufunc.data[index])
    return 0


_register_loops()


cdef int run(int op, cupyOperand* operands, int n, const cupyAttr* attrs) noexcept nogil:
    """Carry out ``op`` on operands whose blocks are host addresses."""
    cdef int status
    if run_loop(op, operands, n, attrs):
        return CUPY_OK
    if run_random(op, operands, n, attrs, &status):
        return status
    return _run_with_arrays(op, operands, n, attrs)


cdef int _run_with_arrays(int op, cupyOperand* operands, int n, const cupyAttr* attrs) noexcept with gil:
    try:
        _run(op, operands, n, attrs)
    except BaseException as error:
        # Its frames hold arrays over memory that is not theirs.
        keep_exception(error)
        return CUPY_PYTHON_ERROR
    return CUPY_OK


cdef const char* random_stream() noexcept:
    """Name the definition of this backend's random numbers."""
    return kRandomStream


cdef int keep_exception(object error) except -1:
    """Let this thread's next CUPY_PYTHON_ERROR raise `error`."""
    _failed.exception = error.with_traceback(None)
    return 0


cpdef object take_exception():
    """Return the exception behind this thread's last CUPY_PYTHON_ERROR, once."""
    error = getattr(_failed, "exception", None)
    _failed.exception = None
    return error if error is not None else RuntimeError("the host reported a Python error but kept none")


cdef size_t _limit() except? 0:
    text = os.environ.get("CUPY_HOST_MEMORY", "0")
    try:
        limit = int(text)
        if limit < 0:
            raise ValueError
    except ValueError:
        raise ValueError(f"CUPY_HOST_MEMORY={text!r}: expected a number of bytes") from None
    return limit


cdef cupyBackend* backend() except NULL:
    return make_backend(run, _limit())


def backend_capsule():
    """Return the backend's function table in a capsule."""
    return PyCapsule_New(backend(), b"cupyBackend", NULL)


def is_simulator():
    """The host is where this backend computes: leaving the device costs nothing and needs no warning."""
    return True
