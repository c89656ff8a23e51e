// Turns a functor on scalars into an inner loop; the vectoriser does the rest.
//
// A functor is a struct with a static `op`. Everything lives in an anonymous namespace inside a
// namespace per instruction set, and calls no inline function of the standard library, so that no
// code of one instruction set can be linked into another.
#pragma once

#include <initializer_list>

#include "staging.h"
#include "table.h"

#ifndef CANNSIM_ISA
#define CANNSIM_ISA baseline
#endif

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

using bool8 = uint8_t;  // what a Bool tensor holds: 0 or 1

template <class T> struct Complex {
    using Real = T;
    T re, im;
};
using complex64 = Complex<float>;
using complex128 = Complex<double>;

template <class T> constexpr DType dtype_of();
template <> constexpr DType dtype_of<int8_t>() { return DType::Int8; }
template <> constexpr DType dtype_of<uint8_t>() { return DType::UInt8; }
template <> constexpr DType dtype_of<int16_t>() { return DType::Int16; }
template <> constexpr DType dtype_of<uint16_t>() { return DType::UInt16; }
template <> constexpr DType dtype_of<int32_t>() { return DType::Int32; }
template <> constexpr DType dtype_of<uint32_t>() { return DType::UInt32; }
template <> constexpr DType dtype_of<int64_t>() { return DType::Int64; }
template <> constexpr DType dtype_of<uint64_t>() { return DType::UInt64; }
template <> constexpr DType dtype_of<float>() { return DType::Float32; }
template <> constexpr DType dtype_of<double>() { return DType::Float64; }
template <> constexpr DType dtype_of<complex64>() { return DType::Complex64; }
template <> constexpr DType dtype_of<complex128>() { return DType::Complex128; }

template <class... T> struct Types {};
using Signed = Types<int8_t, int16_t, int32_t, int64_t>;
using Unsigned = Types<uint8_t, uint16_t, uint32_t, uint64_t>;
using Integers =
    Types<int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t>;
using Floats = Types<float, double>;
using Complexes = Types<complex64, complex128>;

inline uint32_t bits_of(float x) {
    uint32_t u;
    __builtin_memcpy(&u, &x, sizeof u);
    return u;
}
inline float float_of(uint32_t u) {
    float x;
    __builtin_memcpy(&x, &u, sizeof x);
    return x;
}

template <class T> constexpr bool is_signed_v = T(-1) < T(0);

template <class T> struct AsSigned;
template <> struct AsSigned<uint8_t> { using type = int8_t; };
template <> struct AsSigned<uint16_t> { using type = int16_t; };
template <> struct AsSigned<uint32_t> { using type = int32_t; };
template <> struct AsSigned<uint64_t> { using type = int64_t; };

// A product that stays one: gcc 12 fuses those of interleaved pairs in spite of -ffp-contract=off,
// in the vectors and not in the rest, so that a result would depend on its position.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
template <class T> T product(T a, T b) { return __builtin_assoc_barrier(a * b); }
#else
template <class T> T product(T a, T b) { return a * b; }
#endif

// The operands of a loop coincide or are disjoint, hence ivdep.
#define CANNSIM_EACH(i, n) _Pragma("GCC ivdep") for (intptr_t i = 0; i < (n); ++i)

template <class R, class... A> struct Layout {
    static constexpr Operands operands = {int(sizeof...(A)) + 1, {int(sizeof(A))..., int(sizeof(R))}};

    static bool contiguous(const intptr_t *steps) {
        bool same = true;
        for (int i = 0; i < operands.count; ++i) same &= steps[i] == operands.size[i];
        return same;
    }
};
template <class R, class... A> constexpr Operands Layout<R, A...>::operands;

template <class F, class R, class A> struct Unary : Layout<R, A> {
    static void run(char *const *p, intptr_t n) {
        const A *a = (const A *)p[0];
        R *r = (R *)p[1];
        CANNSIM_EACH(i, n) r[i] = F::op(a[i]);
    }
};

template <class F, class R, class A, class B> struct Binary : Layout<R, A, B> {
    static void run(char *const *p, intptr_t n) {
        const A *a = (const A *)p[0];
        const B *b = (const B *)p[1];
        R *r = (R *)p[2];
        CANNSIM_EACH(i, n) r[i] = F::op(a[i], b[i]);
    }
};

template <class F, class R, class A, class B, class C> struct Ternary : Layout<R, A, B, C> {
    static void run(char *const *p, intptr_t n) {
        const A *a = (const A *)p[0];
        const B *b = (const B *)p[1];
        const C *c = (const C *)p[2];
        R *r = (R *)p[3];
        CANNSIM_EACH(i, n) r[i] = F::op(a[i], b[i], c[i]);
    }
};

template <class F, class T> struct Quaternary : Layout<T, T, T, T, T> {
    static void run(char *const *p, intptr_t n) {
        const T *a = (const T *)p[0];
        const T *b = (const T *)p[1];
        const T *c = (const T *)p[2];
        const T *d = (const T *)p[3];
        T *r = (T *)p[4];
        CANNSIM_EACH(i, n) r[i] = F::op(a[i], b[i], c[i], d[i]);
    }
};

template <class K>
void loop(char **args, const intptr_t *n, const intptr_t *steps, void *) {
    if (*n == 1 || K::contiguous(steps)) return K::run(args, *n);
    run_staged(&K::run, K::operands, args, *n, steps);
}

// Four elements at a time, as copy_spaced does. Apart, for the registers that it has to save.
template <class F, class R, class T>
__attribute__((noinline)) void strided_loop(char **args, intptr_t n, const intptr_t *steps) {
    const intptr_t s0 = steps[0], s1 = steps[1], s2 = steps[2];
    const char *a = args[0], *b = args[1];
    char *r = args[2];
    for (; n >= 4; n -= 4, a += 4 * s0, b += 4 * s1, r += 4 * s2) {
        R four[4];
        for (int k = 0; k < 4; ++k) four[k] = F::op(*(const T *)(a + k * s0), *(const T *)(b + k * s1));
        for (int k = 0; k < 4; ++k) *(R *)(r + k * s2) = four[k];
    }
    for (; n > 0; --n, a += s0, b += s1, r += s2) *(R *)r = F::op(*(const T *)a, *(const T *)b);
}

// For the binary functions that programs use most: no staging of a scalar or strided operand.
template <class F, class R, class T>
void hot_loop(char **args, const intptr_t *np, const intptr_t *steps, void *) {
    const intptr_t n = *np, s0 = steps[0], s1 = steps[1], s2 = steps[2];
    constexpr intptr_t size = sizeof(T);
    if (n == 1) {
        *(R *)args[2] = F::op(*(const T *)args[0], *(const T *)args[1]);
        return;
    }
    if (s2 == intptr_t(sizeof(R))) {
        if (s0 == size && s1 == size) return Binary<F, R, T, T>::run(args, n);
        R *r = (R *)args[2];
        if (s0 == size && s1 == 0) {
            const T *a = (const T *)args[0], b = *(const T *)args[1];
            CANNSIM_EACH(i, n) r[i] = F::op(a[i], b);
            return;
        }
        if (s0 == 0 && s1 == size) {
            const T a = *(const T *)args[0], *b = (const T *)args[1];
            CANNSIM_EACH(i, n) r[i] = F::op(a, b[i]);
            return;
        }
    }
    strided_loop<F, R, T>(args, n, steps);
}

// Table entries: one per type of a list. R = Self: the result has the operand's type.
struct Self {};
template <class R, class T> struct Pick { using type = R; };
template <class T> struct Pick<Self, T> { using type = T; };
template <class R, class T> using pick_t = typename Pick<R, T>::type;

template <class F, class R = Self, class... T> void unary(LoopTable &t, LoopOp op, Types<T...>) {
    (t.set(op, dtype_of<T>(), loop<Unary<F, pick_t<R, T>, T>>), ...);
}
template <class F, class R = Self, class... T> void binary(LoopTable &t, LoopOp op, Types<T...>) {
    (t.set(op, dtype_of<T>(), loop<Binary<F, pick_t<R, T>, T, T>>), ...);
}
template <class F, class R = Self, class... T> void hot(LoopTable &t, LoopOp op, Types<T...>) {
    (t.set(op, dtype_of<T>(), hot_loop<F, pick_t<R, T>, T>), ...);
}
template <class F, class... T> void ternary(LoopTable &t, LoopOp op, Types<T...>) {
    (t.set(op, dtype_of<T>(), loop<Ternary<F, T, T, T, T>>), ...);
}
template <class F, class... T> void quaternary(LoopTable &t, LoopOp op, Types<T...>) {
    (t.set(op, dtype_of<T>(), loop<Quaternary<F, T>>), ...);
}

// One loop serves both signs where the bits of the result do not depend on the sign.
template <class... T> void set_both(LoopTable &t, LoopOp op, Types<T...>, const Loop (&loops)[sizeof...(T)]) {
    int i = 0;
    ((t.set(op, dtype_of<T>(), loops[i]), t.set(op, dtype_of<typename AsSigned<T>::type>(), loops[i++])), ...);
}
template <class F, class... T> void unary_bits(LoopTable &t, LoopOp op, Types<T...> types) {
    set_both(t, op, types, {loop<Unary<F, T, T>>...});
}
template <class F, class... T> void binary_bits(LoopTable &t, LoopOp op, Types<T...> types) {
    set_both(t, op, types, {loop<Binary<F, T, T, T>>...});
}
template <class F, class... T> void hot_bits(LoopTable &t, LoopOp op, Types<T...> types) {
    set_both(t, op, types, {hot_loop<F, T, T>...});
}

}  // namespace
}  // namespace CANNSIM_ISA
}  // namespace cannsim
