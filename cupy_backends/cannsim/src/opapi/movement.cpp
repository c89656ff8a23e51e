// Copies, casts, fills.
#include "kernels/array/copy.h"
#include "opapi/lossy.h"
#include "opapi/tables.h"

namespace cannsim {

namespace {

Status run_copy(aclOpExecutor &e) { return copy(e.views[1], e.views[0]); }

Status run_fill(aclOpExecutor &e) { return fill(e.views[0], e.constants[0]); }

// selfRef, src: any dtypes, src broadcasts.
aclnnStatus prepare_copy(Call &c) {
    Shape shape = shape_of(c.tensor(0));
    if (int error = broadcast(c, &shape, 1)) return error;
    if (int error = check_shape(c, 0, shape.ndim, shape.dims)) return error;
    return plan_cast(c, 1, 0);
}

// self, dtype, out
aclnnStatus prepare_cast(Call &c) {
    const DType asked = DType(c.integer(1));
    if (c.tensor(2)->dtype != asked)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: dtype is %s; expected that of out, %s", c.op.name,
                    dtype_name(asked), dtype_name(c.tensor(2)->dtype));
    if (int error = check_same_shape(c, 0, 2)) return error;
    return plan_cast(c, 0, 2);
}

aclnnStatus plan_fill(Call &c) {
    if (c.tensor(0)->size == 0) return 0;
    add_view(c.exec, c.tensor(0), 0);
    c.exec.run = run_fill;
    return 0;
}

aclnnStatus prepare_fill(Call &c) {
    constant(c, 0, c.scalar(1), c.tensor(0)->dtype);
    return plan_fill(c);
}

aclnnStatus prepare_zero(Call &c) {
    constant_int(c, 0, 0, c.tensor(0)->dtype);
    return plan_fill(c);
}

aclnnStatus prepare_one(Call &c) {
    constant_int(c, 0, 1, c.tensor(0)->dtype);
    return plan_fill(c);
}

// selfRef, value: one element
aclnnStatus prepare_fill_tensor(Call &c) {
    if (c.tensor(1)->size != 1)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: value has shape %s; expected one element",
                    c.op.name, shape_text(c.tensor(1)).text);
    return plan_cast(c, 1, 0);
}

} // namespace

aclnnStatus plan_cast(Call &c, int in, int out) {
    const aclTensor *to = c.tensor(out);
    if (to->size == 0) return 0;
    if (!can_write(to)) return refuse_write(c, out);
    const DType dtypes[] = {c.tensor(in)->dtype, to->dtype};
    if (const LoopFn lossy = find_lossy_cast(dtypes[0], dtypes[1])) {
        const Source source = Source::tensor(in);
        return plan_custom(c, lossy, dtypes, &source, 1, out);
    }
    add_view(c.exec, c.tensor(in), in);
    add_view(c.exec, c.tensor(out), out);
    c.exec.run = run_copy;
    return 0;
}

bool runs_copy(const Executor &e) { return e.run == run_copy; }

void define_movement() {
    define(Op::InplaceCopy, prepare_copy);
    define(Op::Cast, prepare_cast);
    define(Op::InplaceFillScalar, prepare_fill);
    define(Op::InplaceFillTensor, prepare_fill_tensor);
    define(Op::InplaceZero, prepare_zero);
    define(Op::InplaceOne, prepare_one);
}

} // namespace cannsim
