// Element-wise operators that wait for each other: what a batch holds runs block by block, so that
// what one operator writes is still in a cache when the next one reads it.
#pragma once

#include "opapi/op.h"

namespace cannsim {

// Takes what the executor would do into the batch of this thread; false, with nothing done, where
// there is no batch or the operator is not element-wise on adjacent elements.
bool join_batch(const Executor &e);

} // namespace cannsim
