// Transcendental functions of complex64 and complex128 by the C++ library.
#include <cmath>
#include <complex>

#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

template <class T> using C = Complex<T>;
template <class T> std::complex<T> in(C<T> z) { return {z.re, z.im}; }
template <class T> C<T> out(std::complex<T> z) { return {z.real(), z.imag()}; }

#define CANNSIM_COMPLEX(Name, function)                                                            \
    struct Name {                                                                                  \
        template <class T> static C<T> op(C<T> z) { return out(std::function(in(z))); }            \
    };
CANNSIM_COMPLEX(Sqrt, sqrt)
CANNSIM_COMPLEX(Exp, exp)
CANNSIM_COMPLEX(Log, log)
CANNSIM_COMPLEX(Sin, sin)
CANNSIM_COMPLEX(Cos, cos)
CANNSIM_COMPLEX(Tan, tan)
CANNSIM_COMPLEX(ArcSin, asin)
CANNSIM_COMPLEX(ArcCos, acos)
CANNSIM_COMPLEX(ArcTan, atan)
CANNSIM_COMPLEX(Sinh, sinh)
CANNSIM_COMPLEX(Cosh, cosh)
CANNSIM_COMPLEX(Tanh, tanh)
CANNSIM_COMPLEX(ArcSinh, asinh)
CANNSIM_COMPLEX(ArcCosh, acosh)
CANNSIM_COMPLEX(ArcTanh, atanh)
#undef CANNSIM_COMPLEX

template <class T> C<T> scaled(C<T> z, long double factor) {
    return {T(z.re * T(factor)), T(z.im * T(factor))};
}
struct Exp2 {
    template <class T> static C<T> op(C<T> z) {
        return Exp::op(scaled(z, 0.693147180559945309417232121458176568L));
    }
};
struct Log2 {
    template <class T> static C<T> op(C<T> z) {
        return scaled(Log::op(z), 1.442695040888963407359924681001892137L);
    }
};
struct Log10 {
    template <class T> static C<T> op(C<T> z) {
        return scaled(Log::op(z), 0.434294481903251827651128918916605082L);
    }
};
struct ExpM1 {
    template <class T> static C<T> op(C<T> z) {
        const T s = std::sin(z.im / 2);  // cos(im) - 1 = -2 sin(im / 2)^2
        return {std::expm1(z.re) * std::cos(z.im) - 2 * s * s, std::exp(z.re) * std::sin(z.im)};
    }
};
struct Log1P {
    template <class T> static C<T> op(C<T> z) {
        const T length = std::hypot(z.re + 1, z.im);
        return {std::log(length), std::atan2(z.im, z.re + 1)};
    }
};

template <class T> C<T> times(C<T> a, C<T> b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
template <class T> C<T> over(C<T> a, C<T> b) {
    const bool wide = std::fabs(b.re) >= std::fabs(b.im);
    const T ratio = wide ? b.im / b.re : b.re / b.im;
    const T scale = 1 / (wide ? b.re + b.im * ratio : b.im + b.re * ratio);
    if (wide) return {(a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale};
    return {(a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale};
}
struct RSqrt {
    template <class T> static C<T> op(C<T> z) { return over(C<T>{1, 0}, Sqrt::op(z)); }
};
struct Power {
    template <class T> static C<T> op(C<T> a, C<T> b) {
        if (b.re == 0 && b.im == 0) return {1, 0};
        if (a.re == 0 && a.im == 0) {
            const T nan = std::nan("");
            return b.re > 0 ? C<T>{0, 0} : C<T>{nan, nan};
        }
        // Small integer powers by multiplication: exact where the result is.
        if (b.im == 0 && std::fabs(b.re) < 100 && b.re == std::trunc(b.re)) {
            int n = int(std::fabs(b.re));
            C<T> result = {1, 0}, base = a;
            for (bool first = true;; base = times(base, base)) {
                if (n & 1) {
                    result = first ? base : times(result, base);
                    first = false;
                }
                if (!(n >>= 1)) break;
            }
            return b.re < 0 ? over(C<T>{1, 0}, result) : result;
        }
        return out(std::pow(in(a), in(b)));
    }
};
struct Absolute {
    template <class T> static T op(C<T> z) { return std::hypot(z.re, z.im); }
};
struct Angle {
    template <class T> static T op(C<T> z) { return std::atan2(z.im, z.re); }
};
struct Sign {
    template <class T> static C<T> op(C<T> z) {
        const T length = std::hypot(z.re, z.im);
        if (length != length) return {length, length};
        if (std::isinf(length)) {
            const bool both = std::isinf(z.re) && std::isinf(z.im);
            if (both) return {T(std::nan("")), T(std::nan(""))};
            return {std::isinf(z.re) ? std::copysign(T(1), z.re) : T(0),
                    std::isinf(z.im) ? std::copysign(T(1), z.im) : T(0)};
        }
        return length == 0 ? C<T>{0, 0} : C<T>{z.re / length, z.im / length};
    }
};

template <class F, class... T> void to_real(LoopTable &t, LoopOp op, Types<T...>) {
    (t.set(op, dtype_of<T>(), loop<Unary<F, typename T::Real, T>>), ...);
}

}  // namespace

void fill_complex_math(LoopTable &t) {
    const Complexes complexes;
    unary<Sqrt>(t, LoopOp::sqrt, complexes);
    unary<RSqrt>(t, LoopOp::rsqrt, complexes);
    unary<Exp>(t, LoopOp::exp, complexes);
    unary<Exp2>(t, LoopOp::exp2, complexes);
    unary<ExpM1>(t, LoopOp::expm1, complexes);
    unary<Log>(t, LoopOp::log, complexes);
    unary<Log2>(t, LoopOp::log2, complexes);
    unary<Log10>(t, LoopOp::log10, complexes);
    unary<Log1P>(t, LoopOp::log1p, complexes);
    unary<Sin>(t, LoopOp::sin, complexes);
    unary<Cos>(t, LoopOp::cos, complexes);
    unary<Tan>(t, LoopOp::tan, complexes);
    unary<ArcSin>(t, LoopOp::arcsin, complexes);
    unary<ArcCos>(t, LoopOp::arccos, complexes);
    unary<ArcTan>(t, LoopOp::arctan, complexes);
    unary<Sinh>(t, LoopOp::sinh, complexes);
    unary<Cosh>(t, LoopOp::cosh, complexes);
    unary<Tanh>(t, LoopOp::tanh, complexes);
    unary<ArcSinh>(t, LoopOp::arcsinh, complexes);
    unary<ArcCosh>(t, LoopOp::arccosh, complexes);
    unary<ArcTanh>(t, LoopOp::arctanh, complexes);
    unary<Sign>(t, LoopOp::sign, complexes);
    binary<Power>(t, LoopOp::power, complexes);
    to_real<Absolute>(t, LoopOp::absolute, complexes);
    to_real<Angle>(t, LoopOp::angle, complexes);
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
