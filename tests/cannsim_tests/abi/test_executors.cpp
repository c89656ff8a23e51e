// Executors: consumed once, repeated, patched, destroyed.
#include "test.h"

#include "aclnnop/aclnn_cat.h"
#include "aclnnop/aclnn_nonzero.h"
#include "aclnnop/aclnn_split_tensor.h"

namespace {

struct Plan {
    uint64_t workspace = 77;
    aclOpExecutor *executor = nullptr;
};

Plan plan_add(const Floats &a, const Floats &b, const Floats &out) {
    Plan p;
    Scalar one(1.0f);
    OKAY(
        aclnnAddGetWorkspaceSize(a.tensor, b.tensor, one.p, out.tensor, &p.workspace, &p.executor));
    EXPECT_EQ(p.workspace, 0u);
    return p;
}

void once() {
    Floats a({3}, {1, 2, 3}), out({3});
    Plan p = plan_add(a, a, out);
    OKAY(aclnnAdd(nullptr, 0, p.executor, nullptr));
    FAILS(aclnnAdd(nullptr, 0, p.executor, nullptr), ACLNN_ERR_PARAM_INVALID,
          "was used or destroyed");
    FAILS(aclnnAdd(nullptr, 0, nullptr, nullptr), ACLNN_ERR_PARAM_NULLPTR, "null");
    FAILS(aclDestroyAclOpExecutor(p.executor), ACLNN_ERR_PARAM_INVALID, "was used or destroyed");
    OKAY(aclrtSynchronizeStream(nullptr));
    EXPECT(out.read()[2] == 6);
    p = plan_add(a, a, out);
    OKAY(aclDestroyAclOpExecutor(p.executor));
    FAILS(aclnnAdd(nullptr, 0, p.executor, nullptr), ACLNN_ERR_PARAM_INVALID,
          "was used or destroyed");
    int nothing = 0;
    FAILS(aclnnAdd(nullptr, 0, reinterpret_cast<aclOpExecutor *>(&nothing), nullptr),
          ACLNN_ERR_PARAM_INVALID, "not an executor");
}

// The plan holds what it needs: descriptors may go before the second phase has run.
void descriptors_may_go() {
    Floats a({3}, {1, 2, 3});
    Memory out(12);
    Plan p;
    {
        const int64_t shape[] = {3};
        Scalar one(1.0f);
        aclTensor *t =
            aclCreateTensor(shape, 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, shape, 1, out.p);
        OKAY(aclnnAddGetWorkspaceSize(a.tensor, a.tensor, one.p, t, &p.workspace, &p.executor));
        OKAY(aclDestroyTensor(t));
    }
    OKAY(aclnnAdd(nullptr, 0, p.executor, nullptr));
    OKAY(aclrtSynchronizeStream(nullptr));
    float back[3];
    OKAY(aclrtMemcpy(back, 12, out.p, 12, ACL_MEMCPY_DEVICE_TO_HOST));
    EXPECT(back[0] == 2 && back[2] == 6);
}

void repeated() {
    Floats a({3}, {1, 2, 3}), b({3}, {10, 20, 30}), out({3}), other({3});
    Plan p = plan_add(a, b, out);
    OKAY(aclSetAclOpExecutorRepeatable(p.executor));
    for (int i = 0; i < 3; ++i) OKAY(aclnnAdd(nullptr, 0, p.executor, nullptr));
    // Tasks in flight keep the addresses that they were launched with.
    OKAY(aclSetTensorAddr(p.executor, 0, a.tensor, b.memory.p));
    OKAY(aclSetOutputTensorAddr(p.executor, 0, out.tensor, other.memory.p));
    OKAY(aclnnAdd(nullptr, 0, p.executor, nullptr));
    OKAY(aclrtSynchronizeStream(nullptr));
    EXPECT(out.read()[1] == 22);
    EXPECT(other.read()[1] == 40);
    OKAY(AclSetInputTensorAddr(p.executor, 1, b.tensor, a.memory.p));
    OKAY(aclnnAdd(nullptr, 0, p.executor, nullptr));
    OKAY(aclrtSynchronizeStream(nullptr));
    EXPECT(other.read()[1] == 22);
    FAILS(aclSetTensorAddr(p.executor, 3, a.tensor, b.memory.p), ACLNN_ERR_PARAM_INVALID,
          "no such tensor");
    FAILS(aclSetTensorAddr(p.executor, 0, a.tensor, nullptr), ACLNN_ERR_PARAM_NULLPTR, "null");
    int host = 0;
    OKAY(aclSetTensorAddr(p.executor, 0, a.tensor, &host));
    FAILS(aclnnAdd(nullptr, 0, p.executor, nullptr), ACLNN_ERR_RUNTIME_ERROR,
          "self is not device memory");
    OKAY(aclDestroyAclOpExecutor(p.executor));
    FAILS(aclSetTensorAddr(p.executor, 0, a.tensor, b.memory.p), ACLNN_ERR_PARAM_INVALID,
          "destroyed");
    FAILS(aclSetAclOpExecutorRepeatable(nullptr), ACLNN_ERR_INNER_NULLPTR, "null");
}

void lists() {
    Floats a({2}, {1, 2}), b({1}, {3}), c({2}, {5, 6}), out({3});
    const int64_t two[] = {2}, one[] = {1};
    aclTensor *items[] = {
        aclCreateTensor(two, 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, two, 1, a.memory.p),
        aclCreateTensor(one, 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, one, 1, b.memory.p)};
    aclTensorList *list = aclCreateTensorList(items, 2);
    Plan p;
    OKAY(aclnnCatGetWorkspaceSize(list, 0, out.tensor, &p.workspace, &p.executor));
    OKAY(aclSetAclOpExecutorRepeatable(p.executor));
    OKAY(aclnnCat(nullptr, 0, p.executor, nullptr));
    OKAY(aclrtSynchronizeStream(nullptr));
    EXPECT(out.read() == (std::vector<float>{1, 2, 3}));
    OKAY(aclSetDynamicInputTensorAddr(p.executor, 0, 0, list, c.memory.p));
    OKAY(aclnnCat(nullptr, 0, p.executor, nullptr));
    OKAY(aclrtSynchronizeStream(nullptr));
    EXPECT(out.read() == (std::vector<float>{5, 6, 3}));
    OKAY(aclDestroyAclOpExecutor(p.executor));
    OKAY(aclDestroyTensorList(list));
}

// The shape of the result is known when the second phase returns, whatever the mode.
void data_dependent() {
    Floats a({4}, {0, 5, 0, 7});
    Array<int64_t> out(ACL_INT64, {4, 1});
    Plan p;
    OKAY(aclnnNonzeroGetWorkspaceSize(a.tensor, out.tensor, &p.workspace, &p.executor));
    FAILS(aclSetAclOpExecutorRepeatable(p.executor), ACLNN_ERR_PARAM_INVALID, "data-dependent");
    OKAY(aclnnNonzero(nullptr, 0, p.executor, nullptr));
    int64_t *dims;
    uint64_t n;
    OKAY(aclGetViewShape(out.tensor, &dims, &n));
    EXPECT(n == 2 && dims[0] == 2 && dims[1] == 1);
    delete[] dims;
    EXPECT(out.read()[0] == 1 && out.read()[1] == 3);
}

// Pieces of an output and items of a list move with their addresses.
void lists_repeated() {
    Floats a({2}, {1, 2}), b({1}, {3}), out({3}), moved({3});
    const aclTensor *items[] = {a.tensor, b.tensor};
    aclTensorList *list = aclCreateTensorList(items, 2);
    Plan p;
    OKAY(aclnnCatGetWorkspaceSize(list, 0, out.tensor, &p.workspace, &p.executor));
    OKAY(aclSetAclOpExecutorRepeatable(p.executor));
    OKAY(aclnnCat(nullptr, 0, p.executor, nullptr));
    Floats c({2}, {7, 8}), d({1}, {9});
    OKAY(aclSetDynamicInputTensorAddr(p.executor, 0, 0, list, c.memory.p));
    OKAY(aclSetDynamicTensorAddr(p.executor, 0, 1, list, d.memory.p));
    OKAY(aclSetOutputTensorAddr(p.executor, 0, out.tensor, moved.memory.p));
    OKAY(aclnnCat(nullptr, 0, p.executor, nullptr));
    OKAY(aclrtSynchronizeStream(nullptr));
    EXPECT(out.read()[0] == 1 && out.read()[2] == 3);
    EXPECT(moved.read()[0] == 7 && moved.read()[1] == 8 && moved.read()[2] == 9);
    FAILS(aclSetDynamicTensorAddr(p.executor, 1, 0, list, d.memory.p), ACLNN_ERR_PARAM_INVALID,
          "no such tensor list");
    OKAY(aclDestroyAclOpExecutor(p.executor));
    a.tensor = b.tensor = nullptr; // the list owns its tensors
    OKAY(aclDestroyTensorList(list));
}

// Each member of an output's list has its own address; there is no member behind the last.
void output_lists() {
    Floats a({4}, {1, 2, 3, 4}), b({2}), c({2}), moved({2});
    aclTensor *items[] = {b.tensor, c.tensor};
    aclTensorList *list = aclCreateTensorList(items, 2);
    Plan p;
    OKAY(aclnnSplitTensorGetWorkspaceSize(a.tensor, 2, 0, list, &p.workspace, &p.executor));
    OKAY(aclSetAclOpExecutorRepeatable(p.executor));
    OKAY(aclSetDynamicOutputTensorAddr(p.executor, 0, 1, list, moved.memory.p));
    OKAY(aclnnSplitTensor(nullptr, 0, p.executor, nullptr));
    OKAY(aclrtSynchronizeStream(nullptr));
    EXPECT(b.read() == (std::vector<float>{1, 2}) && moved.read() == (std::vector<float>{3, 4}));
    FAILS(aclSetDynamicOutputTensorAddr(p.executor, 0, 2, list, moved.memory.p),
          ACLNN_ERR_PARAM_INVALID, "no tensor 2");
    FAILS(aclSetDynamicOutputTensorAddr(p.executor, 1, 0, list, moved.memory.p),
          ACLNN_ERR_PARAM_INVALID, "no such tensor list");
    OKAY(aclDestroyAclOpExecutor(p.executor));
    b.tensor = c.tensor = nullptr;
    OKAY(aclDestroyTensorList(list));
}

// Kernels take storage at multiples of 32 bytes; what lies in between is an offset of the tensor.
void alignment() {
    Floats a({16}), out({2});
    float values[16];
    for (int i = 0; i < 16; ++i) values[i] = float(i);
    OKAY(aclrtMemcpy(a.memory.p, 64, values, 64, ACL_MEMCPY_HOST_TO_DEVICE));
    const int64_t two[] = {2}, sixteen[] = {16};
    Scalar one(1.0f);
    for (size_t bytes : {4, 8, 16, 24, 32}) {
        void *const at = static_cast<char *>(a.memory.p) + bytes;
        aclTensor *t = aclCreateTensor(two, 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, two, 1, at);
        Plan p;
        OKAY(aclnnAddGetWorkspaceSize(t, t, one.p, out.tensor, &p.workspace, &p.executor));
        if (bytes % 32)
            FAILS(aclnnAdd(nullptr, 0, p.executor, nullptr), ACLNN_ERR_RUNTIME_ERROR,
                  "expected a multiple of 32 bytes");
        else
            OKAY(aclnnAdd(nullptr, 0, p.executor, nullptr));
        OKAY(aclDestroyTensor(t));
        t = aclCreateTensor(two, 1, ACL_FLOAT, nullptr, int64_t(bytes / 4), ACL_FORMAT_ND, sixteen,
                            1, a.memory.p);
        OKAY(CALL(aclnnAdd, nullptr, t, t, one.p, out.tensor));
        OKAY(aclrtSynchronizeStream(nullptr));
        EXPECT_EQ(out.read()[0], float(bytes / 2));
        OKAY(aclDestroyTensor(t));
    }
    // The same of addresses that are set later, and of members of lists.
    void *const odd = static_cast<char *>(a.memory.p) + 4;
    Plan p = plan_add(out, out, out);
    OKAY(aclSetAclOpExecutorRepeatable(p.executor));
    OKAY(aclSetTensorAddr(p.executor, 0, out.tensor, odd));
    FAILS(aclnnAdd(nullptr, 0, p.executor, nullptr), ACLNN_ERR_RUNTIME_ERROR,
          "multiple of 32 bytes");
    OKAY(aclSetTensorAddr(p.executor, 0, out.tensor, out.memory.p));
    OKAY(aclnnAdd(nullptr, 0, p.executor, nullptr));
    OKAY(aclrtSynchronizeStream(nullptr));
    OKAY(aclDestroyAclOpExecutor(p.executor));
    aclTensor *items[] = {
        aclCreateTensor(two, 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, two, 1, odd)};
    aclTensorList *list = aclCreateTensorList(items, 1);
    FAILS(aclnnCatGetWorkspaceSize(list, 0, out.tensor, &p.workspace, &p.executor),
          ACLNN_ERR_PARAM_INVALID, "multiple of 32 bytes");
    OKAY(aclDestroyTensorList(list));
    items[0] = out.tensor;
    list = aclCreateTensorList(items, 1);
    Floats joined({2});
    OKAY(aclnnCatGetWorkspaceSize(list, 0, joined.tensor, &p.workspace, &p.executor));
    OKAY(aclSetAclOpExecutorRepeatable(p.executor));
    FAILS(aclSetDynamicTensorAddr(p.executor, 0, 0, list, odd), ACLNN_ERR_PARAM_INVALID,
          "multiple of 32 bytes");
    OKAY(aclDestroyAclOpExecutor(p.executor));
    out.tensor = nullptr; // the list owns it
    OKAY(aclDestroyTensorList(list));
}

// Nothing grows when executors and descriptors come and go.
void many() {
    Floats a({3}, {1, 2, 3}), out({3});
    for (int i = 0; i < 5000; ++i) {
        Plan p = plan_add(a, a, out);
        if (i % 3)
            OKAY(aclnnAdd(nullptr, 0, p.executor, nullptr));
        else
            OKAY(aclDestroyAclOpExecutor(p.executor));
    }
    OKAY(aclrtSynchronizeStream(nullptr));
    cannsimCounterValues counters;
    cannsimCounters(&counters);
    EXPECT(counters.phase1 >= 5000 && counters.launches >= 3333 && counters.launches < 6000);
}

} // namespace

int main() {
    OKAY(aclrtSetDevice(0));
    once();
    descriptors_may_go();
    repeated();
    lists();
    lists_repeated();
    output_lists();
    alignment();
    data_dependent();
    many();
    return finish();
}
