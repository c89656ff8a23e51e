// Virtual memory: addresses that are reserved apart from the memory behind them.
//
// All reservations lie in an area of their own behind the devices' slices. Memory keeps its content
// while it is mapped nowhere; in between it is put aside.
#include "base/poison.h"
#include "check/check.h"
#include "runtime/api.h"
#include "runtime/memory.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <sys/mman.h>

using namespace cannsim;

namespace {

constexpr size_t kPage = size_t(2) << 20; // everything is a multiple of it

struct Physical {
    int device;
    size_t size;
    uintptr_t mapped = 0; // where, 0: nowhere
    char *aside = nullptr;
    bool freed = false; // goes when it is unmapped
};

struct Mapping {
    size_t size;
    Physical *memory;
};

struct State {
    std::mutex mutex;
    std::map<uintptr_t, size_t> reserved;
    std::map<uintptr_t, Mapping> mapped;
    std::set<Physical *> handles;
};

State &state() {
    static State *instance = new State;
    return *instance;
}

char *host(uintptr_t at) { return to_host(reinterpret_cast<void *>(at)); }

void drop(State &s, Physical *p) {
    device_uncharge(p->device, p->size);
    s.handles.erase(p);
    std::free(p->aside);
    delete p;
}

// Ends a mapping; the content is kept when `keep`.
int unmap(State &s, std::map<uintptr_t, Mapping>::iterator it, bool keep) {
    const uintptr_t at = it->first;
    Physical *p = it->second.memory;
    if (keep) {
        p->aside = static_cast<char *>(std::malloc(p->size));
        if (!p->aside)
            return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "no host memory to put %zu bytes aside",
                        p->size);
        std::memcpy(p->aside, host(at), p->size);
    }
    if (checking()) check_free(reinterpret_cast<void *>(at));
    madvise(host(at), p->size, MADV_DONTNEED);
    poison(host(at), p->size);
    p->mapped = 0;
    s.mapped.erase(it);
    return 0;
}

// The reservation that holds [at, at + size), if any.
bool is_reserved(const State &s, uintptr_t at, size_t size) {
    auto it = s.reserved.upper_bound(at);
    if (it == s.reserved.begin()) return false;
    --it;
    return at - it->first <= it->second && size <= it->second - (at - it->first);
}

bool overlaps(const State &s, uintptr_t at, size_t size) {
    auto it = s.mapped.lower_bound(at);
    if (it != s.mapped.end() && it->first < at + size) return true;
    return it != s.mapped.begin() && std::prev(it)->first + std::prev(it)->second.size > at;
}

// The first gap of that size.
uintptr_t find_gap(const State &s, size_t size, size_t alignment) {
    auto round = [&](uintptr_t at) { return (at + alignment - 1) / alignment * alignment; };
    uintptr_t at = round(virtual_area.begin);
    for (const auto &[begin, length] : s.reserved) {
        if (at + size <= begin) return at;
        if (begin + length > at) at = round(begin + length);
    }
    return at + size <= virtual_area.begin + virtual_area.size ? at : 0;
}

int check_size(const char *caller, size_t size) {
    if (size && size % kPage == 0) return 0;
    return fail(ACL_ERROR_INVALID_PARAM, "%s: size is %zu; expected a multiple of %zu", caller,
                size, kPage);
}

} // namespace

namespace cannsim {

// Neighbours of one device count as one block, so that a tensor may lie across them.
bool find_mapped(uintptr_t at, Block *out) {
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    auto it = s.mapped.upper_bound(at);
    if (it == s.mapped.begin()) return false;
    --it;
    if (at >= it->first + it->second.size) return false;
    auto first = it, last = it;
    const int device = it->second.memory->device;
    auto adjoin = [&](auto a, auto b) {
        return a->first + a->second.size == b->first && b->second.memory->device == device &&
               a->second.memory->device == device;
    };
    while (first != s.mapped.begin() && adjoin(std::prev(first), first)) --first;
    while (std::next(last) != s.mapped.end() && adjoin(last, std::next(last))) ++last;
    *out = {first->first, last->first + last->second.size - first->first, device};
    return true;
}

void release_virtual(int device) {
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    for (auto it = s.mapped.begin(); it != s.mapped.end();) {
        auto next = std::next(it);
        if (it->second.memory->device == device) unmap(s, it, false);
        it = next;
    }
    for (auto it = s.handles.begin(); it != s.handles.end();) {
        Physical *p = *it++;
        if (p->device == device) drop(s, p);
    }
}

void virtual_before_fork() { state().mutex.lock(); }
void virtual_after_fork() { state().mutex.unlock(); }

} // namespace cannsim

extern "C" {

aclError aclrtMemGetAllocationGranularity(aclrtPhysicalMemProp *prop, aclrtMemGranularityOptions,
                                          size_t *granularity) {
    REQUIRE(prop);
    REQUIRE(granularity);
    *granularity = kPage;
    return 0;
}

aclError aclrtReserveMemAddress(void **virPtr, size_t size, size_t alignment, void *expectPtr,
                                uint64_t) {
    REQUIRE(virPtr);
    if (int error = check_size(__func__, size)) return error;
    if (alignment & (alignment - 1))
        return fail(ACL_ERROR_INVALID_PARAM, "%s: alignment %zu is no power of two", __func__,
                    alignment);
    Context *context;
    if (int error = require_context(&context)) return error;
    if (alignment < kPage) alignment = kPage;
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    const uintptr_t wish = reinterpret_cast<uintptr_t>(expectPtr);
    auto next = s.reserved.lower_bound(wish);
    const bool free =
        wish && wish % alignment == 0 && wish >= virtual_area.begin &&
        wish + size <= virtual_area.begin + virtual_area.size &&
        (next == s.reserved.end() || wish + size <= next->first) &&
        (next == s.reserved.begin() || std::prev(next)->first + std::prev(next)->second <= wish);
    const uintptr_t at = free ? wish : find_gap(s, size, alignment);
    if (!at)
        return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "%s: no room for %zu bytes in %zu of addresses",
                    __func__, size, virtual_area.size);
    s.reserved[at] = size;
    *virPtr = reinterpret_cast<void *>(at);
    return 0;
}

aclError aclrtReleaseMemAddress(void *virPtr) {
    REQUIRE(virPtr);
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    const uintptr_t at = reinterpret_cast<uintptr_t>(virPtr);
    auto it = s.reserved.find(at);
    if (it == s.reserved.end())
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %p is not the start of reserved addresses",
                    __func__, virPtr);
    if (overlaps(s, at, it->second))
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: memory is still mapped at %p", __func__,
                    virPtr);
    s.reserved.erase(it);
    return 0;
}

aclError aclrtMallocPhysical(aclrtDrvMemHandle *handle, size_t size,
                             const aclrtPhysicalMemProp *prop, uint64_t) {
    REQUIRE(handle);
    REQUIRE(prop);
    if (int error = check_size(__func__, size)) return error;
    if (prop->location.type != ACL_MEM_LOCATION_TYPE_DEVICE)
        return fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT,
                    "%s: cannsim has physical memory of devices alone", __func__);
    const int device = int(prop->location.id);
    if (int error = check_device(device)) return error;
    if (int error = device_charge(device, size)) return error;
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    Physical *p = new Physical{device, size};
    s.handles.insert(p);
    *handle = p;
    return 0;
}

aclError aclrtFreePhysical(aclrtDrvMemHandle handle) {
    REQUIRE(handle);
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    Physical *p = static_cast<Physical *>(handle);
    if (!s.handles.count(p) || p->freed)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %p is not physical memory, or it was freed",
                    __func__, handle);
    if (p->mapped)
        p->freed = true;
    else
        drop(s, p);
    return 0;
}

aclError aclrtMapMem(void *virPtr, size_t size, size_t offset, aclrtDrvMemHandle handle, uint64_t) {
    REQUIRE(virPtr);
    REQUIRE(handle);
    if (offset) return fail(ACL_ERROR_INVALID_PARAM, "%s: offset is %zu, not 0", __func__, offset);
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    Physical *p = static_cast<Physical *>(handle);
    const uintptr_t at = reinterpret_cast<uintptr_t>(virPtr);
    if (!s.handles.count(p) || p->freed)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %p is not physical memory, or it was freed",
                    __func__, handle);
    if (size != p->size)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: size is %zu, that of the memory is %zu", __func__,
                    size, p->size);
    if (p->mapped)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: the memory is mapped already", __func__);
    if (at % kPage || !is_reserved(s, at, size) || overlaps(s, at, size))
        return fail(ACL_ERROR_RT_PARAM_INVALID,
                    "%s: %zu bytes at %p are not reserved, or something is mapped there", __func__,
                    size, virPtr);
    if (mprotect(host(at), size, PROT_READ | PROT_WRITE))
        return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "%s: no host memory for %zu bytes", __func__,
                    size);
    unpoison(host(at), size);
    if (checking()) check_map(p->device, virPtr, size, !p->aside);
    if (p->aside) {
        std::memcpy(host(at), p->aside, size);
        std::free(p->aside);
        p->aside = nullptr;
    } else if (settings().mode != Mode::Inline) {
        std::memset(host(at), kPoison, size);
    }
    p->mapped = at;
    s.mapped[at] = {size, p};
    return 0;
}

aclError aclrtUnmapMem(void *virPtr) {
    REQUIRE(virPtr);
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    auto it = s.mapped.find(reinterpret_cast<uintptr_t>(virPtr));
    if (it == s.mapped.end())
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: nothing is mapped at %p", __func__, virPtr);
    Physical *p = it->second.memory;
    const bool freed = p->freed;
    if (int error = unmap(s, it, !freed)) return error;
    if (freed) drop(s, p);
    return 0;
}

} // extern "C"
