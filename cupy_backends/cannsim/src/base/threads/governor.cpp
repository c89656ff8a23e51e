#include "governor.h"

#include <algorithm>
#include <sys/resource.h>

namespace cannsim {
namespace {

constexpr int64_t kMillisecond = 1000000;
constexpr int64_t kInterval = 2 * kMillisecond;
constexpr int64_t kFirstPause = 50 * kMillisecond, kLongestPause = 800 * kMillisecond;
constexpr int64_t kQuiet = 50 * kMillisecond; // one preemption in this time means nothing

int64_t preemptions() {
    rusage use;
    return getrusage(RUSAGE_SELF, &use) == 0 ? use.ru_nivcsw : 0;
}

} // namespace

bool Governor::allows(int64_t now) {
    if (!on_) return true;
    if (now < resume_) return false;
    if (now - checked_ < kInterval) return true;
    const int64_t count = preemptions();
    const bool busy = primed_ && (count - preemptions_) * kQuiet > now - checked_;
    primed_ = true;
    preemptions_ = count;
    checked_ = now;
    if (busy) pause(now);
    return !busy;
}

void Governor::disappointed(int64_t now) {
    if (on_) pause(now);
}

void Governor::pause(int64_t now) {
    const bool again = length_ && now - resume_ < length_;
    length_ = again ? std::min(2 * length_, kLongestPause) : kFirstPause;
    resume_ = now + length_;
    // What happens during the pause decides whether it ends.
    preemptions_ = preemptions();
    checked_ = now;
}

} // namespace cannsim
