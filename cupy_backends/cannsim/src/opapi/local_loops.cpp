#include "opapi/local_loops.h"

#include <cmath>

namespace cannsim {

namespace {

template <class T> struct Frac {
    static T f(const T *x) { return x[0] - std::trunc(x[0]); }
    static constexpr int nin = 1;
    using Out = T;
};
template <class T> struct RoundDecimals {
    static T f(const T *x) { return std::nearbyint(x[0] * x[1]) / x[1]; }
    static constexpr int nin = 2;
    using Out = T;
};
template <class T> struct Logit {
    static T f(const T *x) {
        T p = x[0];
        if (x[1] >= 0) p = p < x[1] ? x[1] : p > 1 - x[1] ? 1 - x[1] : p;
        return std::log(p / (1 - p));
    }
    static constexpr int nin = 2;
    using Out = T;
};
template <class T> struct SquaredRelu {
    static T f(const T *x) { return x[0] > 0 ? x[0] * x[0] : x[0] == x[0] ? T(0) : x[0]; }
    static constexpr int nin = 1;
    using Out = T;
};
template <class T> struct Swish {
    static T f(const T *x) { return x[0] / (1 + std::exp(-x[1] * x[0])); }
    static constexpr int nin = 2;
    using Out = T;
};
template <class T> struct Shrink {
    static T f(const T *x) { return x[0] > x[1] ? x[0] - x[2] : x[0] < -x[1] ? x[0] + x[2] : T(0); }
    static constexpr int nin = 3;
    using Out = T;
};
template <class T> struct IsClose {
    static bool f(const T *x) {
        if (x[0] == x[1]) return true;
        if (std::isnan(x[0]) && std::isnan(x[1])) return x[4] != 0;
        return std::isfinite(x[0]) && std::isfinite(x[1]) &&
               std::fabs(x[0] - x[1]) <= x[3] + x[2] * std::fabs(x[1]);
    }
    static constexpr int nin = 5;
    using Out = bool;
};

template <class T, template <class> class F>
void loop(char **args, const intptr_t *n, const intptr_t *steps, void *) {
    constexpr int nin = F<T>::nin;
    char *p[nin + 1];
    for (int k = 0; k <= nin; ++k) p[k] = args[k];
    for (intptr_t i = 0; i < *n; ++i) {
        T x[nin];
        for (int k = 0; k < nin; ++k) x[k] = *reinterpret_cast<T *>(p[k]);
        *reinterpret_cast<typename F<T>::Out *>(p[nin]) = F<T>::f(x);
        for (int k = 0; k <= nin; ++k) p[k] += steps[k];
    }
}

#define ROW(name) {loop<float, name>, loop<double, name>}
const Loop kLoops[int(LocalOp::Count)][2] = {
    ROW(Frac),  ROW(RoundDecimals), ROW(Logit),   ROW(SquaredRelu),
    ROW(Swish), ROW(Shrink),        ROW(IsClose),
};

} // namespace

DType local_dtype(DType t) {
    switch (t) {
    case DType::Float64:
    case DType::Int32:
    case DType::Int64:
    case DType::UInt32:
    case DType::UInt64: return DType::Float64;
    default: return DType::Float32;
    }
}

LoopFn find_local(LocalOp op, DType compute) {
    return {kLoops[int(op)][compute == DType::Float64], nullptr};
}

} // namespace cannsim
