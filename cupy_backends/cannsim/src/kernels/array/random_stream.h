// Random numbers, defined bit for bit. This file is the definition: the simulator's kernels and the
// host backend both compile it, and every other place refers to it.
//
// Everything derives from Philox4x32-10 (Salmon et al. 2011, Random123): ten rounds on the counter
// (c0, c1, c2, c3) with the key (k0, k1), multipliers 0xD2511F53 and 0xCD9E8D57, key increments
// 0x9E3779B9 and 0xBB67AE85. Here (k0, k1) are the low and high half of `seed`, (c0, c1) those of a
// block's number, (c2, c3) those of `offset`: streams of different offsets never share a block. The
// result is four words w0..w3. Block numbers wrap at 2^64.
//
// Element i (C order, whatever the strides) depends on seed, offset and i alone:
//
//   word(i)    = w[i % 4] of block i / 4
//   word64(i)  = word(2i) + 2^32 word(2i + 1)
//   bits       8-, 16- and 32-bit integers: the top bits of word(i); 64-bit ones: word64(i);
//              bool: the top bit of word(i)
//   u(i)       float32: (word(i) >> 8) 2^-24     float16: (word(i) >> 21) 2^-11
//              bfloat16: (word(i) >> 24) 2^-8    float64: (word64(i) >> 11) 2^-53
//   uniform    low + u (high - low) in float32 (float64 for float64), rounded to the dtype; where
//              that reaches `high` the largest value below it
//   normal     Box-Muller in float64 with only + - * / sqrt, each rounded by itself, so that every
//              machine agrees (see `logarithm` and `turn`). Elements 2j and 2j + 1 are r cos(2 pi t)
//              and r sin(2 pi t), r = sqrt(-2 ln x). float64: x = ((word64(2j) >> 11) + 1) 2^-53,
//              t = (word64(2j + 1) >> 11) 2^-53; others: x = (word(2j) + 1) 2^-32,
//              t = word(2j + 1) 2^-32. mean + std z is computed in float64 and rounded once; mean 0
//              and std 1 are z itself
//   integers   low + floor(f extent), wrapped to the dtype. extent <= 2^32: f = word64(i) 2^-64,
//              else f = (word64(2i) + 2^64 word64(2i + 1)) 2^-128; the bias is below 2^-32. An
//              extent of 0 stands for 2^64: low + word64(i)
//   bernoulli  (word64(i) >> 11) 2^-53 < p
//   permutation  the stable ascending order of word64(0..n-1)
//
// To be compiled with -ffp-contract=off: a fused multiply-add rounds otherwise.
#pragma once

#include <cstdint>
#include <cstring>

namespace cannsim {

// Changes with the definition: libraries that give the same name give the same numbers.
constexpr char kRandomStream[] = "philox4x32-10/2";

struct Stream {
    uint64_t seed = 0, offset = 0;
};

namespace random_stream {
namespace {  // each instruction set has its own

constexpr int kGroup = 32;  // blocks side by side, so that everything vectorises

struct Group {
    alignas(64) uint32_t w[4][kGroup];

    Group(Stream s, uint64_t first) {
        for (int l = 0; l < kGroup; ++l) {
            const uint64_t block = first + uint64_t(l);
            w[0][l] = uint32_t(block);
            w[1][l] = uint32_t(block >> 32);
            w[2][l] = uint32_t(s.offset);
            w[3][l] = uint32_t(s.offset >> 32);
        }
        uint32_t k0 = uint32_t(s.seed), k1 = uint32_t(s.seed >> 32);
        for (int round = 0; round < 10; ++round) {
            for (int l = 0; l < kGroup; ++l) {
                const uint64_t p = uint64_t(0xD2511F53u) * w[0][l];
                const uint64_t q = uint64_t(0xCD9E8D57u) * w[2][l];
                const uint32_t a = uint32_t(q >> 32) ^ w[1][l] ^ k0;
                const uint32_t b = uint32_t(p >> 32) ^ w[3][l] ^ k1;
                w[0][l] = a;
                w[1][l] = uint32_t(q);
                w[2][l] = b;
                w[3][l] = uint32_t(p);
            }
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
    }
    // word64 of the first or second half of block l.
    uint64_t pair(int half, int l) const {
        return w[2 * half][l] | uint64_t(w[2 * half + 1][l]) << 32;
    }
};

// Elements first .. first + n - 1 of a stream, `per` to a block; first is a multiple of `per`.
// make(to, group) writes those of one group.
template <int per, class T, class F>
inline void fill(T *out, Stream s, uint64_t first, int64_t n, F &&make) {
    constexpr int64_t many = int64_t(per) * kGroup;
    for (int64_t i = 0; i < n; i += many) {
        const Group group(s, (first + uint64_t(i)) / per);
        if (n - i >= many) {
            make(out + i, group);
        } else {
            T last[many];
            make(last, group);
            std::memcpy(out + i, last, size_t(n - i) * sizeof(T));
        }
    }
}

inline void words(uint32_t *out, Stream s, uint64_t first, int64_t n) {
    fill<4>(out, s, first, n, [](uint32_t *to, const Group &g) {
        for (int l = 0; l < kGroup; ++l)
            for (int k = 0; k < 4; ++k) to[4 * l + k] = g.w[k][l];
    });
}

inline void words64(uint64_t *out, Stream s, uint64_t first, int64_t n) {
    fill<2>(out, s, first, n, [](uint64_t *to, const Group &g) {
        for (int l = 0; l < kGroup; ++l)
            for (int k = 0; k < 2; ++k) to[2 * l + k] = g.pair(k, l);
    });
}

// u(i) of float32 and of float64.
inline void uniforms(float *out, Stream s, uint64_t first, int64_t n) {
    fill<4>(out, s, first, n, [](float *to, const Group &g) {
        for (int l = 0; l < kGroup; ++l)
            for (int k = 0; k < 4; ++k) to[4 * l + k] = float(int32_t(g.w[k][l] >> 8)) * 0x1p-24f;
    });
}

inline void uniforms(double *out, Stream s, uint64_t first, int64_t n) {
    fill<2>(out, s, first, n, [](double *to, const Group &g) {
        for (int l = 0; l < kGroup; ++l)
            for (int k = 0; k < 2; ++k)
                to[2 * l + k] = double(int64_t(g.pair(k, l) >> 11)) * 0x1p-53;
    });
}

// Natural logarithm of x in (0, 1] by basic operations only: x = m 2^e with m in [sqrt(1/2),
// sqrt(2)), ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.172.
inline double logarithm(double x) {
    int64_t bits;
    std::memcpy(&bits, &x, 8);
    // Adding the distance from sqrt(1/2) to 1 carries mantissas of at least sqrt(2) into the
    // exponent.
    int64_t shifted = bits + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
    int64_t exponent = (shifted >> 52) - 1023;
    int64_t mantissa = bits - exponent * (int64_t(1) << 52);
    double m;
    std::memcpy(&m, &mantissa, 8);
    double s = (m - 1) / (m + 1), z = s * s;
    double sum = 1.0 / 21;
    sum = sum * z + 1.0 / 19;
    sum = sum * z + 1.0 / 17;
    sum = sum * z + 1.0 / 15;
    sum = sum * z + 1.0 / 13;
    sum = sum * z + 1.0 / 11;
    sum = sum * z + 1.0 / 9;
    sum = sum * z + 1.0 / 7;
    sum = sum * z + 1.0 / 5;
    sum = sum * z + 1.0 / 3;
    // A double from an integer of few bits: the exponent is small.
    double e = double(int32_t(exponent));
    return e * 0x1.62e42fefa39efp-1 + (2 * s + 2 * s * (z * sum));
}

// cos and sin of 2 pi t for t in [0, 1): the nearest quarter turn is exact, Taylor series do the
// rest.
inline void turn(double t, double *cosine, double *sine) {
    int32_t quarter = int32_t(4 * t + 0.5);
    double r = (t - 0.25 * quarter) * 0x1.921fb54442d18p2, z = r * r;
    double s = 1.0 / 355687428096000.0;  // 17!
    s = s * z - 1.0 / 1307674368000.0;
    s = s * z + 1.0 / 6227020800.0;
    s = s * z - 1.0 / 39916800.0;
    s = s * z + 1.0 / 362880.0;
    s = s * z - 1.0 / 5040.0;
    s = s * z + 1.0 / 120.0;
    s = s * z - 1.0 / 6.0;
    s = r + r * (z * s);
    double c = -1.0 / 6402373705728000.0;  // 18!
    c = c * z + 1.0 / 20922789888000.0;
    c = c * z - 1.0 / 87178291200.0;
    c = c * z + 1.0 / 479001600.0;
    c = c * z - 1.0 / 3628800.0;
    c = c * z + 1.0 / 40320.0;
    c = c * z - 1.0 / 720.0;
    c = c * z + 1.0 / 24.0;
    c = c * z - 0.5;
    c = 1 + z * c;
    bool swap = quarter & 1;
    double a = swap ? s : c, b = swap ? c : s;
    *cosine = (quarter + 1) & 2 ? -a : a;
    *sine = quarter & 2 ? -b : b;
}

// The pair of normal numbers of x in (0, 1] and t in [0, 1).
inline void normal_pair(double *to, double x, double t) {
    double r = __builtin_sqrt(-2 * logarithm(x)), c, s;
    turn(t, &c, &s);
    to[0] = r * c;
    to[1] = r * s;
}

// Standard normals z(i) of float64, and of the narrower dtypes before they are rounded.
inline void normals(double *out, Stream s, uint64_t first, int64_t n) {
    fill<2>(out, s, first, n, [](double *to, const Group &g) {
        for (int l = 0; l < kGroup; ++l)
            normal_pair(to + 2 * l, double(int64_t(g.pair(0, l) >> 11) + 1) * 0x1p-53,
                        double(int64_t(g.pair(1, l) >> 11)) * 0x1p-53);
    });
}

inline void narrow_normals(double *out, Stream s, uint64_t first, int64_t n) {
    fill<4>(out, s, first, n, [](double *to, const Group &g) {
        for (int half = 0; half < 4; half += 2)
            for (int l = 0; l < kGroup; ++l)
                normal_pair(to + 4 * l + half, (double(g.w[half][l]) + 1) * 0x1p-32,
                            double(g.w[half + 1][l]) * 0x1p-32);
    });
}

inline uint64_t high_product(uint64_t a, uint64_t b) {
    return uint64_t(static_cast<unsigned __int128>(a) * b >> 64);
}

// low + [0, extent), modulo 2^64.
inline void integers(uint64_t *out, Stream s, uint64_t first, int64_t n, uint64_t low,
                     uint64_t extent) {
    constexpr uint64_t half = uint64_t(1) << 32;
    if (extent == 0) {
        words64(out, s, first, n);
        for (int64_t i = 0; i < n; ++i) out[i] += low;
    } else if (extent < half) {
        const uint32_t factor = uint32_t(extent);
        fill<2>(out, s, first, n, [low, factor](uint64_t *to, const Group &g) {
            for (int l = 0; l < kGroup; ++l)
                for (int k = 0; k < 2; ++k) {
                    // The upper 64 bits of a product of 64 by 32 bits.
                    const uint64_t lower = uint64_t(g.w[2 * k][l]) * factor;
                    const uint64_t upper = uint64_t(g.w[2 * k + 1][l]) * factor;
                    to[2 * l + k] = low + ((upper + (lower >> 32)) >> 32);
                }
        });
    } else if (extent == half) {
        fill<2>(out, s, first, n, [low](uint64_t *to, const Group &g) {
            for (int l = 0; l < kGroup; ++l)
                for (int k = 0; k < 2; ++k) to[2 * l + k] = low + g.w[2 * k + 1][l];
        });
    } else {
        fill<1>(out, s, first, n, [low, extent](uint64_t *to, const Group &g) {
            for (int l = 0; l < kGroup; ++l) {
                const uint64_t upper = g.pair(1, l) * extent;
                const bool carry = upper + high_product(g.pair(0, l), extent) < upper;
                to[l] = low + high_product(g.pair(1, l), extent) + carry;
            }
        });
    }
}

}  // namespace
}  // namespace random_stream
}  // namespace cannsim
