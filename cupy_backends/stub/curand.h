/* cuRAND: random numbers. */
#ifndef CUPY_STUB_CURAND_H
#define CUPY_STUB_CURAND_H

#include "cupy_stub.h"

CUPY_STUB_HANDLE(curandGenerator_t);

typedef enum {
    CURAND_STATUS_SUCCESS = 0,
    CURAND_STATUS_NOT_INITIALIZED = 101,
    CURAND_STATUS_ALLOCATION_FAILED = 102,
    CURAND_STATUS_INITIALIZATION_FAILED = 203,
} curandStatus_t;

typedef enum {
    CURAND_RNG_PSEUDO_DEFAULT = 100,
    CURAND_RNG_PSEUDO_XORWOW = 101,
    CURAND_RNG_PSEUDO_MRG32K3A = 121,
    CURAND_RNG_PSEUDO_MTGP32 = 141,
    CURAND_RNG_PSEUDO_MT19937 = 142,
    CURAND_RNG_PSEUDO_PHILOX4_32_10 = 161,
} curandRngType_t;

#define CUPY_STUB(name)                                                                            \
    CUPY_STUB_FUNCTION(curandStatus_t, CURAND_STATUS_INITIALIZATION_FAILED, name)
CUPY_STUB(curandCreateGenerator)
CUPY_STUB(curandDestroyGenerator)
CUPY_STUB(curandGetVersion)
CUPY_STUB(curandSetStream)
CUPY_STUB(curandSetPseudoRandomGeneratorSeed)
CUPY_STUB(curandSetGeneratorOffset)
CUPY_STUB(curandSetGeneratorOrdering)
CUPY_STUB(curandGenerate)
CUPY_STUB(curandGenerateLongLong)
CUPY_STUB(curandGenerateUniform)
CUPY_STUB(curandGenerateUniformDouble)
CUPY_STUB(curandGenerateNormal)
CUPY_STUB(curandGenerateNormalDouble)
CUPY_STUB(curandGenerateLogNormal)
CUPY_STUB(curandGenerateLogNormalDouble)
CUPY_STUB(curandGeneratePoisson)
#undef CUPY_STUB

#endif
