#pragma once

#include "vector.h"

namespace cannsim::array::CANNSIM_ISA {

void transpose(int width, char *dst, int64_t dst_stride, const char *src, int64_t src_stride,
               int64_t rows, int64_t cols);

}  // namespace cannsim::array::CANNSIM_ISA
