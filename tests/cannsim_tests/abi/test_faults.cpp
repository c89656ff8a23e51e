// Injected faults: which call fails, with what, what goes on afterwards, and what is left over.
#include "test.h"

#include "aclnnop/aclnn_mul.h"

namespace {

uint64_t workspace;
aclOpExecutor *executor;

cannsimLiveValues live() {
    cannsimLiveValues values;
    cannsimLive(&values);
    return values;
}

int multiply(Floats &x, Floats &out, aclrtStream stream) {
    if (int error = aclnnMulGetWorkspaceSize(x.tensor, x.tensor, out.tensor, &workspace, &executor))
        return error;
    return aclnnMul(nullptr, workspace, executor, stream);
}

void forget(Floats &x) { x.memory.p = nullptr; } // it went with the device

void reset() {
    OKAY(cannsimSetFault(nullptr));
    OKAY(aclrtResetDeviceForce(0));
    OKAY(aclrtSetDevice(0));
}

void malformed() {
    const char *const bad[] = {"mallok:1",
                               "malloc",
                               "malloc:",
                               "malloc:0",
                               "malloc:-1",
                               "malloc:x",
                               "malloc:1x",
                               "malloc:1,",
                               ",malloc:1",
                               "launch:p=",
                               "launch:p=0",
                               "launch:p=1.5",
                               "launch:p=nan",
                               "launch:p=0.1:x",
                               "launch:p=0.1:seed=",
                               "launch:1:seed=3",
                               "malloc:99999999999999999999",
                               "pinned",
                               "pin:1"};
    for (const char *text : bad) FAILS(cannsimSetFault(text), ACL_ERROR_INVALID_PARAM, text);
    OKAY(cannsimSetFault("malloc:1+,phase1:2,launch:3,async:4,device_lost:5"));
    OKAY(cannsimSetFault("launch:p=1e-3:seed=18446744073709551615,launch:7"));
    OKAY(cannsimSetFault(""));
}

void memory() {
    void *p = nullptr;
    OKAY(cannsimSetFault("malloc:2"));
    OKAY(aclrtMalloc(&p, 64, ACL_MEM_MALLOC_HUGE_FIRST));
    OKAY(aclrtFree(p));
    FAILS(aclrtMalloc(&p, 64, ACL_MEM_MALLOC_HUGE_FIRST), ACL_ERROR_RT_MEMORY_ALLOCATION,
          "injected");
    OKAY(aclrtMalloc(&p, 64, ACL_MEM_MALLOC_HUGE_FIRST));
    OKAY(aclrtFree(p));
    EXPECT_EQ(cannsimFaultsInjected(), uint64_t(1));
    OKAY(cannsimSetFault("malloc:2+"));
    OKAY(aclrtMalloc(&p, 64, ACL_MEM_MALLOC_HUGE_FIRST));
    OKAY(aclrtFree(p));
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(int(aclrtMalloc(&p, 64, ACL_MEM_MALLOC_HUGE_FIRST)),
                  int(ACL_ERROR_RT_MEMORY_ALLOCATION));
    EXPECT_EQ(cannsimFaultsInjected(), uint64_t(3));
    OKAY(cannsimSetFault(nullptr));
}

void pinned() {
    void *p = nullptr, *q = nullptr;
    OKAY(cannsimSetFault("pinned:2"));
    OKAY(aclrtMallocHost(&p, 64));
    FAILS(aclrtMallocHost(&q, 64), ACL_ERROR_RT_MEMORY_ALLOCATION,
          "pinned memory: a fault injected");
    EXPECT(!q);
    EXPECT_EQ(cannsimFaultsInjected(), uint64_t(1));
    OKAY(aclrtMallocHost(&q, 64));
    OKAY(aclrtFreeHost(p));
    OKAY(aclrtFreeHost(q));
    aclrtPhysicalMemProp prop{};
    prop.location.type = ACL_MEM_LOCATION_TYPE_DEVICE;
    aclrtDrvMemHandle handle = nullptr;
    OKAY(cannsimSetFault("malloc:1"));
    FAILS(aclrtMallocPhysical(&handle, 2 << 20, &prop, 0), ACL_ERROR_RT_MEMORY_ALLOCATION,
          "injected");
    OKAY(aclrtMallocPhysical(&handle, 2 << 20, &prop, 0));
    OKAY(aclrtFreePhysical(handle));
    OKAY(cannsimSetFault(nullptr));
}

// Failing phases leave no executor behind, and the next call works.
void phases() {
    Floats x({2}, {3, 4}), out({2});
    const cannsimLiveValues before = live();
    OKAY(cannsimSetFault("phase1:1,launch:2"));
    FAILS(multiply(x, out, nullptr), ACLNN_ERR_INNER_CREATE_EXECUTOR, "aclnnMul: a fault injected");
    OKAY(multiply(x, out, nullptr));
    FAILS(multiply(x, out, nullptr), ACLNN_ERR_RUNTIME_ERROR, "aclnnMul: a fault injected");
    OKAY(multiply(x, out, nullptr));
    OKAY(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(live().executors, before.executors);
    EXPECT(out.read() == std::vector<float>({9, 16}));
    OKAY(cannsimSetFault(nullptr));
}

// The same seed fails the same calls.
void probability() {
    std::string first;
    for (int round = 0; round < 2; ++round) {
        OKAY(cannsimSetFault("malloc:p=0.25:seed=7"));
        std::string outcome;
        for (int i = 0; i < 400; ++i) {
            void *p = nullptr;
            const bool failed = aclrtMalloc(&p, 64, ACL_MEM_MALLOC_HUGE_FIRST);
            outcome += failed ? 'x' : '.';
            if (!failed) OKAY(aclrtFree(p));
        }
        EXPECT(cannsimFaultsInjected() > 60 && cannsimFaultsInjected() < 140);
        if (round) EXPECT(outcome == first);
        first = outcome;
    }
    OKAY(cannsimSetFault(nullptr));
}

// The launch succeeds; the next synchronisation reports it, whatever the stream; then everything
// does until the device is reset.
void asynchronous() {
    Floats x({2}, {3, 4}), out({2}, {1, 1});
    aclrtStream stream;
    aclrtEvent event;
    void *p = nullptr;
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclrtCreateEvent(&event));
    const uint64_t executors = live().executors;
    OKAY(cannsimSetFault("async:2"));
    OKAY(multiply(x, out, stream));
    OKAY(multiply(x, out, stream));
    int later = multiply(x, out, stream);
    EXPECT(later == 0 || later == ACLNN_ERR_RUNTIME_ERROR);
    FAILS(aclrtSynchronizeStream(stream), ACL_ERROR_RT_AICORE_EXCEPTION,
          "aclnnMul: a fault injected");
    FAILS(multiply(x, out, nullptr), ACLNN_ERR_RUNTIME_ERROR, "was not reset");
    FAILS(aclrtSynchronizeStream(nullptr), ACL_ERROR_RT_AICORE_EXCEPTION, "was not reset");
    FAILS(aclrtSynchronizeDevice(), ACL_ERROR_RT_AICORE_EXCEPTION, "was not reset");
    FAILS(aclrtMalloc(&p, 64, ACL_MEM_MALLOC_HUGE_FIRST), ACL_ERROR_RT_AICORE_EXCEPTION,
          "not reset");
    FAILS(aclrtMemset(x.memory.p, 8, 0, 8), ACL_ERROR_RT_AICORE_EXCEPTION, "not reset");
    FAILS(aclrtRecordEvent(event, stream), ACL_ERROR_RT_AICORE_EXCEPTION, "not reset");
    EXPECT_EQ(live().executors, executors);
    OKAY(aclrtSetDevice(1)); // the others work
    OKAY(aclrtSynchronizeDevice());
    OKAY(aclrtSetDevice(0));
    forget(x);
    forget(out);
    reset();
    EXPECT_EQ(live().device_blocks, uint64_t(0));
    OKAY(aclrtDestroyEvent(event));
    Floats y({2}, {3, 4}), z({2});
    OKAY(multiply(y, z, nullptr));
    EXPECT(z.read() == std::vector<float>({9, 16}));
}

// A stream that only waited for the failed one does not hand out what was never computed.
void asynchronous_elsewhere() {
    Floats x({2}, {3, 4}), out({2}, {1, 1});
    aclrtStream failing, reading;
    aclrtEvent event;
    float host[2];
    OKAY(aclrtCreateStream(&failing));
    OKAY(aclrtCreateStream(&reading));
    OKAY(aclrtCreateEvent(&event));
    OKAY(cannsimSetFault("async:1"));
    OKAY(multiply(x, out, failing));
    OKAY(aclrtRecordEvent(event, failing));
    OKAY(aclrtStreamWaitEvent(reading, event));
    int error = aclrtMemcpyAsync(host, 8, out.memory.p, 8, ACL_MEMCPY_DEVICE_TO_HOST, reading);
    if (!error) error = aclrtSynchronizeStream(reading);
    EXPECT_EQ(error, int(ACL_ERROR_RT_AICORE_EXCEPTION));
    forget(x);
    forget(out);
    reset();
    OKAY(aclrtDestroyEvent(event));
}

// A replay fails at its launch, in one of its kernels, or with its device; the graph stays usable.
void replays() {
    aclrtStream stream;
    aclmdlRI graph = nullptr;
    Floats *x = new Floats({2}, {3, 4}), *out = new Floats({2}, {1, 1}),
           *more = new Floats({2}, {1, 1});
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclmdlRICaptureBegin(stream, ACL_MODEL_RI_CAPTURE_MODE_GLOBAL));
    OKAY(multiply(*x, *out, stream));
    OKAY(multiply(*out, *more, stream));
    OKAY(aclmdlRICaptureEnd(stream, &graph));
    OKAY(cannsimSetFault("launch:2"));
    OKAY(aclmdlRIExecuteAsync(graph, stream));
    FAILS(aclmdlRIExecuteAsync(graph, stream), ACL_ERROR_RT_MODEL_EXECUTE, "a fault injected");
    OKAY(aclmdlRIExecuteAsync(graph, stream));
    OKAY(aclrtSynchronizeStream(stream));
    EXPECT(more->read() == std::vector<float>({81, 256}));
    const float ones[] = {1, 1};
    OKAY(aclrtMemcpy(more->memory.p, 8, ones, 8, ACL_MEMCPY_HOST_TO_DEVICE));
    OKAY(cannsimSetFault("async:2"));
    OKAY(aclmdlRIExecuteAsync(graph, stream));
    FAILS(aclrtSynchronizeStream(stream), ACL_ERROR_RT_AICORE_EXCEPTION,
          "aclnnMul: a fault injected");
    FAILS(aclmdlRIExecuteAsync(graph, stream), ACL_ERROR_RT_AICORE_EXCEPTION, "was not reset");
    OKAY(aclmdlRIDestroy(graph));
    for (Floats *array : {x, out, more}) {
        forget(*array);
        delete array;
    }
    reset();

    Floats y({2}, {3, 4}), z({2});
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclmdlRICaptureBegin(stream, ACL_MODEL_RI_CAPTURE_MODE_GLOBAL));
    OKAY(multiply(y, z, stream));
    OKAY(aclmdlRICaptureEnd(stream, &graph));
    OKAY(cannsimSetFault("device_lost:1"));
    FAILS(aclmdlRIExecuteAsync(graph, stream), ACL_ERROR_RT_LOST_HEARTBEAT, "device 0 is lost");
    OKAY(aclmdlRIDestroy(graph));
    forget(y);
    forget(z);
    reset();
    EXPECT_EQ(live().executors, uint64_t(0));
}

void lost() {
    Floats x({2}, {3, 4}), out({2}, {1, 1});
    OKAY(cannsimSetFault("device_lost:2"));
    OKAY(multiply(x, out, nullptr));
    FAILS(multiply(x, out, nullptr), ACLNN_ERR_RUNTIME_ERROR, "device 0 is lost");
    FAILS(aclrtSynchronizeDevice(), ACL_ERROR_RT_LOST_HEARTBEAT, "is lost");
    forget(x);
    forget(out);
    reset();
    OKAY(aclrtSynchronizeDevice());
}

} // namespace

int main() {
    OKAY(aclrtSetDevice(0));
    malformed();
    memory();
    pinned();
    phases();
    probability();
    asynchronous();
    asynchronous_elsewhere();
    replays();
    lost();
    return finish();
}
