// Loops that choose among their operands: maximum and minimum, clip, where.
#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

struct bits128 {
    uint64_t low, high;
};

template <class T> bool is_nan(T a) { return a != a; }
template <class T> bool is_nan(Complex<T> a) { return (a.re != a.re) | (a.im != a.im); }
template <class T> bool at_least(T a, T b) { return a >= b; }
template <class T> bool at_least(Complex<T> a, Complex<T> b) {
    return (a.re > b.re && a.im == a.im && b.im == b.im) || (a.re == b.re && a.im >= b.im);
}

// Two selections in turn rather than one on a compound condition, which gcc compiles to branches.
template <class T> T larger(T a, T b) { return at_least(a, b) ? a : b; }
template <class T> T smaller(T a, T b) { return at_least(b, a) ? a : b; }

struct Maximum {
    template <class T> static T op(T a, T b) {
        const T m = larger(a, b);
        return is_nan(a) ? a : m;
    }
};
struct Minimum {
    template <class T> static T op(T a, T b) {
        const T m = smaller(a, b);
        return is_nan(a) ? a : m;
    }
};
struct FMax {
    template <class T> static T op(T a, T b) {
        const T m = larger(a, b);
        return is_nan(b) ? a : m;
    }
};
struct FMin {
    template <class T> static T op(T a, T b) {
        const T m = smaller(a, b);
        return is_nan(b) ? a : m;
    }
};
struct Clip {
    template <class T> static T op(T x, T lo, T hi) { return Minimum::op(Maximum::op(x, lo), hi); }
};
// Mostly the bounds are two numbers, and then x that is no number is kept by a comparison on its other side.
template <class T> void clip(char **args, const intptr_t *np, const intptr_t *steps, void *data) {
    constexpr intptr_t size = sizeof(T);
    if (steps[0] == size && steps[1] == 0 && steps[2] == 0 && steps[3] == size) {
        const T *x = (const T *)args[0], low = *(const T *)args[1], high = *(const T *)args[2];
        T *r = (T *)args[3];
        const intptr_t n = *np;
        if (low == low && high == high) {
            CANNSIM_EACH(i, n) {
                const T raised = x[i] < low ? low : x[i];
                r[i] = raised > high ? high : raised;
            }
            return;
        }
    }
    loop<Ternary<Clip, T, T, T, T>>(args, np, steps, data);
}
template <class... T> void clips(LoopTable &t, Types<T...>) {
    (t.set(LoopOp::clip, dtype_of<T>(), clip<T>), ...);
}

struct Where {
    template <class T> static T op(bool8 condition, T x, T y) { return condition ? x : y; }
    static bits128 op(bool8 condition, bits128 x, bits128 y) {
        return {condition ? x.low : y.low, condition ? x.high : y.high};
    }
};

struct NextAfter {
    // float16 and bfloat16 order their magnitudes as integers do.
    template <uint16_t Infinity> static uint16_t step(uint16_t a, uint16_t b) {
        const uint16_t x = a & 0x7fff, y = b & 0x7fff;
        if (x > Infinity || y > Infinity) return x > Infinity ? a : b;
        if (a == b || (x | y) == 0) return a;
        if (x == 0) return uint16_t((b & 0x8000) | 1);
        const bool away = (a & 0x8000) == (b & 0x8000) && y > x;
        return uint16_t(away ? a + 1 : a - 1);
    }
};
struct NextAfterHalf : NextAfter {
    static uint16_t op(uint16_t a, uint16_t b) { return step<0x7c00>(a, b); }
};
struct NextAfterBFloat : NextAfter {
    static uint16_t op(uint16_t a, uint16_t b) { return step<0x7f80>(a, b); }
};

template <class F> void extremum(LoopTable &t, LoopOp op) {
    hot<F>(t, op, Integers());
    hot<F>(t, op, Floats());
    binary<F>(t, op, Complexes());
}

}  // namespace

void fill_select(LoopTable &t) {
    extremum<Maximum>(t, LoopOp::maximum);
    extremum<Minimum>(t, LoopOp::minimum);
    hot<FMax>(t, LoopOp::fmax, Floats());
    hot<FMin>(t, LoopOp::fmin, Floats());
    binary<FMax>(t, LoopOp::fmax, Complexes());
    binary<FMin>(t, LoopOp::fmin, Complexes());
    for (int i = 0; i < kDTypes; ++i) {  // integers have no NaN to tell the two apart
        const DType d = dtype_at(i);
        LoopFn *max = t.loops[int(LoopOp::fmax)], *min = t.loops[int(LoopOp::fmin)];
        if (!max[i]) t.set(LoopOp::fmax, d, t.loops[int(LoopOp::maximum)][i].fn);
        if (!min[i]) t.set(LoopOp::fmin, d, t.loops[int(LoopOp::minimum)][i].fn);
    }
    clips(t, Integers());
    clips(t, Floats());
    ternary<Clip>(t, LoopOp::clip, Complexes());
    t.set(LoopOp::clip, DType::Bool, loop<Ternary<Clip, bool8, bool8, bool8, bool8>>);

    const Loop where[5] = {loop<Ternary<Where, uint8_t, bool8, uint8_t, uint8_t>>,
                           loop<Ternary<Where, uint16_t, bool8, uint16_t, uint16_t>>,
                           loop<Ternary<Where, uint32_t, bool8, uint32_t, uint32_t>>,
                           loop<Ternary<Where, uint64_t, bool8, uint64_t, uint64_t>>,
                           loop<Ternary<Where, bits128, bool8, bits128, bits128>>};
    for (int i = 0; i < kDTypes; ++i) {
        const DType d = dtype_at(i);
        t.set(LoopOp::where, d, where[__builtin_ctz(unsigned(dtype_size(d)))]);
    }
    t.set(LoopOp::nextafter, DType::Float16,
          loop<Binary<NextAfterHalf, uint16_t, uint16_t, uint16_t>>);
    t.set(LoopOp::nextafter, DType::BFloat16,
          loop<Binary<NextAfterBFloat, uint16_t, uint16_t, uint16_t>>);
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
