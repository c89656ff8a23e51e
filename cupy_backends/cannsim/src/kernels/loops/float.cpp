// Arithmetic, rounding and classification of float32 and float64.
#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

inline float root(float x) { return __builtin_sqrtf(x); }
inline double root(double x) { return __builtin_sqrt(x); }
inline float magnitude(float x) { return __builtin_fabsf(x); }
inline double magnitude(double x) { return __builtin_fabs(x); }
template <class T> constexpr T infinity() { return T(__builtin_inf()); }

struct Add {
    template <class T> static T op(T a, T b) { return a + b; }
};
struct Subtract {
    template <class T> static T op(T a, T b) { return a - b; }
};
struct Multiply {
    template <class T> static T op(T a, T b) { return a * b; }
};
struct Divide {
    template <class T> static T op(T a, T b) { return a / b; }
};
struct Negative {
    template <class T> static T op(T a) { return -a; }
};
struct Absolute {
    template <class T> static T op(T a) { return magnitude(a); }
};
struct Sign {
    template <class T> static T op(T a) {
        const T s = T(a > 0) - T(a < 0);
        return a != a ? a : s;
    }
};
struct Square {
    template <class T> static T op(T a) { return a * a; }
};
struct Sqrt {
    template <class T> static T op(T a) { return root(a); }
};
struct RSqrt {
    template <class T> static T op(T a) { return T(1) / root(a); }
};
struct Reciprocal {
    template <class T> static T op(T a) { return T(1) / a; }
};
struct Identity {
    template <class T> static T op(T a) { return a; }
};

struct Floor {
    static float op(float a) { return __builtin_floorf(a); }
    static double op(double a) { return __builtin_floor(a); }
};
struct Ceil {
    static float op(float a) { return __builtin_ceilf(a); }
    static double op(double a) { return __builtin_ceil(a); }
};
struct Trunc {
    static float op(float a) { return __builtin_truncf(a); }
    static double op(double a) { return __builtin_trunc(a); }
};
struct Rint {
    static float op(float a) { return __builtin_rintf(a); }
    static double op(double a) { return __builtin_rint(a); }
};
struct RintUnsignedZero {
    template <class T> static T op(T a) { return Rint::op(a) + T(0); }
};
struct TruncDivide {
    template <class T> static T op(T a, T b) { return Trunc::op(a / b); }
};
struct CopySign {
    static float op(float a, float b) { return __builtin_copysignf(a, b); }
    static double op(double a, double b) { return __builtin_copysign(a, b); }
};
struct Heaviside {
    template <class T> static T op(T x, T at_zero) {
        return x != x ? x : x == 0 ? at_zero : T(x > 0);
    }
};

struct IsNan {
    template <class T> static bool8 op(T a) { return a != a; }
};
struct IsInf {
    template <class T> static bool8 op(T a) { return magnitude(a) == infinity<T>(); }
};
struct IsFinite {
    template <class T> static bool8 op(T a) { return magnitude(a) < infinity<T>(); }
};
struct IsPosInf {
    template <class T> static bool8 op(T a) { return a == infinity<T>(); }
};
struct IsNegInf {
    template <class T> static bool8 op(T a) { return a == -infinity<T>(); }
};
struct SignBit {
    static bool8 op(float a) {
        int32_t bits;
        __builtin_memcpy(&bits, &a, sizeof bits);
        return bits < 0;
    }
    static bool8 op(double a) {
        int64_t bits;
        __builtin_memcpy(&bits, &a, sizeof bits);
        return bits < 0;
    }
};

}  // namespace

void fill_float(LoopTable &t) {
    const Floats floats;
    hot<Add>(t, LoopOp::add, floats);
    hot<Subtract>(t, LoopOp::subtract, floats);
    hot<Multiply>(t, LoopOp::multiply, floats);
    hot<Divide>(t, LoopOp::divide, floats);
    unary<Negative>(t, LoopOp::negative, floats);
    unary<Absolute>(t, LoopOp::absolute, floats);
    unary<Sign>(t, LoopOp::sign, floats);
    unary<Square>(t, LoopOp::square, floats);
    unary<Sqrt>(t, LoopOp::sqrt, floats);
    unary<RSqrt>(t, LoopOp::rsqrt, floats);
    unary<Reciprocal>(t, LoopOp::reciprocal, floats);
    unary<Identity>(t, LoopOp::conjugate, floats);
    unary<Floor>(t, LoopOp::floor, floats);
    unary<Ceil>(t, LoopOp::ceil, floats);
    unary<Trunc>(t, LoopOp::trunc, floats);
    unary<Rint>(t, LoopOp::rint, floats);
    unary<RintUnsignedZero>(t, LoopOp::rint_unsigned_zero, floats);
    binary<TruncDivide>(t, LoopOp::trunc_divide, floats);
    binary<CopySign>(t, LoopOp::copysign, floats);
    binary<Heaviside>(t, LoopOp::heaviside, floats);
    unary<IsNan, bool8>(t, LoopOp::isnan, floats);
    unary<IsInf, bool8>(t, LoopOp::isinf, floats);
    unary<IsFinite, bool8>(t, LoopOp::isfinite, floats);
    unary<IsPosInf, bool8>(t, LoopOp::isposinf, floats);
    unary<IsNegInf, bool8>(t, LoopOp::isneginf, floats);
    unary<SignBit, bool8>(t, LoopOp::signbit, floats);
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
