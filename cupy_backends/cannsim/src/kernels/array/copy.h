// Assignment between views: any strides, broadcasts and casts.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

// dst[...] = src, broadcast to dst's shape and cast to its dtype. Contiguous operands of one dtype
// may overlap; any other overlap gives unspecified elements.
Status copy(const View &dst, const View &src);

// The same for pairs of views, source and destination in turn; count is that of the views. Parts that make
// up one array, element by element, are written or read together.
Status copy_pairs(const View *views, int64_t count);

// dst[...] = the element at `value`, already of dst's dtype.
Status fill(const View &dst, const void *value);

// dst[...] = 0.
Status fill_zero(const View &dst);

}  // namespace cannsim
