// How one element is updated by another. Internal to the indexing kernels.
#pragma once

#include "index.h"
#include "scalar.h"

namespace cannsim::array {

template <Update U, class T> inline T updated(T old, T value) {
    if constexpr (U == Update::Set) {
        return value;
    } else if constexpr (is_complex<T>) {
        if constexpr (U == Update::Add) return old + value;
        if constexpr (U == Update::Multiply)
            return {old.real() * value.real() - old.imag() * value.imag(),
                    old.real() * value.imag() + old.imag() * value.real()};
        auto nan = [](T z) { return z.real() != z.real() || z.imag() != z.imag(); };
        auto less = [](T a, T b) {
            return a.real() != b.real() ? a.real() < b.real() : a.imag() < b.imag();
        };
        if (nan(old)) return old;
        if (nan(value)) return value;
        return less(old, value) == (U == Update::Maximum) ? value : old;
    } else if constexpr (std::is_same_v<T, Bool>) {
        bool a = old.value, b = value.value;
        return Bool{U == Update::Add || U == Update::Maximum ? a || b : a && b};
    } else {
        auto a = widen(old), b = widen(value);
        using W = decltype(a);
        if constexpr (U == Update::Add || U == Update::Multiply) {
            if constexpr (std::is_integral_v<W>)
                return T(U == Update::Add ? uint64_t(a) + uint64_t(b) : uint64_t(a) * uint64_t(b));
            else
                return narrow<T>(U == Update::Add ? a + b : a * b);
        }
        if constexpr (U == Update::Maximum) return a > b || a != a ? old : value;
        return a < b || a != a ? old : value;
    }
}

// Calls f(std::integral_constant<Update, ...>).
template <class F> inline void visit_update(Update u, F &&f) {
    switch (u) {
    case Update::Set: return f(std::integral_constant<Update, Update::Set>{});
    case Update::Add: return f(std::integral_constant<Update, Update::Add>{});
    case Update::Multiply: return f(std::integral_constant<Update, Update::Multiply>{});
    case Update::Maximum: return f(std::integral_constant<Update, Update::Maximum>{});
    case Update::Minimum: return f(std::integral_constant<Update, Update::Minimum>{});
    }
}

}  // namespace cannsim::array
