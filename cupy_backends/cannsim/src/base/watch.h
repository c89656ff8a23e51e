// What observes or disturbs the calls of a program: the trace, injected faults, broken devices. One
// word that is zero unless asked for, so that the hot paths pay one predictable branch.
#pragma once

#include <atomic>
#include <cstdint>

namespace cannsim {

constexpr uint32_t kUnread = 1;  // the environment was not read yet
constexpr uint32_t kTraced = 2;  // calls of first phases are written down
constexpr uint32_t kBroken = 4;  // some device failed and was not reset
constexpr uint32_t kSlowed = 8;  // first phases take as long as on hardware
constexpr int kFaultBits = 4;    // from here on a bit per kind of injected fault

[[gnu::visibility("hidden")]] extern std::atomic<uint32_t> watches;

inline bool watched(uint32_t bits) {
    return __builtin_expect(watches.load(std::memory_order_relaxed) & bits, 0);
}

} // namespace cannsim
