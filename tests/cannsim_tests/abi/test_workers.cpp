// Many threads at once: descriptors made here and destroyed there, streams of their own, shared
// events.
#include "test.h"

#include <atomic>
#include <mutex>
#include <thread>

namespace {

constexpr int kThreads = 4, kRounds = 300;

void compute(int device) {
    OKAY(aclrtSetDevice(device));
    aclrtStream stream;
    OKAY(aclrtCreateStream(&stream));
    {
        Floats a({64}, std::vector<float>(64, 1)), b({64}, std::vector<float>(64, 0));
        Scalar one(1.0f);
        for (int i = 0; i < kRounds; ++i)
            OKAY(CALL(aclnnAdd, stream, a.tensor, b.tensor, one.p, b.tensor));
        OKAY(aclrtSynchronizeStream(stream));
        EXPECT(b.read()[63] == kRounds);
    }
    OKAY(aclrtDestroyStream(stream));
}

// Objects travel between the threads' free lists.
void exchange() {
    std::mutex mutex;
    std::vector<aclTensor *> box;
    std::atomic<bool> done{false};
    const int64_t shape[] = {2};
    std::thread maker([&] {
        for (int i = 0; i < 20000; ++i) {
            aclTensor *t =
                aclCreateTensor(shape, 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, shape, 1, nullptr);
            std::lock_guard<std::mutex> lock(mutex);
            box.push_back(t);
        }
        done = true;
    });
    size_t destroyed = 0;
    for (bool last = false; !last;) {
        last = done;
        std::vector<aclTensor *> mine;
        {
            std::lock_guard<std::mutex> lock(mutex);
            mine.swap(box);
        }
        for (aclTensor *t : mine) OKAY(aclDestroyTensor(t));
        destroyed += mine.size();
    }
    maker.join();
    EXPECT_EQ(destroyed, size_t(20000));
}

// A ring of streams, each waiting for the event of the one before.
void ring() {
    constexpr int kStreams = 5;
    OKAY(aclrtSetDevice(0));
    aclrtStream streams[kStreams];
    aclrtEvent events[kStreams];
    Floats x({1}, {0}), one({1}, {1});
    Scalar alpha(1.0f);
    for (int i = 0; i < kStreams; ++i) {
        OKAY(aclrtCreateStream(&streams[i]));
        OKAY(aclrtCreateEvent(&events[i]));
    }
    for (int i = 0; i < kRounds; ++i) {
        const int now = i % kStreams, before = (i + kStreams - 1) % kStreams;
        if (i) OKAY(aclrtStreamWaitEvent(streams[now], events[before]));
        OKAY(CALL(aclnnAdd, streams[now], x.tensor, one.tensor, alpha.p, x.tensor));
        OKAY(aclrtRecordEvent(events[now], streams[now]));
    }
    OKAY(aclrtSynchronizeDevice());
    EXPECT(x.read()[0] == kRounds);
    for (int i = 0; i < kStreams; ++i) {
        OKAY(aclrtDestroyEvent(events[i]));
        OKAY(aclrtDestroyStream(streams[i]));
    }
}

void slow(void *) { usleep(300000); }

void timeouts() {
    if (mode() != Mode::Worker) return;
    aclrtStream stream;
    aclrtEvent event;
    OKAY(aclrtSetDevice(0));
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclrtCreateEvent(&event));
    OKAY(aclrtLaunchHostFunc(stream, slow, nullptr));
    OKAY(aclrtRecordEvent(event, stream));
    FAILS(aclrtSynchronizeStreamWithTimeout(stream, 10), ACL_ERROR_RT_STREAM_SYNC_TIMEOUT,
          "within 10 ms");
    FAILS(aclrtSynchronizeEventWithTimeout(event, 10), ACL_ERROR_RT_EVENT_SYNC_TIMEOUT,
          "within 10 ms");
    OKAY(aclrtSynchronizeStream(stream));
    OKAY(aclrtDestroyEvent(event));
    OKAY(aclrtDestroyStream(stream));
}

} // namespace

int main() {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(compute, i % 2);
    for (std::thread &t : threads) t.join();
    exchange();
    ring();
    timeouts();
    return finish();
}
