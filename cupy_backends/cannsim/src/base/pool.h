// Memory for the objects behind the ABI's handles (tensors, executors, streams...).
//
// They live in one reserved address range and never go back to the system. So a handle is checked
// by its address and its tag without risk of a fault, and a destroyed one is recognised as such.
#pragma once

#include "base/poison.h"
#include "base/thread.h"
#include "check/leak.h"

#include <cstddef>
#include <new>

namespace cannsim {

enum class Kind : uint32_t {
    Tensor,
    Scalar,
    IntArray,
    FloatArray,
    BoolArray,
    TensorList,
    ScalarList,
    Executor,
    Stream,
    Event,
    Context,
};

constexpr uint32_t live_tag(Kind kind) { return 0xCA550000u | uint32_t(kind); }
constexpr uint32_t kDeadTag = 0xDEADDEADu;

// First member of every pooled object. Atomic, since a thread may ask about what another destroys.
struct Handle {
    uint32_t tag;

    void set_tag(uint32_t value) { __atomic_store_n(&tag, value, __ATOMIC_RELAXED); }
};

// Hidden, as all that the hot path reads: reached without a table of addresses.
[[gnu::visibility("hidden")]] extern const char *pool_begin;
[[gnu::visibility("hidden")]] extern size_t pool_size;

inline bool in_pool(const void *p) {
    return reinterpret_cast<uintptr_t>(p) - reinterpret_cast<uintptr_t>(pool_begin) < pool_size;
}

// Whether p is a living object of that kind. Never faults.
inline bool alive(const void *p, Kind kind) {
    return in_pool(p) && __atomic_load_n(&static_cast<const Handle *>(p)->tag, __ATOMIC_RELAXED) ==
                             live_tag(kind);
}

void *pool_refill(Kind kind, size_t size);  // a block from the shared list or fresh; may be null
void pool_spill(FreeList &list, Kind kind); // hands half of a long list to other threads

void pool_before_fork();
void pool_after_fork(bool child);

struct FreeBlock : Handle {
    FreeBlock *next;
};

// The block's content is indeterminate but for the tag, which the caller sets last.
template <class T> inline T *pool_new(Kind kind) {
    static_assert(alignof(T) <= 64 && sizeof(T) >= sizeof(FreeBlock));
    FreeList &list = this_thread.lists[int(kind)];
    void *p = list.head;
    if (__builtin_expect(p != nullptr, 1)) {
        list.head = static_cast<FreeBlock *>(p)->next;
        --list.count;
    } else {
        p = pool_refill(kind, (sizeof(T) + 63) / 64 * 64);
        if (!p) return nullptr;
    }
    unpoison(p, sizeof(T));
    if (checking(kCheckLeak)) leak_made(p, kind);
    return ::new (p) T;
}

template <class T> inline void pool_delete(T *object, Kind kind) {
    if (checking(kCheckLeak)) leak_ended(object);
    object->~T();
    FreeBlock *block = reinterpret_cast<FreeBlock *>(object);
    block->set_tag(kDeadTag);
    FreeList &list = this_thread.lists[int(kind)];
    block->next = static_cast<FreeBlock *>(list.head);
    list.head = block;
    poison(block + 1, sizeof(T) - sizeof(FreeBlock));
    if (__builtin_expect(++list.count > 512, 0)) pool_spill(list, kind);
}

} // namespace cannsim
