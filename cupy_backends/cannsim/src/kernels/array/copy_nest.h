// Copies that need more axes than a View has. Internal to the array kernels.
#pragma once

#include "nest.h"

namespace cannsim::array {

// Operand 0 = operand 1, elements of `width` bytes.
void copy_nest(Nest<2> nest, int width);

}  // namespace cannsim::array
