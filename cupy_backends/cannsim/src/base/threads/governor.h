// Decides whether helper threads would have a core to run on.
//
// On a busy machine a shared operator waits for a helper that the system has put aside, for
// milliseconds, or both threads take turns on one core. So what sharing gains is kept in a ledger:
// the time that the caller alone would have needed, against the time that passed. Where it does
// not pay, everything runs on one thread for a while, longer each time that is found again.
// A preemption now and then, which a machine without other work has too, is not enough.
//
// The caller alone would be put aside as well. How much longer its work takes than the processor
// works on it shows while it runs alone; this is held for true for a few windows, less each time.
#pragma once

#include <cstdint>

namespace cannsim {

class Governor {
  public:
    // Whether work may be shared at this moment. All times are nanoseconds.
    bool allows(int64_t now) const { return !on_ || now >= resume_; }
    // An operator was shared: it would have taken `alone` of the processor, it took `wall`.
    void shared(int64_t alone, int64_t wall, int64_t now);
    // One was not: what it took of the processor, and in all.
    void unshared(int64_t processor, int64_t wall);
    void enable(bool on) { on_ = on; }

  private:
    bool on_ = true;
    bool trial_ = false; // the first shared operators after a pause
    int64_t alone_ = 0, wall_ = 0;
    int64_t lone_processor_ = 0, lone_wall_ = 0; // of the present pause
    double slowness_ = 1;
    int64_t resume_ = 0, length_ = 0;
};

} // namespace cannsim
