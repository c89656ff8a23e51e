// Virtual memory: addresses that are reserved apart from the memory behind them.
//
// All reservations lie in an area of their own behind the devices' slices. Memory keeps its content
// while it is mapped nowhere; in between it is put aside. Memory that processes share is in a file.
#include "base/poison.h"
#include "check/check.h"
#include "runtime/api.h"
#include "runtime/fault.h"
#include "runtime/memory.h"
#include "runtime/sharing.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <sys/mman.h>
#include <unistd.h>

using namespace cannsim;

namespace {

constexpr size_t kPage = size_t(2) << 20; // everything is a multiple of it

struct Physical {
    int device;
    size_t size;
    uintptr_t mapped = 0; // where, 0: nowhere
    char *aside = nullptr;
    bool freed = false; // goes when it is unmapped
    int file = -1;      // that holds the content, once it is shared
    bool imported = false;
    SharedPage *page = nullptr; // of an export
    Ticket ticket = {};
};

struct Mapping {
    size_t size;
    Physical *memory; // null: shared by another process under a key
    int device;
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

Physical *add(State &s, int device, size_t size) {
    Physical *p = new Physical{device, size};
    s.handles.insert(p);
    if (checking(kCheckLeak)) leak_noted(p, "aclrtDrvMemHandle");
    return p;
}

void drop(State &s, Physical *p) {
    if (!p->imported) device_uncharge(p->device, p->size);
    if (p->page) close_page(p->page, p->ticket);
    if (p->file >= 0) close(p->file);
    if (checking(kCheckLeak)) leak_forgotten(p);
    s.handles.erase(p);
    std::free(p->aside);
    delete p;
}

// The pages that hold some bytes.
std::pair<char *, size_t> pages_of(uintptr_t at, size_t size) {
    static const size_t page = size_t(sysconf(_SC_PAGESIZE));
    const uintptr_t begin = at / page * page;
    return {host(begin), (at + size - begin + page - 1) / page * page};
}

// Ends a mapping; the content is kept when `keep`.
int unmap(State &s, std::map<uintptr_t, Mapping>::iterator it, bool keep) {
    const uintptr_t at = it->first;
    Physical *p = it->second.memory;
    const char *call = p ? "aclrtUnmapMem" : "aclrtIpcMemClose";
    if (!p || p->file >= 0) {
        auto [begin, length] = pages_of(at, it->second.size);
        if (checking()) check_free(reinterpret_cast<void *>(at), call);
        map_nothing(begin, length);
        poison(begin, length);
        if (p) p->mapped = 0;
        s.mapped.erase(it);
        return 0;
    }
    if (keep) {
        p->aside = static_cast<char *>(std::malloc(p->size));
        if (!p->aside)
            return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "no host memory to put %zu bytes aside",
                        p->size);
        std::memcpy(p->aside, host(at), p->size);
    }
    if (checking()) check_free(reinterpret_cast<void *>(at), call);
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
    const int device = it->second.device;
    auto adjoin = [&](auto a, auto b) {
        return a->first + a->second.size == b->first && b->second.device == device &&
               a->second.device == device;
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
        if (it->second.device == device) unmap(s, it, false);
        it = next;
    }
    for (auto it = s.handles.begin(); it != s.handles.end();) {
        Physical *p = *it++;
        if (p->device == device) drop(s, p);
    }
}

// A gap behind it keeps neighbours apart: each is a block of its own.
int map_shared(const char *call, const SharedPage *page, void **out) {
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    size_t length = 0;
    for (uint32_t i = 0; i < page->npieces; ++i) length += page->pieces[i].size;
    const size_t taken = (length + 2 * kPage - 1) / kPage * kPage;
    const uintptr_t base = find_gap(s, taken, kPage);
    if (!base)
        return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "%s: no room for %zu bytes in %zu of addresses",
                    call, taken, virtual_area.size);
    char *at = host(base);
    int error = 0;
    for (uint32_t i = 0; i < page->npieces && !error; ++i) {
        const Piece &piece = page->pieces[i];
        int fd;
        if ((error = open_file(call, page->pid, piece.fd, &fd))) break;
        if (!map_file(at, piece.size, fd, piece.offset))
            error =
                fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "%s: cannot map %lu bytes", call, piece.size);
        close(fd);
        at += piece.size;
    }
    if (error) {
        map_nothing(host(base), length);
        return error;
    }
    const uintptr_t begin = base + page->skip;
    s.reserved[base] = taken;
    s.mapped[begin] = {page->size, nullptr, int(page->device)};
    *out = reinterpret_cast<void *>(begin);
    unpoison(host(begin), page->size);
    if (checking()) check_map("aclrtIpcMemImportByKey", int(page->device), *out, page->size, false);
    return 0;
}

int unmap_shared(void *p) {
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    auto it = s.mapped.find(reinterpret_cast<uintptr_t>(p));
    if (it == s.mapped.end() || it->second.memory) return ACL_ERROR_RT_PARAM_INVALID;
    auto reserved = std::prev(s.reserved.upper_bound(it->first));
    unmap(s, it, false);
    s.reserved.erase(reserved);
    return 0;
}

void virtual_before_fork() { state().mutex.lock(); }
void virtual_after_fork(bool child) {
    State &s = state();
    // The child has a copy of what its parent shares.
    if (child)
        for (Physical *p : s.handles)
            if (p->page) {
                if (p->mapped) {
                    copy_privately(host(p->mapped), p->size);
                } else if ((p->aside = static_cast<char *>(std::malloc(p->size)))) {
                    [[maybe_unused]] const ssize_t n = pread(p->file, p->aside, p->size, 0);
                }
                leave_page(p->page);
                close(int(p->ticket.fd));
                close(p->file);
                p->page = nullptr;
                p->file = -1;
            }
    s.mutex.unlock();
}

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
    if (int error = check_broken(device, false)) return error;
    if (int error = inject_malloc(__func__, size)) return error;
    if (int error = device_charge(device, size)) return error;
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    *handle = add(s, device, size);
    return 0;
}

static aclError refuse_physical(const char *call, void *handle) {
    return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %p is not physical memory, or it was freed", call,
                handle);
}

aclError aclrtFreePhysical(aclrtDrvMemHandle handle) {
    REQUIRE(handle);
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    Physical *p = static_cast<Physical *>(handle);
    if (!s.handles.count(p) || p->freed) return refuse_physical(__func__, handle);
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
    if (!s.handles.count(p) || p->freed) return refuse_physical(__func__, handle);
    if (size != p->size)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: size is %zu, that of the memory is %zu", __func__,
                    size, p->size);
    if (p->mapped)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: the memory is mapped already", __func__);
    if (at % kPage || !is_reserved(s, at, size) || overlaps(s, at, size))
        return fail(ACL_ERROR_RT_PARAM_INVALID,
                    "%s: %zu bytes at %p are not reserved, or something is mapped there", __func__,
                    size, virPtr);
    const bool usable = p->file >= 0 ? map_file(host(at), size, p->file, 0)
                                     : !mprotect(host(at), size, PROT_READ | PROT_WRITE);
    if (!usable)
        return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "%s: no host memory for %zu bytes", __func__,
                    size);
    unpoison(host(at), size);
    if (checking()) check_map(__func__, p->device, virPtr, size, !p->aside && p->file < 0);
    if (p->aside) {
        std::memcpy(host(at), p->aside, size);
        std::free(p->aside);
        p->aside = nullptr;
    } else if (settings().mode != Mode::Inline && p->file < 0) {
        std::memset(host(at), kPoison, size);
    }
    p->mapped = at;
    s.mapped[at] = {size, p, p->device};
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
    if (!p)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %p was imported by key: close it", __func__,
                    virPtr);
    const bool freed = p->freed;
    if (int error = unmap(s, it, !freed)) return error;
    if (freed) drop(s, p);
    return 0;
}

// A shareable handle holds a ticket: 22 bits of pid, 20 of descriptor, 22 of token.
static uint64_t pack(const Ticket &t) {
    return uint64_t(t.pid) << 42 | uint64_t(t.fd) << 22 | uint64_t(t.token);
}
static Ticket unpack(uint64_t handle) {
    return {uint32_t(handle >> 42), uint32_t(handle >> 22) & 0xFFFFF, uint32_t(handle) & 0x3FFFFF};
}

aclError aclrtMemExportToShareableHandle(aclrtDrvMemHandle handle, aclrtMemHandleType handleType,
                                         uint64_t flags, uint64_t *shareableHandle) {
    REQUIRE(handle);
    REQUIRE(shareableHandle);
    if (handleType != ACL_MEM_HANDLE_TYPE_NONE)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: handleType is %d, not ACL_MEM_HANDLE_TYPE_NONE",
                    __func__, int(handleType));
    if (flags > ACL_RT_VMM_EXPORT_FLAG_DISABLE_PID_VALIDATION)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: flags is %lu, not 0 or 1", __func__, flags);
    Quiet quiet;
    if (!quiet) return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: called by a host callback", __func__);
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    Physical *p = static_cast<Physical *>(handle);
    if (!s.handles.count(p) || p->freed) return refuse_physical(__func__, handle);
    if (p->imported)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: the memory was imported from another process",
                    __func__);
    if (p->file < 0) {
        const int file = make_file(__func__, p->size);
        if (file < 0) return -file;
        char *at = p->mapped ? host(p->mapped) : p->aside;
        if (at && !move_to_file(at, p->size, file, p->mapped != 0)) {
            close(file);
            return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "%s: no host memory to share %zu bytes",
                        __func__, p->size);
        }
        std::free(p->aside);
        p->aside = nullptr;
        p->file = file;
    }
    if (!p->page) {
        if (int error = make_page(__func__, PageKind::Physical, &p->page, &p->ticket)) return error;
        p->page->device = uint32_t(p->device);
        p->page->size = p->size;
        p->page->npieces = 1;
        p->page->pieces[0] = {uint32_t(p->file), 0, 0, p->size};
        if (p->mapped && checking()) check_shared(reinterpret_cast<void *>(p->mapped), p->size);
    }
    p->page->any_pid |= uint32_t(flags);
    *shareableHandle = pack(p->ticket);
    return 0;
}

aclError aclrtMemSetPidToShareableHandle(uint64_t shareableHandle, int32_t *pid, size_t pidNum) {
    REQUIRE(pid);
    if (!pidNum) return fail(ACL_ERROR_INVALID_PARAM, "%s: pidNum is 0", __func__);
    State &s = state();
    std::lock_guard<std::mutex> lock(s.mutex);
    for (Physical *p : s.handles)
        if (p->page && pack(p->ticket) == shareableHandle)
            return allow_pids(__func__, p->page, pid, pidNum);
    return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: this process exported no memory as %lu", __func__,
                shareableHandle);
}

aclError aclrtMemImportFromShareableHandle(uint64_t shareableHandle, int32_t deviceId,
                                           aclrtDrvMemHandle *handle) {
    REQUIRE(handle);
    if (int error = check_device(deviceId)) return error;
    SharedPage *page;
    if (int error = open_page(__func__, PageKind::Physical, unpack(shareableHandle), &page))
        return error;
    int file = -1;
    int error = check_pid(__func__, page);
    if (!error) error = inject_malloc(__func__, page->size);
    if (!error) error = open_file(__func__, page->pid, page->pieces[0].fd, &file);
    if (!error) {
        State &s = state();
        std::lock_guard<std::mutex> lock(s.mutex);
        Physical *p = add(s, deviceId, page->size);
        p->imported = true;
        p->file = file;
        *handle = p;
    }
    leave_page(page);
    return error;
}

} // extern "C"
