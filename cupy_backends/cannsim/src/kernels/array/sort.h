// Sorting and what is built on it.
//
// Order: NaN counts as the largest value, so it comes last ascending and first descending; complex
// numbers compare lexicographically with NumPy's rule for NaN in either part; -0 equals +0. Every
// sort with indices is stable in both directions.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

// Sorts in's elements along `axis`. `values` (in's dtype) or `indices` (Int32 or Int64) may be
// null.
Status sort(const View *values, const View *indices, const View &in, int axis, bool descending);

// The k largest (smallest) along `axis`, best first; among equals the earliest. Outputs have extent
// k along the axis; either may be null.
Status topk(const View *values, const View *indices, const View &in, int axis, int64_t k,
            bool largest);

// The k-th smallest (from 0) along `axis` and its index. Outputs have extent 1 there or lack it.
Status kth_value(const View *values, const View *indices, const View &in, int axis, int64_t k);

// The sorted distinct elements of `in`, written to the front of the one-dimensional `values`. Where
// not null, `inverse` (in's shape) receives each element's place among them, `counts` how often
// each occurs, `first` the C-order position of its first occurrence; all Int64. `equal_nan` lets
// all NaN count as one. `values`, `counts` and `first` must hold in.size() elements.
Status unique(const View &values, const View *inverse, const View *counts, const View *first,
              const View &in, bool equal_nan, int64_t *found);

// The same for the slices of `in` along `axis`, compared lexicographically; `values` has in's
// shape. `inverse`, `counts` and `first` have one element per slice.
Status unique_slices(const View &values, const View *inverse, const View *counts, const View *first,
                     const View &in, int axis, int64_t *found);

// Runs of equal neighbours: of the flattened array for axis < 0, else of slices along `axis`.
Status unique_consecutive(const View &values, const View *inverse, const View *counts,
                          const View &in, int axis, int64_t *found);

// A host library offers its own sort of contiguous elements, in the signature of NumPy's array
// functions: ascending, NaN last, returns 0. Null withdraws it. It is used where a trial shows it
// to be faster than ours; sorts with indices may use the one for UInt64. Not to be called while
// kernels run.
using SortFunction = int (*)(void *start, intptr_t n, void *array);
void register_sort(DType t, SortFunction function);

}  // namespace cannsim
