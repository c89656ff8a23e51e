// Reading and writing by indices.
#include "kernels/array/index.h"

#include "kernels/array/copy.h"
#include "kernels/array/scratch.h"
#include "kernels/array/search.h"
#include "kernels/loops/driver.h"
#include "opapi/axes.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

#include <algorithm>
#include <cstdlib>

namespace cannsim {

namespace {

constexpr uint64_t kIndexDtypes = bits(DType::Int32, DType::Int64);

aclnnStatus check_index(const Call &c, int param) { return check_dtype(c, param, kIndexDtypes); }

// dst = src unless they are the same memory: the first step of operators that write into a copy.
Status start_from(const View &dst, const View &src) {
    return dst.data == src.data ? Status::Ok : copy(dst, src);
}

// --- along an axis
// ---------------------------------------------------------------------------------

// e.i: axis. Views: self, index, out.
Status run_take(aclOpExecutor &e) {
    return take(e.views[2], e.views[0], e.views[1], int(e.i[0]), nullptr);
}
Status run_take_along(aclOpExecutor &e) {
    return take_along_axis(e.views[2], e.views[0], e.views[1], int(e.i[0]), nullptr);
}

aclnnStatus plan_take(Call &c, int self, int index, int out, int axis,
                      Status (*run)(aclOpExecutor &)) {
    if (int error = check_same_dtype(c, self, out)) return error;
    if (c.tensor(out)->size == 0) return 0;
    if (!can_write(c.tensor(out))) return refuse_write(c, out);
    View &v = c.exec.views[add_view(c.exec, c.tensor(self), self)];
    add_view(c.exec, c.tensor(index), index);
    add_view(c.exec, c.tensor(out), out);
    if (axis >= 0) at_least_1d(v);
    c.exec.i[0] = axis;
    c.exec.run = run;
    return 0;
}

// self, dim, index of any rank, out[, ...]
aclnnStatus prepare_gather_axis(Call &c) {
    const aclTensor *self = c.tensor(0), *index = c.tensor(2);
    int axis;
    if (int error = check_axis(c, 1, c.integer(1), self->ndim, &axis)) return error;
    if (int error = check_index(c, 2)) return error;
    if (c.id == Op::IndexSelect && index->ndim > 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: index has %d dims; expected 0 or 1", c.op.name,
                    index->ndim);
    // A 0-d index selects a slice of extent 1 here, and drops the axis in GatherV2.
    const bool keep = c.id == Op::IndexSelect && index->ndim == 0;
    Shape shape;
    for (int i = 0; i < axis && i < self->ndim; ++i) shape.dims[shape.ndim++] = self->shape[i];
    if (keep && self->ndim) shape.dims[shape.ndim++] = 1;
    if (shape.ndim + index->ndim + std::max(0, self->ndim - axis - 1) > kMaxRank)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: the result would have more than %d dims",
                    c.op.name, kMaxRank);
    if (self->ndim)
        for (int i = 0; i < index->ndim; ++i) shape.dims[shape.ndim++] = index->shape[i];
    for (int i = axis + 1; i < self->ndim; ++i) shape.dims[shape.ndim++] = self->shape[i];
    if (self->ndim || c.tensor(3)->size != 1)
        if (int error = check_shape(c, 3, shape.ndim, shape.dims)) return error;
    if (int error = plan_take(c, 0, 2, 3, axis, run_take)) return error;
    if (c.exec.nviews && (keep || !self->ndim)) {
        at_least_1d(c.exec.views[1]);
        at_least_1d(c.exec.views[2]);
    }
    return 0;
}

// self, index, out: of the flattened tensor
aclnnStatus prepare_take(Call &c) {
    if (int error = check_index(c, 1)) return error;
    if (int error = check_same_shape(c, 1, 2)) return error;
    return plan_take(c, 0, 1, 2, -1, run_take);
}

// weight, indices, out: rows
aclnnStatus prepare_embedding(Call &c) {
    const aclTensor *weight = c.tensor(0), *index = c.tensor(1);
    if (int error = check_index(c, 1)) return error;
    if (weight->ndim != 2 || index->ndim + 1 > kMaxRank)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: weight has %d dims; expected 2", c.op.name,
                    weight->ndim);
    Shape shape = shape_of(index);
    shape.dims[shape.ndim++] = weight->shape[1];
    if (int error = check_shape(c, 2, shape.ndim, shape.dims)) return error;
    return plan_take(c, 0, 1, 2, 0, run_take);
}

// self, dim, index, out: index has out's shape
aclnnStatus prepare_gather(Call &c) {
    const aclTensor *self = c.tensor(0), *index = c.tensor(2);
    int axis;
    if (int error = check_axis(c, 1, c.integer(1), self->ndim, &axis)) return error;
    if (int error = check_index(c, 2)) return error;
    if (std::max(self->ndim, 1) != std::max(index->ndim, 1))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: index has %d dims; expected %d", c.op.name,
                    index->ndim, self->ndim);
    for (int i = 0; i < std::min(self->ndim, index->ndim); ++i)
        if (i != axis && index->shape[i] > self->shape[i])
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: index %s exceeds self %s along axis %d",
                        c.op.name, shape_text(index).text, shape_text(self).text, i);
    if (int error = check_same_shape(c, 2, 3)) return error;
    if (int error = plan_take(c, 0, 2, 3, axis, run_take_along)) return error;
    for (int i = 0; i < c.exec.nviews; ++i) at_least_1d(c.exec.views[i]);
    return 0;
}

// --- scatter along an axis
// -------------------------------------------------------------------------

// e.i: axis, update, whether self is a view of its own. Views: out, index, src[, self].
Status run_scatter(aclOpExecutor &e) {
    if (e.i[2])
        if (Status s = start_from(e.views[0], e.views[3]); s != Status::Ok) return s;
    return put_along_axis(e.views[0], e.views[1], e.views[2], int(e.i[0]), Update(e.i[1]), nullptr);
}

aclnnStatus read_reduction(const Call &c, int param, bool extended, Update *out) {
    static const Update kReductions[] = {Update::Set, Update::Add, Update::Multiply,
                                         Update::Maximum, Update::Minimum};
    const int64_t mode = c.integer(param);
    if (mode < 0 || mode > (extended ? 4 : 2))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s is %ld; expected 0 to %d", c.op.name,
                    c.param(param), long(mode), extended ? 4 : 2);
    *out = kReductions[mode];
    return 0;
}

// self, dim, index, src (tensor or scalar)
aclnnStatus plan_scatter(Call &c, Update update, int out) {
    const aclTensor *self = c.tensor(0), *index = c.tensor(2);
    const bool scalar = c.op.params[3].kind == ArgKind::Scalar;
    int axis;
    if (int error = check_axis(c, 1, c.integer(1), self->ndim, &axis)) return error;
    if (int error = check_index(c, 2)) return error;
    if (int error = check_same_dtype(c, 0, out)) return error;
    if (int error = check_same_shape(c, 0, out)) return error;
    if (std::max(self->ndim, 1) != std::max(index->ndim, 1))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: index has %d dims; expected %d", c.op.name,
                    index->ndim, self->ndim);
    for (int i = 0; i < std::min(self->ndim, index->ndim); ++i)
        if (i != axis && index->shape[i] > self->shape[i])
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: index %s exceeds self %s along axis %d",
                        c.op.name, shape_text(index).text, shape_text(self).text, i);
    if (!scalar) {
        const aclTensor *src = c.tensor(3);
        if (int error = check_same_dtype(c, 0, 3)) return error;
        bool fits = std::max(src->ndim, 1) == std::max(index->ndim, 1);
        for (int i = 0; fits && i < std::min(src->ndim, index->ndim); ++i)
            fits = index->shape[i] <= src->shape[i];
        if (!fits)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: index %s exceeds src %s", c.op.name,
                        shape_text(index).text, shape_text(src).text);
    }
    if (c.tensor(out)->size == 0) return 0;
    Executor &e = c.exec;
    at_least_1d(e.views[add_view(e, c.tensor(out), out)]);
    at_least_1d(e.views[add_view(e, index, 2)]);
    if (scalar) {
        constant(c, 0, c.scalar(3), self->dtype);
        add_constant(e, 0, self->dtype);
    } else {
        at_least_1d(e.views[add_view(e, c.tensor(3), 3)]);
    }
    e.i[2] = out != 0;
    if (out) at_least_1d(e.views[add_view(e, self, 0)]);
    e.i[0] = axis;
    e.i[1] = int64_t(update);
    e.run = run_scatter;
    return 0;
}

// self, dim, index, src, reduce[, includeSelf][, out]
aclnnStatus prepare_scatter(Call &c) {
    const bool extended = c.id == Op::ScatterReduce || c.id == Op::InplaceScatterReduce;
    Update update = Update::Set;
    if (int error = read_reduction(c, 4, extended, &update)) return error;
    if (extended && !c.flag(5))
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR,
                    "%s: includeSelf = false is not implemented by cannsim", c.op.name);
    return plan_scatter(c, update, c.out);
}

// self, dim, index, src, out
aclnnStatus prepare_scatter_add(Call &c) { return plan_scatter(c, Update::Add, 4); }

// --- slices along an axis
// --------------------------------------------------------------------------

// e.i: axis, update, whether self is a view of its own; e.loop scales by constant 1 when set.
// Views: out, index, source[, self].
Status run_put(aclOpExecutor &e) {
    if (e.i[2])
        if (Status s = start_from(e.views[0], e.views[e.nviews - 1]); s != Status::Ok) return s;
    if (!e.loop)
        return put(e.views[0], e.views[1], e.views[2], int(e.i[0]), Update(e.i[1]), nullptr);
    View operands[3] = {e.views[2], e.views[2], e.views[2]};
    array::Scratch memory(e.views[2].size() * itemsize(e.views[2].dtype));
    if (!memory) return Status::OutOfMemory;
    operands[1].data = reinterpret_cast<char *>(e.constants[1]);
    operands[2].data = memory.get();
    int64_t step = itemsize(operands[2].dtype);
    for (int i = operands[2].ndim - 1; i >= 0; --i) {
        operands[1].strides[i] = 0;
        operands[2].strides[i] = step;
        step *= operands[2].shape[i];
    }
    run_elementwise(e.loop, operands, 3);
    return put(e.views[0], e.views[1], operands[2], int(e.i[0]), Update(e.i[1]), nullptr);
}

aclnnStatus plan_put(Call &c, Update update, int source, int out) {
    const aclTensor *self = c.tensor(0), *index = c.tensor(2);
    int axis;
    if (int error = check_axis(c, 1, c.integer(1), self->ndim, &axis)) return error;
    if (int error = check_index(c, 2)) return error;
    if (index->ndim > 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: index has %d dims; expected 0 or 1", c.op.name,
                    index->ndim);
    if (int error = check_same_dtype(c, 0, out)) return error;
    if (int error = check_same_shape(c, 0, out)) return error;
    if (source >= 0) {
        if (int error = check_same_dtype(c, 0, source)) return error;
        Shape shape = shape_of(self);
        if (shape.ndim) shape.dims[axis] = index->size;
        if (self->ndim || c.tensor(source)->size != 1)
            if (int error = check_shape(c, source, shape.ndim, shape.dims)) return error;
    }
    Executor &e = c.exec;
    at_least_1d(e.views[add_view(e, c.tensor(out), out)]);
    at_least_1d(e.views[add_view(e, index, 2)]);
    if (source >= 0)
        at_least_1d(e.views[add_view(e, c.tensor(source), source)]);
    else
        add_constant(e, 0, self->dtype);
    e.i[2] = out != 0;
    if (out) at_least_1d(e.views[add_view(e, self, 0)]);
    e.i[0] = axis;
    e.i[1] = int64_t(update);
    e.loop = {};
    if (self->size) e.run = run_put;
    return 0;
}

// self, dim, index, source, alpha, out
aclnnStatus prepare_index_add(Call &c) {
    if (int error = plan_put(c, Update::Add, 3, c.out)) return error;
    const DType dtype = c.tensor(0)->dtype;
    if (!c.scalar(4)->one) {
        constant(c, 1, c.scalar(4), dtype);
        c.exec.loop =
            find_loop(dtype == DType::Bool ? LoopOp::logical_and : LoopOp::multiply, dtype);
    }
    return 0;
}

// selfRef, dim, index, source[, outRef]
aclnnStatus prepare_index_copy(Call &c) { return plan_put(c, Update::Set, 3, c.out); }

// self, dim, index, value[, out]
aclnnStatus prepare_index_fill(Call &c) {
    constant(c, 0, c.scalar(3), c.tensor(0)->dtype);
    return plan_put(c, Update::Set, -1, c.out);
}

// Views: out, constant[, self]; the indices are numbers of the plan.
Status run_fill_numbers(aclOpExecutor &e) {
    if (e.i[2])
        if (Status s = start_from(e.views[0], e.views[2]); s != Status::Ok) return s;
    View index;
    index.dtype = DType::Int64;
    index.data = reinterpret_cast<char *>(e.extra->numbers.data());
    index.ndim = 1;
    index.shape[0] = int64_t(e.extra->numbers.size());
    index.strides[0] = 8;
    return put(e.views[0], index, e.views[1], int(e.i[0]), Update::Set, nullptr);
}

// self, dim, index (numbers; those out of range are skipped), value[, out]
aclnnStatus prepare_fill_numbers(Call &c) {
    const aclTensor *self = c.tensor(0);
    const aclIntArray *index = c.ints(2);
    const int out = c.out;
    int axis;
    if (int error = check_axis(c, 1, c.integer(1), self->ndim, &axis)) return error;
    if (int error = check_same_dtype(c, 0, out)) return error;
    if (int error = check_same_shape(c, 0, out)) return error;
    const int64_t extent = self->ndim ? self->shape[axis] : 1;
    Executor &e = c.exec;
    extra(e);
    for (uint64_t k = 0; k < index->size; ++k)
        if (index->data[k] >= -extent && index->data[k] < extent)
            e.extra->numbers.push_back(index->data[k]);
    at_least_1d(e.views[add_view(e, c.tensor(out), out)]);
    constant(c, 0, c.scalar(3), self->dtype);
    add_constant(e, 0, self->dtype);
    e.i[0] = axis;
    e.i[2] = out != 0;
    if (out) at_least_1d(e.views[add_view(e, self, 0)]);
    if (self->size) e.run = run_fill_numbers;
    return 0;
}

// data, indices, updates, axis: whole slices
aclnnStatus prepare_scatter_update(Call &c) {
    const aclTensor *self = c.tensor(0), *index = c.tensor(1), *updates = c.tensor(2);
    int axis;
    if (int error = check_axis(c, 3, c.integer(3), self->ndim, &axis)) return error;
    if (int error = check_index(c, 1)) return error;
    if (int error = check_same_dtype(c, 0, 2)) return error;
    Shape shape = shape_of(self);
    if (index->ndim != 1 || !self->ndim)
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR,
                    "%s: not implemented by cannsim for indices of %d dims", c.op.name,
                    index->ndim);
    shape.dims[axis] = index->size;
    if (int error = check_shape(c, 2, shape.ndim, shape.dims)) return error;
    Executor &e = c.exec;
    add_view(e, self, 0);
    add_view(e, index, 1);
    add_view(e, updates, 2);
    e.i[0] = axis;
    e.i[1] = int64_t(Update::Set);
    e.i[2] = 0;
    e.loop = {};
    if (self->size) e.run = run_put;
    return 0;
}

// selfRef, index, source, accumulate: of the flattened tensor
aclnnStatus prepare_put(Call &c) {
    if (int error = check_index(c, 1)) return error;
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = check_same_shape(c, 1, 2)) return error;
    Executor &e = c.exec;
    for (int i = 0; i < 3; ++i) add_view(e, c.tensor(i), i);
    e.i[0] = -1;
    e.i[1] = int64_t(c.flag(3) ? Update::Add : Update::Set);
    e.i[2] = 0;
    e.loop = {};
    if (c.tensor(1)->size) e.run = run_put;
    return 0;
}

// --- coordinates
// -----------------------------------------------------------------------------------

// Views: self, index, out.
Status run_gather_nd(aclOpExecutor &e) {
    return gather_nd(e.views[2], e.views[0], e.views[1], nullptr);
}

// Views: out, index, updates[, data].
Status run_scatter_nd(aclOpExecutor &e) {
    if (e.nviews == 4)
        if (Status s = start_from(e.views[0], e.views[3]); s != Status::Ok) return s;
    return scatter_nd(e.views[0], e.views[1], e.views[2], Update(e.i[1]), nullptr);
}

// Shape of what coordinates select.
aclnnStatus coordinate_shape(const Call &c, int self, int index, Shape *out) {
    const aclTensor *t = c.tensor(self), *i = c.tensor(index);
    const int64_t depth = i->ndim ? i->shape[i->ndim - 1] : 0;
    if (i->ndim == 0 || depth > t->ndim || i->ndim - 1 + t->ndim - depth > kMaxRank)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s %s does not address %s %s", c.op.name,
                    c.param(index), shape_text(i).text, c.param(self), shape_text(t).text);
    Shape s;
    for (int k = 0; k + 1 < i->ndim; ++k) s.dims[s.ndim++] = i->shape[k];
    for (int k = int(depth); k < t->ndim; ++k) s.dims[s.ndim++] = t->shape[k];
    *out = s;
    return 0;
}

// self, indices, negativeIndexSupport, out
aclnnStatus prepare_gather_nd(Call &c) {
    Shape shape;
    if (int error = check_index(c, 1)) return error;
    if (int error = coordinate_shape(c, 0, 1, &shape)) return error;
    if (int error = check_shape(c, 3, shape.ndim, shape.dims)) return error;
    return plan_take(c, 0, 1, 3, -1, run_gather_nd);
}

aclnnStatus plan_scatter_nd(Call &c, int out, Update update) {
    Shape shape;
    if (int error = check_index(c, 1)) return error;
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = coordinate_shape(c, 0, 1, &shape)) return error;
    if (int error = check_shape(c, 2, shape.ndim, shape.dims)) return error;
    if (out) {
        if (int error = check_same_dtype(c, 0, out)) return error;
        if (int error = check_same_shape(c, 0, out)) return error;
    }
    Executor &e = c.exec;
    add_view(e, c.tensor(out), out);
    add_view(e, c.tensor(1), 1);
    add_view(e, c.tensor(2), 2);
    if (out) add_view(e, c.tensor(0), 0);
    e.i[1] = int64_t(update);
    if (c.tensor(0)->size) e.run = run_scatter_nd;
    return 0;
}
aclnnStatus prepare_scatter_nd(Call &c) { return plan_scatter_nd(c, 3, Update::Set); }
aclnnStatus prepare_scatter_nd_update(Call &c) { return plan_scatter_nd(c, 0, Update::Set); }

// --- advanced indexing
// -----------------------------------------------------------------------------

// Replaces boolean masks by the coordinates of their true elements. Memory for those is kept.
struct Resolved {
    Indices indices;
    std::vector<View> masks;
    char *memory[kMaxRank] = {};
    int count = 0;

    ~Resolved() {
        for (int i = 0; i < count; ++i) std::free(memory[i]);
    }
};

bool is_mask(DType t) { return t == DType::Bool || t == DType::UInt8; }

// e.extra: index views, with the axis of each in `numbers`.
Status resolve_indices(const aclOpExecutor &e, Resolved *r) {
    Indices &out = r->indices;
    for (size_t k = 0; k < e.extra->views.size(); ++k) {
        const View &v = e.extra->views[k];
        const int axis = int(e.extra->numbers[k]);
        if (!is_mask(v.dtype)) {
            out.axes[out.count] = axis;
            out.index[out.count++] = v;
            continue;
        }
        const int64_t capacity = v.size();
        char *memory = static_cast<char *>(std::malloc(size_t(capacity) * v.ndim * 8 + 64));
        if (!memory) return Status::OutOfMemory;
        r->memory[r->count++] = memory;
        View coordinates;
        coordinates.dtype = DType::Int64;
        coordinates.data = memory;
        coordinates.ndim = 2;
        coordinates.shape[0] = capacity;
        coordinates.shape[1] = v.ndim;
        coordinates.strides[0] = 8;
        coordinates.strides[1] = 8 * capacity;
        int64_t found = 0;
        if (Status s = nonzero(coordinates, v, &found); s != Status::Ok) return s;
        for (int d = 0; d < v.ndim; ++d) {
            View one;
            one.dtype = DType::Int64;
            one.data = memory + d * 8 * capacity;
            one.ndim = 1;
            one.shape[0] = found;
            one.strides[0] = 8;
            out.axes[out.count] = axis + d;
            out.index[out.count++] = one;
        }
    }
    out.position = int(e.i[0]);
    return Status::Ok;
}

bool needs_count(const aclOpExecutor &e) {
    for (const View &v : e.extra->views)
        if (is_mask(v.dtype)) return true;
    return false;
}

// Views: self, out. Fewer elements than out holds are written to its front.
Status run_index(aclOpExecutor &e) {
    Resolved r;
    if (Status s = resolve_indices(e, &r); s != Status::Ok) return s;
    View out = e.views[1];
    if (needs_count(e)) {
        const int64_t found = r.indices.index[0].ndim == 1 ? r.indices.index[0].shape[0] : -1;
        const int position = r.indices.position;
        if (found > out.shape[position]) return Status::BadArgument;
        if (found >= 0) out.shape[position] = found;
    }
    return get_indexed(out, e.views[0], r.indices, nullptr);
}

// Views: selfRef, values. e.i[1]: update.
Status run_index_put(aclOpExecutor &e) {
    Resolved r;
    if (Status s = resolve_indices(e, &r); s != Status::Ok) return s;
    return set_indexed(e.views[0], r.indices, e.views[1], Update(e.i[1]), nullptr);
}

// Reads the list of indices: which axes they replace, where the result's axes stand, and its shape
// as far as it is known (masks: one axis of unknown extent, -1).
aclnnStatus read_indices(Call &c, int list_param, Shape *out) {
    const aclTensor *self = c.tensor(0);
    const aclTensorList *list = c.list(list_param);
    if (list->size > uint64_t(kMaxRank))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %ld indices; at most %d are allowed", c.op.name,
                    long(list->size), kMaxRank);
    Shape joint;
    bool covered[kMaxRank] = {}, masked = false, any = false;
    int axis = 0;
    for (uint64_t k = 0; k < list->size; ++k) {
        const aclTensor *t = list->items[k];
        if (!t || (t->ndim == 1 && t->shape[0] == 0 && self->size)) {
            ++axis;
            continue;
        }
        if (!is_in(t->dtype, kIndexDtypes) && !is_mask(t->dtype))
            return fail(
                ACLNN_ERR_PARAM_INVALID,
                "%s: dtype %s of %s[%ld] is not supported; supported: int32 int64 bool uint8",
                c.op.name, dtype_name(t->dtype), c.param(list_param), long(k));
        const int width = is_mask(t->dtype) ? t->ndim : 1;
        if (axis + width > self->ndim)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: too many indices for shape %s", c.op.name,
                        shape_text(self).text);
        if (is_mask(t->dtype)) {
            masked = true;
            for (int d = 0; d < width; ++d)
                if (t->shape[d] != self->shape[axis + d])
                    return fail(ACLNN_ERR_PARAM_INVALID,
                                "%s: mask %s does not fit self %s at axis %d", c.op.name,
                                shape_text(t).text, shape_text(self).text, axis);
        } else {
            const int ndim = std::max(joint.ndim, t->ndim);
            Shape s;
            s.ndim = ndim;
            for (int d = 0; d < ndim; ++d) {
                const int64_t x = d < ndim - joint.ndim ? 1 : joint.dims[d - (ndim - joint.ndim)];
                const int64_t y = d < ndim - t->ndim ? 1 : t->shape[d - (ndim - t->ndim)];
                if (x != y && x != 1 && y != 1)
                    return fail(ACLNN_ERR_PARAM_INVALID,
                                "%s: the indices do not broadcast against each other", c.op.name);
                s.dims[d] = x == 1 ? y : x;
            }
            joint = s;
        }
        any = true;
        for (int d = 0; d < width; ++d) covered[axis + d] = true;
        add_item(c.exec, t, list_param, int(k));
        extra(c.exec).numbers.push_back(axis);
        axis += width;
    }
    if (!any) return fail(ACLNN_ERR_PARAM_INVALID, "%s: there is no index", c.op.name);
    if (masked && is_complex(self->dtype))
        return fail(ACLNN_ERR_INNER_NULLPTR, "%s: masks do not select from complex numbers",
                    c.op.name);
    if (masked) {
        joint.ndim = std::max(joint.ndim, 1);
        joint.dims[joint.ndim - 1] = -1;
    }
    int first = 0;
    while (!covered[first]) ++first;
    int last = self->ndim - 1;
    while (!covered[last]) --last;
    bool together = true;
    for (int i = first; i <= last; ++i) together &= covered[i];
    const int position = together ? first : 0;
    Shape s;
    for (int i = 0, rest = 0; i <= self->ndim; ++i) {
        if (rest == position && i == (together ? first : 0))
            for (int d = 0; d < joint.ndim; ++d) s.dims[s.ndim++] = joint.dims[d];
        if (i < self->ndim && !covered[i]) {
            if (s.ndim >= kMaxRank)
                return fail(ACLNN_ERR_PARAM_INVALID, "%s: the result has too many dims", c.op.name);
            s.dims[s.ndim++] = self->shape[i];
            ++rest;
        }
    }
    c.exec.i[0] = position;
    *out = s;
    for (const View &v : c.exec.extra->views)
        if (!v.data && v.size())
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: the address of an index is not device memory",
                        c.op.name);
    return 0;
}

// self, indices, out
aclnnStatus prepare_index(Call &c) {
    Shape shape;
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = read_indices(c, 1, &shape)) return error;
    const aclTensor *out = c.tensor(2);
    bool fits = out->ndim == shape.ndim;
    for (int i = 0; fits && i < shape.ndim; ++i)
        fits = shape.dims[i] < 0 || shape.dims[i] == out->shape[i];
    if (!fits)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: out has shape %s; expected %s", c.op.name,
                    shape_text(out).text, shape_text(shape.ndim, shape.dims).text);
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, out, 2);
    if (out->size) c.exec.run = run_index;
    return 0;
}

// selfRef, indices, values, accumulate, unsafe
aclnnStatus prepare_index_put(Call &c) {
    Shape shape;
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = read_indices(c, 1, &shape)) return error;
    const aclTensor *values = c.tensor(2);
    bool fits = values->ndim <= shape.ndim;
    for (int i = 0; fits && i < values->ndim; ++i) {
        const int64_t want = shape.dims[shape.ndim - values->ndim + i];
        fits = want < 0 || values->shape[i] == want || values->shape[i] == 1;
    }
    if (!fits)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: values %s do not broadcast to %s", c.op.name,
                    shape_text(values).text, shape_text(shape.ndim, shape.dims).text);
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, values, 2);
    c.exec.i[1] = int64_t(c.flag(3) ? Update::Add : Update::Set);
    if (c.tensor(0)->size && values->size) c.exec.run = run_index_put;
    return 0;
}

} // namespace

void define_index() {
    for (Op op : {Op::IndexSelect, Op::GatherV2}) define(op, prepare_gather_axis);
    for (Op op : {Op::Scatter, Op::InplaceScatter, Op::ScatterValue, Op::InplaceScatterValue,
                  Op::ScatterReduce, Op::InplaceScatterReduce})
        define(op, prepare_scatter);
    for (Op op : {Op::IndexCopy, Op::InplaceIndexCopy}) define(op, prepare_index_copy);
    for (Op op : {Op::IndexFill, Op::InplaceIndexFill}) define(op, prepare_index_fill);
    for (Op op : {Op::IndexFillTensor, Op::InplaceIndexFillTensor})
        define(op, prepare_fill_numbers);
    define(Op::Take, prepare_take);
    define(Op::Embedding, prepare_embedding);
    define(Op::Gather, prepare_gather);
    define(Op::ScatterAdd, prepare_scatter_add);
    for (Op op : {Op::IndexAdd, Op::IndexAddV2}) define(op, prepare_index_add);
    define(Op::InplacePut, prepare_put);
    define(Op::InplaceScatterUpdate, prepare_scatter_update);
    define(Op::GatherNd, prepare_gather_nd);
    define(Op::ScatterNd, prepare_scatter_nd);
    define(Op::ScatterNdUpdate, prepare_scatter_nd_update);
    define(Op::Index, prepare_index);
    define(Op::IndexPutImpl, prepare_index_put);
}

} // namespace cannsim
