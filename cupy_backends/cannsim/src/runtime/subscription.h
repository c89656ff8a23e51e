// Who subscribed to the operators of the process (aclprofModelSubscribe).
#pragma once

#include <atomic>
#include <cstdint>

namespace cannsim {

extern std::atomic<bool> profiling; // between aclprofInit and aclprofFinalize

bool is_subscribed();

// An operator was launched; times of the modelled clock in ns. The name lives as the library.
void report_operator(const char *name, uint64_t begin, uint64_t end);

} // namespace cannsim
