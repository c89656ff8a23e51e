// The bits of 1 / (2 pi) that an angle of any size is reduced with, in device memory.
#pragma once

#include "cupy_backend.h"

namespace ascend {

// By the exponent field of a float32 x = m * 2^k with a mantissa m of 24 bits: the fraction of
// 2^k / (2 pi), of which table 0 holds the first 64 bits and table 1 the next 32. Modulo 2^64, m
// times the first and the high half of m times the second add up to the fraction of x / (2 pi).
int turns(int which, cupyOperand *table); // a cupyStatus
void forget_turns(int device);
void release_turns();

} // namespace ascend
