#include "runtime/soc.h"

#include "base/error.h"
#include "base/threads/parallel.h"
#include "check/check.h"
#include "cann_runtime.h"
#include "opapi/alter.h"
#include "opapi/launches.h"
#include "opapi/versions.h"
#include "opapi/trace.h"
#include "runtime/fault.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unistd.h>

namespace cannsim {

Config config;
bool config_loaded;

namespace {

// "64M", "2G", "65536": bytes, or 0 when it is none of these.
uint64_t parse_size(const char *text) {
    char *end;
    errno = 0;
    unsigned long long n = std::strtoull(text, &end, 10);
    if (end == text || errno || *text == '-') return 0;
    int shift = 0;
    switch (*end) {
    case 'k':
    case 'K': shift = 10; break;
    case 'm':
    case 'M': shift = 20; break;
    case 'g':
    case 'G': shift = 30; break;
    }
    if (shift) ++end;
    if (*end == 'B') ++end;
    return *end || n >> (63 - shift) ? 0 : n << shift;
}

const char *variable(const char *name) {
    const char *value = std::getenv(name);
    return value && *value ? value : nullptr;
}

template <class... T> void complain(const char *format, T... values) {
    if (config.error) return;
    config.error = ACL_ERROR_INVALID_PARAM;
    std::snprintf(config.message, sizeof config.message, format, values...);
}

void choose_soc() {
    const char *name = variable("CANNSIM_SOC");
    if (!name) name = "Ascend910B3";
    config.soc = nullptr;
    for (int i = 0; i < kSocCount; ++i)
        if (!std::strcmp(kSocs[i].name, name)) config.soc = &kSocs[i];
    if (config.soc) return;
    complain("CANNSIM_SOC=%s is not a known SoC; known:", name);
    size_t used = std::strlen(config.message);
    for (int i = 0; i < kSocCount && used < sizeof config.message; ++i)
        used += std::snprintf(config.message + used, sizeof config.message - used, " %s",
                              kSocs[i].name);
    config.soc = &kSocs[0];
}

// "mem,init" as bits.
uint32_t parse_checks(const char *text) {
    static const char *const kNames[] = {"mem", "init", "race", "leak"};
    uint32_t which = 0;
    for (const char *at = text;;) {
        const size_t length = std::strcspn(at, ",");
        uint32_t bit = 0;
        for (int i = 0; i < 4; ++i)
            if (std::strlen(kNames[i]) == length && !std::strncmp(at, kNames[i], length))
                bit = 1u << i;
        if (!bit) complain("CANNSIM_CHECK=%s is not a list of mem, init, race, leak", text);
        which |= bit;
        if (!at[length]) return which;
        at += length + 1;
    }
}

// What reports do to the process: its exit code, or -1 for an abort at the first.
int parse_exit(const char *text) {
    if (!text) return 86;
    if (!std::strcmp(text, "abort")) return -1;
    char *end;
    const long code = std::strtol(text, &end, 10);
    if (end != text && !*end && code >= 0 && code <= 255) return int(code);
    complain("CANNSIM_CHECK_EXIT=%s is neither abort nor an exit code from 0 to 255", text);
    return 86;
}

// "8.1", "9.1.0", "8.1.RC1".
void choose_release() {
    const char *text = variable("CANNSIM_CANN");
    if (!text) text = "9.1.0";
    const char *rest = nullptr;
    for (int major : {8, 9}) {
        const char start[] = {char('0' + major), '.', '1', 0};
        if (std::strncmp(text, start, 3)) continue;
        config.major = major;
        config.minor = 1;
        rest = text + 3;
    }
    const bool good = rest && (!*rest || *rest == '.') && std::strlen(text) < sizeof config.release &&
                      std::strspn(rest, ".0123456789RCabcdefghijklmnopqrstuvwxyz") == std::strlen(rest);
    if (!good) {
        complain("CANNSIM_CANN=%s is not a simulated release of CANN; known: 8.1, 9.1 and their "
                 "full forms such as 8.1.RC1 or 9.1.0",
                 text);
        config.major = 9;
        config.minor = 1;
    }
    std::snprintf(config.release, sizeof config.release, "%s",
                  !good || !*rest ? (config.major == 8 ? "8.1.RC1" : "9.1.0") : text);
}

// How many streams or events a device has: the chip's number, or one that the environment gives.
template <class T> void choose_limit(const char *name, T chip, T *out) {
    *out = chip;
    const char *text = variable(name);
    if (!text) return;
    char *end;
    const long n = std::strtol(text, &end, 10);
    if (*end || n < 1 || n > 1 << 30)
        complain("%s=%s is not a number from 1 on", name, text);
    else
        *out = T(n);
}

} // namespace

void load_config() {
    static std::mutex mutex;
    std::lock_guard<std::mutex> lock(mutex);
    if (config_loaded) return;
    choose_soc();
    choose_release();
    choose_limit("CANNSIM_STREAMS", config.soc->streams, &config.streams);
    choose_limit("CANNSIM_EVENTS", INT64_MAX, &config.events);
    hide_operators(config.major);
    misses_kernels = config.major < 9;
    config.devices = 8;
    if (const char *text = variable("CANNSIM_DEVICES")) {
        char *end;
        long n = std::strtol(text, &end, 10);
        if (*end || n < 0 || n > 64)
            complain("CANNSIM_DEVICES=%s is not a number from 0 to 64", text);
        else
            config.devices = int(n);
    }
    config.memory = config.soc->memory;
    if (const char *text = variable("CANNSIM_HBM")) {
        config.memory = parse_size(text);
        if (!config.memory) complain("CANNSIM_HBM=%s is not a size such as 64M or 2G", text);
    }
    if (const char *text = variable("CANNSIM_PHASE1_NS")) {
        char *end;
        const long n = std::strtol(text, &end, 10);
        if (*end || n < 0 || n > 1000000000)
            complain("CANNSIM_PHASE1_NS=%s is not a number from 0 to 1000000000", text);
        else if (n)
            watches.fetch_or(kSlowed);
        config.phase1_ns = int(n);
    }
    config.mode = Mode::Inline;
    if (const char *text = variable("CANNSIM_ASYNC")) {
        if (!std::strcmp(text, "1"))
            config.mode = Mode::Deferred;
        else if (!std::strcmp(text, "worker"))
            config.mode = Mode::Worker;
        else if (std::strcmp(text, "0"))
            complain("CANNSIM_ASYNC=%s is none of 0, 1, worker", text);
    }
    if (const char *text = variable("CANNSIM_NUM_THREADS"))
        if (!parse_thread_count(text))
            complain("CANNSIM_NUM_THREADS=%s is not a number from 1 to %d", text, kMaxThreads);
    if (const char *text = variable("CANNSIM_GOVERNOR"))
        if (std::strcmp(text, "0") && std::strcmp(text, "1"))
            complain("CANNSIM_GOVERNOR=%s is neither 0 nor 1", text);
    if (const char *text = variable("CANNSIM_ISA"))
        if (std::strcmp(text, "baseline") && std::strcmp(text, "avx2") && std::strcmp(text, "avx512"))
            complain("CANNSIM_ISA=%s is none of baseline, avx2, avx512", text);
    if (const char *path = variable("CANNSIM_BLAS"))
        if (access(path, R_OK))
            complain("CANNSIM_BLAS=%s: %s", path, std::strerror(errno));
    if (*alter_complaint()) complain("%s", alter_complaint());
    uint32_t which = 0;
    if (const char *text = variable("CANNSIM_CHECK")) which = parse_checks(text);
    if (const char *text = variable("CANNSIM_STRICT")) {
        if (!std::strcmp(text, "1")) {
            if (config.mode == Mode::Inline) config.mode = Mode::Deferred;
            which |= kCheckMem | kCheckInit | kCheckLeak;
        } else if (std::strcmp(text, "0")) {
            complain("CANNSIM_STRICT=%s is neither 0 nor 1", text);
        }
    }
    const int exit_code = parse_exit(variable("CANNSIM_CHECK_EXIT"));
    if (!config.error) start_checks(which, exit_code);
    if (const char *text = variable("CANNSIM_FAULT"))
        if (const char *wrong = set_faults(text)) complain("CANNSIM_FAULT=%s: %s", text, wrong);
    if (const char *path = variable("CANNSIM_TRACE"))
        if (const char *wrong = trace_to_file(path)) complain("CANNSIM_TRACE=%s: %s", path, wrong);
    watches.fetch_and(~kUnread);
    __atomic_store_n(&config_loaded, true, __ATOMIC_RELEASE);
}

int check_settings() {
    const Config &c = settings();
    return c.error ? fail(c.error, "%s", c.message) : 0;
}

} // namespace cannsim
