// Row reductions: the one kernel behind sums, products and extrema along any axis.
#pragma once

#include "vector.h"

namespace cannsim::array::CANNSIM_ISA {

void fill_rows(IsaTable &table);

}  // namespace cannsim::array::CANNSIM_ISA
