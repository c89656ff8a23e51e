/* cuFFT: Fourier transforms. */
#ifndef CUPY_STUB_CUFFT_H
#define CUPY_STUB_CUFFT_H

#include "cupy_stub.h"

typedef int cufftHandle;

typedef enum {
    CUFFT_SUCCESS = 0,
    CUFFT_INVALID_PLAN = 1,
    CUFFT_ALLOC_FAILED = 2,
    CUFFT_INVALID_VALUE = 4,
    CUFFT_INTERNAL_ERROR = 5,
    CUFFT_EXEC_FAILED = 6,
    CUFFT_NOT_SUPPORTED = 16,
} cufftResult;

typedef enum {
    CUFFT_R2C = 0x2a,
    CUFFT_C2R = 0x2c,
    CUFFT_C2C = 0x29,
    CUFFT_D2Z = 0x6a,
    CUFFT_Z2D = 0x6c,
    CUFFT_Z2Z = 0x69,
} cufftType;

enum { CUFFT_FORWARD = -1, CUFFT_INVERSE = 1 };

#define CUPY_STUB(name) CUPY_STUB_FUNCTION(cufftResult, CUFFT_NOT_SUPPORTED, name)
CUPY_STUB(cufftCreate)
CUPY_STUB(cufftGetVersion)
CUPY_STUB(cufftMakePlan1d)
CUPY_STUB(cufftMakePlanMany)
CUPY_STUB(cufftXtMakePlanMany)
CUPY_STUB(cufftSetAutoAllocation)
CUPY_STUB(cufftExecC2C)
CUPY_STUB(cufftExecR2C)
CUPY_STUB(cufftExecC2R)
CUPY_STUB(cufftExecZ2Z)
CUPY_STUB(cufftExecD2Z)
CUPY_STUB(cufftExecZ2D)
CUPY_STUB(cufftXtExec)
CUPY_STUB(cufftXtExecDescriptorC2C)
CUPY_STUB(cufftXtExecDescriptorZ2Z)
CUPY_STUB(cufftXtSetCallback)
CUPY_STUB(cufftXtSetJITCallback)
#undef CUPY_STUB

#endif
