// What a kernel sees of a tensor: host address, dtype, shape and strides in bytes.
//
// Kernels know nothing of the ABI's descriptors, streams or devices; the operator layer translates
// device addresses and hands over views. Every kernel file includes this header and nothing above it.
#pragma once

#include <cstdint>

namespace cannsim {

// The values are those of aclDataType, so that a descriptor's dtype needs no translation.
enum class DType : int32_t {
    Float32 = 0,
    Float16 = 1,
    Int8 = 2,
    Int32 = 3,
    UInt8 = 4,
    Int16 = 6,
    UInt16 = 7,
    UInt32 = 8,
    Int64 = 9,
    UInt64 = 10,
    Float64 = 11,
    Bool = 12,
    Complex64 = 16,
    Complex128 = 17,
    BFloat16 = 27,
};

constexpr int kMaxDType = 34;  // one past the largest public value (ACL_COMPLEX32 = 33)
constexpr int kMaxRank = 8;    // nearly every operator of CANN refuses more

constexpr int itemsize(DType t) {
    switch (t) {
    case DType::Int8: case DType::UInt8: case DType::Bool: return 1;
    case DType::Float16: case DType::BFloat16: case DType::Int16: case DType::UInt16: return 2;
    case DType::Float32: case DType::Int32: case DType::UInt32: return 4;
    case DType::Float64: case DType::Int64: case DType::UInt64: case DType::Complex64: return 8;
    case DType::Complex128: return 16;
    }
    return 0;
}

struct View {
    char *data = nullptr;
    DType dtype = DType::Float32;
    int32_t ndim = 0;
    int64_t shape[kMaxRank];
    int64_t strides[kMaxRank];  // bytes; zero for broadcast axes, may be negative

    int64_t size() const {
        int64_t n = 1;
        for (int i = 0; i < ndim; ++i) n *= shape[i];
        return n;
    }
};

// The first axis at `index`, without that axis.
inline View item(View v, int64_t index) {
    v.data += index * v.strides[0];
    --v.ndim;
    for (int i = 0; i < v.ndim; ++i) {
        v.shape[i] = v.shape[i + 1];
        v.strides[i] = v.strides[i + 1];
    }
    return v;
}

// An inner loop in NumPy's calling convention: args[i] advances by steps[i] bytes, n times.
// Sharing the convention lets NumPy's own loops be registered beside ours.
using Loop = void (*)(char **args, const intptr_t *n, const intptr_t *steps, void *data);

}  // namespace cannsim
