// Sorting by words of a key and a place.
#pragma once

#include "vector.h"

namespace cannsim::array::CANNSIM_ISA {

void fill_words(IsaTable &table);

}  // namespace cannsim::array::CANNSIM_ISA
