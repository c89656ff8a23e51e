// Operators that move elements: every result is one or more copies between views.
#include "kernels/array/copy.h"
#include "kernels/array/nest.h"
#include "opapi/axes.h"
#include "opapi/compose.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

#include <algorithm>
#include <cstring>

namespace cannsim {

namespace {

// --- one copy of a rearranged view
// -----------------------------------------------------------------

Status run_copy(aclOpExecutor &e) { return copy(e.views[1], e.views[0]); }

// Adds self and out; the caller then rearranges the input's view to the shape of out.
View &plan_view(Call &c, int in, int out) {
    Executor &e = c.exec;
    const int v = add_view(e, c.tensor(in), in);
    add_view(e, c.tensor(out), out);
    if (c.tensor(out)->size) e.run = run_copy;
    return e.views[v];
}

aclnnStatus check_out(const Call &c, int in, const Shape &shape, int out) {
    if (int error = check_can_cast(c, c.param(in), c.tensor(in)->dtype, out)) return error;
    return check_shape(c, out, shape.ndim, shape.dims);
}

// self, dims, out
aclnnStatus prepare_permute(Call &c) {
    const aclTensor *self = c.tensor(0);
    const aclIntArray *dims = c.ints(1);
    if (int64_t(dims->size) != self->ndim)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: dims has %ld entries; expected %d", c.op.name,
                    long(dims->size), self->ndim);
    uint32_t seen = 0;
    int order[kMaxRank];
    Shape shape;
    for (int i = 0; i < self->ndim; ++i) {
        if (int error = check_axis(c, 1, dims->data[i], self->ndim, &order[i])) return error;
        if (seen >> order[i] & 1)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: axis %d occurs twice in dims", c.op.name,
                        order[i]);
        seen |= 1u << order[i];
        shape.dims[shape.ndim++] = self->shape[order[i]];
    }
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = check_out(c, 0, shape, 2)) return error;
    View &v = plan_view(c, 0, 2);
    const View from = v;
    for (int i = 0; i < v.ndim; ++i) {
        v.shape[i] = from.shape[order[i]];
        v.strides[i] = from.strides[order[i]];
    }
    return 0;
}

// self, size, out: -1 keeps an extent
aclnnStatus prepare_expand(Call &c) {
    const aclTensor *self = c.tensor(0);
    const aclIntArray *size = c.ints(1);
    const int lead = int(size->size) - self->ndim;
    if (lead < 0 || size->size > uint64_t(kMaxRank))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: size has %ld entries; expected %d to %d",
                    c.op.name, long(size->size), self->ndim, kMaxRank);
    Shape shape;
    for (int i = 0; i < int(size->size); ++i) {
        const int64_t have = i < lead ? 1 : self->shape[i - lead];
        int64_t want = size->data[i];
        if (want == -1 && i >= lead) want = have;
        if (want < 0 || (have != 1 && want != have))
            return fail(ACLNN_ERR_PARAM_INVALID,
                        "%s: shape %s does not expand to %ld along axis %d", c.op.name,
                        shape_text(self).text, long(want), i);
        shape.dims[shape.ndim++] = want;
    }
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = check_out(c, 0, shape, 2)) return error;
    plan_view(c, 0, 2);
    return 0;
}

// self, dims, out
aclnnStatus prepare_flip(Call &c) {
    uint32_t mask = 0;
    if (c.ints(1)->size)
        if (int error = read_axes(c, 1, c.tensor(0)->ndim, &mask)) return error;
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = check_same_shape(c, 0, 2)) return error;
    plan_view(c, 0, 2);
    // The input keeps its address, which may be set anew; the output is walked from the other end.
    View &out = c.exec.views[1];
    for (int i = 0; i < out.ndim; ++i) {
        if (!(mask >> i & 1) || out.shape[i] == 0) continue;
        const int64_t shift = (out.shape[i] - 1) * out.strides[i];
        c.exec.offset[1] += shift;
        out.data += shift;
        out.strides[i] = -out.strides[i];
    }
    return 0;
}

struct Range {
    int64_t start = 0, length = 0, step = 1;
};

// A Python slice with positive step over `extent`.
aclnnStatus normalise(const Call &c, int64_t start, int64_t end, int64_t step, int64_t extent,
                      Range *out) {
    if (step <= 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: step is %ld; expected 1 or more", c.op.name,
                    long(step));
    auto clip = [&](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + extent : i, 0, extent); };
    start = clip(start);
    end = clip(end);
    *out = {start, end > start ? (end - start + step - 1) / step : 0, step};
    return 0;
}

void slice(Call &c, int view, int axis, const Range &r) {
    View &v = c.exec.views[view];
    const int64_t shift = r.length ? r.start * v.strides[axis] : 0;
    c.exec.offset[view] += shift;
    v.data += shift;
    v.shape[axis] = r.length;
    v.strides[axis] *= r.step;
}

// self, dim, start, end, step, out
aclnnStatus prepare_slice(Call &c) {
    const aclTensor *self = c.tensor(0);
    if (self->ndim == 0) return fail(ACLNN_ERR_PARAM_INVALID, "%s: self has no axes", c.op.name);
    int axis;
    Range r;
    if (int error = check_axis(c, 1, c.integer(1), self->ndim, &axis)) return error;
    if (int error = normalise(c, c.integer(2), c.integer(3), c.integer(4), self->shape[axis], &r))
        return error;
    Shape shape = shape_of(self);
    shape.dims[axis] = r.length;
    if (int error = check_out(c, 0, shape, 5)) return error;
    plan_view(c, 0, 5);
    slice(c, 0, axis, r);
    return 0;
}

// self, starts, ends, axes, steps, out
aclnnStatus prepare_slice_v2(Call &c) {
    const aclTensor *self = c.tensor(0);
    const aclIntArray *starts = c.ints(1), *ends = c.ints(2), *axes = c.ints(3), *steps = c.ints(4);
    if (starts->size != ends->size || starts->size != axes->size || starts->size != steps->size)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: starts, ends, axes and steps differ in length",
                    c.op.name);
    Shape shape = shape_of(self);
    uint32_t mask = 0;
    Range ranges[kMaxRank];
    int order[kMaxRank], n = 0;
    if (axes->size)
        if (int error = read_axes(c, 3, self->ndim, &mask)) return error;
    for (uint64_t i = 0; i < axes->size; ++i, ++n) {
        if (int error = check_axis(c, 3, axes->data[i], self->ndim, &order[n])) return error;
        if (int error = normalise(c, starts->data[i], ends->data[i], steps->data[i],
                                  self->shape[order[n]], &ranges[n]))
            return error;
        shape.dims[order[n]] = ranges[n].length;
    }
    if (int error = check_out(c, 0, shape, 5)) return error;
    plan_view(c, 0, 5);
    for (int i = 0; i < n; ++i) slice(c, 0, order[i], ranges[i]);
    return 0;
}

// varRef, inputValue, begin, end, strides, axes or null
aclnnStatus prepare_slice_assign(Call &c) {
    const aclTensor *self = c.tensor(0);
    const aclIntArray *begin = c.ints(2), *end = c.ints(3), *steps = c.ints(4), *axes = c.ints(5);
    if (begin->size != end->size || begin->size != steps->size ||
        (axes && axes->size != begin->size) || begin->size > uint64_t(self->ndim))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: begin, end, strides and axes differ in length",
                    c.op.name);
    Executor &e = c.exec;
    add_view(e, c.tensor(1), 1);
    add_view(e, self, 0);
    for (uint64_t i = 0; i < begin->size; ++i) {
        int axis = int(i);
        Range r;
        if (axes)
            if (int error = check_axis(c, 5, axes->data[i], self->ndim, &axis)) return error;
        if (int error =
                normalise(c, begin->data[i], end->data[i], steps->data[i], self->shape[axis], &r))
            return error;
        slice(c, 1, axis, r);
    }
    if (int error = check_shape(c, 1, e.views[1].ndim, e.views[1].shape)) return error;
    if (e.views[1].size()) e.run = run_copy;
    return 0;
}

Status run_elements(aclOpExecutor &e) { return copy_elements(e.views[1], e.views[0]); }

// self, axis, out: rows of what stands before the axis
aclnnStatus prepare_flatten(Call &c) {
    const aclTensor *self = c.tensor(0);
    int axis = int(c.integer(1));
    if (axis < -self->ndim || axis > self->ndim)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: axis is %d; expected %d to %d", c.op.name, axis,
                    -self->ndim, self->ndim);
    if (axis < 0) axis += self->ndim;
    int64_t shape[2] = {1, 1};
    for (int i = 0; i < self->ndim; ++i) shape[i >= axis] *= self->shape[i];
    if (int error = check_shape(c, 2, 2, shape)) return error;
    if (int error = check_same_dtype(c, 0, 2)) return error;
    View &in = plan_view(c, 0, 2), &out = c.exec.views[1];
    if (!c.tensor(2)->contiguous) {
        if (c.exec.run == run_copy) c.exec.run = run_elements;
        return 0;
    }
    // Both sides take the input's axes; the output's two are split.
    out.ndim = in.ndim;
    std::copy(in.shape, in.shape + in.ndim, out.shape);
    array::set_contiguous(out);
    return 0;
}

// --- several copies
// --------------------------------------------------------------------------------

// e.extra: views in pairs, source and destination.
Status run_pairs(aclOpExecutor &e) {
    return copy_pairs(e.extra->views.data(), int64_t(e.extra->views.size()));
}

void cut(Executor &e, int item, int axis, const Range &r) {
    View &v = e.extra->views[item];
    const int64_t shift = r.length ? r.start * v.strides[axis] : 0;
    e.extra->offsets[item] += shift;
    v.data += shift;
    v.shape[axis] = r.length;
    v.strides[axis] *= r.step;
}

aclnnStatus check_addresses(const Call &c) {
    for (const View &v : c.exec.extra->views)
        if (!v.data && v.size())
            return fail(ACLNN_ERR_PARAM_INVALID,
                        "%s: an address is not device memory, or no multiple of 32 bytes",
                        c.op.name);
    return 0;
}

// Legacy of torch: a tensor of shape [0] joins anything.
bool is_skipped(const aclTensor *t) { return t->ndim == 1 && t->shape[0] == 0; }

// tensors, dim, out
aclnnStatus prepare_cat(Call &c) {
    const aclTensorList *list = c.list(0);
    const aclTensor *out = c.tensor(2), *first = nullptr;
    if (list->size == 0) return fail(ACLNN_ERR_PARAM_INVALID, "%s: tensors is empty", c.op.name);
    DType common = DType::Bool;
    bool any = false;
    for (uint64_t i = 0; i < list->size; ++i) {
        const aclTensor *t = list->items[i];
        if (!t)
            return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: tensors[%ld] is null", c.op.name, long(i));
        // CANN lists the dtypes for out; they hold for each tensor.
        if (int error = check_listed(c, 2, t->dtype)) return error;
        if (!any)
            common = t->dtype;
        else if (!promote(t->dtype, common, &common))
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: the tensors have no common dtype (%s)",
                        c.op.name, dtype_name(t->dtype));
        any = true;
        if (!first || (is_skipped(first) && !is_skipped(t))) first = t;
    }
    if (int error = check_can_cast(c, "the common dtype", common, 2)) return error;
    int axis;
    if (int error = check_axis(c, 1, c.integer(1), first->ndim, &axis)) return error;
    if (first->ndim == 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: tensors have no axes to join along", c.op.name);
    Shape shape = shape_of(first);
    shape.dims[axis] = 0;
    for (uint64_t i = 0; i < list->size; ++i) {
        const aclTensor *t = list->items[i];
        if (is_skipped(t) && !is_skipped(first)) continue;
        bool fits = t->ndim == shape.ndim;
        for (int k = 0; fits && k < shape.ndim; ++k)
            fits = k == axis || t->shape[k] == shape.dims[k];
        if (!fits)
            return fail(ACLNN_ERR_PARAM_INVALID,
                        "%s: tensors[%ld] has shape %s; it does not join %s along axis %d",
                        c.op.name, long(i), shape_text(t).text, shape_text(first).text, axis);
        shape.dims[axis] += t->shape[axis];
    }
    if (int error = check_shape(c, 2, shape.ndim, shape.dims)) return error;
    if (out->size == 0) return 0;
    int64_t at = 0;
    for (uint64_t i = 0; i < list->size; ++i) {
        const aclTensor *t = list->items[i];
        if (t->size == 0) continue;
        add_item(c.exec, t, 0, int(i));
        cut(c.exec, add_item(c.exec, out, 2, 0), axis, {at, t->shape[axis], 1});
        at += t->shape[axis];
    }
    c.exec.run = run_pairs;
    return check_addresses(c);
}

// tensors, dim, out
aclnnStatus prepare_stack(Call &c) {
    const aclTensorList *list = c.list(0);
    if (list->size == 0) return fail(ACLNN_ERR_PARAM_INVALID, "%s: tensors is empty", c.op.name);
    const aclTensor *first = list->items[0], *out = c.tensor(2);
    DType common = DType::Bool;
    for (uint64_t i = 0; i < list->size; ++i) {
        const aclTensor *t = list->items[i];
        if (!t)
            return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: tensors[%ld] is null", c.op.name, long(i));
        if (t->ndim != first->ndim || !std::equal(t->shape, t->shape + t->ndim, first->shape))
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: tensors[%ld] has shape %s; expected %s",
                        c.op.name, long(i), shape_text(t).text, shape_text(first).text);
        if (i == 0)
            common = t->dtype;
        else if (!promote(common, t->dtype, &common))
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: the tensors have no common dtype", c.op.name);
    }
    if (first->ndim >= kMaxRank)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: the result would have %d dims", c.op.name,
                    first->ndim + 1);
    if (int error = check_can_cast(c, "the common dtype", common, 2)) return error;
    int axis;
    if (int error = check_axis(c, 1, c.integer(1), first->ndim + 1, &axis)) return error;
    Shape shape;
    for (int i = 0; i <= first->ndim; ++i)
        shape.dims[shape.ndim++] = i == axis ? int64_t(list->size) : first->shape[i - (i > axis)];
    if (int error = check_shape(c, 2, shape.ndim, shape.dims)) return error;
    if (out->size == 0) return 0;
    for (uint64_t i = 0; i < list->size; ++i) {
        add_item(c.exec, list->items[i], 0, int(i));
        const int item = add_item(c.exec, out, 2, 0);
        cut(c.exec, item, axis, {int64_t(i), 1, 1});
        View &v = c.exec.extra->views[item];
        for (int k = axis; k + 1 < v.ndim; ++k) {
            v.shape[k] = v.shape[k + 1];
            v.strides[k] = v.strides[k + 1];
        }
        --v.ndim;
    }
    c.exec.run = run_pairs;
    return check_addresses(c);
}

aclnnStatus plan_split(Call &c, int axis, const std::vector<int64_t> &sizes) {
    const aclTensor *self = c.tensor(0);
    const aclTensorList *out = c.list(3);
    if (out->size != sizes.size())
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: out has %ld tensors; expected %zu", c.op.name,
                    long(out->size), sizes.size());
    Shape shape = shape_of(self);
    int64_t at = 0;
    for (size_t i = 0; i < sizes.size(); ++i) {
        const aclTensor *t = out->items[i];
        shape.dims[axis] = sizes[i];
        if (!t) return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: out[%zu] is null", c.op.name, i);
        if (t->dtype != self->dtype || t->ndim != shape.ndim ||
            !std::equal(t->shape, t->shape + t->ndim, shape.dims))
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: out[%zu] is %s %s; expected %s %s", c.op.name,
                        i, dtype_name(t->dtype), shape_text(t).text, dtype_name(self->dtype),
                        shape_text(shape.ndim, shape.dims).text);
        if (t->size) {
            cut(c.exec, add_item(c.exec, self, 0, 0), axis, {at, sizes[i], 1});
            add_item(c.exec, t, 3, int(i));
        }
        at += sizes[i];
    }
    if (!c.exec.extra) return 0;
    c.exec.run = run_pairs;
    return check_addresses(c);
}

// self, splitSections (the extent of a piece), dim, out
aclnnStatus prepare_split(Call &c) {
    const aclTensor *self = c.tensor(0);
    const int64_t piece = c.integer(1);
    int axis;
    if (self->ndim == 0) return fail(ACLNN_ERR_PARAM_INVALID, "%s: self has no axes", c.op.name);
    if (int error = check_axis(c, 2, c.integer(2), self->ndim, &axis)) return error;
    const int64_t extent = self->shape[axis];
    if (piece < 0 || (piece == 0 && extent))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: splitSections is %ld; expected 1 or more",
                    c.op.name, long(piece));
    std::vector<int64_t> sizes;
    for (int64_t at = 0; at < extent; at += piece) sizes.push_back(std::min(piece, extent - at));
    if (sizes.empty()) sizes.push_back(0);
    return plan_split(c, axis, sizes);
}

// self, splitSize (extents), dim, out
aclnnStatus prepare_split_sizes(Call &c) {
    const aclTensor *self = c.tensor(0);
    const aclIntArray *given = c.ints(1);
    int axis;
    if (self->ndim == 0) return fail(ACLNN_ERR_PARAM_INVALID, "%s: self has no axes", c.op.name);
    if (int error = check_axis(c, 2, c.integer(2), self->ndim, &axis)) return error;
    std::vector<int64_t> sizes(given->data, given->data + given->size);
    int64_t total = 0;
    for (int64_t s : sizes) total = s < 0 || total < 0 ? -1 : total + s;
    if (total != self->shape[axis])
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: splitSize does not add up to %ld", c.op.name,
                    long(self->shape[axis]));
    return plan_split(c, axis, sizes);
}

// e.i: shift of the elements in a row. Views: self, out.
Status run_flat_roll(aclOpExecutor &e) {
    const int64_t n = e.views[0].size(), shift = e.i[0], item = itemsize(e.views[0].dtype);
    Temporary from(e.views[0].dtype, 1, &n), to(e.views[0].dtype, 1, &n);
    if (!from || !to) return Status::OutOfMemory;
    TRY(copy_elements(from.view, e.views[0]));
    std::memcpy(to.view.data + shift * item, from.view.data, size_t((n - shift) * item));
    std::memcpy(to.view.data, from.view.data + (n - shift) * item, size_t(shift * item));
    return copy_elements(e.views[1], to.view);
}

// x, shifts, dims, out: each rolled axis doubles the number of pieces
aclnnStatus prepare_roll(Call &c) {
    const aclTensor *self = c.tensor(0);
    const aclIntArray *shifts = c.ints(1), *dims = c.ints(2);
    if (int error = check_same_dtype(c, 0, 3)) return error;
    if (int error = check_same_shape(c, 0, 3)) return error;
    int64_t shift[kMaxRank] = {}, flat = 0;
    const bool flattened = dims->size == 0;
    if (flattened ? shifts->size != 1 : shifts->size != dims->size)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %ld shifts for %ld dims", c.op.name,
                    long(shifts->size), long(dims->size));
    if (self->size == 0) return 0;
    auto wrap = [](int64_t s, int64_t n) { return n ? ((s % n) + n) % n : 0; };
    Executor &e = c.exec;
    if (flattened) {
        flat = wrap(shifts->data[0], self->size);
        if (!self->contiguous || !c.tensor(3)->contiguous) {
            add_view(e, self, 0);
            add_view(e, c.tensor(3), 3);
            e.i[0] = flat;
            e.run = run_flat_roll;
            return 0;
        }
        for (int piece = 0; piece < 2; ++piece) {
            for (int side = 0; side < 2; ++side) {
                const int item = add_item(e, c.tensor(side ? 3 : 0), side ? 3 : 0, 0);
                View &v = e.extra->views[item];
                v.ndim = 1;
                v.shape[0] = self->size;
                v.strides[0] = itemsize(v.dtype);
                const int64_t length = piece ? flat : self->size - flat;
                cut(e, item, 0,
                    {side ? (piece ? 0 : flat) : (piece ? self->size - flat : 0), length, 1});
            }
        }
    } else {
        for (uint64_t i = 0; i < dims->size; ++i) {
            int axis;
            if (int error = check_axis(c, 2, dims->data[i], self->ndim, &axis)) return error;
            const int64_t n = self->ndim ? self->shape[axis] : 1;
            shift[axis] = wrap(shift[axis] + wrap(shifts->data[i], n), n);
        }
        int rolled[kMaxRank], n = 0;
        for (int i = 0; i < self->ndim; ++i)
            if (shift[i]) rolled[n++] = i;
        for (int piece = 0; piece < 1 << n; ++piece) {
            for (int side = 0; side < 2; ++side) {
                const int item = add_item(e, c.tensor(side ? 3 : 0), side ? 3 : 0, 0);
                for (int k = 0; k < n; ++k) {
                    const int64_t extent = self->shape[rolled[k]], s = shift[rolled[k]];
                    const bool tail = piece >> k & 1;
                    cut(e, item, rolled[k],
                        {side ? (tail ? 0 : s) : (tail ? extent - s : 0), tail ? s : extent - s,
                         1});
                }
            }
        }
    }
    e.run = run_pairs;
    return check_addresses(c);
}

// --- repeat, triangles ------------------------------------------------------------------------

// self, repeats, out: out seen with twice the axes is a broadcast of self
aclnnStatus prepare_repeat(Call &c) {
    const aclTensor *self = c.tensor(0), *out = c.tensor(2);
    const aclIntArray *repeats = c.ints(1);
    const int ndim = int(repeats->size), lead = ndim - self->ndim;
    if (lead < 0 || ndim > kMaxRank)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: repeats has %d entries; expected %d to %d",
                    c.op.name, ndim, self->ndim, kMaxRank);
    Shape shape;
    for (int i = 0; i < ndim; ++i) {
        if (repeats->data[i] < 0)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: repeats[%d] is %ld", c.op.name, i,
                        long(repeats->data[i]));
        shape.dims[shape.ndim++] = repeats->data[i] * (i < lead ? 1 : self->shape[i - lead]);
    }
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = check_shape(c, 2, shape.ndim, shape.dims)) return error;
    if (out->size == 0) return 0;
    int n = 0;
    Executor &e = c.exec;
    View &a = e.views[add_view(e, self, 0)], &b = e.views[add_view(e, out, 2)];
    int64_t shapes[2 * kMaxRank], source[2 * kMaxRank], target[2 * kMaxRank];
    for (int i = 0; i < ndim; ++i) {
        const int64_t extent = i < lead ? 1 : a.shape[i - lead];
        if (repeats->data[i] != 1) {
            shapes[n] = repeats->data[i];
            source[n] = 0;
            target[n++] = extent * b.strides[i];
        }
        if (extent != 1) {
            shapes[n] = extent;
            source[n] = a.strides[i - lead];
            target[n++] = b.strides[i];
        }
    }
    if (n > kMaxRank)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: too many axes repeat (%d in all; at most %d)",
                    c.op.name, n, kMaxRank);
    a.ndim = b.ndim = n;
    std::copy(shapes, shapes + n, a.shape);
    std::copy(shapes, shapes + n, b.shape);
    std::copy(source, source + n, a.strides);
    std::copy(target, target + n, b.strides);
    e.run = run_copy;
    return 0;
}

// Views: self, out. e.i: lower, diagonal.
Status run_triangle(aclOpExecutor &e) {
    const View &in = e.views[0], &out = e.views[1];
    const int r = out.ndim - 2, k = out.ndim - 1;
    View from = in, to = out;
    const int64_t rows = out.shape[r], columns = out.shape[k];
    for (int64_t i = 0; i < rows; ++i) {
        // Columns before `split` are kept by the lower triangle, zero in the upper one.
        const int64_t split = std::clamp<int64_t>(i + e.i[1] + (e.i[0] ? 1 : 0), 0, columns);
        for (int part = 0; part < 2; ++part) {
            const int64_t start = part ? split : 0, length = part ? columns - split : split;
            if (!length) continue;
            for (View *v : {&from, &to}) {
                const View &whole = v == &from ? in : out;
                v->data = whole.data + i * whole.strides[r] + start * whole.strides[k];
                v->shape[r] = 1;
                v->shape[k] = length;
            }
            const bool keep = e.i[0] ? part == 0 : part == 1;
            if (keep && from.data == to.data && e.i[2]) continue;
            if (Status s = keep ? copy(to, from) : fill_zero(to); s != Status::Ok) return s;
        }
    }
    return Status::Ok;
}

aclnnStatus plan_triangle(Call &c, bool lower) {
    const int out = c.out;
    const aclTensor *self = c.tensor(0);
    if (self->ndim < 2)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: self has %d dims; expected 2 or more", c.op.name,
                    self->ndim);
    if (int error = check_same_dtype(c, 0, out)) return error;
    if (int error = check_same_shape(c, 0, out)) return error;
    add_view(c.exec, self, 0);
    add_view(c.exec, c.tensor(out), out);
    c.exec.i[0] = lower;
    c.exec.i[1] = c.integer(1);
    c.exec.i[2] = out == 0;
    if (self->size) c.exec.run = run_triangle;
    return 0;
}
aclnnStatus prepare_tril(Call &c) { return plan_triangle(c, true); }
aclnnStatus prepare_triu(Call &c) { return plan_triangle(c, false); }

// The k-th diagonal of a matrix view, as a vector.
void take_diagonal(Call &c, int view, int64_t k) {
    View &v = c.exec.views[view];
    const int64_t rows = v.shape[0] + std::min<int64_t>(0, k),
                  columns = v.shape[1] - std::max<int64_t>(0, k);
    const int64_t n = std::max<int64_t>(0, std::min(rows, columns));
    const int64_t shift = n ? (k < 0 ? -k * v.strides[0] : k * v.strides[1]) : 0;
    c.exec.offset[view] += shift;
    v.data += shift;
    v.ndim = 1;
    v.shape[0] = n;
    v.strides[0] += v.strides[1];
}

Status run_diagonal(aclOpExecutor &e) {
    if (Status s = fill_zero(e.views[0]); s != Status::Ok) return s;
    if (e.views[2].size() == 0) return Status::Ok;
    return e.views[1].ndim == 1 ? copy(e.views[2], e.views[1])
                                : copy_elements(e.views[2], e.views[1]);
}

// self, diagonal, out: a vector becomes a matrix, a matrix gives its diagonal
aclnnStatus prepare_diag(Call &c) {
    const aclTensor *self = c.tensor(0);
    const int64_t k = c.integer(1);
    Executor &e = c.exec;
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (self->ndim == 2) {
        add_view(e, self, 0);
        take_diagonal(c, 0, k);
        if (int error = check_shape(c, 2, 1, e.views[0].shape)) return error;
        add_view(e, c.tensor(2), 2);
        if (c.tensor(2)->size) e.run = run_copy;
        return 0;
    }
    if (self->ndim > 2)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: self has %d dims; expected 1 or 2", c.op.name,
                    self->ndim);
    const int64_t n = self->size + (k < 0 ? -k : k), shape[] = {n, n};
    if (int error = check_shape(c, 2, 2, shape)) return error;
    add_view(e, c.tensor(2), 2);
    at_least_1d(e.views[add_view(e, self, 0)]);
    add_view(e, c.tensor(2), 2);
    take_diagonal(c, 2, k);
    if (c.tensor(2)->size) e.run = run_diagonal;
    return 0;
}

// self, diagonal, out: always a matrix
aclnnStatus prepare_diag_flat(Call &c) {
    const aclTensor *self = c.tensor(0);
    const int64_t k = c.integer(1), n = self->size + (k < 0 ? -k : k), shape[] = {n, n};
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = check_shape(c, 2, 2, shape)) return error;
    Executor &e = c.exec;
    add_view(e, c.tensor(2), 2);
    at_least_1d(e.views[add_view(e, self, 0)]);
    add_view(e, c.tensor(2), 2);
    take_diagonal(c, 2, k);
    if (c.tensor(2)->size) e.run = run_diagonal;
    return 0;
}

} // namespace

void define_shape() {
    define(Op::Permute, prepare_permute);
    define(Op::Expand, prepare_expand);
    define(Op::Flip, prepare_flip);
    define(Op::Slice, prepare_slice);
    define(Op::SliceV2, prepare_slice_v2);
    define(Op::StridedSliceAssignV2, prepare_slice_assign);
    define(Op::Flatten, prepare_flatten);
    define(Op::Cat, prepare_cat);
    define(Op::Stack, prepare_stack);
    define(Op::SplitTensor, prepare_split);
    define(Op::SplitWithSize, prepare_split_sizes);
    define(Op::Roll, prepare_roll);
    define(Op::Repeat, prepare_repeat);
    define(Op::Tril, prepare_tril);
    define(Op::InplaceTril, prepare_tril);
    define(Op::Triu, prepare_triu);
    define(Op::InplaceTriu, prepare_triu);
    define(Op::Diag, prepare_diag);
    define(Op::DiagFlat, prepare_diag_flat);
}

} // namespace cannsim
