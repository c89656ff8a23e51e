// Operators that move elements in patterns of their own.
#include "kernels/array/copy.h"
#include "kernels/array/index.h"
#include "opapi/axes.h"
#include "opapi/compose.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

#include <algorithm>
#include <cstdlib>

namespace cannsim {

namespace {

// Replaces one axis by several of the same stride pattern, outermost first.
void split_axis(View &v, int axis, std::initializer_list<int64_t> extents) {
    const int added = int(extents.size()) - 1;
    for (int i = v.ndim - 1; i > axis; --i) {
        v.shape[i + added] = v.shape[i];
        v.strides[i + added] = v.strides[i];
    }
    v.ndim += added;
    int64_t step = v.strides[axis];
    int at = axis + added;
    for (auto it = extents.end(); it != extents.begin(); --at) {
        v.shape[at] = *--it;
        v.strides[at] = step;
        step *= v.shape[at];
    }
}

void swap_axes(View &v, int i, int j) {
    std::swap(v.shape[i], v.shape[j]);
    std::swap(v.strides[i], v.strides[j]);
}

// --- a permutation and a reshape -----------------------------------------------------------------

// e.i: whether the permutation comes first, then the order; i[10]: rank of what is permuted.
// Views: x, out.
Status run_transpose(aclOpExecutor &e) {
    const View &x = e.views[0], &out = e.views[1];
    const int n = int(e.i[10]);
    Temporary dense(x.dtype, x);
    if (!dense) return Status::OutOfMemory;
    View from = dense.view;
    if (e.i[0]) { // permute x, then see the elements in out's shape
        from = x;
    } else { // see x's elements in another shape, then permute
        TRY(copy(dense.view, x));
        from.ndim = n;
        for (int i = 0; i < n; ++i) from.shape[e.i[1 + i]] = out.shape[i];
        array::set_contiguous(from);
    }
    View permuted = from;
    for (int i = 0; i < n; ++i) {
        permuted.shape[i] = from.shape[e.i[1 + i]];
        permuted.strides[i] = from.strides[e.i[1 + i]];
    }
    if (!e.i[0]) return copy(out, permuted);
    View row = permuted;
    row.data = dense.view.data;
    array::set_contiguous(row);
    TRY(copy(row, permuted));
    row = out;
    row.data = dense.view.data;
    array::set_contiguous(row);
    return copy(out, row);
}

// x, perm, shape, transpose_first, out
aclnnStatus prepare_confusion(Call &c) {
    const aclTensor *x = c.tensor(0);
    const aclIntArray *perm = c.ints(1), *wanted = c.ints(2);
    const bool first = c.flag(3);
    const int n = int(perm->size);
    uint32_t seen = 0;
    for (int i = 0; i < n && i < kMaxRank; ++i)
        if (perm->data[i] >= 0 && perm->data[i] < n) seen |= 1u << perm->data[i];
    if (n > kMaxRank || seen != (1u << n) - 1 || n != (first ? x->ndim : int(wanted->size)))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: perm is not an order of the %s axes", c.op.name,
                    first ? "tensor's" : "shape's");
    Shape shape;
    int64_t size = 1;
    if (wanted->size > uint64_t(kMaxRank))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: shape has %ld entries; at most %d are allowed",
                    c.op.name, long(wanted->size), kMaxRank);
    for (uint64_t i = 0; i < wanted->size; ++i) {
        shape.dims[shape.ndim++] = wanted->data[first ? i : perm->data[i]];
        size *= wanted->data[i];
    }
    if (size != x->size)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %ld elements do not fit shape %s", c.op.name,
                    long(x->size), shape_text(int(wanted->size), wanted->data).text);
    if (int error = check_same_dtype(c, 0, 4)) return error;
    if (int error = check_shape(c, 4, shape.ndim, shape.dims)) return error;
    add_view(c.exec, x, 0);
    add_view(c.exec, c.tensor(4), 4);
    c.exec.i[0] = first;
    for (int i = 0; i < n; ++i) c.exec.i[1 + i] = perm->data[i];
    c.exec.i[10] = n;
    if (x->size) c.exec.run = run_transpose;
    return 0;
}

// --- one copy between split axes -----------------------------------------------------------------

Status run_copy(aclOpExecutor &e) { return copy(e.views[1], e.views[0]); }

// self, groups, out: channel (i, j) becomes (j, i)
aclnnStatus prepare_shuffle(Call &c) {
    const aclTensor *self = c.tensor(0);
    const int64_t groups = c.integer(1);
    if (self->ndim < 2 || self->ndim >= kMaxRank || groups < 1 || self->shape[1] % groups)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %ld groups of the channels of %s", c.op.name,
                    long(groups), shape_text(self).text);
    if (int error = check_same_dtype(c, 0, 2)) return error;
    if (int error = check_same_shape(c, 0, 2)) return error;
    const int64_t each = self->shape[1] / groups;
    split_axis(c.exec.views[add_view(c.exec, self, 0)], 1, {groups, each});
    View &out = c.exec.views[add_view(c.exec, c.tensor(2), 2)];
    split_axis(out, 1, {each, groups});
    swap_axes(out, 1, 2);
    if (self->size) c.exec.run = run_copy;
    return 0;
}

// e.i: kernel, dilation, padding, stride (two each). Views: self, out (both with a batch).
Status run_columns(aclOpExecutor &e) {
    const View &self = e.views[0], &out = e.views[1];
    const int64_t *kernel = e.i, *dilation = e.i + 2, *padding = e.i + 4, *stride = e.i + 6;
    const int64_t shape[] = {self.shape[0], self.shape[1], self.shape[2] + 2 * padding[0],
                             self.shape[3] + 2 * padding[1]};
    Temporary padded(self.dtype, 4, shape);
    if (!padded) return Status::OutOfMemory;
    TRY(fill_zero(padded.view));
    View middle = padded.view;
    View windows = padded.view;
    for (int i = 0; i < 2; ++i) {
        middle.data += padding[i] * middle.strides[2 + i];
        middle.shape[2 + i] = self.shape[2 + i];
    }
    TRY(copy(middle, self));
    // batch, channel, kernel row and column, window row and column
    windows.ndim = 6;
    View columns = out;
    int64_t places[2];
    for (int i = 0; i < 2; ++i) {
        const int64_t step = padded.view.strides[2 + i];
        places[i] = (shape[2 + i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i] + 1;
        windows.shape[2 + i] = kernel[i];
        windows.strides[2 + i] = step * dilation[i];
        windows.shape[4 + i] = places[i];
        windows.strides[4 + i] = step * stride[i];
    }
    split_axis(columns, 2, {places[0], places[1]});
    split_axis(columns, 1, {self.shape[1], kernel[0], kernel[1]});
    return copy(columns, windows);
}

// self, kernelSize, dilation, padding, stride, out
aclnnStatus prepare_columns(Call &c) {
    const aclTensor *self = c.tensor(0);
    if (self->ndim != 3 && self->ndim != 4)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: self has %d dims; expected 3 or 4", c.op.name,
                    self->ndim);
    for (int p = 1; p <= 4; ++p) {
        const aclIntArray *pair = c.ints(p);
        const int64_t least = p == 3 ? 0 : 1;
        if (pair->size != 2 || pair->data[0] < least || pair->data[1] < least)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s is not two numbers of %ld or more",
                        c.op.name, c.param(p), long(least));
        for (int i = 0; i < 2; ++i) c.exec.i[2 * (p - 1) + i] = pair->data[i];
    }
    const bool batched = self->ndim == 4;
    const int64_t *at = c.exec.i, *extent = self->shape + self->ndim - 2;
    int64_t places = 1;
    for (int i = 0; i < 2; ++i) {
        const int64_t room = extent[i] + 2 * at[4 + i] - at[2 + i] * (at[i] - 1) - 1;
        if (room < 0)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: the kernel does not fit into %s", c.op.name,
                        shape_text(self).text);
        places *= room / at[6 + i] + 1;
    }
    Shape shape;
    if (batched) shape.dims[shape.ndim++] = self->shape[0];
    shape.dims[shape.ndim++] = self->shape[batched] * at[0] * at[1];
    shape.dims[shape.ndim++] = places;
    if (int error = check_same_dtype(c, 0, 5)) return error;
    if (int error = check_shape(c, 5, shape.ndim, shape.dims)) return error;
    for (int p : {0, 5}) {
        View &v = c.exec.views[add_view(c.exec, c.tensor(p), p)];
        if (batched) continue;
        for (int i = v.ndim; i > 0; --i) {
            v.shape[i] = v.shape[i - 1];
            v.strides[i] = v.strides[i - 1];
        }
        v.shape[0] = 1;
        v.strides[0] = 0;
        ++v.ndim;
    }
    if (c.tensor(5)->size && self->size) c.exec.run = run_columns;
    return 0;
}

// --- slices with masks ---------------------------------------------------------------------------

// self, begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask, out
aclnnStatus prepare_strided_slice(Call &c) {
    const aclTensor *self = c.tensor(0);
    const aclIntArray *begin = c.ints(1), *end = c.ints(2), *steps = c.ints(3);
    const int n = int(begin->size);
    if (end->size != begin->size || steps->size != begin->size || n > 2 * kMaxRank)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: begin, end and strides differ in length",
                    c.op.name);
    auto masked = [&](int param, int i) { return c.integer(param) >> i & 1; };
    int consumed = 0, ellipses = 0;
    for (int i = 0; i < n; ++i) {
        ellipses += masked(6, i);
        consumed += !masked(6, i) && !masked(7, i);
    }
    if (ellipses > 1 || consumed > self->ndim)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %d ranges and %d ellipses for the axes of %s",
                    c.op.name, consumed, ellipses, shape_text(self).text);
    View &v = c.exec.views[add_view(c.exec, self, 0)];
    const View from = v;
    int axis = 0;
    v.ndim = 0;
    auto keep = [&](int64_t extent, int64_t stride) {
        if (v.ndim < kMaxRank) {
            v.shape[v.ndim] = extent;
            v.strides[v.ndim] = stride;
        }
        ++v.ndim;
    };
    for (int i = 0; i < n; ++i) {
        if (masked(6, i)) {
            for (int k = self->ndim - consumed; k > 0; --k, ++axis)
                keep(from.shape[axis], from.strides[axis]);
            continue;
        }
        if (masked(7, i)) {
            keep(1, 0);
            continue;
        }
        const int64_t extent = from.shape[axis], stride = from.strides[axis], step = steps->data[i];
        if (step == 0) return fail(ACLNN_ERR_PARAM_INVALID, "%s: strides[%d] is 0", c.op.name, i);
        const int64_t low = step > 0 ? 0 : -1, high = step > 0 ? extent : extent - 1;
        auto place = [&](int64_t k) {
            return std::clamp<int64_t>(k < 0 ? k + extent : k, low, high);
        };
        int64_t first = place(begin->data[i]);
        if (masked(8, i)) {
            const int64_t k = begin->data[i] < 0 ? begin->data[i] + extent : begin->data[i];
            if (k < 0 || k >= extent)
                return fail(ACLNN_ERR_PARAM_INVALID, "%s: index %ld is out of axis %d of %s",
                            c.op.name, long(begin->data[i]), axis, shape_text(self).text);
            v.data += k * stride;
            c.exec.offset[0] += k * stride;
            ++axis;
            continue;
        }
        int64_t last = place(end->data[i]);
        if (masked(4, i)) first = step > 0 ? 0 : extent - 1;
        if (masked(5, i)) last = step > 0 ? extent : -1;
        const int64_t span = step > 0 ? last - first : first - last;
        const int64_t length = span > 0 ? (span + std::llabs(step) - 1) / std::llabs(step) : 0;
        if (length) {
            v.data += first * stride;
            c.exec.offset[0] += first * stride;
        }
        keep(length, step * stride);
        ++axis;
    }
    for (; axis < self->ndim; ++axis) keep(from.shape[axis], from.strides[axis]);
    if (v.ndim > kMaxRank)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: the result would have %d dims", c.op.name,
                    v.ndim);
    if (int error = check_same_dtype(c, 0, 9)) return error;
    if (int error = check_shape(c, 9, v.ndim, v.shape)) return error;
    add_view(c.exec, c.tensor(9), 9);
    if (c.tensor(9)->size) c.exec.run = run_copy;
    return 0;
}

// --- chunks --------------------------------------------------------------------------------------

// e.i: axis, chunks. Views: out. Extra views: the tensors.
Status run_chunks(aclOpExecutor &e) {
    const int axis = int(e.i[0]);
    const int64_t chunks = e.i[1];
    const View &out = e.views[0];
    TRY(fill_zero(out));
    int64_t at = 0;
    for (const View &t : e.extra->views) {
        const int64_t length = (t.shape[axis] + chunks - 1) / chunks;
        int64_t rest = 1;
        for (int i = axis + 1; i < t.ndim; ++i) rest *= t.shape[i];
        for (int64_t k = 0; k < chunks; ++k) {
            View from = t, to = out;
            const int64_t first = std::min(k * length, t.shape[axis]);
            from.data += first * from.strides[axis];
            from.shape[axis] = std::min(length, t.shape[axis] - first);
            if (from.size() == 0) continue;
            // The chunk's own axes lie within the last axis of out.
            to.data += k * out.strides[axis] + at * out.strides[axis + 1];
            to.ndim = t.ndim;
            int64_t step = out.strides[axis + 1];
            for (int i = t.ndim - 1; i >= axis; --i) {
                to.shape[i] = from.shape[i];
                to.strides[i] = step;
                step *= from.shape[i];
            }
            TRY(copy(to, from));
        }
        at += length * rest;
    }
    return Status::Ok;
}

// tensors, dim, numChunks, out [leading axes, numChunks, all chunks one after the other]
aclnnStatus prepare_chunks(Call &c) {
    const aclTensorList *list = c.list(0);
    const int64_t chunks = c.integer(2);
    if (list->size == 0 || chunks < 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %ld tensors in %ld chunks", c.op.name,
                    long(list->size), long(chunks));
    const aclTensor *first = list->items[0];
    int axis = 0;
    Shape shape;
    int64_t total = 0;
    for (uint64_t i = 0; i < list->size; ++i) {
        const aclTensor *t = list->items[i];
        if (!t)
            return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: tensors[%ld] is null", c.op.name, long(i));
        if (i == 0)
            if (int error = check_axis(c, 1, c.integer(1), t->ndim, &axis)) return error;
        bool fits = t->dtype == first->dtype && t->ndim > axis;
        for (int k = 0; fits && k < axis; ++k) fits = t->shape[k] == first->shape[k];
        if (!fits)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: tensors[%ld] %s does not fit tensors[0] %s",
                        c.op.name, long(i), shape_text(t).text, shape_text(first).text);
        int64_t each = (t->shape[axis] + chunks - 1) / chunks;
        for (int k = axis + 1; k < t->ndim; ++k) each *= t->shape[k];
        total += each;
        const View &v = extra(c.exec).views[add_item(c.exec, t, 0, int(i))];
        if (!v.data && t->size)
            return fail(ACLNN_ERR_PARAM_INVALID,
                        "%s: the address of tensors[%ld] is no device memory", c.op.name, long(i));
    }
    for (int k = 0; k < axis; ++k) shape.dims[shape.ndim++] = first->shape[k];
    if (shape.ndim + 2 > kMaxRank)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: the result would have %d dims", c.op.name,
                    shape.ndim + 2);
    shape.dims[shape.ndim++] = chunks;
    shape.dims[shape.ndim++] = total;
    if (int error = check_shape(c, 3, shape.ndim, shape.dims)) return error;
    add_view(c.exec, c.tensor(3), 3);
    c.exec.i[0] = axis;
    c.exec.i[1] = chunks;
    if (c.tensor(3)->size) c.exec.run = run_chunks;
    return 0;
}

// --- signs as bits -------------------------------------------------------------------------------

// Views: self, out; bits from the least significant on, one for x >= 0, zero behind the end.
Status run_pack(aclOpExecutor &e) {
    const View &self = e.views[0];
    Temporary bits(DType::Bool, self), bytes(DType::UInt8, e.views[1]);
    if (!bits || !bytes) return Status::OutOfMemory;
    const double zero = 0;
    TRY(apply(LoopOp::greater_equal, self.dtype, {self, view_of(zero)}, bits.view));
    std::fill_n(bytes.view.data, bytes.view.size(), char(0));
    for (int64_t i = 0; i < self.size(); ++i)
        bytes.view.data[i / 8] = char(bytes.view.data[i / 8] | bits.view.data[i] << i % 8);
    return copy(e.views[1], bytes.view);
}

// self, size (rows of out), out
aclnnStatus prepare_pack(Call &c) {
    const aclTensor *self = c.tensor(0);
    const int64_t rows = c.integer(1), bytes = (self->size + 7) / 8;
    if (self->ndim != 1 || rows < 1 || bytes % rows)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %ld bytes of the signs of %s in %ld rows",
                    c.op.name, long(bytes), shape_text(self).text, long(rows));
    const int64_t shape[] = {rows, bytes / rows};
    if (int error = check_shape(c, 2, 2, shape)) return error;
    add_view(c.exec, self, 0);
    add_view(c.exec, c.tensor(2), 2);
    if (self->size) c.exec.run = run_pack;
    return 0;
}

// Views: self, out; a one becomes 1, a zero -1.
Status run_unpack(aclOpExecutor &e) {
    Temporary bytes(DType::UInt8, e.views[0]), signs(DType::Int8, e.views[1]);
    if (!bytes || !signs) return Status::OutOfMemory;
    TRY(copy(bytes.view, e.views[0]));
    for (int64_t i = 0; i < signs.view.size(); ++i)
        signs.view.data[i] = bytes.view.data[i / 8] >> i % 8 & 1 ? 1 : -1;
    return copy(e.views[1], signs.view);
}

// self, size (rows of out), dtype, out
aclnnStatus prepare_unpack(Call &c) {
    const aclTensor *self = c.tensor(0);
    const int64_t rows = c.integer(1), n = self->size * 8;
    if (self->ndim != 1 || rows < 1 || n % rows)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %ld signs in %ld rows", c.op.name, long(n),
                    long(rows));
    const int64_t shape[] = {rows, n / rows};
    if (int error = check_dtype(c, 3, bit(DType(c.integer(2))))) return error;
    if (int error = check_shape(c, 3, 2, shape)) return error;
    add_view(c.exec, self, 0);
    add_view(c.exec, c.tensor(3), 3);
    if (self->size) c.exec.run = run_unpack;
    return 0;
}

// --- gathering by batches ------------------------------------------------------------------------

Status gather(const View &out, const View &self, const View &index, int axis, int batches) {
    if (!batches) return take(out, self, index, axis, nullptr);
    for (int64_t i = 0; i < out.shape[0]; ++i)
        TRY(gather(item(out, i), item(self, i), item(index, i), axis - 1, batches - 1));
    return Status::Ok;
}

// e.i: axis, batches. Views: self, index, out.
Status run_gather(aclOpExecutor &e) {
    return gather(e.views[2], e.views[0], e.views[1], int(e.i[0]), int(e.i[1]));
}

// self, dim, index, batchDims, mode, out: self's axis is replaced by index's axes after the batch
aclnnStatus prepare_gather(Call &c) {
    const aclTensor *self = c.tensor(0), *index = c.tensor(2);
    int axis;
    if (int error = check_axis(c, 1, c.integer(1), self->ndim, &axis)) return error;
    if (int error = check_dtype(c, 2, bits(DType::Int32, DType::Int64))) return error;
    if (int error = check_same_dtype(c, 0, 5)) return error;
    int64_t batches = c.integer(3);
    if (batches < 0) batches += index->ndim;
    bool fits = self->ndim && batches >= 0 && batches <= std::min(axis, index->ndim);
    for (int i = 0; fits && i < batches; ++i) fits = self->shape[i] == index->shape[i];
    if (!fits || self->ndim + index->ndim - 1 - batches > kMaxRank)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: batchDims %ld with self %s, index %s, dim %d",
                    c.op.name, long(c.integer(3)), shape_text(self).text, shape_text(index).text,
                    axis);
    Shape shape;
    for (int i = 0; i < axis; ++i) shape.dims[shape.ndim++] = self->shape[i];
    for (int i = int(batches); i < index->ndim; ++i) shape.dims[shape.ndim++] = index->shape[i];
    for (int i = axis + 1; i < self->ndim; ++i) shape.dims[shape.ndim++] = self->shape[i];
    if (int error = check_shape(c, 5, shape.ndim, shape.dims)) return error;
    for (int p : {0, 2, 5}) add_view(c.exec, c.tensor(p), p);
    c.exec.i[0] = axis;
    c.exec.i[1] = batches;
    if (c.tensor(5)->size) c.exec.run = run_gather;
    return 0;
}

} // namespace

void define_rearrange() {
    define(Op::ConfusionTranspose, prepare_confusion);
    define(Op::ChannelShuffle, prepare_shuffle);
    define(Op::Im2col, prepare_columns);
    define(Op::StridedSlice, prepare_strided_slice);
    define(Op::ChunkCat, prepare_chunks);
    define(Op::SignBitsPack, prepare_pack);
    define(Op::SignBitsUnpack, prepare_unpack);
    define(Op::GatherV3, prepare_gather);
}

} // namespace cannsim
