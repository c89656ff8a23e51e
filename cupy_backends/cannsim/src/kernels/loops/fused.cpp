// Several operations in one pass, and activations without transcendental functions.
//
// Each step rounds as the separate functions would: no fused multiply-add.
#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

inline float magnitude(float x) { return __builtin_fabsf(x); }
inline double magnitude(double x) { return __builtin_fabs(x); }

template <class T> Complex<T> operator+(Complex<T> a, Complex<T> b) {
    return {a.re + b.re, a.im + b.im};
}
template <class T> Complex<T> operator-(Complex<T> a, Complex<T> b) {
    return {a.re - b.re, a.im - b.im};
}
template <class T> Complex<T> operator*(Complex<T> a, Complex<T> b) {
    return {product(a.re, b.re) - product(a.im, b.im), product(a.re, b.im) + product(a.im, b.re)};
}

struct Axpy {
    template <class T> static T op(T x, T y, T alpha) { return x + alpha * y; }
};
struct Lerp {
    // From the nearer end, so that weight 1 gives y.
    template <class T> static T op(T x, T y, T weight) {
        const T d = y - x;
        return magnitude(weight) < T(0.5) ? x + weight * d : y - d * (T(1) - weight);
    }
};
struct ComplexLerp {
    template <class T> static T op(T x, T y, T weight) { return x + weight * (y - x); }
};
struct AddCMul {
    template <class T> static T op(T x, T y, T z, T value) { return x + value * y * z; }
};
struct AddCDiv {
    template <class T> static T op(T x, T y, T z, T value) { return x + value * y / z; }
};
struct Threshold {
    template <class T> static T op(T x, T threshold, T value) { return x <= threshold ? value : x; }
};
struct NanToNum {
    template <class T> static T op(T x, T nan, T posinf, T neginf) {
        constexpr T inf = T(__builtin_inf());
        const T finite = x == inf ? posinf : x == -inf ? neginf : x;
        return x != x ? nan : finite;
    }
};
struct Relu {
    template <class T> static T op(T x) { return x <= 0 ? T(0) : x; }
};
struct LeakyRelu {
    template <class T> static T op(T x, T slope) { return x > 0 ? x : x * slope; }
};
struct HardShrink {
    template <class T> static T op(T x, T lambda) {
        return (x >= -lambda) & (x <= lambda) ? T(0) : x;
    }
};
struct SoftShrink {
    template <class T> static T op(T x, T lambda) {
        const T inside = x != x ? x : T(0);
        return x > lambda ? x - lambda : x < -lambda ? x + lambda : inside;
    }
};
struct HardSigmoid {
    template <class T> static T op(T x) {
        const T y = (x + T(3)) / T(6);
        return y < 0 ? T(0) : y > 1 ? T(1) : y;
    }
};
struct HardSwish {
    template <class T> static T op(T x) {
        const T y = x + T(3);
        const T gate = y < 0 ? T(0) : y > 6 ? T(6) : y;
        return x * gate / T(6);
    }
};
struct SoftSign {
    template <class T> static T op(T x) { return x / (T(1) + magnitude(x)); }
};

}  // namespace

void fill_fused(LoopTable &t) {
    const Floats floats;
    ternary<Axpy>(t, LoopOp::axpy, floats);
    ternary<Axpy>(t, LoopOp::axpy, Complexes());
    ternary<Lerp>(t, LoopOp::lerp, floats);
    ternary<ComplexLerp>(t, LoopOp::lerp, Complexes());
    quaternary<AddCMul>(t, LoopOp::addcmul, floats);
    quaternary<AddCMul>(t, LoopOp::addcmul, Complexes());
    quaternary<AddCDiv>(t, LoopOp::addcdiv, floats);
    ternary<Threshold>(t, LoopOp::threshold, floats);
    ternary<Threshold>(t, LoopOp::threshold, Integers());
    quaternary<NanToNum>(t, LoopOp::nan_to_num, floats);
    unary<Relu>(t, LoopOp::relu, floats);
    binary<LeakyRelu>(t, LoopOp::leaky_relu, floats);
    binary<HardShrink>(t, LoopOp::hardshrink, floats);
    binary<SoftShrink>(t, LoopOp::softshrink, floats);
    unary<HardSigmoid>(t, LoopOp::hardsigmoid, floats);
    unary<HardSwish>(t, LoopOp::hardswish, floats);
    unary<SoftSign>(t, LoopOp::softsign, floats);
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
