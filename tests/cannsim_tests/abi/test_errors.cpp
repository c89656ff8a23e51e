// Every class of error code of the operators, and what their messages name.
#include "test.h"

#include "aclnnop/aclnn_cast.h"
#include "aclnnop/aclnn_copy.h"
#include "aclnnop/aclnn_index_select.h"
#include "aclnnop/aclnn_mul.h"
#include "aclnnop/aclnn_reduce_sum.h"
#include "cann_operators.h"

namespace {

uint64_t workspace;
aclOpExecutor *executor;

struct View {
    aclTensor *t;
    View(std::vector<int64_t> shape, aclDataType dtype, void *data,
         std::vector<int64_t> strides = {}, std::vector<int64_t> storage = {}) {
        if (storage.empty()) storage = shape;
        t = aclCreateTensor(shape.data(), shape.size(), dtype,
                            strides.empty() ? nullptr : strides.data(), 0, ACL_FORMAT_ND,
                            storage.data(), storage.size(), data);
    }
    ~View() { aclDestroyTensor(t); }
};

void phase1() {
    Memory m(1 << 16);
    Scalar one(1.0f);
    View f({2, 3}, ACL_FLOAT, m.p), g({2, 4}, ACL_FLOAT, m.p), u({2, 3}, ACL_UINT32, m.p),
        d({2, 3}, ACL_DOUBLE, m.p), i({2, 3}, ACL_INT32, m.p), c({2, 3}, ACL_COMPLEX64, m.p);
    FAILS(aclnnAddGetWorkspaceSize(nullptr, f.t, one.p, f.t, &workspace, &executor),
          ACLNN_ERR_PARAM_NULLPTR, "aclnnAdd: self is null");
    FAILS(aclnnAddGetWorkspaceSize(f.t, f.t, nullptr, f.t, &workspace, &executor),
          ACLNN_ERR_PARAM_NULLPTR, "alpha is null");
    FAILS(aclnnAddGetWorkspaceSize(f.t, f.t, one.p, f.t, nullptr, &executor),
          ACLNN_ERR_PARAM_NULLPTR, "workspaceSize");
    FAILS(aclnnAddGetWorkspaceSize(f.t, f.t, one.p, f.t, &workspace, nullptr),
          ACLNN_ERR_PARAM_NULLPTR, "executor");
    FAILS(aclnnAddGetWorkspaceSize(u.t, f.t, one.p, f.t, &workspace, &executor),
          ACLNN_ERR_PARAM_INVALID,
          "dtype uint32 of self is not supported on Ascend910B3; supported: float32");
    FAILS(aclnnAddGetWorkspaceSize(f.t, g.t, one.p, f.t, &workspace, &executor),
          ACLNN_ERR_PARAM_INVALID, "[2,4] of other does not broadcast with [2,3]");
    FAILS(aclnnAddGetWorkspaceSize(f.t, f.t, one.p, g.t, &workspace, &executor),
          ACLNN_ERR_PARAM_INVALID, "shape of out is [2,4]; expected [2,3]");
    FAILS(aclnnAddGetWorkspaceSize(c.t, f.t, one.p, f.t, &workspace, &executor),
          ACLNN_ERR_PARAM_INVALID, "complex64 cannot be cast to out float32");
    FAILS(aclnnAddGetWorkspaceSize(i.t, i.t, one.p, i.t, &workspace, &executor),
          ACLNN_ERR_PARAM_INVALID, "alpha float32 cannot be cast to int32");
    FAILS(aclnnMulGetWorkspaceSize(f.t, f.t, i.t, &workspace, &executor), ACLNN_ERR_PARAM_INVALID,
          "float32 cannot be cast");
    FAILS(aclnnCastGetWorkspaceSize(f.t, ACL_INT8, i.t, &workspace, &executor),
          ACLNN_ERR_PARAM_INVALID, "dtype is int8");
    View nine({1, 1, 1, 1, 1, 1, 1, 1, 1}, ACL_FLOAT, m.p);
    FAILS(aclnnMulGetWorkspaceSize(nine.t, nine.t, nine.t, &workspace, &executor),
          ACLNN_ERR_PARAM_INVALID, "9 dims; at most 8");
    View outside({2, 3}, ACL_FLOAT, m.p, {100, 1}, {6}), negative({-1}, ACL_FLOAT, m.p);
    FAILS(aclnnMulGetWorkspaceSize(outside.t, f.t, f.t, &workspace, &executor),
          ACLNN_ERR_INNER_NULLPTR, "leaves its storage");
    FAILS(aclnnMulGetWorkspaceSize(negative.t, negative.t, negative.t, &workspace, &executor),
          ACLNN_ERR_PARAM_INVALID, "leaves its storage");
    // CANN notices an output that leaves its storage at the launch only.
    OKAY(aclnnMulGetWorkspaceSize(f.t, f.t, outside.t, &workspace, &executor));
    FAILS(aclnnMul(nullptr, workspace, executor, nullptr), ACLNN_ERR_PARAM_INVALID,
          "leaves its storage");
    OKAY(aclDestroyAclOpExecutor(executor));
    const int64_t twice[] = {0, -2}, far[] = {2};
    aclIntArray *dims = aclCreateIntArray(twice, 2), *beyond = aclCreateIntArray(far, 1);
    FAILS(aclnnReduceSumGetWorkspaceSize(f.t, dims, true, ACL_FLOAT, f.t, &workspace, &executor),
          ACLNN_ERR_PARAM_INVALID, "axis 0 occurs twice");
    FAILS(aclnnReduceSumGetWorkspaceSize(f.t, beyond, true, ACL_FLOAT, f.t, &workspace, &executor),
          ACLNN_ERR_PARAM_INVALID, "dims is 2; expected -2 to 1");
    aclDestroyIntArray(dims);
    aclDestroyIntArray(beyond);
    FAILS(aclnnAddGetWorkspaceSize(f.t, reinterpret_cast<aclTensor *>(one.p), one.p, f.t,
                                   &workspace, &executor),
          ACLNN_ERR_PARAM_NULLPTR, "other is not a tensor");
}

// What CANN has and cannsim has not: exported, and says so.
void not_implemented() {
    Memory m(64);
    View x({4}, ACL_FLOAT, m.p);
    EXPECT(!cannsimImplements("aclnnKlDiv"));
    EXPECT(!cannsimImplements("aclnnNoSuchThing"));
    EXPECT(cannsimImplements("aclnnAdd"));
    FAILS(aclnnKlDivGetWorkspaceSize(x.t, x.t, 0, false, x.t, &workspace, &executor),
          ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "aclnnKlDiv: not implemented by cannsim");
}

void phase2() {
    Memory m(1 << 12);
    float host[4] = {};
    View device({4}, ACL_FLOAT, m.p), elsewhere({4}, ACL_FLOAT, host),
        none({4}, ACL_FLOAT, nullptr);
    for (aclTensor *bad : {elsewhere.t, none.t}) {
        OKAY(aclnnMulGetWorkspaceSize(device.t, device.t, bad, &workspace, &executor));
        FAILS(aclnnMul(nullptr, workspace, executor, nullptr), ACLNN_ERR_RUNTIME_ERROR,
              "address of out is not device memory");
        OKAY(aclDestroyAclOpExecutor(executor));
    }
    OKAY(aclnnMulGetWorkspaceSize(device.t, device.t, device.t, &workspace, &executor));
    int not_a_stream = 0;
    FAILS(aclnnMul(nullptr, workspace, executor, &not_a_stream), ACLNN_ERR_RUNTIME_ERROR,
          "not a stream");
    OKAY(aclDestroyAclOpExecutor(executor));
}

// What a kernel finds wrong: at the call when inline, else at the next synchronisation, and then in
// every call until the device is reset.
void kernel_failure() {
    Floats x({3}, {1, 2, 3}), out({2});
    Array<int64_t> index(ACL_INT64, {2}, {0, 3});
    aclrtStream stream;
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclnnIndexSelectGetWorkspaceSize(x.tensor, 0, index.tensor, out.tensor, &workspace,
                                          &executor));
    if (mode() == Mode::Inline) {
        FAILS(aclnnIndexSelect(nullptr, workspace, executor, stream), ACLNN_ERR_RUNTIME_ERROR,
              "out of range");
    } else {
        OKAY(aclnnIndexSelect(nullptr, workspace, executor, stream));
        FAILS(aclrtSynchronizeStream(stream), ACL_ERROR_RT_AICORE_EXCEPTION, "failed");
        FAILS(aclrtSynchronizeStream(stream), ACL_ERROR_RT_AICORE_EXCEPTION, "was not reset");
        FAILS(aclrtSynchronizeStream(nullptr), ACL_ERROR_RT_AICORE_EXCEPTION, "out of range");
        OKAY(aclrtResetDeviceForce(0));
        OKAY(aclrtSetDevice(0));
        OKAY(aclrtSynchronizeStream(nullptr));
        for (void **p : {&x.memory.p, &out.memory.p, &index.memory.p}) *p = nullptr;
        return; // the stream went with the device
    }
    OKAY(aclrtDestroyStream(stream));
}

void empty() {
    Memory m(64);
    View none({0, 3}, ACL_FLOAT, nullptr), row({3}, ACL_FLOAT, m.p);
    const int64_t axis[] = {0};
    aclIntArray *dims = aclCreateIntArray(axis, 1);
    OKAY(CALL(aclnnMul, nullptr, none.t, none.t, none.t));
    float back[3] = {9, 9, 9};
    OKAY(aclrtMemcpy(m.p, 64, back, 12, ACL_MEMCPY_HOST_TO_DEVICE));
    OKAY(CALL(aclnnReduceSum, nullptr, none.t, dims, false, ACL_FLOAT, row.t));
    OKAY(aclrtSynchronizeStream(nullptr));
    OKAY(aclrtMemcpy(back, 12, m.p, 12, ACL_MEMCPY_DEVICE_TO_HOST));
    EXPECT(back[0] == 0 && back[2] == 0);
    aclDestroyIntArray(dims);
}

} // namespace

int main() {
    OKAY(aclrtSetDevice(0));
    phase1();
    not_implemented();
    phase2();
    kernel_failure();
    empty();
    return finish();
}
