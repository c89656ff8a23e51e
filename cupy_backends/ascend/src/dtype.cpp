#include "dtype.h"

#include <cfloat>
#include <cmath>
#include <cstring>

namespace ascend {

const char *dtype_name(int dtype) {
    static const char *const names[] = {
        "bool",   "int8",    "int16",    "int32",   "int64",   "uint8",     "uint16",    "uint32",
        "uint64", "float16", "bfloat16", "float32", "float64", "complex64", "complex128"};
    return dtype >= 0 && dtype < CUPY_NUM_DTYPES ? names[dtype] : "?";
}

int integer_of(int dtype) {
    static const int8_t by_shift[] = {CUPY_INT8, CUPY_INT16, CUPY_INT32, CUPY_INT64,
                                      CUPY_COMPLEX128};
    return by_shift[shift(dtype)];
}

int viewed(int dtype, View view) {
    switch (view) {
    case VIEW_UNSIGNED: return is_unsigned(dtype) ? integer_of(dtype) : dtype;
    case VIEW_BITS: return dtype == CUPY_BOOL ? CUPY_UINT8 : integer_of(dtype);
    case VIEW_BOOL: return dtype == CUPY_BOOL ? CUPY_UINT8 : dtype;
    default: return dtype;
    }
}

int looked(int dtype, Look look) {
    switch (look) {
    case LOOK_SIGNED:
    case LOOK_BITS: return integer_of(dtype);
    case LOOK_UNSIGNED: return is_signed(dtype) ? dtype - CUPY_INT8 + CUPY_UINT8 : dtype;
    case LOOK_REAL:
    case LOOK_IMAG:
        return dtype == CUPY_COMPLEX64    ? CUPY_FLOAT32
               : dtype == CUPY_COMPLEX128 ? CUPY_FLOAT64
                                          : dtype;
    default: return dtype;
    }
}

int wider(int dtype) {
    switch (dtype) {
    case CUPY_BOOL: return CUPY_UINT8;
    case CUPY_INT8:
    case CUPY_UINT8: return CUPY_INT16;
    case CUPY_INT16:
    case CUPY_UINT16: return CUPY_INT32;
    case CUPY_INT32:
    case CUPY_UINT32: return CUPY_INT64;
    case CUPY_FLOAT16:
    case CUPY_BFLOAT16: return CUPY_FLOAT32;
    default: return -1;
    }
}

static uint32_t float_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    return bits;
}

static uint16_t half_bits(float value) {
    uint32_t bits = float_bits(value), sign = bits >> 16 & 0x8000, rest = bits & 0x7fffffff;
    if (rest >= 0x7f800000) return uint16_t(sign | 0x7c00 | (rest > 0x7f800000 ? 0x200 : 0));
    if (rest >= 0x477ff000) return uint16_t(sign | 0x7c00);
    if (rest < 0x38800000) { // subnormal: let the float adder round
        float shifted = fabsf(value) + 0.5f;
        return uint16_t(sign | (float_bits(shifted) - 0x3f000000));
    }
    uint32_t odd = rest >> 13 & 1;
    return uint16_t(sign | ((rest - 0x38000000 + 0xfff + odd) >> 13));
}

static uint16_t bfloat_bits(float value) {
    uint32_t bits = float_bits(value);
    if (value != value) return uint16_t(bits >> 16 | 0x40);
    return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float half_value(uint16_t half) {
    uint32_t sign = uint32_t(half & 0x8000) << 16, exponent = half >> 10 & 31,
             mantissa = half & 0x3ff, bits;
    if (exponent == 0) {
        float tiny = float(mantissa) * 0x1p-24f;
        return sign ? -tiny : tiny;
    }
    bits = sign | (exponent == 31 ? 0x7f800000 : (exponent + 112) << 23) | mantissa << 13;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

void integer_bits(int64_t value, int dtype, unsigned char *bits) {
    memcpy(bits, &value, size_t(itemsize(dtype))); // little endian: the low bytes
}

static void real_bits(double value, int dtype, unsigned char *bits) {
    switch (dtype) {
    case CUPY_BOOL: bits[0] = value != 0; break;
    case CUPY_FLOAT16: {
        uint16_t b = half_bits(float(value));
        memcpy(bits, &b, 2);
        break;
    }
    case CUPY_BFLOAT16: {
        uint16_t b = bfloat_bits(float(value));
        memcpy(bits, &b, 2);
        break;
    }
    case CUPY_FLOAT32:
    case CUPY_COMPLEX64: {
        float b = float(value);
        memcpy(bits, &b, 4);
        break;
    }
    case CUPY_FLOAT64:
    case CUPY_COMPLEX128: memcpy(bits, &value, 8); break;
    default: integer_bits(int64_t(value), dtype, bits);
    }
}

static double largest(int dtype) {
    switch (dtype) {
    case CUPY_FLOAT16: return 65504;
    case CUPY_BFLOAT16: return 0x1.fep127;
    case CUPY_FLOAT32: return FLT_MAX;
    default: return DBL_MAX;
    }
}

void literal_bits(const Literal &literal, int dtype, unsigned char *bits, int out) {
    memset(bits, 0, 16);
    int width = int(itemsize(dtype) * 8);
    uint64_t sign = uint64_t(1) << ((width - 1) & 63);
    switch (literal.kind) {
    case LITERAL_NUMBER: real_bits(literal.number, dtype, bits); break;
    case LITERAL_WIDTH: real_bits(width, dtype, bits); break;
    case LITERAL_LASTBIT: real_bits(width - 1, dtype, bits); break;
    case LITERAL_SIGNMASK: integer_bits(int64_t(sign), dtype, bits); break;
    case LITERAL_ABSMASK: integer_bits(int64_t(sign - 1), dtype, bits); break;
    case LITERAL_OUTMASK: integer_bits((int64_t(1) << itemsize(out) * 8) - 1, dtype, bits); break;
    case LITERAL_INF: real_bits(INFINITY, dtype, bits); break;
    case LITERAL_LARGEST: real_bits(largest(dtype), dtype, bits); break;
    case LITERAL_LOWEST: real_bits(-largest(dtype), dtype, bits); break;
    }
}

void convert_scalar(const unsigned char *from, int from_dtype, unsigned char *to, int to_dtype) {
    unsigned char bits[16] = {};
    if (from_dtype == CUPY_BOOL || is_unsigned(from_dtype) || is_signed(from_dtype)) {
        int64_t value = 0;
        int bytes = int(itemsize(from_dtype));
        memcpy(&value, from, size_t(bytes));
        if (is_signed(from_dtype))
            value = int64_t(uint64_t(value) << (64 - 8 * bytes)) >> (64 - 8 * bytes);
        if (is_float(to_dtype) || is_complex(to_dtype))
            real_bits(double(value), to_dtype, bits);
        else
            integer_bits(value, to_dtype, bits);
    } else if (from_dtype == CUPY_FLOAT16) {
        uint16_t half;
        memcpy(&half, from, 2);
        real_bits(half_value(half), to_dtype, bits);
    } else if (from_dtype == CUPY_BFLOAT16) {
        memcpy(bits + 2, from, 2);
        float value;
        memcpy(&value, bits, 4);
        memset(bits, 0, 4);
        real_bits(value, to_dtype, bits);
    } else if (from_dtype == CUPY_FLOAT32) {
        float value;
        memcpy(&value, from, 4);
        real_bits(value, to_dtype, bits);
    } else {
        memcpy(bits, from, size_t(itemsize(from_dtype)));
    }
    memcpy(to, bits, 16);
}

double scalar_value(const unsigned char *bits, int dtype) {
    unsigned char wide[16];
    convert_scalar(bits, dtype, wide, CUPY_FLOAT64);
    double value;
    memcpy(&value, wide, 8);
    return value;
}

} // namespace ascend
