// Kernels of the program's own. The argument is the path of kernels.c, built as a shared object.
#include "test.h"

#include "acl/acl_op.h"

#include <elf.h>
#include <fstream>
#include <iterator>

namespace {

const char *path;

std::vector<char> contents(const char *file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Loaded {
    aclrtBinHandle binary = nullptr;

    Loaded() {
        aclrtBinaryLoadOption option{};
        option.type = ACL_RT_BINARY_LOAD_OPT_LAZY_MAGIC;
        option.value.magic = ACL_RT_BINARY_MAGIC_ELF_AICORE;
        aclrtBinaryLoadOptions options{&option, 1};
        OKAY(aclrtBinaryLoadFromFile(path, &options, &binary));
    }
    ~Loaded() {
        if (binary) OKAY(aclrtBinaryUnLoad(binary));
    }
    aclrtFuncHandle operator[](const char *name) const {
        aclrtFuncHandle function = nullptr;
        OKAY(aclrtBinaryGetFunction(binary, name, &function));
        return function;
    }
};

struct Stream {
    aclrtStream p = nullptr;
    Stream() { OKAY(aclrtCreateStream(&p)); }
    ~Stream() { OKAY(aclrtDestroyStream(p)); }
};

struct ScaleArgs {
    void *x, *y;
    float factor;
    uint32_t n;
};

aclrtArgsHandle scale_args(aclrtFuncHandle f, ScaleArgs a, aclrtParamHandle *factor = nullptr) {
    aclrtArgsHandle args = nullptr;
    aclrtParamHandle param;
    OKAY(aclrtKernelArgsInit(f, &args));
    OKAY(aclrtKernelArgsAppend(args, &a.x, sizeof a.x, &param));
    OKAY(aclrtKernelArgsAppend(args, &a.y, sizeof a.y, &param));
    OKAY(aclrtKernelArgsAppend(args, &a.factor, sizeof a.factor, factor ? factor : &param));
    OKAY(aclrtKernelArgsAppend(args, &a.n, sizeof a.n, &param));
    return args;
}

void loading() {
    aclrtBinHandle binary = nullptr;
    FAILS(aclrtBinaryLoadFromFile(nullptr, nullptr, &binary), ACL_ERROR_INVALID_PARAM, "binPath");
    FAILS(aclrtBinaryLoadFromFile(path, nullptr, nullptr), ACL_ERROR_INVALID_PARAM, "binHandle");
    FAILS(aclrtBinaryLoadFromFile("/nowhere.o", nullptr, &binary), ACL_ERROR_RT_FILE_OPEN,
          "/nowhere.o");
    FAILS(aclrtBinaryLoadFromFile("/", nullptr, &binary), ACL_ERROR_RT_FILE_OPEN, "not a file");
    FAILS(aclrtBinaryLoadFromData("text", 4, nullptr, &binary), ACL_ERROR_RT_PARAM_INVALID,
          "no ELF binary");
    aclrtBinaryLoadOption option{};
    aclrtBinaryLoadOptions options{&option, 1};
    FAILS(aclrtBinaryLoadFromFile(path, &options, &binary), ACL_ERROR_RT_PARAM_INVALID, "option 0");
    option.type = ACL_RT_BINARY_LOAD_OPT_MAGIC;
    FAILS(aclrtBinaryLoadFromFile(path, &options, &binary), ACL_ERROR_RT_PARAM_INVALID, "magic");
    options.options = nullptr;
    FAILS(aclrtBinaryLoadFromFile(path, &options, &binary), ACL_ERROR_RT_PARAM_INVALID, "null");

    std::vector<char> image = contents(path);
    Elf64_Ehdr header;
    std::memcpy(&header, image.data(), sizeof header);
    header.e_machine = 0x1029; // of some device
    std::vector<char> other = image;
    std::memcpy(other.data(), &header, sizeof header);
    FAILS(aclrtBinaryLoadFromData(other.data(), other.size(), nullptr, &binary),
          ACL_ERROR_RT_FEATURE_NOT_SUPPORT, "cannsim_kernel.h");
    for (size_t length : {sizeof header, size_t(400), image.size() / 4}) // what is cut off
        FAILS(aclrtBinaryLoadFromData(image.data(), length, nullptr, &binary),
              ACL_ERROR_RT_PARAM_INVALID, "lies behind");
    EXPECT(binary == nullptr);
    OKAY(aclrtBinaryLoadFromData(image.data(), image.size(), nullptr, &binary));
    aclrtFuncHandle f = nullptr;
    FAILS(aclrtBinaryGetFunction(binary, "nobody", &f), ACL_ERROR_RT_KERNEL_LOOKUP, "nobody");
    FAILS(aclrtBinaryGetFunction(binary, "malloc", &f), ACL_ERROR_RT_KERNEL_LOOKUP, "malloc");
    FAILS(aclrtBinaryGetFunction(binary, nullptr, &f), ACL_ERROR_INVALID_PARAM, "kernelName");
    FAILS(aclrtBinaryGetFunction(&binary, "scale", &f), ACL_ERROR_RT_INVALID_HANDLE, "not a binary");
    OKAY(aclrtBinaryGetFunction(binary, "scale", &f));
    aclrtFuncHandle again = nullptr;
    OKAY(aclrtBinaryGetFunction(binary, "scale", &again));
    EXPECT(f == again);
    char name[8];
    OKAY(aclrtGetFunctionName(f, sizeof name, name));
    EXPECT(!std::strcmp(name, "scale"));
    FAILS(aclrtGetFunctionName(f, 5, name), ACL_ERROR_INVALID_PARAM, "needs 6");
    size_t count = 0, offset = 0, size = 0;
    OKAY(aclrtFunctionGetParamCount(f, &count));
    EXPECT_EQ(count, size_t(4));
    OKAY(aclrtFunctionGetParamInfo(f, 3, &offset, &size));
    EXPECT(offset == 20 && size == 4);
    FAILS(aclrtFunctionGetParamInfo(f, 4, &offset, &size), ACL_ERROR_INVALID_PARAM, "parameter 4");
    OKAY(aclrtBinaryUnLoad(binary));
    FAILS(aclrtBinaryUnLoad(binary), ACL_ERROR_RT_INVALID_HANDLE, "unloaded");
    aclrtBinary described = aclrtCreateBinary(image.data(), image.size());
    EXPECT(aclrtCreateBinary(nullptr, 8) == nullptr);
    FAILS(aclrtBinaryLoad(&binary, &binary), ACL_ERROR_RT_INVALID_HANDLE, "not a binary");
    OKAY(aclrtBinaryLoad(described, &binary));
    OKAY(aclrtDestroyBinary(described));
    FAILS(aclrtDestroyBinary(described), ACL_ERROR_RT_INVALID_HANDLE, "destroyed");
    OKAY(aclrtBinaryGetFunction(binary, "scale", &f));
    OKAY(aclrtBinaryUnLoad(binary));
    FAILS(aclrtGetFunctionName(f, sizeof name, name), ACL_ERROR_RT_INVALID_HANDLE, "unloaded");
}

void argument_lists() {
    Loaded binary;
    aclrtFuncHandle scale = binary["scale"], lookup = binary["lookup"];
    aclrtArgsHandle args = nullptr;
    aclrtParamHandle param = nullptr, slot = nullptr;
    int64_t value = 1;
    void *buffer = nullptr;
    FAILS(aclrtKernelArgsInit(nullptr, &args), ACL_ERROR_RT_PARAM_INVALID, "null");
    FAILS(aclrtKernelArgsInit(scale, nullptr), ACL_ERROR_INVALID_PARAM, "argsHandle");
    FAILS(aclrtKernelArgsAppend(&value, &value, 8, &param), ACL_ERROR_RT_INVALID_HANDLE,
          "not an argument list");
    OKAY(aclrtKernelArgsInit(lookup, &args));
    FAILS(aclrtKernelArgsAppend(args, nullptr, 8, &param), ACL_ERROR_INVALID_PARAM, "param");
    FAILS(aclrtKernelArgsAppend(args, &value, 0, &param), ACL_ERROR_INVALID_PARAM, "paramSize");
    OKAY(aclrtKernelArgsAppend(args, &value, 8, &param));
    OKAY(aclrtKernelArgsAppendPlaceHolder(args, &slot));
    FAILS(aclrtKernelArgsFinalize(args), ACL_ERROR_RT_PARAM_INVALID, "no buffer");
    FAILS(aclrtKernelArgsGetPlaceHolderBuffer(args, param, 8, &buffer), ACL_ERROR_RT_PARAM_INVALID,
          "not a placeholder");
    OKAY(aclrtKernelArgsGetPlaceHolderBuffer(args, slot, 8, &buffer));
    FAILS(aclrtKernelArgsGetPlaceHolderBuffer(args, slot, 16, &buffer), ACL_ERROR_RT_PARAM_INVALID,
          "8 bytes already");
    FAILS(aclrtKernelArgsParaUpdate(args, slot, &value, 8), ACL_ERROR_RT_PARAM_INVALID,
          "not a parameter");
    FAILS(aclrtKernelArgsParaUpdate(args, param, &value, 4), ACL_ERROR_RT_PARAM_INVALID, "8 bytes");
    FAILS(aclrtLaunchKernelWithConfig(lookup, 1, nullptr, nullptr, args, nullptr),
          ACL_ERROR_RT_PARAM_INVALID, "aclrtKernelArgsFinalize");
    OKAY(aclrtKernelArgsFinalize(args));
    FAILS(aclrtKernelArgsAppend(args, &value, 8, &param), ACL_ERROR_RT_PARAM_INVALID, "final");
    FAILS(aclrtLaunchKernelWithConfig(scale, 1, nullptr, nullptr, args, nullptr),
          ACL_ERROR_RT_PARAM_INVALID, "another kernel");
    FAILS(aclrtLaunchKernelWithConfig(lookup, 1, nullptr, nullptr, nullptr, nullptr),
          ACL_ERROR_RT_PARAM_INVALID, "argsHandle");
    OKAY(aclrtKernelArgsInit(scale, &args));
    for (int i = 0; i < 128; ++i) OKAY(aclrtKernelArgsAppend(args, &value, 8, &param));
    FAILS(aclrtKernelArgsAppend(args, &value, 8, &param), ACL_ERROR_RT_PARAM_INVALID, "128");
}

void launches() {
    Loaded binary;
    Stream stream;
    aclrtFuncHandle scale = binary["scale"];
    Floats x({5}, {1, 2, 3, 4, 5}), y({5});
    ScaleArgs values{x.memory.p, y.memory.p, 2, 5};
    cannsimCounterValues before, after;
    cannsimCounters(&before);

    aclrtParamHandle factor;
    aclrtArgsHandle args = scale_args(scale, values, &factor);
    OKAY(aclrtKernelArgsFinalize(args));
    aclrtLaunchKernelAttr attr{};
    attr.id = ACL_RT_LAUNCH_KERNEL_ATTR_SCHEM_MODE;
    aclrtLaunchKernelCfg cfg{&attr, 1};
    OKAY(aclrtLaunchKernelWithConfig(scale, 2, stream.p, &cfg, args, nullptr));
    float three = 3;
    OKAY(aclrtKernelArgsParaUpdate(args, factor, &three, 4)); // later than the launch
    OKAY(aclrtSynchronizeStream(stream.p));
    EXPECT((y.read() == std::vector<float>{2, 4, 6, 8, 10}));
    OKAY(aclrtKernelArgsFinalize(args));
    OKAY(aclrtLaunchKernelWithConfig(scale, 8, stream.p, nullptr, args, nullptr));
    OKAY(aclrtSynchronizeStream(stream.p));
    EXPECT((y.read() == std::vector<float>{3, 6, 9, 12, 15}));

    values.factor = 4;
    OKAY(aclrtLaunchKernelWithHostArgs(scale, 1, stream.p, nullptr, &values, sizeof values, nullptr,
                                       0));
    values.factor = 0; // the launch has its own copy
    OKAY(aclrtSynchronizeStream(stream.p));
    EXPECT((y.read() == std::vector<float>{4, 8, 12, 16, 20}));

    values.factor = 5;
    void *pointers[] = {&values.x, &values.y, &values.factor, &values.n};
    OKAY(aclrtLaunchKernelWithArgsArray(scale, 3, stream.p, nullptr, pointers));
    OKAY(aclrtSynchronizeStream(stream.p));
    EXPECT((y.read() == std::vector<float>{5, 10, 15, 20, 25}));
    pointers[1] = nullptr;
    FAILS(aclrtLaunchKernelWithArgsArray(scale, 1, stream.p, nullptr, pointers),
          ACL_ERROR_RT_PARAM_INVALID, "argument 1 of scale");
    FAILS(aclrtLaunchKernelWithArgsArray(binary["lookup"], 1, stream.p, nullptr, pointers),
          ACL_ERROR_RT_FEATURE_NOT_SUPPORT, "CANNSIM_PARAMS");

    // Arguments in device memory are read when the stream comes to the launch.
    Memory block(sizeof values);
    values.factor = 6;
    OKAY(aclrtMemcpyAsync(block.p, sizeof values, &values, sizeof values, ACL_MEMCPY_HOST_TO_DEVICE,
                          stream.p));
    OKAY(aclrtLaunchKernel(scale, 4, block.p, sizeof values, stream.p));
    OKAY(aclrtSynchronizeStream(stream.p));
    EXPECT((y.read() == std::vector<float>{6, 12, 18, 24, 30}));
    OKAY(aclrtLaunchKernelV2(scale, 4, block.p, sizeof values, nullptr, stream.p));
    OKAY(aclrtSynchronizeStream(stream.p));
    FAILS(aclrtLaunchKernel(scale, 4, &values, sizeof values, stream.p), ACL_ERROR_RT_PARAM_INVALID,
          "not device memory");

    cannsimCounters(&after);
    EXPECT_EQ(after.launches - before.launches, 6u);
    FAILS(aclrtLaunchKernelWithConfig(scale, 0, stream.p, nullptr, args, nullptr),
          ACL_ERROR_RT_PARAM_INVALID, "0 blocks");
    FAILS(aclrtLaunchKernelWithConfig(scale, 65536, stream.p, nullptr, args, nullptr),
          ACL_ERROR_RT_PARAM_INVALID, "65536 blocks");
    FAILS(aclrtLaunchKernelWithConfig(nullptr, 1, stream.p, nullptr, args, nullptr),
          ACL_ERROR_RT_PARAM_INVALID, "null");
    attr.id = aclrtLaunchKernelAttrId(77);
    FAILS(aclrtLaunchKernelWithConfig(scale, 1, stream.p, &cfg, args, nullptr),
          ACL_ERROR_RT_PARAM_INVALID, "attribute 77");
    FAILS(aclrtLaunchKernelWithHostArgs(scale, 1, stream.p, nullptr, nullptr, 8, nullptr, 0),
          ACL_ERROR_RT_PARAM_INVALID, "host memory");
}

void placeholders() {
    Loaded binary;
    Stream stream;
    aclrtFuncHandle lookup = binary["lookup"];
    Array<int32_t> out(ACL_INT32, {4});
    const int32_t table[] = {10, 20, 30};
    int8_t which = 2;
    int16_t step = -1;
    aclrtArgsHandle args;
    aclrtParamHandle param, slot;
    void *buffer;
    OKAY(aclrtKernelArgsInit(lookup, &args));
    OKAY(aclrtKernelArgsAppend(args, &out.memory.p, 8, &param));
    OKAY(aclrtKernelArgsAppendPlaceHolder(args, &slot));
    OKAY(aclrtKernelArgsAppend(args, &which, 1, &param));
    OKAY(aclrtKernelArgsAppend(args, &step, 2, &param));
    OKAY(aclrtKernelArgsGetPlaceHolderBuffer(args, slot, sizeof table, &buffer));
    std::memcpy(buffer, table, sizeof table);
    OKAY(aclrtKernelArgsFinalize(args));
    OKAY(aclrtLaunchKernelWithConfig(lookup, 4, stream.p, nullptr, args, nullptr));
    OKAY(aclrtSynchronizeStream(stream.p));
    EXPECT((out.read() == std::vector<int32_t>{30, 29, 28, 27}));

    struct {
        void *out;
        uint64_t table;
        int8_t which;
        int16_t step;
        int32_t values[2];
    } host{out.memory.p, 0, 1, 5, {7, 8}};
    aclrtPlaceHolderInfo info{8, 20};
    static_assert(offsetof(decltype(host), values) == 20);
    OKAY(aclrtLaunchKernelWithHostArgs(lookup, 4, stream.p, nullptr, &host, sizeof host, &info, 1));
    OKAY(aclrtSynchronizeStream(stream.p));
    EXPECT((out.read() == std::vector<int32_t>{8, 13, 18, 23}));
    info.dataOffset = sizeof host;
    FAILS(aclrtLaunchKernelWithHostArgs(lookup, 4, stream.p, nullptr, &host, sizeof host, &info, 1),
          ACL_ERROR_RT_PARAM_INVALID, "placeholder 0");
    FAILS(aclrtLaunchKernelWithHostArgs(lookup, 4, stream.p, nullptr, &host, sizeof host, nullptr, 1),
          ACL_ERROR_RT_PARAM_INVALID, "null");
}

// Kernels that fail: the launch is good, the next wait tells, the device refuses until its reset.
void failures_of_kernels() {
    struct Case {
        const char *kernel, *text;
        int outside;
    };
    for (const Case &c : {Case{"refuse", "an odd number", 0}, Case{"scale", "not allocated", 0},
                          Case{"scale", "not allocated", 1}})
        EXPECT_EQ(in_child([&] {
                      OKAY(aclInit(nullptr));
                      OKAY(aclrtSetDevice(0));
                      Loaded binary;
                      aclrtFuncHandle f = binary[c.kernel];
                      void *p;
                      OKAY(aclrtMalloc(&p, 64, ACL_MEM_MALLOC_HUGE_FIRST));
                      // Host memory, or more than there is.
                      ScaleArgs values{c.outside ? p : &values, p, 1, c.outside ? 1u << 20 : 1u};
                      OKAY(aclrtLaunchKernelWithHostArgs(f, 5, nullptr, nullptr, &values,
                                                         sizeof values, nullptr, 0));
                      FAILS(aclrtSynchronizeStream(nullptr), ACL_ERROR_RT_AICORE_EXCEPTION, c.text);
                      EXPECT_EQ(aclrtLaunchKernelWithHostArgs(f, 5, nullptr, nullptr, &values,
                                                              sizeof values, nullptr, 0),
                                int(ACL_ERROR_RT_AICORE_EXCEPTION));
                  }),
                  0);
}

void faults() {
    EXPECT_EQ(in_child([&] {
                  OKAY(aclInit(nullptr));
                  OKAY(aclrtSetDevice(0));
                  Loaded binary;
                  Floats x({1}, {1}), y({1}, {0});
                  ScaleArgs values{x.memory.p, y.memory.p, 2, 1};
                  auto go = [&] {
                      return aclrtLaunchKernelWithHostArgs(binary["scale"], 1, nullptr, nullptr,
                                                           &values, sizeof values, nullptr, 0);
                  };
                  OKAY(cannsimSetFault("launch:1"));
                  FAILS(go(), ACL_ERROR_RT_INTERNAL_ERROR, "scale: a fault");
                  OKAY(go());
                  OKAY(aclrtSynchronizeStream(nullptr));
                  EXPECT_EQ(y.read()[0], 2);
                  OKAY(cannsimSetFault("async:1"));
                  OKAY(go());
                  FAILS(aclrtSynchronizeStream(nullptr), ACL_ERROR_RT_AICORE_EXCEPTION,
                        "scale: a fault");
                  _exit(failures ? 99 : 0);
              }),
              0);
}

// A load is a copy of its own, and what was launched outlives its binary.
void lifetimes() {
    Array<int32_t> out(ACL_INT32, {1});
    Stream stream;
    for (int load = 0; load < 2; ++load) {
        Loaded binary;
        aclrtFuncHandle count = binary["count"];
        OKAY(aclrtLaunchKernelWithHostArgs(count, 3, stream.p, nullptr, &out.memory.p, 8, nullptr, 0));
    }
    OKAY(aclrtSynchronizeStream(stream.p));
    EXPECT_EQ(out.read()[0], 3);
}

void captured() {
    Stream stream;
    Array<int32_t> out(ACL_INT32, {1}, {0});
    aclmdlRI graph = nullptr;
    {
        Loaded binary;
        OKAY(aclmdlRICaptureBegin(stream.p, ACL_MODEL_RI_CAPTURE_MODE_RELAXED));
        OKAY(aclrtLaunchKernelWithHostArgs(binary["count"], 2, stream.p, nullptr, &out.memory.p, 8,
                                           nullptr, 0));
        OKAY(aclmdlRICaptureEnd(stream.p, &graph));
    }
    EXPECT_EQ(out.read()[0], 0);
    for (int i = 1; i <= 2; ++i) {
        OKAY(aclmdlRIExecuteAsync(graph, stream.p));
        OKAY(aclrtSynchronizeStream(stream.p));
        EXPECT_EQ(out.read()[0], 2 * i);
    }
    char file[] = "/tmp/kernel_graph_XXXXXX";
    close(mkstemp(file));
    OKAY(aclmdlRIDebugJsonPrint(graph, file, ACL_MDLRI_DEBUG_JSON_PRINT_VERBOSE));
    const std::vector<char> text = contents(file);
    EXPECT(std::string(text.begin(), text.end()).find("\"KERNEL\", \"name\": \"count\"") !=
           std::string::npos);
    unlink(file);
    OKAY(aclmdlRIDestroy(graph));
}

// Operators that wait to be run together come before a kernel that is launched after them.
void batched() {
    Loaded binary;
    Floats x({64}, std::vector<float>(64, 1)), y({64});
    Scalar one(1.0f);
    ScaleArgs values{x.memory.p, y.memory.p, 10, 64};
    cannsimBeginBatch();
    OKAY(CALL(aclnnAdd, nullptr, x.tensor, x.tensor, one.p, x.tensor));
    OKAY(aclrtLaunchKernelWithHostArgs(binary["scale"], 2, nullptr, nullptr, &values, sizeof values,
                                       nullptr, 0));
    cannsimEndBatch(nullptr, 0, 0);
    OKAY(aclrtSynchronizeStream(nullptr));
    EXPECT(y.read() == std::vector<float>(64, 20));
}

void seen() {
    Loaded binary;
    Floats x({1}, {1}), y({1});
    ScaleArgs values{x.memory.p, y.memory.p, 2, 1};
    cannsimTraceBegin();
    cannsimModel(true);
    OKAY(aclrtLaunchKernelWithHostArgs(binary["scale"], 7, nullptr, nullptr, &values, sizeof values,
                                       nullptr, 0));
    cannsimTask task;
    EXPECT(cannsimLastTask(&task) && !std::strcmp(task.op, "scale") && task.nanoseconds > 0);
    cannsimModel(false);
    EXPECT(!std::strcmp(cannsimTraceTake(),
                        "{\"kernel\":\"scale\",\"blocks\":7,\"args\":24,\"status\":0}\n"));
    cannsimTraceEnd();
    OKAY(aclrtSynchronizeStream(nullptr));
}

// What the checks say of kernels and of the handles around them.
void checked() {
    auto reported = [](int check, const char *text) {
        OKAY(aclrtSynchronizeDevice());
        const char *report = cannsimReport(0);
        const bool good = cannsimReports(check) && report && std::strstr(report, text);
        if (!good) std::printf("no report '%s': %s\n", text, report ? report : "none");
        cannsimForgetReports();
        return good;
    };
    cannsimForgetReports();
    EXPECT_EQ(cannsimReportLeaks(), 0u);
    void *freed, *p;
    {
        Loaded binary;
        OKAY(aclrtMalloc(&p, 64, ACL_MEM_MALLOC_HUGE_FIRST));
        OKAY(aclrtMalloc(&freed, 64, ACL_MEM_MALLOC_HUGE_FIRST));
        ScaleArgs values{p, p, 2, 16};
        auto go = [&](const char *kernel) {
            return aclrtLaunchKernelWithHostArgs(binary[kernel], 1, nullptr, nullptr, &values,
                                                 sizeof values, nullptr, 0);
        };
        OKAY(go("stray"));
        EXPECT(reported(CANNSIM_MEM, "red zone"));
        {
            Stream other;
            OKAY(aclrtMemsetAsync(p, 64, 0, 64, other.p));
            OKAY(go("refuse")); // on the default stream, which does not wait for the other
            EXPECT(reported(CANNSIM_RACE, "unordered accesses"));
        }
        OKAY(aclrtFree(freed));
        values.x = freed;
        OKAY(go("refuse")); // which leaves it alone, but it was given
        EXPECT(reported(CANNSIM_MEM, "use after free"));
        // What a kernel may have written is no garbage.
        char back[64];
        OKAY(aclrtMemcpy(back, 64, p, 64, ACL_MEMCPY_DEVICE_TO_HOST));
        EXPECT_EQ(cannsimReports(15), 0u);
        OKAY(aclrtFree(p));
        EXPECT_EQ(cannsimReportLeaks(), 1u);
        EXPECT(reported(CANNSIM_LEAK, "aclrtBinHandle"));
    }
    aclopAttr *attr = aclopCreateAttr();
    EXPECT_EQ(cannsimReportLeaks(), 1u);
    EXPECT(reported(CANNSIM_LEAK, "aclopAttr"));
    aclopDestroyAttr(attr);
    EXPECT_EQ(cannsimReportLeaks(), 0u);
}

void two_devices() {
    EXPECT_EQ(in_child([] {
                  setenv("CANNSIM_DEVICES", "2", 1);
                  OKAY(aclInit(nullptr));
                  OKAY(aclrtSetDevice(0));
                  Loaded binary;
                  aclrtFuncHandle f = binary["refuse"];
                  OKAY(aclrtSetDevice(1));
                  FAILS(aclrtLaunchKernelWithHostArgs(f, 1, nullptr, nullptr, nullptr, 0, nullptr, 0),
                        ACL_ERROR_RT_STREAM_CONTEXT, "device 0");
                  void *p = nullptr, *q = nullptr;
                  OKAY(aclrtGetHardwareSyncAddr(&p));
                  OKAY(aclrtSetDevice(0));
                  OKAY(aclrtGetHardwareSyncAddr(&q));
                  EXPECT(p != q);
              }),
              0);
}

void sync_address() {
    void *p = nullptr, *again = nullptr;
    OKAY(aclrtGetHardwareSyncAddr(&p));
    OKAY(aclrtGetHardwareSyncAddr(&again));
    EXPECT(p && p == again);
    uint64_t word = 7, back = 0;
    OKAY(aclrtMemcpy(p, 8, &word, 8, ACL_MEMCPY_HOST_TO_DEVICE));
    OKAY(aclrtMemcpy(&back, 8, p, 8, ACL_MEMCPY_DEVICE_TO_HOST));
    EXPECT_EQ(back, 7u);
    FAILS(aclrtFree(p), ACL_ERROR_RT_PARAM_INVALID, "belongs to the device");
    FAILS(aclrtGetHardwareSyncAddr(nullptr), ACL_ERROR_INVALID_PARAM, "addr");
}

} // namespace

int main(int argc, char **argv) {
    path = argc > 1 ? argv[1] : "";
    two_devices(); // children come first: they begin without a device
    faults();
    failures_of_kernels();
    OKAY(aclInit(nullptr));
    OKAY(aclrtSetDevice(0));
    loading();
    argument_lists();
    launches();
    placeholders();
    lifetimes();
    captured();
    seen();
    batched();
    sync_address();
    if (cannsimChecks() == 15) checked();
    return finish();
}
