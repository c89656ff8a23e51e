#include "reduce_complex.h"

#include "scalar.h"

namespace cannsim::array {
namespace {

template <class C> struct Prod {
    static C combine(C a, C b) {
        return {a.real() * b.real() - a.imag() * b.imag(),
                a.real() * b.imag() + a.imag() * b.real()};
    }
};
template <class C> inline bool has_nan(C a) { return a.real() != a.real() || a.imag() != a.imag(); }
template <class C> struct Max {
    static C combine(C a, C b) {
        if (has_nan(a)) return a;
        if (has_nan(b)) return b;
        bool keep = a.real() > b.real() || (a.real() == b.real() && a.imag() >= b.imag());
        return keep ? a : b;
    }
};
template <class C> struct Min {
    static C combine(C a, C b) {
        if (has_nan(a)) return a;
        if (has_nan(b)) return b;
        bool keep = a.real() < b.real() || (a.real() == b.real() && a.imag() <= b.imag());
        return keep ? a : b;
    }
};

template <class Op, class C>
void rows(void *out, const char *x, int64_t nrows, int64_t stride, int64_t width, const void *) {
    C *to = static_cast<C *>(out);
    for (int64_t j = 0; j < width; ++j) {
        C acc = load<C>(x + j * int64_t(sizeof(C)));
        for (int64_t r = 1; r < nrows; ++r)
            acc = Op::combine(acc, load<C>(x + r * stride + j * int64_t(sizeof(C))));
        to[j] = acc;
    }
}

template <class Op, class C> void run(void *out, const char *x, int64_t n, int64_t, const void *) {
    // Four chains hide the latency of a multiplication.
    C acc[4];
    int64_t heads = n < 4 ? n : 4, size = sizeof(C);
    for (int64_t i = 0; i < heads; ++i) acc[i] = load<C>(x + i * size);
    for (int64_t i = heads; i < n; ++i) acc[i & 3] = Op::combine(acc[i & 3], load<C>(x + i * size));
    for (int64_t i = 1; i < heads; ++i) acc[0] = Op::combine(acc[0], acc[i]);
    std::memcpy(out, acc, sizeof(C));
}

template <template <class> class Op> RowsLoop pick_rows(DType t) {
    return t == DType::Complex64 ? rows<Op<complex64>, complex64>
                                 : rows<Op<complex128>, complex128>;
}
template <template <class> class Op> RunLoop pick_run(DType t) {
    return t == DType::Complex64 ? run<Op<complex64>, complex64> : run<Op<complex128>, complex128>;
}

}  // namespace

RowsLoop complex_rows(RowsOp op, DType t) {
    switch (op) {
    case RowsOp::Prod: return pick_rows<Prod>(t);
    case RowsOp::Max: return pick_rows<Max>(t);
    case RowsOp::Min: return pick_rows<Min>(t);
    default: return nullptr;
    }
}

RunLoop complex_run(RowsOp op, DType t) {
    switch (op) {
    case RowsOp::Prod: return pick_run<Prod>(t);
    case RowsOp::Max: return pick_run<Max>(t);
    case RowsOp::Min: return pick_run<Min>(t);
    default: return nullptr;
    }
}

}  // namespace cannsim::array
