/* cuSOLVER: factorisations and eigenvalues of dense matrices, sparse solvers. */
#ifndef CUPY_STUB_CUSOLVER_H
#define CUPY_STUB_CUSOLVER_H

#include "cupy_stub.h"

CUPY_STUB_HANDLE(cusolverDnHandle_t);
CUPY_STUB_HANDLE(cusolverSpHandle_t);

typedef enum {
    CUSOLVER_STATUS_SUCCESS = 0,
    CUSOLVER_STATUS_NOT_INITIALIZED = 1,
    CUSOLVER_STATUS_ALLOC_FAILED = 2,
    CUSOLVER_STATUS_INVALID_VALUE = 3,
    CUSOLVER_STATUS_ARCH_MISMATCH = 4,
    CUSOLVER_STATUS_EXECUTION_FAILED = 6,
    CUSOLVER_STATUS_INTERNAL_ERROR = 7,
    CUSOLVER_STATUS_NOT_SUPPORTED = 9,
} cusolverStatus_t;

typedef enum {
    CUSOLVER_EIG_TYPE_1 = 1,
    CUSOLVER_EIG_TYPE_2 = 2,
    CUSOLVER_EIG_TYPE_3 = 3
} cusolverEigType_t;
typedef enum { CUSOLVER_EIG_MODE_NOVECTOR = 0, CUSOLVER_EIG_MODE_VECTOR = 1 } cusolverEigMode_t;

#define CUPY_STUB(name) CUPY_STUB_FUNCTION(cusolverStatus_t, CUSOLVER_STATUS_NOT_SUPPORTED, name)
CUPY_STUB(cusolverDnCreate)
CUPY_STUB(cusolverDnDestroy)
CUPY_STUB(cusolverDnSetStream)
CUPY_STUB(cusolverDnGetStream)
CUPY_STUB(cusolverSpCreate)
CUPY_STUB(cusolverSpDestroy)
CUPY_STUB_SDCZ(cusolverDn, potrf)
CUPY_STUB_SDCZ(cusolverDn, potrf_bufferSize)
CUPY_STUB_SDCZ(cusolverDn, potrs)
CUPY_STUB_SDCZ(cusolverDn, potrfBatched)
CUPY_STUB_SDCZ(cusolverDn, getrf)
CUPY_STUB_SDCZ(cusolverDn, getrf_bufferSize)
CUPY_STUB_SDCZ(cusolverDn, getrs)
CUPY_STUB_SDCZ(cusolverDn, geqrf)
CUPY_STUB_SDCZ(cusolverDn, geqrf_bufferSize)
CUPY_STUB_SD(cusolverDn, orgqr)
CUPY_STUB_CZ(cusolverDn, ungqr)
CUPY_STUB_SD(cusolverDn, ormqr)
CUPY_STUB_CZ(cusolverDn, unmqr)
CUPY_STUB_SDCZ(cusolverDn, gesvd)
CUPY_STUB_SDCZ(cusolverDn, gesvd_bufferSize)
CUPY_STUB_SDCZ(cusolverDn, gesvdj)
CUPY_STUB_SDCZ(cusolverDn, gesvdaStridedBatched)
CUPY_STUB_SD(cusolverDn, syevd)
CUPY_STUB_CZ(cusolverDn, heevd)
CUPY_STUB_SD(cusolverDn, syevj)
CUPY_STUB_CZ(cusolverDn, heevj)
CUPY_STUB_SDCZ(cusolverSp, csrlsvqr)
CUPY_STUB_SDCZ(cusolverSp, csrlsvchol)
#undef CUPY_STUB

#endif
