// The search for a value among elements in any order.
#pragma once

#include "vector.h"

namespace cannsim::array::CANNSIM_ISA {

void fill_find(IsaTable &table);

}  // namespace cannsim::array::CANNSIM_ISA
