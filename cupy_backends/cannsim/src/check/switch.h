// Which checks are on (CANNSIM_CHECK). Every hook stands behind `checking`: one branch on a global
// where they are off.
#pragma once

#include <cstdint>

namespace cannsim {

enum : uint32_t { kCheckMem = 1, kCheckInit = 2, kCheckRace = 4, kCheckLeak = 8, kAnyCheck = 15 };

extern uint32_t checks __attribute__((visibility("hidden")));

inline bool checking(uint32_t which = kAnyCheck) { return __builtin_expect(checks & which, 0); }

} // namespace cannsim
