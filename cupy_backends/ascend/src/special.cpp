// What no pattern in routes.toml expresses: indices that may be negative, products over several
// axes, joins of dtypes that aclnnCat refuses, floating sequences.
#include <cstring>

#include "launch.h"

namespace ascend {
namespace {

int wrap_index(const cupyOperand &index, int64_t extent, OwnedOperand &wrapped, Scratch &scratch,
               cupyStream stream) {
    // where(index < 0, index + extent, index)
    Plan *less = plan_for(CUPY_OP_LESS, {CUPY_INT64, CUPY_INT64, CUPY_BOOL});
    Plan *add = plan_for(CUPY_OP_ADD, {CUPY_INT64, CUPY_INT64, CUPY_INT64});
    Plan *where = plan_for(CUPY_OP_WHERE, {CUPY_BOOL, CUPY_INT64, CUPY_INT64, CUPY_INT64});
    if (!less || !add || !where) return CUPY_NO_ROUTE;
    OwnedOperand negative, sum;
    if (int rc = negative.temporary(scratch, index, CUPY_BOOL)) return rc;
    if (int rc = sum.temporary(scratch, index, CUPY_INT64)) return rc;
    if (int rc = wrapped.temporary(scratch, index, CUPY_INT64)) return rc;
    cupyOperand number = cupyOperand();
    number.dtype = CUPY_INT64;
    number.contiguous = 1;
    cupyOperand compare[3] = {index, number, negative};
    if (int rc = less->launch(less, compare, 3, nullptr, stream)) return rc;
    integer_bits(extent, CUPY_INT64, number.scalar);
    cupyOperand shift_[3] = {index, number, sum};
    if (int rc = add->launch(add, shift_, 3, nullptr, stream)) return rc;
    cupyOperand choose[4] = {negative, sum, index, wrapped};
    return where->launch(where, choose, 4, nullptr, stream);
}

} // namespace

int launch_wrapped(cupyPlan *base, cupyOperand *ops, int n, const cupyAttr *attrs,
                   cupyStream stream) {
    Plan *plan = static_cast<Plan *>(base);
    int nin = n - 1;
    bool host = n > kMaxRank + 2;
    for (int k = 0; k < n; k++) host |= ops[k].ndim > plan->inner->call->max_rank;
    if (host) return launch_host(host_plan(plan), ops, n, attrs, stream);
    if (is_empty(ops[n - 1]) && !plan->updates) return CUPY_OK;
    if (plan->updates && is_empty(ops[plan->wrap == WRAP_PUT ? 0 : 1])) return CUPY_OK;
    if (int rc = bind()) return rc;
    Scratch scratch(stream);
    OwnedOperand wrapped[kMaxRank];
    cupyOperand list[kMaxRank + 2];
    memcpy(list, ops, sizeof(cupyOperand) * size_t(n));
    switch (plan->wrap) {
    case WRAP_TAKE:
        if (int rc = wrap_index(ops[1], ops[0].shape[attrs[0].i], wrapped[0], scratch, stream))
            return rc;
        list[1] = wrapped[0];
        break;
    case WRAP_PUT:
        if (int rc = wrap_index(ops[0], ops[2].shape[attrs[0].i], wrapped[0], scratch, stream))
            return rc;
        list[0] = wrapped[0];
        break;
    default: { // i1..ik index the leading axes of the array
        const cupyOperand &array = plan->wrap == WRAP_GETITEM ? ops[0] : ops[n - 1];
        for (int k = 1; k < nin; k++) {
            if (int rc = wrap_index(ops[k], array.shape[k - 1], wrapped[k - 1], scratch, stream))
                return rc;
            list[k] = wrapped[k - 1];
        }
    }
    }
    return plan->inner->launch(plan->inner, list, n, attrs, stream);
}

int launch_concatenate(cupyPlan *base, cupyOperand *ops, int n, const cupyAttr *attrs,
                       cupyStream stream) {
    Plan *plan = static_cast<Plan *>(base);
    if (int rc = bind()) return rc;
    cupyOperand &out = ops[n - 1];
    int64_t axis = attrs[0].i;
    OwnedOperand part;
    part.own(out);
    part.contiguous = 0;
    for (int k = 0; k < n - 1; k++) {
        part.dims[axis] = ops[k].shape[axis];
        cupyOperand both[2] = {ops[k], part};
        if (int rc = plan->sub[0]->launch(plan->sub[0], both, 2, nullptr, stream)) return rc;
        part.offset += part.steps[axis] * part.dims[axis];
    }
    return CUPY_OK;
}

// aclnnProdDim takes one axis: the last of the list first, the rest by the same op.
int launch_prod(cupyPlan *base, cupyOperand *ops, int, const cupyAttr *attrs, cupyStream stream) {
    Plan *plan = static_cast<Plan *>(base);
    if (int rc = bind()) return rc;
    Plan *whole = plan_for(CUPY_OP_PROD, {ops[1].dtype, ops[1].dtype});
    if (!whole) return CUPY_NO_ROUTE;
    (void)plan;
    int64_t last = attrs[0].list[attrs[0].count - 1];
    Scratch scratch(stream);
    OwnedOperand partial;
    partial.own(ops[0]);
    memmove(partial.dims + last, partial.dims + last + 1,
            sizeof(int64_t) * size_t(partial.ndim - 1 - last));
    partial.ndim--;
    if (int rc = partial.allocate(scratch)) return rc;
    cupyAttr one = attrs[0], rest = attrs[0];
    one.list = &last;
    one.count = 1;
    rest.count--;
    cupyOperand first[2] = {ops[0], partial}, second[2] = {partial, ops[1]};
    if (int rc = whole->launch(whole, first, 2, &one, stream)) return rc;
    return whole->launch(whole, second, 2, &rest, stream);
}

// start + i * step, each step rounded to the dtype.
int launch_arange(cupyPlan *, cupyOperand *ops, int, const cupyAttr *attrs, cupyStream stream) {
    if (is_empty(ops[0])) return CUPY_OK;
    if (int rc = bind()) return rc;
    int dtype = ops[0].dtype;
    Plan *count = plan_for(CUPY_OP_ARANGE, {CUPY_INT64});
    Plan *cast = plan_for(CUPY_OP_COPY, {CUPY_INT64, dtype});
    Plan *multiply = plan_for(CUPY_OP_MULTIPLY, {dtype, dtype, dtype});
    Plan *add = plan_for(CUPY_OP_ADD, {dtype, dtype, dtype});
    if (!count || !cast || !multiply || !add) return CUPY_NO_ROUTE;
    Scratch scratch(stream);
    OwnedOperand index;
    if (int rc = index.temporary(scratch, ops[0], CUPY_INT64)) return rc;
    cupyAttr natural[4] = {};
    natural[3].i = 1;
    if (int rc = count->launch(count, &index, 1, natural, stream)) return rc;
    cupyOperand casting[2] = {index, ops[0]};
    if (int rc = cast->launch(cast, casting, 2, nullptr, stream)) return rc;
    cupyOperand number = cupyOperand();
    number.dtype = int8_t(dtype);
    number.contiguous = 1;
    for (int k : {1, 0}) { // step, start
        literal_bits({LITERAL_NUMBER, attrs[k].f}, dtype, number.scalar);
        cupyOperand list[3] = {ops[0], number, ops[0]};
        Plan *plan = k ? multiply : add;
        if (int rc = plan->launch(plan, list, 3, nullptr, stream)) return rc;
    }
    return CUPY_OK;
}

} // namespace ascend
