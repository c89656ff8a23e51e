// Decides whether helper threads would have a core to run on.
//
// On a busy machine a shared operator waits for a helper that the system has put aside, for
// milliseconds. Two signs of that: this process is preempted more often than the odd daemon
// explains, or a helper kept the caller waiting. Then everything runs on one thread for a while,
// longer each time the sign comes back.
#pragma once

#include <cstdint>

namespace cannsim {

class Governor {
  public:
    bool allows(int64_t now);       // whether work may be shared at this moment (nanoseconds)
    void disappointed(int64_t now); // the helpers came late or not at all
    void enable(bool on) { on_ = on; }

  private:
    void pause(int64_t now);

    bool on_ = true;
    bool primed_ = false;
    int64_t checked_ = 0, resume_ = 0, length_ = 0;
    int64_t preemptions_ = 0;
};

} // namespace cannsim
