// The device kernels that CANN's own code launches for a call, and the unit each runs on: AI Core or
// the slow AI CPU. Rules in facts/kernels.json, checked against recorded calls.
#pragma once

#include "opapi/op.h"

#include <string>

namespace cannsim {

struct Launch {
    const char *kernel;
    bool ai_cpu;
    bool absent; // CANN 8.1 has no such kernel on the AI CPU
    DType dtype;
};

// Generated: on which dtypes a kernel is an AI Core one, per family.
struct KernelUnits {
    const char *name;
    uint64_t ai_core[5];
    uint64_t absent; // dtypes without a kernel on the AI CPU of CANN 8.1
};
extern const KernelUnits kKernelUnits[]; // by name
extern const int kKernelUnitsCount;
extern const uint64_t kCastPairs[5][34]; // family, source -> targets that AI Core casts in one step

// Generated: the steps of an operator for some families, dtypes of its key and conditions.
struct Recipe {
    uint8_t families;
    uint64_t dtypes;
    const char *condition, *steps;
};
struct OpRecipes {
    const char *key;
    int16_t first, count;
    uint64_t ai_cpu[5]; // without a recipe: dtypes that run on the AI CPU
};
extern const Recipe kRecipes[];
extern const OpRecipes kOpRecipes[]; // by operator

[[gnu::visibility("hidden")]] extern bool notes_launches;
// The release lacks kernels that phase 1 chooses: 8.1.
[[gnu::visibility("hidden")]] extern bool misses_kernels;

// After an operator was planned: what CANN would launch.
std::vector<Launch> launches_of(const Call &c);

} // namespace cannsim
