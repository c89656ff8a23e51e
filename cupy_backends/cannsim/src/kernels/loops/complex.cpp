// Complex arithmetic that needs no transcendental function.
#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

inline float magnitude(float x) { return __builtin_fabsf(x); }
inline double magnitude(double x) { return __builtin_fabs(x); }
inline float nearest(float x) { return __builtin_rintf(x); }
inline double nearest(double x) { return __builtin_rint(x); }
template <class T> using C = Complex<T>;

struct Add {
    template <class T> static C<T> op(C<T> a, C<T> b) { return {a.re + b.re, a.im + b.im}; }
};
struct Subtract {
    template <class T> static C<T> op(C<T> a, C<T> b) { return {a.re - b.re, a.im - b.im}; }
};
// NumPy fuses one of the two products where the CPU can, and so do we, for equal bits.
#if defined(__FMA__) || defined(__aarch64__)
inline float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }
#else
template <class T> T fused(T a, T b, T c) { return product(a, b) + c; }
#endif
struct Multiply {
    template <class T> static C<T> op(C<T> a, C<T> b) {
        return {fused(a.re, b.re, -product(a.im, b.im)), fused(a.re, b.im, product(a.im, b.re))};
    }
};
struct Square {
    template <class T> static C<T> op(C<T> a) { return Multiply::op(a, a); }
};

// Smith's method: scaling by the larger part of the divisor avoids needless overflow.
struct Divide {
    template <class T> static C<T> op(C<T> a, C<T> b) {
        const bool wide = magnitude(b.re) >= magnitude(b.im);
        const T large = wide ? b.re : b.im, small = wide ? b.im : b.re;
        const T ratio = small / large;
        const T scale = T(1) / (large + product(small, ratio));
        const C<T> x = {(a.re + product(a.im, ratio)) * scale, (a.im - product(a.re, ratio)) * scale};
        const C<T> y = {(product(a.re, ratio) + a.im) * scale, (product(a.im, ratio) - a.re) * scale};
        const C<T> by_zero = {a.re / magnitude(b.re), a.im / magnitude(b.re)};
        const bool zero = (b.re == 0) & (b.im == 0);
        return {zero ? by_zero.re : wide ? x.re : y.re, zero ? by_zero.im : wide ? x.im : y.im};
    }
};
struct Reciprocal {
    template <class T> static C<T> op(C<T> a) {
        const bool wide = magnitude(a.im) <= magnitude(a.re);
        const T large = wide ? a.re : a.im, small = wide ? a.im : a.re;
        const T ratio = small / large, d = large + product(small, ratio);
        const T unit = T(1) / d, rest = ratio / d;
        return {wide ? unit : rest, wide ? -rest : -unit};
    }
};
struct Negative {
    template <class T> static C<T> op(C<T> a) { return {-a.re, -a.im}; }
};
struct Conjugate {
    template <class T> static C<T> op(C<T> a) { return {a.re, -a.im}; }
};
struct Rint {
    template <class T> static C<T> op(C<T> a) { return {nearest(a.re), nearest(a.im)}; }
};
struct IsNan {
    template <class T> static bool8 op(C<T> a) { return bool8((a.re != a.re) | (a.im != a.im)); }
};
struct IsInf {
    template <class T> static bool8 op(C<T> a) {
        constexpr T inf = T(__builtin_inf());
        return bool8((magnitude(a.re) == inf) | (magnitude(a.im) == inf));
    }
};
struct IsFinite {
    template <class T> static bool8 op(C<T> a) {
        constexpr T inf = T(__builtin_inf());
        return bool8((magnitude(a.re) < inf) & (magnitude(a.im) < inf));
    }
};

}  // namespace

void fill_complex(LoopTable &t) {
    const Complexes complexes;
    hot<Add>(t, LoopOp::add, complexes);
    hot<Subtract>(t, LoopOp::subtract, complexes);
    hot<Multiply>(t, LoopOp::multiply, complexes);
    binary<Divide>(t, LoopOp::divide, complexes);
    unary<Reciprocal>(t, LoopOp::reciprocal, complexes);
    unary<Negative>(t, LoopOp::negative, complexes);
    unary<Conjugate>(t, LoopOp::conjugate, complexes);
    unary<Square>(t, LoopOp::square, complexes);
    unary<Rint>(t, LoopOp::rint, complexes);
    unary<IsNan, bool8>(t, LoopOp::isnan, complexes);
    unary<IsInf, bool8>(t, LoopOp::isinf, complexes);
    unary<IsFinite, bool8>(t, LoopOp::isfinite, complexes);
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
