// float64 sine and cosine, branch-free so that they vectorise; below one ULP.
//
// Cody-Waite reduction by pi/2 in three parts: with fused multiply-add the first difference is
// exact for |x| <= kLargest, and the reduced argument is kept as a sum of two doubles. Beyond, libm.
#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {

#if defined(__FMA__) || defined(__aarch64__)
namespace {

constexpr double kLargest = 1e5;
constexpr intptr_t kBlock = 256;

template <int Quadrant> struct Trig {  // 0: sine, 1: cosine
    static double op(double x) {
        constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
        constexpr double pi_2_high = 0x1.921fb54442d18p+0, pi_2_middle = 0x1.1a62633145c07p-54,
                         pi_2_low = -0x1.f1976b7ed8fbcp-110;
        constexpr double to_integer = 0x1.8p52;  // its last bit counts ones
        const double shifted = x * two_over_pi + to_integer;
        const double n = shifted - to_integer;
        uint64_t quadrant;
        __builtin_memcpy(&quadrant, &shifted, sizeof quadrant);
        quadrant += Quadrant;

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
};

template <int Quadrant> struct TrigLoop : Layout<double, double> {
    static void run(char *const *p, intptr_t n) {
        const double *a = (const double *)p[0];
        double *r = (double *)p[1];
        for (; n > 0; n -= kBlock, a += kBlock, r += kBlock) block(a, r, n < kBlock ? n : kBlock);
    }

    static void block(const double *a, double *r, intptr_t n) {
        intptr_t large = 0;
        CANNSIM_EACH(i, n) large += __builtin_fabs(a[i]) > kLargest;
        if (large == 0) {
            CANNSIM_EACH(i, n) r[i] = Trig<Quadrant>::op(a[i]);
            return;
        }
        for (intptr_t i = 0; i < n; ++i) {
            r[i] = Quadrant ? __builtin_cos(a[i]) : __builtin_sin(a[i]);
        }
    }
};

}  // namespace

void fill_trig(LoopTable &t) {
    t.set(LoopOp::sin, DType::Float64, loop<TrigLoop<0>>);
    t.set(LoopOp::cos, DType::Float64, loop<TrigLoop<1>>);
}
#else
void fill_trig(LoopTable &) {}  // without fused multiply-add libm is as fast
#endif

}  // namespace CANNSIM_ISA
}  // namespace cannsim
