#pragma once

#include "vector.h"

namespace cannsim::array::CANNSIM_ISA {

void zip(int width, char *dst, const char *const *rows, int count, int64_t n);
void unzip(int width, char *const *rows, int count, const char *src, int64_t n);

}  // namespace cannsim::array::CANNSIM_ISA
