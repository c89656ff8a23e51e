from libc.stdint cimport uint64_t

from cupy_backends.backend._backend cimport cupyEvent, cupyStream

cdef enum:
    WORDS = 28          # of 64 size classes each: up to 4 TiB
    SMALL_WORDS = 2     # up to 64 KiB: the classes are the multiples of 512 bytes; above, 64 an octave
    FOREIGN = -1
    LOST = -2           # the memory went with a reset of its device
    MANY = 63           # the id of all arenas beyond


cdef struct Block:
    # Device memory with a count of the arrays that refer to it.
    void* address
    size_t bytes
    Py_ssize_t refs
    Arena* arena
    Block* next      # in a list, while free
    Block** back     # what points to it in the list of free ranges; NULL: it is not in there
    Block* before    # its neighbours in the memory that the device gave in one piece
    Block* after
    Block* sibling   # of the first in its piece: the first of the next piece
    int bin          # size class; FOREIGN: the block heads a Foreign
    int large
    uint64_t users   # arenas of other streams that worked on it, by id; once freed, how many of them it waits for


cdef struct Foreign:
    # Device memory of another library, lent until its last view dies.
    Block block
    void* owner
    void (*finish)(void*) noexcept


cdef struct Ranges:
    # Free memory joined with its free neighbours, by size.
    uint64_t words           # which of `bits` are not 0
    uint64_t bits[WORDS]     # which of `first` are not NULL
    Block* first[WORDS * 64]
    Block* pieces            # all that the device gave, by their first blocks


cdef struct Account:
    # What the arrays of one device use and the pool holds for them.
    int device
    size_t used, held, peak, limit
    size_t exchanged          # went back to the device because other sizes were asked for
    Py_ssize_t n_used
    Account* next


cdef struct Arena:
    # The pool's share of one stream: a block freed here may be used at once by later work of the same stream.
    int device
    int id
    cupyStream stream
    Account* account
    size_t used, held, n_used
    size_t resting            # bytes in the queue of freed blocks that are not handed out yet
    Block* rests_first
    Block* rests_last
    Arena* next
    int waiting               # threads that wait for the stream in order to give memory back
    bint orphaned             # the last of them destroys the stream
    int resets
    Ranges ranges[2]          # of small blocks, of large ones
    uint64_t cached_bits[WORDS]     # which of `cached` may not be NULL
    Block* cached[WORDS * 64]       # freed blocks as they were handed out, by size class; last in, first out


cdef struct Stray:
    # A freed block that work of another stream than its own may still use.
    Block* block
    cupyEvent event
    Stray* next


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
cdef int retire_stream(int device, cupyStream stream) except -1
cdef int reset_device(int device) except -1

# Of the objects that show the pool.
cdef size_t MOST_BYTES
cdef Arena* first_arena() noexcept
cdef Account* account_of(int device) except NULL
cdef size_t limit_of(Account* account) except? 1
cdef int free_all(Account* account, Arena* only=*) except -1


cdef inline int waited(cupyStream stream) except -1:
    """To be called after every wait for `stream` of the current device."""
    return settle(current().device, stream) if settle is not NULL else 0


# The only arena: as long as there is one, nobody needs to note who uses a block.
cdef Arena* lone
cdef void note_user(Block* block) noexcept


cdef inline void* address_of(Block* block) noexcept:
    """Return the address for an operand of the current stream."""
    if block.arena is not lone:
        note_user(block)
    return block.address


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
