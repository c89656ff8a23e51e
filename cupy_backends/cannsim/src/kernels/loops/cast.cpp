// Casts between every pair of dtypes.
//
// Float to integer converts as x86-64 hardware does (NumPy's result there): through a 32- or 64-bit
// register, whose low bits remain. float16 and bfloat16 round once, to nearest even.
#include "kernel.h"

#if defined(__F16C__)
#include <immintrin.h>
#endif

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

struct half {
    uint16_t bits;
};
struct bfloat {
    uint16_t bits;
};
struct boolean {  // any non-zero byte is true
    uint8_t byte;
};
struct bits128 {
    uint64_t low, high;
};

// Branch-free on bits, for CPUs without conversion instructions and for the tails of vectors.
inline float widen(half h) {
    const uint32_t sign = uint32_t(h.bits & 0x8000) << 16, magnitude = h.bits & 0x7fff;
    const float normal = float_of((magnitude << 13) + 0x38000000);
    const float subnormal = float_of(0x38800000 | (magnitude << 13)) - float_of(0x38800000);
    const uint32_t special = 0x7f800000 | (magnitude << 13);
    const uint32_t finite = bits_of(magnitude < 0x0400 ? subnormal : normal);
    return float_of(sign | (magnitude >= 0x7c00 ? special : finite));
}
inline float widen(bfloat b) { return float_of(uint32_t(b.bits) << 16); }

inline half narrow_half(float x) {
    const uint32_t u = bits_of(x), sign = (u >> 16) & 0x8000, magnitude = u & 0x7fffffff;
    // Adding 0.5 aligns a subnormal's last bit with the last bit of the sum, which rounds it.
    const uint32_t subnormal = bits_of(float_of(magnitude) + 0.5f) - 0x3f000000;
    const uint32_t normal = (magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13;
    const uint32_t nan = 0x7e00 | ((magnitude >> 13) & 0x3ff);
    const uint32_t finite = magnitude < 0x38800000 ? subnormal : normal;
    const uint32_t large = magnitude > 0x7f800000 ? nan : 0x7c00;
    return {uint16_t(sign | (magnitude >= 0x477ff000 ? large : finite))};
}
inline bfloat narrow_bfloat(float x) {
    const uint32_t u = bits_of(x);
    const uint32_t rounded = (u + 0x7fff + ((u >> 16) & 1)) >> 16;
    return {uint16_t(x != x ? (u >> 16) | 0x40 : rounded)};
}

// Rounding to odd keeps, in the last bit, that something was lost: a second rounding to a
// narrower format then rounds as if it were the first.
inline float round_to_odd(double x) {
    const float f = float(x);
    const double back = f;
    const bool inexact = back != x;
    const bool above = __builtin_fabs(back) > __builtin_fabs(x);
    return float_of((bits_of(f) - uint32_t(above)) | uint32_t(inexact));
}
inline double round_to_odd(uint64_t magnitude) {
    const uint64_t low = magnitude & 0xfff;
    const uint64_t sticky = (magnitude & ~uint64_t(0xfff)) | uint64_t(low != 0) << 11;
    return double(magnitude >> 53 ? sticky : magnitude);
}

// From a number to the float that a 16-bit format can be rounded from.
template <class T> float to_float(T x) { return float(x); }
inline float to_float(double x) { return round_to_odd(x); }
inline float to_float(int32_t x) { return round_to_odd(double(x)); }
inline float to_float(uint32_t x) { return round_to_odd(double(x)); }
inline float to_float(uint64_t x) { return round_to_odd(round_to_odd(x)); }
inline float to_float(int64_t x) {
    const double d = round_to_odd(x < 0 ? 0 - uint64_t(x) : uint64_t(x));
    return round_to_odd(x < 0 ? -d : d);
}

template <class F> uint64_t to_uint64(F x) {
    constexpr F two63 = F(9223372036854775808.0);
    const bool large = x >= two63;
    const uint64_t u = uint64_t(int64_t(large ? x - two63 : x));
    return large ? u ^ (uint64_t(1) << 63) : u;
}

template <class R> struct To {
    template <class T> static R op(T x) { return R(x); }
    template <class T> static R op(Complex<T> z) { return op(z.re); }
    static R op(float x) { return convert(x); }
    static R op(double x) { return convert(x); }
    static R op(half h) { return op(widen(h)); }
    static R op(bfloat b) { return op(widen(b)); }
    static R op(boolean b) { return R(b.byte != 0); }

    template <class F> static R convert(F x) {
        if constexpr (R(0.5) != R(0)) return R(x);  // a floating type
        else if constexpr (sizeof(R) == 8 && !is_signed_v<R>) return to_uint64(x);
        else if constexpr (sizeof(R) == 8 || (sizeof(R) == 4 && !is_signed_v<R>)) return R(int64_t(x));
        else return R(int32_t(x));
    }
};
template <class T> struct To<Complex<T>> {
    template <class A> static Complex<T> op(A x) { return {To<T>::op(x), T(0)}; }
    template <class A> static Complex<T> op(Complex<A> z) { return {T(z.re), T(z.im)}; }
};
template <> struct To<half> {
    template <class A> static half op(A x) { return narrow_half(to_float(x)); }
    template <class A> static half op(Complex<A> z) { return op(z.re); }
    static half op(bfloat b) { return narrow_half(widen(b)); }
    static half op(boolean b) { return {uint16_t(b.byte ? 0x3c00 : 0)}; }
};
template <> struct To<bfloat> {
    template <class A> static bfloat op(A x) { return narrow_bfloat(to_float(x)); }
    template <class A> static bfloat op(Complex<A> z) { return op(z.re); }
    static bfloat op(half h) { return narrow_bfloat(widen(h)); }
    static bfloat op(boolean b) { return {uint16_t(b.byte ? 0x3f80 : 0)}; }
};
struct ToBool {
    template <class A> static bool8 op(A x) { return x != 0; }
    template <class A> static bool8 op(Complex<A> z) { return bool8((z.re != 0) | (z.im != 0)); }
    static bool8 op(half h) { return (h.bits & 0x7fff) != 0; }
    static bool8 op(bfloat b) { return (b.bits & 0x7fff) != 0; }
};
struct ToOdd {
    static float op(double x) { return round_to_odd(x); }
};
struct Copy {
    template <class T> static T op(T x) { return x; }
};

#if defined(__F16C__)
struct HalfToFloat : Layout<float, half> {
    static void run(char *const *p, intptr_t n) {
        const uint16_t *a = (const uint16_t *)p[0];
        float *r = (float *)p[1];
        intptr_t i = 0;
#if defined(__AVX512F__)
        for (; i + 16 <= n; i += 16) {
            _mm512_storeu_ps(r + i, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(a + i))));
        }
#endif
        for (; i + 8 <= n; i += 8) {
            _mm256_storeu_ps(r + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(a + i))));
        }
        for (; i < n; ++i) r[i] = widen(half{a[i]});
    }
};
struct FloatToHalf : Layout<half, float> {
    static void run(char *const *p, intptr_t n) {
        const float *a = (const float *)p[0];
        uint16_t *r = (uint16_t *)p[1];
        intptr_t i = 0;
#if defined(__AVX512F__)
        for (; i + 16 <= n; i += 16) {
            _mm256_storeu_si256((__m256i *)(r + i),
                                _mm512_cvtps_ph(_mm512_loadu_ps(a + i), _MM_FROUND_TO_NEAREST_INT));
        }
#endif
        for (; i + 8 <= n; i += 8) {
            _mm_storeu_si128((__m128i *)(r + i),
                             _mm256_cvtps_ph(_mm256_loadu_ps(a + i), _MM_FROUND_TO_NEAREST_INT));
        }
        for (; i < n; ++i) r[i] = narrow_half(a[i]).bits;
    }
};
#else
using HalfToFloat = Unary<To<float>, float, half>;
using FloatToHalf = Unary<To<half>, half, float>;
#endif

// Through float32, in pieces that stay in L1.
template <class First, class Middle, class Second, class R, class A> struct Through : Layout<R, A> {
    static void run(char *const *p, intptr_t n) {
        Middle buffer[512];
        for (intptr_t done = 0; done < n; done += 512) {
            const intptr_t m = n - done < 512 ? n - done : 512;
            char *const first[2] = {p[0] + done * intptr_t(sizeof(A)), (char *)buffer};
            char *const second[2] = {(char *)buffer, p[1] + done * intptr_t(sizeof(R))};
            First::run(first, m);
            Second::run(second, m);
        }
    }
};

template <> constexpr DType dtype_of<half>() { return DType::Float16; }
template <> constexpr DType dtype_of<bfloat>() { return DType::BFloat16; }
template <> constexpr DType dtype_of<boolean>() { return DType::Bool; }

template <class A, class R> void pair(LoopTable &t) {
    t.set_cast(dtype_of<A>(), dtype_of<R>(), loop<Unary<To<R>, R, A>>);
}
// The low bits of an integer do not depend on the sign of the result.
template <class A, class R> void pair_bits(LoopTable &t) {
    const Loop fn = loop<Unary<To<R>, R, A>>;
    t.set_cast(dtype_of<A>(), dtype_of<R>(), fn);
    t.set_cast(dtype_of<A>(), dtype_of<typename AsSigned<R>::type>(), fn);
}
template <class A> void from_any(LoopTable &t) {
    pair<A, float>(t);
    pair<A, double>(t);
    pair<A, complex64>(t);
    pair<A, complex128>(t);
    pair<A, bfloat>(t);
    t.set_cast(dtype_of<A>(), DType::Bool, loop<Unary<ToBool, bool8, A>>);
}
template <class A> void from_integer(LoopTable &t) {
    from_any<A>(t);
    // No second rounding: what float32 cannot hold is infinite in float16.
    t.set_cast(dtype_of<A>(), DType::Float16,
               loop<Through<Unary<To<float>, float, A>, float, FloatToHalf, half, A>>);
    pair_bits<A, uint8_t>(t);
    pair_bits<A, uint16_t>(t);
    pair_bits<A, uint32_t>(t);
    pair_bits<A, uint64_t>(t);
}
template <class A, class... R> void to_integers(LoopTable &t, Types<R...>) {
    (pair<A, R>(t), ...);
}
template <class A> void from_float(LoopTable &t) {
    from_any<A>(t);
    to_integers<A>(t, Integers());
}

template <class... R> void half_through_float(LoopTable &t, Types<R...>) {
    (t.set_cast(DType::Float16, dtype_of<R>(),
                loop<Through<HalfToFloat, float, Unary<To<R>, R, float>, R, half>>),
     ...);
}
template <class... R> void bfloat_to(LoopTable &t, Types<R...>) { (pair<bfloat, R>(t), ...); }

void from_bool(LoopTable &t) {
    pair_bits<boolean, uint8_t>(t);
    pair_bits<boolean, uint16_t>(t);
    pair_bits<boolean, uint32_t>(t);
    pair_bits<boolean, uint64_t>(t);
    pair<boolean, half>(t);
    pair<boolean, bfloat>(t);
    pair<boolean, float>(t);
    pair<boolean, double>(t);
    pair<boolean, complex64>(t);
    pair<boolean, complex128>(t);
}
void copies(LoopTable &t) {
    const Loop by_width[5] = {
        loop<Unary<Copy, uint8_t, uint8_t>>, loop<Unary<Copy, half, half>>,
        loop<Unary<Copy, uint32_t, uint32_t>>, loop<Unary<Copy, uint64_t, uint64_t>>,
        loop<Unary<Copy, bits128, bits128>>};
    for (int i = 0; i < kDTypes; ++i) {
        const DType d = dtype_at(i);
        t.set_cast(d, d, by_width[__builtin_ctz(unsigned(dtype_size(d)))]);
    }
}

}  // namespace

void fill_cast(LoopTable &t) {
    from_integer<int8_t>(t);
    from_integer<uint8_t>(t);
    from_integer<int16_t>(t);
    from_integer<uint16_t>(t);
    from_integer<int32_t>(t);
    from_integer<uint32_t>(t);
    from_integer<int64_t>(t);
    from_integer<uint64_t>(t);
    from_float<float>(t);
    from_float<double>(t);
    from_float<complex64>(t);
    from_float<complex128>(t);
    half_through_float(t, Integers());
    half_through_float(t, Types<double, complex64, complex128, bfloat>());
    bfloat_to(t, Integers());
    bfloat_to(t, Types<float, double, complex64, complex128, half>());
    t.set_cast(DType::Float16, DType::Float32, loop<HalfToFloat>);
    t.set_cast(DType::Float32, DType::Float16, loop<FloatToHalf>);
    t.set_cast(DType::Float64, DType::Float16,
               loop<Through<Unary<ToOdd, float, double>, float, FloatToHalf, half, double>>);
    t.set_cast(DType::Complex64, DType::Float16, loop<Unary<To<half>, half, complex64>>);
    t.set_cast(DType::Complex128, DType::Float16, loop<Unary<To<half>, half, complex128>>);
    t.set_cast(DType::Float16, DType::Bool, loop<Unary<ToBool, bool8, half>>);
    t.set_cast(DType::BFloat16, DType::Bool, loop<Unary<ToBool, bool8, bfloat>>);
    from_bool(t);
    copies(t);
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
