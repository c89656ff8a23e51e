#include "philox.h"

#include <algorithm>

namespace cannsim::array::CANNSIM_ISA {
namespace {

constexpr int kGroup = 32;  // blocks side by side, so that the rounds vectorise

inline void rounds(uint32_t (&c)[4][kGroup], uint32_t k0, uint32_t k1) {
    for (int round = 0; round < 10; ++round) {
        for (int l = 0; l < kGroup; ++l) {
            uint64_t p = uint64_t(0xD2511F53u) * c[0][l], q = uint64_t(0xCD9E8D57u) * c[2][l];
            uint32_t a = uint32_t(q >> 32) ^ c[1][l] ^ k0, b = uint32_t(p >> 32) ^ c[3][l] ^ k1;
            c[0][l] = a;
            c[1][l] = uint32_t(q);
            c[2][l] = b;
            c[3][l] = uint32_t(p);
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

// Four words per block, block after block.
void philox(uint32_t *out, uint64_t seed, uint64_t first, int64_t blocks) {
    uint32_t c[4][kGroup];
    for (int64_t i = 0; i < blocks; i += kGroup) {
        for (int l = 0; l < kGroup; ++l) {
            uint64_t block = first + uint64_t(i + l);
            c[0][l] = uint32_t(block);
            c[1][l] = uint32_t(block >> 32);
            c[2][l] = c[3][l] = 0;
        }
        rounds(c, uint32_t(seed), uint32_t(seed >> 32));
        int64_t n = std::min<int64_t>(kGroup, blocks - i);
        for (int64_t l = 0; l < n; ++l)
            for (int w = 0; w < 4; ++w) out[4 * (i + l) + w] = c[w][l];
    }
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

// n pairs of normal variates, cosines at even and sines at odd places.
void normal_pairs(double *out, const double *x, const double *t, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
        double r = __builtin_sqrt(-2 * logarithm(x[i])), c, s;
        turn(t[i], &c, &s);
        out[2 * i] = r * c;
        out[2 * i + 1] = r * s;
    }
}

// u(i) of float32, and of float64 from pairs of words.
void unit_floats(float *out, const uint32_t *w, int64_t n) {
    for (int64_t i = 0; i < n; ++i) out[i] = float(int32_t(w[i] >> 8)) * 0x1p-24f;
}
void unit_doubles(double *out, const uint32_t *w, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
        uint64_t bits;
        std::memcpy(&bits, w + 2 * i, 8);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
        bits = bits << 32 | bits >> 32;
#endif
        out[i] = double(int64_t(bits >> 11)) * 0x1p-53;
    }
}

void logarithms(double *x, int64_t n) {
    for (int64_t i = 0; i < n; ++i) x[i] = logarithm(x[i]);
}

}  // namespace

void fill_random(IsaTable &table) {
    table.philox = philox;
    table.normal_pairs = normal_pairs;
    table.logarithms = logarithms;
    table.unit_floats = unit_floats;
    table.unit_doubles = unit_doubles;
}

}  // namespace cannsim::array::CANNSIM_ISA
