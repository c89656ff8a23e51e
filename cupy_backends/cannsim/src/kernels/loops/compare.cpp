// Comparisons and logical functions: results are Bool.
#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

// Complex numbers are ordered by real part, then imaginary part; NaN compares false.
template <class T> bool less(T a, T b) { return a < b; }
template <class T> bool less(Complex<T> a, Complex<T> b) {
    return (a.re < b.re && a.im == a.im && b.im == b.im) || (a.re == b.re && a.im < b.im);
}
template <class T> bool less_equal(T a, T b) { return a <= b; }
template <class T> bool less_equal(Complex<T> a, Complex<T> b) {
    return (a.re < b.re && a.im == a.im && b.im == b.im) || (a.re == b.re && a.im <= b.im);
}
template <class T> bool equal(T a, T b) { return a == b; }
template <class T> bool equal(Complex<T> a, Complex<T> b) {
    return (a.re == b.re) & (a.im == b.im);
}
template <class T> bool truth(T a) { return a != 0; }
template <class T> bool truth(Complex<T> a) { return (a.re != 0) | (a.im != 0); }

struct Equal {
    template <class T> static bool8 op(T a, T b) { return equal(a, b); }
};
struct NotEqual {
    template <class T> static bool8 op(T a, T b) { return !equal(a, b); }
};
struct Less {
    template <class T> static bool8 op(T a, T b) { return less(a, b); }
};
struct LessEqual {
    template <class T> static bool8 op(T a, T b) { return less_equal(a, b); }
};
struct LogicalAnd {
    template <class T> static bool8 op(T a, T b) { return bool8(truth(a) & truth(b)); }
};
struct LogicalOr {
    template <class T> static bool8 op(T a, T b) { return bool8(truth(a) | truth(b)); }
};
struct LogicalXor {
    template <class T> static bool8 op(T a, T b) { return bool8(truth(a) ^ truth(b)); }
};
struct LogicalNot {
    template <class T> static bool8 op(T a) { return !truth(a); }
};

// Bool tensors may hold any non-zero byte where they view other data.
struct BoolEqual {
    static bool8 op(bool8 a, bool8 b) { return (a != 0) == (b != 0); }
};
struct BoolNotEqual {
    static bool8 op(bool8 a, bool8 b) { return (a != 0) != (b != 0); }
};
struct BoolLess {
    static bool8 op(bool8 a, bool8 b) { return bool8((a == 0) & (b != 0)); }
};
struct BoolLessEqual {
    static bool8 op(bool8 a, bool8 b) { return bool8((a == 0) | (b != 0)); }
};

// greater(a, b) is less(b, a).
template <Loop L> void swapped(char **args, const intptr_t *n, const intptr_t *steps, void *data) {
    char *p[3] = {args[1], args[0], args[2]};
    const intptr_t s[3] = {steps[1], steps[0], steps[2]};
    L(p, n, s, data);
}

template <class F, class... T> void bits(LoopTable &t, LoopOp op, Types<T...> types) {
    set_both(t, op, types, {hot_loop<F, bool8, T>...});
}
template <class F, class... T> void logical(LoopTable &t, LoopOp op, Types<T...> widths) {
    set_both(t, op, widths, {loop<Binary<F, bool8, T, T>>...});
    t.set(op, DType::Bool, loop<Binary<F, bool8, bool8, bool8>>);
    binary<F, bool8>(t, op, Floats());
    binary<F, bool8>(t, op, Complexes());
}
template <class F, class... T>
void ordered(LoopTable &t, LoopOp op, LoopOp mirrored, Types<T...>) {
    (t.set(op, dtype_of<T>(), hot_loop<F, bool8, T>), ...);
    (t.set(mirrored, dtype_of<T>(), swapped<hot_loop<F, bool8, T>>), ...);
}
template <class F> void bool_ordered(LoopTable &t, LoopOp op, LoopOp mirrored) {
    t.set(op, DType::Bool, hot_loop<F, bool8, bool8>);
    t.set(mirrored, DType::Bool, swapped<hot_loop<F, bool8, bool8>>);
}

}  // namespace

void fill_compare(LoopTable &t) {
    const Unsigned widths;
    bits<Equal>(t, LoopOp::equal, widths);
    bits<NotEqual>(t, LoopOp::not_equal, widths);
    hot<Equal, bool8>(t, LoopOp::equal, Floats());
    hot<NotEqual, bool8>(t, LoopOp::not_equal, Floats());
    hot<Equal, bool8>(t, LoopOp::equal, Complexes());
    hot<NotEqual, bool8>(t, LoopOp::not_equal, Complexes());
    t.set(LoopOp::equal, DType::Bool, hot_loop<BoolEqual, bool8, bool8>);
    t.set(LoopOp::not_equal, DType::Bool, hot_loop<BoolNotEqual, bool8, bool8>);
    ordered<Less>(t, LoopOp::less, LoopOp::greater, Integers());
    ordered<Less>(t, LoopOp::less, LoopOp::greater, Floats());
    ordered<Less>(t, LoopOp::less, LoopOp::greater, Complexes());
    ordered<LessEqual>(t, LoopOp::less_equal, LoopOp::greater_equal, Integers());
    ordered<LessEqual>(t, LoopOp::less_equal, LoopOp::greater_equal, Floats());
    ordered<LessEqual>(t, LoopOp::less_equal, LoopOp::greater_equal, Complexes());
    bool_ordered<BoolLess>(t, LoopOp::less, LoopOp::greater);
    bool_ordered<BoolLessEqual>(t, LoopOp::less_equal, LoopOp::greater_equal);
    logical<LogicalAnd>(t, LoopOp::logical_and, widths);
    logical<LogicalOr>(t, LoopOp::logical_or, widths);
    logical<LogicalXor>(t, LoopOp::logical_xor, widths);
    set_both(t, LoopOp::logical_not, widths,
             {loop<Unary<LogicalNot, bool8, uint8_t>>, loop<Unary<LogicalNot, bool8, uint16_t>>,
              loop<Unary<LogicalNot, bool8, uint32_t>>, loop<Unary<LogicalNot, bool8, uint64_t>>});
    t.set(LoopOp::logical_not, DType::Bool, loop<Unary<LogicalNot, bool8, uint8_t>>);
    unary<LogicalNot, bool8>(t, LoopOp::logical_not, Floats());
    unary<LogicalNot, bool8>(t, LoopOp::logical_not, Complexes());
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
