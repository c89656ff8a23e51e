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
//              machine agrees (see `logarithm` and `turn`). Elements 2j and 2j + 1 are
//              r cos(2 pi t) and r sin(2 pi t), r = sqrt(-2 ln x). float64:
//              x = ((word64(2j) >> 11) + 1) 2^-53, t = (word64(2j + 1) >> 11) 2^-53; others:
//              x = (word(2j) + 1) 2^-32, t = word(2j + 1) 2^-32. mean + std z is computed in
//              float64 and rounded once; mean 0 and std 1 are z itself
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
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace cannsim {

// Changes with the definition: libraries that give the same name give the same numbers.
constexpr char kRandomStream[] = "philox4x32-10/2";

struct Stream {
    uint64_t seed = 0, offset = 0;
};

namespace random_stream {
namespace {  // each instruction set has its own

// 64-bit lanes, and the product of their lower halves.
#if defined(__AVX512F__)
constexpr int kLanes = 8;
typedef uint64_t Lanes __attribute__((vector_size(64)));
inline Lanes product(Lanes a, Lanes b) {
    // Of all lanes; gcc 12 warns of the form without a mask.
    return Lanes(_mm512_maskz_mul_epu32(0xFF, __m512i(a), __m512i(b)));
}
#elif defined(__AVX2__)
constexpr int kLanes = 4;
typedef uint64_t Lanes __attribute__((vector_size(32)));
inline Lanes product(Lanes a, Lanes b) { return Lanes(_mm256_mul_epu32(__m256i(a), __m256i(b))); }
#elif defined(__SSE2__)
constexpr int kLanes = 2;
typedef uint64_t Lanes __attribute__((vector_size(16)));
inline Lanes product(Lanes a, Lanes b) { return Lanes(_mm_mul_epu32(__m128i(a), __m128i(b))); }
#else
constexpr int kLanes = 2;
typedef uint64_t Lanes __attribute__((vector_size(16)));
inline Lanes product(Lanes a, Lanes b) { return (a & 0xFFFFFFFF) * (b & 0xFFFFFFFF); }
#endif

inline Lanes load(const uint64_t *from) {
    Lanes lanes;
    std::memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

constexpr int kGroup = 32;                     // blocks that are drawn together
constexpr int kVectors = kLanes == 8 ? 4 : 2;  // as many of them at a time as registers hold
constexpr uint64_t kLow = 0xFFFFFFFF;

// The two 64-bit words of each of kGroup blocks.
struct Group {
    alignas(64) uint64_t pair[2][kGroup];

    Group(Stream s, uint64_t first) {
        alignas(64) uint64_t block[kGroup];
        for (int l = 0; l < kGroup; ++l) block[l] = first + uint64_t(l);
        for (int begin = 0; begin < kGroup; begin += kLanes * kVectors) {
            Lanes c[4][kVectors];  // what is above the lower half of a lane has no effect
            for (int v = 0; v < kVectors; ++v) {
                c[0][v] = load(block + begin + v * kLanes);
                c[1][v] = c[0][v] >> 32;
                c[2][v] = Lanes{} + s.offset;
                c[3][v] = c[2][v] >> 32;
            }
            Lanes k0 = Lanes{} + s.seed, k1 = k0 >> 32;
            for (int round = 0; round < 10; ++round) {
                for (int v = 0; v < kVectors; ++v) {
                    const Lanes p = product(c[0][v], Lanes{} + 0xD2511F53);
                    const Lanes q = product(c[2][v], Lanes{} + 0xCD9E8D57);
                    c[0][v] = (q >> 32) ^ c[1][v] ^ k0;
                    c[1][v] = q;
                    c[2][v] = (p >> 32) ^ c[3][v] ^ k1;
                    c[3][v] = p;
                }
                k0 += 0x9E3779B9;
                k1 += 0xBB67AE85;
            }
            for (int v = 0; v < kVectors; ++v)
                for (int half = 0; half < 2; ++half) {
                    const Lanes both = (c[2 * half][v] & kLow) | c[2 * half + 1][v] << 32;
                    std::memcpy(pair[half] + begin + v * kLanes, &both, sizeof both);
                }
        }
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

inline void words64(uint64_t *out, Stream s, uint64_t first, int64_t n) {
    fill<2>(out, s, first, n, [](uint64_t *to, const Group &g) {
        for (int l = 0; l < kGroup; ++l)
            for (int half = 0; half < 2; ++half) to[2 * l + half] = g.pair[half][l];
    });
}

inline void split(uint32_t *to, const Group &g) {
    for (int l = 0; l < kGroup; ++l)
        for (int half = 0; half < 2; ++half) {
            to[4 * l + 2 * half] = uint32_t(g.pair[half][l]);
            to[4 * l + 2 * half + 1] = uint32_t(g.pair[half][l] >> 32);
        }
}

inline void words(uint32_t *out, Stream s, uint64_t first, int64_t n) {
    fill<4>(out, s, first, n, split);
}

// An integer up to 2^53 as a double, without a conversion that few vector units have: each part is
// placed into the last bits of a power of two, and nothing is rounded.
inline double exact(uint64_t x) {
    const uint64_t low_bits = (x & kLow) | 0x4330000000000000;  // 2^52 + the lower half
    const uint64_t high_bits = x >> 32 | 0x4530000000000000;    // 2^84 + 2^32 the upper half
    double low, high;
    std::memcpy(&low, &low_bits, 8);
    std::memcpy(&high, &high_bits, 8);
    return (high - 0x1.00000001p84) + low;
}

// u(i) of float32 and of float64.
inline void uniforms(float *out, Stream s, uint64_t first, int64_t n) {
    fill<4>(out, s, first, n, [](float *to, const Group &g) {
        alignas(64) uint32_t w[4 * kGroup];
        split(w, g);
        for (int i = 0; i < 4 * kGroup; ++i) to[i] = float(int32_t(w[i] >> 8)) * 0x1p-24f;
    });
}

inline void uniforms(double *out, Stream s, uint64_t first, int64_t n) {
    fill<2>(out, s, first, n, [](double *to, const Group &g) {
        for (int l = 0; l < kGroup; ++l)
            for (int half = 0; half < 2; ++half)
                to[2 * l + half] = exact(g.pair[half][l] >> 11) * 0x1p-53;
    });
}

// Natural logarithm of x in (0, 1] by basic operations only: x = m 2^e with m in [sqrt(1/2),
// sqrt(2)), ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.172.
inline double logarithm(double x) {
    uint64_t bits;
    std::memcpy(&bits, &x, 8);
    // Adding the distance from sqrt(1/2) to 1 carries mantissas of at least sqrt(2) into the
    // exponent.
    const uint64_t shifted = bits + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
    const uint64_t mantissa = bits - (shifted & 0x7ff0000000000000) + 0x3ff0000000000000;
    const uint64_t placed = shifted >> 52 | 0x4330000000000000;
    double m, e;
    std::memcpy(&m, &mantissa, 8);
    std::memcpy(&e, &placed, 8);
    e -= 0x1p52 + 1023;
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
    return e * 0x1.62e42fefa39efp-1 + (2 * s + 2 * s * (z * sum));
}

// cos and sin of 2 pi t for t in [0, 1): the nearest quarter turn is exact (of two the even one),
// Taylor series do the rest.
inline void turn(double t, double *cosine, double *sine) {
    const double placed = 4 * t + 0x1.8p52;  // rounded to an integer, which is in the last bits
    uint64_t quarter;
    std::memcpy(&quarter, &placed, 8);
    const double r = (t - 0.25 * (placed - 0x1.8p52)) * 0x1.921fb54442d18p2, z = r * r;
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
    // Odd quarters exchange the two; each is negative in half of the circle.
    uint64_t a, b;
    std::memcpy(&a, &c, 8);
    std::memcpy(&b, &s, 8);
    const uint64_t exchanged = (a ^ b) & (0 - (quarter & 1));
    a ^= exchanged ^ ((quarter + 1) & 2) << 62;
    b ^= exchanged ^ (quarter & 2) << 62;
    std::memcpy(cosine, &a, 8);
    std::memcpy(sine, &b, 8);
}

// The pairs of normal numbers of x in (0, 1] and t in [0, 1), `step` apart.
template <int step> inline void normal_pairs(double *to, const double *x, const double *t) {
    alignas(64) double c[kGroup], s[kGroup];
    for (int l = 0; l < kGroup; ++l) {
        const double r = __builtin_sqrt(-2 * logarithm(x[l]));
        turn(t[l], &c[l], &s[l]);
        c[l] *= r;
        s[l] *= r;
    }
    for (int l = 0; l < kGroup; ++l) {
        to[step * l] = c[l];
        to[step * l + 1] = s[l];
    }
}

// Standard normals z(i) of float64, and of the narrower dtypes before they are rounded.
inline void normals(double *out, Stream s, uint64_t first, int64_t n) {
    fill<2>(out, s, first, n, [](double *to, const Group &g) {
        alignas(64) double x[kGroup], t[kGroup];
        for (int l = 0; l < kGroup; ++l) {
            x[l] = exact((g.pair[0][l] >> 11) + 1) * 0x1p-53;
            t[l] = exact(g.pair[1][l] >> 11) * 0x1p-53;
        }
        normal_pairs<2>(to, x, t);
    });
}

inline void narrow_normals(double *out, Stream s, uint64_t first, int64_t n) {
    fill<4>(out, s, first, n, [](double *to, const Group &g) {
        alignas(64) double x[kGroup], t[kGroup];
        for (int half = 0; half < 2; ++half) {
            for (int l = 0; l < kGroup; ++l) {
                x[l] = exact((g.pair[half][l] & kLow) + 1) * 0x1p-32;
                t[l] = exact(g.pair[half][l] >> 32) * 0x1p-32;
            }
            normal_pairs<4>(to + 2 * half, x, t);
        }
    });
}

// Upper and lower 64 bits of the products.
inline Lanes high_product(Lanes a, Lanes b, Lanes *low) {
    const Lanes outer = product(a, b >> 32), inner = product(a >> 32, b), bottom = product(a, b);
    const Lanes middle = (bottom >> 32) + (outer & kLow) + (inner & kLow);
    *low = (bottom & kLow) | middle << 32;
    return product(a >> 32, b >> 32) + (outer >> 32) + (inner >> 32) + (middle >> 32);
}

// low + [0, extent), modulo 2^64.
inline void integers(uint64_t *out, Stream s, uint64_t first, int64_t n, uint64_t low,
                     uint64_t extent) {
    const Lanes start = Lanes{} + low, factor = Lanes{} + extent;
    if (extent == 0) {
        words64(out, s, first, n);
        for (int64_t i = 0; i < n; ++i) out[i] += low;
    } else if (extent <= uint64_t(1) << 32) {
        const Lanes last = factor - 1;  // fits into half a lane, which 2^32 does not
        fill<2>(out, s, first, n, [=](uint64_t *to, const Group &g) {
            alignas(64) uint64_t drawn[2][kGroup];
            for (int half = 0; half < 2; ++half)
                for (int l = 0; l < kGroup; l += kLanes) {
                    // f extent = f (extent - 1) + f
                    const Lanes f = load(g.pair[half] + l), upper = f >> 32, lower = f & kLow;
                    const Lanes carry = (product(f, last) + lower) >> 32;
                    const Lanes value = start + ((product(upper, last) + upper + carry) >> 32);
                    std::memcpy(drawn[half] + l, &value, sizeof value);
                }
            for (int l = 0; l < kGroup; ++l)
                for (int half = 0; half < 2; ++half) to[2 * l + half] = drawn[half][l];
        });
    } else {
        fill<1>(out, s, first, n, [=](uint64_t *to, const Group &g) {
            for (int l = 0; l < kGroup; l += kLanes) {
                Lanes lower, unused;
                const Lanes upper = high_product(load(g.pair[1] + l), factor, &lower);
                const Lanes below = high_product(load(g.pair[0] + l), factor, &unused);
                const Lanes value = start + upper - Lanes(lower + below < lower);  // true is -1
                std::memcpy(to + l, &value, sizeof value);
            }
        });
    }
}

}  // namespace
}  // namespace random_stream
}  // namespace cannsim
