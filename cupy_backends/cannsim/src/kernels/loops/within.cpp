#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

template <class T> bool within(BitRange range, const char *x, intptr_t n, intptr_t step) {
    const T mask = T(range.mask), low = T(range.low), span = T(range.span);
    T found = 0;  // as wide as the elements, so that it vectorises without conversions
    if (step == intptr_t(sizeof(T))) {
        const T *a = (const T *)x;
        for (intptr_t i = 0; i < n; ++i) found |= T(T((a[i] & mask) - low) <= span);
    } else {
        for (intptr_t i = 0; i < n; ++i) {
            T a;
            __builtin_memcpy(&a, x + i * step, sizeof a);
            found |= T(T((a & mask) - low) <= span);
        }
    }
    return found != 0;
}

}  // namespace

void fill_within(LoopTable &t) {
    t.within[0] = within<uint8_t>;
    t.within[1] = within<uint16_t>;
    t.within[2] = within<uint32_t>;
    t.within[3] = within<uint64_t>;
}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
