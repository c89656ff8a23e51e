#include "opapi/elementwise.h"

#include "kernels/loops/driver.h"
#include "opapi/lossy.h"

#include <cstring>

namespace cannsim {

namespace {

// Below this many elements a call to the loop itself beats the driver's choice of threads and
// tiles.
constexpr int64_t kDirect = 16384;

Status run_direct(aclOpExecutor &e) {
    char *args[kMaxOperands];
    intptr_t steps[kMaxOperands];
    int n = e.nviews;
    for (int k = 0; k < n; ++k) {
        args[k] = e.views[k].data;
        steps[k] = e.views[k].strides[0];
    }
    const intptr_t size = e.views[n - 1].shape[0];
    e.loop(args, &size, steps);
    return Status::Ok;
}

// The commonest of them, without a loop over the operands.
Status run_three(aclOpExecutor &e) {
    const View *v = e.views;
    char *args[3] = {v[0].data, v[1].data, v[2].data};
    const intptr_t steps[3] = {v[0].strides[0], v[1].strides[0], v[2].strides[0]};
    e.loop(args, &v[2].shape[0], steps);
    return Status::Ok;
}

Status run_loop(aclOpExecutor &e) {
    run_elementwise(e.loop, e.views, e.nviews);
    return Status::Ok;
}

Status run_casting(aclOpExecutor &e) {
    run_elementwise(e.loop, e.views, e.nviews, e.dtypes);
    return Status::Ok;
}

// Gives a view the shape of `out`, with stride 0 along the axes that it lacks.
void stretch(View &v, const View &out) {
    int lead = out.ndim - v.ndim;
    for (int i = out.ndim - 1; i >= 0; --i) {
        int from = i - lead;
        v.strides[i] = from < 0 || (v.shape[from] == 1 && out.shape[i] != 1) ? 0 : v.strides[from];
        v.shape[i] = out.shape[i];
    }
    v.ndim = out.ndim;
}

} // namespace

Running running(const Executor &e) {
    return e.run == run_direct || e.run == run_three || e.run == run_loop ? Running::Loop
           : e.run == run_casting                                         ? Running::Casting
           : runs_copy(e)                                                 ? Running::Copy
                                                                          : Running::Otherwise;
}

Source constant(Call &c, int slot, const aclScalar *value, DType dtype) {
    unsigned char *to = c.exec.constants[slot];
    if (value->dtype == dtype) {
        std::memcpy(to, value->bytes, 16);
        return Source::constant(slot, dtype);
    }
    if (is_complex(dtype)) {
        double z[2] = {value->real(), value->imag()};
        LoopFn cast = find_cast(DType::Complex128, dtype);
        char *args[2] = {reinterpret_cast<char *>(z), reinterpret_cast<char *>(to)};
        const intptr_t n = 1, steps[2] = {16, 16};
        cast(args, &n, steps);
        return Source::constant(slot, dtype);
    }
    return is_integral(value->dtype) && is_integral(dtype)
               ? constant_int(c, slot, value->integer(), dtype)
               : constant(c, slot, value->real(), dtype);
}

Source constant(Call &c, int slot, double value, DType dtype) {
    char *args[2] = {reinterpret_cast<char *>(&value),
                     reinterpret_cast<char *>(c.exec.constants[slot])};
    const intptr_t n = 1, steps[2] = {8, 16};
    find_cast(DType::Float64, dtype)(args, &n, steps);
    return Source::constant(slot, dtype);
}

Source constant_int(Call &c, int slot, int64_t value, DType dtype) {
    char *args[2] = {reinterpret_cast<char *>(&value),
                     reinterpret_cast<char *>(c.exec.constants[slot])};
    const intptr_t n = 1, steps[2] = {8, 16};
    find_cast(DType::Int64, dtype)(args, &n, steps);
    return Source::constant(slot, dtype);
}

namespace {

// The dtypes of each loop's operands, asked for once: every plan needs them.
struct Signatures {
    int8_t dtypes[kLoopOps][kMaxDType][kMaxOperands];

    Signatures() {
        for (int op = 0; op < kLoopOps; ++op)
            for (int t = 0; t < kMaxDType; ++t)
                for (int k = 0; k <= loop_nin(LoopOp(op)); ++k)
                    dtypes[op][t][k] = int8_t(loop_dtype(LoopOp(op), DType(t), k));
    }
};

// Filled when the library is loaded.
const Signatures kSignatures;
inline const Signatures &signatures() { return kSignatures; }

// Plans operands that all run through memory alike: one call of the loop, or a plain division of
// the work. False, with nothing kept, where some operand does not.
template <int N, class T>
inline bool plan_flat(Call &c, const T *dtypes, const Source *inputs, int n, int out) {
    Executor &e = c.exec;
    const aclTensor *result = c.tensor(out);
    const int64_t size = result->size;
    bool casts = false, flat = result->contiguous;
    const int count = N ? N : n;
    for (int k = 0; k < count; ++k) {
        const Source &s = inputs[k];
        const DType wanted = DType(dtypes[k]);
        e.dtypes[k] = wanted;
        if (s.param < 0) {
            View &v = e.views[add_constant(e, s.slot, s.dtype)];
            v.ndim = 1;
            v.shape[0] = size;
            v.strides[0] = 0;
            casts |= s.dtype != wanted;
        } else {
            const aclTensor *t = c.tensor(s.param);
            const bool whole = t->size == size;
            flat &= (t->contiguous & whole) | (t->size == 1);
            add_line(e, t, s.param, size, whole ? t->item : 0);
            casts |= t->dtype != wanted;
        }
    }
    e.dtypes[count] = DType(dtypes[count]);
    add_line(e, result, out, size, result->item);
    casts |= result->dtype != e.dtypes[count];
    e.run = casts ? run_casting : size <= kDirect ? run_direct : run_loop;
    if (__builtin_expect(flat, 1)) return true;
    e.nviews = 0;
    e.unbound = 0;
    return false;
}

template <class T>
void plan_strided(Call &c, const T *dtypes, const Source *inputs, int n, int out) {
    Executor &e = c.exec;
    bool casts = false;
    for (int k = 0; k <= n; ++k) {
        const int param = k < n ? inputs[k].param : out;
        const int v = param < 0 ? add_constant(e, inputs[k].slot, inputs[k].dtype)
                                : add_view(e, c.tensor(param), param);
        e.dtypes[k] = DType(dtypes[k]);
        casts |= e.views[v].dtype != e.dtypes[k];
    }
    for (int k = 0; k < n; ++k) stretch(e.views[k], e.views[n]);
    e.run = casts ? run_casting : run_loop;
}

template <class T>
aclnnStatus plan(Call &c, LoopFn loop, const T *dtypes, const Source *inputs, int n, int out) {
    const aclTensor *result = c.tensor(out);
    if (result->size == 0) return 0;
    c.exec.loop = loop;
    if (n == 2   ? plan_flat<2>(c, dtypes, inputs, n, out)
        : n == 1 ? plan_flat<1>(c, dtypes, inputs, n, out)
                 : plan_flat<0>(c, dtypes, inputs, n, out))
        return 0;
    if (!can_write(result)) return refuse_write(c, out);
    plan_strided(c, dtypes, inputs, n, out);
    return 0;
}

} // namespace

namespace {

// One operand of a plan_alike, which has checked it: no bit of the plan's state changes.
inline void set_alike(Executor &e, int index, const aclTensor *t, int param, int64_t size) {
    const int64_t item = t->item, offset = t->offset * item;
    View &v = e.views[index];
    v.data = to_host(t->data) + offset;
    v.dtype = t->dtype;
    v.ndim = 1;
    v.shape[0] = size;
    v.strides[0] = item;
    e.source[index] = int16_t(param);
    e.offset[index] = offset;
}

} // namespace

bool plan_alike(Call &c, LoopOp op, int a, int b, int out) {
    const aclTensor *x = c.tensor(a), *y = c.tensor(b), *o = c.tensor(out);
    if (!(x->plain & y->plain & o->plain)) return false;
    if (y->dtype != x->dtype || y->ndim != x->ndim || o->ndim != x->ndim) return false;
    if (int(o->dtype) != signatures().dtypes[int(op)][int(x->dtype)][2]) return false;
    for (int i = 0; i < x->ndim; ++i)
        if (y->shape[i] != x->shape[i] || o->shape[i] != x->shape[i]) return false;
    if (!is_bindable(x->data) || !is_bindable(y->data) || !is_bindable(o->data)) return false;
    Executor &e = c.exec;
    e.loop = find_device_loop(op, x->dtype);
    if (!e.loop) return false;
    const int64_t size = x->size;
    e.nviews = 3;
    set_alike(e, 0, x, a, size);
    set_alike(e, 1, y, b, size);
    set_alike(e, 2, o, out, size);
    e.run = size <= kDirect ? run_three : run_loop;
    return true;
}

DType result_dtype(LoopOp op, DType compute) {
    return DType(signatures().dtypes[int(op)][int(compute)][loop_nin(op)]);
}

aclnnStatus plan_loop(Call &c, LoopOp op, DType compute, const Source *inputs, int n, int out) {
    const LoopFn loop = find_device_loop(op, compute);
    if (__builtin_expect(!loop, 0))
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "%s: no kernel for %s", c.op.name,
                    dtype_name(compute));
    return plan(c, loop, signatures().dtypes[int(op)][int(compute)], inputs, n, out);
}

aclnnStatus plan_custom(Call &c, LoopFn loop, const DType *dtypes, const Source *inputs, int n,
                        int out) {
    return plan(c, loop, dtypes, inputs, n, out);
}

} // namespace cannsim
