// Masks, and operators whose result's extent depends on the data.
#include "kernels/array/copy.h"
#include "kernels/array/scratch.h"
#include "kernels/array/search.h"
#include "kernels/array/sort.h"
#include "kernels/loops/driver.h"
#include "opapi/axes.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

namespace cannsim {

namespace {

// Announces that phase 2 will set the shape of a tensor; returns the number of the result.
int add_result(Executor &e, aclTensor *t) {
    t->references.fetch_add(1, std::memory_order_relaxed);
    e.results[e.nresults] = t;
    e.blocking = true;
    return e.nresults++;
}

void set_length(Executor &e, int result, int64_t n) { set_view_shape(e.results[result], 1, &n); }

// A contiguous buffer that is seen as one axis of all its elements.
void flatten(View &v) {
    const int64_t n = v.size();
    v.ndim = 1;
    v.shape[0] = n;
    v.strides[0] = itemsize(v.dtype);
}

aclnnStatus check_contiguous(const Call &c, int param) {
    if (c.tensor(param)->contiguous) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s must be contiguous", c.op.name, c.param(param));
}

aclnnStatus check_capacity(const Call &c, int param, int64_t n) {
    if (c.tensor(param)->size >= n) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has %ld elements; expected %ld or more", c.op.name,
                c.param(param), long(c.tensor(param)->size), long(n));
}

// --- nonzero
// ---------------------------------------------------------------------------------------

// e.i: whether coordinates are columns. Views: self, out.
Status run_nonzero(aclOpExecutor &e) {
    const View &in = e.views[0];
    View out = e.views[1];
    const int64_t capacity = in.ndim ? out.size() / in.ndim : 0;
    // Coordinates are written densely once their number is known: rows are [found, ndim], columns
    // [ndim, found].
    out.ndim = 2;
    out.shape[0] = capacity;
    out.shape[1] = in.ndim;
    out.strides[0] = 8 * in.ndim;
    out.strides[1] = 8;
    int64_t found = 0;
    if (!e.i[0] || !in.ndim) {
        if (Status s = nonzero(out, in, &found); s != Status::Ok) return s;
        const int64_t shape[] = {found, in.ndim};
        set_view_shape(e.results[0], 2, shape);
        return Status::Ok;
    }
    array::Scratch memory(capacity * in.ndim * 8);
    if (!memory) return Status::OutOfMemory;
    View rows = out;
    rows.data = memory.get();
    if (Status s = nonzero(rows, in, &found); s != Status::Ok) return s;
    rows.shape[0] = found;
    out.shape[0] = found;
    out.strides[0] = 8;
    out.strides[1] = 8 * found;
    const int64_t shape[] = {in.ndim, found};
    set_view_shape(e.results[0], 2, shape);
    return found ? copy(out, rows) : Status::Ok;
}

aclnnStatus plan_nonzero(Call &c, bool columns) {
    const aclTensor *self = c.tensor(0);
    if (int error = check_dtype(c, 1, bit(DType::Int64))) return error;
    if (int error = check_contiguous(c, 1)) return error;
    if (int error = check_capacity(c, 1, self->size * self->ndim)) return error;
    add_view(c.exec, self, 0);
    add_view(c.exec, c.tensor(1), 1);
    add_result(c.exec, c.tensor(1));
    c.exec.i[0] = columns;
    c.exec.run = run_nonzero;
    return 0;
}
aclnnStatus prepare_nonzero(Call &c) { return plan_nonzero(c, false); }
aclnnStatus prepare_nonzero_v2(Call &c) { return plan_nonzero(c, true); }

// --- masks
// -----------------------------------------------------------------------------------------

// Views: self, mask, out.
Status run_masked_select(aclOpExecutor &e) {
    View out = e.views[2];
    flatten(out);
    int64_t found = 0;
    Status s = masked_select(out, e.views[0], e.views[1], &found);
    if (s == Status::Ok) set_length(e, 0, found);
    return s;
}

// self, mask, out
aclnnStatus prepare_masked_select(Call &c) {
    Shape shape = shape_of(c.tensor(0));
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = check_dtype(c, 1, bits(DType::Bool, DType::UInt8))) return error;
    if (int error = broadcast(c, &shape, 1)) return error;
    if (int error = check_contiguous(c, 2)) return error;
    int64_t n = 1;
    for (int i = 0; i < shape.ndim; ++i) n *= shape.dims[i];
    if (int error = check_capacity(c, 2, n)) return error;
    for (int i = 0; i < 3; ++i) add_view(c.exec, c.tensor(i), i);
    add_result(c.exec, c.tensor(2));
    c.exec.run = run_masked_select;
    return 0;
}

// selfRef, mask, value (a scalar or a 0-d tensor)
aclnnStatus prepare_masked_fill(Call &c) {
    Shape shape = shape_of(c.tensor(0));
    const DType dtype = c.tensor(0)->dtype;
    if (int error = check_dtype(c, 1, bits(DType::Bool, DType::UInt8))) return error;
    if (int error = broadcast(c, &shape, 1)) return error;
    if (int error = check_shape(c, 0, shape.ndim, shape.dims)) return error;
    const bool scalar = c.op.params[2].kind == ArgKind::Scalar;
    if (!scalar && c.tensor(2)->size != 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: value has shape %s; expected one element",
                    c.op.name, shape_text(c.tensor(2)).text);
    const Source value = scalar ? constant(c, 0, c.scalar(2), dtype) : Source::tensor(2);
    const Source inputs[] = {Source::tensor(1), value, Source::tensor(0)};
    return plan_loop(c, LoopOp::where, dtype, inputs, 3, 0);
}

Status run_masked_scatter(aclOpExecutor &e) {
    return masked_scatter(e.views[0], e.views[1], e.views[2]);
}

// selfRef, mask, source
aclnnStatus prepare_masked_scatter(Call &c) {
    Shape shape = shape_of(c.tensor(0));
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = check_dtype(c, 1, bits(DType::Bool, DType::UInt8))) return error;
    if (int error = broadcast(c, &shape, 1)) return error;
    if (int error = check_shape(c, 0, shape.ndim, shape.dims)) return error;
    for (int i = 0; i < 3; ++i) add_view(c.exec, c.tensor(i), i);
    if (c.tensor(0)->size) c.exec.run = run_masked_scatter;
    return 0;
}

// --- unique
// ----------------------------------------------------------------------------------------

// e.i: axis (-1: flattened), bit 0 inverse, bit 1 counts, consecutive. Views: self, values,
// inverse, counts; unused ones are there and not written.
Status run_unique(aclOpExecutor &e) {
    View values = e.views[1], inverse = e.views[2], counts = e.views[3];
    const int axis = int(e.i[0]);
    const View *pi = e.i[1] & 1 ? &inverse : nullptr, *pc = e.i[1] & 2 ? &counts : nullptr;
    if (axis < 0) flatten(values);
    if (pc) flatten(counts);
    if (pi && axis >= 0) flatten(inverse);
    int64_t found = 0;
    Status s;
    if (e.i[2]) {
        if (pi && axis < 0) flatten(inverse);
        s = unique_consecutive(values, pi, pc, e.views[0], axis, &found);
    } else if (axis < 0) {
        s = unique(values, pi, pc, nullptr, e.views[0], false, &found);
    } else {
        s = unique_slices(values, pi, pc, nullptr, e.views[0], axis, &found);
    }
    if (s != Status::Ok) return s;
    if (axis < 0) {
        set_length(e, 0, found);
    } else {
        // The kernel wrote the first slices of a view with self's extents; close the gaps.
        View kept = values, dense = values;
        kept.shape[axis] = dense.shape[axis] = found;
        int64_t step = itemsize(dense.dtype);
        for (int i = dense.ndim - 1; i >= 0; --i) {
            dense.strides[i] = step;
            step *= dense.shape[i];
        }
        const int64_t bytes = kept.size() * itemsize(kept.dtype);
        array::Scratch memory(bytes);
        if (!memory) return Status::OutOfMemory;
        View aside = dense;
        aside.data = memory.get();
        if (axis > 0 && bytes) {
            if (s = copy(aside, kept); s != Status::Ok) return s;
            if (s = copy(dense, aside); s != Status::Ok) return s;
        }
        set_view_shape(e.results[0], dense.ndim, dense.shape);
    }
    if (pc) set_length(e, e.nresults - 1, found);
    return Status::Ok;
}

aclnnStatus plan_unique(Call &c, int axis, bool inverse, bool counts, bool consecutive,
                        int values) {
    const aclTensor *self = c.tensor(0);
    const int64_t slices = axis < 0 ? self->size : self->shape[axis];
    if (int error = check_same_dtype(c, 0, values)) return error;
    if (int error = check_contiguous(c, values)) return error;
    if (int error = check_capacity(c, values, self->size)) return error;
    Executor &e = c.exec;
    add_view(e, self, 0);
    View &v = e.views[add_view(e, c.tensor(values), values)];
    if (axis >= 0) {
        // Of self's extents, dense.
        v.ndim = self->ndim;
        int64_t step = itemsize(v.dtype);
        for (int k = self->ndim - 1; k >= 0; --k) {
            v.shape[k] = self->shape[k];
            v.strides[k] = step;
            step *= self->shape[k];
        }
    }
    add_result(e, c.tensor(values));
    const bool has_counts = values + 2 < c.op.nparams;
    if (inverse) {
        if (int error = check_dtype(c, values + 1, bit(DType::Int64))) return error;
        if (int error = check_capacity(c, values + 1, slices)) return error;
        if (int error = check_contiguous(c, values + 1)) return error;
    }
    add_view(e, c.tensor(values + 1), values + 1);
    if (inverse && axis < 0) {
        View &i = e.views[2];
        i.ndim = self->ndim;
        int64_t step = 8;
        for (int k = self->ndim - 1; k >= 0; --k) {
            i.shape[k] = self->shape[k];
            i.strides[k] = step;
            step *= self->shape[k];
        }
    } else if (inverse) {
        e.views[2].ndim = 1;
        e.views[2].shape[0] = slices;
        e.views[2].strides[0] = 8;
    }
    if (has_counts) {
        add_view(e, c.tensor(values + 2), values + 2);
    } else {
        add_constant(e, 0, DType::Int64);
        counts = false;
    }
    if (counts) {
        if (int error = check_dtype(c, values + 2, bit(DType::Int64))) return error;
        if (int error = check_capacity(c, values + 2, slices)) return error;
        if (int error = check_contiguous(c, values + 2)) return error;
        add_result(e, c.tensor(values + 2));
    }
    e.i[0] = axis;
    e.i[1] = (inverse ? 1 : 0) | (counts ? 2 : 0);
    e.i[2] = consecutive;
    if (!inverse) e.unbound &= ~4u;
    if (!counts) e.unbound &= ~8u;
    e.run = run_unique;
    return 0;
}

// self, sorted, returnInverse[, returnCounts], valueOut, inverseOut[, countsOut]
aclnnStatus prepare_unique(Call &c) { return plan_unique(c, -1, c.flag(2), false, false, 3); }
aclnnStatus prepare_unique2(Call &c) { return plan_unique(c, -1, c.flag(2), c.flag(3), false, 4); }

// self, sorted, returnInverse, dim, valueOut, inverseOut, countsOut
aclnnStatus prepare_unique_dim(Call &c) {
    int axis;
    if (int error = check_axis(c, 3, c.integer(3), c.tensor(0)->ndim, &axis)) return error;
    if (c.tensor(0)->ndim == 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: self has no axes", c.op.name);
    return plan_unique(c, axis, c.flag(2), true, false, 4);
}

// self, returnInverse, returnCounts, dim (1000: none), valueOut, inverseOut, countsOut
aclnnStatus prepare_unique_consecutive(Call &c) {
    constexpr int64_t kFlattened = 1000;
    int axis = -1;
    if (c.integer(3) != kFlattened)
        if (int error = check_axis(c, 3, c.integer(3), c.tensor(0)->ndim, &axis)) return error;
    if (c.tensor(0)->ndim == 0) axis = -1;
    return plan_unique(c, axis, c.flag(1), c.flag(2), true, 4);
}

// --- membership and equality
// -----------------------------------------------------------------------

// e.i: invert. Views: element, test, out.
Status run_isin(aclOpExecutor &e) { return isin(e.views[2], e.views[0], e.views[1], e.i[0]); }

// element (scalar), testElements, assumeUnique, invert, out
aclnnStatus prepare_isin_scalar(Call &c) {
    if (c.tensor(4)->size != 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: out has shape %s; expected one element",
                    c.op.name, shape_text(c.tensor(4)).text);
    if (int error = check_dtype(c, 4, bit(DType::Bool))) return error;
    const DType dtype = c.tensor(1)->dtype;
    constant(c, 0, c.scalar(0), dtype);
    add_constant(c.exec, 0, dtype);
    add_view(c.exec, c.tensor(1), 1);
    View &out = c.exec.views[add_view(c.exec, c.tensor(4), 4)];
    out.ndim = 0;
    c.exec.i[0] = c.flag(3);
    c.exec.run = run_isin;
    return 0;
}

// element (tensor), testElement (scalar), assumeUnique, invert, out
aclnnStatus prepare_isin_tensor(Call &c) {
    if (int error = check_dtype(c, 4, bit(DType::Bool))) return error;
    if (int error = check_same_shape(c, 0, 4)) return error;
    const DType dtype = c.tensor(0)->dtype;
    const Source inputs[] = {Source::tensor(0), constant(c, 0, c.scalar(1), dtype)};
    return plan_loop(c, c.flag(3) ? LoopOp::not_equal : LoopOp::equal, dtype, inputs, 2, 4);
}

// Views: self, other, out. e.i: whether the shapes are equal. The truth of all(self == other).
Status run_equal(aclOpExecutor &e) {
    bool *out = reinterpret_cast<bool *>(e.views[2].data);
    *out = e.i[0];
    if (!e.i[0] || e.views[0].size() == 0) return Status::Ok;
    const int64_t n = e.views[0].size();
    array::Scratch memory(n);
    if (!memory) return Status::OutOfMemory;
    View equal = e.views[0];
    equal.dtype = DType::Bool;
    equal.data = memory.get();
    int64_t step = 1;
    for (int i = equal.ndim - 1; i >= 0; --i) {
        equal.strides[i] = step;
        step *= equal.shape[i];
    }
    const View operands[] = {e.views[0], e.views[1], equal};
    run_elementwise(e.loop, operands, 3);
    for (int64_t i = 0; i < n; ++i) *out &= memory.get()[i] != 0;
    return Status::Ok;
}

// self, other, out
aclnnStatus prepare_equal(Call &c) {
    const aclTensor *a = c.tensor(0), *b = c.tensor(1);
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (c.tensor(2)->size != 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: out has shape %s; expected one element",
                    c.op.name, shape_text(c.tensor(2)).text);
    if (int error = check_dtype(c, 2, bit(DType::Bool))) return error;
    Executor &e = c.exec;
    for (int i = 0; i < 3; ++i) add_view(e, c.tensor(i), i);
    bool same = a->ndim == b->ndim;
    for (int i = 0; same && i < a->ndim; ++i) same = a->shape[i] == b->shape[i];
    e.i[0] = same;
    e.loop = find_loop(LoopOp::equal, a->dtype);
    if (!e.loop)
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "%s: no kernel for %s", c.op.name,
                    dtype_name(a->dtype));
    e.run = run_equal;
    return 0;
}

} // namespace

void define_select() {
    define(Op::Nonzero, prepare_nonzero);
    define(Op::NonzeroV2, prepare_nonzero_v2);
    define(Op::MaskedSelect, prepare_masked_select);
    define(Op::InplaceMaskedFillScalar, prepare_masked_fill);
    define(Op::InplaceMaskedFillTensor, prepare_masked_fill);
    define(Op::InplaceMaskedScatter, prepare_masked_scatter);
    define(Op::Unique, prepare_unique);
    define(Op::Unique2, prepare_unique2);
    define(Op::UniqueDim, prepare_unique_dim);
    define(Op::UniqueConsecutive, prepare_unique_consecutive);
    define(Op::IsInScalarTensor, prepare_isin_scalar);
    define(Op::IsInTensorScalar, prepare_isin_tensor);
    define(Op::Equal, prepare_equal);
}

} // namespace cannsim
