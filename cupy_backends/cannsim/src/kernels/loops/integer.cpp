// Integer arithmetic: wraps, and never traps.
#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

// At least `unsigned`, so that no promotion to a signed type can overflow.
template <class T> struct Wrapping { using type = unsigned; };
template <> struct Wrapping<uint64_t> { using type = uint64_t; };
template <class T> using wrapping_t = typename Wrapping<T>::type;

template <class T> struct AsUnsigned { using type = T; };
template <> struct AsUnsigned<int8_t> { using type = uint8_t; };
template <> struct AsUnsigned<int16_t> { using type = uint16_t; };
template <> struct AsUnsigned<int32_t> { using type = uint32_t; };
template <> struct AsUnsigned<int64_t> { using type = uint64_t; };
template <class T> using unsigned_t = typename AsUnsigned<T>::type;

template <class T> T negate(T a) { return T(0 - wrapping_t<unsigned_t<T>>(a)); }
template <class T> unsigned_t<T> magnitude(T a) { return unsigned_t<T>(a < 0 ? negate(a) : a); }
template <class T> T times(T a, T b) {
    using W = wrapping_t<unsigned_t<T>>;
    return T(W(a) * W(b));
}
template <class T> T minus(T a, T b) {
    using W = wrapping_t<unsigned_t<T>>;
    return T(W(a) - W(b));
}

struct Add {
    template <class T> static T op(T a, T b) { return T(wrapping_t<T>(a) + wrapping_t<T>(b)); }
};
struct Subtract {
    template <class T> static T op(T a, T b) { return minus(a, b); }
};
struct Multiply {
    template <class T> static T op(T a, T b) { return times(a, b); }
};
struct Axpy {
    template <class T> static T op(T x, T y, T alpha) { return Add::op(x, times(alpha, y)); }
};
struct AddCMul {
    template <class T> static T op(T x, T y, T z, T v) { return Add::op(x, times(v, times(y, z))); }
};
struct Negative {
    template <class T> static T op(T a) { return negate(a); }
};
struct Square {
    template <class T> static T op(T a) { return times(a, a); }
};
struct Identity {
    template <class T> static T op(T a) { return a; }
};
struct Absolute {
    template <class T> static T op(T a) { return a < 0 ? negate(a) : a; }
};
struct Sign {
    template <class T> static T op(T a) { return T((a > 0) - (a < 0)); }
};
struct Relu {
    template <class T> static T op(T a) { return a > 0 ? a : T(0); }
};
struct Invert {
    template <class T> static T op(T a) { return T(~a); }
};
struct BitwiseAnd {
    template <class T> static T op(T a, T b) { return T(a & b); }
};
struct BitwiseOr {
    template <class T> static T op(T a, T b) { return T(a | b); }
};
struct BitwiseXor {
    template <class T> static T op(T a, T b) { return T(a ^ b); }
};
struct LeftShift {
    static constexpr bool left = true;
    template <class T> static T op(T a, T b) {
        constexpr unsigned width = sizeof(T) * 8;
        return b < width ? T(wrapping_t<T>(a) << (b & (width - 1))) : T(0);
    }
};
struct RightShift {
    static constexpr bool left = false;
    template <class T> static T op(T a, T b) {
        constexpr unsigned width = sizeof(T) * 8;
        const bool inside = unsigned_t<T>(b) < width;
        return inside ? T(a >> (b & T(width - 1))) : T(a < 0 ? -1 : 0);
    }
};

// The double quotient of a zero, converted as the hardware does, is the value NumPy gives for 1/0.
struct Reciprocal {
    template <class T> static T op(T a) {
        constexpr bool indefinite = is_signed_v<T> && sizeof(T) >= 4;
        const T at_zero = indefinite ? T(unsigned_t<T>(1) << (sizeof(T) * 8 - 1)) : T(0);
        const bool unit = a == T(1) || (is_signed_v<T> && a == T(-1));
        return unit ? a : a == 0 ? at_zero : T(0);
    }
};

struct BitwiseCount {
    template <class T> static uint8_t op(T a) {
        uint64_t v = magnitude(a);
        v -= (v >> 1) & 0x5555555555555555u;
        v = (v & 0x3333333333333333u) + ((v >> 2) & 0x3333333333333333u);
        v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
        return uint8_t((v * 0x0101010101010101u) >> 56);
    }
};

// Truncated quotient; there is no vector integer division, but a floating quotient with more than
// twice the bits truncates to the same integer. Middle: what vector units convert it to.
template <class T> struct Quotient {
    using type = float;
    using Middle = int32_t;
};
template <> struct Quotient<int32_t> {
    using type = double;
    using Middle = int32_t;
};
template <> struct Quotient<uint32_t> {
    using type = double;
    using Middle = int64_t;
};
template <> struct Quotient<int64_t> {
    using type = int64_t;
    using Middle = int64_t;
};
template <> struct Quotient<uint64_t> {
    using type = uint64_t;
    using Middle = uint64_t;
};

template <class T> T quotient(T a, T b) {
    using Q = typename Quotient<T>::type;
    using Middle = typename Quotient<T>::Middle;
    const bool minus_one = is_signed_v<T> && b == T(-1);
    const T divisor = (b == 0) | minus_one ? T(1) : b;
    const T q = T(Middle(Q(a) / Q(divisor)));
    return minus_one ? negate(q) : q;
}

struct TruncDivide {
    template <class T> static T op(T a, T b) {
        const T q = quotient(a, b);
        return b == 0 ? T(0) : q;
    }
};
struct FMod {
    template <class T> static T op(T a, T b) {
        const T r = minus(a, times(quotient(a, b), b));
        return b == 0 ? T(0) : r;
    }
};
struct FloorDivide {
    template <class T> static T op(T a, T b) {
        const T q = quotient(a, b), r = minus(a, times(q, b));
        const T down = T((r != 0) & ((r < 0) != (b < 0)));
        const T floor = minus(q, down);
        return b == 0 ? T(0) : floor;
    }
};
struct Remainder {
    template <class T> static T op(T a, T b) {
        const T r = minus(a, times(quotient(a, b), b));
        const T up = (r != 0) & ((r < 0) != (b < 0)) ? b : T(0);
        const T floored = T(wrapping_t<unsigned_t<T>>(r) + wrapping_t<unsigned_t<T>>(up));
        return b == 0 ? T(0) : floored;
    }
};

struct Power {
    template <class T> static T op(T base, T exponent) {
        if constexpr (is_signed_v<T>) {
            if (exponent < 0) {  // the truth, rounded to zero
                if (base == 1) return 1;
                if (base == -1) return exponent & 1 ? T(-1) : T(1);
                return 0;
            }
        }
        T result = 1;
        for (auto e = unsigned_t<T>(exponent); e; e = unsigned_t<T>(e >> 1)) {
            if (e & 1) result = times(result, base);
            base = times(base, base);
        }
        return result;
    }
};

template <class U> U greatest_divisor(U a, U b) {
    while (b) {
        const U r = U(a % b);
        a = b;
        b = r;
    }
    return a;
}
struct Gcd {
    template <class T> static T op(T a, T b) {
        return T(greatest_divisor(magnitude(a), magnitude(b)));
    }
};
struct Lcm {
    template <class T> static T op(T a, T b) {
        const auto x = magnitude(a), y = magnitude(b);
        const auto g = greatest_divisor(x, y);
        return g ? T(times(unsigned_t<T>(x / g), y)) : T(0);
    }
};

// One second operand for all elements, as most programs divide and shift.
template <class T> bool one_for_all(const intptr_t *steps) {
    return steps[0] == intptr_t(sizeof(T)) && steps[1] == 0 && steps[2] == intptr_t(sizeof(T));
}

template <class U> struct Twice { using type = uint64_t; };
template <> struct Twice<uint8_t> { using type = uint16_t; };
template <> struct Twice<uint16_t> { using type = uint32_t; };
template <> struct Twice<uint64_t> { using type = unsigned __int128; };

template <class U> U high_product(U a, U b) {
    using W = typename Twice<U>::type;
    return U((W(a) * b) >> (8 * sizeof(U)));
}

// Division by a constant is a product with its reciprocal (Granlund and Montgomery 1994).
template <class T> void divide_by(const T *a, T divisor, T *r, intptr_t n) {
    using U = unsigned_t<T>;
    using W = typename Twice<U>::type;
    constexpr int bits = 8 * sizeof(T);
    const U d = U(divisor);
    int log = 0; // of the next power of two
    while ((W(1) << log) < d) ++log;
    const int shift = log - 1;
    if constexpr (is_signed_v<T>) { // of a >= 0 or of ~a, which floors
        const U factor = U((W(1) << (bits - 1 + log)) / d + 1);
        CANNSIM_EACH(i, n) {
            const T sign = T(a[i] >> (bits - 1));
            r[i] = T(T(high_product(factor, U(a[i] ^ sign)) >> shift) ^ sign);
        }
    } else {
        const U factor = U((((W(1) << log) - d) << bits) / d + 1);
        CANNSIM_EACH(i, n) {
            const U t = high_product(factor, a[i]);
            r[i] = U(U(t + U(U(a[i] - t) >> 1)) >> shift);
        }
    }
}

template <class T> void floor_divide(char **args, const intptr_t *n, const intptr_t *steps, void *data) {
    if (*n > 1 && one_for_all<T>(steps)) {
        const T divisor = *(const T *)args[1];
        if (divisor > 1) return divide_by((const T *)args[0], divisor, (T *)args[2], *n);
    }
    loop<Binary<FloorDivide, T, T, T>>(args, n, steps, data);
}

// No instruction set shifts bytes: pairs of them are shifted, and what crossed over is removed.
template <class F, class T> void shift_bytes(const T *a, unsigned count, T *r, intptr_t n) {
    typedef uint16_t Pairs __attribute__((vector_size(64)));
    typedef uint8_t Bytes __attribute__((vector_size(64)));
    constexpr bool left = F::left;
    const uint8_t kept = uint8_t(left ? 0xff << count : 0xff >> count);
    const uint8_t sign = uint8_t(is_signed_v<T> && !left ? 0x80 >> count : 0);
    intptr_t i = 0;
    for (; i + 64 <= n; i += 64) {
        Pairs x;
        __builtin_memcpy(&x, a + i, 64);
        x = left ? x << uint16_t(count) : x >> uint16_t(count);
        const Bytes y = (((Bytes)x & kept) ^ sign) - sign;
        __builtin_memcpy(r + i, &y, 64);
    }
    for (; i < n; ++i) r[i] = F::op(a[i], T(count));
}

template <class F, class T> void shift(char **args, const intptr_t *np, const intptr_t *steps, void *data) {
    const intptr_t n = *np;
    if (n > 1 && one_for_all<T>(steps)) {
        const T *a = (const T *)args[0], count = *(const T *)args[1];
        T *r = (T *)args[2];
        if (unsigned_t<T>(count) < 8 * sizeof(T)) {
            if constexpr (sizeof(T) == 1) return shift_bytes<F>(a, unsigned(count), r, n);
            CANNSIM_EACH(i, n) r[i] = F::op(a[i], count);
            return;
        }
    }
    loop<Binary<F, T, T, T>>(args, np, steps, data);
}

template <class... T> void divisions(LoopTable &t, Types<T...>) {
    (t.set(LoopOp::floor_divide, dtype_of<T>(), floor_divide<T>), ...);
}
template <class F, class... T> void shifts(LoopTable &t, LoopOp op, Types<T...>) {
    (t.set(op, dtype_of<T>(), shift<F, T>), ...);
}

struct Never {
    template <class T> static bool8 op(T) { return 0; }
};
struct Always {
    template <class T> static bool8 op(T) { return 1; }
};
struct BoolNot {
    static bool8 op(bool8 a) { return a == 0; }
};
struct BoolAnd {
    static bool8 op(bool8 a, bool8 b) { return bool8((a != 0) & (b != 0)); }
};
struct BoolOr {
    static bool8 op(bool8 a, bool8 b) { return bool8((a | b) != 0); }
};
struct BoolXor {
    static bool8 op(bool8 a, bool8 b) { return bool8((a != 0) != (b != 0)); }
};

template <class F, class... T> void flag_bits(LoopTable &t, LoopOp op, Types<T...> types) {
    set_both(t, op, types, {loop<Unary<F, bool8, T>>...});
    t.set(op, DType::Bool, loop<Unary<F, bool8, uint8_t>>);
}

void fill_bool(LoopTable &t) {
    const auto set1 = [&](LoopOp op, Loop fn) { t.set(op, DType::Bool, fn); };
    for (LoopOp op : {LoopOp::add, LoopOp::bitwise_or, LoopOp::maximum, LoopOp::fmax}) {
        set1(op, hot_loop<BoolOr, bool8, bool8>);
    }
    for (LoopOp op : {LoopOp::multiply, LoopOp::bitwise_and, LoopOp::minimum, LoopOp::fmin}) {
        set1(op, hot_loop<BoolAnd, bool8, bool8>);
    }
    set1(LoopOp::bitwise_xor, hot_loop<BoolXor, bool8, bool8>);
    set1(LoopOp::invert, loop<Unary<BoolNot, bool8, bool8>>);
    for (LoopOp op : {LoopOp::absolute, LoopOp::conjugate, LoopOp::floor, LoopOp::ceil,
                      LoopOp::trunc, LoopOp::rint}) {
        set1(op, loop<Unary<Identity, bool8, bool8>>);
    }
}

}  // namespace

void fill_integer(LoopTable &t) {
    const Unsigned widths;
    const Integers integers;
    hot_bits<Add>(t, LoopOp::add, widths);
    hot_bits<Subtract>(t, LoopOp::subtract, widths);
    hot_bits<Multiply>(t, LoopOp::multiply, widths);
    hot_bits<BitwiseAnd>(t, LoopOp::bitwise_and, widths);
    hot_bits<BitwiseOr>(t, LoopOp::bitwise_or, widths);
    hot_bits<BitwiseXor>(t, LoopOp::bitwise_xor, widths);
    set_both(t, LoopOp::left_shift, widths,
             {shift<LeftShift, uint8_t>, shift<LeftShift, uint16_t>, shift<LeftShift, uint32_t>,
              shift<LeftShift, uint64_t>});
    unary_bits<Negative>(t, LoopOp::negative, widths);
    unary_bits<Square>(t, LoopOp::square, widths);
    unary_bits<Invert>(t, LoopOp::invert, widths);
    set_both(t, LoopOp::axpy, widths,
             {loop<Ternary<Axpy, uint8_t, uint8_t, uint8_t, uint8_t>>,
              loop<Ternary<Axpy, uint16_t, uint16_t, uint16_t, uint16_t>>,
              loop<Ternary<Axpy, uint32_t, uint32_t, uint32_t, uint32_t>>,
              loop<Ternary<Axpy, uint64_t, uint64_t, uint64_t, uint64_t>>});
    set_both(t, LoopOp::addcmul, widths,
             {loop<Quaternary<AddCMul, uint8_t>>, loop<Quaternary<AddCMul, uint16_t>>,
              loop<Quaternary<AddCMul, uint32_t>>, loop<Quaternary<AddCMul, uint64_t>>});
    for (LoopOp op :
         {LoopOp::conjugate, LoopOp::floor, LoopOp::ceil, LoopOp::trunc, LoopOp::rint}) {
        unary_bits<Identity>(t, op, widths);
    }
    unary_bits<Identity>(t, LoopOp::absolute, widths);
    unary<Absolute>(t, LoopOp::absolute, Signed());
    unary<Sign>(t, LoopOp::sign, integers);
    unary_bits<Identity>(t, LoopOp::relu, widths);
    unary<Relu>(t, LoopOp::relu, Signed());
    unary<Reciprocal>(t, LoopOp::reciprocal, integers);
    unary<BitwiseCount, uint8_t>(t, LoopOp::bitwise_count, integers);
    shifts<RightShift>(t, LoopOp::right_shift, integers);
    binary<TruncDivide>(t, LoopOp::trunc_divide, integers);
    divisions(t, integers);
    binary<Remainder>(t, LoopOp::remainder, integers);
    binary<FMod>(t, LoopOp::fmod, integers);
    binary<Power>(t, LoopOp::power, integers);
    binary<Gcd>(t, LoopOp::gcd, integers);
    binary<Lcm>(t, LoopOp::lcm, integers);
    flag_bits<Never>(t, LoopOp::isnan, widths);
    flag_bits<Never>(t, LoopOp::isinf, widths);
    flag_bits<Never>(t, LoopOp::isposinf, widths);
    flag_bits<Never>(t, LoopOp::isneginf, widths);
    flag_bits<Always>(t, LoopOp::isfinite, widths);
    fill_bool(t);
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
