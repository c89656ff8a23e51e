/* cuBLAS: dense vectors and matrices. */
#ifndef CUPY_STUB_CUBLAS_H
#define CUPY_STUB_CUBLAS_H

#include "cupy_stub.h"

CUPY_STUB_HANDLE(cublasHandle_t);

typedef enum {
    CUBLAS_STATUS_SUCCESS = 0,
    CUBLAS_STATUS_NOT_INITIALIZED = 1,
    CUBLAS_STATUS_ALLOC_FAILED = 3,
    CUBLAS_STATUS_INVALID_VALUE = 7,
    CUBLAS_STATUS_ARCH_MISMATCH = 8,
    CUBLAS_STATUS_MAPPING_ERROR = 11,
    CUBLAS_STATUS_EXECUTION_FAILED = 13,
    CUBLAS_STATUS_INTERNAL_ERROR = 14,
    CUBLAS_STATUS_NOT_SUPPORTED = 15,
} cublasStatus_t;

typedef enum { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1, CUBLAS_OP_C = 2 } cublasOperation_t;
typedef enum { CUBLAS_FILL_MODE_LOWER = 0, CUBLAS_FILL_MODE_UPPER = 1 } cublasFillMode_t;
typedef enum { CUBLAS_SIDE_LEFT = 0, CUBLAS_SIDE_RIGHT = 1 } cublasSideMode_t;
typedef enum { CUBLAS_DIAG_NON_UNIT = 0, CUBLAS_DIAG_UNIT = 1 } cublasDiagType_t;
typedef enum { CUBLAS_POINTER_MODE_HOST = 0, CUBLAS_POINTER_MODE_DEVICE = 1 } cublasPointerMode_t;

#define CUPY_STUB(name) CUPY_STUB_FUNCTION(cublasStatus_t, CUBLAS_STATUS_NOT_SUPPORTED, name)
CUPY_STUB(cublasCreate_v2)
CUPY_STUB(cublasDestroy_v2)
CUPY_STUB(cublasGetVersion_v2)
CUPY_STUB(cublasSetStream_v2)
CUPY_STUB(cublasGetStream_v2)
CUPY_STUB(cublasSetPointerMode_v2)
CUPY_STUB(cublasGetPointerMode_v2)
CUPY_STUB(cublasSetMathMode)
CUPY_STUB_SD(cublasI, amax_v2)
CUPY_STUB_SD(cublasI, amin_v2)
CUPY_STUB_SD(cublas, asum_v2)
CUPY_STUB_SD(cublas, dot_v2)
CUPY_STUB_CZ(cublas, dotu_v2)
CUPY_STUB_CZ(cublas, dotc_v2)
CUPY_STUB_SDCZ(cublas, axpy_v2)
CUPY_STUB_SDCZ(cublas, scal_v2)
CUPY_STUB_SD(cublas, nrm2_v2)
CUPY_STUB_SDCZ(cublas, gemv_v2)
CUPY_STUB_SD(cublas, ger_v2)
CUPY_STUB_CZ(cublas, geru_v2)
CUPY_STUB_CZ(cublas, gerc_v2)
CUPY_STUB_SDCZ(cublas, gemm_v2)
CUPY_STUB_SDCZ(cublas, gemmBatched)
CUPY_STUB_SDCZ(cublas, gemmStridedBatched)
CUPY_STUB_SDCZ(cublas, trsm_v2)
CUPY_STUB_SDCZ(cublas, trsmBatched)
CUPY_STUB_SDCZ(cublas, syrk_v2)
CUPY_STUB_SDCZ(cublas, geam)
CUPY_STUB_SDCZ(cublas, dgmm)
CUPY_STUB_SDCZ(cublas, getrfBatched)
CUPY_STUB_SDCZ(cublas, getrsBatched)
CUPY_STUB_SDCZ(cublas, getriBatched)
#undef CUPY_STUB

#endif
