#include "base/pool.h"

#include <mutex>
#include <sys/mman.h>
#include <vector>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace cannsim {

__thread ThreadState this_thread __attribute__((tls_model("initial-exec")));

const char *pool_begin;
size_t pool_size;

namespace {

char *fresh; // first byte never handed out

#ifdef __SANITIZE_ADDRESS__
// The leak checker reads the whole range in search of pointers.
constexpr size_t kReserve = size_t(64) << 20;
#else
constexpr size_t kReserve = size_t(4) << 30;
#endif

[[gnu::constructor]] void reserve() {
    for (size_t size = kReserve; size >= size_t(16) << 20; size /= 4) {
        void *p = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED) continue;
        fresh = static_cast<char *>(p);
        pool_begin = fresh;
#ifdef __SANITIZE_ADDRESS__
        __lsan_register_root_region(p, size);
#endif
        pool_size = size - sizeof(uint32_t); // any address below has a whole tag
        return;
    }
}

struct Shared {
    std::mutex mutex;
    FreeList lists[kPoolKinds] = {};
    uint64_t made[kPoolKinds] = {};
    std::vector<ThreadState *> threads;
    Counters finished = {};
};

// Never destroyed: threads may end after the library's static destructors have run.
Shared &shared() {
    static Shared *instance = new Shared;
    return *instance;
}

void add(Counters &sum, const Counters &c) {
    const uint64_t *from = &c.phase1;
    uint64_t *to = &sum.phase1;
    for (size_t i = 0; i < sizeof(Counters) / sizeof(uint64_t); ++i)
        to[i] += __atomic_load_n(from + i, __ATOMIC_RELAXED);
}

void move_list(FreeList &from, FreeList &to, uint32_t count) {
    while (count-- && from.head) {
        FreeBlock *block = static_cast<FreeBlock *>(from.head);
        from.head = block->next;
        --from.count;
        block->next = static_cast<FreeBlock *>(to.head);
        to.head = block;
        ++to.count;
    }
}

struct Detach {
    bool active = false;
    ~Detach() {
        if (!active) return;
        Shared &s = shared();
        std::lock_guard<std::mutex> lock(s.mutex);
        for (int k = 0; k < kPoolKinds; ++k)
            move_list(this_thread.lists[k], s.lists[k], this_thread.lists[k].count);
        add(s.finished, this_thread.counters);
        for (auto &t : s.threads)
            if (t == &this_thread) {
                t = s.threads.back();
                s.threads.pop_back();
                break;
            }
        this_thread.attached = false;
    }
};

thread_local Detach detach;

} // namespace

void attach_slow() {
    Shared &s = shared();
    std::lock_guard<std::mutex> lock(s.mutex);
    this_thread.attached = true;
    this_thread.counters = {};
    s.threads.push_back(&this_thread);
    detach.active = true;
}

void *pool_refill(Kind kind, size_t size) {
    attach();
    Shared &s = shared();
    std::lock_guard<std::mutex> lock(s.mutex);
    FreeList &mine = this_thread.lists[int(kind)];
    move_list(s.lists[int(kind)], mine, 64);
    if (!mine.head) {
        for (int i = 0; i < 16 && fresh && size_t(fresh - pool_begin) + size <= pool_size;
             ++i, fresh += size) {
            FreeBlock *block = reinterpret_cast<FreeBlock *>(fresh);
            block->set_tag(kDeadTag);
            block->next = static_cast<FreeBlock *>(mine.head);
            mine.head = block;
            ++mine.count;
            ++s.made[int(kind)];
        }
    }
    FreeBlock *block = static_cast<FreeBlock *>(mine.head);
    if (!block) return nullptr;
    mine.head = block->next;
    --mine.count;
    return block;
}

void pool_spill(FreeList &list, Kind kind) {
    attach();
    Shared &s = shared();
    std::lock_guard<std::mutex> lock(s.mutex);
    move_list(list, s.lists[int(kind)], 256);
}

void pool_before_fork() { shared().mutex.lock(); }

void pool_after_fork(bool child) {
    // Other threads' lists are lost with the threads; what they held is not found again.
    if (child && this_thread.attached) shared().threads.assign(1, &this_thread);
    if (child && !this_thread.attached) shared().threads.clear();
    shared().mutex.unlock();
}

Counters total_counters() {
    Shared &s = shared();
    std::lock_guard<std::mutex> lock(s.mutex);
    Counters sum = s.finished;
    for (ThreadState *t : s.threads) add(sum, t->counters);
    return sum;
}

uint64_t live_objects(int kind) {
    Shared &s = shared();
    std::lock_guard<std::mutex> lock(s.mutex);
    uint64_t idle = s.lists[kind].count;
    for (ThreadState *t : s.threads)
        idle += __atomic_load_n(&t->lists[kind].count, __ATOMIC_RELAXED);
    return s.made[kind] - idle;
}

} // namespace cannsim
