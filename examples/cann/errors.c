/* What goes wrong is told by a status and, on the thread that failed, by a message. */
#include "check.h"

#include "aclnnop/aclnn_add.h"
#include "aclnnop/aclnn_matmul.h"

static int wrong;

static void expect(const char *what, int status, int wanted) {
    const char *text = aclGetRecentErrMsg(); /* and forgets it */
    printf("%s: %d, %s\n", what, status, text ? text : "no message");
    if (status != wanted || !text) {
        fprintf(stderr, "%s: expected %d with a message\n", what, wanted);
        wrong = 1;
    }
}

int main(void) {
    void *memory;
    uint64_t bytes;
    aclOpExecutor *executor;
    float one = 1;
    CHECK(aclInit(NULL));
    CHECK(aclrtSetDevice(0));
    CHECK(aclrtMalloc(&memory, 4096, ACL_MEM_MALLOC_HUGE_FIRST));
    CHECK(aclrtMemset(memory, 4096, 0, 4096)); /* memory comes as it is */
    aclTensor *three = vector(memory, 3, ACL_FLOAT), *four = vector(memory, 4, ACL_FLOAT);
    aclTensor *doubles = vector(memory, 3, ACL_DOUBLE);
    aclScalar *alpha = aclCreateScalar(&one, ACL_FLOAT);

    expect("a null tensor", aclnnAddGetWorkspaceSize(NULL, three, alpha, three, &bytes, &executor),
           ACLNN_ERR_PARAM_NULLPTR);
    expect("shapes that do not broadcast",
           aclnnAddGetWorkspaceSize(three, four, alpha, four, &bytes, &executor),
           ACLNN_ERR_PARAM_INVALID);
    expect("a dtype without a kernel",
           aclnnMatmulGetWorkspaceSize(doubles, doubles, doubles, 0, &bytes, &executor),
           ACLNN_ERR_PARAM_INVALID);
    expect("more bytes than the destination holds",
           aclrtMemcpy(memory, 4, &one, 8, ACL_MEMCPY_HOST_TO_DEVICE), ACL_ERROR_INVALID_PARAM);
    if (aclrtSetDevice(1 << 20) == 0) {
        fprintf(stderr, "there is no such device\n");
        wrong = 1;
    }
    (void)aclGetRecentErrMsg();

    /* A refusal changes nothing: the next call works. */
    CHECK(aclnnAddGetWorkspaceSize(three, three, alpha, three, &bytes, &executor));
    void *workspace = allocate_workspace(bytes);
    CHECK(aclnnAdd(workspace, bytes, executor, NULL));
    CHECK(aclrtSynchronizeStream(NULL));
    expect("an executor that was used already", aclnnAdd(workspace, bytes, executor, NULL),
           ACLNN_ERR_PARAM_INVALID);

    CHECK(aclDestroyTensor(three));
    CHECK(aclDestroyTensor(four));
    CHECK(aclDestroyTensor(doubles));
    CHECK(aclDestroyScalar(alpha));
    if (workspace) CHECK(aclrtFree(workspace));
    CHECK(aclrtFree(memory));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());
    return wrong;
}
