/* Two processes share device memory: one fills it, the other changes it, each waits for the other
 * on the device - by an event, and by a value in the shared memory. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include "aclnnop/aclnn_add.h"
#include "aclnnop/aclnn_exp.h"

#include <sys/wait.h>
#include <unistd.h>

enum { N = 1 << 16, KEY_LENGTH = 65 };

/* What the other process needs, sent through a pipe. */
struct Invitation {
    char data[KEY_LENGTH], flag[KEY_LENGTH];
    aclrtIpcEventHandle ready;
};

static void transfer(int written, int fd, void *data, size_t size) {
    const ssize_t done = written ? write(fd, data, size) : read(fd, data, size);
    if (done != (ssize_t)size) {
        fprintf(stderr, "the pipe broke\n");
        exit(1);
    }
}

/* The flag is the last thing the stream does with the memory; the process then lets go of it. */
static void second(int in) {
    struct Invitation invitation;
    transfer(0, in, &invitation, sizeof invitation);
    CHECK(aclInit(NULL));
    CHECK(aclrtSetDevice(0));
    void *data, *flag;
    aclrtEvent ready;
    aclrtStream stream;
    CHECK(aclrtCreateStream(&stream));
    CHECK(aclrtIpcMemImportByKey(&data, invitation.data, ACL_RT_IPC_MEM_IMPORT_FLAG_DEFAULT));
    CHECK(aclrtIpcMemImportByKey(&flag, invitation.flag, ACL_RT_IPC_MEM_IMPORT_FLAG_DEFAULT));
    CHECK(aclrtIpcOpenEventHandle(invitation.ready, &ready));
    CHECK(aclrtStreamWaitEvent(stream, ready));

    aclTensor *x = vector(data, N, ACL_FLOAT);
    float one = 1;
    aclScalar *alpha = aclCreateScalar(&one, ACL_FLOAT);
    uint64_t bytes;
    aclOpExecutor *executor;
    CHECK(aclnnInplaceAddsGetWorkspaceSize(x, alpha, alpha, &bytes, &executor));
    void *workspace = allocate_workspace(bytes);
    CHECK(aclnnInplaceAdds(workspace, bytes, executor, stream));
    CHECK(aclrtValueWrite(flag, 1, 0, stream));
    CHECK(aclrtSynchronizeStream(stream));

    CHECK(aclDestroyTensor(x));
    CHECK(aclDestroyScalar(alpha));
    if (workspace) CHECK(aclrtFree(workspace));
    CHECK(aclrtIpcMemClose(invitation.data));
    CHECK(aclrtIpcMemClose(invitation.flag));
    CHECK(aclrtDestroyEvent(ready));
    CHECK(aclrtDestroyStream(stream));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());
}

static void first(int out, int32_t other) {
    const size_t size = N * sizeof(float);
    struct Invitation invitation;
    CHECK(aclInit(NULL));
    CHECK(aclrtSetDevice(0));
    void *data, *flag;
    float *host;
    aclrtEvent ready;
    aclrtStream stream;
    CHECK(aclrtCreateStream(&stream));
    CHECK(aclrtCreateEventExWithFlag(&ready, ACL_EVENT_IPC));
    CHECK(aclrtMalloc(&data, size, ACL_MEM_MALLOC_HUGE_FIRST));
    CHECK(aclrtMalloc(&flag, sizeof(uint64_t), ACL_MEM_MALLOC_HUGE_FIRST));
    CHECK(aclrtMallocHost((void **)&host, size));
    CHECK(aclrtMemset(flag, sizeof(uint64_t), 0, sizeof(uint64_t)));
    CHECK(aclrtMemset(data, size, 0, size));

    /* A key tells where the memory is; the process that may import it is named besides. */
    CHECK(aclrtIpcMemGetExportKey(data, size, invitation.data, KEY_LENGTH,
                                  ACL_RT_IPC_MEM_EXPORT_FLAG_DEFAULT));
    CHECK(aclrtIpcMemGetExportKey(flag, sizeof(uint64_t), invitation.flag, KEY_LENGTH,
                                  ACL_RT_IPC_MEM_EXPORT_FLAG_DEFAULT));
    CHECK(aclrtIpcMemSetImportPid(invitation.data, &other, 1));
    CHECK(aclrtIpcMemSetImportPid(invitation.flag, &other, 1));
    CHECK(aclrtIpcGetEventHandle(ready, &invitation.ready));

    aclTensor *x = vector(data, N, ACL_FLOAT);
    uint64_t bytes;
    aclOpExecutor *executor;
    CHECK(aclnnInplaceExpGetWorkspaceSize(x, &bytes, &executor));
    void *workspace = allocate_workspace(bytes);
    CHECK(aclnnInplaceExp(workspace, bytes, executor, stream));
    CHECK(aclrtRecordEvent(ready, stream)); /* before the other process learns of it */
    transfer(1, out, &invitation, sizeof invitation);
    CHECK(aclrtValueWait(flag, 1, ACL_STREAM_WAIT_VALUE_GEQ, stream));
    CHECK(aclrtMemcpyAsync(host, size, data, size, ACL_MEMCPY_DEVICE_TO_HOST, stream));
    CHECK(aclrtSynchronizeStream(stream));
    printf("exp(0) of one process + 1 of the other = %g\n", host[N - 1]);

    CHECK(aclDestroyTensor(x));
    if (workspace) CHECK(aclrtFree(workspace));
    CHECK(aclrtFreeHost(host));
    CHECK(aclrtDestroyEvent(ready));
    CHECK(aclrtDestroyStream(stream));
    /* The other process has let go of the memory when it ends. */
    int status = 0;
    if (waitpid(other, &status, 0) != other || status != 0) exit(1);
    CHECK(aclrtIpcMemClose(invitation.data));
    CHECK(aclrtIpcMemClose(invitation.flag));
    CHECK(aclrtFree(data));
    CHECK(aclrtFree(flag));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());
}

int main(void) {
    int ends[2];
    if (pipe(ends)) return 1;
    /* Each process starts CANN for itself, so they part before that. */
    const pid_t other = fork();
    if (other < 0) return 1;
    if (other == 0)
        second(ends[0]);
    else
        first(ends[1], (int32_t)other);
    return 0;
}
