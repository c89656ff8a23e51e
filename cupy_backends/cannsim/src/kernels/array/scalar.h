// Element types behind DType and the dispatch from one to the other. Internal to the array kernels.
#pragma once

#include "../view.h"

#include <complex>
#include <cstring>
#include <type_traits>

namespace cannsim::array {

struct Half {
    uint16_t bits;
};
struct BFloat16 {
    uint16_t bits;
};
// A byte that may hold any non-zero value for true; C++ bool would make that undefined.
struct Bool {
    uint8_t value;
};

// static: also compiled per instruction set, where one variant must not replace the others'.
template <class To, class From> static inline To bit_cast(From from) {
    static_assert(sizeof(To) == sizeof(From));
    To to;
    std::memcpy(&to, &from, sizeof(To));
    return to;
}

static inline float to_float(Half h) {
    uint32_t sign = uint32_t(h.bits & 0x8000) << 16;
    uint32_t rest = h.bits & 0x7fff;
    if (rest >= 0x7c00) return bit_cast<float>(sign | 0x7f800000u | (rest & 0x3ff) << 13);
    // Scaling by 2^112 renormalises subnormals and rebiases the exponent at once.
    float magnitude = bit_cast<float>(rest << 13) * 0x1p112f;
    return bit_cast<float>(sign | bit_cast<uint32_t>(magnitude));
}

static inline Half to_half(float f) {
    uint32_t u = bit_cast<uint32_t>(f);
    uint16_t sign = uint16_t(u >> 16 & 0x8000);
    u &= 0x7fffffff;
    if (u > 0x7f800000u) return {uint16_t(sign | 0x7e00 | (u >> 13 & 0x3ff))};
    if (u >= 0x477ff000u) return {uint16_t(sign | 0x7c00)};
    if (u < 0x38800000u) {  // subnormal result: let the float adder round at bit 2^-24
        float r = bit_cast<float>(u) + 0.5f;
        return {uint16_t(sign | (bit_cast<uint32_t>(r) - 0x3f000000u))};
    }
    u += 0xc8000fffu + (u >> 13 & 1);
    return {uint16_t(sign | u >> 13)};
}

static inline float to_float(BFloat16 b) { return bit_cast<float>(uint32_t(b.bits) << 16); }

static inline BFloat16 to_bfloat16(float f) {
    uint32_t u = bit_cast<uint32_t>(f);
    if ((u & 0x7fffffff) > 0x7f800000u) return {uint16_t(u >> 16 | 0x40)};
    return {uint16_t((u + 0x7fff + (u >> 16 & 1)) >> 16)};
}

using complex64 = std::complex<float>;
using complex128 = std::complex<double>;

template <class T> struct IsComplex : std::false_type {};
template <class T> struct IsComplex<std::complex<T>> : std::true_type {};
template <class T> inline constexpr bool is_complex = IsComplex<T>::value;
template <class T> inline constexpr bool is_half =
    std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;
template <class T> inline constexpr bool is_float = std::is_floating_point_v<T> || is_half<T>;

// The type to compute in: float for the 16-bit formats, uint8_t for bool, else the type itself.
template <class T> struct WideOf {
    using type = T;
};
template <> struct WideOf<Half> {
    using type = float;
};
template <> struct WideOf<BFloat16> {
    using type = float;
};
template <> struct WideOf<Bool> {
    using type = uint8_t;
};
template <class T> using Wide = typename WideOf<T>::type;

template <class T> inline Wide<T> widen(T x) {
    if constexpr (is_half<T>)
        return to_float(x);
    else if constexpr (std::is_same_v<T, Bool>)
        return x.value != 0;
    else
        return x;
}

template <class T> inline T narrow(Wide<T> x) {
    if constexpr (std::is_same_v<T, Half>)
        return to_half(x);
    else if constexpr (std::is_same_v<T, BFloat16>)
        return to_bfloat16(x);
    else if constexpr (std::is_same_v<T, Bool>)
        return Bool{uint8_t(x != 0)};
    else
        return x;
}

// Views promise no alignment beyond what strides give, so elements move through memcpy.
template <class T> inline T load(const char *p) {
    T x;
    std::memcpy(&x, p, sizeof(T));
    return x;
}
template <class T> inline void store(char *p, T x) { std::memcpy(p, &x, sizeof(T)); }

template <class T> struct Tag {
    using type = T;
};

// Calls f(Tag<T>{}) for the element type of `t`; false for a value that is no dtype.
template <class F> inline bool visit_dtype(DType t, F &&f) {
    switch (t) {
    case DType::Float32: f(Tag<float>{}); return true;
    case DType::Float16: f(Tag<Half>{}); return true;
    case DType::Int8: f(Tag<int8_t>{}); return true;
    case DType::Int32: f(Tag<int32_t>{}); return true;
    case DType::UInt8: f(Tag<uint8_t>{}); return true;
    case DType::Int16: f(Tag<int16_t>{}); return true;
    case DType::UInt16: f(Tag<uint16_t>{}); return true;
    case DType::UInt32: f(Tag<uint32_t>{}); return true;
    case DType::Int64: f(Tag<int64_t>{}); return true;
    case DType::UInt64: f(Tag<uint64_t>{}); return true;
    case DType::Float64: f(Tag<double>{}); return true;
    case DType::Bool: f(Tag<Bool>{}); return true;
    case DType::Complex64: f(Tag<complex64>{}); return true;
    case DType::Complex128: f(Tag<complex128>{}); return true;
    case DType::BFloat16: f(Tag<BFloat16>{}); return true;
    }
    return false;
}

struct Bytes16 {
    uint64_t a, b;
};

// Moves look only at the width of an element.
template <class F> inline bool visit_width(int width, F &&f) {
    switch (width) {
    case 1: f(Tag<uint8_t>{}); return true;
    case 2: f(Tag<uint16_t>{}); return true;
    case 4: f(Tag<uint32_t>{}); return true;
    case 8: f(Tag<uint64_t>{}); return true;
    case 16: f(Tag<Bytes16>{}); return true;
    }
    return false;
}

inline bool is_complex_dtype(DType t) { return t == DType::Complex64 || t == DType::Complex128; }
inline bool is_half_dtype(DType t) { return t == DType::Float16 || t == DType::BFloat16; }
inline bool is_float_dtype(DType t) {
    return t == DType::Float32 || t == DType::Float64 || is_half_dtype(t);
}

inline int64_t load_index(const char *p, bool is64) {
    return is64 ? load<int64_t>(p) : load<int32_t>(p);
}

}  // namespace cannsim::array
