// Searching, counting and selecting by value.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

// Where each of `values` belongs in `sorted` (ascending along its last axis; one-dimensional, or
// with the leading axes of `values`). `sorter` (Int64 or Int32, sorted's shape) orders it when not
// null. `right` goes behind equals. `out` is Int32 or Int64 of values' shape; operands share a
// dtype.
Status searchsorted(const View &out, const View &sorted, const View &values, const View *sorter,
                    bool right);

// out[i] = how often i occurs in the integers `in`, or the sum of their weights (cast to out's
// dtype). A value outside [0, out.size()) is IndexOutOfRange with its position in *bad.
Status bincount(const View &out, const View &in, const View *weights, int64_t *bad);

// Counts in out.size() equal bins of [low, high], both ends inclusive; low == high takes the range
// of the data. Other elements and NaN are not counted.
Status histc(const View &out, const View &in, double low, double high);

// Coordinates of the non-zero elements in C order: out[i, axis], Int64, of shape [capacity,
// in.ndim] and any strides. *found tells how many there are, even when not all fit; rows of `out`
// behind them are left unspecified.
Status nonzero(const View &out, const View &in, int64_t *found);

// The elements of `in` where `mask` (Bool or UInt8) holds, both broadcast to one shape, to the
// front of the one-dimensional `out`, which must be able to hold them; what follows them is
// unspecified.
Status masked_select(const View &out, const View &in, const View &mask, int64_t *found);

// dst where `mask` holds = the elements of `src` in C order. BadArgument when there are too few.
Status masked_scatter(const View &dst, const View &mask, const View &src);

// out = whether each element of `in` equals some element of `test` (or none, inverted).
Status isin(const View &out, const View &in, const View &test, bool invert);

}  // namespace cannsim
