// Arguments that name axes, and the shapes that follow.
#pragma once

#include "opapi/check.h"

namespace cannsim {

// Axes as a bit mask; a null or empty list means all. Each may occur once.
aclnnStatus read_axes(const Call &c, int param, int ndim, uint32_t *mask);

// Shape of a tensor whose axes in `mask` are reduced.
Shape reduced_shape(const aclTensor *t, uint32_t mask, bool keep);
aclnnStatus check_reduced(const Call &c, int in, uint32_t mask, bool keep, int out);

// A 0-d view becomes one-dimensional, for kernels that work along an axis.
void at_least_1d(View &v);

// Adds the view of a tensor for a kernel that works along `axis`, which is then at `*place`. More axes
// than kernels know are folded into those before and those behind it, where the tensor is in C order.
aclnnStatus add_along(const Call &c, int param, int axis, int64_t *place);

} // namespace cannsim
