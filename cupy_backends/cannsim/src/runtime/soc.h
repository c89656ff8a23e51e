// Which chip is simulated, and how: what the environment asks for.
#pragma once

#include <cstdint>

namespace cannsim {

struct Soc {
    const char *name;
    int family; // column of kDtypeMasks
    uint64_t memory;
    int ai_cores, cube_cores, vector_cores, ai_cpus;
    uint64_t l2;
    uint32_t unified_buffer;
    int streams, arch;
    bool capture, inf_nan; // graphs; overflow gives infinity, or the largest number
};

extern const Soc kSocs[];
extern const int kSocCount;
extern const char *const kFamilyNames[];

enum class Mode { Inline, Deferred, Worker };

struct Config {
    const Soc *soc;
    int devices;
    uint64_t memory; // per device
    Mode mode;
    int major, minor; // release of CANN
    char release[32]; // as it was written
    int streams;      // per device
    int64_t events;
    int phase1_ns; // that every first phase takes longer
    int error; // what is wrong with the environment, 0 when nothing
    char message[2048];
};

[[gnu::visibility("hidden")]] extern Config config;
[[gnu::visibility("hidden")]] extern bool config_loaded;

void load_config();

// The configuration, read at first use.
inline const Config &settings() {
    if (__builtin_expect(!__atomic_load_n(&config_loaded, __ATOMIC_ACQUIRE), 0)) load_config();
    return config;
}

// Reports a bad environment; 0 when it is good.
int check_settings();

} // namespace cannsim
