// Activations and special functions that NumPy lacks; SciPy's and torch's definitions.
//
// float32 computes in float64 where the formula would otherwise cancel.
#include <cmath>

#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kSqrtHalfRest = -4.833646656726457e-17;  // sqrt(1/2) - kSqrtHalf
constexpr double kTwoOverSqrtPi = 1.12837916709551257390;

struct Erf {
    template <class T> static T op(T x) { return std::erf(x); }
};
struct Erfc {
    template <class T> static T op(T x) { return std::erfc(x); }
};
struct LGamma {  // std::lgamma writes a global
    static float op(float x) {
        int sign;
        return ::lgammaf_r(x, &sign);
    }
    static double op(double x) {
        int sign;
        return ::lgamma_r(x, &sign);
    }
};

// A closed approximation (Winitzki), then Halley's iteration on erf, or on erfc in the tails where
// 1 - |x| is exact.
struct ErfInv {
    static double op(double x) {
        const double a = std::fabs(x), q = 1 - a;
        if (!(a < 1)) return a == 1 ? std::copysign(HUGE_VAL, x) : std::nan("");
        if (a < 1e-8) return x / kTwoOverSqrtPi;
        constexpr double w = 0.147;
        const double l = std::log1p(-a * a), t = 2 / (kPi * w) + l / 2;
        double y = std::sqrt(std::sqrt(t * t - l / w) - t);
        for (int i = 0; i < 3; ++i) {
            const double f = a < 0.5 ? std::erf(y) - a : q - std::erfc(y);
            const double newton = f / (kTwoOverSqrtPi * std::exp(-y * y));
            y -= newton / (1 + y * newton);
        }
        return std::copysign(y, x);
    }
    static float op(float x) { return float(op(double(x))); }
};

// Recurrence up to the asymptotic series. Extended precision keeps the relative error small near
// the zeros, where the terms cancel.
struct Digamma {
    static long double positive(long double x) {
        long double sum = 0;
        for (; x < 12; x += 1) sum -= 1 / x;
        const long double r = 1 / (x * x);
        const long double series =
            r * (1 / 12.0L -
                 r * (1 / 120.0L -
                      r * (1 / 252.0L -
                           r * (1 / 240.0L -
                                r * (1 / 132.0L - r * (691 / 32760.0L - r * (1 / 12.0L)))))));
        return sum + std::log(x) - 0.5L / x - series;
    }
    static double op(double x) {
        if (x == 0) return -std::copysign(HUGE_VAL, x);
        if (x < 0) {
            if (x == std::floor(x)) return std::nan("");
            const long double fraction = x - std::floor(x), pi = 3.14159265358979323846264338L;
            return double(positive(1 - (long double)x) - pi / std::tan(pi * fraction));
        }
        return x > 0 ? double(positive(x)) : x;
    }
    static float op(float x) { return float(op(double(x))); }
};

struct Sigmoid {
    template <class T> static T op(T x) {
        const T e = std::exp(-std::fabs(x));  // never overflows
        return (x < 0 ? e : T(1)) / (T(1) + e);
    }
};
struct LogSigmoid {
    template <class T> static T op(T x) {
        return (x < 0 ? x : T(0)) - std::log1p(std::exp(-std::fabs(x)));
    }
};
struct Silu {
    template <class T> static T op(T x) { return x * Sigmoid::op(x); }
};
struct Gelu {
    static double op(double x) {
        // In the tail erfc magnifies the rounding of its argument, so that goes in separately.
        const double y = -x * kSqrtHalf;
        const double rest = std::fma(-x, kSqrtHalf, -y) - x * kSqrtHalfRest;
        const double slope = std::fabs(y) < 30 ? kTwoOverSqrtPi * std::exp(-y * y) : 0;
        return 0.5 * x * (std::erfc(y) - slope * rest);
    }
    static float op(float x) { return float(op(double(x))); }
};
struct GeluTanh {  // (1 + tanh(u)) / 2 = sigmoid(2 u), whose tail magnifies the error of u
    template <class W> static W wide(W x) {
        const W u = W(0.797884560802865355879892119868763737L) * (x + W(0.044715L) * x * x * x);
        return x * Sigmoid::op(2 * u);
    }
    static double op(double x) { return double(wide<long double>(x)); }
    static float op(float x) { return float(wide<double>(x)); }
};
struct Mish {  // x tanh(log(1 + e^x))
    template <class T> static T op(T x) {
        if (x > 25) return x;
        const T e = std::exp(x), n = e * (e + T(2));
        return x * (n / (n + T(2)));
    }
};
struct Sinc {  // sin(pi x) / (pi x)
    static double op(double x) {
        if (x == 0) return 1;
        const double r = std::fabs(std::remainder(x, 2.0));  // exact, at most 1
        const double sine = std::sin(kPi * (r > 0.5 ? 1 - r : r));
        const bool negative = std::remainder(std::fabs(x), 2.0) < 0;
        return (negative ? -sine : sine) / (kPi * std::fabs(x));
    }
    static float op(float x) { return float(op(double(x))); }
};
struct Softplus {
    template <class T> static T op(T x, T beta, T threshold) {
        const T y = x * beta;
        return y > threshold ? x : std::log1p(std::exp(y)) / beta;
    }
};
struct Elu {
    template <class T> static T op(T x, T alpha, T scale, T input_scale) {
        return x > 0 ? x * scale : scale * (alpha * std::expm1(x * input_scale));
    }
};

}  // namespace

void fill_special(LoopTable &t) {
    const Floats floats;
    unary<Erf>(t, LoopOp::erf, floats);
    unary<Erfc>(t, LoopOp::erfc, floats);
    unary<ErfInv>(t, LoopOp::erfinv, floats);
    unary<LGamma>(t, LoopOp::lgamma, floats);
    unary<Digamma>(t, LoopOp::digamma, floats);
    unary<Sigmoid>(t, LoopOp::sigmoid, floats);
    unary<LogSigmoid>(t, LoopOp::log_sigmoid, floats);
    unary<Silu>(t, LoopOp::silu, floats);
    unary<Gelu>(t, LoopOp::gelu, floats);
    unary<GeluTanh>(t, LoopOp::gelu_tanh, floats);
    unary<Mish>(t, LoopOp::mish, floats);
    unary<Sinc>(t, LoopOp::sinc, floats);
    ternary<Softplus>(t, LoopOp::softplus, floats);
    quaternary<Elu>(t, LoopOp::elu, floats);
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
