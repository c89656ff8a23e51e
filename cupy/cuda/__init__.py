"""The names that programs written for CuPy use, as an alias of :mod:`cupy.xpu`.

The libraries of CUDA (``nccl``, ``cutensor``, ...) can be imported and answer every call with a clear error; what else
exists only on CUDA is absent and has its reason.
"""

from cupy.xpu import (
    Device,
    Event,
    MemoryPointer,
    MemoryPool,
    PinnedMemoryPool,
    Stream,
    alloc_pinned_memory,
    get_current_stream,
    get_elapsed_time,
    is_available,
    memory,
    runtime,
)
from cupy.cuda import device, stream

__all__ = [
    "Device",
    "Event",
    "MemoryPointer",
    "MemoryPool",
    "PinnedMemoryPool",
    "Stream",
    "alloc_pinned_memory",
    "device",
    "get_current_stream",
    "get_elapsed_time",
    "is_available",
    "memory",
    "runtime",
    "stream",
]

_LIBRARIES = ("cublas", "cudnn", "cufft", "curand", "cusolver", "cusparse", "cutensor", "nccl")


def __getattr__(name):
    if name in _LIBRARIES:
        import importlib

        return importlib.import_module(f"cupy_backends.cuda.libs.{name}")
    from cupy._absent import CUDA, missing

    raise missing("cupy.cuda", name, CUDA)
