// Running reductions along an axis.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

enum class ScanOp { Sum, Prod, LogSumExp };

// out[i] = in[0] op ... op in[i] along `axis`, in sequential order; `exclusive` leaves in[i] itself
// out, `reverse` runs from the end. Computed in out's dtype; float16 and bfloat16 carry float32 and
// round each output once. `out` may be `in`.
Status scan(ScanOp op, const View &out, const View &in, int axis, bool exclusive = false,
            bool reverse = false);

// Running maximum or minimum with the position of the latest element that attains it; NaN wins and
// stays. `values` has in's dtype; `indices` (Int32 or Int64) may be null.
Status scan_extrema(bool largest, const View &values, const View *indices, const View &in,
                    int axis);

}  // namespace cannsim
