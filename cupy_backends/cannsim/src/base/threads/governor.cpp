#include "governor.h"

#include <algorithm>

namespace cannsim {
namespace {

constexpr int64_t kMillisecond = 1000000;
constexpr int64_t kWindow = 20 * kMillisecond; // long enough for a lost slice of a scheduler
constexpr int64_t kTrial = 4 * kMillisecond;
constexpr int64_t kFirstPause = 50 * kMillisecond, kLongestPause = 800 * kMillisecond;

constexpr int64_t kTold = kMillisecond;      // of work alone says how slow it is
constexpr double kGain = 1.05;               // is worth it
constexpr double kSlowest = 4, kKept = 0.75; // kept: of the slowness, from window to window

} // namespace

void Governor::unshared(int64_t processor, int64_t wall) {
    lone_processor_ += processor;
    lone_wall_ += wall;
}

void Governor::shared(int64_t alone, int64_t wall, int64_t now) {
    if (lone_processor_ >= kTold)
        slowness_ = std::clamp(double(lone_wall_) / double(lone_processor_), 1.0, kSlowest);
    lone_processor_ = lone_wall_ = 0;
    alone_ += alone;
    wall_ += wall;
    if (wall_ < (trial_ ? kTrial : kWindow)) return;
    if (double(alone_) * slowness_ > double(wall_) * kGain) {
        trial_ = false;
        length_ = 0;
        slowness_ = 1 + (slowness_ - 1) * kKept;
    } else {
        length_ = std::clamp(2 * length_, kFirstPause, kLongestPause);
        resume_ = now + length_;
        trial_ = true;
    }
    alone_ = wall_ = 0;
}

} // namespace cannsim
