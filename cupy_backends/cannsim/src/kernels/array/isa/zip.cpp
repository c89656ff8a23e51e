// Transposes of two to four rows, such as the planes of an image: too few for square blocks. The compiler
// makes shuffles of the groups.
#include "zip.h"

namespace cannsim::array::CANNSIM_ISA {
namespace {

// Elements at any address, of any type.
template <class T> struct AnyOf {
    typedef T type __attribute__((may_alias, aligned(1)));
};
struct __attribute__((may_alias, packed)) Element16 {
    uint64_t a, b;
};
template <> struct AnyOf<Element16> {
    using type = Element16;
};

template <class T, int Count> void zip_rows(char *dst, const char *const *rows, int64_t n) {
    using Any = typename AnyOf<T>::type;
    Any *const to = (Any *)dst;
    const Any *const a = (const Any *)rows[0], *const b = (const Any *)rows[1];
    const Any *const c = (const Any *)rows[Count > 2 ? 2 : 0], *const d = (const Any *)rows[Count > 3 ? 3 : 0];
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) {
        to[Count * i] = a[i];
        to[Count * i + 1] = b[i];
        if (Count > 2) to[Count * i + 2] = c[i];
        if (Count > 3) to[Count * i + 3] = d[i];
    }
}

template <class T, int Count> void unzip_rows(char *const *rows, const char *src, int64_t n) {
    using Any = typename AnyOf<T>::type;
    const Any *const from = (const Any *)src;
    Any *const a = (Any *)rows[0], *const b = (Any *)rows[1];
    Any *const c = (Any *)rows[Count > 2 ? 2 : 0], *const d = (Any *)rows[Count > 3 ? 3 : 0];
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) {
        a[i] = from[Count * i];
        b[i] = from[Count * i + 1];
        if (Count > 2) c[i] = from[Count * i + 2];
        if (Count > 3) d[i] = from[Count * i + 3];
    }
}

// Calls f with an element of that width and the count as a constant.
template <class T, class F> void by_count(int count, F &&f) {
    switch (count) {
    case 2: return f(T(), std::integral_constant<int, 2>());
    case 3: return f(T(), std::integral_constant<int, 3>());
    case 4: return f(T(), std::integral_constant<int, 4>());
    }
}
template <class F> void by_width(int width, int count, F &&f) {
    switch (width) {
    case 1: return by_count<uint8_t>(count, f);
    case 2: return by_count<uint16_t>(count, f);
    case 4: return by_count<uint32_t>(count, f);
    case 8: return by_count<uint64_t>(count, f);
    case 16: return by_count<Element16>(count, f);
    }
}

}  // namespace

void zip(int width, char *dst, const char *const *rows, int count, int64_t n) {
    by_width(width, count, [=](auto element, auto constant) {
        zip_rows<decltype(element), decltype(constant)::value>(dst, rows, n);
    });
}

void unzip(int width, char *const *rows, int count, const char *src, int64_t n) {
    by_width(width, count, [=](auto element, auto constant) {
        unzip_rows<decltype(element), decltype(constant)::value>(rows, src, n);
    });
}

}  // namespace cannsim::array::CANNSIM_ISA
