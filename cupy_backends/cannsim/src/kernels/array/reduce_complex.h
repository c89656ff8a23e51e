// Row reductions whose operation needs both parts of a complex number. Internal to the reductions.
#pragma once

#include "isa/isa.h"

namespace cannsim::array {

// Prod, Max or Min for Complex64 and Complex128; lanes are whole numbers.
RowsLoop complex_rows(RowsOp op, DType t);
RunLoop complex_run(RowsOp op, DType t);

}  // namespace cannsim::array
