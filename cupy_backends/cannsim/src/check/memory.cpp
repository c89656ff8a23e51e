// mem: which device memory may be touched - blocks of aclrtMalloc and of pools inside them.
#include "runtime/memory.h"
#include "base/error.h"
#include "cann_runtime.h"
#include "check/report.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

namespace cannsim {

namespace {

constexpr unsigned char kZone = 0xFA;

struct Extent {
    uintptr_t begin = 0;
    size_t size = 0, room = 0;
    int device = 0, stream = -1;
    bool live = true, filled = false;
    uint64_t generation = 0;
    Site made, ended;

    uintptr_t end() const { return begin + size; }
    uintptr_t limit() const { return begin + room; }
};

using Extents = std::map<uintptr_t, Extent>;

// The dead stay, to be named, until their place is used again.
struct Known {
    Extents native, pooled;
    uint64_t generation = 0;
    std::vector<std::pair<uintptr_t, uint64_t>> suspects; // written by the host
};

Known &known() {
    static Known *instance = new Known;
    return *instance;
}

char *host(uintptr_t at) { return to_host(reinterpret_cast<void *>(at)); }

Extent *at(Extents &extents, uintptr_t address) {
    auto it = extents.upper_bound(address);
    if (it == extents.begin()) return nullptr;
    --it;
    return address < it->second.limit() ? &it->second : nullptr;
}

// The block that judges an address: a pool's, or one of aclrtMalloc.
Extent *find(uintptr_t address) {
    if (Extent *pooled = at(known().pooled, address)) return pooled;
    return at(known().native, address);
}

// The same block, as long as it lives.
Extent *find_again(uintptr_t begin, uint64_t generation) {
    Extent *e = find(begin);
    return e && e->live && e->begin == begin && e->generation == generation ? e : nullptr;
}

bool holds_pool(const Extent &native) {
    auto it = known().pooled.lower_bound(native.begin);
    return it != known().pooled.end() && it->first < native.limit();
}

std::string describe(const Extent &e, bool pooled) {
    std::string out = text("%s of %zu bytes at 0x%lx", pooled ? "the pool's block" : "the block",
                           e.size, e.begin);
    if (pooled) out += text(" of stream %d", e.stream);
    out += ", allocated by " + describe(e.made);
    if (!e.live) out += "; freed by " + describe(e.ended);
    return out;
}

std::string describe(uintptr_t address) {
    if (Extent *e = at(known().pooled, address)) return describe(*e, true);
    if (Extent *e = at(known().native, address)) return describe(*e, false);
    return "no block";
}

// Tells an allocation from a later one at its place; 0 where nothing is allocated.
uint64_t allocation(uintptr_t address) {
    const Extent *e = at(known().native, address);
    return e && e->live ? e->generation : 0;
}

size_t damaged(const char *from, size_t size, unsigned char value) {
    for (size_t i = 0; i < size; ++i)
        if (static_cast<unsigned char>(from[i]) != value) return i;
    return size;
}

// The red zone is whole, or was written by somebody.
void verify_zone(const Extent &e, const std::string &when) {
    if (!e.filled || !checking(kCheckMem)) return;
    const size_t length = e.room - e.size, i = damaged(host(e.end()), length, kZone);
    if (i == length) return;
    report(kCheckMem, text("red zone overwritten: byte %zu past the end of ", i) +
                          describe(e.begin) + "\n  found " + when);
    std::memset(host(e.end()), kZone, length);
}

void poison_block(uintptr_t begin, size_t size) {
    std::memset(host(begin), kPoison, std::min(size, kPoisoned));
}

void verify_rest(uintptr_t begin, size_t size, const std::string &whose) {
    size = std::min(size, kPoisoned);
    const size_t i = damaged(host(begin), size, kPoison);
    if (i == size) return;
    report(kCheckMem, text("write after free: byte %zu of ", i) + whose);
}

void forget_range(Extents &extents, uintptr_t begin, uintptr_t end) {
    auto it = extents.lower_bound(begin);
    while (it != extents.end() && it->first < end) it = extents.erase(it);
}

// In the stream's order; at once where it is idle, so that a program that asks finds it idle still.
template <class F> int in_order(DeviceStream *stream, const F &f) {
    F copy = f;
    if (is_captured(stream)) return copy(); // no part of the graph
    return stream->queue && !is_complete(mark_of(stream)) ? submit(stream, f) : copy();
}

bool bad(const Actor &who, const Access &what, const char *problem, const std::string &where) {
    report(kCheckMem, std::string(problem) + ": " + cannsim::describe(who) + "\n  " +
                          cannsim::describe(what) + "\n  " + where);
    return false;
}

// Mapped memory has no red zone, and goes on in its neighbour.
uintptr_t end_of_mapped(const Extent &e) {
    uintptr_t end = e.end();
    if (e.size != e.room) return end;
    for (auto it = known().native.upper_bound(e.begin);
         it != known().native.end() && it->first == end && it->second.live &&
         it->second.size == it->second.room;
         ++it)
        end = it->second.end();
    return end;
}

} // namespace

std::string owner_of(uintptr_t address) { return describe(address); }

uintptr_t base_of(uintptr_t address) {
    Extent *e = find(address);
    return e ? e->begin : address;
}

Footprint rest_of(uintptr_t address) {
    const Extent *e = find(address);
    if (!e || !e->live || address >= e->end()) return {};
    return footprint_of(reinterpret_cast<void *>(address), e->end() - address);
}

bool judge_bounds(const Actor &who, const Access &what) {
    const uintptr_t low = what.bytes.begin, high = what.bytes.end;
    if (low == high || is_system(reinterpret_cast<void *>(low))) return true;
    Extent *pooled = at(known().pooled, low), *e = pooled ? pooled : at(known().native, low);
    if (!e) return bad(who, what, "no device memory", "nothing is allocated there");
    const uintptr_t end = pooled ? e->end() : end_of_mapped(*e);
    const std::string whose =
        e->live && low >= e->begin && high <= end && (pooled || !holds_pool(*e))
            ? std::string()
            : describe(*e, pooled);
    if (whose.empty()) return true;
    if (!e->live) return bad(who, what, "use after free", whose);
    if (low >= end && pooled)
        return bad(who, what, "out of bounds",
                   text("%zu bytes past the end of ", size_t(low - end)) + whose);
    if (high > end)
        return bad(who, what, "out of bounds",
                   text("reaches %zu bytes past the end of ", size_t(high - end)) + whose);
    return bad(who, what, "out of bounds", "between the blocks that a pool has made in " + whose);
}

// --- hooks ---------------------------------------------------------------------------------------

namespace {

void note_block(const char *call, int device, const void *p, size_t size, size_t room, bool fresh) {
    std::lock_guard<std::mutex> lock(check_mutex());
    Known &k = known();
    Extent e;
    e.begin = reinterpret_cast<uintptr_t>(p);
    e.size = size;
    e.room = room;
    e.device = device;
    e.generation = ++k.generation;
    e.made = site(call);
    if (Extent *old = at(k.native, e.begin)) k.native.erase(old->begin);
    forget_range(k.native, e.begin, e.limit());
    forget_range(k.pooled, e.begin, e.limit());
    if (checking(kCheckMem)) {
        if (fresh) poison_block(e.begin, size);
        std::memset(host(e.end()), kZone, room - size);
        e.filled = true;
    }
    k.native[e.begin] = e;
    set_written(footprint_of(p, room), false);
}

} // namespace

void check_malloc(int device, const void *p, size_t size, size_t room) {
    note_block("aclrtMalloc", device, p, size, room, true);
}

void check_map(const char *call, int device, const void *p, size_t size, bool fresh) {
    note_block(call, device, p, size, size, fresh);
    if (!fresh) check_shared(p, size);
}

void check_shared(const void *p, size_t size) {
    std::lock_guard<std::mutex> lock(check_mutex());
    set_written(footprint_of(p, size), true);
}

void check_free(const void *p, const char *call) {
    std::lock_guard<std::mutex> lock(check_mutex());
    Known &k = known();
    const uintptr_t begin = reinterpret_cast<uintptr_t>(p);
    Extent *e = at(k.native, begin);
    const Actor who = actor(call, nullptr);
    if (!e || e->begin != begin || !e->live) {
        if (checking(kCheckMem))
            report(kCheckMem, std::string(e && !e->live ? "double free: " : "bad free: ") +
                                  cannsim::describe(who) + text(" of %p\n  ", p) +
                                  (e ? describe(*e, false) : "nothing is allocated there"));
        return;
    }
    verify_zone(*e, std::string("by ") + call);
    Access all;
    all.bytes = footprint_of(p, e->size);
    all.write = true;
    judge_race(who, all, nullptr);
    race_gone(e->begin, e->limit());
    e->live = false;
    e->ended = site(call);
    for (auto it = k.pooled.lower_bound(begin); it != k.pooled.end() && it->first < e->limit();
         ++it) {
        if (it->second.live && checking(kCheckMem))
            report(kCheckMem, "freed while in use: " + cannsim::describe(who) + " of " +
                                  describe(*e, false) + "\n  holds " + describe(it->second, true));
        verify_zone(it->second, std::string("by ") + call);
        it->second.live = false;
        it->second.ended = e->ended;
    }
}

void check_reset(int device) {
    std::lock_guard<std::mutex> lock(check_mutex());
    const Site now = site("aclrtResetDevice");
    for (Extents *extents : {&known().native, &known().pooled})
        for (auto &[begin, e] : *extents)
            if (e.device == device && e.live) {
                e.live = false;
                e.ended = now;
            }
}

void check_rested(const char *from, size_t size) {
    std::lock_guard<std::mutex> lock(check_mutex());
    const uintptr_t begin = reinterpret_cast<uintptr_t>(from) - uintptr_t(device_range.twin);
    Extent *e = at(known().native, begin);
    verify_rest(begin, e && e->begin == begin ? e->size : size, describe(begin));
}

int check_pool_alloc(const void *p, size_t size, uintptr_t end, DeviceStream *stream) {
    Extent e;
    size_t rested = 0;
    uint64_t slab;
    {
        std::lock_guard<std::mutex> lock(check_mutex());
        Known &k = known();
        Extent *native = at(k.native, reinterpret_cast<uintptr_t>(p));
        e.begin = reinterpret_cast<uintptr_t>(p);
        e.size = size;
        e.room = std::min<uintptr_t>((size + 32 + 511) / 512 * 512, end - e.begin);
        e.device = native ? native->device : 0;
        e.stream = stream->id;
        e.generation = ++k.generation;
        e.made = site("cannsimPoolAlloc");
        race_reused(size, stream);
        if (Extent *before = at(k.pooled, e.begin)) {
            if (before->live && e.begin < before->end() && checking(kCheckMem))
                report(kCheckMem,
                       text("the pool hands out %zu bytes at %p twice\n  within ", size, p) +
                           describe(*before, true));
            if (before->begin == e.begin && !before->live && before->filled)
                rested = std::min(before->size, e.size);
            if (before->begin < e.begin) {
                before->room = std::max(before->size, size_t(e.begin - before->begin));
                if (e.begin < before->end()) before->filled = false; // another owner has its end
            }
        }
        auto next = k.pooled.upper_bound(e.begin);
        while (next != k.pooled.end() && next->first < e.limit()) {
            if (next->second.live) {
                e.room = std::max<uintptr_t>(next->first, e.end()) - e.begin;
                break;
            }
            next = k.pooled.erase(next);
        }
        k.pooled[e.begin] = e;
        slab = allocation(e.begin);
        set_written(footprint_of(p, e.room), false);
    }
    if (!checking(kCheckMem)) return 0;
    // In the stream's order: its earlier work may still use the block's last owner.
    return in_order(
        stream, [begin = e.begin, size, room = e.room, rested, slab, generation = e.generation] {
            std::lock_guard<std::mutex> lock(check_mutex());
            if (allocation(begin) != slab) return 0;
            if (rested) verify_rest(begin, rested, "what is now " + describe(begin));
            poison_block(begin, size);
            std::memset(host(begin) + size, kZone, room - size);
            Extent *now = at(known().pooled, begin);
            if (now && now->generation == generation) now->filled = true;
            return 0;
        });
}

int check_pool_free(const void *p, DeviceStream *stream) {
    Extent e;
    uint64_t slab;
    {
        std::lock_guard<std::mutex> lock(check_mutex());
        const uintptr_t begin = reinterpret_cast<uintptr_t>(p);
        slab = allocation(begin);
        Extent *found = at(known().pooled, begin);
        const Actor who = actor("cannsimPoolFree", stream);
        if (!found || found->begin != begin || !found->live) {
            if (checking(kCheckMem))
                report(kCheckMem,
                       std::string(found && !found->live ? "double free: " : "bad free: ") +
                           cannsim::describe(who) + text(" of %p\n  ", p) + describe(begin));
            return fail(ACL_ERROR_RT_PARAM_INVALID,
                        "cannsimPoolFree: %p is not a living block of a pool (freed twice?)", p);
        }
        found->live = false;
        found->ended = site("cannsimPoolFree");
        race_freed(who, begin, found->size, stream);
        e = *found;
    }
    if (!checking(kCheckMem)) return 0;
    return in_order(stream, [begin = e.begin, size = e.size, room = e.room, slab] {
        std::lock_guard<std::mutex> lock(check_mutex());
        if (allocation(begin) != slab) return 0;
        const size_t length = room - size, i = damaged(host(begin) + size, length, kZone);
        if (i != length)
            report(kCheckMem, text("red zone overwritten: byte %zu past the end of ", i) +
                                  describe(begin) + "\n  found by cannsimPoolFree");
        std::memset(host(begin) + size, kZone, length);
        poison_block(begin, size);
        return 0;
    });
}

struct Watch {
    Actor who;
    std::vector<std::pair<uintptr_t, uint64_t>> zones;
};

Watch *watch(const Actor &who, const Access *accesses, size_t n) {
    verify_suspects();
    Watch *w = nullptr;
    for (size_t i = 0; i < n; ++i) {
        if (!accesses[i].write || accesses[i].bytes.empty()) continue;
        const Extent *e = find(accesses[i].bytes.begin);
        if (!e || !e->live) continue;
        if (!w) w = new Watch{who, {}};
        w->zones.push_back({e->begin, e->generation});
    }
    return w;
}

void check_launched(Watch *w) {
    std::lock_guard<std::mutex> lock(check_mutex());
    for (auto [begin, generation] : w->zones)
        if (Extent *e = find_again(begin, generation))
            verify_zone(*e, "after " + cannsim::describe(w->who));
    delete w;
}

void verify_suspects() {
    for (auto [begin, generation] : known().suspects)
        if (Extent *e = find_again(begin, generation))
            verify_zone(*e, "after the host had written to the block (cannsimHostPointer)");
    known().suspects.clear();
}

void suspect(uintptr_t address) {
    if (const Extent *e = find(address); e && e->live)
        known().suspects.push_back({e->begin, e->generation});
}

uint64_t report_memory_leaks() {
    uint64_t n = 0;
    verify_suspects();
    for (auto &[begin, e] : known().pooled)
        if (e.live && ++n) report(kCheckLeak, "memory is still allocated: " + describe(e, true));
    // What a pool keeps without a living block in it is no leak.
    for (auto &[begin, e] : known().native)
        if (e.live && !holds_pool(e) && ++n)
            report(kCheckLeak, "memory is still allocated: " + describe(e, false));
    return n;
}

} // namespace cannsim
