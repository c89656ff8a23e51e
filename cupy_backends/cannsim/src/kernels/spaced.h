// Copies of elements that are not adjacent.
#pragma once

#include <cstdint>
#include <cstring>

namespace cannsim {

// Four at a time: element by element takes up to three times as long.
template <class T>
inline void copy_spaced(char *dst, int64_t dst_step, const char *src, int64_t src_step, int64_t n) {
    for (; n >= 4; n -= 4, src += 4 * src_step, dst += 4 * dst_step) {
        T a, b, c, d;
        std::memcpy(&a, src, sizeof(T));
        std::memcpy(&b, src + src_step, sizeof(T));
        std::memcpy(&c, src + 2 * src_step, sizeof(T));
        std::memcpy(&d, src + 3 * src_step, sizeof(T));
        std::memcpy(dst, &a, sizeof(T));
        std::memcpy(dst + dst_step, &b, sizeof(T));
        std::memcpy(dst + 2 * dst_step, &c, sizeof(T));
        std::memcpy(dst + 3 * dst_step, &d, sizeof(T));
    }
    for (; n > 0; --n, src += src_step, dst += dst_step) std::memcpy(dst, src, sizeof(T));
}

}  // namespace cannsim
