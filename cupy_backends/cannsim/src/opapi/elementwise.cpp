#include "opapi/elementwise.h"

#include "kernels/loops/driver.h"

#include <cstring>

namespace cannsim {

namespace {

// Below this many elements a call to the loop itself beats the driver's choice of threads and tiles.
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

Status run_loop(aclOpExecutor &e) {
    run_elementwise(e.loop, e.views, e.nviews);
    return Status::Ok;
}

Status run_casting(aclOpExecutor &e) {
    run_elementwise(e.loop, e.views, e.nviews, e.dtypes);
    return Status::Ok;
}

void flatten(View &v, int64_t size, int64_t step) {
    v.ndim = 1;
    v.shape[0] = size;
    v.strides[0] = step;
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

}  // namespace

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
    return is_integral(value->dtype) && is_integral(dtype) ? constant_int(c, slot, value->integer(), dtype)
                                                           : constant(c, slot, value->real(), dtype);
}

Source constant(Call &c, int slot, double value, DType dtype) {
    char *args[2] = {reinterpret_cast<char *>(&value), reinterpret_cast<char *>(c.exec.constants[slot])};
    const intptr_t n = 1, steps[2] = {8, 16};
    find_cast(DType::Float64, dtype)(args, &n, steps);
    return Source::constant(slot, dtype);
}

Source constant_int(Call &c, int slot, int64_t value, DType dtype) {
    char *args[2] = {reinterpret_cast<char *>(&value), reinterpret_cast<char *>(c.exec.constants[slot])};
    const intptr_t n = 1, steps[2] = {8, 16};
    find_cast(DType::Int64, dtype)(args, &n, steps);
    return Source::constant(slot, dtype);
}

aclnnStatus plan_loop(Call &c, LoopOp op, DType compute, const Source *inputs, int n, int out) {
    const LoopFn loop = find_loop(op, compute);
    if (__builtin_expect(!loop, 0))
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "%s: no kernel for %s", c.op.name, dtype_name(compute));
    DType dtypes[kMaxOperands];
    for (int k = 0; k <= n; ++k) dtypes[k] = loop_dtype(op, compute, k);
    return plan_custom(c, loop, dtypes, inputs, n, out);
}

aclnnStatus plan_custom(Call &c, LoopFn loop, const DType *dtypes, const Source *inputs, int n, int out) {
    Executor &e = c.exec;
    const aclTensor *result = c.tensor(out);
    if (result->size == 0) return 0;
    if (!can_write(result)) return refuse_write(c, out);
    e.loop = loop;
    bool flat = result->contiguous, casts = false;
    for (int k = 0; k < n; ++k) {
        const Source &s = inputs[k];
        e.dtypes[k] = dtypes[k];
        if (s.param < 0) {
            add_constant(e, s.slot, s.dtype);
        } else {
            const aclTensor *t = c.tensor(s.param);
            add_view(e, t, s.param);
            flat &= t->size == 1 || (t->contiguous && t->size == result->size);
        }
        casts |= e.views[k].dtype != dtypes[k];
    }
    add_view(e, result, out);
    e.dtypes[n] = dtypes[n];
    casts |= dtypes[n] != result->dtype;
    if (flat) {
        for (int k = 0; k <= n; ++k) {
            const Source *s = k < n ? &inputs[k] : nullptr;
            bool single = s && (s->param < 0 || c.tensor(s->param)->size == 1);
            flatten(e.views[k], result->size, single && result->size != 1 ? 0 : itemsize(e.views[k].dtype));
        }
    } else {
        for (int k = 0; k < n; ++k) stretch(e.views[k], e.views[n]);
    }
    e.run = casts ? run_casting : flat && result->size <= kDirect ? run_direct : run_loop;
    return 0;
}

}  // namespace cannsim
