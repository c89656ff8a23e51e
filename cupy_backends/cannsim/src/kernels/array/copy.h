// Assignment between views: any strides, broadcasts and casts.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

// dst[...] = src, broadcast to dst's shape and cast to its dtype. Contiguous operands of one dtype
// may overlap; any other overlap gives unspecified elements.
Status copy(const View &dst, const View &src);

// dst[...] = the element at `value`, already of dst's dtype.
Status fill(const View &dst, const void *value);

// dst[...] = 0.
Status fill_zero(const View &dst);

}  // namespace cannsim
