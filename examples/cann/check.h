/* What the examples share: a call that fails ends the program with CANN's message. */
#ifndef CHECK_H
#define CHECK_H

#include "acl/acl.h"

#include <stdio.h>
#include <stdlib.h>

#define CHECK(call)                                                                                \
    do {                                                                                           \
        const int status_ = (int)(call);                                                           \
        if (status_ != 0) {                                                                        \
            const char *text_ = aclGetRecentErrMsg();                                              \
            fprintf(stderr, "%s:%d: %s gave %d: %s\n", __FILE__, __LINE__, #call, status_,         \
                    text_ ? text_ : "no message");                                                 \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* A vector of n elements in device memory: strides NULL means contiguous. */
static inline aclTensor *vector(void *data, int64_t n, aclDataType dtype) {
    aclTensor *t = aclCreateTensor(&n, 1, dtype, NULL, 0, ACL_FORMAT_ND, &n, 1, data);
    if (!t) {
        fprintf(stderr, "aclCreateTensor gave NULL\n");
        exit(1);
    }
    return t;
}

/* The workspace of an operator, NULL where it needs none. */
static inline void *allocate_workspace(uint64_t bytes) {
    void *workspace = NULL;
    if (bytes) CHECK(aclrtMalloc(&workspace, bytes, ACL_MEM_MALLOC_HUGE_FIRST));
    return workspace;
}

#endif
