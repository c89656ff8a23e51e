// The hot path: one aclnn function on operands that descriptors can express.
#include <cstring>

#include "cache.h"
#include "recent.h"

namespace ascend {

// The AI CPU, which moves these dtypes, stretches fewer than 6 groups of axes in turn stretched and not.
bool crowded(const cupyOperand &o) {
    constexpr unsigned limited = 1u << CUPY_INT16 | 1u << CUPY_UINT16 | 1u << CUPY_UINT64 |
                                 1u << CUPY_FLOAT64 | 1u << CUPY_COMPLEX64 | 1u << CUPY_COMPLEX128;
    if (o.ndim < kMaxStretched || !(limited >> o.dtype & 1)) return false;
    int groups = 0, last = -1;
    for (int d = 0; d < o.ndim; d++) {
        if (o.shape[d] == 1) continue;
        groups += (o.strides[d] == 0) != last;
        last = o.strides[d] == 0;
    }
    return groups >= kMaxStretched;
}

bool strided_fits(const cupyOperand &o) {
    int64_t mask = itemsize(o.dtype) - 1, bad = 0;
    for (int d = 0; d < o.ndim; d++)
        bad |= (o.strides[d] & mask) | (o.strides[d] < 0 && o.shape[d] > 1);
    return !bad && !crowded(o);
}

aclTensor *describe(const cupyOperand &o, int acl_dtype) {
    int64_t strides[kMaxRank], *steps = nullptr;
    int bits = shift(o.dtype);
    int64_t offset = o.offset >> bits, storage = 1; // as much of the block as the view reaches
    if (o.contiguous) {
        for (int d = 0; d < o.ndim; d++) storage *= o.shape[d];
    } else {
        for (int d = 0; d < o.ndim; d++) {
            strides[d] = o.strides[d] < 0 ? 0 : o.strides[d] >> bits;
            storage += strides[d] * (o.shape[d] - 1);
        }
        steps = strides;
    }
    storage += offset;
    return api.aclCreateTensor(o.shape, uint64_t(o.ndim), acl_dtype, steps, offset, ACL_FORMAT_ND,
                               &storage, 1, o.block);
}

// A host scalar as a tensor: the cached constant, else a temporary filled on the stream.
int scalar_tensor(Plan *plan, const cupyOperand &o, cupyStream stream, Scratch &scratch,
                  cupyOperand *out) {
    int dtype = plan->seen_as[o.dtype];
    *out = o;
    out->dtype = int8_t(dtype);
    out->contiguous = 1;
    out->block_bytes = itemsize(dtype);
    out->offset = 0;
    bool fresh;
    if (int rc = constant(dtype, o.scalar, stream, &out->block, &fresh)) return rc;
    if (!fresh) return CUPY_OK;
    const bool lasting = out->block;
    if (!lasting)
        if (int rc = scratch.take(size_t(out->block_bytes), &out->block)) return rc;
    Plan *fill = plan_for(CUPY_OP_FILL, {dtype, dtype});
    if (!fill) return CUPY_NO_ROUTE;
    cupyOperand both[2] = {o, *out};
    both[0].dtype = int8_t(dtype);
    if (int rc = fill->launch(fill, both, 2, nullptr, stream)) {
        if (lasting) drop_constant(out->block);
        return rc;
    }
    if (lasting) keep_constant(dtype, o.scalar, stream, out->block);
    return CUPY_OK;
}

int temporary_dtype(const Plan *plan, const Arg &arg) {
    return arg.value < 0 ? plan->seen_as[plan->dtypes[0]] : int(arg.value);
}

size_t temporary_bytes(const Plan *plan, const Arg &arg, const cupyOperand &out) {
    return size_t(elements(out) * itemsize(temporary_dtype(plan, arg)));
}

int wait_if_blocking(cupyStream stream) {
    if (machine.blocking)
        ASCEND_TRY(aclrtSynchronizeStream, reinterpret_cast<aclrtStream>(stream));
    return CUPY_OK;
}

int run_phase2(Plan *plan, void *workspace, uint64_t bytes, aclOpExecutor *executor,
               cupyStream stream) {
    int code = plan->phase2(workspace, bytes, executor, reinterpret_cast<aclrtStream>(stream));
    count(thread.counts->calls);
    if (__builtin_expect(code != 0, 0)) return fail(code, plan->call->function);
    if (__builtin_expect(machine.watch != nullptr, 0)) tell_call(plan->call->function);
    return __builtin_expect(machine.blocking, 0) ? wait_if_blocking(stream) : int(CUPY_OK);
}

namespace {

// What one launch made and has to destroy.
class Made {
  public:
    ~Made() {
        for (int i = 0; i < count_; i++) {
            switch (kinds_[i]) {
            case TENSOR: api.aclDestroyTensor(static_cast<aclTensor *>(things_[i])); break;
            case SCALAR: api.aclDestroyScalar(static_cast<aclScalar *>(things_[i])); break;
            case ARRAY: api.aclDestroyIntArray(static_cast<aclIntArray *>(things_[i])); break;
            case LIST: api.aclDestroyTensorList(static_cast<aclTensorList *>(things_[i])); break;
            }
        }
    }
    // The tensors now belong to someone else; the rest was copied by phase 1.
    void give_tensors() {
        int kept = 0;
        for (int i = 0; i < count_; i++) {
            if (kinds_[i] == TENSOR || kinds_[i] == LIST) continue;
            things_[kept] = things_[i];
            kinds_[kept++] = kinds_[i];
        }
        count_ = kept;
    }
    template <class T> T *keep(T *thing) {
        things_[count_] = const_cast<void *>(static_cast<const void *>(thing));
        kinds_[count_++] = kind(thing);
        return thing;
    }

  private:
    enum Kind : uint8_t { TENSOR, SCALAR, ARRAY, LIST };
    static Kind kind(const aclTensor *) { return TENSOR; }
    static Kind kind(const aclScalar *) { return SCALAR; }
    static Kind kind(const aclIntArray *) { return ARRAY; }
    static Kind kind(const aclTensorList *) { return LIST; }
    void *things_[kMaxArgs];
    Kind kinds_[kMaxArgs];
    int count_ = 0;
};

struct Building {
    Plan *plan;
    cupyOperand *ops;
    int n, nin;
    const cupyAttr *attrs;
    cupyStream stream;
    Scratch &scratch;
    Made &made;
};

aclScalar *range_scalar(const Building &b, int which) {
    const cupyOperand &out = b.ops[b.nin];
    int64_t count = out.ndim ? out.shape[0] : 1;
    uint64_t start = b.attrs[2].u, step = b.attrs[3].u;
    uint64_t value = which == 0 ? start : which == 2 ? step : start + uint64_t(count) * step;
    return api.aclCreateScalar(&value, ACL_INT64);
}

int build_tensor(Building &b, int operand, Value *value) {
    const cupyOperand &o = b.ops[operand];
    if (__builtin_expect(!is_scalar(o), 1)) {
        value->p = b.made.keep(describe(o, b.plan->pass_as[o.dtype]));
        return CUPY_OK;
    }
    cupyOperand tensor;
    if (int rc = scalar_tensor(b.plan, o, b.stream, b.scratch, &tensor)) return rc;
    int64_t zeros[kMaxRank] = {};
    const cupyOperand &out = b.ops[b.nin];
    bool alone = b.plan->elementwise; // some input has to carry the shape
    for (int k = 0; k < b.nin && alone; k++) alone = is_scalar(b.ops[k]);
    if (alone && operand == 0) {
        tensor.shape = out.shape;
        tensor.ndim = out.ndim;
        tensor.strides = zeros;
        tensor.contiguous = 0;
    }
    value->p = b.made.keep(describe(tensor, b.plan->pass_as[o.dtype]));
    return CUPY_OK;
}

int build_list(Building &b, int first, Value *value) {
    int count = b.nin - first;
    aclTensor *few[32] = {}, **tensors = count <= 32 ? few : new aclTensor *[size_t(count)];
    for (int k = 0; k < count; k++) {
        const cupyOperand &o = b.ops[first + k];
        tensors[k] = describe(o, b.plan->pass_as[o.dtype]);
    }
    value->p = b.made.keep(api.aclCreateTensorList(tensors, uint64_t(count)));
    if (tensors != few) delete[] tensors;
    return CUPY_OK;
}

int build_temporary(Building &b, const Arg &arg, Value *value) {
    cupyOperand temporary = b.ops[b.nin];
    temporary.dtype = int8_t(temporary_dtype(b.plan, arg));
    temporary.contiguous = 1;
    temporary.offset = 0;
    temporary.block_bytes = int64_t(temporary_bytes(b.plan, arg, b.ops[b.nin]));
    if (int rc = b.scratch.take(size_t(temporary.block_bytes), &temporary.block)) return rc;
    value->p = b.made.keep(describe(temporary, acl_dtypes[temporary.dtype]));
    return CUPY_OK;
}

int build_argument(Building &b, int position, Value *value) {
    const Arg &arg = b.plan->call->args[position];
    switch (arg.kind) {
    case ARG_IN: return build_tensor(b, arg.index, value);
    case ARG_OUT:
    case ARG_SHAPED: return build_tensor(b, b.nin + arg.index, value);
    case ARG_NUMBER: value->p = b.plan->numbers[position]; return CUPY_OK;
    case ARG_SCALAR: {
        cupyOperand &o = b.ops[arg.index];
        value->p = b.made.keep(api.aclCreateScalar(o.scalar, b.plan->pass_as[o.dtype]));
        return CUPY_OK;
    }
    case ARG_VALUE: value->i = arg.value; return CUPY_OK;
    case ARG_REAL: value->d = arg.number; return CUPY_OK;
    case ARG_ATTR:
    case ARG_OFFSET: value->i = b.attrs[arg.index].i; return CUPY_OK;
    case ARG_FLOAT: value->d = b.attrs[arg.index].f; return CUPY_OK;
    case ARG_INTS:
        value->p = b.made.keep(
            api.aclCreateIntArray(b.attrs[arg.index].list, uint64_t(b.attrs[arg.index].count)));
        return CUPY_OK;
    case ARG_FIRST: value->i = b.attrs[arg.index].list[0]; return CUPY_OK;
    case ARG_DTYPE: value->i = b.plan->pass_as[b.ops[b.nin].dtype]; return CUPY_OK;
    case ARG_LENGTH: value->i = b.ops[b.nin].shape[0]; return CUPY_OK;
    case ARG_OPTIONAL:
        if (arg.index < b.nin) return build_tensor(b, arg.index, value);
        value->p = nullptr;
        return CUPY_OK;
    case ARG_NULL: value->p = nullptr; return CUPY_OK;
    case ARG_LIST: return build_list(b, 0, value);
    case ARG_INDICES: return build_list(b, 1, value);
    case ARG_TEMP: return build_temporary(b, arg, value);
    case ARG_SCALAR_ATTR: {
        int64_t number = b.attrs[arg.index].i;
        value->p = b.made.keep(api.aclCreateScalar(&number, ACL_INT64));
        return CUPY_OK;
    }
    case ARG_RANGE: value->p = b.made.keep(range_scalar(b, arg.index)); return CUPY_OK;
    }
    return CUPY_OK;
}

// The operator wrote the extent it found into its descriptor.
int read_shape(aclTensor *tensor, cupyOperand &out) {
    int64_t *dims = nullptr;
    uint64_t count = 0;
    ASCEND_TRY(aclGetViewShape, tensor, &dims, &count);
    if (out.ndim && count) out.shape[0] = dims[0];
    delete[] dims; // allocated with new[] by the library, so its interface says
    return CUPY_OK;
}

int reduce_nothing(cupyOperand *ops, cupyStream stream) {
    Plan *copy = plan_for(CUPY_OP_COPY, {ops[0].dtype, ops[1].dtype});
    return copy ? copy->launch(copy, ops, 2, nullptr, stream) : int(CUPY_NO_ROUTE);
}

bool repeatable(Plan *plan, aclOpExecutor *executor) {
    if (!api.aclSetAclOpExecutorRepeatable(executor)) return true;
    if (api.aclGetRecentErrMsg) api.aclGetRecentErrMsg(); // not an error of the caller's
    plan->cache->refused = true;
    return false;
}

void store(Plan *plan, const Key &key, aclOpExecutor *executor, uint64_t workspace,
           const Value *values, const Building &b) {
    auto *entry = new CachedExecutor;
    entry->key = key;
    entry->executor = executor;
    entry->workspace = workspace;
    for (int i = 0; i < kMaxArgs; i++) {
        entry->tensors[i] = nullptr;
        entry->addresses[i] = nullptr;
        if (i >= plan->call->nargs) continue;
        const Arg &arg = plan->call->args[i];
        if (arg.kind != ARG_IN && arg.kind != ARG_OUT && arg.kind != ARG_TEMP) continue;
        entry->tensors[i] = static_cast<aclTensor *>(values[i].p);
        // Addresses of constants and temporaries are set again at the next run.
        if (arg.kind != ARG_TEMP)
            entry->addresses[i] = b.ops[arg.kind == ARG_OUT ? b.nin + arg.index : arg.index].block;
    }
    const ExecutorCache &cache = *plan->cache;
    entry->list = cache.list < 0 ? nullptr : static_cast<aclTensorList *>(values[cache.list].p);
    for (int k = cache.first_listed; entry->list && k < b.nin; k++)
        entry->listed[k - cache.first_listed] = b.ops[k].block;
    put(*plan->cache, entry);
}

int refuse_lost(const Plan *plan, const cupyOperand *ops, int n) {
    for (int k = 0; k < n; k++)
        if (ops[k].block == CUPY_LOST_BLOCK)
            return fail_text(CUPY_FAILED, cupy_op_info[plan->op].name,
                             "the memory of operand %d was lost when its device was reset", k);
    return CUPY_OK;
}

bool writes_shape(const Call &call) {
    for (int i = 0; i < call.nargs; i++)
        if (call.args[i].kind == ARG_SHAPED) return true;
    return false;
}

} // namespace

int launch_call(cupyPlan *base, cupyOperand *ops, int n, const cupyAttr *attrs, cupyStream stream) {
    Plan *plan = static_cast<Plan *>(base);
    const Call &call = *plan->call;
    int nin = inputs_of(*plan, n);
    bool fitting = true;
    for (int k = 0; k < n; k++) fitting &= fits(ops[k], call.max_rank);
    fitting &= !plan->dense || ops[n - 1].contiguous;
    if (__builtin_expect(!fitting, 0))
        if (int rc = refuse_lost(plan, ops, n)) return rc;
    if (plan->elementwise) {
        if (nin == 2 && (is_scalar(ops[0]) | is_scalar(ops[1])) &&
            !(is_scalar(ops[0]) & is_scalar(ops[1]))) {
            Plan *form = plan->scalar_form[is_scalar(ops[1])];
            if (form) return launch_call(form, ops, n, attrs, stream);
        }
        if (__builtin_expect(!fitting, 0)) return launch_elementwise(plan, ops, n, attrs, stream);
        if (is_empty(ops[n - 1])) return CUPY_OK;
    } else if (__builtin_expect(is_empty(ops[n - 1]) || (plan->updates && is_empty(ops[0])), 0) &&
               !writes_shape(call)) {
        return CUPY_OK; // nothing to write, or nothing to write with
    } else if (__builtin_expect(!fitting, 0)) {
        return launch_repaired(plan, ops, n, attrs, stream);
    }
    if (int rc = bind()) return rc;
    note_launch(plan, ops, n, stream);
    ExecutorCache *cache = plan->cache;
    Key key;
    bool keep = false;
    if (cache) {
        make_key(plan, ops, n, attrs, &key);
        if (key.fits()) {
            if (CachedExecutor *known = take(*cache, key, &keep)) {
                int rc = rerun(plan, known, ops, nin, stream);
                if (__builtin_expect(rc == kStale, 0)) {
                    cache->refused = true;
                    discard(known);
                } else {
                    put(*cache, known);
                    return rc;
                }
            }
        }
    }
    Scratch scratch(stream);
    Made made;
    Value values[kMaxArgs];
    Building building{plan, ops, n, nin, attrs, stream, scratch, made};
    for (int i = 0; i < call.nargs; i++) {
        const Arg &arg = call.args[i];
        if (arg.kind == ARG_INTS && attrs[arg.index].count == 0) return reduce_nothing(ops, stream);
        if (int rc = build_argument(building, i, &values[i])) return rc;
    }
    uint64_t bytes = 0;
    aclOpExecutor *executor = nullptr;
    int code = call.thunk(plan->phase1, values, &bytes, &executor);
    count(thread.counts->first_phases);
    if (__builtin_expect(code != 0, 0)) return fail(code, call.function);
    keep = keep && !(cache->list >= 0 && nin - cache->first_listed > kMaxListed) &&
           repeatable(plan, executor);
    void *workspace = nullptr;
    int rc = bytes ? scratch.take(bytes, &workspace) : int(CUPY_OK);
    if (!rc)
        rc = run_phase2(plan, workspace, bytes, executor, stream);
    else if (!keep && api.aclDestroyAclOpExecutor)
        api.aclDestroyAclOpExecutor(executor); // phase 2, which uses it up, is not reached
    if (keep) {
        store(plan, key, executor, bytes, values, building);
        made.give_tensors();
    }
    if (rc) return rc;
    for (int i = 0; i < call.nargs; i++)
        if (call.args[i].kind == ARG_SHAPED)
            if (int failed = read_shape(static_cast<aclTensor *>(values[i].p),
                                        ops[nin + call.args[i].index]))
                return failed;
    return CUPY_OK;
}

} // namespace ascend
