// Faults: those that CANNSIM_FAULT injects, and devices that failed. A failed device refuses
// everything until it is reset.
#pragma once

#include "base/watch.h"

namespace cannsim {

struct DeviceStream;

enum class Fault { Malloc, Pinned, Phase1, Launch, Async, DeviceLost };
constexpr int kFaultKinds = 6;

constexpr uint32_t fault_bit(Fault kind) { return 1u << (kFaultBits + int(kind)); }

// Whether this occurrence of a kind is one that was asked to fail. Counts the occurrence.
bool fault_hits(Fault kind);
inline bool fault(Fault kind) { return watched(fault_bit(kind)) && fault_hits(kind); }

constexpr uint32_t kLaunchWatches = kBroken | fault_bit(Fault::Launch) | fault_bit(Fault::Async) |
                                    fault_bit(Fault::DeviceLost);

// "malloc:3,launch:p=0.01:seed=7"; empty: no faults. What is wrong with the text, or null.
const char *set_faults(const char *text);

// The device failed. The first failure counts. Until somebody waits for the device only
// synchronisations report it; `known` failures are reported by every call.
void break_device(int device, int code, bool known, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void mend_device(int device);

// Whether the device failed, known or not.
bool is_broken(int device);

int report_broken(int device, bool waiting);

// The code of a failed device, with a message. `waiting`: the caller waited for the device's work.
inline int check_broken(int device, bool waiting) {
    return watched(kBroken) ? report_broken(device, waiting) : 0;
}

// While kLaunchWatches are on: the error of a call that launches something, with this code where it
// is to fail.
int disturb_call(const char *name, int device, int code);

// The same for an operator or a kernel. *fails: its task is to fail, and without a queue has failed.
int disturb_launch(const char *name, DeviceStream *stream, bool *fails);

constexpr char kInjected[] = "%s: a fault injected on purpose";

} // namespace cannsim
