// Unsigned keys in the order of the numbers that they stand for. Internal to the array kernels.
#pragma once

#include "scalar.h"

namespace cannsim::array {

template <int Bytes> struct KeyOf;
template <> struct KeyOf<1> {
    using type = uint8_t;
};
template <> struct KeyOf<2> {
    using type = uint16_t;
};
template <> struct KeyOf<4> {
    using type = uint32_t;
};
template <> struct KeyOf<8> {
    using type = uint64_t;
};
template <class T> using Key = typename KeyOf<sizeof(T)>::type;

// The most significant bit in all places.
template <class K> static inline K spread(K key) {
    return K(std::make_signed_t<K>(key) >> (8 * sizeof(K) - 1));
}

// Unsigned key in the sort order of T; all NaN share the largest key, both zeros one key. static, as
// bit_cast.
template <class T> static inline Key<T> order_key(T x) {
    using K = Key<T>;
    constexpr K top = K(K(1) << (8 * sizeof(T) - 1));
    if constexpr (std::is_same_v<T, Bool>) {
        return x.value != 0;
    } else if constexpr (std::is_integral_v<T>) {
        return std::is_signed_v<T> ? K(K(x) ^ top) : K(x);
    } else {
        const K bits = bit_cast<K>(x), magnitude = K(bits & K(~top));
        constexpr K infinity = std::is_same_v<T, Half>       ? K(0x7c00)
                               : std::is_same_v<T, BFloat16> ? K(0x7f80)
                               : sizeof(T) == 4              ? K(0x7f800000)
                                                             : K(0x7ff0000000000000ull);
        const K key = K(bits ^ K(spread(bits) | top)), number = magnitude ? key : top;
        return magnitude > infinity ? K(~K(0)) : number;
    }
}

// The element of a key; 0 and the NaN without a sign for those that share one.
template <class T> static inline T element(Key<T> key) {
    using K = Key<T>;
    constexpr K top = K(K(1) << (8 * sizeof(T) - 1));
    if constexpr (std::is_same_v<T, Bool>)
        return Bool{uint8_t(key)};
    else if constexpr (std::is_integral_v<T>)
        return T(std::is_signed_v<T> ? K(key ^ top) : key);
    else
        return bit_cast<T>(K(key ^ K(~spread(key) | top)));
}

static inline int bit_length(uint64_t x) { return x ? 64 - __builtin_clzll(x) : 0; }

}  // namespace cannsim::array
