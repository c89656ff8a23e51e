"""Devices, streams, events and memory, under names without a vendor. ``cupy.cuda`` offers the same to programs
written for CuPy."""

from cupy._core._device import Device, Event, Stream, device_count, get_current_stream, get_elapsed_time
from cupy._core._pool import MemoryPool, get_default_memory_pool
from cupy.xpu import runtime
from cupy.xpu.counters import cache_info, counters
from cupy.xpu.memory import MemoryPointer, OutOfMemoryError, PinnedMemoryPool, alloc_pinned_memory

__all__ = [
    "Device",
    "Event",
    "MemoryPointer",
    "MemoryPool",
    "OutOfMemoryError",
    "PinnedMemoryPool",
    "Stream",
    "alloc_pinned_memory",
    "cache_info",
    "counters",
    "device_count",
    "get_current_stream",
    "get_default_memory_pool",
    "get_elapsed_time",
    "is_available",
    "runtime",
]


def is_available():
    """Return whether a device can be used (the simulated one counts).

    Examples
    --------
    >>> import cupy as cp
    >>> cp.xpu.is_available()
    True
    """
    try:
        return device_count() > 0
    except Exception:
        return False
