// Operands that no descriptor expresses: more than 8 axes, negative strides, addresses between
// elements. Elementwise ops merge and flip axes together; what remains goes through temporaries.
// Copies live here: they mend all others.
#include <cstring>

#include "launch.h"

namespace ascend {
namespace {

struct Joint {
    OwnedOperand ops[CUPY_MAX_PLAN_DTYPES];
    int n;
};

// Bring the operands to as few axes as they allow, with non-negative strides where all agree.
void normalise(Joint &joint) {
    OwnedOperand *ops = joint.ops;
    int rank = ops[joint.n - 1].ndim;
    auto tensor = [&](int k) { return !is_scalar(ops[k]); };
    int kept = 0;
    for (int d = 0; d < rank;
         d++) { // drop axes of one element, flip those that run backwards in the output
        int64_t extent = ops[joint.n - 1].dims[d];
        if (extent == 1) continue;
        bool flip = true, any = false;
        for (int k = 0; k < joint.n; k++)
            if (tensor(k)) {
                flip &= ops[k].steps[d] <= 0;
                any |= ops[k].steps[d] < 0;
            }
        flip = (flip && any) || ops[joint.n - 1].steps[d] < 0;
        for (int k = 0; k < joint.n; k++) {
            if (!tensor(k)) continue;
            int64_t step = ops[k].steps[d];
            if (flip) {
                ops[k].offset += step * (extent - 1);
                step = -step;
            }
            ops[k].dims[kept] = extent;
            ops[k].steps[kept] = step;
        }
        kept++;
    }
    rank = 0;
    for (int d = 0; d < kept; d++) {
        bool merge = rank > 0;
        for (int k = 0; k < joint.n && merge; k++)
            if (tensor(k)) merge = ops[k].steps[rank - 1] == ops[k].steps[d] * ops[k].dims[d];
        for (int k = 0; k < joint.n; k++) {
            if (!tensor(k)) continue;
            if (merge) {
                ops[k].dims[rank - 1] *= ops[k].dims[d];
            } else {
                ops[k].dims[rank] = ops[k].dims[d];
            }
            ops[k].steps[merge ? rank - 1 : rank] = ops[k].steps[d];
        }
        if (!merge) rank++;
    }
    for (int k = 0; k < joint.n; k++) {
        if (!tensor(k)) continue;
        ops[k].ndim = rank;
        int64_t step = itemsize(ops[k].dtype);
        bool dense = true;
        for (int d = rank - 1; d >= 0; d--) {
            dense &= ops[k].steps[d] == step;
            step *= ops[k].dims[d];
        }
        ops[k].contiguous = dense;
    }
}

bool aligned(const cupyOperand &o) {
    int64_t bits = o.offset;
    for (int d = 0; d < o.ndim; d++) bits |= o.strides[d];
    return !(bits & (itemsize(o.dtype) - 1));
}

// Call 'run' for each index of the leading axes that exceed what a descriptor holds.
template <class F> int split(Joint &joint, F &&run) {
    if (joint.ops[joint.n - 1].ndim <= kMaxRank) return run(joint);
    int64_t extent = joint.ops[joint.n - 1].dims[0];
    Joint inner;
    inner.n = joint.n;
    for (int64_t i = 0; i < extent; i++) {
        for (int k = 0; k < joint.n; k++) {
            OwnedOperand &to = inner.ops[k];
            to.own(joint.ops[k]);
            if (is_scalar(to)) continue;
            to.offset += i * to.steps[0];
            to.ndim--;
            memmove(to.dims, to.dims + 1, sizeof(int64_t) * size_t(to.ndim));
            memmove(to.steps, to.steps + 1, sizeof(int64_t) * size_t(to.ndim));
        }
        if (int rc = split(inner, run)) return rc;
    }
    return CUPY_OK;
}

int copy(const cupyOperand &from, const cupyOperand &to, cupyStream stream) {
    Plan *plan = plan_for(CUPY_OP_COPY, {from.dtype, to.dtype});
    if (!plan) return CUPY_NO_ROUTE;
    cupyOperand both[2] = {from, to};
    return plan->launch(plan, both, 2, nullptr, stream);
}

// Elements that straddle addresses move as bytes along an axis of their own.
void as_bytes(Joint &joint) {
    for (int k = 0; k < 2; k++) {
        OwnedOperand &o = joint.ops[k];
        o.dims[o.ndim] = itemsize(o.dtype);
        o.steps[o.ndim++] = 1;
        o.dtype = CUPY_UINT8;
    }
}

// Stretches half of the stretched axes in memory, the inner ones, and the outer ones by strides.
int uncrowd(Scratch &scratch, const cupyOperand &from, OwnedOperand *to, cupyStream stream) {
    int stretched = 0;
    for (int d = 0; d < from.ndim; d++) stretched += from.strides[d] == 0 && from.shape[d] > 1;
    OwnedOperand source;
    source.own(from);
    *static_cast<cupyOperand *>(to) = from;
    int64_t outer[kMaxDims] = {};
    for (int d = 0, seen = 0; d < from.ndim; d++) {
        if (from.strides[d] == 0 && from.shape[d] > 1 && seen++ < stretched / 2) {
            outer[d] = from.shape[d];
            source.dims[d] = 1;
        }
        to->dims[d] = source.dims[d];
    }
    to->shape = to->dims;
    if (int rc = to->allocate(scratch)) return rc;
    if (int rc = copy(source, *to, stream)) return rc;
    for (int d = 0; d < from.ndim; d++) {
        if (!outer[d]) continue;
        to->dims[d] = outer[d];
        to->steps[d] = 0;
    }
    to->contiguous = 0;
    return CUPY_OK;
}

// Copy between equal dtypes, the source running backwards along some axes.
int flip(const cupyOperand &from, const cupyOperand &to, cupyStream stream) {
    OwnedOperand forward;
    forward.own(from);
    int64_t axes[kMaxRank];
    cupyAttr attr{};
    attr.list = axes;
    for (int d = 0; d < forward.ndim; d++) {
        if (forward.steps[d] >= 0) continue;
        axes[attr.count++] = d;
        forward.offset += forward.steps[d] * (forward.dims[d] - 1);
        forward.steps[d] = -forward.steps[d];
    }
    Plan *plan = flip_plan(from.dtype);
    if (!plan) return CUPY_NO_ROUTE;
    cupyOperand both[2] = {forward, to};
    return plan->launch(plan, both, 2, &attr, stream);
}

} // namespace

int launch_elementwise(Plan *plan, cupyOperand *ops, int n, const cupyAttr *attrs,
                       cupyStream stream) {
    if (is_empty(ops[n - 1])) return CUPY_OK;
    Joint joint;
    joint.n = n;
    for (int k = 0; k < n; k++) joint.ops[k].own(ops[k]);
    bool copying = plan->op == CUPY_OP_COPY && ops[0].dtype == ops[1].dtype && !is_scalar(ops[0]);
    normalise(joint);
    if (copying && !(aligned(joint.ops[0]) && aligned(joint.ops[1]))) as_bytes(joint);
    int nin = inputs_of(*plan, n);
    return split(joint, [&](Joint &part) {
        Scratch scratch(stream);
        cupyOperand list[CUPY_MAX_PLAN_DTYPES];
        OwnedOperand mended[CUPY_MAX_PLAN_DTYPES];
        for (int k = 0; k < n; k++) {
            list[k] = part.ops[k];
            if (is_scalar(list[k]) ||
                (fits(list[k]) && !(plan->dense && k >= nin && !list[k].contiguous)))
                continue;
            if (k < nin && crowded(list[k])) {
                if (int rc = uncrowd(scratch, list[k], &mended[k], stream)) return rc;
                list[k] = mended[k];
                continue;
            }
            if (copying)
                return flip(part.ops[0], part.ops[1], stream); // aligned, the target runs forward
            if (int rc = mended[k].temporary(scratch, list[k], list[k].dtype)) return rc;
            if (k < nin)
                if (int rc = copy(list[k], mended[k], stream)) return rc;
            list[k] = mended[k];
        }
        if (copying) return copy(list[0], list[1], stream); // the dtype may be bytes by now
        if (int rc = plan->launch(plan, list, n, attrs, stream)) return rc;
        for (int k = nin; k < n; k++)
            if (list[k].block == mended[k].block && mended[k].block != part.ops[k].block)
                if (int rc = copy(mended[k], part.ops[k], stream)) return rc;
        return int(CUPY_OK);
    });
}

int launch_repaired(Plan *plan, cupyOperand *ops, int n, const cupyAttr *attrs, cupyStream stream) {
    if (plan->op == CUPY_OP_CONCATENATE)
        return launch_concatenate(plan->inner, ops, n, attrs, stream);
    int rank_limit = plan->call ? plan->call->max_rank : kMaxRank;
    bool high = n > CUPY_MAX_PLAN_DTYPES;
    for (int k = 0; k < n; k++) high |= ops[k].ndim > rank_limit;
    if (high) {
        Plan *host = host_plan(plan, "more than 8 axes");
        return host->launch(host, ops, n, attrs, stream);
    }
    int nin = inputs_of(*plan, n);
    Scratch scratch(stream);
    cupyOperand list[CUPY_MAX_PLAN_DTYPES];
    OwnedOperand mended[CUPY_MAX_PLAN_DTYPES];
    bool changed[CUPY_MAX_PLAN_DTYPES] = {};
    for (int k = 0; k < n; k++) {
        list[k] = ops[k];
        if (is_scalar(ops[k]) ||
            (fits(ops[k]) && !(plan->dense && k >= nin && !ops[k].contiguous)))
            continue;
        changed[k] = true;
        if (int rc = mended[k].temporary(scratch, ops[k], ops[k].dtype)) return rc;
        if (k < nin || plan->updates)
            if (int rc = copy(ops[k], mended[k], stream)) return rc;
        list[k] = mended[k];
    }
    if (int rc = plan->launch(plan, list, n, attrs, stream)) return rc;
    for (int k = nin; k < n; k++) {
        if (!changed[k]) continue;
        if (list[k].ndim &&
            list[k].shape[0] != ops[k].shape[0]) { // the operator decided the extent
            ops[k].shape[0] = list[k].shape[0];
            list[k].contiguous = ops[k].contiguous = 0;
        }
        if (int rc = copy(list[k], ops[k], stream)) return rc;
    }
    return CUPY_OK;
}

} // namespace ascend
