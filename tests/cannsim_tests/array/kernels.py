"""Calls the array kernels through ctypes; NumPy arrays of any layout become Views."""

import ctypes
import os
import pathlib

import ml_dtypes
import native
import numpy as np

bfloat16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = {
    np.dtype("float32"): 0,
    np.dtype("float16"): 1,
    np.dtype("int8"): 2,
    np.dtype("int32"): 3,
    np.dtype("uint8"): 4,
    np.dtype("int16"): 6,
    np.dtype("uint16"): 7,
    np.dtype("uint32"): 8,
    np.dtype("int64"): 9,
    np.dtype("uint64"): 10,
    np.dtype("float64"): 11,
    np.dtype("bool"): 12,
    np.dtype("complex64"): 16,
    np.dtype("complex128"): 17,
    bfloat16: 27,
}
ALL = list(DTYPES)
HALVES = [np.dtype("float16"), bfloat16]
FLOATS = [np.dtype("float32"), np.dtype("float64")]
INTEGERS = [d for d in ALL if d.kind in "iu"]
COMPLEX = [d for d in ALL if d.kind == "c"]

STATUS = ["Ok", "OutOfMemory", "UnsupportedDType", "BadArgument", "IndexOutOfRange", "Singular"]


class KernelError(Exception):
    pass


class View(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("dtype", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("shape", ctypes.c_int64 * 8),
        ("strides", ctypes.c_int64 * 8),
    ]


def view(a):
    v = View()
    v.data = a.__array_interface__["data"][0] if a.dtype != bfloat16 else a.ctypes.data
    v.dtype = DTYPES[a.dtype]
    v.ndim = a.ndim
    for i in range(a.ndim):
        v.shape[i] = a.shape[i]
        v.strides[i] = a.strides[i]
    v.array = a
    return v


lib = ctypes.CDLL(
    os.environ.get("CANNSIM_ARRAY_TESTS")
    or str(native.build(pathlib.Path(__file__).parent, "cannsim_array_tests"))
)


def call(name, *args, result=ctypes.c_int, raw=False):
    """Calls k_<name>; arrays become Views, floats doubles, ints int64. Raises on a status other than Ok."""
    function = getattr(lib, "k_" + name)
    function.restype = result
    converted = []
    for a in args:
        if isinstance(a, np.ndarray):
            converted.append(ctypes.byref(view(a)))
        elif isinstance(a, float):
            converted.append(ctypes.c_double(a))
        elif isinstance(a, int) and a >= 2**63:
            converted.append(ctypes.c_uint64(a))
        elif isinstance(a, (bool, int, np.integer)):
            converted.append(ctypes.c_int64(int(a)))
        else:
            converted.append(a)
    value = function(*converted)
    if not raw and value != 0:
        raise KernelError(STATUS[value])
    return value


def pointers(arrays):
    """A C array of View pointers, and its length."""
    views = [view(np.asarray(a)) for a in arrays]
    array = (ctypes.c_void_p * len(views))(*[ctypes.addressof(v) for v in views])
    array.views = views
    return array


def found(name, *args, out=1):
    """Calls a kernel whose last argument receives a count; returns it."""
    n = ctypes.c_int64(-1)
    call(name, *args, ctypes.byref(n))
    return n.value


def numpy_sorts():
    """Address of NumPy's default sort per dtype: PyArray_ArrFuncs.sort[0], by way of NumPy's C API table."""
    from numpy._core import _multiarray_umath

    capsule = ctypes.pythonapi.PyCapsule_GetPointer
    capsule.restype, capsule.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = ctypes.cast(capsule(_multiarray_umath._ARRAY_API, None), ctypes.POINTER(ctypes.c_void_p))
    get = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object)(table[365])
    casts, before_sort = 21, 12
    return {
        d: ctypes.cast(get(d), ctypes.POINTER(ctypes.c_void_p))[casts + before_sort]
        for d in ALL
        if d != bfloat16
    }


def use_numpy_sorts(on):
    """Registers NumPy's own sort functions, found in the array functions of each dtype, or withdraws them."""
    for dtype, pointer in numpy_sorts().items():
        lib.k_register_sort(ctypes.c_int(DTYPES[dtype]), ctypes.c_void_p(pointer if on else None))


def isas():
    return [n for n in ("baseline", "avx2", "avx512") if lib.k_select_isa(n.encode())]


def blas_library():
    """NumPy's bundled OpenBLAS, or None."""
    folder = pathlib.Path(np.__file__).parent.parent / "numpy.libs"
    found = sorted(folder.glob("libscipy_openblas64_*.so"))
    return str(found[0]).encode() if found else None


def make(rng, shape, dtype, low=-50, high=50):
    """Random array with values that every dtype can hold after wrapping."""
    dtype = np.dtype(dtype)
    if dtype.kind == "c":
        return np.asarray(rng.uniform(low, high, shape) + 1j * rng.uniform(low, high, shape)).astype(dtype)
    if dtype.kind == "f" or dtype == bfloat16:
        return np.asarray(rng.uniform(low, high, shape)).astype(dtype)
    if dtype.kind == "b":
        return np.asarray(rng.random(shape) < 0.5)
    if dtype.kind == "u":
        low, high = 0, high - low
    return np.asarray(rng.integers(low, high, shape)).astype(dtype)


def layouts(a):
    """The same values in other memory orders: contiguous, Fortran, strided, reversed, permuted axes."""
    yield a
    if a.ndim == 0:
        return
    yield np.asfortranarray(a)
    padded = np.zeros(tuple(2 * n + 1 for n in a.shape), a.dtype)
    strided = padded[tuple(slice(1, 2 * n + 1, 2) for n in a.shape)]
    strided[...] = a
    yield strided
    yield np.ascontiguousarray(a[(slice(None, None, -1),) * a.ndim])[(slice(None, None, -1),) * a.ndim]
    if a.ndim > 2:
        order = np.roll(np.arange(a.ndim), 1)
        yield np.ascontiguousarray(a.transpose(order)).transpose(np.argsort(order))
