#include "runtime/fault.h"

#include "base/error.h"
#include "cann_runtime.h"
#include "cannsim.h"
#include "runtime/stream.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace cannsim {

std::atomic<uint32_t> watches{kUnread};

namespace {

constexpr const char *kKindNames[kFaultKinds] = {"malloc", "pinned", "phase1",
                                                 "launch", "async",  "device_lost"};
constexpr int kMaxRules = 16;
constexpr int kMaxDevices = 64;

// Fails the occurrences from `first` to `last`, or each with probability p.
struct Rule {
    int kind;
    uint64_t first, last, seed;
    double p;
    std::atomic<uint64_t> seen{0};
};

std::mutex rules_mutex;
Rule rules[kMaxRules];
std::atomic<int> rule_count{0};
std::atomic<uint64_t> injected{0};

struct Broken {
    std::atomic<int> code{0};
    std::atomic<bool> known{false};
    char text[512];
};

std::mutex broken_mutex;
Broken broken[kMaxDevices];

// A number in [0, 1) for the k-th occurrence: the same for the same seed, whatever the threads do.
double uniform(uint64_t seed, uint64_t k) {
    uint64_t z = (seed + k) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return double((z ^ z >> 31) >> 11) * 0x1p-53;
}

bool read_number(const char *&at, uint64_t *value) {
    if (*at < '0' || *at > '9') return false;
    char *end;
    errno = 0;
    *value = std::strtoull(at, &end, 10);
    at = end;
    return !errno;
}

bool skip(const char *&at, const char *word) {
    const size_t n = std::strlen(word);
    if (std::strncmp(at, word, n)) return false;
    at += n;
    return true;
}

// One rule of the text; null or what is wrong with it.
const char *read_rule(const char *&at, Rule &rule) {
    rule.kind = -1;
    for (int k = 0; k < kFaultKinds && rule.kind < 0; ++k)
        if (skip(at, kKindNames[k])) rule.kind = k;
    if (rule.kind < 0 || !skip(at, ":"))
        return "expected malloc:, pinned:, phase1:, launch:, async: or device_lost:";
    rule.p = 0;
    rule.seed = 0;
    rule.seen = 0;
    if (skip(at, "p=")) {
        char *end;
        rule.p = std::strtod(at, &end);
        if (end == at || !(rule.p > 0 && rule.p <= 1)) return "p= needs a probability in (0, 1]";
        at = end;
        if (skip(at, ":") && (!skip(at, "seed=") || !read_number(at, &rule.seed)))
            return "after the probability only :seed=NUMBER may follow";
    } else {
        if (!read_number(at, &rule.first) || !rule.first)
            return "expected which occurrence fails, counted from 1, or p=PROBABILITY";
        rule.last = skip(at, "+") ? ~uint64_t(0) : rule.first;
    }
    return *at && *at != ',' ? "unexpected text after a rule" : nullptr;
}

} // namespace

const char *set_faults(const char *text) {
    std::lock_guard<std::mutex> lock(rules_mutex);
    uint32_t bits = 0;
    int count = 0;
    const char *wrong = nullptr;
    watches.fetch_and((1u << kFaultBits) - 1);
    for (const char *at = text ? text : ""; *at && !wrong;) {
        if (count == kMaxRules) {
            wrong = "more than 16 rules";
            break;
        }
        Rule &rule = rules[count++];
        wrong = read_rule(at, rule);
        if (!wrong) bits |= fault_bit(Fault(rule.kind));
        if (*at == ',' && !*++at) wrong = "a rule is missing after the last comma";
    }
    rule_count = wrong ? 0 : count;
    injected = 0;
    if (!wrong) watches.fetch_or(bits);
    return wrong;
}

bool fault_hits(Fault kind) {
    bool hit = false;
    for (int i = 0, n = rule_count; i < n; ++i) {
        Rule &rule = rules[i];
        if (rule.kind != int(kind)) continue;
        const uint64_t k = ++rule.seen;
        hit |= rule.p > 0 ? uniform(rule.seed, k) < rule.p : rule.first <= k && k <= rule.last;
    }
    injected += hit;
    return hit;
}

void break_device(int device, int code, bool known, const char *format, ...) {
    std::lock_guard<std::mutex> lock(broken_mutex);
    Broken &b = broken[device];
    if (b.code) return;
    va_list args;
    va_start(args, format);
    std::vsnprintf(b.text, sizeof b.text, format, args);
    va_end(args);
    b.known = known;
    b.code = code;
    watches.fetch_or(kBroken);
}

void mend_device(int device) {
    std::lock_guard<std::mutex> lock(broken_mutex);
    broken[device].code = 0;
    for (const Broken &b : broken)
        if (b.code) return;
    watches.fetch_and(~kBroken);
}

bool is_broken(int device) { return watched(kBroken) && broken[device].code; }

int report_broken(int device, bool waiting) {
    Broken &b = broken[device];
    const int code = b.code;
    if (!code || (!waiting && !b.known)) return 0;
    std::lock_guard<std::mutex> lock(broken_mutex);
    if (!b.known.exchange(true)) return fail(code, "%s", b.text);
    return fail(code, "device %d failed before and was not reset: %s", device, b.text);
}

int disturb_call(const char *name, int device, int code) {
    if (int error = check_broken(device, false)) return error;
    if (fault(Fault::DeviceLost)) {
        break_device(device, ACL_ERROR_RT_LOST_HEARTBEAT, false,
                     "device %d is lost: a fault injected on purpose", device);
        return check_broken(device, true);
    }
    return fault(Fault::Launch) ? fail(code, kInjected, name) : 0;
}

int disturb_launch(const char *name, DeviceStream *stream, bool *fails) {
    const int error = disturb_call(name, stream->context->device, ACL_ERROR_RT_INTERNAL_ERROR);
    *fails = !error && !is_captured(stream) && fault(Fault::Async);
    if (*fails && !stream->queue)
        fail_task(stream, fail(ACL_ERROR_RT_AICORE_EXCEPTION, kInjected, name));
    return error;
}

} // namespace cannsim

extern "C" {

int cannsimSetFault(const char *text) {
    const char *wrong = cannsim::set_faults(text);
    return wrong ? cannsim::fail(ACL_ERROR_INVALID_PARAM, "cannsimSetFault: '%s': %s", text, wrong)
                 : 0;
}

uint64_t cannsimFaultsInjected(void) { return cannsim::injected; }

} // extern "C"
