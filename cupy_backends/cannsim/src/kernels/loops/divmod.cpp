// Floating division with remainder. NumPy's and libm's fmod cost 5 to 20 ns; where the quotient is
// moderate one division and an exact multiply-subtract give the same bits.
#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

inline float magnitude(float x) { return __builtin_fabsf(x); }
inline double magnitude(double x) { return __builtin_fabs(x); }
inline float with_sign(float x, float sign) { return __builtin_copysignf(x, sign); }
inline double with_sign(double x, double sign) { return __builtin_copysign(x, sign); }
inline float whole(float x) { return __builtin_floorf(x); }
inline double whole(double x) { return __builtin_floor(x); }
inline float libm_fmod(float a, float b) { return __builtin_fmodf(a, b); }
inline double libm_fmod(double a, double b) { return __builtin_fmod(a, b); }

// An infinite or NaN operand, a zero divisor, or a quotient too large to be exact: not moderate.
inline bool moderate(float a, float b) {
    return magnitude(double(a) / double(b)) < 0x1p27 && magnitude(b) < __builtin_inff();
}
inline float fast_fmod(float a, float b) {
    // Both products of 27 and 24 bits and their difference are exact.
    const double n = __builtin_trunc(double(a) / double(b));
    return with_sign(float(double(a) - n * double(b)), a);
}

#if defined(__FMA__) || defined(__aarch64__)
inline bool moderate(double a, double b) {
    return magnitude(a / b) < 0x1p52 && magnitude(b) < __builtin_inf();
}
inline double fast_fmod(double a, double b) {
    const double n = __builtin_trunc(a / b);  // at most one too large, by rounding
    const double r = __builtin_fma(-n, b, a);
    const double back = r + with_sign(magnitude(b), a);
    const bool over = (r < 0) != (a < 0);
    const double corrected = (r != 0) & over ? back : r;
    return with_sign(corrected, a);
}
#else
inline bool moderate(double, double) { return false; }
inline double fast_fmod(double a, double b) { return libm_fmod(a, b); }
#endif

// What follows takes mod = fmod(a, b), b not 0, and moves it to the side of the divisor's sign.
template <class T> bool crosses(T mod, T b) { return (mod != 0) & ((mod < 0) != (b < 0)); }

struct FMod {
    template <class T> static T finish(T, T, T mod) { return mod; }
    template <class T> static T by_zero(T a, T b) { return libm_fmod(a, b); }
};
struct Remainder {
    template <class T> static T finish(T, T b, T mod) {
        const T moved = mod + b;
        const T zero = with_sign(T(0), b);
        const T same = mod == 0 ? zero : mod;
        return crosses(mod, b) ? moved : same;
    }
    template <class T> static T by_zero(T a, T b) { return libm_fmod(a, b); }
};
struct FloorDivide {
    template <class T> static T finish(T a, T b, T mod) {
        const T multiple = (a - mod) / b;
        const T down = crosses(mod, b) ? T(1) : T(0);
        const T div = multiple - down;
        const T floor = whole(div);
        const T up = div - floor > T(0.5) ? T(1) : T(0);
        const T near = floor + up;
        const T zero = with_sign(T(0), a / b);
        return div == 0 ? zero : near;
    }
    template <class T> static T by_zero(T a, T b) { return a / b; }
};

template <class F, class T> struct DivMod : Layout<T, T, T> {
    static constexpr intptr_t kBlock = 256;

    static void run(char *const *p, intptr_t n) {
        const T *a = (const T *)p[0], *b = (const T *)p[1];
        T *r = (T *)p[2];
        for (intptr_t done = 0; done < n; done += kBlock) {
            block(a + done, b + done, r + done, n - done < kBlock ? n - done : kBlock);
        }
    }

    static void block(const T *a, const T *b, T *r, intptr_t n) {
        intptr_t others = 0;
        CANNSIM_EACH(i, n) others += !moderate(a[i], b[i]);
        if (others == 0) {
            CANNSIM_EACH(i, n) r[i] = F::finish(a[i], b[i], fast_fmod(a[i], b[i]));
            return;
        }
        for (intptr_t i = 0; i < n; ++i) r[i] = slow(a[i], b[i]);
    }

    static T slow(T a, T b) {
        return b == 0 ? F::by_zero(a, b) : F::finish(a, b, libm_fmod(a, b));
    }
};

template <class F> void fill(LoopTable &t, LoopOp op) {
    t.set(op, DType::Float32, loop<DivMod<F, float>>);
    t.set(op, DType::Float64, loop<DivMod<F, double>>);
}

}  // namespace

void fill_divmod(LoopTable &t) {
    fill<FMod>(t, LoopOp::fmod);
    fill<Remainder>(t, LoopOp::remainder);
    fill<FloorDivide>(t, LoopOp::floor_divide);
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
