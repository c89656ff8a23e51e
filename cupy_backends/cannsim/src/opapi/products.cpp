// Products that are more than a matrix product: permuted operands, an operation afterwards, and
// the two equations that CANN's Einsum knows.
#include "kernels/array/copy.h"
#include "kernels/array/matmul.h"
#include "kernels/array/reduce.h"
#include "opapi/compose.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

#include <cstring>

namespace cannsim {

namespace {

// --- Einsum --------------------------------------------------------------------------------------

// Extra views: a, b. Views: out. e.i: whether the last axis is summed.
Status run_einsum(aclOpExecutor &e) {
    View a = e.extra->views[0], b = e.extra->views[1];
    const View &out = e.views[0];
    if (!e.i[0]) { // a,b->ab
        a.ndim = b.ndim = 2;
        a.shape[1] = 1;
        a.strides[1] = 0;
        b.shape[1] = b.shape[0];
        b.shape[0] = 1;
        b.strides[1] = b.strides[0];
        b.strides[0] = 0;
        return apply(LoopOp::multiply, out.dtype, {a, b}, out);
    }
    // abcd,abced->abce: b times a as a column
    a.ndim = 5;
    a.shape[4] = 1;
    a.strides[4] = 0;
    View result = out;
    result.ndim = 5;
    result.shape[4] = 1;
    result.strides[4] = 0;
    return a.size() && b.size() ? matmul(result, b, a) : fill_zero(out);
}

// tensors, equation, output
aclnnStatus prepare_einsum(Call &c) {
    const aclTensorList *list = c.list(0);
    const char *equation = static_cast<const char *>(c.args[1].pointer);
    const bool summed = equation && !std::strcmp(equation, "abcd,abced->abce");
    if (!equation || (!summed && std::strcmp(equation, "a,b->ab")))
        return fail(ACLNN_ERR_PARAM_INVALID,
                    "%s: equation is '%s'; expected abcd,abced->abce or a,b->ab", c.op.name,
                    equation ? equation : "null");
    if (list->size != 2)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: there are %ld tensors; expected 2", c.op.name,
                    long(list->size));
    const aclTensor *a = list->items[0], *b = list->items[1], *out = c.tensor(2);
    if (!a || !b)
        return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: tensors[%d] is null", c.op.name, a ? 1 : 0);
    if (a->dtype != b->dtype || a->dtype != out->dtype)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: the dtypes %s, %s and %s differ", c.op.name,
                    dtype_name(a->dtype), dtype_name(b->dtype), dtype_name(out->dtype));
    bool fits = summed ? a->ndim == 4 && b->ndim == 5 && a->shape[3] == b->shape[4]
                       : a->ndim == 1 && b->ndim == 1;
    for (int i = 0; fits && summed && i < 3; ++i) fits = a->shape[i] == b->shape[i];
    if (!fits)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: shapes %s and %s do not fit %s", c.op.name,
                    shape_text(a).text, shape_text(b).text, equation);
    if (out->size == 0 || a->size == 0 || b->size == 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: a tensor is empty", c.op.name);
    Shape shape = shape_of(a);
    shape.dims[summed ? 3 : 1] = b->shape[summed ? 3 : 0];
    shape.ndim = summed ? 4 : 2;
    if (int error = check_shape(c, 2, shape.ndim, shape.dims)) return error;
    for (int i = 0; i < 2; ++i) add_item(c.exec, list->items[i], 0, i);
    for (const View &v : c.exec.extra->views)
        if (!v.data)
            return fail(ACLNN_ERR_PARAM_INVALID,
                        "%s: an address is not device memory, or no multiple of 32 bytes",
                        c.op.name);
    add_view(c.exec, out, 2);
    c.exec.i[0] = summed;
    c.exec.run = run_einsum;
    return 0;
}

// --- permuted ------------------------------------------------------------------------------------

void permute(View &v, const int64_t *order) {
    const View from = v;
    for (int i = 0; i < v.ndim; ++i) {
        v.shape[i] = from.shape[order[i]];
        v.strides[i] = from.strides[order[i]];
    }
}

aclnnStatus read_order(const Call &c, int param, int64_t *order) {
    const aclIntArray *given = c.ints(param);
    uint32_t seen = 0;
    for (uint64_t i = 0; i < given->size && i < 3; ++i) {
        order[i] = given->data[i];
        if (order[i] >= 0 && order[i] < 3) seen |= 1u << order[i];
    }
    if (given->size == 3 && seen == 7) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s is not an order of three axes", c.op.name,
                c.param(param));
}

// Views: a, b, out, each in the order of a batched product.
Status run_permuted(aclOpExecutor &e) {
    const View &a = e.views[0], &b = e.views[1], &out = e.views[2];
    return a.size() ? matmul(out, a, b) : fill_zero(out);
}

// x1, x2, bias or null, scale or null, permX1, permX2, permY, cubeMathType, batchSplitFactor, out
aclnnStatus prepare_permuted(Call &c) {
    if (c.tensor(2) || c.tensor(3) || c.integer(8) != 1)
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR,
                    "%s: bias, scale and a split batch are not implemented by cannsim", c.op.name);
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = check_dtype(c, 9, kFloats)) return error;
    const int params[] = {0, 1, 9};
    for (int k = 0; k < 3; ++k) {
        const aclTensor *t = c.tensor(params[k]);
        int64_t order[3];
        if (t->ndim != 3)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has %d dims; expected 3", c.op.name,
                        c.param(params[k]), t->ndim);
        if (int error = read_order(c, 4 + k, order)) return error;
        View &v = c.exec.views[add_view(c.exec, t, params[k])];
        if (k < 2) {
            permute(v, order);
            continue;
        }
        // out is the product permuted, so the product is out permuted back.
        int64_t back[3];
        for (int i = 0; i < 3; ++i) back[order[i]] = i;
        permute(v, back);
    }
    const View &a = c.exec.views[0], &b = c.exec.views[1], &y = c.exec.views[2];
    if (a.shape[0] != b.shape[0] || a.shape[2] != b.shape[1] || y.shape[0] != a.shape[0] ||
        y.shape[1] != a.shape[1] || y.shape[2] != b.shape[2])
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: permuted, %s times %s does not give %s",
                    c.op.name, shape_text(3, a.shape).text, shape_text(3, b.shape).text,
                    shape_text(3, y.shape).text);
    if (c.tensor(9)->size) c.exec.run = run_permuted;
    return 0;
}

// --- followed by an operation --------------------------------------------------------------------

enum class After : int64_t { Nothing, Add, Multiply, GeluErf, GeluTanh, Relu };

bool read_after(const char *text, After *out) {
    static const char *const names[] = {"", "add", "mul", "gelu_erf", "gelu_tanh", "relu"};
    for (int i = 0; i < 6; ++i)
        if (!std::strcmp(text, names[i])) {
            *out = After(i);
            return true;
        }
    return false;
}

// e.i: what follows, whether there is a bias. Views: x1, x2, y[, bias][, x3].
Status run_fused(aclOpExecutor &e) {
    const View &a = e.views[0], &b = e.views[1], &out = e.views[2];
    Temporary t(DType::Float32, out);
    if (!t) return Status::OutOfMemory;
    if (a.size())
        TRY(matmul(t.view, a, b));
    else
        TRY(fill_zero(t.view));
    if (e.i[1]) TRY(apply(LoopOp::add, DType::Float32, {t.view, e.views[3]}, t.view));
    const View &third = e.views[e.nviews - 1];
    switch (After(e.i[0])) {
    case After::Nothing: return copy(out, t.view);
    case After::Add: return apply(LoopOp::add, DType::Float32, {t.view, third}, out);
    case After::Multiply: return apply(LoopOp::multiply, DType::Float32, {t.view, third}, out);
    case After::GeluErf: return apply(LoopOp::gelu, DType::Float32, {t.view}, out);
    case After::GeluTanh: return apply(LoopOp::gelu_tanh, DType::Float32, {t.view}, out);
    case After::Relu: return apply(LoopOp::relu, DType::Float32, {t.view}, out);
    }
    return Status::BadArgument;
}

// x1, x2, bias or null, x3 or null, fusedOpType, cubeMathType, y
aclnnStatus prepare_fused(Call &c) {
    const char *text = static_cast<const char *>(c.args[4].pointer);
    After after;
    if (!read_after(text ? text : "", &after))
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR,
                    "%s: fusedOpType '%s' is not implemented by cannsim", c.op.name, text);
    const aclTensor *a = c.tensor(0), *b = c.tensor(1);
    const bool third = after == After::Add || after == After::Multiply;
    if (third != (c.tensor(3) != nullptr))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: fusedOpType '%s' %s x3", c.op.name, text,
                    third ? "needs" : "does not take");
    if (int error = check_dtype(c, 0, kFloats & ~bit(DType::Float64))) return error;
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = check_dtype(c, 6, kFloats & ~bit(DType::Float64))) return error;
    bool fits =
        a->ndim >= 2 && a->ndim == b->ndim && a->shape[a->ndim - 1] == b->shape[b->ndim - 2];
    for (int i = 0; fits && i + 2 < a->ndim; ++i) fits = a->shape[i] == b->shape[i];
    if (!fits)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: x1 %s and x2 %s cannot be multiplied", c.op.name,
                    shape_text(a).text, shape_text(b).text);
    Shape shape = shape_of(a);
    shape.dims[shape.ndim - 1] = b->shape[b->ndim - 1];
    if (int error = check_shape(c, 6, shape.ndim, shape.dims)) return error;
    for (int i : {0, 1, 6}) add_view(c.exec, c.tensor(i), i);
    for (int i : {2, 3}) {
        if (!c.tensor(i)) continue;
        Shape with = shape;
        if (int error = broadcast(c, &with, i)) return error;
        if (int error = check_shape(c, 6, with.ndim, with.dims)) return error;
        add_view(c.exec, c.tensor(i), i);
    }
    c.exec.i[0] = int64_t(after);
    c.exec.i[1] = c.tensor(2) != nullptr;
    if (c.tensor(6)->size) c.exec.run = run_fused;
    return 0;
}

} // namespace

void define_products() {
    define(Op::Einsum, prepare_einsum);
    define(Op::TransposeBatchMatMul, prepare_permuted, nullptr, 1u << 2 | 1u << 3);
    define(Op::FusedMatmul, prepare_fused, nullptr, 1u << 2 | 1u << 3);
}

} // namespace cannsim
