"""The memory pool: device memory in size classes, kept per stream.

A block that an array gives back goes to the free list of its stream and is handed out again without a call of the
device; work of one stream runs in order, so the next user cannot overtake the last one. Small blocks are carved
from slabs of 2 MiB. Where the backend watches the blocks, freed ones rest for a while, so that uses of them are found
out. Everything here runs under the interpreter's lock.
"""

from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport CUPY_LOST_BLOCK, cupyBackend

from cupy_backends.backend.errors import BackendError, OutOfMemoryError

cdef extern from *:
    """
    typedef struct { void *arena; void *stream; int device; } cupy_current_t;
    static __thread cupy_current_t cupy_current;
    """
    ctypedef struct cupy_current_t:
        pass
    cupy_current_t cupy_current

cdef enum:
    GRAIN = 512                  # blocks start at multiples of this
    PAD = 32                     # kernels of the device may read this far past an array
    SMALL_MAX = 512 * 128
    SLAB_BYTES = 2 << 20
    REST_BYTES = 64 << 20        # of freed blocks that rest where somebody watches them

cdef Settle settle = NULL
cdef Arena* _arenas = NULL
cdef size_t _limit = 0
cdef size_t _held = 0


cdef Current* current() noexcept nogil:
    return <Current*>&cupy_current


cdef int ensure_current() except -1:
    """Bind the calling thread to a device at its first use."""
    cdef Current* c = current()
    cdef cupyBackend* backend
    if c.arena is NULL:
        backend = _backend.active()
        _backend.check(backend.set_device(c.device), "selecting a device")
        c.arena = arena_of(c.device, c.stream)
    return 0


cdef Arena* arena_of(int device, cupyStream stream) except NULL:
    """Return the arena of ``stream`` on ``device``, made at the first call."""
    global _arenas
    cdef Arena* arena = _arenas
    while arena is not NULL:
        if arena.device == device and arena.stream is stream:
            return arena
        arena = arena.next
    arena = <Arena*>calloc(1, sizeof(Arena))
    if arena is NULL:
        raise MemoryError()
    arena.device = device
    arena.stream = stream
    arena.next = _arenas
    _arenas = arena
    return arena


cdef inline int large_bin(size_t nbytes) noexcept:
    """Return the size class of ``nbytes``: eight classes between powers of two."""
    cdef size_t n = nbytes - 1
    cdef int log = 16
    while n >> (log + 1):
        log += 1
    return (log - 16) * 8 + <int>((n >> (log - 3)) & 7)


cdef inline size_t large_bytes(int bin) noexcept:
    cdef int log = 16 + bin // 8
    return (<size_t>1 << log) + (<size_t>(bin % 8 + 1) << (log - 3))


cdef void* device_alloc(size_t nbytes) except NULL:
    """Allocate from the device; on failure give back what the pool holds and try once more."""
    global _held
    cdef void* address = NULL
    cdef cupyBackend* backend = _backend.active()
    cdef int rc
    if _limit and _held + nbytes > _limit:
        free_all()
        if _held + nbytes > _limit:
            raise OutOfMemoryError(
                f"out of memory: {nbytes} bytes asked for, the pool's limit is {_limit} bytes and {_held} are in use")
    rc = backend.mem_alloc(nbytes, &address)
    if rc == _backend.CUPY_OUT_OF_MEMORY:
        free_all(current().device)
        rc = backend.mem_alloc(nbytes, &address)
    if rc != _backend.CUPY_OK:
        _backend.check(rc, f"allocating {nbytes} bytes of device memory")
    _held += nbytes
    return address


cdef int device_free(void* address, size_t nbytes) except -1:
    """Give memory back to the device; when that fails it is still held."""
    global _held
    _backend.check(_backend.active().mem_free(address), "freeing device memory")
    _held -= nbytes
    return 0


cdef inline void enlist(Arena* arena, Block* block) noexcept:
    block.arena = arena
    block.sibling = arena.blocks
    block.back = &arena.blocks
    if arena.blocks is not NULL:
        arena.blocks.back = &block.sibling
    arena.blocks = block


cdef inline void discard(Block* block) noexcept:
    block.back[0] = block.sibling
    if block.sibling is not NULL:
        block.sibling.back = block.back
    free(block)


cdef Block* carve(Arena* arena, int bin) except NULL:
    """Make a small block from the newest slab, or from a new one."""
    cdef size_t nbytes = <size_t>bin * GRAIN
    cdef Slab* slab = arena.slabs
    cdef Block* block
    if slab is NULL or slab.used + nbytes > slab.bytes:
        slab = <Slab*>calloc(1, sizeof(Slab))
        if slab is NULL:
            raise MemoryError()
        try:
            slab.address = <char*>device_alloc(SLAB_BYTES)
        except BaseException:
            free(slab)
            raise
        slab.bytes = SLAB_BYTES
        slab.next = arena.slabs
        arena.slabs = slab
        arena.held += SLAB_BYTES
    block = <Block*>calloc(1, sizeof(Block))
    if block is NULL:
        raise MemoryError()
    block.address = slab.address + slab.used
    block.bytes = nbytes
    enlist(arena, block)
    block.slab = slab
    block.bin = bin
    slab.used += nbytes
    return block


cdef Block* obtain(Arena* arena, int bin) except NULL:
    """Make a large block of size class ``bin``."""
    cdef size_t nbytes = large_bytes(bin)
    cdef Block* block = <Block*>calloc(1, sizeof(Block))
    if block is NULL:
        raise MemoryError()
    try:
        block.address = device_alloc(nbytes)
    except BaseException:
        free(block)
        raise
    block.bytes = nbytes
    enlist(arena, block)
    block.bin = bin
    arena.held += nbytes
    return block


cdef Block* alloc(size_t nbytes) except NULL:
    """Return a block of at least ``nbytes`` for the current stream, owned once."""
    cdef Current* c = current()
    cdef Arena* arena
    cdef Block* block
    cdef Block** head
    cdef int bin
    if c.arena is NULL:
        ensure_current()
    arena = c.arena
    if nbytes + PAD <= SMALL_MAX:
        bin = <int>((nbytes + PAD + GRAIN - 1) // GRAIN)
        head = &arena.small[bin]
    else:
        if nbytes > (<size_t>1 << 62):
            raise OutOfMemoryError(f"out of memory: {nbytes} bytes asked for")
        bin = large_bin(nbytes + PAD)
        head = &arena.large[bin]
    block = head[0]
    if block is not NULL:
        head[0] = block.next
    elif nbytes + PAD <= SMALL_MAX:
        block = carve(arena, bin)
    else:
        block = obtain(arena, bin)
    if block.slab is not NULL:
        block.slab.live += 1
    block.refs = 1
    arena.used += block.bytes
    arena.n_used += 1
    if _backend.active().pool_alloc is not NULL:
        _backend.active().pool_alloc(block.address, nbytes, arena.stream)
    return block


cdef Block* adopt(void* address, size_t nbytes, void* owner, void (*finish)(void*) noexcept) except NULL:
    """Return a block over memory that the pool does not own; ``finish(owner)`` gives it back."""
    cdef Foreign* foreign = <Foreign*>calloc(1, sizeof(Foreign))
    if foreign is NULL:
        raise MemoryError()
    ensure_current()
    foreign.block.address = address
    foreign.block.bytes = nbytes
    foreign.block.refs = 1
    foreign.block.arena = arena_of(current().device, NULL)  # outlives every stream
    foreign.block.bin = FOREIGN
    foreign.owner = owner
    foreign.finish = finish
    return &foreign.block


cdef void give_back(Foreign* foreign) noexcept:
    """Return lent memory to its owner, who knows nothing of the work still queued on it."""
    _backend.active().set_device(foreign.block.arena.device)
    _backend.active().device_synchronize()
    _backend.active().set_device(current().device)
    foreign.finish(foreign.owner)
    free(foreign)


cdef inline void shelve(Block* block) noexcept:
    """Put a block on the free list that the next allocation of its size takes it from."""
    cdef Arena* arena = block.arena
    cdef Block** head = &arena.large[block.bin] if block.slab is NULL else &arena.small[block.bin]
    block.next = head[0]
    head[0] = block


cdef void wake(Arena* arena, size_t nbytes) noexcept:
    """Shelve the blocks that were freed longest ago until no more than ``nbytes`` rest."""
    cdef Block* block
    while arena.resting > nbytes:
        block = arena.rests_first
        arena.rests_first = block.next
        arena.resting -= block.bytes
        shelve(block)


cdef void rest(Block* block) noexcept:
    """Keep a freed block from being used again until many others were freed."""
    cdef Arena* arena = block.arena
    block.next = NULL
    if arena.resting:
        arena.rests_last.next = block
    else:
        arena.rests_first = block
    arena.rests_last = block
    arena.resting += block.bytes
    wake(arena, REST_BYTES)


cdef void free_block(Block* block) noexcept:
    """Put a block that nobody refers to on the free list of its stream."""
    cdef Arena* arena = block.arena
    cdef cupyBackend* backend = _backend.active()
    if block.bin < 0:
        if block.bin == LOST:
            free(block)
        else:
            give_back(<Foreign*>block)
        return
    arena.used -= block.bytes
    arena.n_used -= 1
    if block.slab is not NULL:
        block.slab.live -= 1
    if backend.pool_free is NULL:
        shelve(block)
    else:
        backend.pool_free(block.address, arena.stream)
        rest(block)


cdef int drop_large(Arena* arena) except -1:
    """Give the arena's free large blocks back to the device."""
    cdef Block* block
    cdef int bin
    for bin in range(LARGE_BINS):
        while arena.large[bin] is not NULL:
            block = arena.large[bin]
            device_free(block.address, block.bytes)
            arena.large[bin] = block.next
            arena.held -= block.bytes
            discard(block)
    return 0


cdef int drop_slabs(Arena* arena) except -1:
    """Give slabs without a live block back to the device."""
    cdef Block** link
    cdef Block* block
    cdef Slab** place
    cdef Slab* slab
    cdef int bin
    for bin in range(SMALL_BINS):
        link = &arena.small[bin]
        while link[0] is not NULL:
            block = link[0]
            if block.slab.live == 0:
                link[0] = block.next
                discard(block)
            else:
                link = &block.next
    place = &arena.slabs
    while place[0] is not NULL:
        slab = place[0]
        if slab.live == 0:
            slab.used = 0  # its blocks are gone, also if it cannot be freed
            device_free(slab.address, slab.bytes)
            place[0] = slab.next
            arena.held -= slab.bytes
            free(slab)
        else:
            place = &slab.next
    return 0


cdef int free_all(int only=-1) except -1:
    """Wait for every stream of the pool (on device `only`) and give all free memory back."""
    cdef Arena* arena = _arenas
    cdef cupyBackend* backend = _backend.active()
    cdef int device = current().device
    try:
        while arena is not NULL:
            if arena.held > arena.used and (only < 0 or arena.device == only):
                _backend.check(backend.set_device(arena.device), "selecting a device")
                _backend.check(backend.stream_synchronize(arena.stream), "waiting before freeing memory")
                wake(arena, 0)
                drop_large(arena)
                drop_slabs(arena)
            arena = arena.next
    finally:
        _backend.check(backend.set_device(device), "selecting a device")
    return 0


cdef int refuse_lost(Block* block) except -1:
    raise BackendError(f"the memory of the array was lost when device {block.arena.device} was reset")


cdef void forget_arena(Arena* arena, Arena* heir, bint give_back) noexcept:
    """Let go of all memory of the arena: blocks that arrays refer to are marked as lost, and are the heir's."""
    global _held
    cdef Block* block = arena.blocks
    cdef Block* following
    cdef Slab* slab
    while block is not NULL:
        following = block.sibling
        if give_back and block.slab is NULL:
            _backend.active().mem_free(block.address)
        if block.refs:
            block.address = CUPY_LOST_BLOCK
            block.slab = NULL
            block.bin = LOST
            block.arena = heir
        else:
            free(block)
        block = following
    while arena.slabs is not NULL:
        slab = arena.slabs
        arena.slabs = slab.next
        if give_back:
            _backend.active().mem_free(slab.address)
        free(slab)
    _held -= arena.held
    arena.blocks = NULL
    arena.used = arena.held = arena.n_used = arena.resting = 0
    arena.rests_first = arena.rests_last = NULL
    memset(arena.small, 0, sizeof(arena.small))
    memset(arena.large, 0, sizeof(arena.large))


cdef int reset_device(int device) except -1:
    """Reset the current device. What it held is lost, whether or not the device says that all went well."""
    cdef cupyBackend* backend = _backend.active()
    cdef Arena* heir = arena_of(device, NULL)
    cdef Arena* arena = _arenas
    cdef int rc = 0
    if backend.device_reset is not NULL:
        rc = backend.device_reset(device)
    while arena is not NULL:
        if arena.device == device:
            forget_arena(arena, heir, backend.device_reset is NULL)
        arena = arena.next
    return _backend.check(rc, f"resetting device {device}")


cdef int retire_arena(Arena* arena) except -1:
    """Drop the pool of a stream that is about to be destroyed and has been waited for."""
    cdef Arena* heir = arena_of(arena.device, NULL)
    cdef Arena** place = &_arenas
    if arena is heir:
        return 0
    if not arena.used:
        try:
            wake(arena, 0)
            drop_large(arena)
            drop_slabs(arena)
        except RuntimeError:
            pass  # of a device that failed; a reset forgets what could not be freed
    if arena.held:
        arena.stream = NULL  # arrays still live in it: from now on it belongs to the default stream
        return 0
    while place[0] is not arena:
        place = &place[0].next
    place[0] = arena.next
    free(arena)
    return 0


class MemoryPool:
    """The pool of device memory that arrays are allocated from.

    There is one pool; every instance shows the same. Its statistics count bytes as handed out, in size classes of
    512 bytes below 64 KiB and of at most one eighth slack above.

    Examples
    --------
    >>> import cupy as cp
    >>> pool = cp.get_default_memory_pool()
    >>> before = pool.used_bytes()
    >>> a = cp.zeros(1000, dtype=cp.float32)
    >>> pool.used_bytes() - before
    4096
    """

    def used_bytes(self):
        """Return the bytes that live arrays occupy."""
        return _total(0)

    def free_bytes(self):
        """Return the bytes held from the device and not in use."""
        return _total(1) - _total(0)

    def total_bytes(self):
        """Return the bytes held from the device."""
        return _total(1)

    def n_used_blocks(self):
        """Return the number of blocks that live arrays refer to."""
        return _total(2)

    def n_free_blocks(self):
        """Return the number of blocks waiting to be used again."""
        cdef Arena* arena = _arenas
        cdef Block* block
        cdef Py_ssize_t count = 0
        cdef int bin
        while arena is not NULL:
            wake(arena, 0)
            for bin in range(SMALL_BINS + LARGE_BINS):
                block = arena.small[bin] if bin < SMALL_BINS else arena.large[bin - SMALL_BINS]
                while block is not NULL:
                    count += 1
                    block = block.next
            arena = arena.next
        return count

    def free_all_blocks(self, stream=None):
        """Give all free memory back to the device; waits for the streams that used it."""
        free_all()

    def set_limit(self, size=None, fraction=None):
        """Limit what the pool may hold.

        Parameters
        ----------
        size : int, optional
            Bytes; 0 or None means no limit.
        fraction : float, optional
            Share of the device's memory, from 0 to 1; exclusive with `size`.
        """
        global _limit
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
        _limit = size or 0

    def get_limit(self):
        """Return the limit in bytes, 0 if there is none."""
        return _limit


cdef object _total(int which):
    cdef Arena* arena = _arenas
    cdef size_t total = 0
    while arena is not NULL:
        total += arena.used if which == 0 else arena.held if which == 1 else arena.n_used
        arena = arena.next
    return total


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
