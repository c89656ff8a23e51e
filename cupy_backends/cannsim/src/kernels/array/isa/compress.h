// Selection by a byte mask, and the check of indices.
#pragma once

#include "vector.h"

namespace cannsim::array::CANNSIM_ISA {

int64_t compress(int width, char *dst, const char *src, const uint8_t *mask, int64_t n,
                 int64_t capacity);
int64_t where(int64_t *dst, const uint8_t *mask, int64_t n, int64_t base, int64_t capacity);
bool any_outside(const char *index, bool is64, int64_t n, int64_t extent);
void limits(const int64_t *x, int64_t n, int64_t *least, int64_t *largest);

}  // namespace cannsim::array::CANNSIM_ISA
