// Copies of raw elements: one line, or more axes than a View has. Internal to the array kernels.
#pragma once

#include "nest.h"

namespace cannsim::array {

void copy_line(char *dst, int64_t dst_step, const char *src, int64_t src_step, int64_t n,
               int width);

// Operand 0 = operand 1, elements of `width` bytes.
void copy_nest(Nest<2> nest, int width);

}  // namespace cannsim::array
