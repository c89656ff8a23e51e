"""The memory pool: device memory in blocks of size classes, kept per stream.

A block that an array gives back is kept as it is and handed out again to the next that asks for its size, without a
call of the device; work of one stream runs in order, so the next user cannot overtake the last one. Where no such
block is left, the freed ones are joined with their free neighbours and the smallest range that is large enough is
split. Only then the device is asked for more, or where that range is a whole piece of its memory that is worth more
in one. A block that another stream worked on waits for what that stream had queued when it was freed. Small and large
blocks lie in different pieces of its memory, so that few small ones that live long do not keep large ones apart. Where
the backend watches the blocks, freed ones rest for a while, so that uses of them are found out. Everything here runs
under the interpreter's lock; it is let go of only while a stream is waited for.
"""

import gc

from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport CUPY_LOST_BLOCK, cupyBackend

from cupy_backends.backend.errors import BackendError

cdef extern from *:
    """
    typedef struct { void *arena; void *stream; int device; } cupy_current_t;
    /* Few bytes, which the memory that each thread has from its start can hold: they are read without a call. */
    static __thread cupy_current_t cupy_current __attribute__((tls_model("initial-exec")));

    static int lowest_bit(uint64_t bits) { return __builtin_ctzll(bits); }
    static int highest_bit(uint64_t bits) { return 63 - __builtin_clzll(bits); }
    """
    ctypedef struct cupy_current_t:
        pass
    cupy_current_t cupy_current
    int lowest_bit(uint64_t bits) noexcept nogil
    int highest_bit(uint64_t bits) noexcept nogil

cdef enum:
    GRAIN_BITS = 9               # blocks start at multiples of 512 bytes
    PAD = 32                     # kernels of the device may read this far past an array
    SMALL_BINS = SMALL_WORDS * 64
    PIECE_BYTES = 2 << 20        # of what the device is asked for, a multiple of it
    SPARE_BYTES = 32 << 20       # the most to ask for beyond what is needed
    LEAST_BYTES = 64 << 10       # to ask for where that fails
    SLACK = 16                   # the part of what arrays used at most that may lie free when more is asked for
    REST_BYTES = 64 << 20        # of freed blocks that rest where somebody watches them

cdef enum Growth:
    GROWN, LIMITED, REFUSED

cdef size_t MOST_BYTES = <size_t>1 << 42  # the largest size class
cdef size_t UNREAD = <size_t>-1           # a limit that the environment may give

cdef Settle settle = NULL
cdef Arena* _arenas = NULL
cdef Arena* lone = NULL
cdef Stray* _strays = NULL
cdef Account* _accounts = NULL


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


cdef Arena* first_arena() noexcept:
    return _arenas


cdef Account* account_of(int device) except NULL:
    """Return the account of ``device``, made at the first call."""
    global _accounts
    cdef Account* account = _accounts
    while account is not NULL:
        if account.device == device:
            return account
        account = account.next
    account = <Account*>calloc(1, sizeof(Account))
    if account is NULL:
        raise MemoryError()
    account.device = device
    account.limit = UNREAD
    account.next = _accounts
    _accounts = account
    return account


cdef Arena* arena_of(int device, cupyStream stream) except NULL:
    """Return the arena of ``stream`` on ``device``, made at the first call."""
    global _arenas, lone
    cdef Arena* arena = _arenas
    while arena is not NULL:
        if arena.device == device and arena.stream is stream:
            return arena
        arena = arena.next
    if stream is not NULL:
        arena_of(device, NULL)  # its heir
    arena = <Arena*>calloc(1, sizeof(Arena))
    if arena is NULL:
        raise MemoryError()
    try:
        arena.account = account_of(device)
    except BaseException:
        free(arena)
        raise
    arena.device = device
    arena.stream = stream
    arena.id = unused_id()
    arena.next = _arenas
    _arenas = arena
    lone = arena if arena.next is NULL else NULL
    return arena


cdef int unused_id() noexcept:
    cdef Arena* arena = _arenas
    cdef uint64_t taken = 0
    while arena is not NULL:
        taken |= <uint64_t>1 << arena.id
        arena = arena.next
    return lowest_bit(~taken | <uint64_t>1 << MANY)


cdef inline int bin_of(size_t grains) noexcept:
    """Return the size class of so many multiples of 512 bytes and one more."""
    cdef int shift
    if grains < SMALL_BINS:
        return <int>grains
    shift = highest_bit(grains) - 6
    return (shift << 6) + <int>(grains >> shift)


cdef inline size_t bytes_of(int bin) noexcept:
    """Return the size of the blocks of a class."""
    if bin < SMALL_BINS:
        return <size_t>(bin + 1) << GRAIN_BITS
    return <size_t>((bin & 63) + 65) << ((bin >> 6) - 1 + GRAIN_BITS)


cdef Block* new_block(Arena* arena, char* address, size_t nbytes, bint large) except NULL:
    cdef Block* block = <Block*>calloc(1, sizeof(Block))
    if block is NULL:
        raise MemoryError()
    block.arena = arena
    block.address = address
    block.bytes = nbytes
    block.large = large
    return block


cdef void enter(Block* block) noexcept:
    """Put a block on the list of free ranges that are large enough for its class."""
    cdef Ranges* ranges = &block.arena.ranges[block.large]
    cdef int bin = bin_of(block.bytes >> GRAIN_BITS) - 1
    cdef Block** head = &ranges.first[bin]
    block.next = head[0]
    block.back = head
    if block.next is not NULL:
        block.next.back = &block.next
    head[0] = block
    ranges.bits[bin >> 6] |= <uint64_t>1 << (bin & 63)
    ranges.words |= <uint64_t>1 << (bin >> 6)


cdef void leave(Block* block) noexcept:
    """Take a block off its list of free ranges."""
    cdef Ranges* ranges = &block.arena.ranges[block.large]
    cdef int bin
    block.back[0] = block.next
    if block.next is not NULL:
        block.next.back = block.back
    block.back = NULL
    bin = bin_of(block.bytes >> GRAIN_BITS) - 1
    if ranges.first[bin] is NULL:
        ranges.bits[bin >> 6] &= ~(<uint64_t>1 << (bin & 63))
        if not ranges.bits[bin >> 6]:
            ranges.words &= ~(<uint64_t>1 << (bin >> 6))


cdef void absorb(Block* block) noexcept:
    """Make the block's next neighbour a part of it."""
    cdef Block* other = block.after
    block.bytes += other.bytes
    block.after = other.after
    if block.after is not NULL:
        block.after.before = block
    free(other)


cdef void join(Block* block) noexcept:
    """Make a freed block a free range, as long as its neighbours allow."""
    if block.after is not NULL and block.after.back is not NULL:
        leave(block.after)
        absorb(block)
    if block.before is not NULL and block.before.back is not NULL:
        block = block.before
        leave(block)
        absorb(block)
    enter(block)


cdef void join_cached(Arena* arena, bint large) noexcept:
    """Join the freed small or large blocks with their neighbours."""
    cdef int word, bin
    cdef Block* block
    for word in range(SMALL_WORDS if large else 0, WORDS if large else SMALL_WORDS):
        while arena.cached_bits[word]:
            bin = word << 6 | lowest_bit(arena.cached_bits[word])
            while arena.cached[bin] is not NULL:
                block = arena.cached[bin]
                arena.cached[bin] = block.next
                join(block)
            arena.cached_bits[word] &= arena.cached_bits[word] - 1


cdef Block* best_range(Arena* arena, int bin) noexcept:
    """Return the free range of the smallest size from class `bin` on, NULL if there is none."""
    cdef Ranges* ranges = &arena.ranges[bin >= SMALL_BINS]
    cdef int word = bin >> 6
    cdef uint64_t bits = ranges.bits[word] & ~<uint64_t>0 << (bin & 63)
    cdef uint64_t words
    if not bits:
        words = ranges.words & ~<uint64_t>1 << word
        if not words:
            return NULL
        word = lowest_bit(words)
        bits = ranges.bits[word]
    return ranges.first[word << 6 | lowest_bit(bits)]


cdef Block* cut(Block* block, int bin) except NULL:
    """Make a block of class `bin` of a free range and leave its rest free."""
    cdef size_t nbytes = bytes_of(bin)
    cdef Block* rest = NULL
    if block.bytes > nbytes:
        rest = new_block(block.arena, <char*>block.address + nbytes, block.bytes - nbytes, block.large)
    leave(block)
    block.bin = bin
    if rest is not NULL:
        block.bytes = nbytes
        rest.before = block
        rest.after = block.after
        if rest.after is not NULL:
            rest.after.before = rest
        block.after = rest
        enter(rest)
    return block


cdef size_t limit_of(Account* account) except? 1:
    """Return the limit of the current device, the first time as the environment has it; 0 if there is none."""
    if account.limit == UNREAD:
        from cupy._core._pool import limit_from_environment
        account.limit = limit_from_environment()
    return account.limit


cdef Growth grow(Arena* arena, size_t nbytes, bint large) except *:
    """Ask the device for `nbytes`."""
    cdef Account* account = arena.account
    cdef size_t limit = limit_of(account)
    cdef void* address = NULL
    cdef Block* block
    cdef int rc
    if limit and (nbytes > limit or account.held > limit - nbytes):
        return LIMITED
    rc = _backend.active().mem_alloc(nbytes, &address)
    if rc == _backend.CUPY_OUT_OF_MEMORY:
        return REFUSED
    _backend.check(rc, f"allocating {nbytes} bytes of device memory")
    try:
        block = new_block(arena, <char*>address, nbytes, large)
    except BaseException:
        _backend.active().mem_free(address)
        raise
    add_piece(block)
    return GROWN


cdef void add_piece(Block* block) noexcept:
    """Take what the device gave into the pool, or take it back."""
    cdef Arena* arena = block.arena
    cdef Ranges* ranges = &arena.ranges[block.large]
    block.sibling = ranges.pieces
    ranges.pieces = block
    arena.held += block.bytes
    arena.account.held += block.bytes
    enter(block)


cdef bint worth_more_whole(Block* block, size_t nbytes) noexcept:
    """Return whether memory of the device's should be taken rather than `nbytes` of this free range.

    A piece that is cut in two or three serves no array of the size that it was asked for, and the next of them makes
    the pool grow. The piece may have to go back instead; so that programs that use sizes in turn do not ask the device
    each time, all that goes for this reason is at most as much as arrays ever used together.
    """
    cdef Account* account = block.arena.account
    return (block.before is NULL and block.after is NULL and nbytes >= PIECE_BYTES
            and 2 * nbytes <= block.bytes < 8 * nbytes and account.exchanged + block.bytes <= account.peak)


cdef Block* carve(Arena* arena, int bin, size_t asked) except NULL:
    """Make a block of class `bin`, of free memory if there is enough in one place."""
    cdef bint large = bin >= SMALL_BINS
    cdef size_t nbytes = bytes_of(bin)
    cdef size_t comfort = PIECE_BYTES
    cdef size_t most
    cdef Account* account = arena.account
    cdef Block* block
    cdef Growth growth = GROWN
    cdef int effort
    if _strays is not NULL:
        call_strays()
        if arena.cached[bin] is not NULL:
            block = arena.cached[bin]
            arena.cached[bin] = block.next
            return block
    if not large:  # few freed blocks are worth a join, and other sizes may need them as they are
        block = best_range(arena, bin)
        if block is not NULL:
            return cut(block, bin)
    else:
        comfort = max(comfort, nbytes, min(arena.held // 8, <size_t>SPARE_BYTES))
        comfort = (comfort + PIECE_BYTES - 1) // PIECE_BYTES * PIECE_BYTES
    for effort in range(4):
        if effort == 3:
            gc.collect()  # arrays in cycles
        if effort >= 2:
            free_all(account)
        join_cached(arena, large)
        block = best_range(arena, bin)
        if block is not NULL and not (effort == 0 and worth_more_whole(block, nbytes)):
            return cut(block, bin)
        most = max(account.peak, account.used + nbytes)
        if effort == 0 and account.held + comfort > most + most // SLACK + 2 * PIECE_BYTES:
            if block is not NULL:
                account.exchanged += block.bytes
            give_pieces(arena, False, True)  # what does not serve does not stay
        growth = grow(arena, (comfort, max(nbytes, LEAST_BYTES), nbytes, nbytes)[effort], large)
        if growth == GROWN:
            return cut(best_range(arena, bin), bin)
    return refuse(asked, account, growth)


cdef Block* refuse(size_t asked, Account* account, Growth growth) except NULL:
    from cupy._core._pool import out_of_memory
    raise out_of_memory(asked, account.device, growth == LIMITED, growth == REFUSED)


cdef Block* alloc(size_t nbytes) except NULL:
    """Return a block of at least ``nbytes`` for the current stream, owned once."""
    cdef Current* c = current()
    cdef Arena* arena
    cdef Account* account
    cdef Block* block
    cdef int bin
    if c.arena is NULL:
        ensure_current()
    arena = c.arena
    account = arena.account
    if nbytes > MOST_BYTES - PAD:
        refuse(nbytes, account, GROWN)
    bin = bin_of((nbytes + PAD - 1) >> GRAIN_BITS)
    block = arena.cached[bin]
    if block is not NULL:
        arena.cached[bin] = block.next
    else:
        block = carve(arena, bin, nbytes)
    block.refs = 1
    arena.used += block.bytes
    arena.n_used += 1
    account.used += block.bytes
    account.n_used += 1
    if account.used > account.peak:
        account.peak = account.used
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
    cdef cupyBackend* backend = _backend.active()
    backend.set_device(foreign.block.arena.device)
    with nogil:  # host functions among that work take the interpreter's lock
        backend.device_synchronize()
    backend.set_device(current().device)
    foreign.finish(foreign.owner)
    free(foreign)


cdef inline void cache(Block* block) noexcept:
    """Put a block where the next allocation of its size takes it from."""
    cdef Arena* arena = block.arena
    block.next = arena.cached[block.bin]
    arena.cached[block.bin] = block
    arena.cached_bits[block.bin >> 6] |= <uint64_t>1 << (block.bin & 63)


cdef void wake(Arena* arena, size_t nbytes) noexcept:
    """Let the blocks that were freed longest ago be used again until no more than ``nbytes`` rest."""
    cdef Block* block
    while arena.resting > nbytes:
        block = arena.rests_first
        arena.rests_first = block.next
        arena.resting -= block.bytes
        cache(block)


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


cdef void note_user(Block* block) noexcept:
    cdef Arena* user = current().arena
    if user is NULL:
        user = _arenas
        while user.device != current().device or user.stream is not current().stream:
            user = user.next
            if user is NULL:
                block.users |= <uint64_t>1 << MANY
                return
    if user is not block.arena:
        block.users |= <uint64_t>1 << user.id


cdef bint strays(Block* block) noexcept:
    """Keep a freed block aside if other streams have not yet done what they do with it; return whether they have."""
    cdef uint64_t users = block.users
    cdef Arena* arena = _arenas
    cdef Arena* following
    block.users = 1  # so that a host function that a query runs does not find it ready
    while arena is not NULL:
        pin(arena)
        if users >> arena.id & 1 and arena is not block.arena:
            block.users += not has_done(arena, block)
        following = arena.next
        unpin(arena)
        arena = following
    block.users -= 1
    return block.users


cdef bint has_done(Arena* user, Block* block) noexcept:
    """Return whether a stream has done what was queued on it; if not, make the block wait for it."""
    global _strays
    cdef cupyBackend* backend = _backend.active()
    cdef Stray* stray
    cdef cupyEvent event = NULL
    cdef int rc, done = 0
    backend.set_device(user.device)
    rc = backend.stream_query(user.stream, &done)
    if rc == _backend.CUPY_OK and not done:
        stray = <Stray*>calloc(1, sizeof(Stray))
        if stray is not NULL and backend.event_create(&event, 0) == _backend.CUPY_OK:
            if backend.event_record(event, user.stream) == _backend.CUPY_OK:
                stray.block = block
                stray.event = event
                stray.next = _strays
                _strays = stray
                backend.set_device(current().device)
                return False
            backend.event_destroy(event)
        free(stray)
        backend.stream_synchronize(user.stream)
    backend.set_device(current().device)
    return True


cdef void come_home(Stray* stray) noexcept:
    """A stream has done what a freed block was waiting for."""
    _backend.active().event_destroy(stray.event)
    stray.block.users -= 1
    if stray.block.users == 0:
        keep(stray.block)
    free(stray)


cdef void call_strays() noexcept:
    """Let the blocks be used again that no stream works on any more."""
    global _strays
    cdef Stray* waiting = NULL
    cdef Stray* stray
    cdef Arena* arena
    cdef int resets, done
    while _strays is not NULL:
        stray = _strays
        _strays = stray.next  # a query may run host functions, and they may change the list
        arena = stray.block.arena
        resets = arena.resets
        done = 1  # also if its stream or device is gone
        pin(arena)
        _backend.active().event_query(stray.event, &done)
        if arena.resets != resets:
            free(stray)  # the block went with its device
        elif done:
            come_home(stray)
        else:
            stray.next = waiting
            waiting = stray
        unpin(arena)
    _strays = waiting


cdef int await_strays(Account* account, Arena* only) except -1:
    """Wait for what keeps freed blocks from being used again."""
    cdef cupyBackend* backend = _backend.active()
    cdef Stray** place = &_strays
    cdef Stray* stray
    cdef Arena* arena
    cdef int resets, rc
    while place[0] is not NULL:
        stray = place[0]
        arena = stray.block.arena
        if arena.account is not account or only is not NULL and arena is not only:
            place = &stray.next
            continue
        place[0] = stray.next
        resets = arena.resets
        pin(arena)
        with nogil:
            rc = backend.event_synchronize(stray.event)
        if arena.resets == resets:
            come_home(stray)
        else:
            free(stray)  # the block went with its device
        unpin(arena)
        _backend.check(rc, "waiting for a stream that used freed memory")
        place = &_strays  # other threads may have changed the list
    return 0


cdef inline void keep(Block* block) noexcept:
    """Keep a freed block for its stream."""
    cdef cupyBackend* backend = _backend.active()
    if backend.pool_free is NULL:
        cache(block)
    else:
        backend.pool_free(block.address, block.arena.stream)
        rest(block)


cdef void free_block(Block* block) noexcept:
    """Take back a block that nobody refers to."""
    cdef Arena* arena = block.arena
    if block.bin < 0:
        if block.bin == LOST:
            free(block)
        else:
            give_back(<Foreign*>block)
        return
    arena.used -= block.bytes
    arena.n_used -= 1
    arena.account.used -= block.bytes
    arena.account.n_used -= 1
    if not block.users or not strays(block):
        keep(block)


cdef Block* take_pieces(Arena* arena, bint large) noexcept:
    """Take the pieces without a living block out of the pool; return them as a list."""
    cdef Block** place = &arena.ranges[large].pieces
    cdef Block* block
    cdef Block* taken = NULL
    join_cached(arena, large)
    while place[0] is not NULL:
        block = place[0]
        if block.back is not NULL and block.after is NULL:
            leave(block)
            place[0] = block.sibling
            block.sibling = taken
            taken = block
            arena.held -= block.bytes
            arena.account.held -= block.bytes
        else:
            place = &block.sibling
    return taken


cdef inline void pin(Arena* arena) noexcept:
    """Let the arena and its stream outlive a wait."""
    arena.waiting += 1


cdef inline void unpin(Arena* arena) noexcept:
    arena.waiting -= 1
    if arena.orphaned and arena.waiting == 0:
        bury(arena)


cdef int give_pieces(Arena* arena, bint small, bint wait) except -1:
    """Give the device the pieces of large and, with `small`, of small blocks in which none lives."""
    cdef cupyBackend* backend = _backend.active()
    cdef int resets = arena.resets
    cdef int rc = 0
    cdef bint large
    cdef Block* block
    cdef Block* taken[2]
    taken[0] = take_pieces(arena, False) if small else NULL
    taken[1] = take_pieces(arena, True)
    if taken[0] is NULL and taken[1] is NULL:
        return 0
    if wait:
        pin(arena)
        with nogil:  # host functions of the stream take the interpreter's lock
            rc = backend.stream_synchronize(arena.stream)
    for large in range(2):
        while taken[large] is not NULL:
            block = taken[large]
            taken[large] = block.sibling
            if arena.resets != resets:  # meanwhile, by another thread
                if backend.device_reset is NULL:
                    backend.mem_free(block.address)
                free(block)
                continue
            if rc == _backend.CUPY_OK:
                rc = backend.mem_free(block.address)
            if rc == _backend.CUPY_OK:
                free(block)
            else:
                add_piece(block)  # still held
    if wait:
        unpin(arena)
    return _backend.check(rc, "giving memory back to the device")


cdef int free_all(Account* account, Arena* only=NULL) except -1:
    """Wait for the streams of the current device, whose account this is, and give it all free memory back."""
    cdef Arena* arena
    cdef Arena* following
    await_strays(account, only)
    arena = _arenas
    while arena is not NULL:
        pin(arena)
        try:
            if arena.account is account and arena.held > arena.used and (only is NULL or arena is only):
                wake(arena, 0)
                give_pieces(arena, True, True)
        finally:
            following = arena.next
            unpin(arena)
        arena = following
    return 0


cdef int refuse_lost(Block* block) except -1:
    raise BackendError(f"the memory of the array was lost when device {block.arena.device} was reset")


cdef void forget_arena(Arena* arena, Arena* heir, bint give_back) noexcept:
    """Let go of all memory of the arena: blocks that arrays refer to are marked as lost, and are the heir's."""
    cdef Block* block
    cdef Block* following
    cdef Block* piece
    cdef Stray** place = &_strays
    cdef Stray* stray
    cdef bint large
    while place[0] is not NULL:
        stray = place[0]
        if stray.block.arena is arena:
            place[0] = stray.next
            if give_back:
                _backend.active().event_destroy(stray.event)
            free(stray)
        else:
            place = &stray.next
    for large in range(2):
        piece = arena.ranges[large].pieces
        while piece is not NULL:
            block = piece
            piece = piece.sibling
            if give_back:
                _backend.active().mem_free(block.address)
            while block is not NULL:
                following = block.after
                if block.refs:
                    block.address = CUPY_LOST_BLOCK
                    block.bin = LOST
                    block.arena = heir
                else:
                    free(block)
                block = following
    arena.account.held -= arena.held
    arena.account.used -= arena.used
    arena.account.n_used -= arena.n_used
    arena.used = arena.held = arena.n_used = arena.resting = 0
    arena.rests_first = arena.rests_last = NULL
    arena.resets += 1
    memset(arena.ranges, 0, sizeof(arena.ranges))
    memset(arena.cached, 0, sizeof(arena.cached))
    memset(arena.cached_bits, 0, sizeof(arena.cached_bits))


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


cdef void bury(Arena* arena) noexcept:
    """Destroy an arena with its stream; its memory is the default stream's from now on."""
    cdef Arena** place = &_arenas
    cdef Arena* heir
    cdef Block* piece
    cdef Block* block
    cdef bint large
    global lone
    wake(arena, 0)
    while place[0] is not arena:
        place = &place[0].next
    place[0] = arena.next
    heir = _arenas
    lone = heir if heir.next is NULL else NULL
    while heir.device != arena.device or heir.stream is not NULL:
        heir = heir.next
    for large in range(2):
        join_cached(arena, large)
        while arena.ranges[large].pieces is not NULL:
            piece = block = arena.ranges[large].pieces
            arena.ranges[large].pieces = piece.sibling
            piece.sibling = heir.ranges[large].pieces
            heir.ranges[large].pieces = piece
            while block is not NULL:
                if block.back is not NULL:
                    leave(block)
                    block.arena = heir
                    enter(block)
                block.arena = heir
                block = block.after
    heir.used += arena.used
    heir.held += arena.held
    heir.n_used += arena.n_used
    _backend.active().stream_destroy(arena.stream)
    free(arena)


cdef int retire_stream(int device, cupyStream stream) except -1:
    """Destroy a stream, after its end, and hand on its part of the pool; what is free goes back to the device."""
    cdef cupyBackend* backend = _backend.active()
    cdef Arena* arena = arena_of(device, stream)
    cdef int resets = arena.resets
    with nogil:  # host functions of the stream take the interpreter's lock
        backend.stream_synchronize(stream)
    if arena.resets != resets:
        return 0  # the stream is gone, too
    wake(arena, 0)
    try:
        give_pieces(arena, True, False)
    except RuntimeError:
        pass  # of a device that failed; a reset forgets what could not be freed
    arena.orphaned = True
    if arena.waiting == 0:
        bury(arena)
    return 0
