// The random stream and what needs vector registers to follow it.
#pragma once

#include "isa.h"

namespace cannsim::array::CANNSIM_ISA {

void fill_random(IsaTable &table);

}  // namespace cannsim::array::CANNSIM_ISA
