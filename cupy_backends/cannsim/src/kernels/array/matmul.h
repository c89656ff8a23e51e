// Matrix products over any layout.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

// out = a @ b by numpy.matmul's rules: one-dimensional operands lose their axis in `out`, leading
// axes broadcast. a and b share a dtype; out may have another, into which the result is cast.
// float16 and bfloat16 are multiplied in float32 and rounded once; integers wrap in a's dtype; bool
// is or-of-and.
Status matmul(const View &out, const View &a, const View &b);

// Offers a CBLAS. Symbols are prefix + "cblas_sgemm" + suffix; `ilp64` tells their integers' width.
// Returns false, changing nothing, when the library or a symbol is missing. Without a call, the
// library named by CANNSIM_BLAS is tried at first use, then the system's libopenblas; without any,
// products run on loops of our own.
bool set_blas_library(const char *path, const char *prefix, const char *suffix, bool ilp64);

// Back to our own loops.
void clear_blas_library();

// Threads that the library may use; nothing happens where it offers no such control.
void set_blas_threads(int n);

}  // namespace cannsim
