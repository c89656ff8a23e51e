// out = f(self, other): tensors broadcast against each other, or a tensor and a scalar.
#include "opapi/elementwise.h"
#include "opapi/tables.h"

namespace cannsim {

namespace {

enum class Compute { Same, Float };

struct Row {
    Op op;
    LoopOp loop;
    Compute compute;
};

DType widen(Compute rule, DType t) { return rule == Compute::Float && is_integral(t) ? DType::Float32 : t; }

// self, other[, alpha], out or selfRef, other[, alpha].
aclnnStatus prepare_tensors(Call &c) {
    const Row &row = *static_cast<const Row *>(c.row);
    int last = c.op.nparams - 1;
    int out = c.op.params[last].kind == ArgKind::Tensor && !c.op.params[last].constant ? last : 0;
    DType common;
    if (int error = check_promote(c, 0, 1, &common)) return error;
    DType compute = widen(row.compute, common);
    if (int error = check_can_cast(c, "the result", loop_dtype(row.loop, compute, 2), out)) return error;
    const aclTensor *a = c.tensor(0), *b = c.tensor(1), *o = c.tensor(out);
    (void)a; (void)b; (void)o;
    Shape shape = shape_of(a);
    if (int error = broadcast(c, &shape, 1)) return error;
    if (int error = check_shape(c, out, shape.ndim, shape.dims)) return error;
    const Source inputs[] = {Source::tensor(0), Source::tensor(1)};
    return plan_loop(c, row.loop, compute, inputs, 2, out);
}

const Row kTensors[] = {
    {Op::Add, LoopOp::add, Compute::Same},
    {Op::Mul, LoopOp::multiply, Compute::Same},
};

}  // namespace

void define_binary() {
    for (const Row &row : kTensors) define(row.op, prepare_tensors, &row);
}

}  // namespace cannsim
