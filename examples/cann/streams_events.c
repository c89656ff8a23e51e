/* Two streams work at once and meet by events; pinned memory lets copies overlap the work. */
#include "check.h"

#include "aclnnop/aclnn_add.h"
#include "aclnnop/aclnn_exp.h"

enum { N = 1 << 16 };

static void exponential(void *from, void *to, aclrtStream stream) {
    aclTensor *in = vector(from, N, ACL_FLOAT), *out = vector(to, N, ACL_FLOAT);
    uint64_t bytes;
    aclOpExecutor *executor;
    CHECK(aclnnExpGetWorkspaceSize(in, out, &bytes, &executor));
    void *workspace = allocate_workspace(bytes);
    CHECK(aclnnExp(workspace, bytes, executor, stream));
    /* The launch is over, so the descriptors may go; memory has to wait for the stream. */
    CHECK(aclDestroyTensor(in));
    CHECK(aclDestroyTensor(out));
    if (workspace) {
        CHECK(aclrtSynchronizeStream(stream));
        CHECK(aclrtFree(workspace));
    }
}

int main(void) {
    const size_t size = N * sizeof(float);
    CHECK(aclInit(NULL));
    CHECK(aclrtSetDevice(0));
    aclrtStream streams[2];
    aclrtEvent begin, end, ready[2];
    for (int i = 0; i < 2; ++i) {
        CHECK(aclrtCreateStream(&streams[i]));
        CHECK(aclrtCreateEventWithFlag(&ready[i], ACL_EVENT_SYNC));
    }
    CHECK(aclrtCreateEventWithFlag(&begin, ACL_EVENT_TIME_LINE));
    CHECK(aclrtCreateEventWithFlag(&end, ACL_EVENT_TIME_LINE));

    float *host;
    void *in[2], *out[2];
    CHECK(aclrtMallocHost((void **)&host, 2 * size));
    for (int i = 0; i < 2 * N; ++i) host[i] = i < N ? 0.0f : 1.0f;
    for (int i = 0; i < 2; ++i) {
        CHECK(aclrtMalloc(&in[i], size, ACL_MEM_MALLOC_HUGE_FIRST));
        CHECK(aclrtMalloc(&out[i], size, ACL_MEM_MALLOC_HUGE_FIRST));
    }

    CHECK(aclrtRecordEvent(begin, streams[0]));
    for (int i = 0; i < 2; ++i) {
        CHECK(aclrtMemcpyAsync(in[i], size, host + i * N, size, ACL_MEMCPY_HOST_TO_DEVICE,
                               streams[i]));
        exponential(in[i], out[i], streams[i]);
        CHECK(aclrtRecordEvent(ready[i], streams[i]));
    }
    /* Stream 0 adds both results, so it waits for stream 1; the host waits for nobody yet. */
    CHECK(aclrtStreamWaitEvent(streams[0], ready[1]));
    aclTensor *a = vector(out[0], N, ACL_FLOAT), *b = vector(out[1], N, ACL_FLOAT);
    float one = 1;
    aclScalar *alpha = aclCreateScalar(&one, ACL_FLOAT);
    uint64_t bytes;
    aclOpExecutor *executor;
    CHECK(aclnnInplaceAddGetWorkspaceSize(a, b, alpha, &bytes, &executor));
    void *workspace = allocate_workspace(bytes);
    CHECK(aclnnInplaceAdd(workspace, bytes, executor, streams[0]));
    CHECK(aclrtMemcpyAsync(host, size, out[0], size, ACL_MEMCPY_DEVICE_TO_HOST, streams[0]));
    CHECK(aclrtRecordEvent(end, streams[0]));
    CHECK(aclrtSynchronizeEvent(end));

    float ms = -1;
    CHECK(aclrtEventElapsedTime(&ms, begin, end));
    printf("exp(0) + exp(1) = %.5f; the time is %s\n", host[N - 1], ms >= 0 ? "known" : "unknown");
    if (host[0] < 3.71827f || host[0] > 3.71829f || host[N - 1] != host[0] || ms < 0) return 1;

    CHECK(aclDestroyTensor(a));
    CHECK(aclDestroyTensor(b));
    CHECK(aclDestroyScalar(alpha));
    if (workspace) CHECK(aclrtFree(workspace));
    for (int i = 0; i < 2; ++i) {
        CHECK(aclrtDestroyEvent(ready[i]));
        CHECK(aclrtDestroyStream(streams[i]));
        CHECK(aclrtFree(in[i]));
        CHECK(aclrtFree(out[i]));
    }
    CHECK(aclrtDestroyEvent(begin));
    CHECK(aclrtDestroyEvent(end));
    CHECK(aclrtFreeHost(host));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());
    return 0;
}
