"""Dtypes: the contract's codes against NumPy's dtype objects, promotion (NEP 50), scalars as bytes.

NumPy decides every promotion; bfloat16, which NumPy leaves open, stands here. CUPY_FLOAT64=float32 is carried out here,
too: the dtypes float64 and complex128 then have the codes of float32 and complex64.
"""

from libc.stdint cimport int8_t
from libc.string cimport memcpy, memset

import os
from sys import intern
import warnings

import numpy
cimport numpy as cnp
from cpython.bool cimport PyBool_Check
from cpython.complex cimport PyComplex_AsCComplex, PyComplex_Check, Py_complex
from cpython.float cimport PyFloat_Check, PyFloat_AsDouble
from cpython.long cimport PyLong_Check
from cpython.bytes cimport PyBytes_AS_STRING

cdef extern from "Python.h":
    long long PyLong_AsLongLongAndOverflow(object, int*) except? -1

from cupy_backends.backend._backend cimport (
    CUPY_BFLOAT16, CUPY_BOOL, CUPY_COMPLEX64, CUPY_COMPLEX128, CUPY_FLOAT16, CUPY_FLOAT32, CUPY_FLOAT64, CUPY_INT8,
    CUPY_INT16, CUPY_INT32, CUPY_INT64, CUPY_UINT8, CUPY_UINT16, CUPY_UINT32, CUPY_UINT64)

from cupy_backends.backend.bfloat16 import rounded

cnp.import_array()

cdef list _objects = [
    numpy.dtype(t) for t in (
        "?", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16")
] + [None] + [numpy.dtype(t) for t in ("float32", "float64", "complex64", "complex128")]

for _i, _d in enumerate(_objects):
    itemsizes[_i] = 2 if _d is None else _d.itemsize

# NumPy's type numbers cover every character code of one width ('l' and 'q', 'L' and 'Q').
cdef int[24] _code_of_num
for _i in range(24):
    _code_of_num[_i] = -1
_names = [None if _d is None else _d.name for _d in _objects]
for _c in "?bhilqBHILQefdFD":
    _d = numpy.dtype(_c)
    _code_of_num[_d.num] = _names.index(_d.name)

# Whether float64 is computed as such, or has float32 in its place.
cdef bint _single = False
cdef int float_code = CUPY_FLOAT64  # of Python's float
_choice = os.environ.get("CUPY_FLOAT64") or "exact"
if _choice not in ("exact", "float32"):
    raise ValueError(f"CUPY_FLOAT64={_choice!r}: expected exact or float32")
if _choice == "float32":
    _single = True
    float_code = CUPY_FLOAT32
    _code_of_num[numpy.dtype(numpy.float64).num] = CUPY_FLOAT32
    _code_of_num[numpy.dtype(numpy.complex128).num] = CUPY_COMPLEX64

cdef tuple _CASTINGS = ("no", "equiv", "safe", "same_kind", "same_value", "unsafe")
# What a program can do about data of a kind that arrays do not hold.
cdef dict _ADVICE = {
    "O": "make numbers of the elements first, as numpy.asarray(x, dtype=float) does",
    "S": "make numbers of the text first, as numpy.asarray(x).astype(float) does",
    "U": "make numbers of the text first, as numpy.asarray(x).astype(float) does",
    "M": "view the dates as integers first, with numpy's x.view('i8')",
    "m": "view the durations as integers first, with numpy's x.view('i8')",
    "T": "make numbers of the text first, as numpy.asarray(x).astype(float) does",
    "f": "use float64",
    "c": "use complex128",
    "structure": "use an array for each field",
}
cdef dict _code_of_name = {}  # the names and types that programs write
cdef object _bfloat16 = None
cdef int _bfloat16_num = -1


cdef type _generic = numpy.generic


cdef object bfloat16_dtype():
    """Return ml_dtypes' bfloat16; imported when a program first asks for it."""
    global _bfloat16, _bfloat16_num
    if _bfloat16 is None:
        import ml_dtypes
        _bfloat16 = numpy.dtype(ml_dtypes.bfloat16)
        _bfloat16_num = _bfloat16.num
        _objects[CUPY_BFLOAT16] = _bfloat16
    return _bfloat16


cdef object dtype_object(int code):
    """Return NumPy's dtype for a code of the contract."""
    cdef object found = _objects[code]
    return bfloat16_dtype() if found is None else found


cdef int code_of_dtype(object d) except -1:
    """Return the contract's code of a numpy.dtype."""
    cdef int num = (<cnp.dtype?>d).num
    cdef int code = -1
    if 0 <= num < 24:
        code = _code_of_num[num]
        if code >= 0 and (<cnp.dtype>d).byteorder in (b"=", b"|"):
            return code
    elif num == _bfloat16_num or d.name == "bfloat16":
        bfloat16_dtype()
        code = CUPY_BFLOAT16
    if code < 0:
        raise TypeError(f"dtype {d} is not supported: arrays hold bool, integers, floats and complex numbers "
                        "(bool, int8-64, uint8-64, float16/32/64, bfloat16, complex64/128); "
                        + _ADVICE.get("structure" if d.names or d.subdtype else d.kind if d.isbuiltin < 2 else "",
                                      "convert with numpy's astype first"))
    if not d.isnative:
        raise TypeError(f"dtype {d} is not in the machine's byte order; convert with numpy's astype first")
    return code


cdef object held(object d):
    """Return the dtype that an array of dtype `d` has: `d` itself, but for CUPY_FLOAT64=float32."""
    if _single and isinstance(d, cnp.dtype) and d.num < 24 and _code_of_num[d.num] >= 0:
        return dtype_object(_code_of_num[d.num])
    return d


cdef object meant(object d):
    """Return the target of a cast by NumPy's rules: where float32 has float64's place it takes what float64 does."""
    if _single and d is not None and d.kind in "fc" and d.itemsize > 2:
        return numpy.dtype(numpy.complex128 if d.kind == "c" else numpy.float64)
    return d


cdef int code_of_bytes(object obj, int code) except -1:
    """Return the code under which the memory of an array of dtype `code` may be seen as `obj`.

    Under CUPY_FLOAT64=float32 "float64" means float32, except of bytes that no float64 has been.
    """
    cdef int seen = code_of(obj)
    if _single and not CUPY_FLOAT32 <= code and itemsizes[seen] != as_dtype(obj).itemsize:
        raise TypeError(f"the bytes of {dtype_object(code)} cannot be seen as {as_dtype(obj)}: with CUPY_FLOAT64=float32 "
                        "no array holds it; view them on the host, as with cupy.asnumpy(x).view(...)")
    return seen


cdef object as_dtype(object obj):
    """Return the numpy.dtype of anything that names one, also one that arrays cannot hold."""
    if isinstance(obj, cnp.dtype):
        return obj
    if isinstance(obj, type) and issubclass(obj, numpy.dtype) and obj is not numpy.dtype:
        return obj()  # a class of numpy.dtypes
    return bfloat16_dtype() if isinstance(obj, str) and obj == "bfloat16" else numpy.dtype(obj)


cdef struct Meaning:
    void* name
    int code

# What programs write again and again, by address: objects that _code_of_name keeps alive.
cdef Meaning[64] _meanings
memset(_meanings, 0, sizeof(_meanings))


cdef int code_of(object obj) except -1:
    """Return the code of anything that names a dtype; None means Python's float."""
    cdef Meaning* slot = &_meanings[(<size_t><void*>obj >> 4) & 63]
    if slot.name is <void*>obj:
        return slot.code
    if type(obj) is str:
        obj = intern(obj)
    elif type(obj) is not type:
        return code_of_dtype(as_dtype(obj))
    known = _code_of_name.get(obj)
    if known is None:
        if obj == "bfloat16":
            bfloat16_dtype()
            known = CUPY_BFLOAT16
        else:
            known = code_of_dtype(numpy.dtype(obj))
        _code_of_name[obj] = known
    slot = &_meanings[(<size_t><void*>obj >> 4) & 63]
    slot.name, slot.code = <void*>obj, known
    return known


def dtype_of(obj):
    """Return the numpy.dtype that `obj` names, refusing what arrays cannot hold."""
    return dtype_object(code_of(obj))


cdef int scalar_code(object value) except -2:
    """Return the code of a scalar operand: weak for Python's types, strong for NumPy's, -1 for anything else."""
    cdef object t = type(value)
    if t is float:
        return WEAK_FLOAT
    if t is int:
        return WEAK_INT
    if t is bool:
        return CUPY_BOOL
    if t is complex:
        return WEAK_COMPLEX
    if isinstance(value, _generic):
        return code_of_dtype(value.dtype)
    if PyBool_Check(value):
        return CUPY_BOOL
    if PyLong_Check(value):
        return WEAK_INT
    if PyFloat_Check(value):
        return WEAK_FLOAT
    if PyComplex_Check(value):
        return WEAK_COMPLEX
    if type(value).__name__ == "bfloat16":
        return code_of_dtype(numpy.asarray(value).dtype)
    return -1


cdef int pack(object value, int code, unsigned char* out) except -1:
    """Write `value` as one element of dtype `code`, by NumPy's rules of assignment: OverflowError for a Python number
    out of the range of an integer dtype, TypeError for a complex one in a real dtype."""
    cdef double d
    cdef float f
    cdef Py_complex z
    cdef float[2] parts
    cdef long long i
    cdef int beyond, bits
    cdef object t = type(value)
    if t is bool:
        if code == CUPY_BOOL:
            out[0] = value
            return 0
        value, t = int(value), int
    if CUPY_COMPLEX64 <= code and (t is float or t is int or t is complex):
        if t is complex:
            z = PyComplex_AsCComplex(value)
        else:
            z.real, z.imag = value, 0
        if code == CUPY_COMPLEX128:
            memcpy(out, &z, 16)
        else:
            parts[0], parts[1] = <float>z.real, <float>z.imag
            memcpy(out, parts, 8)
        return 0
    if t is float or t is int and (code == CUPY_FLOAT32 or code == CUPY_FLOAT64):
        d = value
        if code == CUPY_FLOAT32:
            f = <float>d
            memcpy(out, &f, 4)
            return 0
        if code == CUPY_FLOAT64:
            memcpy(out, &d, 8)
            return 0
        if code == CUPY_FLOAT16 and (d == 0 or 6.2e-5 < abs(d) < 65504):  # NumPy has nothing to warn about
            return store(numpy.float16(d), code, out)
    elif t is int and CUPY_BOOL < code < CUPY_FLOAT16:
        i = PyLong_AsLongLongAndOverflow(value, &beyond)
        bits = 8 * itemsizes[code] - (code < CUPY_UINT8)  # of the magnitude
        if not beyond and (i < 0 and code < CUPY_UINT8 or i >= 0) and (bits > 62 or -(<long long>1 << bits) <= i < <long long>1 << bits):
            memcpy(out, &i, itemsizes[code])  # little endian: the low bytes are the narrower number
            return 0
    elif t is int and code == CUPY_FLOAT16 and -2048 <= value <= 2048:
        return store(numpy.float16(value), code, out)
    elif copied(value, code, out):
        return 0
    cdef object element = numpy.empty((), numpy.float64 if code == CUPY_BFLOAT16 else dtype_object(code))
    if isinstance(value, _generic) and value.dtype.kind == "V":
        value = numpy.float32(value)  # NumPy assigns no bfloat16 to another dtype
    with numpy.errstate(all="ignore"):
        if code == CUPY_BFLOAT16 and isinstance(value, _generic):
            element = numpy.asarray(value.real)
        else:
            element[()] = value
    return store(element, code, out)


cdef bint copied(object value, int code, unsigned char* out) except -1:
    """Write one of NumPy's scalars that has the dtype already; False, with nothing done, for any other value."""
    if not isinstance(value, _generic):
        return False
    cdef object d = value.dtype
    if _native_code(d) != code or (<cnp.dtype>d).itemsize != itemsizes[code]:
        return False
    cnp.PyArray_ScalarAsCtype(value, out)
    return True


cdef int pack_unsafe(object value, int code, unsigned char* out) except -1:
    """Write `value` as numpy.copyto(casting="unsafe") does: only a Python integer out of range is refused."""
    cdef object element
    if type(value) is float and (code == CUPY_FLOAT32 or code == CUPY_FLOAT64):
        return pack(value, code, out)
    if type(value) is int:
        return pack(<long long>value != 0 if code == CUPY_BOOL else value, code, out)
    if copied(value, code, out):
        return 0
    with numpy.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's ComplexWarning
        element = numpy.asarray(value)
        element = element.real if code == CUPY_BFLOAT16 else element.astype(dtype_object(code))
    return store(element, code, out)


cdef int store(object element, int code, unsigned char* out) except -1:
    """Write a 0-d NumPy array as one element of dtype `code`."""
    cdef bytes data
    if code == CUPY_BFLOAT16:
        element = rounded(element, dtype_object(code))
    if element.dtype == dtype_object(code):
        data = element.tobytes()
    else:
        with numpy.errstate(all="ignore"):
            data = element.astype(dtype_object(code)).tobytes()
    memcpy(out, PyBytes_AS_STRING(data), itemsizes[code])
    return 0


cdef object unpack(int code, const unsigned char* data):
    """Return the NumPy scalar of dtype `code` stored at `data`."""
    return numpy.frombuffer((<const char*>data)[:itemsizes[code]], dtype=dtype_object(code))[0]


cdef frozenset python_numbers = frozenset((bool, int, float, complex))  # which adapt to the arrays beside them
PYTHON_NUMBERS = python_numbers


cdef int _stand_in(int code) noexcept:
    return CUPY_FLOAT16 if code == CUPY_BFLOAT16 else code


# What promotion gives for two codes, asked of NumPy once.
cdef int8_t[15][15] _promoted
memset(_promoted, -1, sizeof(_promoted))


cdef int promote_codes(int a, int b) except -1:
    """Return the common dtype of two codes, as numpy.promote_types; bfloat16 behaves like float16, and gives
    float32 together with it."""
    if _promoted[a][b] < 0:
        _promoted[a][b] = _promotion(a, b)
    return _promoted[a][b]


cdef int _promotion(int a, int b) except -1:
    cdef int result
    if a == b:
        return a
    if a != CUPY_BFLOAT16 and b != CUPY_BFLOAT16:
        return code_of_dtype(numpy.promote_types(dtype_object(a), dtype_object(b)))
    if a == CUPY_FLOAT16 or b == CUPY_FLOAT16:
        return CUPY_FLOAT32
    result = code_of_dtype(numpy.promote_types(dtype_object(_stand_in(a)), dtype_object(_stand_in(b))))
    return CUPY_BFLOAT16 if result == CUPY_FLOAT16 else result


cdef dict _answers = {}  # of numpy.can_cast


cdef object _allowed(object source, object target, object casting):
    """Return numpy.can_cast of two of NumPy's own dtypes in the machine's byte order, asked once."""
    key = ((<cnp.dtype>source).num, (<cnp.dtype>target).num, casting)
    answer = _answers.get(key)
    if answer is None:
        answer = _answers[key] = numpy.can_cast(source, target, casting)
    return answer


cdef bint can_cast_codes(int source, int target, object casting) except -1:
    """Return whether a cast is allowed under one of NumPy's casting rules."""
    if not isinstance(casting, str):
        raise TypeError(f"casting must be str, not {type(casting).__name__}")
    if casting not in _CASTINGS:
        raise ValueError(f"casting must be one of 'no', 'equiv', 'safe', 'same_kind', 'unsafe' (got {casting!r})")
    if source == target or casting == "unsafe":
        return True
    if casting == "same_value":
        raise ValueError("casting='same_value' is for astype, which looks at the elements")
    if source != CUPY_BFLOAT16 and target != CUPY_BFLOAT16:
        return _allowed(dtype_object(source), meant(dtype_object(target)), casting)
    if casting in ("no", "equiv"):
        return False
    if casting == "safe" and (source == CUPY_FLOAT16 or target == CUPY_FLOAT16):
        return False
    return numpy.can_cast(dtype_object(_stand_in(source)), dtype_object(_stand_in(target)), casting)


cdef bint is_bfloat16(object d) except -1:
    return d.num >= 24 and d.name == "bfloat16"


def _strip(arg):
    """Return what NumPy needs to know of `arg` for promotion: a dtype or a Python scalar's type."""
    if not isinstance(arg, type) and hasattr(arg, "dtype") and hasattr(arg, "shape"):
        return arg.dtype
    cdef int code = scalar_code(arg)
    if code == WEAK_INT:
        return 0
    if code == WEAK_FLOAT:
        return 0.0
    if code == WEAK_COMPLEX:
        return 0j
    if code >= 0:
        return dtype_object(code)
    return as_dtype(arg)


def result_type(*arrays_and_dtypes):
    """Return the dtype that NumPy's promotion rules give for the operands (NEP 50).

    Parameters
    ----------
    *arrays_and_dtypes : ndarray, scalar or dtype
        Python scalars adapt to the others.

    Returns
    -------
    numpy.dtype

    Examples
    --------
    >>> import cupy as cp
    >>> cp.result_type(cp.float32, cp.zeros(2, 'i4'), 1.0)
    dtype('float64')
    """
    cdef list codes = []
    for a in arrays_and_dtypes:
        code = _operand_code(a)
        if code < 0:
            return _common_dtype(arrays_and_dtypes)
        codes.append(code)
    key = tuple(codes)
    found = _common.get(key)
    if found is None:
        found = _common_dtype(arrays_and_dtypes)
        _common[key] = found
    return found


# By the codes of the operands: promotion sees no more of them.
cdef dict _common = {}


cdef int _operand_code(object a) except -2:
    """Return the code of an array, a scalar or a dtype; -1 for what else may name a dtype."""
    cdef int code
    if type(a) in python_numbers:
        return scalar_code(a)
    cdef object d = a if isinstance(a, cnp.dtype) else None if isinstance(a, type) else getattr(a, "dtype", None)
    return _native_code(d) if isinstance(d, cnp.dtype) else -1


cdef inline int _native_code(object d) noexcept:
    """Return the code of one of NumPy's dtypes in the machine's byte order, -1 for any other."""
    cdef int num = (<cnp.dtype>d).num
    return _code_of_num[num] if 0 <= num < 24 and (<cnp.dtype>d).byteorder in (b"=", b"|") else -1


cdef object _common_dtype(tuple operands):
    parts = [_strip(a) for a in operands]
    strong = [p for p in parts if isinstance(p, cnp.dtype)]
    if not any([is_bfloat16(p) for p in strong]):
        return held(numpy.result_type(*parts))
    cdef int code = code_of_dtype(strong[0])
    for p in strong[1:]:
        code = promote_codes(code, code_of_dtype(p))
    if code != CUPY_BFLOAT16:
        return held(numpy.result_type(dtype_object(code), *[p for p in parts if not isinstance(p, cnp.dtype)]))
    return numpy.dtype("complex64") if any(isinstance(p, complex) for p in parts) else dtype_object(code)


def promote_types(type1, type2):
    """Return the smallest dtype to which both dtypes can be cast safely, as numpy.promote_types.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.promote_types('i4', 'f4')
    dtype('float64')
    """
    one, two = as_dtype(type1), as_dtype(type2)
    cdef int a = _native_code(one), b = _native_code(two)
    if a >= 0 and b >= 0:
        return dtype_object(promote_codes(a, b))
    if not is_bfloat16(one) and not is_bfloat16(two):
        return held(numpy.promote_types(one, two))
    return dtype_object(promote_codes(code_of_dtype(one), code_of_dtype(two)))


def can_cast(from_, to, casting="safe"):
    """Return whether a cast between dtypes is allowed under `casting`, as numpy.can_cast.

    An array stands for its dtype. With CUPY_FLOAT64=float32, float32 takes what float64 does.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.can_cast('i4', 'f4'), cp.can_cast('i4', 'f4', casting='same_kind')
    (False, True)
    """
    if isinstance(from_, (int, float, complex)) and not isinstance(from_, _generic):
        raise TypeError("can_cast() does not take Python scalars: their dtype depends on the other operand")
    source = as_dtype(from_ if isinstance(from_, (type, cnp.dtype)) else getattr(from_, "dtype", from_))
    target = as_dtype(to)
    if _native_code(source) >= 0 and _native_code(target) >= 0:
        return _allowed(source, meant(target), casting)
    if not is_bfloat16(source) and not is_bfloat16(target):
        return numpy.can_cast(source, meant(target), casting)
    return bool(can_cast_codes(code_of_dtype(source), code_of_dtype(target), casting))
