// race: vector clocks over the order of streams, events and the host's waits. The host is one: its
// threads order themselves by means that are not seen here.
#include "check/report.h"
#include "runtime/value.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <vector>

namespace cannsim {

// Per stream, how much of its work has happened before.
struct Clock {
    std::vector<uint64_t> ticks;

    uint64_t at(size_t i) const { return i < ticks.size() ? ticks[i] : 0; }
    void join(const Clock &other) {
        if (ticks.size() < other.ticks.size()) ticks.resize(other.ticks.size());
        for (size_t i = 0; i < other.ticks.size(); ++i)
            ticks[i] = std::max(ticks[i], other.ticks[i]);
    }
};

namespace {

// A value that a stream waits for though it was not written yet. What the stream does in between
// comes after work that is not known: it is not judged.
struct Awaited {
    uintptr_t at = 0;
    uint64_t value = 0;
    uint32_t flag = 0;
};

struct Timeline {
    size_t index;
    uint64_t serial;
    Clock clock;
    Awaited awaited;
};

struct Signal {
    uint64_t value;
    Clock clock;
};

struct Past {
    size_t stream;
    uint64_t tick;
    Actor who;
    Access what;
};

constexpr size_t kRemembered = 64; // accesses of a block

// A pool's block that was freed, and what other streams may still do with it.
struct Freed {
    uintptr_t begin;
    Actor who;
    std::vector<Past> pending;
};

// Stream and size class.
using Shelf = std::pair<uint64_t, size_t>;

struct Order {
    Clock host;
    std::unordered_map<const DeviceStream *, Timeline> streams;
    std::unordered_map<const Event *, Clock> events;
    std::unordered_map<uintptr_t, Signal> signals;
    std::map<uintptr_t, std::vector<Past>> blocks;
    std::map<Shelf, std::vector<Freed>> shelves;
    std::vector<size_t> unused; // indices of streams that were waited for and destroyed
    size_t used = 0;
};

Order &order() {
    static Order *instance = new Order;
    return *instance;
}

Timeline &timeline(const DeviceStream *stream) {
    Order &o = order();
    auto [it, fresh] = o.streams.try_emplace(stream);
    Timeline &t = it->second;
    if (fresh || t.serial != stream->serial) {
        t = {o.used, stream->serial, {}, {}};
        if (o.unused.empty()) {
            ++o.used;
        } else {
            t.index = o.unused.back();
            o.unused.pop_back();
        }
        // The ticks of an index go on, whoever has it.
        t.clock.ticks.resize(t.index + 1);
        t.clock.ticks[t.index] = o.host.at(t.index);
    }
    return t;
}

bool before(const Past &past, const Clock &now) { return now.at(past.stream) >= past.tick; }

// Multiples of 512 up to 64 KiB, eight classes per octave above, as usual for pools.
Shelf shelf_of(const DeviceStream *stream, size_t size) {
    size_t n = (size + 32 + 511) / 512 * 512;
    if (n > 65536) n = (n - 1) >> (60 - __builtin_clzll(n - 1)) << (60 - __builtin_clzll(n - 1));
    return {stream->serial, n};
}

} // namespace

// A pool that does not let blocks rest hands out the one that was freed last. If another stream is
// not done with that one then, it is a race, though here it rests.
void race_freed(const Actor &who, uintptr_t begin, size_t size, DeviceStream *stream) {
    if (!checking(kCheckRace)) return;
    Order &o = order();
    Timeline &t = timeline(stream);
    t.clock.join(o.host);
    Freed freed{begin, who, {}};
    for (const Past &past : o.blocks[begin])
        if (!before(past, t.clock)) freed.pending.push_back(past);
    o.shelves[shelf_of(stream, size)].push_back(std::move(freed));
}

void race_reused(size_t size, DeviceStream *stream) {
    if (!checking(kCheckRace)) return;
    Order &o = order();
    auto shelf = o.shelves.find(shelf_of(stream, size));
    if (shelf == o.shelves.end()) return;
    const Freed freed = std::move(shelf->second.back());
    shelf->second.pop_back();
    if (shelf->second.empty()) o.shelves.erase(shelf);
    Timeline &t = timeline(stream);
    t.clock.join(o.host);
    for (const Past &past : freed.pending)
        if (!before(past, t.clock)) {
            report(kCheckRace, "memory used again too early: freed by " + describe(freed.who) +
                                   text(" and asked for by stream %d", stream->id) + "\n  while " +
                                   describe(past.who) + "\n  " + describe(past.what) + "\n  in " +
                                   owner_of(freed.begin));
            return;
        }
}

void race_gone(uintptr_t begin, uintptr_t end) {
    auto &blocks = order().blocks;
    blocks.erase(blocks.lower_bound(begin), blocks.lower_bound(end));
    auto &signals = order().signals;
    for (auto it = signals.begin(); it != signals.end();)
        it = it->first >= begin && it->first < end ? signals.erase(it) : std::next(it);
    for (auto it = order().shelves.begin(); it != order().shelves.end();) {
        auto &freed = it->second;
        freed.erase(
            std::remove_if(freed.begin(), freed.end(),
                           [&](const Freed &f) { return f.begin >= begin && f.begin < end; }),
            freed.end());
        it = freed.empty() ? order().shelves.erase(it) : std::next(it);
    }
}

void judge_race(const Actor &who, const Access &what, DeviceStream *stream) {
    if (!checking(kCheckRace) || what.bytes.empty()) return;
    Order &o = order();
    Timeline *t = stream ? &timeline(stream) : nullptr;
    if (t && t->awaited.at) return;
    if (t) t->clock.join(o.host);
    const Clock &now = t ? t->clock : o.host;
    auto &pasts = o.blocks[base_of(what.bytes.begin)];
    size_t kept = 0;
    for (size_t i = 0; i < pasts.size(); ++i) {
        Past &past = pasts[i];
        const bool conflict = (past.what.write || what.write) && past.who.task != who.task &&
                              !before(past, now) && overlap(past.what.bytes, what.bytes);
        if (conflict)
            report(kCheckRace, "unordered accesses: " + describe(who) + "\n  " + describe(what) +
                                   "\n  and earlier " + describe(past.who) + "\n  " +
                                   describe(past.what) + "\n  in " +
                                   owner_of(past.what.bytes.begin));
        // What every later access comes after anyway, or after `what`, need not be remembered.
        const bool settled = before(past, o.host) || conflict ||
                             (t && before(past, now) && (what.write || !past.what.write) &&
                              covers(what.bytes, past.what.bytes));
        if (settled) continue;
        if (kept != i) pasts[kept] = std::move(past);
        ++kept;
    }
    pasts.erase(pasts.begin() + long(kept), pasts.end());
    if (!t) return;
    if (t->clock.ticks.size() <= t->index) t->clock.ticks.resize(t->index + 1);
    if (pasts.size() >= kRemembered) pasts.erase(pasts.begin());
    pasts.push_back({t->index, t->clock.ticks[t->index] + 1, who, what});
}

// The work that was judged last is part of the stream's past from now on.
void advance(DeviceStream *stream) {
    if (!checking(kCheckRace)) return;
    Timeline &t = timeline(stream);
    t.clock.join(order().host);
    if (t.clock.ticks.size() <= t.index) t.clock.ticks.resize(t.index + 1);
    ++t.clock.ticks[t.index];
}

void check_stream_made(DeviceStream *) {}

void check_stream_ended(DeviceStream *stream, bool waited) {
    if (!checking(kCheckRace)) return;
    std::lock_guard<std::mutex> lock(check_mutex());
    Order &o = order();
    auto it = o.streams.find(stream);
    if (it == o.streams.end()) return;
    if (waited) {
        // The next stream of this index continues its ticks, all of which lie before the host.
        o.host.join(it->second.clock);
        o.unused.push_back(it->second.index);
    }
    o.streams.erase(it);
}

void check_host_waits(DeviceStream *stream) {
    std::lock_guard<std::mutex> lock(check_mutex());
    verify_suspects();
    if (!checking(kCheckRace)) return;
    Timeline &t = timeline(stream);
    t.awaited = {};
    order().host.join(t.clock);
}

void race_signal(DeviceStream *stream, uintptr_t at, uint64_t value) {
    if (!checking(kCheckRace)) return;
    Order &o = order();
    Timeline &t = timeline(stream);
    t.clock.join(o.host);
    Signal &signal = o.signals[at];
    signal.value = value;
    signal.clock.join(t.clock); // streams that count up come after each other
    for (auto &[other, waiting] : o.streams)
        if (waiting.awaited.at == at &&
            value_holds(value, waiting.awaited.value, waiting.awaited.flag)) {
            waiting.clock.join(signal.clock);
            waiting.awaited = {};
        }
}

void check_signal_awaited(DeviceStream *stream, const void *p, uint64_t value, uint32_t flag) {
    if (!checking(kCheckRace)) return;
    std::lock_guard<std::mutex> lock(check_mutex());
    Order &o = order();
    const uintptr_t at = reinterpret_cast<uintptr_t>(p);
    Timeline &t = timeline(stream);
    auto signal = o.signals.find(at);
    if (signal != o.signals.end() && value_holds(signal->second.value, value, flag))
        t.clock.join(signal->second.clock);
    else
        t.awaited = {at, value, flag};
}

void check_event_recorded(const Event *event, DeviceStream *stream) {
    if (!checking(kCheckRace)) return;
    std::lock_guard<std::mutex> lock(check_mutex());
    Timeline &t = timeline(stream);
    t.clock.join(order().host);
    order().events[event] = t.clock;
}

void check_event_forgotten(const Event *event) {
    if (!checking(kCheckRace)) return;
    std::lock_guard<std::mutex> lock(check_mutex());
    order().events.erase(event);
}

void check_stream_waits(DeviceStream *stream, const Event *event) {
    if (!checking(kCheckRace)) return;
    std::lock_guard<std::mutex> lock(check_mutex());
    auto it = order().events.find(event);
    if (it != order().events.end()) timeline(stream).clock.join(it->second);
}

void check_host_waits(const Event *event) {
    if (!checking(kCheckRace)) return;
    std::lock_guard<std::mutex> lock(check_mutex());
    auto it = order().events.find(event);
    if (it != order().events.end()) order().host.join(it->second);
}

Clock *check_callback(DeviceStream *stream) {
    if (!checking(kCheckRace)) return nullptr;
    std::lock_guard<std::mutex> lock(check_mutex());
    return new Clock(timeline(stream).clock);
}

void check_called_back(Clock *clock) {
    if (!clock) return;
    std::lock_guard<std::mutex> lock(check_mutex());
    order().host.join(*clock);
    delete clock;
}

} // namespace cannsim
