// The tables behind find_loop and find_cast, and who fills them.
//
// Nothing here may be inline: this header is compiled for several instruction sets, and the linker
// would keep one copy of an inline function, perhaps one that the CPU cannot run.
#pragma once

#include "chain.h"
#include "loops.h"
#include "within.h"

namespace cannsim {

constexpr int kDTypes = 15;

int dtype_index(DType t);  // dense, in the order of DType; -1 for an unknown value
DType dtype_at(int index);
int dtype_size(DType t);

struct LoopTable {
    LoopFn loops[kLoopOps][kDTypes];
    LoopFn casts[kDTypes][kDTypes];
    bool (*within[4])(BitRange, const char *, intptr_t n, intptr_t step); // by log2 of the width
    ChainFn chain[2]; // of float32, float64

    void set(LoopOp op, DType in, Loop fn);
    void set_cast(DType from, DType to, Loop fn);
};

// Whether a registered loop replaces ours.
bool prefers_registered(LoopOp op, DType in);

// Sources compiled once per instruction set.
#define CANNSIM_DECLARE_ISA(isa)                                                                   \
    namespace isa {                                                                                \
    void fill_integer(LoopTable &t);                                                               \
    void fill_float(LoopTable &t);                                                                 \
    void fill_complex(LoopTable &t);                                                               \
    void fill_fused(LoopTable &t);                                                                 \
    void fill_compare(LoopTable &t);                                                               \
    void fill_select(LoopTable &t);                                                                \
    void fill_cast(LoopTable &t);                                                                  \
    void fill_trig(LoopTable &t);                                                                  \
    void fill_divmod(LoopTable &t);                                                                \
    void fill_within(LoopTable &t);                                                                \
    void fill_chain(LoopTable &t);                                                                 \
    }
CANNSIM_DECLARE_ISA(baseline)
CANNSIM_DECLARE_ISA(avx2)
CANNSIM_DECLARE_ISA(avx512)
#undef CANNSIM_DECLARE_ISA

// Sources that gain nothing from vector units: libm calls, compiled once.
namespace baseline {
void fill_math(LoopTable &t);
void fill_complex_math(LoopTable &t);
void fill_special(LoopTable &t);
}  // namespace baseline

}  // namespace cannsim
