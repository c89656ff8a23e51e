// Sine and cosine of float32 and float64, branch-free so that they vectorise; float64 is below one
// ULP off, float32 below 1.5. Beyond what the reductions hold, float64 takes libm, float32 the
// float64 reduction.
#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {

#if defined(__FMA__) || defined(__aarch64__)
namespace {

constexpr intptr_t kBlock = 256;

enum Function { Sine, Cosine };

inline float magnitude(float x) { return __builtin_fabsf(x); }
inline double magnitude(double x) { return __builtin_fabs(x); }

// Cody-Waite reduction by pi/2 in three parts: with fused multiply-add the first difference is
// exact for |x| <= kLargest, and the reduced argument is kept as a sum of two doubles.
template <Function F> struct Trig64 {
    using Type = double;
    static constexpr double kLargest = 1e5;

    static double op(double x) {
        constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
        constexpr double pi_2_high = 0x1.921fb54442d18p+0, pi_2_middle = 0x1.1a62633145c07p-54,
                         pi_2_low = -0x1.f1976b7ed8fbcp-110;
        constexpr double to_integer = 0x1.8p52;  // its last bit counts ones
        const double shifted = x * two_over_pi + to_integer;
        const double n = shifted - to_integer;
        uint64_t quadrant;
        __builtin_memcpy(&quadrant, &shifted, sizeof quadrant);
        quadrant += F;

        const double exact = __builtin_fma(-n, pi_2_high, x);
        // r + tail = exact - n * (middle + low): the difference with its rounding error (TwoSum).
        const double product = n * pi_2_middle;
        const double product_rest = __builtin_fma(n, pi_2_middle, -product);
        const double r = exact - product;
        const double taken = r - exact;
        const double rest = (exact - (r - taken)) - (product + taken);
        const double tail = rest - __builtin_fma(n, pi_2_low, product_rest);

        // Minimax polynomials of fdlibm on [-pi/4, pi/4].
        const double z = r * r, cube = z * r;
        double s = 1.58969099521155010221e-10;
        s = __builtin_fma(s, z, -2.50507602534068634195e-08);
        s = __builtin_fma(s, z, 2.75573137070700676789e-06);
        s = __builtin_fma(s, z, -1.98412698298579493134e-04);
        s = __builtin_fma(s, z, 8.33333333332248946124e-03);
        const double sine_rest = z * (0.5 * tail - cube * s) - tail;
        const double sine = r - __builtin_fma(cube, 1.66666666666666324348e-01, sine_rest);

        double c = -1.13596475577881948265e-11;
        c = __builtin_fma(c, z, 2.08757232129817482790e-09);
        c = __builtin_fma(c, z, -2.75573143513906633035e-07);
        c = __builtin_fma(c, z, 2.48015872894767294178e-05);
        c = __builtin_fma(c, z, -1.38888888888741095749e-03);
        c = __builtin_fma(c, z, 4.16666666666666019037e-02);
        const double half = 0.5 * z, head = 1.0 - half;
        const double cosine = head + ((1.0 - head - half) + (z * z * c - r * tail));

        const double value = quadrant & 1 ? cosine : sine;
        return quadrant & 2 ? -value : value;
    }

    static void far(const double *a, double *r, intptr_t n) {
        for (intptr_t i = 0; i < n; ++i) {
            const bool near = magnitude(a[i]) <= kLargest;
            r[i] = near ? op(a[i]) : F == Cosine ? __builtin_cos(a[i]) : __builtin_sin(a[i]);
        }
    }
};

// The same with floats of |x|: the third part is too small to cost a rounding where one counts.
template <Function F> struct Trig32 {
    using Type = float;
    static constexpr float kLargest = 1e5f;

    static float op(float x) {
        constexpr float two_over_pi = 0x1.45f306p-1f;
        constexpr float pi_2_high = 0x1.921fb6p+0f, pi_2_middle = -0x1.777a5cp-25f,
                        pi_2_low = -0x1.ee59dap-50f;
        constexpr float to_integer = 0x1.8p23f;
        const float size = magnitude(x);
        const float shifted = __builtin_fmaf(size, two_over_pi, to_integer);
        const float n = shifted - to_integer;
        const uint32_t quadrant = bits_of(shifted) + F;
        float r = __builtin_fmaf(-n, pi_2_high, size);
        r = __builtin_fmaf(-n, pi_2_middle, r);
        r = __builtin_fmaf(-n, pi_2_low, r);

        // Minimax polynomials on [-pi/4, pi/4].
        const float z = r * r;
        float s = 0x1.7c1c2cp-19f;
        s = __builtin_fmaf(s, z, -0x1.a05934p-13f);
        s = __builtin_fmaf(s, z, 0x1.111174p-7f);
        s = __builtin_fmaf(s, z, -0x1.555556p-3f);
        const float sine = __builtin_fmaf(z * r, s, r);
        float c = 0x1.99e524p-16f;
        c = __builtin_fmaf(c, z, -0x1.6c0c22p-10f);
        c = __builtin_fmaf(c, z, 0x1.55554ap-5f);
        c = __builtin_fmaf(c, z, -0.5f);
        const float cosine = __builtin_fmaf(c, z, 1.0f);

        const float value = quadrant & 1 ? cosine : sine;
        const uint32_t odd = F == Sine ? bits_of(x) & 0x80000000 : 0; // the sine of -0 is -0
        return float_of(bits_of(value) ^ ((quadrant << 30) & 0x80000000) ^ odd);
    }

    // A float32 is far from every multiple of pi/2, compared with what float64 loses.
    static float wide(float x) { return float(Trig64<F>::op(double(x))); }

    static void far(const float *a, float *r, intptr_t n) {
        constexpr float vast = 0x1p50f; // beyond, Trig64 has no bit left that counts
        int32_t beyond = 0;
        for (intptr_t i = 0; i < n; ++i) beyond |= magnitude(a[i]) > vast;
        float mixed[kBlock]; // an output may lie on its input
        CANNSIM_EACH(i, n) {
            const float near = op(a[i]), other = wide(a[i]);
            mixed[i] = magnitude(a[i]) > kLargest ? other : near;
        }
        for (intptr_t i = 0; beyond && i < n; ++i) {
            if (magnitude(a[i]) > vast) mixed[i] = F == Cosine ? __builtin_cosf(a[i]) : __builtin_sinf(a[i]);
        }
        for (intptr_t i = 0; i < n; ++i) r[i] = mixed[i];
    }
};

template <class K> struct TrigLoop : Layout<typename K::Type, typename K::Type> {
    using T = typename K::Type;
    static constexpr intptr_t kWide = 64 / sizeof(T);

    static void run(char *const *p, intptr_t n) {
        const T *a = (const T *)p[0];
        T *r = (T *)p[1];
        for (; n > 0; n -= kBlock, a += kBlock, r += kBlock) block(a, r, n < kBlock ? n : kBlock);
    }

    static void block(const T *a, T *r, intptr_t n) {
        int32_t large = 0;
        for (intptr_t i = 0; i < n; ++i) large |= magnitude(a[i]) > K::kLargest;
        if (large) return K::far(a, r, n);
        if (n < kWide || n % kWide == 0) {
            CANNSIM_EACH(i, n) r[i] = K::op(a[i]);
            return;
        }
        // The last vector overlaps the one before; its input may lie under the output.
        T last[kWide];
        CANNSIM_EACH(i, kWide) last[i] = K::op(a[n - kWide + i]);
        const intptr_t whole = n / kWide * kWide;
        CANNSIM_EACH(i, whole) r[i] = K::op(a[i]);
        __builtin_memcpy(r + n - kWide, last, sizeof last);
    }
};

}  // namespace

void fill_trig(LoopTable &t) {
    t.set(LoopOp::sin, DType::Float64, loop<TrigLoop<Trig64<Sine>>>);
    t.set(LoopOp::cos, DType::Float64, loop<TrigLoop<Trig64<Cosine>>>);
    t.set(LoopOp::sin, DType::Float32, loop<TrigLoop<Trig32<Sine>>>);
    t.set(LoopOp::cos, DType::Float32, loop<TrigLoop<Trig32<Cosine>>>);
}
#else
void fill_trig(LoopTable &) {}  // without fused multiply-add libm is as fast
#endif

}  // namespace CANNSIM_ISA
}  // namespace cannsim
