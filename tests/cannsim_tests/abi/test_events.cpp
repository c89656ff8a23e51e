// Events, ordering across streams, host callbacks.
#include "test.h"

#include <atomic>
#include <thread>

namespace {

void states() {
    aclrtEvent event;
    aclrtStream stream;
    aclrtEventRecordedStatus status;
    OKAY(aclrtCreateEvent(&event));
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclrtQueryEventStatus(event, &status));
    EXPECT_EQ(int(status), int(ACL_EVENT_RECORDED_STATUS_COMPLETE)); // nothing recorded
    OKAY(aclrtRecordEvent(event, stream));
    if (mode() == Mode::Inline) {
        OKAY(aclrtQueryEventStatus(event, &status));
        EXPECT_EQ(int(status), int(ACL_EVENT_RECORDED_STATUS_COMPLETE));
    }
    OKAY(aclrtSynchronizeEvent(event));
    OKAY(aclrtQueryEventStatus(event, &status));
    EXPECT_EQ(int(status), int(ACL_EVENT_RECORDED_STATUS_COMPLETE));
    OKAY(aclrtDestroyEvent(event));
    FAILS(aclrtRecordEvent(event, stream), ACL_ERROR_RT_INVALID_HANDLE, "destroyed");
    FAILS(aclrtDestroyEvent(event), ACL_ERROR_RT_INVALID_HANDLE, "destroyed");
    FAILS(aclrtCreateEventWithFlag(&event, 0), ACL_ERROR_INVALID_PARAM, "flag");
    OKAY(aclrtDestroyStream(stream));
}

void times() {
    aclrtEvent start, end, untimed;
    aclrtStream stream;
    float ms = -1;
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclrtCreateEventExWithFlag(&start, ACL_EVENT_TIME_LINE));
    OKAY(aclrtCreateEventExWithFlag(&end, ACL_EVENT_TIME_LINE));
    OKAY(aclrtCreateEventExWithFlag(&untimed, ACL_EVENT_SYNC));
    FAILS(aclrtEventElapsedTime(&ms, start, end), ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID,
          "never recorded");
    OKAY(aclrtRecordEvent(start, stream));
    OKAY(aclrtSynchronizeEvent(start));
    usleep(3000);
    OKAY(aclrtRecordEvent(end, stream));
    OKAY(aclrtSynchronizeStream(stream));
    OKAY(aclrtEventElapsedTime(&ms, start, end));
    EXPECT(ms >= 3 && ms < 5000);
    FAILS(aclrtEventElapsedTime(&ms, end, start), ACL_ERROR_RT_EVENT_TIMESTAMP_REVERSAL,
          "ends before");
    OKAY(aclrtRecordEvent(untimed, stream));
    FAILS(aclrtEventElapsedTime(&ms, start, untimed), ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID,
          "TIME_LINE");
    uint64_t stamp = 0;
    OKAY(aclrtEventGetTimestamp(end, &stamp));
    EXPECT(stamp > 0);
    for (aclrtEvent e : {start, end, untimed}) OKAY(aclrtDestroyEvent(e));
    OKAY(aclrtDestroyStream(stream));
}

// One stream computes what another reads; the event is the only link.
void ordering() {
    constexpr int kRounds = 200;
    aclrtStream a, b;
    aclrtEvent produced, consumed;
    Floats x({1}, {0}), y({1}, {0}), one({1}, {1});
    Scalar alpha(1.0f);
    OKAY(aclrtCreateStream(&a));
    OKAY(aclrtCreateStream(&b));
    OKAY(aclrtCreateEvent(&produced));
    OKAY(aclrtCreateEvent(&consumed));
    for (int i = 0; i < kRounds; ++i) {
        OKAY(CALL(aclnnAdd, a, y.tensor, one.tensor, alpha.p, x.tensor)); // x = y + 1
        OKAY(aclrtRecordEvent(produced, a));
        OKAY(aclrtStreamWaitEvent(b, produced));
        OKAY(CALL(aclnnAdd, b, x.tensor, one.tensor, alpha.p, y.tensor)); // y = x + 1
        OKAY(aclrtRecordEvent(consumed, b));
        OKAY(aclrtStreamWaitEvent(a, consumed));
    }
    OKAY(aclrtSynchronizeStream(b));
    EXPECT(y.read()[0] == 2 * kRounds);
    for (aclrtStream s : {a, b}) OKAY(aclrtDestroyStream(s));
    for (aclrtEvent e : {produced, consumed}) OKAY(aclrtDestroyEvent(e));
}

// An event may end while its record waits in a stream, or is being carried out by the stream's thread.
void ended_while_recorded() {
    aclrtStream stream;
    float ms;
    OKAY(aclrtCreateStream(&stream));
    for (int i = 0; i < 20000; ++i) {
        aclrtEvent event, after;
        OKAY(aclrtCreateEvent(&event));
        OKAY(aclrtRecordEvent(event, stream));
        if (i % 3 == 0) sched_yield();
        OKAY(aclrtDestroyEvent(event));
        OKAY(aclrtCreateEvent(&after)); // in the place of the first
        FAILS(aclrtEventElapsedTime(&ms, after, after), ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID,
              "never recorded");
        OKAY(aclrtDestroyEvent(after));
    }
    OKAY(aclrtSynchronizeStream(stream));
    OKAY(aclrtDestroyStream(stream));
}

// Deferred mode shows a missing synchronisation every time.
void deferred_is_late() {
    if (mode() != Mode::Deferred) return;
    aclrtStream stream;
    Floats x({4}, {1, 2, 3, 4}), out({4}, {0, 0, 0, 0});
    Scalar alpha(1.0f);
    OKAY(aclrtCreateStream(&stream));
    OKAY(CALL(aclnnAdd, stream, x.tensor, x.tensor, alpha.p, out.tensor));
    EXPECT(out.read()[3] == 0); // a copy that waits for another stream only
    aclrtStreamStatus status;
    int polls = 0;
    do OKAY(aclrtStreamQuery(stream, &status));
    while (status != ACL_STREAM_STATUS_COMPLETE && ++polls < 100);
    EXPECT_EQ(int(status), int(ACL_STREAM_STATUS_COMPLETE)); // polling ends
    EXPECT(out.read()[3] == 8);
    OKAY(aclrtDestroyStream(stream));
}

std::atomic<int> calls{0};

void count(void *data) { calls += *static_cast<int *>(data); }

void host_functions() {
    aclrtStream stream;
    int step = 3;
    calls = 0;
    OKAY(aclrtCreateStream(&stream));
    for (int i = 0; i < 10; ++i) OKAY(aclrtLaunchHostFunc(stream, count, &step));
    OKAY(aclrtSynchronizeStream(stream));
    EXPECT_EQ(calls.load(), 30);
    FAILS(aclrtLaunchHostFunc(stream, nullptr, nullptr), ACL_ERROR_INVALID_PARAM, "fn is null");
    OKAY(aclrtDestroyStream(stream));
}

// The older way: a thread that polls for its streams' callbacks.
void polled_callbacks() {
    aclrtStream stream;
    int step = 1;
    std::atomic<bool> stop{false};
    std::atomic<uint64_t> id{0};
    calls = 0;
    OKAY(aclrtCreateStream(&stream));
    FAILS(aclrtLaunchCallback(count, &step, ACL_CALLBACK_BLOCK, stream),
          ACL_ERROR_RT_STREAM_NO_CB_REG, "aclrtSubscribeReport");
    FAILS(aclrtProcessReport(1), ACL_ERROR_RT_THREAD_SUBSCRIBE, "not subscribed");
    std::thread poller([&] {
        id = uint64_t(pthread_self());
        while (!stop) {
            aclrtProcessReport(10);
            usleep(100);
        }
    });
    while (!id) usleep(100);
    OKAY(aclrtSubscribeReport(id, stream));
    FAILS(aclrtSubscribeReport(id, stream), ACL_ERROR_RT_STREAM_SUBSCRIBE, "already");
    for (int i = 0; i < 20; ++i)
        OKAY(aclrtLaunchCallback(count, &step, ACL_CALLBACK_BLOCK, stream));
    OKAY(aclrtSynchronizeStream(stream));
    EXPECT_EQ(calls.load(), 20);
    OKAY(aclrtLaunchCallback(count, &step, ACL_CALLBACK_NO_BLOCK, stream));
    OKAY(aclrtSynchronizeStream(stream));
    for (int i = 0; i < 5000 && calls != 21; ++i) usleep(1000);
    EXPECT_EQ(calls.load(), 21);
    stop = true;
    poller.join();
    OKAY(aclrtUnSubscribeReport(id, stream));
    FAILS(aclrtUnSubscribeReport(id, stream), ACL_ERROR_RT_STREAM_SUBSCRIBE, "not subscribed");
    OKAY(aclrtDestroyStream(stream));
}

} // namespace

int main() {
    OKAY(aclrtSetDevice(0));
    states();
    times();
    ordering();
    ended_while_recorded();
    deferred_is_late();
    host_functions();
    polled_callbacks();
    return finish();
}
