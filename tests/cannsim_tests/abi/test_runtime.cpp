// Initialisation, devices, contexts, streams, chip information, environment.
#include "test.h"

#include <csignal>
#include <thread>

namespace {

void devices() {
    uint32_t count = 0;
    int32_t id = -1;
    OKAY(aclInit(nullptr));
    OKAY(aclrtGetDeviceCount(&count));
    EXPECT_EQ(count, 8u);
    std::thread([] {
        int32_t none;
        void *p;
        FAILS(aclrtGetDevice(&none), ACL_ERROR_RT_CONTEXT_NULL, "aclrtSetDevice");
        FAILS(aclrtMalloc(&p, 16, ACL_MEM_MALLOC_HUGE_FIRST), ACL_ERROR_RT_CONTEXT_NULL,
              "no context");
        FAILS(aclrtSynchronizeStream(nullptr), ACL_ERROR_RT_CONTEXT_NULL, "no context");
    }).join();
    FAILS(aclrtSetDevice(8), ACL_ERROR_RT_INVALID_DEVICEID, "device 8");
    FAILS(aclrtSetDevice(-1), ACL_ERROR_RT_INVALID_DEVICEID, "device -1");
    OKAY(aclrtSetDevice(3));
    OKAY(aclrtGetDevice(&id));
    EXPECT_EQ(id, 3);
    OKAY(aclrtResetDevice(3));
    FAILS(aclrtGetDevice(&id), ACL_ERROR_RT_CONTEXT_NULL, "context");
    OKAY(aclrtSetDevice(0));
    FAILS(aclrtGetDevice(nullptr), ACL_ERROR_INVALID_PARAM, "deviceId is null");
}

void contexts() {
    aclrtContext primary, own, current;
    OKAY(aclrtGetCurrentContext(&primary));
    OKAY(aclrtCreateContext(&own, 1));
    OKAY(aclrtGetCurrentContext(&current));
    EXPECT(current == own);
    OKAY(aclrtSetCurrentContext(primary));
    FAILS(aclrtDestroyContext(primary), ACL_ERROR_RT_PARAM_INVALID, "aclrtResetDevice");
    OKAY(aclrtDestroyContext(own));
    FAILS(aclrtSetCurrentContext(own), ACL_ERROR_RT_CONTEXT_NULL, "destroyed");
    FAILS(aclrtDestroyContext(own), ACL_ERROR_RT_CONTEXT_NULL, "destroyed");
    OKAY(aclrtGetCurrentContext(&current));
    EXPECT(current == primary);
}

void streams() {
    aclrtStream a, b;
    int32_t x, y;
    OKAY(aclrtCreateStream(&a));
    OKAY(aclrtCreateStreamWithConfig(&b, 1, ACL_STREAM_FAST_LAUNCH));
    OKAY(aclrtStreamGetId(a, &x));
    OKAY(aclrtStreamGetId(b, &y));
    EXPECT(x != y);
    aclrtStreamStatus status = ACL_STREAM_STATUS_RESERVED;
    OKAY(aclrtStreamQuery(a, &status));
    EXPECT_EQ(int(status), int(ACL_STREAM_STATUS_COMPLETE));
    OKAY(aclrtSynchronizeStreamWithTimeout(a, 100));
    FAILS(aclrtSynchronizeStreamWithTimeout(a, -2), ACL_ERROR_INVALID_PARAM, "timeout");
    OKAY(aclrtDestroyStream(a));
    FAILS(aclrtSynchronizeStream(a), ACL_ERROR_RT_INVALID_HANDLE, "destroyed");
    FAILS(aclrtDestroyStream(a), ACL_ERROR_RT_INVALID_HANDLE, "destroyed");
    int not_a_stream = 0;
    FAILS(aclrtSynchronizeStream(&not_a_stream), ACL_ERROR_RT_INVALID_HANDLE, "not a stream");
    FAILS(aclrtSynchronizeStream(reinterpret_cast<void *>(16)), ACL_ERROR_RT_INVALID_HANDLE,
          "not a stream");
    OKAY(aclrtDestroyStreamForce(b));
    aclrtStream standard;
    OKAY(aclrtCtxGetCurrentDefaultStream(&standard));
    FAILS(aclrtDestroyStream(standard), ACL_ERROR_RT_PARAM_INVALID, "default stream");
}

void chip() {
    EXPECT(std::string(aclrtGetSocName()) == "Ascend910B3");
    int64_t value = 0;
    OKAY(aclGetDeviceCapability(0, ACL_DEVICE_INFO_VECTOR_CORE_NUM, &value));
    EXPECT_EQ(value, 40);
    OKAY(aclrtGetDeviceInfo(0, ACL_DEV_ATTR_CUBE_CORE_NUM, &value));
    EXPECT_EQ(value, 20);
    int32_t major, minor, patch;
    OKAY(aclrtGetVersion(&major, &minor, &patch));
    size_t free, total;
    OKAY(aclrtGetMemInfo(ACL_HBM_MEM, &free, &total));
    EXPECT(free <= total && total > (size_t(1) << 30));
}

// Each in a process of its own: the environment is read once.
int with_environment(const char *name, const char *value, const char *expected) {
    return in_child([&] {
        setenv(name, value, 1);
        execl("/proc/self/exe", "test", "--init", expected, nullptr);
    });
}

int init_fails_with(const char *text) {
    const int status = aclInit(nullptr);
    const std::string message = last_message();
    if (status && message.find(text) != std::string::npos) return 0;
    std::printf("aclInit gave %d '%s', expected '%s'\n", status, message.c_str(), text);
    return 1;
}

void unsupported() {
    aclrtFuncHandle function;
    FAILS(aclrtBinaryGetFunctionByEntry(nullptr, 0, &function), ACL_ERROR_RT_FEATURE_NOT_SUPPORT,
          "aclrtBinaryGetFunctionByEntry is not supported");
}

// The child works on, with helper threads of its own.
void forks() {
    Floats a({4}, {1, 2, 3, 4}), out({4});
    Scalar one(1.0f);
    aclrtStream stream;
    OKAY(aclrtCreateStream(&stream));
    OKAY(CALL(aclnnAdd, stream, a.tensor, a.tensor, one.p, out.tensor));
    OKAY(aclrtSynchronizeStream(stream));
    const int status = in_child([&] {
        EXPECT(out.read()[3] == 8);
        OKAY(CALL(aclnnAdd, stream, a.tensor, out.tensor, one.p, out.tensor));
        OKAY(aclrtSynchronizeStream(stream));
        EXPECT(out.read()[3] == 12);
    });
    EXPECT_EQ(status, 0);
    EXPECT(out.read()[3] == 8);
    OKAY(aclrtDestroyStream(stream));
}

void messages_are_per_thread() {
    aclrtSetDevice(99);
    std::thread([] { EXPECT(aclGetRecentErrMsg() == nullptr); }).join();
    EXPECT(!last_message().empty());
    EXPECT(aclGetRecentErrMsg() == nullptr); // taken
}

} // namespace

int main(int argc, char **argv) {
    if (argc == 3 && !std::strcmp(argv[1], "--init")) return init_fails_with(argv[2]);
    devices();
    contexts();
    streams();
    chip();
    unsupported();
    forks();
    messages_are_per_thread();
    EXPECT_EQ(with_environment("CANNSIM_SOC", "Ascend999", "Ascend910B3"), 0);
    EXPECT_EQ(with_environment("CANNSIM_HBM", "lots", "CANNSIM_HBM=lots"), 0);
    EXPECT_EQ(with_environment("CANNSIM_DEVICES", "-3", "CANNSIM_DEVICES=-3"), 0);
    EXPECT_EQ(with_environment("CANNSIM_ASYNC", "maybe", "CANNSIM_ASYNC=maybe"), 0);
    EXPECT_EQ(with_environment("CANNSIM_ISA", "avx3", "CANNSIM_ISA=avx3 is none of"), 0);
    EXPECT_EQ(with_environment("CANNSIM_BLAS", "/none", "CANNSIM_BLAS=/none: No such file"), 0);
    OKAY(aclFinalize());
    FAILS(aclFinalize(), ACL_ERROR_REPEAT_FINALIZE, "aclInit");
    return finish();
}
