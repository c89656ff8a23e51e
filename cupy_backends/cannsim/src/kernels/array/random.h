// Random numbers in views of any dtype and layout; random_stream.h says which.
#pragma once

#include "../view.h"
#include "random_stream.h"
#include "status.h"

namespace cannsim {

Status random_bits(const View &out, Stream stream);
Status random_uniform(const View &out, double low, double high, Stream stream);
Status random_normal(const View &out, double mean, double deviation, Stream stream);

// The same with a mean and deviation per element: float views that broadcast to `out`; null: 0
// and 1.
Status random_normal(const View &out, const View *mean, const View *deviation, Stream stream);

// low + [0, extent) in any real dtype; an extent of 0 stands for 2^64.
Status random_integers(const View &out, int64_t low, uint64_t extent, Stream stream);

// 1 with probability p, else 0, in any dtype; `p` per element in the second form.
Status random_bernoulli(const View &out, double p, Stream stream);
Status random_bernoulli(const View &out, const View &p, Stream stream);

// A permutation of 0..n-1 in a one-dimensional integer or float view.
Status random_permutation(const View &out, Stream stream);

// Draws out.shape[-1] categories per row with the probabilities (any scale) in the last axis of
// `weights`. With replacement: the first category whose cumulated weight exceeds u(i) total.
// Without: the categories with the smallest -ln(1 - u) / weight, u drawn per row and category, in
// that order. BadArgument for negative or NaN weights, a zero sum, or more draws than positive
// weights.
Status random_multinomial(const View &out, const View &weights, bool replacement, Stream stream);

}  // namespace cannsim
