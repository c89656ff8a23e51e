// What the backend knows about dtypes: sizes, views and wider types, host scalars.
#pragma once

#include <cstring>

#include "cupy_backend.h"
#include "tables.h"

namespace ascend {

constexpr uint8_t kItemsizes[] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16};
constexpr uint8_t kShifts[] = {0, 0, 1, 2, 3, 0, 1, 2, 3, 1, 1, 2, 3, 3, 4};

inline int64_t itemsize(int dtype) { return kItemsizes[dtype]; }
inline int shift(int dtype) { return kShifts[dtype]; }
inline bool is_complex(int dtype) { return dtype >= CUPY_COMPLEX64; }
inline bool is_unsigned(int dtype) { return dtype >= CUPY_UINT8 && dtype <= CUPY_UINT64; }
inline bool is_signed(int dtype) { return dtype >= CUPY_INT8 && dtype <= CUPY_INT64; }
inline bool is_float(int dtype) { return dtype >= CUPY_FLOAT16 && dtype <= CUPY_FLOAT64; }

struct ScalarBits {
    uint64_t low, high;
};

// Of the 16 bytes of an operand's scalar, what its dtype uses; the others mean nothing. Copies of a size
// that is known beforehand: a copy of 8 bytes by count takes 25 ns.
inline ScalarBits scalar_bits(const unsigned char *scalar, int dtype) {
    ScalarBits bits;
    memcpy(&bits, scalar, sizeof bits);
    if (itemsize(dtype) < 8) bits.low &= (uint64_t(1) << 8 * itemsize(dtype)) - 1;
    if (itemsize(dtype) <= 8) bits.high = 0;
    return bits;
}

const char *dtype_name(int dtype);
int integer_of(int dtype);        // signed, of the same width; complex128: itself
int viewed(int dtype, View view); // dtype itself when the view does not apply
int looked(int dtype, Look look); // dtype of a program's view
int wider(int dtype);             // -1: none
// out: the dtype of the op's output, for LITERAL_OUTMASK
void literal_bits(const Literal &, int dtype, unsigned char *bits, int out = CUPY_INT8);
void convert_scalar(const unsigned char *from, int from_dtype, unsigned char *to,
                    int to_dtype);                         // to a wider dtype
double scalar_value(const unsigned char *bits, int dtype); // real dtypes
void integer_bits(int64_t value, int dtype, unsigned char *bits);

} // namespace ascend
