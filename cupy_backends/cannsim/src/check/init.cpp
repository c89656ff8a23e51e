// init: which bytes of device memory were ever written. One bit per byte, flat over the devices'
// address range.
#include "check/report.h"
#include "runtime/memory.h"

#include <algorithm>
#include <cstring>
#include <sys/mman.h>

namespace cannsim {

namespace {

uint8_t *bits; // null where the check is off

// f(byte of the map, mask) for the bits from one offset to another; stops at false.
template <class F> bool each_byte(size_t from, size_t to, const F &f) {
    while (from < to) {
        const size_t n = std::min(8 - from % 8, to - from);
        if (!f(from / 8, uint8_t(((1u << n) - 1) << from % 8))) return false;
        from += n;
    }
    return true;
}

void set(size_t from, size_t to, bool value) {
    auto one = [&](size_t i, uint8_t mask) {
        bits[i] = value ? bits[i] | mask : bits[i] & ~mask;
        return true;
    };
    const size_t first = std::min((from + 7) / 8 * 8, to), last = std::max(to / 8 * 8, first);
    each_byte(from, first, one);
    std::memset(bits + first / 8, value ? 0xFF : 0, (last - first) / 8);
    each_byte(last, to, one);
}

// The first offset whose bit is not `value`, or `to`.
size_t find_other(size_t from, size_t to, bool value) {
    const uint8_t whole = value ? 0xFF : 0;
    while (from < to) {
        if (from % 8 == 0) {
            const size_t n = (to - from) / 8;
            size_t i = 0;
            while (i < n && bits[from / 8 + i] == whole) ++i;
            from += i * 8;
            if (from >= to) break;
        }
        if (bool(bits[from / 8] >> from % 8 & 1) != value) return from;
        ++from;
    }
    return to;
}

size_t offset_of(uintptr_t address) { return address - device_range.begin; }

bool inside(const Footprint &f) {
    return f.begin >= device_range.begin && f.end <= device_range.begin + device_range.size;
}

bool ready() {
    if (!checking(kCheckInit)) return false;
    if (bits) return true;
    void *map = mmap(nullptr, device_range.size / 8 + 1, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED) {
        checks &= ~kCheckInit;
        report(kCheckInit, "there is no address space for the check; it is off");
        return false;
    }
    madvise(map, device_range.size / 8 + 1, MADV_DONTDUMP);
    bits = static_cast<uint8_t *>(map);
    return true;
}

bool all_written(const Footprint &f) {
    return f.each_run([](uintptr_t at, size_t bytes) {
        const size_t end = offset_of(at) + bytes;
        return find_other(offset_of(at), end, true) == end;
    });
}

} // namespace

void set_written(const Footprint &f, bool written) {
    if (!ready() || !inside(f)) return;
    f.each_run([&](uintptr_t at, size_t bytes) {
        set(offset_of(at), offset_of(at) + bytes, written);
        return true;
    });
}

// As a copy of the bytes does: what was not written stays so.
void copy_written(const Footprint &to, const Footprint &from) {
    if (!ready() || !inside(to) || !inside(from)) return;
    if (all_written(from) || !to.dense() || !from.dense() || to.run != from.run)
        return set_written(to, true);
    const size_t n = to.end - to.begin;
    for (size_t i = 0; i < n;) {
        const size_t at = offset_of(from.begin) + i, end = offset_of(from.end);
        const bool value = bits[at / 8] >> at % 8 & 1;
        const size_t length = find_other(at, end, value) - at;
        set(offset_of(to.begin) + i, offset_of(to.begin) + i + length, value);
        i += length;
    }
}

// The same by elements, whatever their layouts.
void copy_written(const View &to, uintptr_t to_address, const View &from, uintptr_t from_address) {
    const Footprint target = footprint_of(to, to_address),
                    source = footprint_of(from, from_address);
    if (!ready() || !inside(target) || !inside(source) || target.empty()) return;
    if (all_written(source) || to.ndim != from.ndim ||
        std::memcmp(to.shape, from.shape, size_t(to.ndim) * sizeof(int64_t)))
        return set_written(target, true);
    const size_t to_size = size_t(itemsize(to.dtype)), from_size = size_t(itemsize(from.dtype));
    size_t at = offset_of(to_address), other = offset_of(from_address);
    int64_t index[kMaxRank] = {};
    for (;;) {
        set(at, at + to_size, find_other(other, other + from_size, true) == other + from_size);
        int d = to.ndim - 1;
        for (; d >= 0; --d) {
            at += size_t(to.strides[d]);
            other += size_t(from.strides[d]);
            if (++index[d] < to.shape[d]) break;
            at -= size_t(to.strides[d] * to.shape[d]);
            other -= size_t(from.strides[d] * from.shape[d]);
            index[d] = 0;
        }
        if (d < 0) return;
    }
}

void judge_init(const Actor &who, const Access &what) {
    if (!ready() || !what.read || !inside(what.bytes)) return;
    uintptr_t first = 0;
    size_t missing = 0, total = 0;
    what.bytes.each_run([&](uintptr_t at, size_t bytes) {
        const size_t end = offset_of(at) + bytes;
        total += bytes;
        for (size_t i = find_other(offset_of(at), end, true); i < end;) {
            if (!missing) first = device_range.begin + i;
            const size_t until = find_other(i, end, false);
            missing += until - i;
            i = find_other(until, end, true);
        }
        return true;
    });
    if (!missing || (what.partial && missing < total)) return;
    report(kCheckInit,
           "read of memory that was never written: " + describe(who) + "\n  " + describe(what) +
               text("\n  %zu of %zu bytes, the first at 0x%lx, in ", missing, total, first) +
               owner_of(first));
    set_written(what.bytes, true); // once is enough
}

} // namespace cannsim
