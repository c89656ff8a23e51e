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
        K bits = bit_cast<K>(x), magnitude = K(bits & K(~top));
        constexpr K infinity = std::is_same_v<T, Half>       ? K(0x7c00)
                               : std::is_same_v<T, BFloat16> ? K(0x7f80)
                               : sizeof(T) == 4              ? K(0x7f800000)
                                                             : K(0x7ff0000000000000ull);
        if (magnitude > infinity) return K(~K(0));
        if (magnitude == 0) bits = 0;
        return bits & top ? K(~bits) : K(bits | top);
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
        return bit_cast<T>(K(key & top ? K(key & K(~top)) : K(~key)));
}

static inline int bit_length(uint64_t x) { return x ? 64 - __builtin_clzll(x) : 0; }

}  // namespace cannsim::array
