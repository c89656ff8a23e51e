// aclTensor and aclScalar: creation, destruction, questions.
#include "base/error.h"
#include "nnopbase/objects.h"

#include <cstring>

using namespace cannsim;

namespace {

// The offsets that a strided layout reaches; false when they overflow.
[[gnu::noinline]] bool find_reach(const aclTensor *t, int64_t *low, int64_t *high) {
    const int64_t *shape = t->view_dims(), *strides = t->view_strides();
    *low = *high = t->offset;
    for (int i = 0; i < t->ndim; ++i) {
        int64_t reach, *end;
        if (__builtin_mul_overflow(shape[i] - 1, strides[i], &reach)) return false;
        end = reach < 0 ? low : high;
        if (__builtin_add_overflow(*end, reach, end)) return false;
    }
    return true;
}

// What a dtype's number says at once; the last row is that of all numbers beyond.
struct Known {
    uint8_t item, code;
};
struct KnownTypes {
    Known by[65] = {};
    constexpr KnownTypes() {
        for (int t = 0; t < 65; ++t) {
            const int item = t < kMaxDType ? itemsize(DType(t)) : 0;
            by[t] = {uint8_t(item), uint8_t(item ? t : 63)};
        }
    }
};
constexpr KnownTypes kKnown;

bool valid_dims(const char *caller, const int64_t *view_dims, uint64_t ndim,
                const int64_t *storage_dims, uint64_t storage_ndim) {
    if ((view_dims || !ndim) && (storage_dims || !storage_ndim) && ndim <= 64 && storage_ndim <= 64)
        return true;
    fail(ACLNN_ERR_PARAM_NULLPTR, "%s: dims are null or more than 64", caller);
    return false;
}

// Copies the dims of any layout and finds its size and reach: the careful form of fill_plain.
[[gnu::noinline]] void fill_any(aclTensor *t, const int64_t *view_dims, const int64_t *strides,
                                const int64_t *storage_dims) {
    const int ndim = t->ndim, storage_ndim = t->storage_ndim;
    int64_t *shape = t->shape, *step = t->strides, *storage = t->storage;
    if (ndim > kMaxRank || storage_ndim > kMaxRank) {
        t->more = new int64_t[2 * ndim + storage_ndim];
        shape = t->more;
        step = shape + ndim;
        storage = step + ndim;
    }
    int64_t size = 1, capacity = 1;
    bool contiguous = true, invalid = false;
    for (int i = ndim - 1; i >= 0; --i) {
        const int64_t extent = view_dims[i], stride = strides ? strides[i] : size;
        shape[i] = extent;
        step[i] = stride;
        contiguous &= (extent == 1) | (stride == size);
        invalid |= __builtin_mul_overflow(size, extent, &size) | (extent < 0);
    }
    for (int i = 0; i < storage_ndim; ++i) {
        const int64_t extent = storage[i] = storage_dims[i];
        invalid |= __builtin_mul_overflow(capacity, extent, &capacity) | (extent < 0);
    }
    if (t->more && ndim <= kMaxRank) {
        // Only the storage has many axes: kernels read the view where they always do.
        std::memcpy(t->shape, shape, ndim * sizeof *shape);
        std::memcpy(t->strides, step, ndim * sizeof *step);
    }
    t->size = size;
    t->plain = false;
    t->contiguous = contiguous | (size == 0);
    // What fits: a view in C order needs size elements behind the offset.
    const int64_t offset = t->offset;
    bool inside = !invalid && offset >= 0 && size <= capacity - offset;
    invalid = invalid || offset > INT64_MAX - size;
    if (!t->contiguous && !invalid) {
        int64_t low, high;
        invalid = !find_reach(t, &low, &high);
        inside = (low >= 0) & (high < capacity);
    }
    t->reach = invalid ? Reach::Invalid : inside | (size == 0) ? Reach::Inside : Reach::Outside;
}

// The commonest tensors, in the fewest steps: of few axes, in C order, within their storage, with
// elements. False for all others, of which something is written already.
inline bool fill_plain(aclTensor *t, const int64_t *view_dims, uint64_t ndim,
                       const int64_t *strides, const int64_t *storage_dims, uint64_t storage_ndim) {
    if (ndim > kMaxRank || storage_ndim > kMaxRank || !view_dims || !storage_dims) return false;
    int64_t size = 1, capacity = 1, signs = t->offset;
    for (int i = int(ndim) - 1; i >= 0; --i) {
        const int64_t extent = t->shape[i] = view_dims[i];
        const int64_t stride = t->strides[i] = strides ? strides[i] : size;
        if (stride != size && extent != 1) return false;
        if (__builtin_mul_overflow(size, extent, &size)) return false;
        signs |= extent;
    }
    t->size = size;
    for (int i = 0; i < int(storage_ndim); ++i) {
        const int64_t extent = t->storage[i] = storage_dims[i];
        if (__builtin_mul_overflow(capacity, extent, &capacity)) return false;
        signs |= extent;
    }
    return signs >= 0 && size != 0 && size <= capacity - t->offset;
}

// Whether the commonest layout was met; else fill_any has to follow.
inline bool fill(aclTensor *t, const int64_t *view_dims, uint64_t ndim, aclDataType dtype,
                 const int64_t *strides, int64_t offset, aclFormat format,
                 const int64_t *storage_dims, uint64_t storage_ndim, void *data) {
    const Known known = kKnown.by[uint32_t(dtype) < 64 ? dtype : 64];
    t->dtype = DType(dtype);
    t->item = known.item;
    t->code = known.code;
    t->format = format;
    t->ndim = int32_t(ndim);
    t->storage_ndim = int32_t(storage_ndim);
    t->offset = offset;
    t->data = data;
    t->more = nullptr;
    t->contiguous = t->plain = true;
    t->reach = Reach::Inside;
    return fill_plain(t, view_dims, ndim, strides, storage_dims, storage_ndim);
}

[[gnu::noinline]] aclTensor *create_any(aclTensor *t, const int64_t *view_dims, uint64_t ndim,
                                        const int64_t *strides, const int64_t *storage_dims,
                                        uint64_t storage_ndim) {
    if (!valid_dims("aclCreateTensor", view_dims, ndim, storage_dims, storage_ndim)) {
        pool_delete(t, Kind::Tensor);
        return nullptr;
    }
    fill_any(t, view_dims, strides, storage_dims);
    t->set_tag(live_tag(Kind::Tensor));
    return t;
}

template <class T> T *copy_dims(const T *from, int n) {
    T *out = new T[n ? n : 1];
    std::memcpy(out, from, n * sizeof(T));
    return out;
}

aclnnStatus check(const aclTensor *tensor, const void *out, const char *caller) {
    if (!is_alive(tensor) || !out)
        return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: %s is null or was destroyed", caller,
                    out ? "the tensor" : "the result");
    return 0;
}

} // namespace

namespace cannsim {

void release(aclTensor *t) {
    // The only holder needs no locked instruction: nobody else can take a reference from it.
    if (t->references.load(std::memory_order_acquire) > 1 &&
        t->references.fetch_sub(1, std::memory_order_acq_rel) > 1)
        return;
    delete[] t->more;
    pool_delete(t, Kind::Tensor);
}

void set_view_shape(aclTensor *t, int ndim, const int64_t *shape) {
    t->ndim = ndim;
    t->storage_ndim = ndim;
    int64_t step = 1;
    for (int i = ndim - 1; i >= 0; --i) {
        t->shape[i] = t->storage[i] = shape[i];
        t->strides[i] = step;
        step *= shape[i];
    }
    t->size = step;
    t->contiguous = true;
    t->plain = false;
}

} // namespace cannsim

double aclScalar::real() const {
    switch (dtype) {
    case DType::Float32:
    case DType::Complex64: {
        float v;
        std::memcpy(&v, bytes, 4);
        return v;
    }
    case DType::Float64:
    case DType::Complex128: {
        double v;
        std::memcpy(&v, bytes, 8);
        return v;
    }
    case DType::Float16: {
        uint16_t v;
        std::memcpy(&v, bytes, 2);
        return aclFloat16ToFloat(v);
    }
    case DType::BFloat16: {
        uint32_t v = 0;
        std::memcpy(reinterpret_cast<char *>(&v) + 2, bytes, 2);
        float f;
        std::memcpy(&f, &v, 4);
        return f;
    }
    case DType::UInt64: {
        uint64_t v;
        std::memcpy(&v, bytes, 8);
        return double(v);
    }
    default: return double(integer());
    }
}

double aclScalar::imag() const {
    if (dtype == DType::Complex64) {
        float v;
        std::memcpy(&v, bytes + 4, 4);
        return v;
    }
    if (dtype == DType::Complex128) {
        double v;
        std::memcpy(&v, bytes + 8, 8);
        return v;
    }
    return 0;
}

int64_t aclScalar::integer() const {
    switch (dtype) {
    case DType::Bool:
    case DType::UInt8: return bytes[0];
    case DType::Int8: return int8_t(bytes[0]);
    case DType::Int16: {
        int16_t v;
        std::memcpy(&v, bytes, 2);
        return v;
    }
    case DType::UInt16: {
        uint16_t v;
        std::memcpy(&v, bytes, 2);
        return v;
    }
    case DType::Int32: {
        int32_t v;
        std::memcpy(&v, bytes, 4);
        return v;
    }
    case DType::UInt32: {
        uint32_t v;
        std::memcpy(&v, bytes, 4);
        return v;
    }
    case DType::Int64:
    case DType::UInt64: {
        int64_t v;
        std::memcpy(&v, bytes, 8);
        return v;
    }
    default: {
        double v = real();
        return v >= -9.2e18 && v <= 9.2e18 ? int64_t(v) : 0;
    }
    }
}

extern "C" {

aclTensor *aclCreateTensor(const int64_t *viewDims, uint64_t viewDimsNum, aclDataType dataType,
                           const int64_t *stride, int64_t offset, aclFormat format,
                           const int64_t *storageDims, uint64_t storageDimsNum, void *tensorData) {
    aclTensor *t = pool_new<aclTensor>(Kind::Tensor);
    if (!t) {
        fail(ACLNN_ERR_INNER, "aclCreateTensor: out of memory for descriptors");
        return nullptr;
    }
    t->references.store(1, std::memory_order_relaxed);
    if (__builtin_expect(!fill(t, viewDims, viewDimsNum, dataType, stride, offset, format,
                               storageDims, storageDimsNum, tensorData),
                         0))
        return create_any(t, viewDims, viewDimsNum, stride, storageDims, storageDimsNum);
    t->set_tag(live_tag(Kind::Tensor));
    return t;
}

aclnnStatus aclInitTensor(aclTensor *tensor, const int64_t *viewDims, uint64_t viewDimsNum,
                          aclDataType dataType, const int64_t *stride, int64_t offset,
                          aclFormat format, const int64_t *storageDims, uint64_t storageDimsNum,
                          void *tensorDataAddr) {
    if (int error = check(tensor, tensor, __func__)) return error;
    if (!valid_dims(__func__, viewDims, viewDimsNum, storageDims, storageDimsNum))
        return ACLNN_ERR_PARAM_NULLPTR;
    delete[] tensor->more;
    if (!fill(tensor, viewDims, viewDimsNum, dataType, stride, offset, format, storageDims,
              storageDimsNum, tensorDataAddr))
        fill_any(tensor, viewDims, stride, storageDims);
    return 0;
}

aclnnStatus aclDestroyTensor(const aclTensor *tensor) {
    if (!tensor) return 0;
    if (!is_alive(tensor))
        return fail(ACLNN_ERR_PARAM_INVALID,
                    "aclDestroyTensor: %p is not a tensor, or it was destroyed", tensor);
    release(const_cast<aclTensor *>(tensor));
    return 0;
}

aclnnStatus aclGetViewShape(const aclTensor *tensor, int64_t **viewDims, uint64_t *viewDimsNum) {
    if (int error = check(tensor, viewDims && viewDimsNum ? tensor : nullptr, __func__))
        return error;
    *viewDims = copy_dims(tensor->view_dims(), tensor->ndim);
    *viewDimsNum = uint64_t(tensor->ndim);
    return 0;
}

aclnnStatus aclGetStorageShape(const aclTensor *tensor, int64_t **storageDims,
                               uint64_t *storageDimsNum) {
    if (int error = check(tensor, storageDims && storageDimsNum ? tensor : nullptr, __func__))
        return error;
    *storageDims = copy_dims(tensor->storage_dims(), tensor->storage_ndim);
    *storageDimsNum = uint64_t(tensor->storage_ndim);
    return 0;
}

aclnnStatus aclGetViewStrides(const aclTensor *tensor, int64_t **stridesValue,
                              uint64_t *stridesNum) {
    if (int error = check(tensor, stridesValue && stridesNum ? tensor : nullptr, __func__))
        return error;
    *stridesValue = copy_dims(tensor->view_strides(), tensor->ndim);
    *stridesNum = uint64_t(tensor->ndim);
    return 0;
}

aclnnStatus aclGetViewOffset(const aclTensor *tensor, int64_t *offset) {
    if (int error = check(tensor, offset, __func__)) return error;
    *offset = tensor->offset;
    return 0;
}

aclnnStatus aclGetFormat(const aclTensor *tensor, aclFormat *format) {
    if (int error = check(tensor, format, __func__)) return error;
    *format = aclFormat(tensor->format);
    return 0;
}

aclnnStatus aclGetDataType(const aclTensor *tensor, aclDataType *dataType) {
    if (int error = check(tensor, dataType, __func__)) return error;
    *dataType = aclDataType(int(tensor->dtype));
    return 0;
}

aclnnStatus aclSetRawTensorAddr(aclTensor *tensor, void *addr) {
    if (int error = check(tensor, tensor, __func__)) return error;
    tensor->data = addr;
    return 0;
}

aclnnStatus aclGetRawTensorAddr(const aclTensor *tensor, void **addr) {
    if (int error = check(tensor, addr, __func__)) return error;
    *addr = tensor->data;
    return 0;
}

aclScalar *aclCreateScalar(void *value, aclDataType dataType) {
    size_t size = dataType >= 0 ? size_t(itemsize(DType(dataType))) : 0;
    if (!value || !size) {
        fail(ACLNN_ERR_PARAM_INVALID,
             "aclCreateScalar: the value is null or dtype %d has no scalars", int(dataType));
        return nullptr;
    }
    aclScalar *s = pool_new<aclScalar>(Kind::Scalar);
    if (!s) return nullptr;
    s->dtype = DType(dataType);
    std::memset(s->bytes, 0, sizeof s->bytes);
    std::memcpy(s->bytes, value, size);
    s->one = s->real() == 1 && s->imag() == 0;
    s->set_tag(live_tag(Kind::Scalar));
    return s;
}

aclnnStatus aclDestroyScalar(const aclScalar *scalar) {
    if (!scalar) return 0;
    if (!is_alive(scalar))
        return fail(ACLNN_ERR_PARAM_INVALID,
                    "aclDestroyScalar: %p is not a scalar, or it was destroyed", scalar);
    pool_delete(const_cast<aclScalar *>(scalar), Kind::Scalar);
    return 0;
}

float aclFloat16ToFloat(aclFloat16 value) {
    uint32_t sign = uint32_t(value & 0x8000) << 16, exponent = value >> 10 & 31,
             mantissa = value & 1023, bits;
    if (exponent == 31) {
        bits = sign | 0x7F800000u | mantissa << 13;
    } else if (exponent) {
        bits = sign | (exponent + 112) << 23 | mantissa << 13;
    } else {
        float f = float(mantissa) * 0x1p-24f;
        std::memcpy(&bits, &f, 4);
        bits |= sign;
    }
    float f;
    std::memcpy(&f, &bits, 4);
    return f;
}

aclFloat16 aclFloatToFloat16(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000u) return aclFloat16(sign | 0x7E00);
    if (magnitude >= 0x477FF000u) return aclFloat16(sign | 0x7C00);
    if (magnitude < 0x38800000u) {
        // Subnormal: adding 0.5 aligns the binary point, the addition rounds to nearest even.
        float f;
        std::memcpy(&f, &magnitude, 4);
        f += 0.5f;
        std::memcpy(&bits, &f, 4);
        return aclFloat16(sign | (bits - 0x3F000000u));
    }
    uint32_t rounded = magnitude + 0xFFF + (magnitude >> 13 & 1) - 0x38000000u;
    return aclFloat16(sign | rounded >> 13);
}

} // extern "C"
