// Putting arrays together and rearranging them. Outputs have the dtype of the inputs unless said
// otherwise, and may not overlap them.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

// Along an axis of the inputs, which are cast to out's dtype.
Status concatenate(const View &out, const View *inputs, int n, int axis);

// Along a new axis of `out`.
Status stack(const View &out, const View *inputs, int n, int axis);

// numpy.tile; how often follows from the shapes, out's rank being at least in's.
Status tile(const View &out, const View &in);

// numpy.repeat: each slice along `axis` `times` times, or as often as the one-dimensional integers
// `repeats` say.
Status repeat(const View &out, const View &in, int64_t times, int axis);
Status repeat(const View &out, const View &in, const View &repeats, int axis);

Status roll(const View &out, const View &in, const int64_t *shifts, const int *axes, int n);

// Reverses the axes whose bit is set.
Status flip(const View &out, const View &in, uint32_t axes);

enum class Pad { Constant, Edge, Reflect, Symmetric, Wrap };

// `before[i]` elements precede axis i; how many follow is out's business. Negative amounts crop, in
// mode Constant only. `value` is an element of out's dtype.
Status pad(const View &out, const View &in, const int64_t *before, Pad mode, const void *value);

// The triangle on and below (above) diagonal k of each matrix, zero elsewhere. `out` may be `in`.
Status tril(const View &out, const View &in, int64_t k);
Status triu(const View &out, const View &in, int64_t k);

// numpy.diag: takes diagonal k out of a matrix or makes a matrix of it.
Status diag(const View &out, const View &in, int64_t k);

// numpy.eye.
Status eye(const View &out, int64_t k);

// out has index's shape with an axis of classes inserted: `on` at each index, `off` elsewhere
// (elements of out's dtype). Indices outside the classes set nothing.
Status one_hot(const View &out, const View &index, int axis, const void *on, const void *off);

}  // namespace cannsim
