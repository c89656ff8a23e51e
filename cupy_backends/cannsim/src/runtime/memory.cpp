#include "runtime/memory.h"

#include "base/error.h"
#include "base/poison.h"
#include "base/thread.h"
#include "cann_runtime.h"
#include "check/check.h"
#include "runtime/fault.h"
#include "runtime/sharing.h"
#include "runtime/soc.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <new>
#include <set>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace cannsim {

DeviceRange device_range;
VirtualArea virtual_area;

namespace {

constexpr size_t kHuge = size_t(2) << 20;
constexpr int kVirtual = 8; // slices' worth of addresses for programs to reserve

size_t round_up(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

// Free and used blocks of one device's slice. Best fit, neighbours are merged.
struct Slice {
    uintptr_t begin = 0;
    size_t used = 0;
    size_t committed = 0; // bytes from begin that may be touched
    std::map<uintptr_t, size_t> free_by_address;
    std::set<std::pair<size_t, uintptr_t>> free_by_size;
    std::map<uintptr_t, std::pair<size_t, size_t>> blocks; // begin -> rounded, requested

    void add_free(uintptr_t at, size_t size) {
        auto next = free_by_address.lower_bound(at);
        if (next != free_by_address.end() && at + size == next->first) {
            size += next->second;
            free_by_size.erase({next->second, next->first});
            next = free_by_address.erase(next);
        }
        if (next != free_by_address.begin()) {
            auto previous = std::prev(next);
            if (previous->first + previous->second == at) {
                at = previous->first;
                size += previous->second;
                free_by_size.erase({previous->second, previous->first});
                free_by_address.erase(previous);
            }
        }
        free_by_address[at] = size;
        free_by_size.insert({size, at});
    }

    uintptr_t take(size_t size, size_t alignment) {
        for (auto it = free_by_size.lower_bound({size, 0}); it != free_by_size.end(); ++it) {
            auto [have, at] = *it;
            uintptr_t start = round_up(at, alignment);
            if (start + size > at + have) continue;
            free_by_size.erase(it);
            free_by_address.erase(at);
            if (start > at) add_free(at, start - at);
            if (start + size < at + have) add_free(start + size, at + have - start - size);
            return start;
        }
        return 0;
    }
};

struct Memory {
    std::mutex mutex;
    std::vector<Slice> slices;
    std::map<uintptr_t, size_t> pinned;
    std::deque<std::pair<uintptr_t, size_t>> resting; // freed, under a check; oldest first
    size_t total_resting = 0;
    std::set<uintptr_t> foreign; // pinned, and not ours to free
    size_t total_used = 0;
    size_t limit = ~size_t(0); // what the host can really give
    bool reserved = false;
    bool huge_pages = false;
};

Memory &memory() {
    static Memory *instance = new Memory;
    return *instance;
}

size_t available_host_memory() {
    size_t kilobytes = 0;
    if (FILE *f = std::fopen("/proc/meminfo", "r")) {
        char line[128];
        while (std::fgets(line, sizeof line, f))
            if (std::sscanf(line, "MemAvailable: %zu kB", &kilobytes) == 1) break;
        std::fclose(f);
    }
    return kilobytes ? kilobytes * 1024 : ~size_t(0);
}

bool is_virtual(uintptr_t at) { return at - virtual_area.begin < virtual_area.size; }

uintptr_t system_area() { return virtual_area.begin + virtual_area.size; }

Slice &slice_of(Memory &m, uintptr_t at) {
    return m.slices[(at - device_range.begin) / device_range.per_device];
}

// Makes the twin of [slice begin, end) usable. Grows in large steps and never shrinks.
bool commit(Slice &s, uintptr_t end) {
    size_t need = end - s.begin;
    if (need <= s.committed) return true;
    size_t target = std::min(round_up(std::max(need, s.committed + s.committed / 4), 2 * kHuge),
                             device_range.per_device);
    char *at = to_host(reinterpret_cast<void *>(s.begin)) + s.committed;
    if (mprotect(at, target - s.committed, PROT_READ | PROT_WRITE)) {
        target = std::min(round_up(need, kHuge), device_range.per_device);
        if (mprotect(at, target - s.committed, PROT_READ | PROT_WRITE)) return false;
    }
    poison(at, target - s.committed);
    s.committed = target;
    return true;
}

void give_back(uintptr_t begin, size_t size) {
    const size_t filled = settings().mode != Mode::Inline ? size : std::min(size, kPoisoned);
    if (settings().mode != Mode::Inline || checking(kCheckMem))
        std::memset(to_host(reinterpret_cast<void *>(begin)), kPoison, filled);
    else if (size >= kHuge)
        madvise(to_host(reinterpret_cast<void *>(begin)), size / 4096 * 4096, MADV_DONTNEED);
    if (!checking(kCheckMem)) poison(to_host(reinterpret_cast<void *>(begin)), size);
}

void stop_sharing(uintptr_t begin, size_t size) {
    if (!shared_blocks.load()) return;
    close_exports(begin);
    unshare_block(begin, size);
}

// Lets the memory that was freed longest ago be used again until `size` bytes rest.
void wake(Memory &m, size_t size) {
    while (m.total_resting > size) {
        auto [at, length] = m.resting.front();
        m.resting.pop_front();
        m.total_resting -= length;
        check_rested(to_host(reinterpret_cast<void *>(at)), length);
        slice_of(m, at).add_free(at, length);
    }
}

// Room for `size` more bytes on the device.
bool fits(const Memory &m, const Slice &s, size_t size) {
    const size_t capacity = std::min<size_t>(settings().memory, device_range.per_device);
    return size <= capacity && size <= capacity - std::min(s.used, capacity) &&
           size <= m.limit - std::min(m.total_used, m.limit);
}

} // namespace

int reserve_devices() {
    Memory &m = memory();
    std::lock_guard<std::mutex> lock(m.mutex);
    if (m.reserved) return 0;
    int devices = std::max(settings().devices, 1);
    // A check's red zones take addresses, but no memory that the program could miss.
    size_t wanted = round_up(settings().memory, kHuge) * (checking(kCheckMem) ? 2 : 1);
    // Smaller and smaller slices where the address space is limited (ulimit -v).
    static const size_t kSteps[] = {~size_t(0),      size_t(64) << 30, size_t(16) << 30,
                                    size_t(4) << 30, size_t(1) << 30,  size_t(256) << 20,
                                    size_t(64) << 20};
    for (size_t step : kSteps) {
        const size_t system = round_up(devices * kSystemMemory, kHuge);
        size_t each = std::min(wanted, step), size = each * (devices + kVirtual) + system;
        void *range = mmap(nullptr, size + kHuge, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (range == MAP_FAILED) continue;
        // Usable as a whole, so that a stray address reads zeros; where the system counts every
        // page (overcommit_memory = 2) it is made usable as blocks are allocated.
        const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        void *twin = mmap(nullptr, size + kHuge, PROT_READ | PROT_WRITE, flags, -1, 0);
        const bool usable = twin != MAP_FAILED;
        if (!usable) twin = mmap(nullptr, size + kHuge, PROT_NONE, flags, -1, 0);
        if (twin == MAP_FAILED) {
            munmap(range, size + kHuge);
            continue;
        }
        uintptr_t begin = round_up(reinterpret_cast<uintptr_t>(range), kHuge);
        uintptr_t host = round_up(reinterpret_cast<uintptr_t>(twin), kHuge);
        if (!usable && mprotect(reinterpret_cast<void *>(host + size - system), system,
                                PROT_READ | PROT_WRITE)) {
            munmap(range, size + kHuge);
            munmap(twin, size + kHuge);
            continue;
        }
        madvise(reinterpret_cast<void *>(host), size, MADV_DONTDUMP);
        madvise(range, size + kHuge, MADV_DONTDUMP);
        m.slices.resize(devices);
        for (int i = 0; i < devices; ++i) {
            m.slices[i].begin = begin + i * each;
            m.slices[i].add_free(m.slices[i].begin, each);
            if (usable) m.slices[i].committed = each;
        }
        m.huge_pages = sysconf(_SC_PAGESIZE) == 4096;
        size_t available = available_host_memory();
        m.limit = available == ~size_t(0) ? available : available / 10 * 9;
        device_range = {begin, size, intptr_t(host - begin), each};
        virtual_area = {begin + devices * each, kVirtual * each};
        m.reserved = true;
        return 0;
    }
    return fail(ACL_ERROR_RT_MEMORY_ALLOCATION,
                "cannot reserve an address range for device memory (is ulimit -v set?)");
}

int inject_malloc(const char *call, size_t size) {
    if (!fault(Fault::Malloc)) return 0;
    return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "%s: %zu bytes: a fault injected on purpose", call,
                size);
}

int device_malloc(int device, size_t size, void **out) {
    Memory &m = memory();
    std::lock_guard<std::mutex> lock(m.mutex);
    Slice &s = m.slices[device];
    size_t capacity = std::min<size_t>(settings().memory, device_range.per_device);
    size_t charged = round_up(size, kGranularity);
    size_t rounded = checking(kCheckMem) ? round_up(size + kRedZone, kGranularity) : charged;
    uintptr_t at = 0;
    if (size <= capacity && fits(m, s, charged)) {
        at = s.take(rounded, rounded >= kHuge ? kHuge : kGranularity);
        if (!at && rounded >= kHuge) at = s.take(rounded, kGranularity);
        if (!at && m.total_resting) {
            wake(m, 0);
            at = s.take(rounded, kGranularity);
        }
        if (at && !commit(s, at + rounded)) {
            s.add_free(at, rounded);
            at = 0;
        }
    }
    if (!at)
        return fail(ACL_ERROR_RT_MEMORY_ALLOCATION,
                    "device %d is out of memory: %zu bytes asked for, %zu of %zu in use", device,
                    size, s.used, std::min(capacity, m.limit));
    unpoison(to_host(reinterpret_cast<void *>(at)),
             settings().mode == Mode::Inline && !checking(kCheckMem) ? size : rounded);
    if (m.huge_pages && rounded >= kHuge)
        madvise(to_host(reinterpret_cast<void *>(at)), rounded / kHuge * kHuge, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
    // What programs cut small blocks from is touched here, not by the first to use each page.
    if (rounded == kHuge)
        madvise(to_host(reinterpret_cast<void *>(at)), rounded, MADV_POPULATE_WRITE);
#endif
    s.blocks[at] = {rounded, size};
    s.used += charged;
    m.total_used += charged;
    if (settings().mode != Mode::Inline)
        std::memset(to_host(reinterpret_cast<void *>(at)), kPoison, rounded);
    ++this_thread.counters.allocations;
    if (checking()) check_malloc(device, reinterpret_cast<void *>(at), size, rounded);
    *out = reinterpret_cast<void *>(at);
    return 0;
}

void *system_memory(int device) {
    return reinterpret_cast<void *>(system_area() + size_t(device) * kSystemMemory);
}

int device_free(void *p) {
    Memory &m = memory();
    std::lock_guard<std::mutex> lock(m.mutex);
    uintptr_t at = reinterpret_cast<uintptr_t>(p);
    if (!is_device(p)) return fail(ACL_ERROR_RT_PARAM_INVALID, "%p is not a device address", p);
    if (is_system(p))
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%p belongs to the device: no program frees it", p);
    if (is_virtual(at))
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%p was mapped by aclrtMapMem: unmap it", p);
    if (checking()) check_free(p, "aclrtFree");
    Slice &s = slice_of(m, at);
    auto it = s.blocks.find(at);
    if (it == s.blocks.end())
        return fail(ACL_ERROR_RT_PARAM_INVALID,
                    "%p is not the start of allocated device memory (freed twice?)", p);
    auto [rounded, size] = it->second;
    s.blocks.erase(it);
    s.used -= round_up(size, kGranularity);
    m.total_used -= round_up(size, kGranularity);
    stop_sharing(at, size);
    give_back(at, rounded);
    if (checking(kCheckMem)) {
        m.resting.push_back({at, rounded});
        m.total_resting += rounded;
        wake(m, kQuarantine);
    } else {
        s.add_free(at, rounded);
    }
    ++this_thread.counters.frees;
    return 0;
}

int device_charge(int device, size_t size) {
    Memory &m = memory();
    std::lock_guard<std::mutex> lock(m.mutex);
    Slice &s = m.slices[device];
    if (!fits(m, s, size))
        return fail(ACL_ERROR_RT_MEMORY_ALLOCATION,
                    "device %d is out of memory: %zu bytes asked for, %zu in use", device, size,
                    s.used);
    s.used += size;
    m.total_used += size;
    return 0;
}

void device_uncharge(int device, size_t size) {
    Memory &m = memory();
    std::lock_guard<std::mutex> lock(m.mutex);
    m.slices[device].used -= size;
    m.total_used -= size;
}

void free_device_memory(int device) {
    Memory &m = memory();
    if (!m.reserved) return;
    forget_conditions(device);
    release_imports(device);
    release_virtual(device);
    std::lock_guard<std::mutex> lock(m.mutex);
    if (checking()) check_reset(device);
    Slice &s = m.slices[device];
    for (auto &[at, sizes] : s.blocks) {
        stop_sharing(at, sizes.second);
        give_back(at, sizes.first);
        s.add_free(at, sizes.first);
        m.total_used -= round_up(sizes.second, kGranularity);
        ++this_thread.counters.frees;
    }
    s.blocks.clear();
    s.used = 0;
}

void memory_info(int device, size_t *free, size_t *total) {
    Memory &m = memory();
    std::lock_guard<std::mutex> lock(m.mutex);
    size_t capacity = std::min<size_t>(settings().memory, device_range.per_device);
    size_t used = std::min(m.slices[device].used, capacity);
    *total = capacity;
    *free = std::min(capacity - used, m.limit - std::min(m.total_used, m.limit));
}

void memory_in_use(uint64_t *blocks, uint64_t *bytes) {
    Memory &m = memory();
    std::lock_guard<std::mutex> lock(m.mutex);
    *blocks = *bytes = 0;
    for (const Slice &s : m.slices) {
        *blocks += s.blocks.size();
        *bytes += s.used;
    }
}

bool find_block(const void *p, Block *out) {
    if (!is_device(p)) return false;
    uintptr_t at = reinterpret_cast<uintptr_t>(p);
    if (is_virtual(at)) return find_mapped(at, out);
    Memory &m = memory();
    if (is_system(p)) {
        const size_t device = (at - system_area()) / kSystemMemory;
        if (device >= m.slices.size()) return false;
        *out = {system_area() + device * kSystemMemory, kSystemMemory, int(device)};
        return true;
    }
    std::lock_guard<std::mutex> lock(m.mutex);
    Slice &s = slice_of(m, at);
    auto it = s.blocks.upper_bound(at);
    if (it == s.blocks.begin()) return false;
    --it;
    if (at >= it->first + it->second.first) return false;
    *out = {it->first, it->second.second, int(&s - m.slices.data())};
    return true;
}

int host_malloc(size_t size, void **out) {
    void *p = std::aligned_alloc(64, round_up(size, 64));
    if (!p)
        return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "cannot allocate %zu bytes of host memory",
                    size);
    Memory &m = memory();
    std::lock_guard<std::mutex> lock(m.mutex);
    m.pinned[reinterpret_cast<uintptr_t>(p)] = size;
    *out = p;
    return 0;
}

int host_free(void *p) {
    Memory &m = memory();
    std::lock_guard<std::mutex> lock(m.mutex);
    const uintptr_t at = reinterpret_cast<uintptr_t>(p);
    if (m.foreign.count(at) || !m.pinned.erase(at))
        return fail(ACL_ERROR_RT_PARAM_INVALID,
                    "%p was not allocated by aclrtMallocHost (freed twice?)", p);
    std::free(p);
    return 0;
}

int host_register(void *p, size_t size) {
    Memory &m = memory();
    std::lock_guard<std::mutex> lock(m.mutex);
    if (!m.pinned.emplace(reinterpret_cast<uintptr_t>(p), size).second)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%p is pinned already", p);
    m.foreign.insert(reinterpret_cast<uintptr_t>(p));
    return 0;
}

int host_unregister(void *p) {
    Memory &m = memory();
    std::lock_guard<std::mutex> lock(m.mutex);
    if (!m.foreign.erase(reinterpret_cast<uintptr_t>(p)))
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%p was not registered", p);
    m.pinned.erase(reinterpret_cast<uintptr_t>(p));
    return 0;
}

bool is_pinned(const void *p) {
    Memory &m = memory();
    std::lock_guard<std::mutex> lock(m.mutex);
    uintptr_t at = reinterpret_cast<uintptr_t>(p);
    auto it = m.pinned.upper_bound(at);
    if (it == m.pinned.begin()) return false;
    --it;
    return at < it->first + it->second;
}

void memory_before_fork() {
    virtual_before_fork();
    memory().mutex.lock();
    keys_before_fork();
    sharing_before_fork();
}
void memory_after_fork(bool child) {
    sharing_after_fork(child);
    keys_after_fork(child);
    memory().mutex.unlock();
    virtual_after_fork(child);
}

} // namespace cannsim
