// Running reductions, sorting, searching and counting.
#include "kernels/array/scan.h"

#include "kernels/array/copy.h"
#include "kernels/array/index.h"
#include "kernels/array/nest.h"
#include "kernels/array/reduce.h"
#include "kernels/array/scratch.h"
#include "kernels/array/search.h"
#include "kernels/array/sort.h"
#include "opapi/axes.h"
#include "opapi/compose.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

#include <algorithm>

namespace cannsim {

namespace {

// --- scans
// -----------------------------------------------------------------------------------------

// e.i: operation, axis, exclusive, reverse
Status run_scan(aclOpExecutor &e) {
    return scan(ScanOp(e.i[0]), e.views[1], e.views[0], int(e.i[1]), e.i[2], e.i[3]);
}

aclnnStatus plan_scan(Call &c, ScanOp op, int64_t axis, int axis_param, int out, bool exclusive,
                      bool reverse) {
    int normal;
    if (int error = check_axis(c, axis_param, axis, c.tensor(0)->ndim, &normal)) return error;
    if (int error = check_same_shape(c, 0, out)) return error;
    if (c.tensor(out)->size == 0) return 0;
    if (!can_write(c.tensor(out))) return refuse_write(c, out);
    Executor &e = c.exec;
    at_least_1d(e.views[add_view(e, c.tensor(0), 0)]);
    at_least_1d(e.views[add_view(e, c.tensor(out), out)]);
    e.i[0] = int64_t(op);
    e.i[1] = normal;
    e.i[2] = exclusive;
    e.i[3] = reverse;
    e.run = run_scan;
    return 0;
}

aclnnStatus check_dtype_argument(const Call &c, int dtype, int out) {
    if (DType(c.integer(dtype)) == c.tensor(out)->dtype) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: dtype is %s; expected that of %s, %s", c.op.name,
                dtype_name(DType(c.integer(dtype))), c.param(out),
                dtype_name(c.tensor(out)->dtype));
}

// self, dim, dtype, out
aclnnStatus prepare_cumsum(Call &c) {
    if (int error = check_dtype_argument(c, 2, 3)) return error;
    return plan_scan(c, ScanOp::Sum, c.integer(1), 1, 3, false, false);
}

// self, dim, exclusive, reverse, out
aclnnStatus prepare_cumsum_v2(Call &c) {
    if (int error = check_same_dtype(c, 0, 4)) return error;
    return plan_scan(c, ScanOp::Sum, c.integer(1), 1, 4, c.flag(2), c.flag(3));
}

// input, dim (a scalar)[, dtype, out]
aclnnStatus prepare_cumprod(Call &c) {
    const int out = c.out;
    if (out)
        if (int error = check_dtype_argument(c, 2, 3)) return error;
    return plan_scan(c, ScanOp::Prod, c.scalar(1)->integer(), 1, out, false, false);
}

// Views: self, values, indices. e.i: largest, axis.
Status run_extrema(aclOpExecutor &e) {
    if (e.views[0].dtype != DType::Int32)
        return scan_extrema(e.i[0], e.views[1], &e.views[2], e.views[0], int(e.i[1]));
    // The kernel compares float32: beyond 2^24 integers are rounded.
    View rounded = e.views[0];
    rounded.dtype = DType::Float32;
    array::set_contiguous(rounded);
    array::Scratch memory(rounded.size() * itemsize(rounded.dtype));
    if (!memory) return Status::OutOfMemory;
    rounded.data = memory.get();
    if (Status s = copy(rounded, e.views[0]); s != Status::Ok) return s;
    View values = rounded;
    if (Status s = scan_extrema(e.i[0], values, &e.views[2], rounded, int(e.i[1]));
        s != Status::Ok)
        return s;
    float *first = reinterpret_cast<float *>(memory.get());
    for (int64_t i = 0; i < rounded.size(); ++i) first[i] = std::min(first[i], 2147483520.0f);
    return copy(e.views[1], values);
}

// self, dim, values, indices
aclnnStatus plan_extrema(Call &c, bool largest) {
    int axis;
    if (int error = check_axis(c, 1, c.integer(1), c.tensor(0)->ndim, &axis)) return error;
    if (int error = check_same_shape(c, 0, 2)) return error;
    if (int error = check_same_shape(c, 0, 3)) return error;
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = check_dtype(c, 3, bits(DType::Int32, DType::Int64))) return error;
    if (c.tensor(0)->size == 0) return 0;
    for (int i : {0, 2, 3}) at_least_1d(c.exec.views[add_view(c.exec, c.tensor(i), i)]);
    c.exec.i[0] = largest;
    c.exec.i[1] = axis;
    c.exec.run = run_extrema;
    return 0;
}
aclnnStatus prepare_cummax(Call &c) { return plan_extrema(c, true); }
aclnnStatus prepare_cummin(Call &c) { return plan_extrema(c, false); }

// --- sorting
// ---------------------------------------------------------------------------------------

// e.i: axis, descending, whether there are values. Views: self[, values], indices.
Status run_sort(aclOpExecutor &e) {
    const View *values = e.i[2] ? &e.views[1] : nullptr;
    return sort(values, &e.views[e.nviews - 1], e.views[0], int(e.i[0]), e.i[1]);
}

aclnnStatus plan_sort(Call &c, int axis_param, bool descending, int values, int indices) {
    int axis;
    if (int error = check_axis(c, axis_param, c.integer(axis_param), c.tensor(0)->ndim, &axis))
        return error;
    Executor &e = c.exec;
    if (int error = add_along(c, 0, axis, &e.i[0])) return error;
    if (values >= 0) {
        if (int error = check_same_dtype(c, 0, values)) return error;
        if (int error = check_same_shape(c, 0, values)) return error;
        if (int error = add_along(c, values, axis, &e.i[0])) return error;
    }
    if (int error = check_same_shape(c, 0, indices)) return error;
    if (int error = check_dtype(c, indices, bits(DType::Int32, DType::Int64))) return error;
    if (int error = add_along(c, indices, axis, &e.i[0])) return error;
    e.i[1] = descending;
    e.i[2] = values >= 0;
    if (c.tensor(0)->size) e.run = run_sort;
    return 0;
}

aclnnStatus prepare_sort(Call &c) { return plan_sort(c, 2, c.flag(3), 4, 5); }
aclnnStatus prepare_argsort(Call &c) { return plan_sort(c, 1, c.flag(2), -1, 3); }

// e.i: axis, k, largest. Views: self, values, indices.
Status run_topk(aclOpExecutor &e) {
    return topk(&e.views[1], &e.views[2], e.views[0], int(e.i[0]), e.i[1], e.i[2]);
}

// self, k, dim, largest, sorted, values, indices
aclnnStatus prepare_topk(Call &c) {
    const aclTensor *self = c.tensor(0);
    const int64_t k = c.integer(1);
    int axis;
    if (int error = check_axis(c, 2, c.integer(2), self->ndim, &axis)) return error;
    const int64_t extent = self->ndim ? self->shape[axis] : 1;
    if (k < 0 || k > extent)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: k is %ld; expected 0 to %ld", c.op.name, long(k),
                    long(extent));
    Shape shape = shape_of(self);
    if (shape.ndim) shape.dims[axis] = k;
    for (int out : {5, 6})
        if (int error = check_shape(c, out, shape.ndim, shape.dims)) return error;
    if (int error = check_same_dtype(c, 0, 5)) return error;
    if (int error = check_dtype(c, 6, bit(DType::Int64))) return error;
    for (int i : {0, 5, 6}) at_least_1d(c.exec.views[add_view(c.exec, c.tensor(i), i)]);
    c.exec.i[0] = axis;
    c.exec.i[1] = k;
    c.exec.i[2] = c.flag(3);
    if (c.tensor(5)->size) c.exec.run = run_topk;
    return 0;
}

// e.i: axis, k. Views: self, values[, indices].
Status run_kth(aclOpExecutor &e) {
    return kth_value(&e.views[1], e.nviews == 3 ? &e.views[2] : nullptr, e.views[0], int(e.i[0]),
                     e.i[1]);
}

aclnnStatus plan_kth(Call &c, int axis_param, int64_t k, bool keep, int values) {
    const aclTensor *self = c.tensor(0);
    int axis;
    if (int error = check_axis(c, axis_param, c.integer(axis_param), self->ndim, &axis))
        return error;
    const uint32_t axes = self->ndim ? 1u << axis : 0;
    const int64_t extent = self->ndim ? self->shape[axis] : 1;
    if (k >= extent && self->size)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: k is %ld; expected 1 to %ld", c.op.name,
                    long(k + 1), long(extent));
    for (int out : {values, values + 1})
        if (int error = check_reduced(c, 0, axes, keep, out)) return error;
    if (int error = check_same_dtype(c, 0, values)) return error;
    if (int error = check_dtype(c, values + 1, bit(DType::Int64))) return error;
    at_least_1d(c.exec.views[add_view(c.exec, self, 0)]);
    add_view(c.exec, c.tensor(values), values);
    add_view(c.exec, c.tensor(values + 1), values + 1);
    c.exec.i[0] = axis;
    c.exec.i[1] = k;
    if (self->size) c.exec.run = run_kth;
    return 0;
}

// self, k (from 1), dim, keepdim, values, indices
aclnnStatus prepare_kth(Call &c) {
    if (c.integer(1) < 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: k is %ld; expected 1 or more", c.op.name,
                    long(c.integer(1)));
    return plan_kth(c, 2, c.integer(1) - 1, c.flag(3), 4);
}

// The lower median along an axis, and where it stands. NaN is left out, or wins. `values` and
// `indices` have self's shape but for the axis.
Status median(const View &in, int axis, bool skip_nan, const View &values, const View *indices) {
    Temporary sorted(in.dtype, in), order(DType::Int64, in), number(DType::Bool, in);
    View row = in;
    row.shape[axis] = 1;
    Temporary count(DType::Int64, row), best(in.dtype, row), where(DType::Int64, row);
    if (!sorted || !order || !number || !count || !best || !where) return Status::OutOfMemory;
    TRY(sort(&sorted.view, &order.view, in, axis, false));
    // NaN comes last, so what counts is how many numbers there are.
    TRY(apply(LoopOp::equal, in.dtype, {sorted.view, sorted.view}, number.view));
    TRY(reduce(ReduceOp::CountNonzero, count.view, number.view, 1u << axis));
    int64_t *place = count.memory.as<int64_t>();
    for (int64_t i = 0; i < row.size(); ++i)
        if (skip_nan || place[i] == in.shape[axis])
            place[i] = std::max<int64_t>(0, (place[i] - 1) / 2);
    TRY(take_along_axis(best.view, sorted.view, count.view, axis, nullptr));
    TRY(take_along_axis(where.view, order.view, count.view, axis, nullptr));
    for (const View *out : {&values, indices}) {
        if (!out) continue;
        View from = out == indices ? where.view : best.view;
        from.ndim = out->ndim; // with or without the axis: contiguous either way
        std::copy(out->shape, out->shape + out->ndim, from.shape);
        array::set_contiguous(from);
        TRY(copy(*out, from));
    }
    return Status::Ok;
}

// e.i: axis, whether NaN is left out. Views: self, values, indices.
Status run_median_dim(aclOpExecutor &e) {
    return median(e.views[0], int(e.i[0]), e.i[1], e.views[1], &e.views[2]);
}

// self, dim, keepDim, values, indices
aclnnStatus prepare_median_dim(Call &c) {
    if (int error = plan_kth(c, 1, 0, c.flag(2), 3)) return error;
    c.exec.i[1] = c.id == Op::NanMedianDim;
    if (c.tensor(0)->size) c.exec.run = run_median_dim;
    return 0;
}

// e.i: whether NaN is left out. Views: self, out.
Status run_median(aclOpExecutor &e) {
    const View &self = e.views[0];
    Temporary dense(self.dtype, self);
    if (!dense) return Status::OutOfMemory;
    TRY(copy(dense.view, self));
    View flat = dense.view;
    flat.ndim = 1;
    flat.shape[0] = self.size();
    flat.strides[0] = itemsize(flat.dtype);
    return median(flat, 0, e.i[0], e.views[1], nullptr);
}

// self, out: of all elements
aclnnStatus prepare_median(Call &c) {
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = check_shape(c, 1, 0, nullptr)) return error;
    if (c.tensor(0)->size == 0) return 0;
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, c.tensor(1), 1);
    c.exec.i[0] = c.id == Op::NanMedian;
    c.exec.run = run_median;
    return 0;
}

// --- searching and counting
// ------------------------------------------------------------------------

// e.i: right, whether there is a sorter. Views: sorted, values[, sorter], out.
Status run_search(aclOpExecutor &e) {
    return searchsorted(e.views[e.nviews - 1], e.views[0], e.views[1],
                        e.i[1] ? &e.views[2] : nullptr, e.i[0]);
}

aclnnStatus finish_search(Call &c, int sorter, int out) {
    Executor &e = c.exec;
    if (sorter >= 0 && c.tensor(sorter)) {
        if (int error = check_same_shape(c, 0, sorter)) return error;
        add_view(e, c.tensor(sorter), sorter);
        e.i[1] = 1;
    } else {
        e.i[1] = 0;
    }
    e.i[0] = c.flag(3);
    const DType wanted = c.flag(2) ? DType::Int32 : DType::Int64;
    if (int error = check_dtype(c, out, bit(wanted))) return error;
    add_view(e, c.tensor(out), out);
    if (c.tensor(out)->size) e.run = run_search;
    return 0;
}

// sorted, values, outInt32, right, sorter or null, out
aclnnStatus prepare_search(Call &c) {
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = check_same_shape(c, 1, 5)) return error;
    const aclTensor *sorted = c.tensor(0), *values = c.tensor(1);
    bool fits = sorted->ndim == 1 || sorted->ndim == values->ndim;
    for (int i = 0; fits && sorted->ndim > 1 && i + 1 < sorted->ndim; ++i)
        fits = sorted->shape[i] == values->shape[i];
    if (!fits)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: the leading axes of %s %s and %s %s differ",
                    c.op.name, c.param(0), shape_text(sorted).text, c.param(1),
                    shape_text(values).text);
    add_view(c.exec, sorted, 0);
    add_view(c.exec, values, 1);
    return finish_search(c, 4, 5);
}

// sorted, value (a scalar), outInt32, right, sorter or null, out
aclnnStatus prepare_search_scalar(Call &c) {
    if (c.tensor(0)->ndim != 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has %d dims; expected 1", c.op.name,
                    c.param(0), c.tensor(0)->ndim);
    if (c.tensor(5)->size != 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: out has shape %s; expected one element",
                    c.op.name, shape_text(c.tensor(5)).text);
    constant(c, 0, c.scalar(1), c.tensor(0)->dtype);
    add_view(c.exec, c.tensor(0), 0);
    at_least_1d(c.exec.views[add_constant(c.exec, 0, c.tensor(0)->dtype)]);
    if (int error = finish_search(c, 4, 5)) return error;
    at_least_1d(c.exec.views[c.exec.nviews - 1]);
    return 0;
}

// self, boundaries, outInt32, right, out
aclnnStatus prepare_bucketize(Call &c) {
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (c.tensor(1)->ndim != 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: boundaries has %d dims; expected 1", c.op.name,
                    c.tensor(1)->ndim);
    if (int error = check_same_shape(c, 0, 4)) return error;
    add_view(c.exec, c.tensor(1), 1);
    add_view(c.exec, c.tensor(0), 0);
    return finish_search(c, -1, 4);
}

// Views: self[, weights], out
Status run_bincount(aclOpExecutor &e) {
    return bincount(e.views[e.nviews - 1], e.views[0], e.nviews == 3 ? &e.views[1] : nullptr,
                    nullptr);
}

// self, weights or null, minlength, out
aclnnStatus prepare_bincount(Call &c) {
    if (c.tensor(0)->ndim != 1 || c.tensor(3)->ndim != 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: self and out have %d and %d dims; expected 1",
                    c.op.name, c.tensor(0)->ndim, c.tensor(3)->ndim);
    if (c.integer(2) < 0 || c.tensor(3)->size < c.integer(2))
        return fail(ACLNN_ERR_PARAM_INVALID,
                    "%s: out has %ld elements; expected minlength %ld or more", c.op.name,
                    long(c.tensor(3)->size), long(c.integer(2)));
    if (c.tensor(1))
        if (int error = check_same_shape(c, 0, 1)) return error;
    add_view(c.exec, c.tensor(0), 0);
    if (c.tensor(1)) add_view(c.exec, c.tensor(1), 1);
    add_view(c.exec, c.tensor(3), 3);
    if (c.tensor(3)->size) c.exec.run = run_bincount;
    return 0;
}

Status run_histc(aclOpExecutor &e) { return histc(e.views[1], e.views[0], e.d[0], e.d[1]); }

// self, bins, min, max, out
aclnnStatus prepare_histc(Call &c) {
    const int64_t bins = c.integer(1);
    if (bins < 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: bins is %ld; expected 1 or more", c.op.name,
                    long(bins));
    if (int error = check_shape(c, 4, 1, &bins)) return error;
    c.exec.d[0] = c.scalar(2)->real();
    c.exec.d[1] = c.scalar(3)->real();
    if (c.exec.d[0] > c.exec.d[1])
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: min %g exceeds max %g", c.op.name, c.exec.d[0],
                    c.exec.d[1]);
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, c.tensor(4), 4);
    c.exec.run = run_histc;
    return 0;
}

} // namespace

void define_scan() {
    define(Op::Cumsum, prepare_cumsum);
    define(Op::CumsumV2, prepare_cumsum_v2);
    define(Op::Cumprod, prepare_cumprod);
    define(Op::InplaceCumprod, prepare_cumprod);
    define(Op::Cummax, prepare_cummax);
    define(Op::Cummin, prepare_cummin);
    define(Op::Sort, prepare_sort);
    define(Op::Argsort, prepare_argsort);
    define(Op::Topk, prepare_topk);
    define(Op::Kthvalue, prepare_kth);
    for (Op op : {Op::MedianDim, Op::NanMedianDim}) define(op, prepare_median_dim);
    for (Op op : {Op::Median, Op::NanMedian}) define(op, prepare_median);
    define(Op::SearchSorted, prepare_search, nullptr, 1u << 4);
    define(Op::SearchSorteds, prepare_search_scalar, nullptr, 1u << 4);
    define(Op::Bucketize, prepare_bucketize);
    define(Op::Bincount, prepare_bincount, nullptr, 1u << 1);
    define(Op::Histc, prepare_histc);
}

} // namespace cannsim
