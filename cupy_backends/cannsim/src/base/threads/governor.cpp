#include "governor.h"

#include <algorithm>

namespace cannsim {
namespace {

constexpr int64_t kMillisecond = 1000000;
constexpr int64_t kWindow = 20 * kMillisecond; // long enough for a lost slice of a scheduler
constexpr int64_t kTrial = 4 * kMillisecond;
constexpr int64_t kFirstPause = 50 * kMillisecond, kLongestPause = 800 * kMillisecond;

bool pays(int64_t alone, int64_t wall) { return alone * 20 > wall * 21; }

} // namespace

void Governor::shared(int64_t alone, int64_t wall, int64_t now) {
    alone_ += alone;
    wall_ += wall;
    if (wall_ < (trial_ ? kTrial : kWindow)) return;
    if (pays(alone_, wall_)) {
        trial_ = false;
        length_ = 0;
    } else {
        length_ = std::clamp(2 * length_, kFirstPause, kLongestPause);
        resume_ = now + length_;
        trial_ = true;
    }
    alone_ = wall_ = 0;
}

} // namespace cannsim
