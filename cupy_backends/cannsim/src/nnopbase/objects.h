// The objects behind aclTensor *, aclScalar * and the arrays and lists of the aclnn interface.
#pragma once

#include "base/pool.h"
#include "cann_runtime.h"
#include "kernels/view.h"

#include <atomic>

namespace cannsim {
enum class Reach : uint8_t { Inside, Outside, Invalid }; // Invalid: negative or overflowing sizes
}

struct aclTensor : cannsim::Handle {
    cannsim::DType dtype;
    int32_t format;
    int32_t ndim, storage_ndim;
    uint8_t item; // bytes per element, 0 for dtypes without kernels
    uint8_t code; // of the dtype in masks; 63, which no list holds, where item is 0
    std::atomic<int32_t> references; // executors of data-dependent operators write the shape later
    bool contiguous;                 // in C order
    cannsim::Reach reach;            // of the elements
    bool plain;                      // in C order, inside, with elements, few axes: what is common
    int64_t size;                    // elements of the view
    int64_t offset;                  // elements
    void *data;
    int64_t *more; // shape, strides, storage shape when a rank exceeds kMaxRank
    int64_t shape[cannsim::kMaxRank];
    int64_t strides[cannsim::kMaxRank]; // elements
    int64_t storage[cannsim::kMaxRank];

    const int64_t *view_dims() const { return more ? more : shape; }
    const int64_t *view_strides() const { return more ? more + ndim : strides; }
    const int64_t *storage_dims() const { return more ? more + 2 * ndim : storage; }
};

struct aclScalar : cannsim::Handle {
    cannsim::DType dtype;
    bool one; // the value is 1: the usual factor
    alignas(16) unsigned char bytes[16];

    double real() const;
    double imag() const;
    int64_t integer() const;
};

// aclIntArray, aclFloatArray and aclBoolArray differ in their element type only.
template <class T> struct ArrayObject : cannsim::Handle {
    uint64_t size;
    T *data; // values or more
    T values[cannsim::kMaxRank];
};
struct aclIntArray : ArrayObject<int64_t> {};
struct aclFloatArray : ArrayObject<float> {};
struct aclBoolArray : ArrayObject<bool> {};

template <class T> struct ListObject : cannsim::Handle {
    uint64_t size;
    T **items;
};
struct aclTensorList : ListObject<aclTensor> {};
struct aclScalarList : ListObject<aclScalar> {};

namespace cannsim {

template <class T> struct KindOf;
template <> struct KindOf<aclTensor> {
    static constexpr Kind value = Kind::Tensor;
};
template <> struct KindOf<aclScalar> {
    static constexpr Kind value = Kind::Scalar;
};
template <> struct KindOf<aclIntArray> {
    static constexpr Kind value = Kind::IntArray;
};
template <> struct KindOf<aclFloatArray> {
    static constexpr Kind value = Kind::FloatArray;
};
template <> struct KindOf<aclBoolArray> {
    static constexpr Kind value = Kind::BoolArray;
};
template <> struct KindOf<aclTensorList> {
    static constexpr Kind value = Kind::TensorList;
};
template <> struct KindOf<aclScalarList> {
    static constexpr Kind value = Kind::ScalarList;
};
template <> struct KindOf<aclOpExecutor> {
    static constexpr Kind value = Kind::Executor;
};

template <class T> inline bool is_alive(const T *p) { return alive(p, KindOf<T>::value); }

// Sets the view shape of a tensor whose extent was not known before it was computed.
void set_view_shape(aclTensor *tensor, int ndim, const int64_t *shape);

void release(aclTensor *tensor);

} // namespace cannsim
