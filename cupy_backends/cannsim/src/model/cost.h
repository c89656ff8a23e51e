// The modelled clock: what a launch costs on the simulated chip, from its bytes, operations and
// unit. A roofline and a launch cost; nothing is measured and nothing waits for it.
#pragma once

#include "cannsim.h"
#include "opapi/op.h"

#include <atomic>

namespace cannsim {

struct DeviceStream;

struct Rates {
    double bytes;        // per ns, of the device's memory
    double vector_bytes; // per ns, of one operation on all vector cores
    double cube;         // float16 operations per ns
    double ai_cpu;       // operations per ns
    double launch[2];    // ns, by unit
};
extern const Rates kRates[]; // by SoC, in the order of kSocs
extern const double kCubeShareFloat32;

// Who asked for the model, as a sum; 0: it is off.
enum : int { kModelAsked = 1, kModelSubscribed = 2 };
[[gnu::visibility("hidden")]] extern std::atomic<int> model_on;
bool model_for(int whom, bool on); // whether it was on for them

cannsimTask cost_of(const Executor &e);

// Note the cost of a launch for its thread, its stream and who subscribed to it.
[[gnu::cold]] void model_launch(const Executor &e, DeviceStream *stream);
[[gnu::cold]] void model_kernel(const char *name, DeviceStream *stream); // lives as the library

} // namespace cannsim
