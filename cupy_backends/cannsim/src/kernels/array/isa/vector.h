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

template <class V> inline V vload(const void *p) {
    V v;
    __builtin_memcpy(&v, p, sizeof(V));
    return v;
}
template <class V> inline void vstore(void *p, V v) { __builtin_memcpy(p, &v, sizeof(V)); }

}  // namespace cannsim::array::CANNSIM_ISA
