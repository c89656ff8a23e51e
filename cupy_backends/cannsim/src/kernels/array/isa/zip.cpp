// Transposes of two to four rows, such as the planes of an image: too few for square blocks. The compiler
// makes shuffles of the groups.
#include "zip.h"

namespace cannsim::array::CANNSIM_ISA {
namespace {

// Elements at any address, of any type.
template <class T> struct AnyOf {
    typedef T type __attribute__((may_alias, aligned(1)));
};
struct Element16 {
    uint64_t a, b;
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

template <class T> void zip_of(char *dst, const char *const *rows, int count, int64_t n) {
    switch (count) {
    case 2: return zip_rows<T, 2>(dst, rows, n);
    case 3: return zip_rows<T, 3>(dst, rows, n);
    case 4: return zip_rows<T, 4>(dst, rows, n);
    }
}
template <class T> void unzip_of(char *const *rows, int count, const char *src, int64_t n) {
    switch (count) {
    case 2: return unzip_rows<T, 2>(rows, src, n);
    case 3: return unzip_rows<T, 3>(rows, src, n);
    case 4: return unzip_rows<T, 4>(rows, src, n);
    }
}

}  // namespace

void zip(int width, char *dst, const char *const *rows, int count, int64_t n) {
    switch (width) {
    case 1: return zip_of<uint8_t>(dst, rows, count, n);
    case 2: return zip_of<uint16_t>(dst, rows, count, n);
    case 4: return zip_of<uint32_t>(dst, rows, count, n);
    case 8: return zip_of<uint64_t>(dst, rows, count, n);
    case 16: return zip_of<Element16>(dst, rows, count, n);
    }
}

void unzip(int width, char *const *rows, int count, const char *src, int64_t n) {
    switch (width) {
    case 1: return unzip_of<uint8_t>(rows, count, src, n);
    case 2: return unzip_of<uint16_t>(rows, count, src, n);
    case 4: return unzip_of<uint32_t>(rows, count, src, n);
    case 8: return unzip_of<uint64_t>(rows, count, src, n);
    case 16: return unzip_of<Element16>(rows, count, src, n);
    }
}

}  // namespace cannsim::array::CANNSIM_ISA
