"""Device memory as objects: what ``ndarray.data`` gives, and pinned host memory."""

import numpy

from cupy_backends.backend.errors import OutOfMemoryError

__all__ = ["MemoryPointer", "OutOfMemoryError", "PinnedMemoryPool", "alloc_pinned_memory"]


class MemoryPointer:
    """The address of an array's first element; keeps the memory alive.

    Attributes
    ----------
    ptr : int
        The device address.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.arange(4)
    >>> a[2:].data.ptr - a.data.ptr
    16
    """

    __slots__ = ("_owner", "ptr")

    def __init__(self, owner, ptr):
        self._owner = owner
        self.ptr = ptr

    @property
    def device(self):
        """The device that holds the memory."""
        return self._owner.device

    def __int__(self):
        return self.ptr


def alloc_pinned_memory(size):
    """Return `size` bytes of host memory as a buffer. Copies from the host are complete when they return, so
    ordinary memory serves.

    Examples
    --------
    >>> import cupy as cp
    >>> len(cp.cuda.alloc_pinned_memory(10))
    10
    """
    return numpy.empty(size, numpy.uint8).data


class PinnedMemoryPool:
    """Accepted for compatibility: host memory is not pooled, so there is nothing to free.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.cuda.PinnedMemoryPool().n_free_blocks()
    0
    """

    def malloc(self, size):
        """Return host memory."""
        return alloc_pinned_memory(size)

    def n_free_blocks(self):
        """Return 0."""
        return 0

    def free_all_blocks(self):
        """Do nothing."""
