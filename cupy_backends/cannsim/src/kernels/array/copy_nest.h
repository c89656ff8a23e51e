// Copies of raw elements: one line, or more axes than a View has. Internal to the array kernels.
#pragma once

#include "nest.h"

#include <cstring>

namespace cannsim::array {

// memcpy. Where the destination lies a little behind the source within its page - an array moved by
// one element - the string instruction that libc takes for lines of some kilobytes is 16 times
// slower on some CPUs; shorter pieces are moved by vectors.
inline void copy_bytes(char *dst, const char *src, size_t n) {
    constexpr size_t page = 4096, close = 64;
    const size_t behind = size_t(dst - src) % page;
    size_t longest = behind == 0 || behind >= close ? n : 512;
    __asm__("" : "+r"(longest)); // for memcpy of a constant size is compiled to that instruction
    while (n > longest) {
        std::memcpy(dst, src, longest);
        n -= longest;
        dst += longest;
        src += longest;
    }
    std::memcpy(dst, src, n);
}

void copy_line(char *dst, int64_t dst_step, const char *src, int64_t src_step, int64_t n,
               int width);

// Operand 0 = operand 1, elements of `width` bytes.
void copy_nest(Nest<2> nest, int width);

}  // namespace cannsim::array
