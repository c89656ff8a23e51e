"""Names of NumPy and CuPy that are left out, each with the reason, which is also what asking for it says.

``docs/coverage.md`` is generated from these tables and from what there is.
"""

_HOST = "the host cannot read device memory: copy it with `a.get()` or `cupy.asnumpy(a)`"
_SUBCLASS = "results are always plain arrays: there are no subclasses"
_PYTHON2 = "a name of Python 2"
_CUDA_KERNEL = "a view for CUDA C++ kernels"

# Members of the array.
NDARRAY = {
    "__array_finalize__": _SUBCLASS,
    "__array_interface__": _HOST,
    "__array_struct__": _HOST,
    "__array_wrap__": _SUBCLASS,
    "__setstate__": "a pickle holds a host array, which `cupy.array` reads",
    "__cuda_array_interface__": "the memory is not that of a CUDA device: exchange arrays with `cupy.from_dlpack` and "
                                "`__dlpack__`, or through the host with `a.get()`",
    "ctypes": "its address is for C functions on the host, which cannot read device memory: use `a.get().ctypes`; "
              "`a.data.ptr` is the device address",
    "cstruct": _CUDA_KERNEL,
    "mdspan": _CUDA_KERNEL,
    "reduced_view": "an internal of CuPy's kernel launches; `a.reshape` and `a.ravel` give views",
    "__div__": _PYTHON2,
    "__idiv__": _PYTHON2,
    "__nonzero__": _PYTHON2,
    "__hex__": _PYTHON2,
    "__oct__": _PYTHON2,
    "__richcmp__": "how Cython spells __eq__, __lt__ and the others, which are there",
}  # fmt: skip

# Members of ufuncs.
UFUNC = {"__dict__": "ufuncs take no attributes of a program's own"}

# Names of the main namespace.
_NUMBERS = "arrays hold numbers only"
_DATES = _NUMBERS + ", no dates"
_TEXT = _NUMBERS + ", no text, bytes or objects"
_FIELDS = _NUMBERS + ", no structures"
_LONG = "no device computes in more than double precision: use float64 and complex128"
_MATRIX = "two-dimensional arrays and `@` have taken the place of matrices"
_HOST_LOOP = "visits elements one by one on the host: copy the array with `a.get()` and use numpy's"
_PLANNED = "planned, not written yet"
_ABOUT_NUMPY = "about NumPy's own build: use numpy's; `python -m cupy.doctor` tells about this library"


def _removed(instead):
    return f"removed in NumPy 2: use {instead}"


def _each(names, reason):
    return dict.fromkeys(names.split(), reason)


FUNCTIONS = {
    **_each("busday_count busday_offset busdaycalendar datetime64 datetime_as_string datetime_data is_busday isnat "
            "timedelta64", _DATES),
    **_each("bytes_ character flexible object_ str_", _TEXT),
    **_each("record recarray void format_parser make_aligned_dtype", _FIELDS),
    "fromregex": "gives an array of structures; " + _FIELDS,
    **_each("clongdouble complex256 float128 longdouble", _LONG),
    **_each("asmatrix bmat matrix", _MATRIX),
    **_each("nditer nested_iters", _HOST_LOOP),
    "frompyfunc": "calls a Python function for each element: use numpy's on `a.get()`",
    "ma": "keep the mask in an array of bool: `where` arguments and the nan functions take its place",
    "memmap": "maps a file into host memory: `cupy.asarray(numpy.memmap(...))` copies it to the device",
    "poly1d": _PLANNED + ": `cupy.polyval`, `cupy.polyadd` and the others take the coefficients",
    "polynomial": _PLANNED + ": use `cupy.polyfit` and `cupy.polyval`, or numpy's on `a.get()`",
    **_each("ElementwiseKernel RawKernel RawModule ReductionKernel", _PLANNED),
    "vectorize": _PLANNED + ": use array operations, or numpy's on `a.get()`",
    **_each("memoize clear_memo", "caches of CuPy's kernels; there are none to clear"),
    **_each("ScalarType dtypes sctypeDict typecodes", "about dtypes alone: use numpy's"),
    **_each("getbufsize setbufsize", "the functions of this library have no buffers"),
    **_each("get_include info show_runtime", _ABOUT_NUMPY),
    "little_endian": "`sys.byteorder` tells",
    "disable_experimental_feature_warning": "there are no experimental features to warn of",
    "get_array_wrap": _SUBCLASS,
    "AxisError": _removed("cupy.exceptions.AxisError"),
    "ComplexWarning": _removed("cupy.exceptions.ComplexWarning"),
    "ModuleDeprecationWarning": _removed("cupy.exceptions.ModuleDeprecationWarning"),
    "RankWarning": _removed("cupy.exceptions.RankWarning"),
    "TooHardError": _removed("cupy.exceptions.TooHardError"),
    "VisibleDeprecationWarning": _removed("cupy.exceptions.VisibleDeprecationWarning"),
    **_each("Inf Infinity PINF infty", _removed("cupy.inf")),
    "NINF": _removed("-cupy.inf"),
    **_each("NAN NaN", _removed("cupy.nan")),
    "NZERO": _removed("-0.0"),
    "PZERO": _removed("0.0"),
    **_each("cfloat complex_", _removed("cupy.complex128")),
    "float_": _removed("cupy.float64"),
    "singlecomplex": _removed("cupy.complex64"),
    "find_common_type": _removed("cupy.result_type or cupy.promote_types"),
    **_each("issctype issubclass_ issubsctype obj2sctype sctype2char", _removed("cupy.issubdtype and cupy.dtype")),
    **_each("DataSource disp safe_eval set_string_function who", _removed("Python's own means")),
}  # fmt: skip

# Names of the main namespace that are not functions, or that left NumPy before the lists of `docs/coverage.md` begin.
OTHERS = {
    **_each("char chararray strings", _TEXT),
    "rec": _FIELDS,
    **_each("core f2py", "a part of NumPy itself: import it from numpy"),
    "ctypeslib": "C functions on the host cannot read device memory: use numpy's on `a.get()`",
    "test": "this library's tests are run by pytest in its source folder",
    **{name: _removed(f"Python's {name}") for name in ("complex", "float", "int", "str")},
    **_each("bool8 int0 uint0 unicode", _removed("cupy.bool, cupy.int64, cupy.uint64 or str")),
    **_each("object object0 bytes0 str0 string_ unicode_ void0", _TEXT),
    "asscalar": _removed("a.item()"),
    "cast": _removed("cupy.asarray(a, dtype=...)"),
    "mat": _MATRIX,
    "maximum_sctype": _removed("cupy.float64, or the widest dtype of a kind by its name"),
    "math": _removed("`import math`"),
    "nbytes": _removed("cupy.dtype(...).itemsize"),
    "sctypes": _removed("the dtypes by name, as cupy.float32"),
}

# Names of cupy.random.
RANDOM = {
    **_each("MT19937 PCG64 PCG64DXSM Philox SFC64",
            "the device's stream is Philox4x32-10: use `cupy.random.default_rng(seed)`; its numbers are not NumPy's"),
    **_each("get_bit_generator set_bit_generator",
            "use `cupy.random.get_random_state` and `cupy.random.set_random_state`"),
}  # fmt: skip

# Names of cupy.cuda; the libraries of CUDA are modules that answer with an error of their own.
_ONE_POOL = "there is one pool of memory, which takes no allocator: see `cupy.get_default_memory_pool()`"
CUDA = {
    **_each("Function Module compile_with_cache compiler nvrtc", "kernels in source form are " + _PLANNED),
    **_each("Graph graph", _PLANNED),
    **_each("BaseMemory CFunctionAllocator ManagedMemory Memory MemoryAsync MemoryAsyncPool PythonFunctionAllocator "
            "UnownedMemory get_allocator malloc_async malloc_managed set_allocator using_allocator", _ONE_POOL),
    **_each("MemoryHook memory_hook memory_hooks", "`cupyx.profiler.timeline` shows what is allocated when"),
    **_each("PinnedMemory PinnedMemoryPointer pinned_memory set_pinned_memory_allocator",
            "use `cupyx.empty_pinned`, which is a NumPy array"),
    "ExternalStream": "streams are made by `cupy.cuda.Stream()` only",
    **_each("nvtx profile profiler", "use `cupyx.profiler.time_range` and `cupyx.profiler.timeline`"),
    **_each("cub jitify thrust", "a library of CUDA C++, which no function here needs"),
    **_each("driver get_local_runtime_version", "use `cupy.cuda.runtime`"),
    **_each("get_cuda_path get_hipcc_path get_nvcc_path get_rocm_path",
            "`cupy.show_config()` tells which libraries are used"),
    **_each("surface texture", "no device here has texture units"),
}  # fmt: skip

# Names of cupyx.
EXTENSIONS = {
    "scipy": _PLANNED + ": use SciPy's functions on `a.get()`, and `cupy.asarray` on what they return",
    "jit": "kernels in source form are " + _PLANNED,
    "distributed": _PLANNED,
    "lapack": "use `cupy.linalg`",
    "fallback_mode": "what the device cannot do runs on the host by itself: `cupy.show_routes()`",
    "optimizing": "nothing here has launch parameters to tune",
    "allow_synchronize": "`cupyx.profiler.explain` shows what waits",
    "errstate": "the functions of cupy.linalg always raise",
    "GeneralizedUFunc": _PLANNED,
    "time": "use `cupyx.profiler.benchmark`",
}  # fmt: skip


def missing(module, name, reasons):
    """Return the error for a name that `module` has not."""
    because = f": {reasons[name]}" if name in reasons else ""
    return AttributeError(f"module {module!r} has no attribute {name!r}{because}")


class Reason:
    """An attribute whose absence has a reason; ``hasattr`` says False, on the class as well."""

    __slots__ = ("_text",)

    def __init__(self, kind, name, reason):
        self._text = f"{kind!r} object has no attribute {name!r}: {reason}"

    def __get__(self, instance, owner=None):
        raise AttributeError(self._text)

    def __set__(self, instance, value):
        raise AttributeError(self._text)
