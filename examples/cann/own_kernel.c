/* y = 2 x by a kernel of the program's own: own_kernel BINARY, where the binary has a kernel "scale". */
#include "check.h"

enum { N = 1000, BLOCKS = 8 };

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: %s BINARY\n", arguments[0]);
        return 2;
    }
    static float x[N];
    for (int i = 0; i < N; ++i) x[i] = (float)i;
    CHECK(aclInit(NULL));
    CHECK(aclrtSetDevice(0));
    aclrtStream stream;
    CHECK(aclrtCreateStream(&stream));
    void *dx, *dy;
    CHECK(aclrtMalloc(&dx, sizeof x, ACL_MEM_MALLOC_HUGE_FIRST));
    CHECK(aclrtMalloc(&dy, sizeof x, ACL_MEM_MALLOC_HUGE_FIRST));
    CHECK(aclrtMemcpy(dx, sizeof x, x, sizeof x, ACL_MEMCPY_HOST_TO_DEVICE));

    aclrtBinHandle binary;
    aclrtFuncHandle scale;
    CHECK(aclrtBinaryLoadFromFile(arguments[1], NULL, &binary));
    CHECK(aclrtBinaryGetFunction(binary, "scale", &scale));

    /* In the order of the kernel's parameters; pointers are device addresses. */
    aclrtArgsHandle args;
    aclrtParamHandle param;
    float factor = 2;
    uint32_t n = N;
    CHECK(aclrtKernelArgsInit(scale, &args));
    CHECK(aclrtKernelArgsAppend(args, &dx, sizeof dx, &param));
    CHECK(aclrtKernelArgsAppend(args, &dy, sizeof dy, &param));
    CHECK(aclrtKernelArgsAppend(args, &factor, sizeof factor, &param));
    CHECK(aclrtKernelArgsAppend(args, &n, sizeof n, &param));
    CHECK(aclrtKernelArgsFinalize(args));
    CHECK(aclrtLaunchKernelWithConfig(scale, BLOCKS, stream, NULL, args, NULL));
    CHECK(aclrtSynchronizeStream(stream));

    CHECK(aclrtMemcpy(x, sizeof x, dy, sizeof x, ACL_MEMCPY_DEVICE_TO_HOST));
    for (int i = 0; i < N; ++i)
        if (x[i] != 2 * (float)i) {
            fprintf(stderr, "y[%d] is %g, expected %d\n", i, x[i], 2 * i);
            return 1;
        }
    printf("y[%d] = %g, by %d blocks\n", N - 1, x[N - 1], BLOCKS);

    CHECK(aclrtBinaryUnLoad(binary));
    CHECK(aclrtFree(dx));
    CHECK(aclrtFree(dy));
    CHECK(aclrtDestroyStream(stream));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());
    return 0;
}
