// The older descriptors, attributes of single operators, profiling marks, limits.
#include "test.h"

#include "acl/acl_op_compiler.h"
#include "acl/acl_prof.h"

namespace {

void tensor_desc() {
    const int64_t dims[] = {2, 3, 4};
    int64_t d = 0, range[2] = {0, 0}, ranges[3][2] = {{1, 2}, {3, 3}, {0, -1}};
    aclTensorDesc *desc = aclCreateTensorDesc(ACL_FLOAT16, 3, dims, ACL_FORMAT_NCHW);
    EXPECT(desc != nullptr);
    EXPECT_EQ(int(aclGetTensorDescType(desc)), int(ACL_FLOAT16));
    EXPECT_EQ(int(aclGetTensorDescFormat(desc)), int(ACL_FORMAT_NCHW));
    EXPECT_EQ(aclGetTensorDescNumDims(desc), size_t(3));
    EXPECT_EQ(aclGetTensorDescElementCount(desc), size_t(24));
    EXPECT_EQ(aclGetTensorDescSize(desc), size_t(48));
    EXPECT_EQ(aclGetTensorDescDim(desc, 1), 3);
    OKAY(aclGetTensorDescDimV2(desc, 2, &d));
    EXPECT_EQ(d, 4);
    FAILS(aclGetTensorDescDimV2(desc, 3, &d), ACL_ERROR_INVALID_PARAM, "3 dims");
    OKAY(aclGetTensorDescDimRange(desc, 1, 2, range));
    EXPECT(range[0] == 3 && range[1] == 3);
    OKAY(aclSetTensorShapeRange(desc, 3, ranges));
    OKAY(aclGetTensorDescDimRange(desc, 0, 2, range));
    EXPECT(range[0] == 1 && range[1] == 2);
    EXPECT(!std::strcmp(aclGetTensorDescName(desc), ""));
    aclSetTensorDescName(desc, "x");
    EXPECT(!std::strcmp(aclGetTensorDescName(desc), "x"));
    OKAY(aclSetTensorFormat(desc, ACL_FORMAT_ND));
    OKAY(aclSetTensorShape(desc, 3, dims));
    OKAY(aclSetTensorPlaceMent(desc, ACL_MEMTYPE_HOST));
    char bytes[4] = {1, 2, 3, 4};
    OKAY(aclSetTensorConst(desc, bytes, 4));
    FAILS(aclSetTensorConst(nullptr, bytes, 4), ACL_ERROR_INVALID_PARAM, "null");
    aclDestroyTensorDesc(desc);
    EXPECT(aclCreateTensorDesc(ACL_FLOAT, -1, dims, ACL_FORMAT_ND) == nullptr);
    aclTensorDesc *scalar = aclCreateTensorDesc(ACL_DOUBLE, 0, nullptr, ACL_FORMAT_ND);
    EXPECT_EQ(aclGetTensorDescSize(scalar), size_t(8));
    aclDestroyTensorDesc(scalar);

    aclDataBuffer *buffer = aclCreateDataBuffer(bytes, 4);
    EXPECT(aclGetDataBufferAddr(buffer) == bytes);
    EXPECT_EQ(aclGetDataBufferSizeV2(buffer), size_t(4));
    OKAY(aclUpdateDataBuffer(buffer, bytes + 1, 3));
    EXPECT(aclGetDataBufferAddr(buffer) == bytes + 1);
    OKAY(aclDestroyDataBuffer(buffer));
}

void attributes() {
    aclopAttr *attr = aclopCreateAttr();
    const int64_t ints[] = {1, 2};
    const float floats[] = {1, 2};
    const uint8_t bools[] = {1, 0};
    const char *strings[] = {"a", "bc"};
    const int counts[] = {2};
    const int64_t *lists[] = {ints};
    OKAY(aclopSetAttrBool(attr, "a", 1));
    OKAY(aclopSetAttrInt(attr, "b", 7));
    OKAY(aclopSetAttrFloat(attr, "c", 0.5f));
    OKAY(aclopSetAttrString(attr, "d", "text"));
    OKAY(aclopSetAttrDataType(attr, "e", ACL_FLOAT));
    OKAY(aclopSetAttrListInt(attr, "f", 2, ints));
    OKAY(aclopSetAttrListFloat(attr, "g", 2, floats));
    OKAY(aclopSetAttrListBool(attr, "h", 2, bools));
    OKAY(aclopSetAttrListString(attr, "i", 2, strings));
    OKAY(aclopSetAttrListListInt(attr, "j", 1, counts, lists));
    FAILS(aclopSetAttrString(attr, "d", nullptr), ACL_ERROR_INVALID_PARAM, "value");
    FAILS(aclopSetAttrListInt(attr, "f", -1, ints), ACL_ERROR_INVALID_PARAM, "-1");
    FAILS(aclopSetAttrInt(attr, nullptr, 1), ACL_ERROR_INVALID_PARAM, "name");
    aclopDestroyAttr(attr);

    char value[16];
    OKAY(aclSetCompileopt(ACL_PRECISION_MODE, "must_keep"));
    EXPECT_EQ(aclGetCompileoptSize(ACL_PRECISION_MODE), size_t(10));
    OKAY(aclGetCompileopt(ACL_PRECISION_MODE, value, sizeof value));
    EXPECT(!std::strcmp(value, "must_keep"));
    FAILS(aclGetCompileopt(ACL_PRECISION_MODE, value, 4), ACL_ERROR_INVALID_PARAM, "4 bytes");
    FAILS(aclSetCompileopt(aclCompileOpt(99), "x"), ACL_ERROR_INVALID_PARAM, "99");
}

void profiling() {
    uint32_t device = 0, range = 0;
    FAILS(aclprofFinalize(), ACL_ERROR_PROF_NOT_RUN, "aclprofInit");
    OKAY(aclprofInit("/nowhere", 8));
    FAILS(aclprofInit("/nowhere", 8), ACL_ERROR_PROF_ALREADY_RUN, "twice");
    aclprofConfig *config = aclprofCreateConfig(&device, 1, ACL_AICORE_NONE, nullptr,
                                                ACL_PROF_ACL_API | ACL_PROF_TASK_TIME);
    EXPECT(config != nullptr);
    OKAY(aclprofStart(config));
    void *stamp = aclprofCreateStamp();
    OKAY(aclprofSetStampTraceMessage(stamp, "step", 4));
    OKAY(aclprofPush(stamp));
    OKAY(aclprofMark(stamp));
    OKAY(aclprofPop());
    FAILS(aclprofPop(), ACL_ERROR_PROF_NOT_RUN, "aclprofPush");
    OKAY(aclprofRangeStart(stamp, &range));
    OKAY(aclprofRangeStop(range));
    FAILS(aclprofRangeStop(0), ACL_ERROR_INVALID_PARAM, "range");
    aclprofDestroyStamp(stamp);
    aclprofStepInfo *step = aclprofCreateStepInfo();
    OKAY(aclprofGetStepTimestamp(step, ACL_STEP_START, nullptr));
    aclprofDestroyStepInfo(step);
    OKAY(aclprofStop(config));
    FAILS(aclprofStop(config), ACL_ERROR_PROF_NOT_RUN, "aclprofStart");
    OKAY(aclprofDestroyConfig(config));
    OKAY(aclprofFinalize());
}

// Operators by type in the order of a stream, and in a graph.
void single_ops() {
    const int64_t dims[] = {4};
    Floats x({4}, {1, 2, 3, 4}), y({4}, {0, 0, 0, 0});
    float host[4] = {10, 20, 30, 40};
    aclTensorDesc *descs[] = {aclCreateTensorDesc(ACL_FLOAT, 1, dims, ACL_FORMAT_ND),
                              aclCreateTensorDesc(ACL_FLOAT, 1, dims, ACL_FORMAT_ND)};
    aclTensorDesc *out_desc[] = {aclCreateTensorDesc(ACL_FLOAT, 1, dims, ACL_FORMAT_ND)};
    aclDataBuffer *in[] = {aclCreateDataBuffer(x.memory.p, 16), aclCreateDataBuffer(y.memory.p, 16)};
    aclDataBuffer *out[] = {aclCreateDataBuffer(y.memory.p, 16)};
    aclrtStream stream;
    OKAY(aclrtCreateStream(&stream));
    auto add = [&] {
        return aclopCompileAndExecute("Add", 2, descs, in, 1, out_desc, out, nullptr, ACL_ENGINE_SYS,
                                      ACL_COMPILE_SYS, nullptr, stream);
    };
    OKAY(add()); // y += x, twice
    OKAY(add());
    OKAY(aclrtSynchronizeStream(stream));
    EXPECT((y.read() == std::vector<float>{2, 4, 6, 8}));

    aclmdlRI graph = nullptr;
    OKAY(aclmdlRICaptureBegin(stream, ACL_MODEL_RI_CAPTURE_MODE_RELAXED));
    OKAY(add());
    OKAY(aclmdlRICaptureEnd(stream, &graph));
    for (int i = 0; i < 2; ++i) OKAY(aclmdlRIExecuteAsync(graph, stream));
    OKAY(aclrtSynchronizeStream(stream));
    EXPECT((y.read() == std::vector<float>{4, 8, 12, 16}));
    OKAY(aclmdlRIDestroy(graph));

    // What lies on the host is read at the call.
    OKAY(aclSetTensorPlaceMent(descs[0], ACL_MEMTYPE_HOST));
    OKAY(aclUpdateDataBuffer(in[0], host, 16));
    OKAY(add());
    std::memset(host, 0, sizeof host);
    OKAY(aclrtSynchronizeStream(stream));
    EXPECT((y.read() == std::vector<float>{14, 28, 42, 56}));
    OKAY(aclmdlRICaptureBegin(stream, ACL_MODEL_RI_CAPTURE_MODE_RELAXED));
    FAILS(add(), ACL_ERROR_RT_FEATURE_NOT_SUPPORT, "graph");
    OKAY(aclmdlRICaptureEnd(stream, &graph));
    OKAY(aclmdlRIDestroy(graph));

    OKAY(aclUpdateDataBuffer(out[0], host, 16)); // host memory where device memory should be
    FAILS(add(), ACL_ERROR_GE_FAILURE, "not device memory");
    OKAY(aclrtDestroyStream(stream));
    FAILS(add(), ACL_ERROR_RT_INVALID_HANDLE, "not a stream");
    for (aclTensorDesc *desc : {descs[0], descs[1], out_desc[0]}) aclDestroyTensorDesc(desc);
    for (aclDataBuffer *buffer : {in[0], in[1], out[0]}) OKAY(aclDestroyDataBuffer(buffer));
}

// Records of operators come through a pipe, with modelled times.
void subscription() {
    int ends[2], none = -1;
    EXPECT_EQ(pipe(ends), 0);
    EXPECT(aclprofCreateSubscribeConfig(1, ACL_AICORE_NONE, nullptr) == nullptr);
    aclprofSubscribeConfig *config = aclprofCreateSubscribeConfig(1, ACL_AICORE_NONE, &ends[1]);
    EXPECT(config != nullptr);
    FAILS(aclprofModelSubscribe(3, nullptr), ACL_ERROR_INVALID_PARAM, "null");
    FAILS(aclprofModelUnSubscribe(3), ACL_ERROR_INVALID_MODEL_ID, "model 3");
    OKAY(aclprofInit("/nowhere", 8));
    FAILS(aclprofModelSubscribe(3, config), ACL_ERROR_PROF_API_CONFLICT, "aclprofInit");
    OKAY(aclprofFinalize());
    OKAY(aclprofModelSubscribe(3, config));
    FAILS(aclprofModelSubscribe(3, config), ACL_ERROR_PROF_REPEAT_SUBSCRIBE, "model 3");
    FAILS(aclprofInit("/nowhere", 8), ACL_ERROR_PROF_API_CONFLICT, "subscribed");

    // More than the pipe holds, and nobody reads meanwhile.
    const uint32_t n = 1000;
    Floats x({8}, std::vector<float>(8, 1)), y({8});
    Scalar one(1.0f);
    for (uint32_t i = 0; i < n; ++i) OKAY(CALL(aclnnAdd, nullptr, x.tensor, x.tensor, one.p, y.tensor));
    OKAY(aclrtSynchronizeStream(nullptr));
    size_t size = 0, length = 0;
    OKAY(aclprofGetOpDescSize(&size));
    std::vector<char> info(n * size);
    for (size_t at = 0; at < info.size();) {
        const ssize_t got = read(ends[0], info.data() + at, info.size() - at);
        if (got <= 0) break;
        at += size_t(got);
    }
    uint32_t count = 0;
    OKAY(aclprofGetOpNum(info.data(), info.size(), &count));
    EXPECT_EQ(count, n);
    char type[8], name[32];
    OKAY(aclprofGetOpTypeLen(info.data(), info.size(), 1, &length));
    EXPECT_EQ(length, size_t(4));
    OKAY(aclprofGetOpType(info.data(), info.size(), 1, type, length));
    EXPECT(!std::strcmp(type, "Add"));
    OKAY(aclprofGetOpNameLen(info.data(), info.size(), 1, &length));
    OKAY(aclprofGetOpName(info.data(), info.size(), 1, name, sizeof name));
    EXPECT(!std::strcmp(name, "aclnnAdd_2") && length == 11);
    EXPECT_EQ(aclprofGetModelId(info.data(), info.size(), n - 1), size_t(3));
    const uint64_t begin = aclprofGetOpStart(info.data(), info.size(), 5),
                   end = aclprofGetOpEnd(info.data(), info.size(), 5);
    EXPECT(end > begin && begin > 0);
    EXPECT_EQ(aclprofGetOpDuration(info.data(), info.size(), 5), end - begin);
    EXPECT(aclprofGetOpStart(info.data(), info.size(), 6) >= end);
    FAILS(aclprofGetOpType(info.data(), info.size(), 1, type, 3), ACL_ERROR_INVALID_PARAM, "3 bytes");
    FAILS(aclprofGetOpType(info.data(), info.size(), n, type, 8), ACL_ERROR_INVALID_PARAM, "1000");
    FAILS(aclprofGetOpNum(info.data(), size - 1, &count), ACL_ERROR_INVALID_PARAM, "bytes");
    FAILS(aclprofGetOpNum(nullptr, size, &count), ACL_ERROR_INVALID_PARAM, "null");
    std::vector<char> other(size);
    FAILS(aclprofGetOpNum(other.data(), size, &count), ACL_ERROR_INVALID_PARAM, "none");
    EXPECT_EQ(aclprofGetOpDuration(other.data(), size, 0), 0u);

    OKAY(aclprofModelUnSubscribe(3));
    OKAY(CALL(aclnnAdd, nullptr, x.tensor, x.tensor, one.p, y.tensor)); // nobody hears of it
    OKAY(aclrtSynchronizeStream(nullptr));
    OKAY(aclprofModelSubscribe(4, config));
    close(ends[0]); // a reader that goes away does no harm
    OKAY(CALL(aclnnAdd, nullptr, x.tensor, x.tensor, one.p, y.tensor));
    OKAY(aclrtSynchronizeStream(nullptr));
    OKAY(aclprofModelUnSubscribe(4));
    close(ends[1]);
    OKAY(aclprofDestroySubscribeConfig(config));
    FAILS(aclprofDestroySubscribeConfig(config), ACL_ERROR_INVALID_PARAM, "destroyed");
    config = aclprofCreateSubscribeConfig(0, ACL_AICORE_NONE, &none);
    OKAY(aclprofDestroySubscribeConfig(config));
}

void limits() {
    uint32_t cores = 0, all = 0, flag = 9;
    OKAY(aclrtGetDeviceResLimit(0, ACL_RT_DEV_RES_VECTOR_CORE, &all));
    EXPECT(all > 1);
    OKAY(aclrtSetDeviceResLimit(0, ACL_RT_DEV_RES_VECTOR_CORE, all - 1));
    OKAY(aclrtGetResInCurrentThread(ACL_RT_DEV_RES_VECTOR_CORE, &cores));
    EXPECT_EQ(cores, all - 1);
    FAILS(aclrtSetDeviceResLimit(0, ACL_RT_DEV_RES_VECTOR_CORE, all + 1), ACL_ERROR_INVALID_PARAM,
          "expected 1 to");
    OKAY(aclrtResetDeviceResLimit(0));
    OKAY(aclrtGetDeviceResLimit(0, ACL_RT_DEV_RES_VECTOR_CORE, &cores));
    EXPECT_EQ(cores, all);
    OKAY(aclrtSetStreamOverflowSwitch(nullptr, 1));
    OKAY(aclrtGetStreamOverflowSwitch(nullptr, &flag));
    EXPECT_EQ(flag, 1u);
    Memory status(64);
    OKAY(aclrtMemset(status.p, 64, 1, 64));
    OKAY(aclrtGetOverflowStatus(status.p, 64, nullptr));
    OKAY(aclrtSynchronizeStream(nullptr));
    int back[16];
    OKAY(aclrtMemcpy(back, 64, status.p, 64, ACL_MEMCPY_DEVICE_TO_HOST));
    EXPECT(back[0] == 0 && back[15] == 0);
    OKAY(aclrtResetOverflowStatus(nullptr));
    OKAY(aclrtGetGroupCount(&cores));
    EXPECT_EQ(cores, 1u);
    OKAY(aclrtSetGroup(0));
    FAILS(aclrtSetGroup(1), ACL_ERROR_INVALID_PARAM, "group");
    aclAppLog(ACL_ERROR, "f", "file", 1, "%d", 1); // shown only where the environment asks for it
    char name[] = "runtime", version[128] = "";
    OKAY(aclsysGetVersionStr(name, version));
    EXPECT(std::strstr(version, "cannsim") != nullptr);
    int32_t pid = 0;
    OKAY(aclrtDeviceGetBareTgid(&pid));
    EXPECT_EQ(pid, getpid());
    OKAY(aclmdlInitDump());
    OKAY(aclmdlFinalizeDump());
}

} // namespace

int main() {
    OKAY(aclInit(nullptr));
    OKAY(aclrtSetDevice(0));
    tensor_desc();
    attributes();
    single_ops();
    profiling();
    subscription();
    limits();
    return finish();
}
