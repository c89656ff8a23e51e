// Runs an inner loop over N-d strided views that are already broadcast to one shape.
#pragma once

#include "../../base/threads/parallel.h"
#include "loops.h"

namespace cannsim {

// operands: inputs, then the output; all of the same ndim and shape (stride 0 where broadcast)
// and of the dtypes that the loop expects.
void run_elementwise(LoopFn loop, const View *operands, int nop);

// The same where operands[i].dtype may differ from dtypes[i], which the loop expects: they are
// cast chunk by chunk through buffers that stay in L1.
void run_elementwise(LoopFn loop, const View *operands, int nop, const DType *dtypes);

}  // namespace cannsim
