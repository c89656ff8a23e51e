#include "halves.h"

#include "../scalar.h"

#if defined(__F16C__)
#include <immintrin.h>
#endif

namespace cannsim::array::CANNSIM_ISA {

void half_to_float(float *dst, const uint16_t *src, int64_t n) {
    int64_t i = 0;
#if defined(__F16C__)
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(dst + i, _mm256_cvtph_ps(_mm_loadu_si128(
                                      reinterpret_cast<const __m128i *>(src + i))));
#endif
    for (; i < n; ++i) dst[i] = to_float(Half{src[i]});
}

void float_to_half(uint16_t *dst, const float *src, int64_t n) {
    int64_t i = 0;
#if defined(__F16C__)
    for (; i + 8 <= n; i += 8)
        _mm_storeu_si128(reinterpret_cast<__m128i *>(dst + i),
                         _mm256_cvtps_ph(_mm256_loadu_ps(src + i), _MM_FROUND_TO_NEAREST_INT));
#endif
    for (; i < n; ++i) dst[i] = to_half(src[i]).bits;
}

}  // namespace cannsim::array::CANNSIM_ISA
