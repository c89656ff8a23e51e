// Operators composed from loops and reductions over scratch memory.
#include "kernels/array/copy.h"
#include "kernels/array/nest.h"
#include "kernels/array/reduce.h"
#include "kernels/array/scratch.h"
#include "kernels/loops/driver.h"
#include "opapi/axes.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"
#include "runtime/soc.h"

namespace cannsim {

namespace {

DType wide(DType t) { return t == DType::Float64 ? t : DType::Float32; }

void apply(LoopOp op, const View &a, const View &out) {
    const View operands[] = {a, out};
    run_elementwise(find_loop(op, out.dtype), operands, 2);
}

void apply(LoopOp op, const View &a, const View &b, const View &out) {
    const View operands[] = {a, b, out};
    run_elementwise(find_loop(op, out.dtype), operands, 3);
}

// --- softmax
// ---------------------------------------------------------------------------------------

// e.i: axis, logarithm. Views: self, out.
Status run_softmax(aclOpExecutor &e) {
    const int axis = int(e.i[0]);
    View t = e.views[1], row = e.views[1];
    t.dtype = row.dtype = wide(t.dtype);
    row.shape[axis] = 1;
    array::set_contiguous(t);
    array::set_contiguous(row);
    const int64_t item = itemsize(t.dtype), bytes = (t.size() * item + 63) / 64 * 64;
    array::Scratch memory(2 * bytes + row.size() * item);
    if (!memory) return Status::OutOfMemory;
    t.data = memory.get();
    View power = t;
    power.data = memory.get() + bytes;
    row.data = memory.get() + 2 * bytes;
    if (Status s = copy(t, e.views[0]); s != Status::Ok) return s;
    if (Status s = reduce(ReduceOp::Max, row, t, 1u << axis); s != Status::Ok) return s;
    View spread = row;
    if (!array::broadcast_to(row, t, &spread)) return Status::BadArgument;
    apply(LoopOp::subtract, t, spread, t);
    apply(LoopOp::exp, t, power);
    if (Status s = reduce(ReduceOp::Sum, row, power, 1u << axis); s != Status::Ok) return s;
    if (e.i[1]) {
        apply(LoopOp::log, row, row);
        apply(LoopOp::subtract, t, spread, t);
        return copy(e.views[1], t);
    }
    apply(LoopOp::divide, power, spread, power);
    return copy(e.views[1], power);
}

// self, dim, out
aclnnStatus plan_softmax(Call &c, bool logarithm) {
    int axis;
    if (int error = check_axis(c, 1, c.integer(1), c.tensor(0)->ndim, &axis)) return error;
    if (int error = check_can_cast(c, "self", c.tensor(0)->dtype, 2)) return error;
    if (int error = check_same_shape(c, 0, 2)) return error;
    at_least_1d(c.exec.views[add_view(c.exec, c.tensor(0), 0)]);
    at_least_1d(c.exec.views[add_view(c.exec, c.tensor(2), 2)]);
    c.exec.i[0] = axis;
    c.exec.i[1] = logarithm;
    if (c.tensor(2)->size) c.exec.run = run_softmax;
    return 0;
}
aclnnStatus prepare_softmax(Call &c) { return plan_softmax(c, false); }
aclnnStatus prepare_log_softmax(Call &c) { return plan_softmax(c, true); }

// --- complex numbers from and to their parts
// -------------------------------------------------------

DType part_dtype(DType t) { return t == DType::Complex128 ? DType::Float64 : DType::Float32; }

// Real (0) or imaginary (1) parts of a complex view.
View part(const View &v, int which) {
    View p = v;
    p.dtype = part_dtype(v.dtype);
    p.data += which * itemsize(p.dtype);
    return p;
}

Status run_complex(aclOpExecutor &e) {
    if (Status s = copy(part(e.views[2], 0), e.views[0]); s != Status::Ok) return s;
    return copy(part(e.views[2], 1), e.views[1]);
}

// Views: modulus, angle, out.
Status run_polar(aclOpExecutor &e) {
    View t = e.views[2];
    t.dtype = part_dtype(t.dtype);
    array::set_contiguous(t);
    array::Scratch memory(t.size() * itemsize(t.dtype));
    if (!memory) return Status::OutOfMemory;
    t.data = memory.get();
    View modulus, angle;
    if (!array::broadcast_to(e.views[0], t, &modulus) ||
        !array::broadcast_to(e.views[1], t, &angle))
        return Status::BadArgument;
    for (int which = 0; which < 2; ++which) {
        apply(which ? LoopOp::sin : LoopOp::cos, angle, t);
        apply(LoopOp::multiply, t, modulus, t);
        if (Status s = copy(part(e.views[2], which), t); s != Status::Ok) return s;
    }
    return Status::Ok;
}

aclnnStatus plan_parts(Call &c, Status (*run)(aclOpExecutor &)) {
    Shape shape = shape_of(c.tensor(0));
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = broadcast(c, &shape, 1)) return error;
    if (int error = check_shape(c, 2, shape.ndim, shape.dims)) return error;
    const DType wanted =
        c.tensor(0)->dtype == DType::Float64 ? DType::Complex128 : DType::Complex64;
    if (int error = check_dtype(c, 2, bit(wanted))) return error;
    for (int i = 0; i < 3; ++i) add_view(c.exec, c.tensor(i), i);
    if (c.tensor(2)->size) c.exec.run = run;
    return 0;
}
aclnnStatus prepare_complex(Call &c) { return plan_parts(c, run_complex); }
aclnnStatus prepare_polar(Call &c) { return plan_parts(c, run_polar); }

Status run_real(aclOpExecutor &e) {
    return copy(e.views[1], is_complex(e.views[0].dtype) ? part(e.views[0], 0) : e.views[0]);
}

// self, out
aclnnStatus prepare_real(Call &c) {
    const DType self = c.tensor(0)->dtype;
    if (int error = check_dtype(c, 1, bit(is_complex(self) ? part_dtype(self) : self)))
        return error;
    if (int error = check_same_shape(c, 0, 1)) return error;
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, c.tensor(1), 1);
    if (c.tensor(1)->size) c.exec.run = run_real;
    return 0;
}

// --- quotient with a rounding mode
// -----------------------------------------------------------------

// self, other, mode (0 true, 1 truncated, 2 floor)[, out]
aclnnStatus prepare_div_mode(Call &c) {
    const int out = c.out;
    const int64_t mode = int32_t(c.integer(2));
    if (mode < 0 || mode > 2)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: mode is %ld; expected 0 to 2", c.op.name,
                    long(mode));
    const bool tensor = c.op.params[1].kind == ArgKind::Tensor;
    DType common = c.tensor(0)->dtype;
    Shape shape = shape_of(c.tensor(0));
    if (tensor) {
        if (int error = check_promote(c, 0, 1, &common)) return error;
        if (int error = broadcast(c, &shape, 1)) return error;
    } else {
        common = scalar_dtype(common, c.scalar(1)->dtype);
    }
    if (int error = check_promoted(c, common)) return error;
    if (is_complex(common) && mode)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: mode %ld is not defined for complex numbers",
                    c.op.name, long(mode));
    if (int error = check_can_cast(c, "the common dtype", common, out)) return error;
    if (int error = check_shape(c, out, shape.ndim, shape.dims)) return error;
    DType compute = is_integral(common) && mode == 0 ? DType::Float32
                    : common == DType::Bool          ? DType::Int32
                                                     : common;
    if (mode == 1 && common == DType::Float64 && settings().soc->arch < 3000)
        compute = DType::Float32;
    const LoopOp loop = mode == 0   ? LoopOp::divide
                        : mode == 1 ? LoopOp::trunc_divide
                                    : LoopOp::floor_divide;
    const Source inputs[] = {Source::tensor(0),
                             tensor ? Source::tensor(1) : constant(c, 0, c.scalar(1), compute)};
    return plan_loop(c, loop, compute, inputs, 2, out);
}

// --- one loop over a list
// --------------------------------------------------------------------------

// e.i: loop. Views: out. e.extra: the tensors.
Status run_fold(aclOpExecutor &e) {
    const View &out = e.views[0];
    const std::vector<View> &in = e.extra->views;
    View next;
    if (Status s = copy(out, in[0]); s != Status::Ok) return s;
    for (size_t k = 1; k < in.size(); ++k) {
        if (!array::broadcast_to(in[k], out, &next)) return Status::BadArgument;
        const View operands[] = {out, next, out};
        const DType dtypes[] = {out.dtype, out.dtype, out.dtype};
        run_elementwise(e.loop, operands, 3, dtypes);
    }
    return Status::Ok;
}

struct FoldRow {
    Op op;
    LoopOp loop;
};

// tensors, out
aclnnStatus prepare_fold(Call &c) {
    const aclTensorList *list = c.list(0);
    const aclTensor *out = c.tensor(1);
    if (!list->size) return fail(ACLNN_ERR_PARAM_INVALID, "%s: tensors is empty", c.op.name);
    Shape shape;
    for (uint64_t i = 0; i < list->size; ++i) {
        const aclTensor *t = list->items[i];
        if (!t)
            return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: tensors[%ld] is null", c.op.name, long(i));
        if (!can_cast(t->dtype, out->dtype))
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: tensors[%ld] %s cannot be cast to out %s",
                        c.op.name, long(i), dtype_name(t->dtype), dtype_name(out->dtype));
        if (int error = broadcast(c, &shape, 0, t)) return error;
        add_item(c.exec, t, 0, int(i));
    }
    if (int error = check_shape(c, 1, shape.ndim, shape.dims)) return error;
    for (const View &v : c.exec.extra->views)
        if (!v.data && v.size())
            return fail(ACLNN_ERR_PARAM_INVALID,
                        "%s: an address is not device memory, or no multiple of 32 bytes",
                        c.op.name);
    add_view(c.exec, out, 1);
    c.exec.loop = find_loop(static_cast<const FoldRow *>(c.row)->loop, out->dtype);
    if (!c.exec.loop)
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "%s: no kernel for %s", c.op.name,
                    dtype_name(out->dtype));
    if (out->size) c.exec.run = run_fold;
    return 0;
}

const FoldRow kFolds[] = {
    {Op::Sum, LoopOp::add},
    {Op::AddN, LoopOp::add},
    {Op::MaxN, LoopOp::maximum},
    {Op::MinN, LoopOp::minimum},
};

// --- cross product
// ---------------------------------------------------------------------------------

// e.i: axis. Views: self, other, out.
Status run_cross(aclOpExecutor &e) {
    const int axis = int(e.i[0]);
    View t = e.views[2];
    t.shape[axis] = 1;
    array::set_contiguous(t);
    array::Scratch memory(t.size() * itemsize(t.dtype));
    if (!memory) return Status::OutOfMemory;
    t.data = memory.get();
    auto component = [&](int v, int i) {
        View c = e.views[v];
        c.data += i * c.strides[axis];
        c.shape[axis] = 1;
        return c;
    };
    View out = e.views[2];
    array::Scratch result(out.size() * itemsize(out.dtype));
    if (!result) return Status::OutOfMemory;
    View whole = out;
    array::set_contiguous(whole);
    whole.data = result.get();
    for (int i = 0; i < 3; ++i) {
        const int j = (i + 1) % 3, k = (i + 2) % 3;
        View to = whole;
        to.data += i * to.strides[axis];
        to.shape[axis] = 1;
        apply(LoopOp::multiply, component(0, j), component(1, k), to);
        apply(LoopOp::multiply, component(0, k), component(1, j), t);
        apply(LoopOp::subtract, to, t, to);
    }
    return copy(out, whole);
}

// self, other, dim, out
aclnnStatus prepare_cross(Call &c) {
    int axis;
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = check_same_dtype(c, 0, 3)) return error;
    if (int error = check_same_shape(c, 0, 1)) return error;
    if (int error = check_same_shape(c, 0, 3)) return error;
    if (int error = check_axis(c, 2, c.integer(2), c.tensor(0)->ndim, &axis)) return error;
    if (c.tensor(0)->ndim == 0 || c.tensor(0)->shape[axis] != 3)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: the extent of axis %d is not 3", c.op.name, axis);
    for (int i : {0, 1, 3}) add_view(c.exec, c.tensor(i), i);
    c.exec.i[0] = axis;
    if (c.tensor(3)->size) c.exec.run = run_cross;
    return 0;
}

} // namespace

void define_composite() {
    define(Op::Softmax, prepare_softmax);
    define(Op::LogSoftmax, prepare_log_softmax);
    define(Op::Complex, prepare_complex);
    define(Op::Polar, prepare_polar);
    define(Op::Real, prepare_real);
    for (Op op : {Op::DivMod, Op::DivMods, Op::InplaceDivMod, Op::InplaceDivMods})
        define(op, prepare_div_mode);
    for (const FoldRow &row : kFolds) define(row.op, prepare_fold, &row);
    define(Op::LinalgCross, prepare_cross);
}

} // namespace cannsim
