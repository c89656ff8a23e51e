// Arrays made longer. Outputs have the dtype of the inputs, and may not overlap them.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

// numpy.repeat: each slice along `axis` `times` times, or as often as the one-dimensional integers
// `repeats` say.
Status repeat(const View &out, const View &in, int64_t times, int axis);
Status repeat(const View &out, const View &in, const View &repeats, int axis);

enum class Pad { Constant, Edge, Reflect, Symmetric, Wrap };

// `before[i]` elements precede axis i; how many follow is out's business. Negative amounts crop, in
// mode Constant only. `value` is an element of out's dtype.
Status pad(const View &out, const View &in, const int64_t *before, Pad mode, const void *value);

}  // namespace cannsim
