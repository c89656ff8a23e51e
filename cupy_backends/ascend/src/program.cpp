// Composites: a few ops of the contract over temporaries, scalars and views of the operands.
#include <algorithm>
#include <cstring>

#include "launch.h"
#include "turns.h"

namespace ascend {
namespace {

// The operand under another dtype; complex parts lie at twice the stride.
void look_at(cupyOperand &o, Look look) {
    if (look == LOOK_NONE) return;
    int dtype = looked(o.dtype, look);
    if ((look == LOOK_REAL || look == LOOK_IMAG) && dtype != o.dtype) {
        int64_t half = itemsize(dtype);
        if (is_scalar(o)) {
            if (look == LOOK_IMAG) memmove(o.scalar, o.scalar + half, size_t(half));
        } else {
            o.contiguous = o.contiguous && elements(o) == 1;
            if (look == LOOK_IMAG) o.offset += half;
        }
    }
    o.dtype = int8_t(dtype);
}

bool overlap(const cupyOperand &a, const cupyOperand &b) {
    if (is_scalar(a) || is_scalar(b)) return false;
    const char *x = static_cast<const char *>(a.block), *y = static_cast<const char *>(b.block);
    return x < y + b.block_bytes && y < x + a.block_bytes;
}

bool holds(Shortcut condition, const cupyOperand *ops) {
    if (!is_scalar(ops[1]) || is_scalar(ops[0])) return false;
    const uint64_t bits = scalar_bits(ops[1].scalar, ops[1].dtype).low;
    switch (condition) {
    case IF_NONZERO1: return bits != 0;
    case IF_SHIFT1: return bits < uint64_t(itemsize(ops[1].dtype) * 8);
    case IF_ORDERED12:
        return is_scalar(ops[2]) && scalar_value(ops[1].scalar, ops[1].dtype) <=
                                        scalar_value(ops[2].scalar, ops[2].dtype);
    default: return false;
    }
}

class Run {
  public:
    Run(Plan *plan, cupyOperand *ops, int n, const cupyAttr *attrs, cupyStream stream)
        : plan_(plan), ops_(ops), n_(n), nin_(inputs_of(*plan, n)), attrs_(attrs), stream_(stream),
          scratch_(stream) {}

    int all() {
        const Program &program = *plan_->program;
        if (int rc = redirect_outputs()) return rc;
        for (int i = 0; i < program.count; i++)
            if (int rc = one(steps[program.first + i], plan_->sub[i], i == program.count - 1))
                return rc;
        for (int k = nin_; k < n_; k++) {
            if (!redirected_[k - nin_]) continue;
            Plan *copy = plan_for(CUPY_OP_COPY, {ops_[k].dtype, ops_[k].dtype});
            if (!copy) return CUPY_NO_ROUTE;
            cupyOperand both[2] = {out_[k - nin_], ops_[k]};
            if (int rc = copy->launch(copy, both, 2, nullptr, stream_)) return rc;
        }
        return CUPY_OK;
    }

  private:
    // An output that is an input, written while that input is still to be read, is kept apart until
    // the end.
    int redirect_outputs() {
        const Program &program = *plan_->program;
        for (int k = nin_; k < n_; k++) {
            bool apart = false, written = false;
            for (int i = 0; i < program.count && !apart; i++) {
                const Step &step = steps[program.first + i];
                for (int s = 0; s < step.nsources && written; s++)
                    apart |= step.sources[s].kind == REF_IN &&
                             overlap(ops_[step.sources[s].index], ops_[k]);
                written |= step.target.kind == REF_OUT && step.target.index == k - nin_;
            }
            redirected_[k - nin_] = apart;
            if (apart)
                if (int rc = out_[k - nin_].temporary(scratch_, ops_[k], ops_[k].dtype)) return rc;
        }
        return CUPY_OK;
    }

    cupyOperand *slot(const Ref &ref) {
        switch (ref.kind) {
        case REF_IN: return &ops_[ref.index];
        case REF_OUT: return redirected_[ref.index] ? &out_[ref.index] : &ops_[nin_ + ref.index];
        default: return &temps_[ref.index];
        }
    }

    int one(const Step &step, Plan *sub, bool last) {
        cupyOperand list[kMaxSources + 1];
        int64_t zeros[kMaxDims];
        const cupyOperand *shaped = nullptr; // the first source that has axes
        bool tabled = false;
        for (int s = 0; s < step.nsources; s++) {
            const Ref &ref = step.sources[s];
            cupyOperand &o = list[s];
            if (ref.kind == REF_LITERAL) {
                o = cupyOperand();
                o.contiguous = 1;
                o.dtype = sub->dtypes[s];
                literal_bits(literals[ref.index], o.dtype, o.scalar, ops_[n_ - 1].dtype);
                continue;
            }
            if (ref.kind == REF_TABLE) {
                tabled = true;
                if (int rc = turns(ref.index, &o)) return rc;
                continue;
            }
            o = *slot(ref);
            look_at(o, ref.look);
            if (!is_scalar(o) && (!shaped || o.ndim > shaped->ndim)) shaped = &o;
        }
        cupyOperand &target = list[step.nsources];
        if (step.target.kind == REF_TEMP) {
            cupyOperand point = cupyOperand();
            OwnedOperand &temp = temps_[step.target.index];
            if (step.op == CUPY_OP_MATMUL) shaped = &ops_[nin_];
            if (int rc =
                    temp.temporary(scratch_, shaped ? *shaped : point, sub->dtypes[step.nsources],
                                   made_ >> step.target.index & 1))
                return rc;
            made_ |= 1u << step.target.index;
            target = temp;
        } else {
            target = *slot(step.target);
            look_at(target, step.target.look);
        }
        if (sub->elementwise) { // results of scalars alone have no axes yet
            for (int s = 0; s < step.nsources; s++) {
                cupyOperand &o = list[s];
                if (is_scalar(o) || o.ndim == target.ndim) continue;
                memset(zeros, 0, sizeof(int64_t) * size_t(target.ndim));
                o.ndim = target.ndim;
                o.shape = target.shape;
                o.strides = zeros;
                o.contiguous = 0;
            }
        }
        int64_t count = elements(target);
        int64_t flat[2];
        for (int k = 0; tabled && k < 2; k++) { // contiguous temporaries of any rank
            cupyOperand &o = k ? target : list[1];
            flat[k] = itemsize(o.dtype);
            o.ndim = 1;
            o.shape = &count;
            o.strides = &flat[k];
        }
        cupyAttr attrs[4] = {};
        for (int a = 0; a < step.nattrs; a++)
            if (step.attrs[a] >= 0) attrs[a] = attrs_[step.attrs[a]];
        int rc = sub->launch(sub, list, step.nsources + 1, attrs, stream_);
        if (!rc && last && ops_[n_ - 1].shape && target.shape && ops_[n_ - 1].ndim)
            ops_[n_ - 1].shape[0] = target.shape[0]; // an extent that the operator decided
        return rc;
    }

    Plan *plan_;
    cupyOperand *ops_;
    int n_, nin_;
    const cupyAttr *attrs_;
    cupyStream stream_;
    Scratch scratch_;
    OwnedOperand temps_[kMaxTemps];
    OwnedOperand out_[4];
    bool redirected_[4] = {};
    uint32_t made_ = 0; // a bit per temporary
};

} // namespace

int launch_program(cupyPlan *base, cupyOperand *ops, int n, const cupyAttr *attrs,
                   cupyStream stream) {
    Plan *plan = static_cast<Plan *>(base);
    if (plan->elementwise && is_empty(ops[n - 1])) return CUPY_OK;
    if (plan->elementwise && plan->dense && !ops[n - 1].contiguous)
        return launch_elementwise(plan, ops, n, attrs, stream);
    if (plan->shortcut && holds(plan->shortcut_if, ops))
        return plan->shortcut->launch(plan->shortcut, ops, n, attrs, stream);
    if (int rc = bind()) return rc;
    Run run(plan, ops, n, attrs, stream);
    return run.all();
}

// The same op in a wider dtype.
int launch_cast(cupyPlan *base, cupyOperand *ops, int n, const cupyAttr *attrs, cupyStream stream) {
    Plan *plan = static_cast<Plan *>(base);
    if (plan->elementwise && is_empty(ops[n - 1])) return CUPY_OK;
    if (int rc = bind()) return rc;
    int nin = inputs_of(*plan, n);
    Plan *widen = plan_for(CUPY_OP_COPY, {plan->narrow, plan->wide});
    Plan *back = plan_for(CUPY_OP_COPY, {plan->wide, plan->narrow});
    if (!widen || !back) return CUPY_NO_ROUTE;
    Scratch scratch(stream);
    cupyOperand list[CUPY_MAX_PLAN_DTYPES];
    OwnedOperand wide[CUPY_MAX_PLAN_DTYPES];
    if (n > CUPY_MAX_PLAN_DTYPES)
        return launch_host(host_plan(plan, "too many operands"), ops, n, attrs, stream);
    for (int k = 0; k < n; k++) {
        list[k] = ops[k];
        if (ops[k].dtype != plan->narrow) continue;
        if (is_scalar(ops[k])) {
            list[k].dtype = plan->wide;
            convert_scalar(ops[k].scalar, plan->narrow, list[k].scalar, plan->wide);
            continue;
        }
        if (int rc = wide[k].temporary(scratch, ops[k], plan->wide)) return rc;
        list[k] = wide[k];
        if (k >= nin && !plan->updates) continue;
        cupyOperand both[2] = {ops[k], list[k]};
        if (int rc = widen->launch(widen, both, 2, nullptr, stream)) return rc;
    }
    if (int rc = plan->inner->launch(plan->inner, list, n, attrs, stream)) return rc;
    for (int k = nin; k < n; k++) {
        if (ops[k].dtype != plan->narrow) continue;
        cupyOperand both[2] = {list[k], ops[k]};
        if (int rc = back->launch(back, both, 2, nullptr, stream)) return rc;
    }
    return CUPY_OK;
}

int launch_variant(cupyPlan *base, cupyOperand *ops, int n, const cupyAttr *attrs,
                   cupyStream stream) {
    Plan *plan = static_cast<Plan *>(base);
    int64_t which;
    if (plan->op == CUPY_OP_PROD && attrs[0].count == 0) {
        Plan *copy = plan_for(CUPY_OP_COPY, {ops[0].dtype, ops[1].dtype});
        return copy ? copy->launch(copy, ops, n, nullptr, stream) : int(CUPY_NO_ROUTE);
    }
    if (plan->op == CUPY_OP_PROD)
        which = attrs[0].count == ops[0].ndim ? 0 : attrs[0].count == 1 ? 1 : 2;
    else
        which = attrs[cupy_op_info[plan->op].nattrs - 1].i; // mode
    if (which < 0 || which >= kVariants)
        return fail_text(CUPY_FAILED, cupy_op_info[plan->op].name, "mode %lld is unknown",
                         (long long)which);
    return plan->variants[which]->launch(plan->variants[which], ops, n, attrs, stream);
}

} // namespace ascend
