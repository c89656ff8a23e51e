/* NCCL: collectives between GPUs. */
#ifndef CUPY_STUB_NCCL_H
#define CUPY_STUB_NCCL_H

#include "cupy_stub.h"

CUPY_STUB_HANDLE(ncclComm_t);

typedef enum {
    ncclSuccess = 0,
    ncclUnhandledCudaError = 1,
    ncclSystemError = 2,
    ncclInternalError = 3,
    ncclInvalidArgument = 4,
    ncclInvalidUsage = 5,
} ncclResult_t;

typedef enum { ncclSum = 0, ncclProd = 1, ncclMax = 2, ncclMin = 3 } ncclRedOp_t;
typedef enum {
    ncclInt8 = 0,
    ncclUint8 = 1,
    ncclInt32 = 2,
    ncclUint32 = 3,
    ncclInt64 = 4,
    ncclUint64 = 5,
    ncclFloat16 = 6,
    ncclFloat32 = 7,
    ncclFloat64 = 8,
    ncclBfloat16 = 9,
} ncclDataType_t;

#define CUPY_STUB(name) CUPY_STUB_FUNCTION(ncclResult_t, ncclSystemError, name)
CUPY_STUB(ncclGetVersion)
CUPY_STUB(ncclGetUniqueId)
CUPY_STUB(ncclCommInitRank)
CUPY_STUB(ncclGroupStart)
CUPY_STUB(ncclGroupEnd)
#undef CUPY_STUB

#endif
