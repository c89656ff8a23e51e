// One operation over lists of tensors: aclnnForeach*.
#include "kernels/array/copy.h"
#include "kernels/array/reduce.h"
#include "kernels/loops/driver.h"
#include "opapi/compose.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

#include <cstring>

namespace cannsim {

namespace {

// What the k-th operand of the loop is for item i.
enum class Operand : int64_t {
    List,    // item i of a list: extra view `at` + i
    Numbers, // cell `at` + i of the plan's numbers: a list of scalars
    Number,  // cell `at`: one scalar
    Tensor,  // view `at`, an element on the device
    Element, // element i of view `at`
};

constexpr int kMaxInputs = 4;

// Layout of e.i.
enum { kCount, kInputs, kOut, kLoop, kNegated, kOperands };

struct Row {
    Op op;
    LoopOp loop;
    bool negated; // the last operand changes its sign: x - alpha y by axpy
};

// Two numbers hold the 16 bytes of a scalar.
void push_number(Executor &e, const void *bytes) {
    int64_t cells[2];
    std::memcpy(cells, bytes, sizeof cells);
    e.extra->numbers.insert(e.extra->numbers.end(), cells, cells + 2);
}

View operand(aclOpExecutor &e, int k, int i) {
    const Operand kind = Operand(e.i[kOperands + 2 * k]);
    const int64_t at = e.i[kOperands + 2 * k + 1];
    View v;
    switch (kind) {
    case Operand::List: return e.extra->views[at + i];
    case Operand::Tensor:
        v = e.views[at];
        v.ndim = 0;
        return v;
    case Operand::Element:
        v = e.views[at];
        v.data += i * v.strides[0];
        v.ndim = 0;
        return v;
    default: break;
    }
    // Numbers were brought to a dtype that holds any value exactly.
    const int64_t cell = at + (kind == Operand::Numbers ? i : 0);
    v.dtype = DType(e.i[kOperands + 2 * kMaxInputs]);
    v.data = reinterpret_cast<char *>(&e.extra->numbers[2 * cell]);
    return v;
}

Status run_foreach(aclOpExecutor &e) {
    const int inputs = int(e.i[kInputs]);
    const LoopOp op = LoopOp(e.i[kLoop]);
    for (int i = 0; i < e.i[kCount]; ++i) {
        const View &out = e.extra->views[e.i[kOut] + i];
        if (out.size() == 0) continue;
        const DType t = out.dtype;
        View in[kMaxInputs];
        for (int k = 0; k < inputs; ++k) in[k] = operand(e, k, i);
        alignas(16) unsigned char negated[16];
        if (e.i[kNegated]) {
            View v;
            v.dtype = t;
            v.data = reinterpret_cast<char *>(negated);
            TRY(apply(LoopOp::negative, t, {in[inputs - 1]}, v));
            in[inputs - 1] = v;
        }
        switch (inputs) {
        case 1: TRY(apply(op, t, {in[0]}, out)); break;
        case 2: TRY(apply(op, t, {in[0], in[1]}, out)); break;
        case 3: TRY(apply(op, t, {in[0], in[1], in[2]}, out)); break;
        default: TRY(apply(op, t, {in[0], in[1], in[2], in[3]}, out)); break;
        }
    }
    return Status::Ok;
}

// --- planning ------------------------------------------------------------------------------------

bool is_list(const Call &c, int param) { return c.op.params[param].kind == ArgKind::TensorList; }

// The list that is written: the last that is an output.
int output_list(const Call &c) {
    int i = c.op.nparams - 1;
    while (i > 0 && !(c.op.params[i].output && is_list(c, i))) --i;
    return i;
}

int first_list(const Call &c) {
    int i = 0;
    while (!is_list(c, i)) ++i;
    return i;
}

// Adds the items of a list as views; *first is the place of the first. With `like` it must match
// that list in number, and item by item in shape and dtype.
aclnnStatus add_list(Call &c, int param, int like, int64_t *first) {
    const aclTensorList *list = c.list(param), *model = c.list(like);
    if (list->size == 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s is empty", c.op.name, c.param(param));
    if (list->size != model->size)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has %ld tensors; expected those of %s, %ld",
                    c.op.name, c.param(param), long(list->size), c.param(like), long(model->size));
    *first = int64_t(extra(c.exec).views.size());
    for (uint64_t i = 0; i < list->size; ++i) {
        const aclTensor *t = list->items[i], *m = model->items[i];
        if (!t || !m)
            return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: %s[%ld] is null", c.op.name,
                        c.param(t ? like : param), long(i));
        bool same = t->dtype == m->dtype && t->ndim == m->ndim;
        for (int k = 0; same && k < t->ndim; ++k) same = t->shape[k] == m->shape[k];
        if (!same)
            return fail(ACLNN_ERR_PARAM_INVALID,
                        "%s: %s[%ld] is %s of shape %s; expected that of %s, %s of shape %s",
                        c.op.name, c.param(param), long(i), dtype_name(t->dtype),
                        shape_text(t).text, c.param(like), dtype_name(m->dtype),
                        shape_text(m).text);
        const View &v = c.exec.extra->views[add_item(c.exec, t, param, int(i))];
        if (!v.data && t->size)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: the address of %s[%ld] is not device memory",
                        c.op.name, c.param(param), long(i));
    }
    return 0;
}

// A scalar in the dtype of the plan's numbers.
void add_number(Call &c, const aclScalar *value, DType t) {
    constant(c, 0, value, t);
    push_number(c.exec, c.exec.constants[0]);
}

// Plans the parameter as operand k.
aclnnStatus add_operand(Call &c, int k, int param, int like, DType number) {
    const int64_t n = int64_t(c.list(like)->size);
    Operand kind = Operand::List;
    int64_t at = int64_t(extra(c.exec).numbers.size() / 2);
    switch (c.op.params[param].kind) {
    case ArgKind::TensorList:
        if (int error = add_list(c, param, like, &at)) return error;
        break;
    case ArgKind::Scalar:
        kind = Operand::Number;
        add_number(c, c.scalar(param), number);
        break;
    case ArgKind::ScalarList: {
        kind = Operand::Numbers;
        const aclScalarList *list = static_cast<const aclScalarList *>(c.args[param].pointer);
        if (int64_t(list->size) != n)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has %ld scalars; expected %ld", c.op.name,
                        c.param(param), long(list->size), long(n));
        for (int64_t i = 0; i < n; ++i) add_number(c, list->items[i], number);
        break;
    }
    default: {
        const aclTensor *t = c.tensor(param);
        const bool each = t->size == n && t->ndim == 1 && n > 1;
        if (t->size != 1 && !each)
            return fail(ACLNN_ERR_PARAM_INVALID,
                        "%s: %s has shape %s; expected one element, or one for each tensor",
                        c.op.name, c.param(param), shape_text(t).text);
        kind = each ? Operand::Element : Operand::Tensor;
        at = add_view(c.exec, t, param);
    }
    }
    c.exec.i[kOperands + 2 * k] = int64_t(kind);
    c.exec.i[kOperands + 2 * k + 1] = at;
    return 0;
}

aclnnStatus prepare(Call &c) {
    const Row &row = *static_cast<const Row *>(c.row);
    const int out = output_list(c), like = first_list(c);
    Executor &e = c.exec;
    const aclTensorList *list = c.list(like);
    if (list->size == 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s is empty", c.op.name, c.param(like));
    bool integral = true;
    for (uint64_t i = 0; i < list->size; ++i) {
        const aclTensor *t = list->items[i];
        if (!t)
            return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: %s[%ld] is null", c.op.name, c.param(like),
                        long(i));
        if (!find_loop(row.loop, t->dtype) ||
            loop_dtype(row.loop, t->dtype, loop_nin(row.loop)) != t->dtype)
            return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "%s: no kernel for %s", c.op.name,
                        dtype_name(t->dtype));
        integral &= is_integral(t->dtype);
    }
    const DType number = integral ? DType::Int64 : DType::Float64;
    const bool inplace = out == like && c.op.params[like].input;
    int k = 0;
    for (int p = 0; p < c.op.nparams; ++p)
        if (p != out || inplace)
            if (int error = add_operand(c, k++, p, like, number)) return error;
    if (int error = add_list(c, out, like, &e.i[kOut])) return error;
    e.i[kCount] = int64_t(list->size);
    e.i[kInputs] = k;
    e.i[kLoop] = int64_t(row.loop);
    e.i[kNegated] = row.negated;
    e.i[kOperands + 2 * kMaxInputs] = int64_t(number);
    e.run = run_foreach;
    return 0;
}

#define ONE(name, loop) {Op::Foreach##name, LoopOp::loop, false}
#define BINARY(name, loop)                                                                         \
    ONE(name##List, loop), ONE(name##Scalar, loop), ONE(name##ScalarV2, loop),                     \
        ONE(name##ScalarList, loop)

const Row kRows[] = {
    ONE(Abs, absolute),
    ONE(Acos, arccos),
    ONE(ACosInplace, arccos),
    ONE(Asin, arcsin),
    ONE(Atan, arctan),
    ONE(Cos, cos),
    ONE(Cosh, cosh),
    ONE(Erf, erf),
    ONE(Erfc, erfc),
    ONE(Exp, exp),
    ONE(Expm1, expm1),
    ONE(Log, log),
    ONE(LogInplace, log),
    ONE(Log10, log10),
    ONE(Log1p, log1p),
    ONE(Log2, log2),
    ONE(Neg, negative),
    ONE(Reciprocal, reciprocal),
    ONE(Sigmoid, sigmoid),
    ONE(Sign, sign),
    ONE(Sin, sin),
    ONE(Sinh, sinh),
    ONE(Sqrt, sqrt),
    ONE(Tan, tan),
    ONE(Tanh, tanh),
    // A list with a list takes a factor for the second one, a list with numbers does not.
    ONE(AddList, axpy),
    ONE(AddListV2, axpy),
    ONE(AddListInplace, axpy),
    ONE(AddScalar, add),
    ONE(AddScalarV2, add),
    ONE(AddScalarList, add),
    {Op::ForeachSubList, LoopOp::axpy, true},
    {Op::ForeachSubListV2, LoopOp::axpy, true},
    {Op::ForeachSubListInplace, LoopOp::axpy, true},
    ONE(SubScalar, subtract),
    ONE(SubScalarV2, subtract),
    ONE(SubScalarList, subtract),
    ONE(SubScalarInplace, subtract),
    BINARY(Mul, multiply),
    ONE(MulListInplace, multiply),
    ONE(MulScalarInplace, multiply),
    BINARY(Div, divide),
    ONE(DivListInplace, divide),
    BINARY(Maximum, maximum),
    BINARY(Minimum, minimum),
    BINARY(Pow, power),
    ONE(PowScalarAndTensor, power),
    ONE(LerpList, lerp),
    ONE(LerpScalar, lerp),
    ONE(AddcmulList, addcmul),
    ONE(AddcmulScalar, addcmul),
    ONE(AddcmulScalarV2, addcmul),
    ONE(AddcmulScalarList, addcmul),
    ONE(AddcdivList, addcdiv),
    ONE(AddcdivScalar, addcdiv),
    ONE(AddcdivScalarV2, addcdiv),
    ONE(AddcdivScalarList, addcdiv),
};

// --- what is no loop -----------------------------------------------------------------------------

// e.i: number of tensors. Extra views: inputs, then outputs.
Status run_copies(aclOpExecutor &e) {
    const auto &v = e.extra->views;
    for (int64_t i = 0; i < e.i[0]; ++i)
        if (v[i].size()) TRY(copy(v[e.i[0] + i], v[i]));
    return Status::Ok;
}

// x, out
aclnnStatus prepare_copy(Call &c) {
    int64_t first;
    for (int p : {0, 1})
        if (int error = add_list(c, p, 0, &first)) return error;
    c.exec.i[0] = int64_t(c.list(0)->size);
    c.exec.run = run_copies;
    return 0;
}

Status run_zeros(aclOpExecutor &e) {
    for (const View &v : e.extra->views)
        if (v.size()) TRY(fill_zero(v));
    return Status::Ok;
}

// x
aclnnStatus prepare_zero(Call &c) {
    int64_t first;
    if (int error = add_list(c, 0, 0, &first)) return error;
    c.exec.run = run_zeros;
    return 0;
}

// The rounding modes of AscendC's casts, as far as there is a loop.
bool rounding(int64_t mode, LoopOp *op) {
    switch (mode) {
    case 1: *op = LoopOp::rint; return true;
    case 2: *op = LoopOp::floor; return true;
    case 3: *op = LoopOp::ceil; return true;
    case 5: *op = LoopOp::trunc; return true;
    }
    return false;
}

// e.i: number of tensors, mode (0: read it from view 0).
Status run_rounding(aclOpExecutor &e) {
    int64_t mode = e.i[1];
    if (e.nviews) {
        View v;
        v.dtype = DType::Int64;
        v.data = reinterpret_cast<char *>(&mode);
        View from = e.views[0];
        from.ndim = 0;
        TRY(copy(v, from));
    }
    LoopOp op;
    if (!rounding(mode, &op)) return Status::BadArgument;
    const auto &v = e.extra->views;
    for (int64_t i = 0; i < e.i[0]; ++i) TRY(apply(op, v[i].dtype, {v[i]}, v[e.i[0] + i]));
    return Status::Ok;
}

// x, roundMode (an element or a scalar), out
aclnnStatus prepare_rounding(Call &c) {
    int64_t first;
    LoopOp op;
    for (int p : {0, 2})
        if (int error = add_list(c, p, 0, &first)) return error;
    for (const View &v : c.exec.extra->views)
        if (!is_float(v.dtype))
            return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "%s: no kernel for %s", c.op.name,
                        dtype_name(v.dtype));
    if (c.op.params[1].kind == ArgKind::Scalar) {
        c.exec.i[1] = c.scalar(1)->integer();
        if (!rounding(c.exec.i[1], &op))
            return fail(ACLNN_ERR_PARAM_INVALID,
                        "%s: roundMode is %ld; expected 1 (nearest), 2 (floor), 3 (ceil) or "
                        "5 (truncate)",
                        c.op.name, long(c.exec.i[1]));
    } else if (c.tensor(1)->size != 1) {
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: roundMode has shape %s; expected one element",
                    c.op.name, shape_text(c.tensor(1)).text);
    } else {
        add_view(c.exec, c.tensor(1), 1);
    }
    c.exec.i[0] = int64_t(c.list(0)->size);
    c.exec.run = run_rounding;
    return 0;
}

// e.i: number of tensors. e.d: order. Extra views: inputs, then outputs of one element.
Status run_norms(aclOpExecutor &e) {
    const auto &v = e.extra->views;
    for (int64_t i = 0; i < e.i[0]; ++i) {
        View out = v[e.i[0] + i];
        out.ndim = 0;
        TRY(reduce(ReduceOp::Norm, out, v[i], all_axes(v[i].ndim), e.d[0]));
    }
    return Status::Ok;
}

// x, scalar (the order), out: one element for each tensor
aclnnStatus prepare_norm(Call &c) {
    int64_t first;
    const aclTensorList *out = c.list(2);
    if (int error = add_list(c, 0, 0, &first)) return error;
    if (int error = add_list(c, 2, 2, &first)) return error;
    const int64_t n = int64_t(c.list(0)->size);
    if (int64_t(out->size) != n)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: out has %ld tensors; expected %ld", c.op.name,
                    long(out->size), long(n));
    for (int64_t i = 0; i < n; ++i) {
        const aclTensor *t = c.list(0)->items[i];
        if (!is_float(t->dtype))
            return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "%s: no kernel for %s", c.op.name,
                        dtype_name(t->dtype));
        if (out->items[i]->size != 1 || out->items[i]->dtype != t->dtype)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: out[%ld] is not one element of %s", c.op.name,
                        long(i), dtype_name(t->dtype));
    }
    c.exec.i[0] = n;
    c.exec.d[0] = c.scalar(1)->real();
    c.exec.run = run_norms;
    return 0;
}

// Views: foundInf, invScale. Extra views: the gradients, which are scaled where they are.
Status run_unscale(aclOpExecutor &e) {
    bool found = false;
    for (const View &v : e.extra->views) {
        Temporary finite(DType::Bool, v);
        if (!finite) return Status::OutOfMemory;
        if (v.size() == 0) continue;
        TRY(apply(LoopOp::isfinite, v.dtype, {v}, finite.view));
        bool all = true;
        View one;
        one.dtype = DType::Bool;
        one.data = reinterpret_cast<char *>(&all);
        TRY(reduce(ReduceOp::All, one, finite.view, all_axes(v.ndim)));
        found |= !all;
        View factor = e.views[1];
        factor.ndim = 0;
        TRY(apply(LoopOp::multiply, v.dtype, {v, factor}, v));
    }
    const double yes = 1;
    View flag = e.views[0];
    flag.ndim = 0;
    return found ? copy(flag, view_of(yes)) : Status::Ok;
}

// scaledGrads, foundInf, invScale
aclnnStatus prepare_unscale(Call &c) {
    int64_t first;
    if (int error = add_list(c, 0, 0, &first)) return error;
    for (const View &v : c.exec.extra->views)
        if (!is_float(v.dtype))
            return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "%s: no kernel for %s", c.op.name,
                        dtype_name(v.dtype));
    for (int p : {1, 2}) {
        if (c.tensor(p)->size != 1)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has shape %s; expected one element",
                        c.op.name, c.param(p), shape_text(c.tensor(p)).text);
        add_view(c.exec, c.tensor(p), p);
    }
    c.exec.run = run_unscale;
    return 0;
}

} // namespace

void define_foreach() {
    for (const Row &row : kRows) define(row.op, prepare, &row);
    define(Op::ForeachCopy, prepare_copy);
    define(Op::ForeachZeroInplace, prepare_zero);
    define(Op::ForeachRoundOffNumber, prepare_rounding);
    define(Op::ForeachRoundOffNumberV2, prepare_rounding);
    define(Op::ForeachNorm, prepare_norm);
    define(Op::ForeachNonFiniteCheckAndUnscale, prepare_unscale);
}

} // namespace cannsim
