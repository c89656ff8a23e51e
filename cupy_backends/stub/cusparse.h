/* cuSPARSE: sparse vectors and matrices. */
#ifndef CUPY_STUB_CUSPARSE_H
#define CUPY_STUB_CUSPARSE_H

#include "cupy_stub.h"

CUPY_STUB_HANDLE(cusparseHandle_t);
CUPY_STUB_HANDLE(cusparseMatDescr_t);
CUPY_STUB_HANDLE(cusparseSpMatDescr_t);
CUPY_STUB_HANDLE(cusparseDnMatDescr_t);

typedef enum {
    CUSPARSE_STATUS_SUCCESS = 0,
    CUSPARSE_STATUS_NOT_INITIALIZED = 1,
    CUSPARSE_STATUS_ALLOC_FAILED = 2,
    CUSPARSE_STATUS_INVALID_VALUE = 3,
    CUSPARSE_STATUS_ARCH_MISMATCH = 4,
    CUSPARSE_STATUS_EXECUTION_FAILED = 6,
    CUSPARSE_STATUS_INTERNAL_ERROR = 7,
    CUSPARSE_STATUS_NOT_SUPPORTED = 10,
} cusparseStatus_t;

typedef enum {
    CUSPARSE_OPERATION_NON_TRANSPOSE = 0,
    CUSPARSE_OPERATION_TRANSPOSE = 1,
    CUSPARSE_OPERATION_CONJUGATE_TRANSPOSE = 2,
} cusparseOperation_t;
typedef enum { CUSPARSE_INDEX_BASE_ZERO = 0, CUSPARSE_INDEX_BASE_ONE = 1 } cusparseIndexBase_t;
typedef enum { CUSPARSE_ACTION_SYMBOLIC = 0, CUSPARSE_ACTION_NUMERIC = 1 } cusparseAction_t;
typedef enum { CUSPARSE_MATRIX_TYPE_GENERAL = 0 } cusparseMatrixType_t;

#define CUPY_STUB(name) CUPY_STUB_FUNCTION(cusparseStatus_t, CUSPARSE_STATUS_NOT_SUPPORTED, name)
CUPY_STUB(cusparseCreate)
CUPY_STUB(cusparseDestroy)
CUPY_STUB(cusparseSetStream)
CUPY_STUB(cusparseGetStream)
CUPY_STUB(cusparseGetVersion)
CUPY_STUB(cusparseCreateMatDescr)
CUPY_STUB(cusparseDestroyMatDescr)
CUPY_STUB(cusparseCreateCsr)
CUPY_STUB(cusparseCreateCoo)
CUPY_STUB(cusparseCreateCsc)
CUPY_STUB(cusparseCreateDnVec)
CUPY_STUB(cusparseCreateDnMat)
CUPY_STUB(cusparseDestroySpMat)
CUPY_STUB(cusparseDestroyDnVec)
CUPY_STUB(cusparseDestroyDnMat)
CUPY_STUB(cusparseSpMV)
CUPY_STUB(cusparseSpMV_bufferSize)
CUPY_STUB(cusparseSpMM)
CUPY_STUB(cusparseSpMM_bufferSize)
CUPY_STUB(cusparseSpGEMM_compute)
CUPY_STUB(cusparseSpGEMM_copy)
CUPY_STUB(cusparseSpSM_solve)
CUPY_STUB(cusparseSparseToDense)
CUPY_STUB(cusparseDenseToSparse_convert)
CUPY_STUB(cusparseXcoo2csr)
CUPY_STUB(cusparseXcsr2coo)
CUPY_STUB(cusparseXcoosortByRow)
CUPY_STUB(cusparseXcsrsort)
CUPY_STUB_SDCZ(cusparse, csrgeam2)
CUPY_STUB_SDCZ(cusparse, gtsv2)
#undef CUPY_STUB

#endif
