#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {
namespace {

template <class T> bool within(BitRange range, const char *x, intptr_t n, intptr_t step) {
    const T mask = T(range.mask), low = T(range.low), span = T(range.span);
    constexpr intptr_t bytes = 64, wide = bytes / sizeof(T);
    if (step == intptr_t(sizeof(T)) && n >= wide) {
        typedef T Vector __attribute__((vector_size(bytes)));
        typedef uint64_t Words __attribute__((vector_size(bytes)));
        Words found = {};
        const auto look = [&](const char *p) {
            Vector a;
            __builtin_memcpy(&a, p, bytes);
            found |= (Words)((a & mask) - low <= span);
        };
        look(x + (n - wide) * step);  // once more what is not a whole vector
        for (intptr_t i = 0; i + wide <= n; i += wide) look(x + i * step);
        uint64_t any = 0;
        for (int k = 0; k < 8; ++k) any |= found[k];
        return any != 0;
    }
    bool found = false;
    for (intptr_t i = 0; i < n; ++i) {
        T a;
        __builtin_memcpy(&a, x + i * step, sizeof a);
        found |= T((a & mask) - low) <= span;
    }
    return found;
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
