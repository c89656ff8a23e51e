// Order-preserving unsigned keys and the sorts of contiguous elements. Internal to the array
// kernels.
#pragma once

#include "scalar.h"
#include "sort.h"

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

// Unsigned key in the sort order of T; all NaN share the largest key, both zeros one key.
template <class T> inline Key<T> order_key(T x) {
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
template <class T> inline T element(Key<T> key) {
    using K = Key<T>;
    constexpr K top = K(K(1) << (8 * sizeof(T) - 1));
    if constexpr (std::is_same_v<T, Bool>)
        return Bool{uint8_t(key)};
    else if constexpr (std::is_integral_v<T>)
        return T(std::is_signed_v<T> ? K(key ^ top) : key);
    else
        return bit_cast<T>(K(key & top ? K(key & K(~top)) : K(~key)));
}

template <class T> inline bool complex_less(T a, T b) {
    auto nan = [](auto v) { return v != v; };
    int ca = 2 * nan(a.real()) + nan(a.imag()), cb = 2 * nan(b.real()) + nan(b.imag());
    if (ca != cb) return ca < cb;
    if (!nan(a.real()) && a.real() != b.real()) return a.real() < b.real();
    return !nan(a.imag()) && a.imag() < b.imag();
}

// Sorts n contiguous elements ascending.
bool sort_contiguous(DType t, char *x, int64_t n);

// Stable order of n contiguous elements: order[i] is the place of the i-th in sorted order. `elements`,
// if given, become the elements in that order; they must not be those of `x`.
Status order_contiguous(DType t, const char *x, int64_t n, bool descending, int64_t *order,
                        char *elements = nullptr);

// to[i] = line[order[i]], where elements of `to` are `step` bytes apart.
void pick(char *to, int64_t step, const char *line, const int64_t *order, int64_t n, int width);

}  // namespace cannsim::array
