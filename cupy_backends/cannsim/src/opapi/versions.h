// Which operators and functions belong to which release of CANN.
#pragma once

#include <cstdint>

namespace cannsim {

enum { kIn8 = 1, kIn9 = 2 };

extern const uint8_t kOpVersions[];         // by operator
extern const char *const kNewFunctions[];   // of the runtime, since 8.1; sorted
extern const int kNewFunctionsCount;

// Operators that the simulated release does not have are as if nobody implemented them.
void hide_operators(int major);

} // namespace cannsim
