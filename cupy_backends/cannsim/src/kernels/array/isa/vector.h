// Native-width vectors by GCC's vector extension; included only by the per-ISA files.
#pragma once

#include "isa.h"

#include <cstring>
#include <utility>

#if defined(__AVX512F__)
#define CANNSIM_VECTOR_BYTES 64
#elif defined(__AVX2__)
#define CANNSIM_VECTOR_BYTES 32
#else
#define CANNSIM_VECTOR_BYTES 16
#endif

namespace cannsim::array::CANNSIM_ISA {

constexpr int kVectorBytes = CANNSIM_VECTOR_BYTES;

template <class T, int Bytes> struct VectorOf {
    typedef T type __attribute__((vector_size(Bytes)));
};
template <class T, int Bytes = kVectorBytes> using Vector = typename VectorOf<T, Bytes>::type;

// Calls f with a zero of each type that has vector loops, and its dtype.
template <class F> inline void each_compute_type(F &&f) {
    f(float(), DType::Float32);
    f(double(), DType::Float64);
    f(int8_t(), DType::Int8);
    f(uint8_t(), DType::UInt8);
    f(int16_t(), DType::Int16);
    f(uint16_t(), DType::UInt16);
    f(int32_t(), DType::Int32);
    f(uint32_t(), DType::UInt32);
    f(int64_t(), DType::Int64);
    f(uint64_t(), DType::UInt64);
}

template <class V> inline V vload(const void *p) {
    V v;
    __builtin_memcpy(&v, p, sizeof(V));
    return v;
}
template <class V> inline void vstore(void *p, V v) { __builtin_memcpy(p, &v, sizeof(V)); }

}  // namespace cannsim::array::CANNSIM_ISA
