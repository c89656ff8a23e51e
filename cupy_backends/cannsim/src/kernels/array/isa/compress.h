// Selection by a byte mask.
#pragma once

#include "vector.h"

namespace cannsim::array::CANNSIM_ISA {

int64_t compress(int width, char *dst, const char *src, const uint8_t *mask, int64_t n,
                 int64_t capacity);
int64_t where(int64_t *dst, const uint8_t *mask, int64_t n, int64_t base, int64_t capacity);

}  // namespace cannsim::array::CANNSIM_ISA
