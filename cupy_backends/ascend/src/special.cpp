// What no pattern in routes.toml expresses: products over several axes, joins of dtypes that
// aclnnCat refuses, floating sequences.
#include <cstring>

#include "launch.h"

namespace ascend {

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

// The operator's bounds are signed: what reaches beyond them is drawn on the host.
int launch_integers(cupyPlan *base, cupyOperand *ops, int n, const cupyAttr *attrs,
                    cupyStream stream) {
    Plan *plan = static_cast<Plan *>(base);
    const uint64_t extent = attrs[3].u;
    if (extent - 1 >= uint64_t(INT64_MAX) - attrs[2].u) {
        Plan *host = host_plan(plan, "the bounds exceed those of int64");
        return host->launch(host, ops, n, attrs, stream);
    }
    const cupyAttr list[] = {attrs[0], attrs[1], attrs[2], {{int64_t(attrs[2].u + extent)}, 0}};
    return plan->inner->launch(plan->inner, ops, n, list, stream);
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
