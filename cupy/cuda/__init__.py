"""The names that programs written for CuPy use, as an alias of :mod:`cupy.xpu`.

What exists only on CUDA (textures, NVTX, cuFFT plans, ...) is absent; its libraries answer with a clear error from
``cupy_backends.cuda.libs``.
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
