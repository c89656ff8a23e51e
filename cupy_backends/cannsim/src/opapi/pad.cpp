// Padding.
#include "kernels/array/extend.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"

namespace cannsim {

namespace {

// e.i: elements before each axis, then the mode. Views: self, out. Constant 0 is the value.
Status run_pad(aclOpExecutor &e) {
    return pad(e.views[1], e.views[0], e.i, Pad(e.i[kMaxRank]), e.constants[0]);
}

// self, padding (last axis first)[, value], out. Other modes than Constant name the axes that they
// pad.
aclnnStatus plan_pad(Call &c, Pad mode, int axes) {
    const aclTensor *self = c.tensor(0);
    const aclIntArray *amounts = c.ints(1);
    const int out = c.out, given = int(amounts->size / 2);
    if (amounts->size % 2 || given > self->ndim || (axes && given != axes))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has %ld entries; expected %d", c.op.name,
                    c.param(1), long(amounts->size), 2 * (axes ? axes : self->ndim));
    Shape shape = shape_of(self);
    Executor &e = c.exec;
    for (int i = 0; i < kMaxRank; ++i) e.i[i] = 0;
    for (int k = 0; k < given; ++k) {
        const int axis = self->ndim - 1 - k;
        const int64_t before = amounts->data[2 * k], after = amounts->data[2 * k + 1],
                      extent = self->shape[axis];
        const int64_t most = mode == Pad::Reflect ? extent - 1
                             : mode == Pad::Wrap  ? extent
                                                  : INT64_MAX;
        if (mode != Pad::Constant && (before < 0 || after < 0 || before > most || after > most))
            return fail(ACLNN_ERR_PARAM_INVALID,
                        "%s: padding %ld, %ld does not fit the extent %ld of axis %d", c.op.name,
                        long(before), long(after), long(extent), axis);
        e.i[axis] = before;
        shape.dims[axis] = extent + before + after;
        if (shape.dims[axis] < 0)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: the padding leaves a negative extent",
                        c.op.name);
    }
    if (int error = check_same_dtype(c, 0, out)) return error;
    if (int error = check_shape(c, out, shape.ndim, shape.dims)) return error;
    if (mode != Pad::Constant && self->size == 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: self is empty", c.op.name);
    if (c.tensor(out)->size == 0) return 0;
    if (!can_write(c.tensor(out))) return refuse_write(c, out);
    if (mode == Pad::Constant) constant(c, 0, c.scalar(2), c.tensor(out)->dtype);
    add_view(e, self, 0);
    add_view(e, c.tensor(out), out);
    e.i[kMaxRank] = int64_t(mode);
    e.run = run_pad;
    return 0;
}

struct Row {
    Op op;
    Pad mode;
    int axes;
};

aclnnStatus prepare_pad(Call &c) {
    const Row &row = *static_cast<const Row *>(c.row);
    return plan_pad(c, row.mode, row.axes);
}

const Row kRows[] = {
    {Op::ConstantPadNd, Pad::Constant, 0},  {Op::ReflectionPad1d, Pad::Reflect, 1},
    {Op::ReflectionPad2d, Pad::Reflect, 2}, {Op::ReflectionPad3d, Pad::Reflect, 3},
    {Op::ReplicationPad1d, Pad::Edge, 1},   {Op::ReplicationPad2d, Pad::Edge, 2},
    {Op::ReplicationPad3d, Pad::Edge, 3},   {Op::CircularPad2d, Pad::Wrap, 2},
    {Op::CircularPad3d, Pad::Wrap, 3},
};

} // namespace

void define_pad() {
    for (const Row &row : kRows) define(row.op, prepare_pad, &row);
}

} // namespace cannsim
