#include "compress.h"

#if defined(__AVX512VBMI2__)
#include <immintrin.h>
#endif

namespace cannsim::array::CANNSIM_ISA {
namespace {

struct Element16 {
    uint64_t a, b;
};

// Branch-free: every element is stored, the position advances for the chosen ones.
template <class T> int64_t compress_scalar(char *dst, const char *src, const uint8_t *mask,
                                           int64_t n, int64_t capacity) {
    int64_t k = 0, i = 0;
    constexpr int64_t size = sizeof(T);
    for (; i + 8 <= n && k + 8 <= capacity; i += 8) {
        uint64_t word;
        std::memcpy(&word, mask + i, 8);
        if (word == 0) continue;
#pragma GCC unroll 8
        for (int u = 0; u < 8; ++u) {
            std::memcpy(dst + k * size, src + (i + u) * size, size_t(size));
            k += mask[i + u] != 0;
        }
    }
    for (; i < n && k < capacity; ++i) {
        std::memcpy(dst + k * size, src + i * size, size_t(size));
        k += mask[i] != 0;
    }
    return k;
}

#if defined(__AVX512VBMI2__)

template <int Width> struct Packed;
template <> struct Packed<1> {
    static __m512i pack(__mmask64 m, __m512i x) { return _mm512_maskz_compress_epi8(m, x); }
};
template <> struct Packed<2> {
    static __m512i pack(__mmask64 m, __m512i x) {
        return _mm512_maskz_compress_epi16(__mmask32(m), x);
    }
};
template <> struct Packed<4> {
    static __m512i pack(__mmask64 m, __m512i x) {
        return _mm512_maskz_compress_epi32(__mmask16(m), x);
    }
};
template <> struct Packed<8> {
    static __m512i pack(__mmask64 m, __m512i x) {
        return _mm512_maskz_compress_epi64(__mmask8(m), x);
    }
};

// Compressing in a register and storing whole vectors: the compressing store is microcoded on some
// CPUs. Near the end of dst the scalar loop takes over, since whole vectors would overrun it.
template <int Width, class T> int64_t
compress_vector(char *dst, const char *src, const uint8_t *mask, int64_t n, int64_t capacity) {
    constexpr int64_t lanes = 64 / Width;
    constexpr uint64_t part = lanes == 64 ? ~0ull : (1ull << lanes % 64) - 1;
    int64_t k = 0, i = 0;
    for (; i + 64 <= n && k + 64 <= capacity; i += 64) {
        uint64_t bits = _mm512_test_epi8_mask(_mm512_loadu_si512(mask + i), _mm512_set1_epi8(-1));
        if (bits == 0) continue;
#pragma GCC unroll 8
        for (int64_t u = 0; u < 64; u += lanes) {
            __mmask64 m = bits >> u & part;
            _mm512_storeu_si512(dst + k * Width,
                                Packed<Width>::pack(m, _mm512_loadu_si512(src + (i + u) * Width)));
            k += __builtin_popcountll(m);
        }
    }
    return k + compress_scalar<T>(dst + k * Width, src + i * Width, mask + i, n - i, capacity - k);
}

#endif

}  // namespace

int64_t compress(int width, char *dst, const char *src, const uint8_t *mask, int64_t n,
                 int64_t capacity) {
    switch (width) {
#if defined(__AVX512VBMI2__)
    case 1: return compress_vector<1, uint8_t>(dst, src, mask, n, capacity);
    case 2: return compress_vector<2, uint16_t>(dst, src, mask, n, capacity);
    case 4: return compress_vector<4, uint32_t>(dst, src, mask, n, capacity);
    case 8: return compress_vector<8, uint64_t>(dst, src, mask, n, capacity);
#else
    case 1: return compress_scalar<uint8_t>(dst, src, mask, n, capacity);
    case 2: return compress_scalar<uint16_t>(dst, src, mask, n, capacity);
    case 4: return compress_scalar<uint32_t>(dst, src, mask, n, capacity);
    case 8: return compress_scalar<uint64_t>(dst, src, mask, n, capacity);
#endif
    case 16: return compress_scalar<Element16>(dst, src, mask, n, capacity);
    }
    return 0;
}

int64_t where(int64_t *dst, const uint8_t *mask, int64_t n, int64_t base, int64_t capacity) {
    int64_t k = 0, i = 0;
    for (; i + 64 <= n && k + 64 <= capacity; i += 64) {
#if defined(__AVX512VBMI2__)
        uint64_t bits = _mm512_test_epi8_mask(_mm512_loadu_si512(mask + i), _mm512_set1_epi8(-1));
        if (bits == 0) continue;
        __m512i index = _mm512_add_epi64(_mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7),
                                         _mm512_set1_epi64(base + i));
#pragma GCC unroll 8
        for (int u = 0; u < 8; ++u) {
            __mmask8 m = __mmask8(bits >> 8 * u);
            _mm512_storeu_si512(dst + k, _mm512_maskz_compress_epi64(m, index));
            index = _mm512_add_epi64(index, _mm512_set1_epi64(8));
            k += __builtin_popcount(m);
        }
#else
        for (int g = 0; g < 64; g += 8) {
            uint64_t word;
            std::memcpy(&word, mask + i + g, 8);
            if (word == 0) continue;
#pragma GCC unroll 8
            for (int u = g; u < g + 8; ++u) {
                dst[k] = base + i + u;
                k += mask[i + u] != 0;
            }
        }
#endif
    }
    for (; i < n && k < capacity; ++i) {
        dst[k] = base + i;
        k += mask[i] != 0;
    }
    return k;
}

namespace {

template <class T> bool outside(const char *index, int64_t n, int64_t extent) {
    // Bounds of a block rather than a flag per element: they stay in T.
    for (int64_t i = 0; i < n; i += 1024) {
        int64_t m = n - i < 1024 ? n - i : 1024;
        T low = 0, high = 0;
        for (int64_t k = 0; k < m; ++k) {
            T x;
            std::memcpy(&x, index + (i + k) * int64_t(sizeof(T)), sizeof(T));
            low = x < low ? x : low;
            high = x > high ? x : high;
        }
        if (low < -extent || high >= extent) return true;
    }
    return false;
}

}  // namespace

bool any_outside(const char *index, bool is64, int64_t n, int64_t extent) {
    return is64 ? outside<int64_t>(index, n, extent) : outside<int32_t>(index, n, extent);
}

void limits(const int64_t *x, int64_t n, int64_t *least, int64_t *largest) {
    int64_t low = x[0], high = x[0];
    for (int64_t i = 0; i < n; ++i) { // from 0: vectors stay aligned
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    *least = low;
    *largest = high;
}

}  // namespace cannsim::array::CANNSIM_ISA
