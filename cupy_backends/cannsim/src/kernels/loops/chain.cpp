#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kVector = 64;
#elif defined(__AVX2__)
constexpr int kVector = 32;
#else
constexpr int kVector = 16;
#endif
constexpr int kRegisters = 8;
static_assert(kChainTile % (kVector * kRegisters) == 0, "whole tiles");

#define EACH(value)                                                                                \
    _Pragma("GCC unroll 8") for (int j = 0; j < kRegisters; ++j) acc[j] = (value)
#define WITH(y)                                                                                    \
    switch (s->op) {                                                                               \
    case ChainOp::Add: EACH(acc[j] + (y)); break;                                                  \
    case ChainOp::Subtract: EACH(acc[j] - (y)); break;                                             \
    case ChainOp::SubtractFrom: EACH((y) - acc[j]); break;                                         \
    case ChainOp::Multiply: EACH(acc[j] * (y)); break;                                             \
    case ChainOp::Divide: EACH(acc[j] / (y)); break;                                               \
    case ChainOp::DivideFrom: EACH((y) / acc[j]); break;                                           \
    }

template <class T> void chain(const ChainStep *steps, int count, intptr_t bytes) {
    typedef T Vector __attribute__((vector_size(kVector), aligned(sizeof(T)), may_alias));
    for (intptr_t i = 0; i < bytes; i += kVector * kRegisters) {
        Vector acc[kRegisters] = {};
        for (const ChainStep *s = steps; s < steps + count; ++s) {
            if (s->x) {
                const Vector *x = (const Vector *)(s->x + (i & s->x_along));
                EACH(x[j]);
            }
            if (s->scalar) {
                const T y = *(const T *)s->y;
                WITH(y);
            } else {
                const Vector *y = (const Vector *)(s->y + (i & s->y_along));
                WITH(y[j]);
            }
            if (s->out) {
                Vector *out = (Vector *)(s->out + (i & s->out_along));
                _Pragma("GCC unroll 8") for (int j = 0; j < kRegisters; ++j) out[j] = acc[j];
            }
        }
    }
}

#undef WITH
#undef EACH

}  // namespace

void fill_chain(LoopTable &t) {
    t.chain[0] = chain<float>;
    t.chain[1] = chain<double>;
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
