// The search for values in a sorted table.
#pragma once

#include "vector.h"

namespace cannsim::array::CANNSIM_ISA {

void bounds(const uint32_t *table, int64_t n, bool right, const uint32_t *x, int64_t count,
            int32_t *found);
void bounds64(const uint64_t *table, int64_t n, bool right, const uint64_t *x, int64_t count,
              int64_t *found);

}  // namespace cannsim::array::CANNSIM_ISA
