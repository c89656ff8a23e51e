// Whose loop runs where a host library has registered one: the table of measured choices.
#include "table.h"

namespace cannsim {
namespace {

enum Kind : unsigned { F32 = 1, F64 = 2, Complexes = 4, Reals = F32 | F64, All = Reals | Complexes };

// Transcendental functions: NumPy's are vectorised and accurate, ours call libm one by one. All
// else is as fast here, and free of the host's error flags. float16 and bfloat16 follow float32.
struct Preference {
    LoopOp op;
    unsigned registered;
};
constexpr Preference kPreferences[] = {
    {LoopOp::exp, All},       {LoopOp::exp2, All},      {LoopOp::expm1, All},
    {LoopOp::log, All},       {LoopOp::log2, All},      {LoopOp::log10, All},
    {LoopOp::log1p, All},     {LoopOp::cbrt, Reals},    {LoopOp::sqrt, Complexes},
    {LoopOp::sin, Complexes}, {LoopOp::cos, Complexes}, {LoopOp::tan, All},
    {LoopOp::arcsin, All},    {LoopOp::arccos, All},    {LoopOp::arctan, All},
    {LoopOp::sinh, All},      {LoopOp::cosh, All},      {LoopOp::tanh, All},
    {LoopOp::arcsinh, All},   {LoopOp::arccosh, All},   {LoopOp::arctanh, All},
    {LoopOp::power, All},     {LoopOp::arctan2, Reals}, {LoopOp::hypot, Reals},
    {LoopOp::logaddexp, Reals}, {LoopOp::logaddexp2, Reals}, {LoopOp::absolute, Complexes},
    {LoopOp::sign, Complexes},
};

}  // namespace

bool prefers_registered(LoopOp op, DType in) {
    unsigned kind = 0;
    if (in == DType::Float32) kind = F32;
    if (in == DType::Float64) kind = F64;
    if (in == DType::Complex64 || in == DType::Complex128) kind = Complexes;
    for (const Preference &p : kPreferences) {
        if (p.op == op) return (p.registered & kind) != 0;
    }
    return false;
}

}  // namespace cannsim
