// Reports of the checks, and what they say of the call behind them. Everything here is under
// check_mutex() but start and end.
#pragma once

#include "check/check.h"
#include "check/footprint.h"

#include <mutex>
#include <string>

namespace cannsim {

std::mutex &check_mutex();

[[gnu::format(printf, 1, 2)]] std::string text(const char *format, ...);

// Writes a report to standard error, keeps and counts it.
void report(uint32_t check, const std::string &message);

// Where something was made or ended: the call, the work before it, and who called.
struct Site {
    const char *call = nullptr;
    uint64_t task = 0; // submitted before
    void *frames[6] = {};
};
Site site(const char *call);
std::string describe(const Site &site);

// Work that a stream or the host does.
struct Actor {
    const char *call = nullptr;
    int stream = -1; // the host
    uint64_t task = 0;
};
Actor actor(const char *call, const DeviceStream *stream); // counts as one more task
std::string describe(const Actor &actor);

struct Access {
    Footprint bytes;
    bool read = false, write = false;
    bool partial = false; // reads what the data asks for
    const char *name = nullptr;
    int item = -1;         // of a list
    std::string type = {}; // dtype and shape
};
std::string describe(const Access &access);

// --- the checks ----------------------------------------------------------------------------------

bool judge_bounds(const Actor &actor, const Access &access); // whether it is inside one block
std::string owner_of(uintptr_t at);                          // the block at an address, in words
uintptr_t base_of(uintptr_t at);                             // its start, or the address itself
Footprint rest_of(uintptr_t at);                             // from there to its end; empty: none

void judge_init(const Actor &actor, const Access &access);
void set_written(const Footprint &bytes, bool written);
void copy_written(const Footprint &to, const Footprint &from);
void copy_written(const View &to, uintptr_t to_address, const View &from, uintptr_t from_address);

void judge_race(const Actor &actor, const Access &access, DeviceStream *stream);

void race_signal(DeviceStream *stream, uintptr_t at, uint64_t value);
void race_freed(const Actor &actor, uintptr_t begin, size_t size, DeviceStream *stream);
void race_reused(size_t size, DeviceStream *stream);
void race_gone(uintptr_t begin, uintptr_t end);
void advance(DeviceStream *stream); // past what was judged

Watch *watch(const Actor &actor, const Access *accesses, size_t n);
void suspect(uintptr_t at); // the host writes into the block
void verify_suspects();     // once it is done

uint64_t report_leaks(); // their number
uint64_t report_memory_leaks();

} // namespace cannsim
