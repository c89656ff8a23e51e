// out = f(self).
#include "opapi/elementwise.h"
#include "opapi/tables.h"

namespace cannsim {

namespace {

// How the dtype of the computation follows from that of self.
enum class Compute { Same, Float };

struct Row {
    Op op;
    LoopOp loop;
    Compute compute;
};

DType compute_dtype(Compute rule, DType self) {
    return rule == Compute::Float && is_integral(self) ? DType::Float32 : self;
}

aclnnStatus prepare(Call &c) {
    const Row &row = *static_cast<const Row *>(c.row);
    // An in-place form has one parameter, which is input and output.
    int out = c.op.nparams - 1;
    DType compute = compute_dtype(row.compute, c.tensor(0)->dtype);
    if (int error = check_can_cast(c, "the result", loop_dtype(row.loop, compute, 1), out)) return error;
    if (int error = check_same_shape(c, 0, out)) return error;
    const Source input = Source::tensor(0);
    return plan_loop(c, row.loop, compute, &input, 1, out);
}

#define BOTH(name, loop, rule) {Op::name, LoopOp::loop, Compute::rule}, {Op::Inplace##name, LoopOp::loop, Compute::rule}
#define ONE(name, loop, rule) {Op::name, LoopOp::loop, Compute::rule}

const Row kRows[] = {
    ONE(Abs, absolute, Same),
    BOTH(Exp, exp, Float),
    BOTH(Sqrt, sqrt, Float),
    BOTH(Neg, negative, Same),
};

}  // namespace

void define_unary() {
    for (const Row &row : kRows) define(row.op, prepare, &row);
}

}  // namespace cannsim
