/* A program that knows nothing of cannsim: CANN's headers, CANN's libraries. */
#include "acl/acl.h"
#include "aclnnop/aclnn_add.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(call)                                                                                \
    do {                                                                                           \
        int status = (call);                                                                       \
        if (status) {                                                                              \
            const char *text = aclGetRecentErrMsg();                                               \
            printf("%s: %d %s\n", #call, status, text ? text : "");                                \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static void *symbol(const char *library, const char *name) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL), *found;
    if (!handle) {
        printf("%s\n", dlerror());
        exit(1);
    }
    found = dlsym(handle, name);
    if (!found) {
        printf("%s has no %s\n", library, name);
        exit(1);
    }
    return found;
}

int main(void) {
    float a[3] = {1, 2, 3}, back[3] = {0, 0, 0}, one = 1;
    int64_t n = 3;
    void *memory;
    uint64_t workspace = 0;
    aclOpExecutor *executor = NULL;
    CHECK(aclInit(NULL));
    CHECK(aclrtSetDevice(0));
    CHECK(aclrtMalloc(&memory, 12, ACL_MEM_MALLOC_HUGE_FIRST));
    CHECK(aclrtMemcpy(memory, 12, a, 12, ACL_MEMCPY_HOST_TO_DEVICE));
    aclTensor *t = aclCreateTensor(&n, 1, ACL_FLOAT, NULL, 0, ACL_FORMAT_ND, &n, 1, memory);
    aclScalar *alpha = aclCreateScalar(&one, ACL_FLOAT);
    CHECK(aclnnAddGetWorkspaceSize(t, t, alpha, t, &workspace, &executor));
    CHECK(aclnnAdd(NULL, workspace, executor, NULL));
    CHECK(aclrtSynchronizeStream(NULL));
    CHECK(aclrtMemcpy(back, 12, memory, 12, ACL_MEMCPY_DEVICE_TO_HOST));
    if (back[0] != 2 || back[1] != 4 || back[2] != 6) {
        printf("wrong sums: %g %g %g\n", back[0], back[1], back[2]);
        return 1;
    }
    /* By name: from the library where CANN keeps it, and the same function as the linked one. */
    if (symbol("libascendcl.so", "aclrtMalloc") != (void *)aclrtMalloc ||
        symbol("libnnopbase.so", "aclCreateTensor") != (void *)aclCreateTensor ||
        symbol("libopapi.so", "aclnnAdd") != (void *)aclnnAdd ||
        symbol("libopapi.so", "aclnnMulGetWorkspaceSize") == NULL) {
        printf("dlsym found other functions than the linker\n");
        return 1;
    }
    CHECK(aclDestroyTensor(t));
    CHECK(aclDestroyScalar(alpha));
    CHECK(aclrtFree(memory));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());
    puts("ok");
    return 0;
}
