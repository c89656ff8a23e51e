// The governor alone, on a clock of its own: no threads, no load.
#include "base/threads/governor.h"
#include "expect.h"

using namespace cannsim;

namespace {

constexpr int64_t kMillisecond = 1000000;

struct Machine {
    Governor governor;
    int64_t now = kMillisecond;
    int shared = 0, refused = 0;

    // For so many milliseconds operators of 1 ms each: the processor works that long on one, which
    // takes `alone` without sharing and `together` with it.
    void run(int milliseconds, double alone, double together) {
        const int64_t end = now + milliseconds * kMillisecond;
        shared = refused = 0;
        while (now < end) {
            const bool share = governor.allows(now);
            const int64_t wall = int64_t((share ? together : alone) * kMillisecond);
            now += wall;
            if (share)
                governor.shared(kMillisecond, wall, now);
            else
                governor.unshared(kMillisecond, wall);
            ++(share ? shared : refused);
        }
    }
    double part() const { return double(shared) / double(shared + refused); }
};

void free_cores_are_used() {
    Machine m;
    m.run(1000, 1, 0.55);
    EXPECT(m.refused == 0);
}

void no_second_core() {
    Machine m;
    m.run(1000, 1, 1.3);
    EXPECT(m.part() < 0.2);
    m.run(5000, 1, 1.3);
    EXPECT(m.part() < 0.02); // it is tried more and more rarely
    m.run(1000, 1, 0.55);
    m.run(1000, 1, 0.55);
    EXPECT(m.refused == 0);
}

void others_work_too() {
    Machine gains, loses; // four busy processes on two cores
    gains.run(1000, 2.5, 1.6);
    gains.run(4000, 2.5, 1.6);
    EXPECT(gains.part() > 0.5);
    loses.run(1000, 2.5, 20);
    loses.run(4000, 2.5, 20);
    EXPECT(loses.part() < 0.1);
}

void load_that_ends_is_forgotten() {
    Machine m;
    m.run(1000, 3, 1.6); // others work, and sharing pays
    m.run(1000, 1, 1.5); // they do not, but there is no second core either
    m.run(1000, 1, 1.5);
    EXPECT(m.part() < 0.1);
}

void switched_off() {
    Machine m;
    m.governor.enable(false);
    m.run(1000, 1, 30);
    EXPECT(m.refused == 0);
}

} // namespace

int main() {
    free_cores_are_used();
    no_second_core();
    others_work_too();
    load_that_ends_is_forgotten();
    switched_off();
    return finish();
}
