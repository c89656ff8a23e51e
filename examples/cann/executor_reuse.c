/* One plan for many launches: the first phase runs once, later launches change addresses only. */
#include "check.h"

#include "aclnnop/aclnn_mul.h"

enum { N = 64, ROUNDS = 5 };

int main(void) {
    float values[N], back[N];
    CHECK(aclInit(NULL));
    CHECK(aclrtSetDevice(0));
    void *squares[2], *factor;
    for (int i = 0; i < N; ++i) values[i] = 1;
    for (int i = 0; i < 2; ++i) {
        CHECK(aclrtMalloc(&squares[i], sizeof values, ACL_MEM_MALLOC_HUGE_FIRST));
        CHECK(aclrtMemcpy(squares[i], sizeof values, values, sizeof values,
                          ACL_MEMCPY_HOST_TO_DEVICE));
    }
    for (int i = 0; i < N; ++i) values[i] = 3;
    CHECK(aclrtMalloc(&factor, sizeof values, ACL_MEM_MALLOC_HUGE_FIRST));
    CHECK(aclrtMemcpy(factor, sizeof values, values, sizeof values, ACL_MEMCPY_HOST_TO_DEVICE));

    aclTensor *in = vector(squares[0], N, ACL_FLOAT), *by = vector(factor, N, ACL_FLOAT),
              *out = vector(squares[1], N, ACL_FLOAT);
    uint64_t bytes;
    aclOpExecutor *executor;
    CHECK(aclnnMulGetWorkspaceSize(in, by, out, &bytes, &executor));
    CHECK(aclSetAclOpExecutorRepeatable(executor)); /* before the first launch */
    void *workspace = allocate_workspace(bytes);
    for (int round = 0; round < ROUNDS; ++round) {
        /* Inputs and outputs are counted separately: back and forth between two buffers. */
        CHECK(aclSetInputTensorAddr(executor, 0, in, squares[round % 2]));
        CHECK(aclSetOutputTensorAddr(executor, 0, out, squares[(round + 1) % 2]));
        CHECK(aclnnMul(workspace, bytes, executor, NULL)); /* NULL: the default stream */
    }
    CHECK(aclrtSynchronizeStream(NULL));
    CHECK(aclDestroyAclOpExecutor(executor)); /* a repeatable one is the caller's to destroy */
    CHECK(aclrtMemcpy(back, sizeof back, squares[ROUNDS % 2], sizeof back,
                      ACL_MEMCPY_DEVICE_TO_HOST));
    printf("3 to the power of %d is %g\n", ROUNDS, back[N - 1]);
    if (back[0] != 243 || back[N - 1] != 243) return 1;

    CHECK(aclDestroyTensor(in));
    CHECK(aclDestroyTensor(by));
    CHECK(aclDestroyTensor(out));
    if (workspace) CHECK(aclrtFree(workspace));
    for (int i = 0; i < 2; ++i) CHECK(aclrtFree(squares[i]));
    CHECK(aclrtFree(factor));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());
    return 0;
}
