// Conversions of float16 in blocks.
#pragma once

#include "vector.h"

namespace cannsim::array::CANNSIM_ISA {

void half_to_float(float *dst, const uint16_t *src, int64_t n);
void float_to_half(uint16_t *dst, const float *src, int64_t n);

}  // namespace cannsim::array::CANNSIM_ISA
