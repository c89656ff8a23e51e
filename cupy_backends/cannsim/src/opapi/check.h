// Checks that operators share, with messages that name operator, parameter, value and what is
// allowed.
#pragma once

#include "opapi/op.h"
#include "runtime/soc.h"

namespace cannsim {

const char *dtype_name(DType t);

struct ShapeText {
    char text[160];
};
ShapeText shape_text(int ndim, const int64_t *shape);
ShapeText shape_text(const aclTensor *t);

[[gnu::cold]] aclnnStatus refuse_dtype(const OpMeta &op, const ParamMeta &p, DType given,
                                       uint64_t allowed);

// CANN's promotion of two tensors; false when there is none.
inline bool promote(DType a, DType b, DType *out) {
    if (a == b) {
        *out = a;
        return true;
    }
    if (uint32_t(a) >= 34 || uint32_t(b) >= 34) return false;
    int value = kPromote[int(a)][int(b)];
    *out = DType(value);
    return value >= 0;
}

constexpr uint64_t bit(DType t) { return uint64_t(1) << int(t); }
template <class... T> constexpr uint64_t bits(T... t) { return (bit(t) | ...); }

constexpr uint64_t kFloats = bits(DType::Float16, DType::BFloat16, DType::Float32, DType::Float64);
constexpr uint64_t kComplex = bits(DType::Complex64, DType::Complex128);
constexpr uint64_t kInts = bits(DType::Int8, DType::Int16, DType::Int32, DType::Int64, DType::UInt8,
                                DType::UInt16, DType::UInt32, DType::UInt64);

inline bool is_in(DType t, uint64_t set) { return uint32_t(t) < 64 && (set >> int(t) & 1); }
inline bool is_float(DType t) { return is_in(t, kFloats); }
inline bool is_complex(DType t) { return is_in(t, kComplex); }
inline bool is_integral(DType t) { return is_in(t, kInts | bit(DType::Bool)); }

// CANN's rule for writing one dtype into another: no complex to real, no float to integer, nothing
// but bool to bool.
inline bool can_cast(DType from, DType to) {
    if (from == to) return true;
    if (to == DType::Bool) return false;
    if (is_complex(from)) return is_complex(to);
    return !(is_float(from) && is_integral(to));
}

aclnnStatus check_can_cast(const Call &c, const char *what, DType from, int param);
aclnnStatus check_promote(const Call &c, int a, int b, DType *out);
// The operator's list for the common dtype of its inputs.
[[gnu::cold]] aclnnStatus refuse_promoted(const Call &c, DType promoted);
inline aclnnStatus check_promoted(const Call &c, DType promoted) {
    if (__builtin_expect(is_in(promoted, kDtypeMasks[c.op.promoted][config.soc->family]), 1))
        return 0;
    return refuse_promoted(c, promoted);
}
aclnnStatus check_shape(const Call &c, int param, int ndim, const int64_t *shape);
aclnnStatus check_same_shape(const Call &c, int a, int b);
aclnnStatus check_same_dtype(const Call &c, int a, int b);
aclnnStatus check_dtype(const Call &c, int param, uint64_t allowed);
aclnnStatus check_listed(const Call &c, int param,
                         DType t); // by the operator's list for a parameter

// Writing through strides is a kernel of its own, which lacks some dtypes before the 950.
bool has_strided_writes(DType t);
bool is_permuted(const aclTensor *t); // the elements fill a block in some order of axes
inline bool can_write(const aclTensor *t) {
    return __builtin_expect(t->contiguous, 1) || has_strided_writes(t->dtype) || is_permuted(t);
}
[[gnu::cold]] aclnnStatus refuse_write(const Call &c, int param);

// Normalises an axis; -ndim <= axis < ndim, where a 0-d tensor counts as 1-d.
aclnnStatus check_axis(const Call &c, int param, int64_t axis, int ndim, int *out);

struct Shape {
    int ndim = 0;
    int64_t dims[kMaxRank];
};

inline Shape shape_of(const aclTensor *t) {
    Shape s;
    s.ndim = t->ndim;
    for (int i = 0; i < t->ndim; ++i) s.dims[i] = t->shape[i];
    return s;
}

// Broadcasts a parameter, or an item of a list, into `s`.
aclnnStatus broadcast(const Call &c, Shape *s, int param, const aclTensor *t);
inline aclnnStatus broadcast(const Call &c, Shape *s, int param) {
    return broadcast(c, s, param, c.tensor(param));
}

// The dtype of a tensor with a scalar: the tensor's, unless the scalar is of a higher kind.
DType scalar_dtype(DType tensor, DType scalar);

} // namespace cannsim
