// Transcendental functions of float32 and float64 by libm.
//
// A host library's vectorised loops take their place where it registers them.
#include <cmath>

#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

#define CANNSIM_LIBM(Name, function)                                                               \
    struct Name {                                                                                  \
        template <class T> static T op(T x) { return std::function(x); }                           \
    };
CANNSIM_LIBM(Cbrt, cbrt)
CANNSIM_LIBM(Exp, exp)
CANNSIM_LIBM(Exp2, exp2)
CANNSIM_LIBM(ExpM1, expm1)
CANNSIM_LIBM(Log, log)
CANNSIM_LIBM(Log2, log2)
CANNSIM_LIBM(Log10, log10)
CANNSIM_LIBM(Log1P, log1p)
CANNSIM_LIBM(Sin, sin)
CANNSIM_LIBM(Cos, cos)
CANNSIM_LIBM(Tan, tan)
CANNSIM_LIBM(ArcSin, asin)
CANNSIM_LIBM(ArcCos, acos)
CANNSIM_LIBM(ArcTan, atan)
CANNSIM_LIBM(Sinh, sinh)
CANNSIM_LIBM(Cosh, cosh)
CANNSIM_LIBM(Tanh, tanh)
CANNSIM_LIBM(ArcSinh, asinh)
CANNSIM_LIBM(ArcCosh, acosh)
CANNSIM_LIBM(ArcTanh, atanh)
#undef CANNSIM_LIBM

#define CANNSIM_LIBM(Name, function)                                                               \
    struct Name {                                                                                  \
        template <class T> static T op(T x, T y) { return std::function(x, y); }                   \
    };
CANNSIM_LIBM(Power, pow)
CANNSIM_LIBM(ArcTan2, atan2)
CANNSIM_LIBM(Hypot, hypot)
CANNSIM_LIBM(NextAfter, nextafter)
#undef CANNSIM_LIBM

struct LogAddExp {
    template <class T> static T op(T x, T y) {
        if (x == y) return x + T(0.693147180559945309417232121458176568L);
        const T d = x - y;
        if (d > 0) return x + std::log1p(std::exp(-d));
        return d <= 0 ? y + std::log1p(std::exp(d)) : d;
    }
};
struct LogAddExp2 {
    template <class T> static T log2_1p(T x) {
        return T(1.442695040888963407359924681001892137L) * std::log1p(x);
    }
    template <class T> static T op(T x, T y) {
        if (x == y) return x + T(1);
        const T d = x - y;
        if (d > 0) return x + log2_1p(std::exp2(-d));
        return d <= 0 ? y + log2_1p(std::exp2(d)) : d;
    }
};
struct XLogY {
    template <class T> static T op(T x, T y) { return x == 0 && y == y ? T(0) : x * std::log(y); }
};
struct XLog1PY {
    template <class T> static T op(T x, T y) { return x == 0 && y == y ? T(0) : x * std::log1p(y); }
};
struct LdExp {
    template <class T> static T op(T x, int64_t e) {
        return std::ldexp(x, e > 100000 ? 100000 : e < -100000 ? -100000 : int(e));
    }
};
struct Angle {
    template <class T> static T op(T x) { return std::atan2(T(0), x); }
};

}  // namespace

void fill_math(LoopTable &t) {
    const Floats floats;
    unary<Cbrt>(t, LoopOp::cbrt, floats);
    unary<Exp>(t, LoopOp::exp, floats);
    unary<Exp2>(t, LoopOp::exp2, floats);
    unary<ExpM1>(t, LoopOp::expm1, floats);
    unary<Log>(t, LoopOp::log, floats);
    unary<Log2>(t, LoopOp::log2, floats);
    unary<Log10>(t, LoopOp::log10, floats);
    unary<Log1P>(t, LoopOp::log1p, floats);
    unary<Sin>(t, LoopOp::sin, floats);
    unary<Cos>(t, LoopOp::cos, floats);
    unary<Tan>(t, LoopOp::tan, floats);
    unary<ArcSin>(t, LoopOp::arcsin, floats);
    unary<ArcCos>(t, LoopOp::arccos, floats);
    unary<ArcTan>(t, LoopOp::arctan, floats);
    unary<Sinh>(t, LoopOp::sinh, floats);
    unary<Cosh>(t, LoopOp::cosh, floats);
    unary<Tanh>(t, LoopOp::tanh, floats);
    unary<ArcSinh>(t, LoopOp::arcsinh, floats);
    unary<ArcCosh>(t, LoopOp::arccosh, floats);
    unary<ArcTanh>(t, LoopOp::arctanh, floats);
    unary<Angle>(t, LoopOp::angle, floats);
    binary<Power>(t, LoopOp::power, floats);
    binary<ArcTan2>(t, LoopOp::arctan2, floats);
    binary<Hypot>(t, LoopOp::hypot, floats);
    binary<LogAddExp>(t, LoopOp::logaddexp, floats);
    binary<LogAddExp2>(t, LoopOp::logaddexp2, floats);
    binary<XLogY>(t, LoopOp::xlogy, floats);
    binary<XLog1PY>(t, LoopOp::xlog1py, floats);
    binary<NextAfter>(t, LoopOp::nextafter, floats);
    t.set(LoopOp::ldexp, DType::Float32, loop<Binary<LdExp, float, float, int64_t>>);
    t.set(LoopOp::ldexp, DType::Float64, loop<Binary<LdExp, double, double, int64_t>>);
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
