// Reading and writing by integer indices. Negative indices count from the end; an index outside its
// axis is IndexOutOfRange, with its C-order position among the (broadcast) indices in *bad when
// that is not null; no foreign memory is touched, and an array that is updated stays as it was.
// Indices are Int32 or Int64.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

// What happens to an element that is written; duplicates follow each other in C order, so the last
// wins.
enum class Update { Set, Add, Multiply, Maximum, Minimum };

// k index arrays, broadcast against each other, replace the `axes` (ascending, distinct) of an
// array.
struct Indices {
    int count = 0;
    View index[kMaxRank];
    int axes[kMaxRank];
    int position = 0;  // where the broadcast axes stand among the axes that remain
};

// numpy: out = in[indices]. out's axes: `position` remaining axes, the broadcast ones, the other
// remaining.
Status get_indexed(const View &out, const View &in, const Indices &indices, int64_t *bad);

// numpy: dst[indices] = values (or ufunc.at). `values` broadcasts to the shape that get_indexed
// gives.
Status set_indexed(const View &dst, const Indices &indices, const View &values, Update update,
                   int64_t *bad);

// out = in.take(index, axis); axis < 0 indexes the flattened array.
Status take(const View &out, const View &in, const View &index, int axis, int64_t *bad);

// The inverse: dst's slices along `axis` at `index` are updated with `values`; axis < 0 as above.
Status put(const View &dst, const View &index, const View &values, int axis, Update update,
           int64_t *bad);

// out[i, j] = in[i, index[i, j]] along `axis`: out has index's shape, which nowhere exceeds in's
// but along the axis.
Status take_along_axis(const View &out, const View &in, const View &index, int axis, int64_t *bad);

// dst[i, index[i, j]] is updated with src[i, j]; src broadcasts when zero-dimensional, otherwise
// nowhere is smaller than index.
Status put_along_axis(const View &dst, const View &index, const View &src, int axis, Update update,
                      int64_t *bad);

// The last axis of `index` holds coordinates of the leading axes.
Status gather_nd(const View &out, const View &in, const View &index, int64_t *bad);
Status scatter_nd(const View &dst, const View &index, const View &updates, Update update,
                  int64_t *bad);

}  // namespace cannsim
