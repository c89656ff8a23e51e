#include "opapi/lossy.h"

#include "kernels/array/scalar.h"
#include "kernels/loops/within.h"
#include "runtime/soc.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace cannsim {

namespace {

enum Family { k910, k310P, k910B, k910_93, k950 }; // columns of the facts
Family family() { return Family(settings().soc->family); }

using array::load;
using array::store;

// Elements that are special by the bits of an operand: `F::range(k)` says it of operand k, from the
// last operand on of that one.
template <class T> struct ByBits {
    using Type = T;
    static constexpr int width = sizeof(T), ranges = 1;
    static constexpr BitRange none = {0, 1, 0};

    static bool within(BitRange range, T x) {
        uint64_t bits = 0;
        std::memcpy(&bits, &x, width);
        const uint64_t all = UINT64_MAX >> (64 - 8 * width);
        return (((bits & range.mask) - range.low) & all) <= (range.span & all);
    }
};

template <class F, class = void> struct Special {
    using T = typename F::Type;
    static bool element(T a, T b) { return F::special(a, b); }
    static bool any(char *const *p, intptr_t n, const intptr_t *steps) {
        bool found = false;
        for (intptr_t i = 0; i < n && !found; ++i)
            found = F::special(load<T>(p[0] + i * steps[0]), load<T>(p[F::nin - 1] + i * steps[F::nin - 1]));
        return found;
    }
};
template <class F> struct Special<F, decltype(void(F::range(0)))> {
    using T = typename F::Type;
    static bool element(T a, T b) {
        bool found = F::within(F::range(0), a);
        for (int k = 1; k < F::ranges; ++k) found |= F::within(F::range(k), b);
        return found;
    }
    static bool any(char *const *p, intptr_t n, const intptr_t *steps) {
        bool found = false;
        for (int k = 0; k < F::ranges && !found; ++k) {
            const int operand = std::min(k, F::nin - 1);
            const intptr_t step = steps[operand];
            found = F::range(k).mask && any_within(F::range(k), F::width, p[operand], step ? n : 1, step);
        }
        return found;
    }
};

// A loop with one input or two that hands its special elements to `F::value`.
// Where a tile has none, and mostly it has none, the plain loop computes it; an output may lie on
// an input.
template <class F>
void guarded(char **args, const intptr_t *count, const intptr_t *steps, void *data) {
    using T = typename F::Type;
    constexpr int nin = F::nin;
    constexpr intptr_t kTile = 4096;
    const LoopFn &plain = *static_cast<const LoopFn *>(data);
    if (*count <= kTile && !Special<F>::any(args, *count, steps)) return plain(args, count, steps);
    char *p[nin + 1];
    for (int k = 0; k <= nin; ++k) p[k] = args[k];
    for (intptr_t left = *count; left > 0; left -= kTile) {
        const intptr_t n = std::min(left, kTile);
        if (!Special<F>::any(p, n, steps)) {
            char *tile[nin + 1];
            for (int k = 0; k <= nin; ++k) tile[k] = p[k];
            plain(tile, &n, steps);
        } else {
            for (intptr_t i = 0; i < n;) {
                char *from[nin + 1];
                for (int k = 0; k <= nin; ++k) from[k] = p[k] + i * steps[k];
                intptr_t run = 0; // elements in a row that are not special
                T a{}, b{};
                for (; i < n; ++i, ++run) {
                    a = load<T>(p[0] + i * steps[0]);
                    b = load<T>(p[nin - 1] + i * steps[nin - 1]);
                    if (Special<F>::element(a, b)) break;
                }
                if (run) plain(from, &run, steps);
                if (i == n) break;
                store<T>(p[nin] + i * steps[nin], F::value(a, b));
                ++i;
            }
        }
        for (int k = 0; k <= nin; ++k) p[k] += n * steps[k];
    }
}

template <class F> LoopFn guard(DType t) {
    return {guarded<F>, const_cast<LoopFn *>(loop_place(F::op, t))};
}

template <template <class> class F> LoopFn guard_integers(DType t) {
    switch (t) {
    case DType::Int8: return guard<F<int8_t>>(t);
    case DType::Int16: return guard<F<int16_t>>(t);
    case DType::Int32: return guard<F<int32_t>>(t);
    case DType::Int64: return guard<F<int64_t>>(t);
    case DType::UInt8: return guard<F<uint8_t>>(t);
    case DType::UInt16: return guard<F<uint16_t>>(t);
    case DType::UInt32: return guard<F<uint32_t>>(t);
    case DType::UInt64: return guard<F<uint64_t>>(t);
    default: return {};
    }
}

int32_t saturated(double x) {
    return x >= 2147483647.0 ? INT32_MAX : x <= -2147483648.0 ? INT32_MIN : int32_t(x);
}

// --- sin, cos, tan: 2 pi as a float32 is what a large angle is reduced by

template <LoopOp Op, int Limit> struct Trig : ByBits<float> {
    static constexpr int nin = 1;
    static constexpr LoopOp op = Op;
    static BitRange range(int) { // finite numbers beyond the limit
        const uint32_t limit = array::bit_cast<uint32_t>(float(Limit));
        return {INT32_MAX, limit + 1, 0x7f7fffff - limit - 1};
    }
    static float value(float x, float) {
        const float r = std::fmod(x, 6.2831853071795864769f);
        return Op == LoopOp::sin ? std::sin(r) : Op == LoopOp::cos ? std::cos(r) : std::tan(r);
    }
};

// The same of bfloat16, whose large numbers are the same.
template <class F> struct OfBFloat16 : ByBits<array::BFloat16> {
    static constexpr int nin = 1;
    static constexpr LoopOp op = F::op;
    static BitRange range(int) {
        const uint64_t first = (F::range(0).low + 0xffff) >> 16;
        return {INT16_MAX, first, 0x7f7f - first};
    }
    static Type value(Type x, Type) { return array::narrow<Type>(F::value(array::widen(x), 0)); }
};

constexpr int kWide = 10000000, kNarrow = 65504;

template <LoopOp Op> LoopFn trig(DType t) {
    // Nothing is said of sin and cos on the 950.
    if (Op != LoopOp::tan && family() == k950) return {};
    const bool narrow = Op == LoopOp::tan || family() == k310P;
    if (t == DType::Float32) return narrow ? guard<Trig<Op, kNarrow>>(t) : guard<Trig<Op, kWide>>(t);
    if (t == DType::BFloat16)
        return narrow ? guard<OfBFloat16<Trig<Op, kNarrow>>>(t) : guard<OfBFloat16<Trig<Op, kWide>>>(t);
    return {};
}

// --- integers

template <class T> struct ByZero : ByBits<T> {
    static constexpr int nin = 2, ranges = 2;
    static constexpr BitRange range(int k) { return k == 1 ? BitRange{UINT64_MAX, 0, 0} : ByBits<T>::none; }
};

template <class T> struct FloorDivide : ByZero<T> { // nothing is said of it
    static constexpr LoopOp op = LoopOp::floor_divide;
    static T value(T, T) { return T(~T(0)); }
};

template <class T> struct TruncDivide : FloorDivide<T> {
    static constexpr LoopOp op = LoopOp::trunc_divide;
};

template <class T> struct Remainder : ByZero<T> {
    static constexpr LoopOp op = LoopOp::remainder;
    static T value(T a, T) { return a; }
};

struct Remainder32 : Remainder<int32_t> { // by way of float32, which holds 24 bits and a sign
    static constexpr int ranges = 3;
    static constexpr BitRange range(int k) {
        constexpr uint32_t held = 1 << 24;
        return k == 1 ? ByZero<int32_t>::range(1) : BitRange{UINT32_MAX, held + 1, 0u - 2 * held - 2};
    }
    static int32_t value(int32_t a, int32_t b) {
        if (b == 0) return a;
        const double x = float(a), y = float(b);
        return saturated(x - std::floor(x / y) * y);
    }
};

template <class T, LoopOp Op> struct ShiftBy : ByBits<T> { // by more than there are
    static constexpr int nin = 2, ranges = 2;
    static constexpr LoopOp op = Op;
    static constexpr uint64_t bits = 8 * sizeof(T);
    static constexpr BitRange range(int k) {
        return k == 1 ? BitRange{UINT64_MAX, bits, UINT64_MAX - bits} : ByBits<T>::none;
    }
    static T value(T a, T b) {
        const int count = int(uint64_t(b) % bits);
        return Op == LoopOp::left_shift ? T(std::make_unsigned_t<T>(a) << count) : T(a >> count);
    }
};
template <class T> using LeftShift = ShiftBy<T, LoopOp::left_shift>;
template <class T> using RightShift = ShiftBy<T, LoopOp::right_shift>;

struct SaturatedPower {
    using Type = int32_t;
    static constexpr int nin = 2;
    static constexpr LoopOp op = LoopOp::power;
    static bool special(int32_t a, int32_t b) {
        return b > 0 && std::fabs(std::pow(double(a), double(b))) > 2147483647.0;
    }
    static int32_t value(int32_t a, int32_t b) { return a < 0 && b % 2 ? INT32_MIN : INT32_MAX; }
};

// --- floats

// The quotient is rounded before it is floored: off by one at most.
template <class H, LoopOp Op> struct HalfDivide {
    using Type = H;
    static constexpr int nin = 2;
    static constexpr LoopOp op = Op;
    static float quotient(H a, H b) {
        return array::widen(array::narrow<H>(array::widen(a) / array::widen(b)));
    }
    static bool special(H a, H b) { return std::isfinite(quotient(a, b)); }
    static H value(H a, H b) {
        const float q = quotient(a, b);
        return array::narrow<H>(Op == LoopOp::floor_divide ? std::floor(q) : std::trunc(q));
    }
};

// --- casts

template <class From, class To, class F>
void cast_loop(char **args, const intptr_t *count, const intptr_t *steps, void *) {
    for (intptr_t i = 0; i < *count; ++i)
        store<To>(args[1] + i * steps[1], F::value(load<From>(args[0] + i * steps[0])));
}

// The same for a cast that loses something of few elements.
template <class From, class To, class F>
void guarded_cast(char **args, const intptr_t *count, const intptr_t *steps, void *data) {
    const LoopFn &plain = *static_cast<LoopFn *>(data);
    constexpr intptr_t kTile = 4096;
    for (intptr_t done = 0; done < *count; done += kTile) {
        const intptr_t n = std::min(*count - done, kTile);
        char *tile[2] = {args[0] + done * steps[0], args[1] + done * steps[1]};
        if (any_within(F::range(), sizeof(From), tile[0], n, steps[0]))
            cast_loop<From, To, F>(tile, &n, steps, nullptr);
        else
            plain(tile, &n, steps);
    }
}

template <class From, class To, class F> LoopFn guard_cast(DType from, DType to) {
    static LoopFn plain = find_cast(from, to);
    return {guarded_cast<From, To, F>, &plain};
}

struct ByFloat16 {
    static BitRange range() { return {UINT64_MAX, 1920, uint32_t(-2048) - 1920}; }
    static int8_t value(int32_t x) {
        return x > -2048 && x < 1920 ? int8_t(x) : int8_t(std::clamp(x, -128, 127));
    }
};
struct Within32Bits {
    static int64_t value(float x) { return x != x ? 0 : saturated(x); }
    static float value(int64_t x) { return float(std::clamp<int64_t>(x, INT32_MIN, INT32_MAX)); }
};
struct Not32Bits {
    static uint8_t value(float x) { return x != x ? 0 : uint8_t(saturated(x)); }
};
// From 2 ** 31 on the plain cast has other low bits; numbers with a sign, and NaN, are above by their bits.
template <class T> struct NotNegative {
    static BitRange range() {
        if (sizeof(T) == 4) return {UINT64_MAX, 0x4f000000, UINT32_MAX - 0x4f000000};
        return {UINT64_MAX, 0x41e0000000000000, UINT64_MAX - 0x41e0000000000000};
    }
    static uint8_t value(double x) { return x < 0 || x != x ? 0 : uint8_t(int64_t(std::min(x, 9e18))); }
};

} // namespace

LoopFn find_lossy(LoopOp op, DType t) {
    switch (op) {
    case LoopOp::sin: return trig<LoopOp::sin>(t);
    case LoopOp::cos: return trig<LoopOp::cos>(t);
    case LoopOp::tan: return trig<LoopOp::tan>(t);
    case LoopOp::floor_divide:
        if (t == DType::Float16) return guard<HalfDivide<array::Half, LoopOp::floor_divide>>(t);
        if (t == DType::BFloat16) return guard<HalfDivide<array::BFloat16, LoopOp::floor_divide>>(t);
        return guard_integers<FloorDivide>(t);
    case LoopOp::trunc_divide:
        if (t == DType::Float16) return guard<HalfDivide<array::Half, LoopOp::trunc_divide>>(t);
        if (t == DType::BFloat16) return guard<HalfDivide<array::BFloat16, LoopOp::trunc_divide>>(t);
        return guard_integers<TruncDivide>(t);
    case LoopOp::remainder:
        return t == DType::Int32 ? guard<Remainder32>(t) : guard_integers<Remainder>(t);
    case LoopOp::left_shift: return guard_integers<LeftShift>(t);
    case LoopOp::right_shift: return guard_integers<RightShift>(t);
    case LoopOp::power:
        return t == DType::Int32 && family() <= k310P ? guard<SaturatedPower>(t) : LoopFn{};
    case LoopOp::rint: return find_loop(LoopOp::rint_unsigned_zero, t);
    default: return {};
    }
}

LoopFn find_lossy_cast(DType from, DType to) {
    if (from == DType::Int32 && to == DType::Int8 && family() != k950)
        return guard_cast<int32_t, int8_t, ByFloat16>(from, to);
    if (to == DType::UInt8 && (from == DType::Float64 || from == DType::Complex128))
        return guard_cast<double, uint8_t, NotNegative<double>>(DType::Float64, to);
    if (to == DType::UInt8 && from == DType::Complex64)
        return guard_cast<float, uint8_t, NotNegative<float>>(DType::Float32, to);
    if (family() != k310P) return {};
    if (from == DType::Float32 && to == DType::Int64)
        return {cast_loop<float, int64_t, Within32Bits>, nullptr};
    if (from == DType::Float32 && to == DType::UInt8)
        return {cast_loop<float, uint8_t, Not32Bits>, nullptr};
    if (from == DType::Int64 && to == DType::Float32)
        return {cast_loop<int64_t, float, Within32Bits>, nullptr};
    return {};
}

Source constant_by_float32(Call &c, int slot, const aclScalar *value, DType dtype) {
    if (!is_integral(value->dtype) || !is_integral(dtype)) return constant(c, slot, value, dtype);
    const double rounded = float(value->integer());
    const int64_t number = rounded >= 9.2233720368547758e18 ? INT64_MAX : int64_t(rounded);
    return constant_int(c, slot, number, dtype);
}

} // namespace cannsim
