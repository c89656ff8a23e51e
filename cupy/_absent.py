"""Names of NumPy and CuPy that are left out, each with the reason, which is also what asking for it says.

``docs/coverage.md`` is generated from these tables and from what there is.
"""

_HOST = "the host cannot read device memory: copy it with `a.get()` or `cupy.asnumpy(a)`"
_SUBCLASS = "results are always plain arrays: there are no subclasses"
_PYTHON2 = "a name of Python 2"
_CUDA_KERNEL = "a view for CUDA C++ kernels"

NDARRAY = {
    "__array_finalize__": _SUBCLASS,
    "__array_interface__": _HOST,
    "__array_struct__": _HOST,
    "__array_wrap__": _SUBCLASS,
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

FUNCTIONS = {}


class Reason:
    """An attribute whose absence has a reason; ``hasattr`` says False, on the class as well."""

    __slots__ = ("_text",)

    def __init__(self, kind, name, reason):
        self._text = f"{kind!r} object has no attribute {name!r}: {reason}"

    def __get__(self, instance, owner=None):
        raise AttributeError(self._text)

    def __set__(self, instance, value):
        raise AttributeError(self._text)
