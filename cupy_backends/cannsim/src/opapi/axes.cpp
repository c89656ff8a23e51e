#include "opapi/axes.h"

#include "kernels/array/reduce.h"

namespace cannsim {

aclnnStatus read_axes(const Call &c, int param, int ndim, uint32_t *mask) {
    const aclIntArray *dims = c.ints(param);
    *mask = 0;
    if (!dims || dims->size == 0) {
        *mask = all_axes(ndim);
        return 0;
    }
    for (uint64_t k = 0; k < dims->size; ++k) {
        int axis;
        if (int error = check_axis(c, param, dims->data[k], ndim, &axis)) return error;
        if (*mask >> axis & 1)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: axis %d occurs twice in %s", c.op.name, axis,
                        c.param(param));
        *mask |= 1u << axis;
    }
    if (ndim == 0) *mask = 0;
    return 0;
}

Shape reduced_shape(const aclTensor *t, uint32_t mask, bool keep) {
    Shape s;
    for (int i = 0; i < t->ndim; ++i) {
        if (mask >> i & 1) {
            if (keep) s.dims[s.ndim++] = 1;
        } else {
            s.dims[s.ndim++] = t->shape[i];
        }
    }
    return s;
}

aclnnStatus check_reduced(const Call &c, int in, uint32_t mask, bool keep, int out) {
    const Shape s = reduced_shape(c.tensor(in), mask, keep);
    return check_shape(c, out, s.ndim, s.dims);
}

void at_least_1d(View &v) {
    if (v.ndim) return;
    v.ndim = 1;
    v.shape[0] = 1;
    v.strides[0] = itemsize(v.dtype);
}

aclnnStatus add_along(const Call &c, int param, int axis, int64_t *place) {
    const aclTensor *t = c.tensor(param);
    *place = axis;
    if (__builtin_expect(t->ndim <= kMaxRank, 1)) {
        at_least_1d(c.exec.views[add_view(c.exec, t, param)]);
        return 0;
    }
    if (!t->contiguous)
        return fail(ACLNN_ERR_INNER_NULLPTR,
                    "%s: %s has %d dims and is strided; above %d dims it must be contiguous",
                    c.op.name, c.param(param), t->ndim, kMaxRank);
    const int index = c.exec.nviews++;
    bind_tensor(c.exec, index, t, param);
    View &v = c.exec.views[index];
    v.ndim = 3;
    v.shape[0] = v.shape[2] = 1;
    v.shape[1] = t->view_dims()[axis];
    for (int i = 0; i < t->ndim; ++i)
        if (i != axis) v.shape[i < axis ? 0 : 2] *= t->view_dims()[i];
    v.strides[2] = t->item;
    v.strides[1] = v.strides[2] * v.shape[2];
    v.strides[0] = v.strides[1] * v.shape[1];
    *place = 1;
    return 0;
}

} // namespace cannsim
