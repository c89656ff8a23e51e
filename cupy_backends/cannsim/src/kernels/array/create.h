// Sequences, and arrays of ones among zeros.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

// out[i] = start + i * step, as numpy.arange fills: for floats in out's dtype (float16 and bfloat16
// in float32) with the step that lies between the first two elements. `out` is one-dimensional.
Status arange(const View &out, double start, double step);
Status arange(const View &out, int64_t start, int64_t step);  // integer outputs, wrapping

// numpy.linspace: computed in float64, then cast; integers take the floor. With `endpoint` the last
// element is `stop` exactly.
Status linspace(const View &out, double start, double stop, bool endpoint = true);

// numpy.eye.
Status eye(const View &out, int64_t k);

// out has index's shape with an axis of classes inserted: `on` at each index, `off` elsewhere
// (elements of out's dtype). Indices outside the classes set nothing.
Status one_hot(const View &out, const View &index, int axis, const void *on, const void *off);

}  // namespace cannsim
