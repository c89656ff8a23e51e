// Matrix products of types that BLAS lacks, and of all types where there is no BLAS.
#pragma once

#include "vector.h"

namespace cannsim::array::CANNSIM_ISA {

void fill_gemm(IsaTable &table);

}  // namespace cannsim::array::CANNSIM_ISA
