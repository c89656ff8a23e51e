from cupy_backends.backend._backend cimport cupyStream

cdef enum:
    SMALL_BINS = 129   # free lists by multiples of 512 bytes, up to 64 KiB
    LARGE_BINS = 512   # eight size classes an octave above
    FOREIGN = -1
    LOST = -2          # the memory went with a reset of its device


cdef struct Slab:
    # A large piece of device memory that small blocks are carved from.
    char* address
    size_t bytes, used
    Py_ssize_t live
    Slab* next


cdef struct Block:
    # Device memory with a count of the arrays that refer to it.
    void* address
    size_t bytes
    Py_ssize_t refs
    Arena* arena
    Slab* slab       # NULL: an allocation of its own
    Block* next      # while free
    int bin          # FOREIGN: the block heads a Foreign
    Block* sibling   # all blocks of the arena, so that those in use are found when a device is reset
    Block** back


cdef struct Foreign:
    # Device memory of another library, lent until its last view dies.
    Block block
    void* owner
    void (*finish)(void*) noexcept


cdef struct Arena:
    # The pool's share of one stream: a block freed here may be used at once by later work of the same stream.
    int device
    cupyStream stream
    Slab* slabs
    size_t used, held, n_used
    size_t resting         # bytes in the queue of freed blocks that are not handed out yet
    Block* rests_first
    Block* rests_last
    Block* blocks
    Arena* next
    Block* small[SMALL_BINS]
    Block* large[LARGE_BINS]


cdef struct Current:
    # What the calling thread works on; arena is NULL until its first use of a device.
    Arena* arena
    cupyStream stream
    int device


# Called after a wait for a stream of the current device, with that stream: raises what launches left to be found out.
# NULL while nothing is left.
ctypedef int (*Settle)(int device, cupyStream stream) except -1
cdef Settle settle


cdef Current* current() noexcept nogil
cdef int ensure_current() except -1
cdef Block* alloc(size_t nbytes) except NULL
cdef Block* adopt(void* address, size_t nbytes, void* owner, void (*finish)(void*) noexcept) except NULL
cdef void free_block(Block* block) noexcept
cdef Arena* arena_of(int device, cupyStream stream) except NULL
cdef int retire_arena(Arena* arena) except -1
cdef int reset_device(int device) except -1


cdef inline int waited(cupyStream stream) except -1:
    """To be called after every wait for `stream` of the current device."""
    return settle(current().device, stream) if settle is not NULL else 0


cdef int refuse_lost(Block* block) except -1


cdef inline int require(Block* block) except -1:
    """To be called before memory is touched by other means than a launch."""
    return refuse_lost(block) if block.bin == LOST else 0


cdef inline Block* retain(Block* block) noexcept:
    block.refs += 1
    return block


cdef inline void release(Block* block) noexcept:
    block.refs -= 1
    if block.refs == 0:
        free_block(block)
