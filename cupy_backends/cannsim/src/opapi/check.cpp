#include "opapi/check.h"

#include "runtime/soc.h"

#include <algorithm>
#include <cstdio>

namespace cannsim {

const char *dtype_name(DType t) {
    switch (t) {
    case DType::Float32: return "float32";
    case DType::Float16: return "float16";
    case DType::Int8: return "int8";
    case DType::Int32: return "int32";
    case DType::UInt8: return "uint8";
    case DType::Int16: return "int16";
    case DType::UInt16: return "uint16";
    case DType::UInt32: return "uint32";
    case DType::Int64: return "int64";
    case DType::UInt64: return "uint64";
    case DType::Float64: return "float64";
    case DType::Bool: return "bool";
    case DType::Complex64: return "complex64";
    case DType::Complex128: return "complex128";
    case DType::BFloat16: return "bfloat16";
    }
    switch (int(t)) {
    case 13: return "string";
    case 29: return "int4";
    case 30: return "uint1";
    case 33: return "complex32";
    case 34: return "hifloat8";
    }
    return int(t) >= 35 && int(t) <= 41 ? "float8/6/4" : "an unknown dtype";
}

ShapeText shape_text(int ndim, const int64_t *shape) {
    ShapeText out;
    int used = std::snprintf(out.text, sizeof out.text, "[");
    for (int i = 0; i < ndim && used < int(sizeof out.text) - 24; ++i)
        used += std::snprintf(out.text + used, sizeof out.text - used, i ? ",%ld" : "%ld",
                              long(shape[i]));
    std::snprintf(out.text + used, sizeof out.text - used, "]");
    return out;
}

ShapeText shape_text(const aclTensor *t) { return shape_text(t->ndim, t->view_dims()); }

aclnnStatus refuse_dtype(const OpMeta &op, const ParamMeta &p, DType given, uint64_t allowed) {
    char list[512];
    int used = 0;
    list[0] = 0;
    for (int i = 0; i < 64 && used < int(sizeof list) - 32; ++i)
        if (allowed >> i & 1)
            used += std::snprintf(list + used, sizeof list - used, " %s", dtype_name(DType(i)));
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: dtype %s of %s is not supported on %s; supported:%s",
                op.name, dtype_name(given), p.name, settings().soc->name, used ? list : " none");
}

aclnnStatus check_can_cast(const Call &c, const char *what, DType from, int param) {
    DType to = c.tensor(param)->dtype;
    if (__builtin_expect(can_cast(from, to), 1)) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s %s cannot be cast to %s %s", c.op.name, what,
                dtype_name(from), c.param(param), dtype_name(to));
}

aclnnStatus check_promote(const Call &c, int a, int b, DType *out) {
    DType x = c.tensor(a)->dtype, y = c.tensor(b)->dtype;
    if (__builtin_expect(promote(x, y, out), 1)) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s %s and %s %s have no common dtype", c.op.name,
                c.param(a), dtype_name(x), c.param(b), dtype_name(y));
}

aclnnStatus refuse_promoted(const Call &c, DType promoted) {
    static const ParamMeta inputs = {"the inputs together", ArgKind::Tensor, true, false, 0};
    return refuse_dtype(c.op, inputs, promoted, kDtypeMasks[c.op.promoted][settings().soc->family]);
}

aclnnStatus check_shape(const Call &c, int param, int ndim, const int64_t *shape) {
    const aclTensor *t = c.tensor(param);
    if (__builtin_expect(t->ndim == ndim && std::equal(shape, shape + ndim, t->view_dims()), 1)) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: shape of %s is %s; expected %s", c.op.name,
                c.param(param), shape_text(t).text, shape_text(ndim, shape).text);
}

aclnnStatus check_same_shape(const Call &c, int a, int b) {
    return check_shape(c, b, c.tensor(a)->ndim, c.tensor(a)->view_dims());
}

aclnnStatus check_same_dtype(const Call &c, int a, int b) {
    DType x = c.tensor(a)->dtype, y = c.tensor(b)->dtype;
    if (__builtin_expect(x == y, 1)) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: dtype of %s is %s; expected that of %s, %s",
                c.op.name, c.param(b), dtype_name(y), c.param(a), dtype_name(x));
}

aclnnStatus check_dtype(const Call &c, int param, uint64_t allowed) {
    DType t = c.tensor(param)->dtype;
    return is_in(t, allowed) ? 0 : refuse_dtype(c.op, c.op.params[param], t, allowed);
}

aclnnStatus check_listed(const Call &c, int param, DType t) {
    const ParamMeta &p = c.op.params[param];
    const uint64_t mask = kDtypeMasks[p.masks][settings().soc->family];
    return is_in(t, mask) ? 0 : refuse_dtype(c.op, p, t, mask);
}

bool has_strided_writes(DType t) {
    return settings().soc->arch >= 3000 ||
           !is_in(t, bits(DType::UInt16, DType::UInt32, DType::UInt64));
}

bool is_permuted(const aclTensor *t) {
    bool used[kMaxRank] = {};
    for (int64_t step = 1;;) {
        int next = -1;
        bool done = true;
        for (int i = 0; i < t->ndim; ++i) {
            if (used[i] || t->shape[i] == 1) continue;
            done = false;
            if (t->strides[i] == step) next = i;
        }
        if (done) return true;
        if (next < 0) return false;
        used[next] = true;
        step *= t->shape[next];
    }
}

aclnnStatus refuse_write(const Call &c, int param) {
    return fail(ACLNN_ERR_INNER_NULLPTR, "%s: a strided %s of dtype %s cannot be written on %s",
                c.op.name, c.param(param), dtype_name(c.tensor(param)->dtype),
                settings().soc->name);
}

aclnnStatus check_axis(const Call &c, int param, int64_t axis, int ndim, int *out) {
    int64_t n = ndim ? ndim : 1;
    if (axis < -n || axis >= n)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s is %ld; expected %ld to %ld", c.op.name,
                    c.param(param), long(axis), long(-n), long(n - 1));
    *out = int(axis < 0 ? axis + n : axis);
    return 0;
}

DType scalar_dtype(DType tensor, DType scalar) {
    if (is_complex(scalar) && !is_complex(tensor))
        return tensor == DType::Float64 ? DType::Complex128 : DType::Complex64;
    if (is_float(scalar) && is_integral(tensor)) return DType::Float32;
    return tensor == DType::Bool ? scalar : tensor;
}

aclnnStatus broadcast(const Call &c, Shape *s, int param, const aclTensor *t) {
    int ndim = std::max(s->ndim, t->ndim);
    Shape out;
    out.ndim = ndim;
    for (int i = 0; i < ndim; ++i) {
        int64_t x = i < ndim - s->ndim ? 1 : s->dims[i - (ndim - s->ndim)];
        int64_t y = i < ndim - t->ndim ? 1 : t->shape[i - (ndim - t->ndim)];
        if (x != y && x != 1 && y != 1)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: shape %s of %s does not broadcast with %s",
                        c.op.name, shape_text(t).text, c.param(param),
                        shape_text(s->ndim, s->dims).text);
        out.dims[i] = x == 1 ? y : x;
    }
    *s = out;
    return 0;
}

} // namespace cannsim
