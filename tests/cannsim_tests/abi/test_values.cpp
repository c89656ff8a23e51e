// Streams that wait for a value in device memory, and those who write it.
#include "test.h"

#include "aclnnop/aclnn_mul.h"

#include <chrono>
#include <thread>

namespace {

struct Stream {
    aclrtStream p = nullptr;
    Stream() { OKAY(aclrtCreateStream(&p)); }
    ~Stream() {
        if (p) OKAY(aclrtDestroyStream(p));
    }
    operator aclrtStream() const { return p; }
};

struct Value {
    Memory memory{8};
    explicit Value(uint64_t v) { OKAY(aclrtMemcpy(memory.p, 8, &v, 8, ACL_MEMCPY_HOST_TO_DEVICE)); }
    uint64_t read() const {
        uint64_t v = 0;
        OKAY(aclrtMemcpy(&v, 8, memory.p, 8, ACL_MEMCPY_DEVICE_TO_HOST));
        return v;
    }
};

int square(Floats &x, aclrtStream stream) {
    return CALL(aclnnInplaceMul, stream, x.tensor, x.tensor);
}

bool is_idle(aclrtStream stream) {
    aclrtStreamStatus status;
    OKAY(aclrtStreamQuery(stream, &status));
    return status == ACL_STREAM_STATUS_COMPLETE;
}

void arguments() {
    Value v(0);
    Memory small(8);
    void *const odd = static_cast<char *>(v.memory.p) + 4;
    uint64_t host = 0;
    FAILS(aclrtValueWrite(nullptr, 1, 0, nullptr), ACL_ERROR_INVALID_PARAM, "null");
    FAILS(aclrtValueWrite(v.memory.p, 1, 1, nullptr), ACL_ERROR_INVALID_PARAM, "flag is 1");
    FAILS(aclrtValueWrite(odd, 1, 0, nullptr), ACL_ERROR_RT_ADDR_UNALIGNED, "multiple of 8");
    FAILS(aclrtValueWrite(&host, 1, 0, nullptr), ACL_ERROR_RT_PARAM_INVALID, "device memory");
    FAILS(aclrtValueWrite(v.memory.p, 1, 0, &host), ACL_ERROR_RT_INVALID_HANDLE, "not a stream");
    FAILS(aclrtValueWait(nullptr, 1, 0, nullptr), ACL_ERROR_INVALID_PARAM, "null");
    FAILS(aclrtValueWait(v.memory.p, 1, 4, nullptr), ACL_ERROR_INVALID_PARAM, "flag is 4");
    FAILS(aclrtValueWait(odd, 1, 0, nullptr), ACL_ERROR_RT_ADDR_UNALIGNED, "multiple of 8");
    FAILS(aclrtValueWait(&host, 1, 0, nullptr), ACL_ERROR_RT_PARAM_INVALID, "device memory");
    FAILS(aclrtValueWait(static_cast<char *>(small.p) + 8, 1, 0, nullptr),
          ACL_ERROR_RT_PARAM_INVALID, "device memory");
}

// {now, value, flag, whether the wait is over at once}
void conditions() {
    const struct {
        uint64_t now, value;
        uint32_t flag;
        bool holds;
    } cases[] = {
        {5, 5, ACL_STREAM_WAIT_VALUE_GEQ, true},
        {6, 5, ACL_STREAM_WAIT_VALUE_GEQ, true},
        {4, 5, ACL_STREAM_WAIT_VALUE_GEQ, false},
        {2, ~uint64_t(0), ACL_STREAM_WAIT_VALUE_GEQ, true},
        {5, 5, ACL_STREAM_WAIT_VALUE_EQ, true},
        {6, 5, ACL_STREAM_WAIT_VALUE_EQ, false},
        {6, 2, ACL_STREAM_WAIT_VALUE_AND, true},
        {5, 2, ACL_STREAM_WAIT_VALUE_AND, false},
        {6, 1, ACL_STREAM_WAIT_VALUE_NOR, true},
        {~uint64_t(1), 1, ACL_STREAM_WAIT_VALUE_NOR, false},
    };
    for (auto &c : cases) {
        Stream stream;
        Value v(c.now);
        OKAY(aclrtValueWait(v.memory.p, c.value, c.flag, stream));
        const int late = aclrtSynchronizeStreamWithTimeout(stream, c.holds ? 2000 : 5);
        EXPECT_EQ(late, c.holds ? 0 : int(ACL_ERROR_RT_STREAM_SYNC_TIMEOUT));
        if (!c.holds) OKAY(aclrtDestroyStreamForce(stream));
        if (!c.holds) stream.p = nullptr;
    }
}

// The wait is submitted first, then what it waits for: the work behind it comes later.
void order() {
    Stream waiting, writing;
    Value v(0);
    Floats x({2}, {3, 4});
    OKAY(aclrtValueWait(v.memory.p, 7, ACL_STREAM_WAIT_VALUE_EQ, waiting));
    OKAY(square(x, waiting));
    EXPECT(!is_idle(waiting));
    EXPECT(x.read() == std::vector<float>({3, 4}));
    OKAY(aclrtValueWrite(v.memory.p, 7, 0, writing));
    OKAY(aclrtSynchronizeStream(waiting));
    EXPECT(x.read() == std::vector<float>({9, 16}));
    EXPECT_EQ(v.read(), uint64_t(7));
    OKAY(square(x, waiting)); // the stream goes on as before
    OKAY(aclrtSynchronizeDevice());
    EXPECT(x.read() == std::vector<float>({81, 256}));
    EXPECT(is_idle(waiting));
}

// A copy of the host, or one of another stream, writes the value as well.
[[maybe_unused]] void copies() {
    Stream waiting, copying;
    Value v(0), source(9);
    Floats x({2}, {3, 4});
    const uint64_t seven = 7;
    for (bool asynchronous : {false, true}) {
        OKAY(aclrtValueWait(v.memory.p, asynchronous ? 9 : 7, ACL_STREAM_WAIT_VALUE_EQ, waiting));
        OKAY(square(x, waiting));
        if (asynchronous)
            OKAY(aclrtMemcpyAsync(v.memory.p, 8, source.memory.p, 8, ACL_MEMCPY_DEVICE_TO_DEVICE,
                                  copying));
        else
            OKAY(aclrtMemcpy(v.memory.p, 8, &seven, 8, ACL_MEMCPY_HOST_TO_DEVICE));
        OKAY(aclrtSynchronizeStream(waiting));
        EXPECT_EQ(x.read()[0], asynchronous ? 81.f : 9.f);
    }
    OKAY(aclrtSynchronizeStream(copying));
}

// Two streams hand work to and fro; events and copies follow a stream that stands still.
void chain() {
    Stream a, b, c;
    Value v(0);
    Floats x({2}, {2, 3}), y({2}, {0, 0});
    aclrtEvent event;
    OKAY(aclrtCreateEvent(&event));
    for (uint64_t i = 1; i <= 5; ++i) {
        OKAY(aclrtValueWait(v.memory.p, 2 * i - 1, ACL_STREAM_WAIT_VALUE_GEQ, a));
        OKAY(aclrtValueWrite(v.memory.p, 2 * i, 0, a));
    }
    OKAY(aclrtRecordEvent(event, a));
    OKAY(aclrtStreamWaitEvent(c, event));
    OKAY(square(x, c));
    OKAY(aclrtMemcpyAsync(y.memory.p, 8, x.memory.p, 8, ACL_MEMCPY_DEVICE_TO_DEVICE, c));
    for (uint64_t i = 1; i <= 5; ++i) {
        OKAY(aclrtValueWrite(v.memory.p, 2 * i - 1, 0, b));
        OKAY(aclrtValueWait(v.memory.p, 2 * i, ACL_STREAM_WAIT_VALUE_GEQ, b));
    }
    OKAY(aclrtSynchronizeStream(c));
    EXPECT(y.read() == std::vector<float>({4, 9}));
    EXPECT_EQ(v.read(), uint64_t(10));
    OKAY(aclrtSynchronizeEvent(event));
    OKAY(aclrtSynchronizeStream(b));
    OKAY(aclrtDestroyEvent(event));
}

// Another thread of the host writes the value while this one waits.
void thread() {
    Stream waiting;
    Value v(0);
    Floats x({2}, {3, 4});
    aclrtContext context;
    OKAY(aclrtGetCurrentContext(&context));
    OKAY(aclrtValueWait(v.memory.p, 1, ACL_STREAM_WAIT_VALUE_GEQ, waiting));
    OKAY(square(x, waiting));
    std::thread other([&] {
        OKAY(aclrtSetCurrentContext(context));
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        OKAY(aclrtValueWrite(v.memory.p, 1, 0, nullptr));
        OKAY(aclrtSynchronizeStream(nullptr));
    });
    OKAY(aclrtSynchronizeStream(waiting));
    other.join();
    EXPECT(x.read() == std::vector<float>({9, 16}));
}

void graph() {
    Stream s, other;
    Value go(0), done(0);
    Floats x({2}, {3, 4});
    aclmdlRI g = nullptr;
    OKAY(aclmdlRICaptureBegin(s, ACL_MODEL_RI_CAPTURE_MODE_RELAXED));
    OKAY(aclrtValueWait(go.memory.p, 1, ACL_STREAM_WAIT_VALUE_EQ, s));
    OKAY(square(x, s));
    OKAY(aclrtValueWrite(go.memory.p, 0, 0, s));
    OKAY(aclrtValueWrite(done.memory.p, 1, 0, s));
    OKAY(aclmdlRICaptureEnd(s, &g));
    EXPECT_EQ(done.read(), uint64_t(0));
    for (float expected : {9.f, 81.f}) {
        OKAY(aclmdlRIExecuteAsync(g, s));
        EXPECT(!is_idle(s));
        OKAY(aclrtValueWrite(go.memory.p, 1, 0, other));
        OKAY(aclrtSynchronizeStream(s));
        EXPECT_EQ(x.read()[0], expected);
    }
    EXPECT_EQ(done.read(), uint64_t(1));
    EXPECT_EQ(go.read(), uint64_t(0));
    OKAY(aclmdlRIDestroy(g));
}

// Nobody writes: the wait ends with an error that says what it waited for, not never.
void vain() {
    aclrtStream stream;
    aclrtEvent event;
    Value v(3);
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclrtCreateEventExWithFlag(&event, ACL_EVENT_SYNC));
    OKAY(aclrtSetOpWaitTimeout(1));
    OKAY(aclrtValueWait(v.memory.p, 4, ACL_STREAM_WAIT_VALUE_GEQ, stream));
    OKAY(aclrtRecordEvent(event, stream));
    FAILS(aclrtSynchronizeStream(stream), ACL_ERROR_RT_WAIT_TIMEOUT, "it is 3, not >= 4");
    v.memory.p = nullptr;
    OKAY(aclrtDestroyEvent(event));
    OKAY(aclrtResetDeviceForce(0));
    OKAY(aclrtSetDevice(0));
    OKAY(aclrtSetOpWaitTimeout(0));
}

} // namespace

int main() {
    OKAY(aclrtSetDevice(0));
    arguments();
    conditions();
    order();
#ifndef __SANITIZE_THREAD__ // a value may be read while it is copied; a kernel's eight bytes are
                            // whole
    copies();
#endif
    chain();
    thread();
    graph();
    vain();
    return finish();
}
