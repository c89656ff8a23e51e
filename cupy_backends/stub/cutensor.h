/* cuTENSOR: contractions, reductions and element-wise operations of tensors. */
#ifndef CUPY_STUB_CUTENSOR_H
#define CUPY_STUB_CUTENSOR_H

#include "cupy_stub.h"

CUPY_STUB_HANDLE(cutensorHandle_t);
CUPY_STUB_HANDLE(cutensorTensorDescriptor_t);
CUPY_STUB_HANDLE(cutensorOperationDescriptor_t);
CUPY_STUB_HANDLE(cutensorPlanPreference_t);
CUPY_STUB_HANDLE(cutensorPlan_t);

typedef enum {
    CUTENSOR_STATUS_SUCCESS = 0,
    CUTENSOR_STATUS_NOT_INITIALIZED = 1,
    CUTENSOR_STATUS_ALLOC_FAILED = 3,
    CUTENSOR_STATUS_INVALID_VALUE = 7,
    CUTENSOR_STATUS_ARCH_MISMATCH = 8,
    CUTENSOR_STATUS_EXECUTION_FAILED = 13,
    CUTENSOR_STATUS_INTERNAL_ERROR = 14,
    CUTENSOR_STATUS_NOT_SUPPORTED = 15,
} cutensorStatus_t;

typedef enum {
    CUTENSOR_OP_IDENTITY = 1,
    CUTENSOR_OP_SQRT = 2,
    CUTENSOR_OP_ADD = 3,
    CUTENSOR_OP_MUL = 5,
    CUTENSOR_OP_MAX = 6,
    CUTENSOR_OP_MIN = 7,
    CUTENSOR_OP_CONJ = 9,
} cutensorOperator_t;

#define CUPY_STUB(name) CUPY_STUB_FUNCTION(cutensorStatus_t, CUTENSOR_STATUS_NOT_SUPPORTED, name)
CUPY_STUB(cutensorCreate)
CUPY_STUB(cutensorDestroy)
CUPY_STUB(cutensorGetVersion)
CUPY_STUB(cutensorCreateTensorDescriptor)
CUPY_STUB(cutensorDestroyTensorDescriptor)
CUPY_STUB(cutensorCreateElementwiseBinary)
CUPY_STUB(cutensorCreateElementwiseTrinary)
CUPY_STUB(cutensorElementwiseBinaryExecute)
CUPY_STUB(cutensorElementwiseTrinaryExecute)
CUPY_STUB(cutensorCreateContraction)
CUPY_STUB(cutensorContract)
CUPY_STUB(cutensorCreateReduction)
CUPY_STUB(cutensorReduce)
CUPY_STUB(cutensorCreatePermutation)
CUPY_STUB(cutensorPermute)
CUPY_STUB(cutensorCreatePlan)
CUPY_STUB(cutensorCreatePlanPreference)
CUPY_STUB(cutensorEstimateWorkspaceSize)
#undef CUPY_STUB

#endif
