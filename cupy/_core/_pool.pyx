"""The memory pool as programs see it."""

import os
import re
import warnings

from cupy._core._memory cimport (
    MOST_BYTES,
    Account,
    Arena,
    Block,
    account_of,
    current,
    ensure_current,
    first_arena,
    free_all,
    limit_of,
)
from cupy_backends.backend cimport _backend

from cupy_backends.backend.errors import OutOfMemoryError


def limit_from_environment():
    """Return the limit of the current device that the environment gives: bytes, or a share such as 40%."""
    cdef size_t free_bytes = 0, total = 0
    text = os.environ.get("CUPY_GPU_MEMORY_LIMIT", "").strip()
    match = re.fullmatch(r"(\d+)|(\d+(?:\.\d*)?)%", text)
    if not text:
        return 0
    if not match or match[2] and float(match[2]) > 100:
        raise ValueError(f"CUPY_GPU_MEMORY_LIMIT={text!r} is neither a number of bytes nor a share of 0% ... 100%")
    if match[1]:
        return min(int(match[1]), MOST_BYTES)
    _backend.check(_backend.active().mem_info(&free_bytes, &total), "asking for the device's memory")
    return int(total * float(match[2]) / 100)


def out_of_memory(asked, int device, limited, refused):
    """Return the error of an allocation: the limit did not allow it, or the current device had no more."""
    cdef Account* account = account_of(device)
    cdef size_t free_bytes = 0, total = 0
    reason = f"; the limit is {limit_of(account)} bytes" if limited else ""
    if refused:
        try:
            _backend.check(_backend.CUPY_OUT_OF_MEMORY, "the device says")
        except OutOfMemoryError as error:
            reason = f"; {error}"
    _backend.active().mem_info(&free_bytes, &total)
    return OutOfMemoryError(
        f"out of memory: {asked} bytes asked for on device {device}, which has {free_bytes} of {total} bytes left; "
        f"arrays use {account.used} and the pool holds {account.held} bytes{reason}")


class MemoryPool:
    """The pool of device memory that arrays are allocated from.

    There is one pool; every instance shows the same. Limits and statistics are those of the current device. Bytes
    count as handed out, in multiples of 512 bytes up to 64 KiB and of at most 1/64 of the size above.

    Parameters
    ----------
    allocator : None
        Accepted for compatibility; the pool always takes its memory from the device.

    Examples
    --------
    >>> import cupy as cp
    >>> pool = cp.get_default_memory_pool()
    >>> before = pool.used_bytes()
    >>> a = cp.zeros(1000, dtype=cp.float32)
    >>> pool.used_bytes() - before
    4096
    """

    def __init__(self, allocator=None):
        if allocator is not None:
            raise TypeError("the pool takes its memory from the device: allocator must be None, "
                            f"not {type(allocator).__name__}")

    def malloc(self, size):
        """Return a :class:`MemoryPointer` to `size` bytes of the current stream's memory.

        Examples
        --------
        >>> import cupy as cp
        >>> memory = cp.get_default_memory_pool().malloc(100)
        >>> memory.ptr % 512
        0
        """
        from cupy._core import empty
        if size < 0:
            raise ValueError(f"size must not be negative, not {size}")
        return empty(size, "u1").data

    def used_bytes(self):
        """Return the bytes that live arrays occupy."""
        return account_of(current().device).used

    def free_bytes(self):
        """Return the bytes held from the device and not in use."""
        cdef Account* account = account_of(current().device)
        return account.held - account.used

    def total_bytes(self):
        """Return the bytes held from the device."""
        return account_of(current().device).held

    def peak_bytes(self):
        """Return the most bytes that live arrays occupied at a time since the start or :meth:`reset_peak_bytes`.

        Examples
        --------
        >>> import cupy as cp
        >>> pool = cp.get_default_memory_pool()
        >>> pool.reset_peak_bytes()
        >>> a = cp.ones(1000) + cp.ones(1000)
        >>> pool.peak_bytes() - pool.used_bytes() == 2 * 8192
        True
        """
        return account_of(current().device).peak

    def reset_peak_bytes(self):
        """Make the bytes in use now the peak."""
        cdef Account* account = account_of(current().device)
        account.peak = account.used

    def n_used_blocks(self):
        """Return the number of blocks that live arrays refer to."""
        return account_of(current().device).n_used

    def n_free_blocks(self):
        """Return the number of blocks waiting to be used again."""
        cdef Account* account = account_of(current().device)
        cdef Arena* arena = first_arena()
        cdef Block* piece
        cdef Block* block
        cdef Py_ssize_t count = 0
        cdef bint large
        while arena is not NULL:
            for large in range(2):
                piece = arena.ranges[large].pieces if arena.account is account else NULL
                while piece is not NULL:
                    block = piece
                    while block is not NULL:
                        count += block.refs == 0
                        block = block.after
                    piece = piece.sibling
            arena = arena.next
        return count

    def free_all_blocks(self, stream=None):
        """Give free memory back to the device after waiting for the streams that used it.

        Parameters
        ----------
        stream : Stream, optional
            Only the memory of this stream; by default that of all streams.
        """
        cdef Account* account = account_of(current().device)
        cdef Arena* arena = first_arena()
        if stream is None:
            free_all(account)
            return
        handle = stream.ptr
        while arena is not NULL:
            if arena.account is account and <size_t>arena.stream == handle:
                free_all(account, arena)
                return
            arena = arena.next

    def free_all_free(self):
        """The same as :meth:`free_all_blocks` (deprecated)."""
        warnings.warn("use free_all_blocks instead of free_all_free", DeprecationWarning, stacklevel=2)
        self.free_all_blocks()

    def set_limit(self, size=None, fraction=None):
        """Limit what the pool may hold of the current device's memory.

        Parameters
        ----------
        size : int, optional
            Bytes; 0 or None means no limit.
        fraction : float, optional
            Share of the device's memory, from 0 to 1; exclusive with `size`.
        """
        cdef size_t free_bytes = 0, total = 0
        if fraction is not None:
            if size is not None:
                raise ValueError("set_limit takes size or fraction, not both")
            if not 0 <= fraction <= 1:
                raise ValueError(f"fraction must lie in [0, 1], not {fraction}")
            ensure_current()
            _backend.check(_backend.active().mem_info(&free_bytes, &total), "asking for the device's memory")
            size = int(total * fraction)
        if size is not None and size < 0:
            raise ValueError(f"size must not be negative, not {size}")
        account_of(current().device).limit = min(size or 0, MOST_BYTES)

    def get_limit(self):
        """Return the limit in bytes, 0 if there is none."""
        ensure_current()
        return limit_of(account_of(current().device))


_default_pool = MemoryPool()


def get_default_memory_pool():
    """Return the pool that arrays are allocated from.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.get_default_memory_pool().used_bytes() >= 0
    True
    """
    return _default_pool
