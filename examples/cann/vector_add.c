/* z = x + 2 y through both phases of an operator: first the check and the plan, then the launch. */
#include "check.h"

#include "aclnnop/aclnn_add.h"

enum { N = 1000 };

int main(void) {
    static float x[N], y[N], z[N];
    for (int i = 0; i < N; ++i) {
        x[i] = (float)i;
        y[i] = 0.5f;
    }
    CHECK(aclInit(NULL));
    CHECK(aclrtSetDevice(0));
    aclrtStream stream;
    CHECK(aclrtCreateStream(&stream));

    void *memory[3];
    for (int i = 0; i < 3; ++i)
        CHECK(aclrtMalloc(&memory[i], sizeof x, ACL_MEM_MALLOC_HUGE_FIRST));
    CHECK(aclrtMemcpy(memory[0], sizeof x, x, sizeof x, ACL_MEMCPY_HOST_TO_DEVICE));
    CHECK(aclrtMemcpy(memory[1], sizeof y, y, sizeof y, ACL_MEMCPY_HOST_TO_DEVICE));
    aclTensor *tx = vector(memory[0], N, ACL_FLOAT), *ty = vector(memory[1], N, ACL_FLOAT),
              *tz = vector(memory[2], N, ACL_FLOAT);
    float two = 2;
    aclScalar *alpha = aclCreateScalar(&two, ACL_FLOAT);

    uint64_t bytes;
    aclOpExecutor *executor;
    CHECK(aclnnAddGetWorkspaceSize(tx, ty, alpha, tz, &bytes, &executor));
    void *workspace = allocate_workspace(bytes);
    CHECK(aclnnAdd(workspace, bytes, executor, stream)); /* consumes the executor */
    CHECK(aclrtSynchronizeStream(stream));
    CHECK(aclrtMemcpy(z, sizeof z, memory[2], sizeof z, ACL_MEMCPY_DEVICE_TO_HOST));

    for (int i = 0; i < N; ++i)
        if (z[i] != (float)i + 1) {
            fprintf(stderr, "z[%d] is %g, expected %d\n", i, z[i], i + 1);
            return 1;
        }
    printf("z[0] = %g, z[%d] = %g\n", z[0], N - 1, z[N - 1]);

    CHECK(aclDestroyTensor(tx));
    CHECK(aclDestroyTensor(ty));
    CHECK(aclDestroyTensor(tz));
    CHECK(aclDestroyScalar(alpha));
    if (workspace) CHECK(aclrtFree(workspace));
    for (int i = 0; i < 3; ++i) CHECK(aclrtFree(memory[i]));
    CHECK(aclrtDestroyStream(stream));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());
    return 0;
}
