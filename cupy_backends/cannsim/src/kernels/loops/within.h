// A quick look for elements that a kernel treats apart: those whose bits lie in a range.
#pragma once

#include <cstdint>

namespace cannsim {

// The elements x, read as unsigned integers, with (x & mask) - low <= span; the difference wraps.
struct BitRange {
    uint64_t mask, low, span;
};

// `width` is 1, 2, 4 or 8 bytes, as many as the elements have, which may lie anywhere.
bool any_within(BitRange range, int width, const char *x, intptr_t n, intptr_t step);

} // namespace cannsim
