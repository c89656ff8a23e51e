// Dropout: masks of one bit per element, the least significant bit first, and their use.
#include "opapi/compose.h"
#include "opapi/elementwise.h"
#include "opapi/seeds.h"
#include "opapi/tables.h"

#include <cstring>

namespace cannsim {

namespace {

// CANN's kernels work on 128 bits at a time, so masks have whole multiples of 16 bytes.
int64_t mask_bytes(int64_t elements) { return (elements + 127) / 128 * 16; }

aclnnStatus check_probability(const Call &c, double p) {
    if (p >= 0 && p <= 1) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: the probability is %g; expected 0 to 1", c.op.name,
                p);
}

aclnnStatus check_mask(const Call &c, int param, int64_t elements) {
    if (int error = check_dtype(c, param, bit(DType::UInt8))) return error;
    const aclTensor *mask = c.tensor(param);
    const int64_t bytes = mask_bytes(elements);
    if (c.op.params[param].output)
        if (int error = check_shape(c, param, 1, &bytes)) return error;
    if (mask->size >= bytes && mask->contiguous) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID,
                "%s: %s has %ld bytes; expected %ld or more, contiguous, for %ld elements",
                c.op.name, c.param(param), long(mask->size), long(bytes), long(elements));
}

// One where an element is kept, that is with probability 1 - p.
Status draw(const View &mask, int64_t elements, double p, Stream stream) {
    Temporary keep(DType::UInt8, 1, &elements);
    if (!keep) return Status::OutOfMemory;
    TRY(random_bernoulli(keep.view, 1 - p, stream));
    std::memset(mask.data, 0, size_t(mask.size()));
    for (int64_t i = 0; i < elements; ++i)
        mask.data[i / 8] = char(mask.data[i / 8] | keep.view.data[i] << i % 8);
    return Status::Ok;
}

// out = self / (1 - p) where the mask has a one, else 0.
Status use(const View &self, const View &mask, const View &out, double p) {
    Temporary keep(DType::Bool, self);
    if (!keep) return Status::OutOfMemory;
    for (int64_t i = 0; i < self.size(); ++i) keep.view.data[i] = mask.data[i / 8] >> i % 8 & 1;
    const double scale = p < 1 ? 1 / (1 - p) : 0, zero = 0;
    TRY(apply(LoopOp::multiply, out.dtype, {self, view_of(scale)}, out));
    return apply(LoopOp::where, out.dtype, {keep.view, out, view_of(zero)}, out);
}

// e.i[2]: elements. e.d[0]: probability. Views: mask.
Status run_draw(aclOpExecutor &e) { return draw(e.views[0], e.i[2], e.d[0], stream_of(e)); }

// shape, prob, then seed and offset (or tensors of them)[, probDataType], out
aclnnStatus prepare_mask(Call &c) {
    const aclIntArray *shape = c.ints(0);
    const int out = c.out;
    int64_t elements = 1;
    for (uint64_t i = 0; i < shape->size; ++i)
        if (shape->data[i] < 0 || __builtin_mul_overflow(elements, shape->data[i], &elements))
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: shape has the extent %ld", c.op.name,
                        long(shape->data[i]));
    c.exec.d[0] = c.args[1].d;
    c.exec.i[2] = elements;
    if (int error = check_probability(c, c.exec.d[0])) return error;
    if (int error = check_mask(c, out, elements)) return error;
    add_view(c.exec, c.tensor(out), out);
    if (c.tensor(out)->size) c.exec.run = run_draw;
    return set_stream(c, 2);
}

Status run_use(aclOpExecutor &e) { return use(e.views[0], e.views[1], e.views[2], e.d[0]); }

// self, mask, prob, out
aclnnStatus prepare_use(Call &c) {
    if (int error = check_dtype(c, 0, kFloats)) return error;
    if (int error = check_same_dtype(c, 0, 3)) return error;
    if (int error = check_same_shape(c, 0, 3)) return error;
    c.exec.d[0] = c.args[2].d;
    if (int error = check_probability(c, c.exec.d[0])) return error;
    if (int error = check_mask(c, 1, c.tensor(0)->size)) return error;
    for (int i : {0, 1, 3}) add_view(c.exec, c.tensor(i), i);
    if (c.tensor(0)->size) c.exec.run = run_use;
    return 0;
}

// e.i[2]: whether elements are dropped at all. Views: input, out, mask.
Status run_dropout(aclOpExecutor &e) {
    const double p = e.i[2] ? e.d[0] : 0;
    TRY(draw(e.views[2], e.views[0].size(), p, stream_of(e)));
    return use(e.views[0], e.views[2], e.views[1], p);
}

// input, p, train, seed, offset, out, maskOut; or input, optionalNoiseShape, p, seed ...
aclnnStatus prepare_dropout(Call &c) {
    const bool v3 = c.id == Op::DropoutV3;
    if (v3 && c.tensor(1))
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR,
                    "%s: optionalNoiseShape is not implemented by cannsim", c.op.name);
    if (int error = check_dtype(c, 0, kFloats)) return error;
    if (int error = check_same_dtype(c, 0, 5)) return error;
    if (int error = check_same_shape(c, 0, 5)) return error;
    c.exec.d[0] = c.args[v3 ? 2 : 1].d;
    c.exec.i[2] = v3 || c.flag(2);
    if (int error = check_probability(c, c.exec.d[0])) return error;
    if (int error = check_mask(c, 6, c.tensor(0)->size)) return error;
    for (int i : {0, 5, 6}) add_view(c.exec, c.tensor(i), i);
    if (c.tensor(0)->size) c.exec.run = run_dropout;
    return set_stream(c, 3);
}

// e.d[0]: scale. Views: self, mask (an element each), out.
Status run_masked_scale(aclOpExecutor &e) {
    const View &out = e.views[2];
    TRY(apply(LoopOp::multiply, out.dtype, {e.views[0], e.views[1]}, out));
    return apply(LoopOp::multiply, out.dtype, {out, view_of(e.d[0])}, out);
}

// self, mask, scale, out
aclnnStatus prepare_masked_scale(Call &c) {
    if (int error = check_dtype(c, 0, kFloats)) return error;
    if (is_complex(c.tensor(1)->dtype)) return check_dtype(c, 1, kFloats | kInts);
    if (int error = check_same_dtype(c, 0, 3)) return error;
    if (int error = check_same_shape(c, 0, 1)) return error;
    if (int error = check_same_shape(c, 0, 3)) return error;
    c.exec.d[0] = c.args[2].d;
    for (int i : {0, 1, 3}) add_view(c.exec, c.tensor(i), i);
    if (c.tensor(0)->size) c.exec.run = run_masked_scale;
    return 0;
}

} // namespace

void define_dropout() {
    for (Op op : {Op::DropoutGenMask, Op::DropoutGenMaskV2, Op::DropoutGenMaskV2Tensor})
        define(op, prepare_mask);
    define(Op::DropoutDoMask, prepare_use);
    define(Op::Dropout, prepare_dropout);
    define(Op::DropoutV3, prepare_dropout, nullptr, 1u << 1);
    define(Op::MaskedScale, prepare_masked_scale);
}

} // namespace cannsim
