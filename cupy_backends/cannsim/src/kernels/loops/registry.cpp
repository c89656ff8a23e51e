#include <cstdlib>
#include <cstring>

#include "staging.h"
#include "table.h"

namespace cannsim {
namespace {

constexpr DType kTypes[kDTypes] = {
    DType::Float32, DType::Float16,   DType::Int8,       DType::Int32,   DType::UInt8,
    DType::Int16,   DType::UInt16,    DType::UInt32,     DType::Int64,   DType::UInt64,
    DType::Float64, DType::Bool,      DType::Complex64,  DType::Complex128, DType::BFloat16,
};
struct Indices {
    int8_t of[64];
    constexpr Indices() : of() {
        for (int8_t &i : of) i = -1;
        for (int i = 0; i < kDTypes; ++i) of[int(kTypes[i])] = int8_t(i);
    }
};
constexpr Indices kIndices; // of the dtypes in kTypes
constexpr int kF32 = 0, kF16 = 1, kBF16 = 14;

enum class Class : uint8_t { Same, Bool, UInt8, Real };
struct OpInfo {
    const char *name;
    int nin;
    Class out;
};
constexpr OpInfo kOps[kLoopOps] = {
#define X(name, nin, out) {#name, nin, Class::out},
    CANNSIM_LOOP_OPS(X)
#undef X
};

DType real_of(DType t) {
    return t == DType::Complex64    ? DType::Float32
           : t == DType::Complex128 ? DType::Float64
                                    : t;
}

using Fill = void (*)(LoopTable &);
struct Isa {
    const char *name;
    bool (*supported)();
    Fill fill[11];
};

#define CANNSIM_FILLS(isa)                                                                         \
    {isa::fill_integer, isa::fill_float,  isa::fill_complex, isa::fill_fused,                      \
     isa::fill_compare, isa::fill_select, isa::fill_cast,    isa::fill_trig,     \
     isa::fill_divmod,  isa::fill_within,  isa::fill_chain}

// Worst first: the last one that the CPU supports is chosen.
const Isa kIsas[] = {
    {"baseline", [] { return true; }, CANNSIM_FILLS(baseline)},
#if defined(CANNSIM_X86_ISAS)
    {"avx2",
     [] {
         return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                __builtin_cpu_supports("f16c");
     },
     CANNSIM_FILLS(avx2)},
    {"avx512",
     [] {
         return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
     },
     CANNSIM_FILLS(avx512)},
#endif
};

const Isa &choose_isa() {
    const char *wanted = std::getenv("CANNSIM_ISA");
    const Isa *best = &kIsas[0];
    for (const Isa &isa : kIsas) {
        if (!isa.supported()) continue;
        best = &isa;
        if (wanted && std::strcmp(wanted, isa.name) == 0) break;
    }
    return *best;
}

struct Registry {
    const Isa &isa;
    LoopTable own;
    LoopTable active;  // own, or what a host registered
    CastPlan half_plans[kLoopOps][2];

    Registry() : isa(choose_isa()), own(), active(), half_plans() {
        baseline::fill_math(own);
        baseline::fill_complex_math(own);
        baseline::fill_special(own);
        for (Fill fill : isa.fill) fill(own);
        active = own;
        for (int op = 0; op < kLoopOps; ++op) {
            derive_half(op, kF16, &half_plans[op][0]);
            derive_half(op, kBF16, &half_plans[op][1]);
        }
        own = active;
    }

    // float16 and bfloat16 compute as float32 between casts; whoever computes float32.
    void derive_half(int op, int half, CastPlan *plan) {
        if (active.loops[op][half] || !active.loops[op][kF32]) return;
        plan->inner = &active.loops[op][kF32];
        plan->nop = kOps[op].nin + 1;
        for (int i = 0; i < plan->nop; ++i) {
            const DType outer = loop_dtype(LoopOp(op), kTypes[half], i);
            const DType inner = loop_dtype(LoopOp(op), DType::Float32, i);
            plan->size[i] = itemsize(inner);
            if (outer == inner) continue;
            const bool input = i < kOps[op].nin;
            plan->cast[i] = input ? active.casts[half][kF32] : active.casts[kF32][half];
        }
        active.loops[op][half] = {run_cast_plan, plan};
    }
};

Registry &registry() {
    static Registry instance;
    return instance;
}

}  // namespace

int dtype_index(DType t) { return uint32_t(t) < 64 ? kIndices.of[int(t)] : -1; }
DType dtype_at(int index) { return kTypes[index]; }
int dtype_size(DType t) { return itemsize(t); }

void LoopTable::set(LoopOp op, DType in, Loop fn) {
    loops[int(op)][dtype_index(in)] = {fn, nullptr};
}
void LoopTable::set_cast(DType from, DType to, Loop fn) {
    casts[dtype_index(from)][dtype_index(to)] = {fn, nullptr};
}

LoopFn find_loop(LoopOp op, DType in) {
    const int i = dtype_index(in);
    return i < 0 ? LoopFn() : registry().active.loops[int(op)][i];
}

const LoopFn *loop_place(LoopOp op, DType in) {
    return &registry().active.loops[int(op)][dtype_index(in)];
}

LoopFn find_cast(DType from, DType to) {
    const int i = dtype_index(from), j = dtype_index(to);
    return i < 0 || j < 0 ? LoopFn() : registry().active.casts[i][j];
}

bool any_within(BitRange range, int width, const char *x, intptr_t n, intptr_t step) {
    return registry().active.within[__builtin_ctz(unsigned(width))](range, x, n, step);
}

ChainFn find_chain(DType t) {
    const auto &chains = registry().active.chain;
    return t == DType::Float32 ? chains[0] : t == DType::Float64 ? chains[1] : nullptr;
}

int loop_nin(LoopOp op) { return kOps[int(op)].nin; }
const char *loop_name(LoopOp op) { return kOps[int(op)].name; }
const char *loop_isa() { return registry().isa.name; }

bool loop_by_name(const char *name, LoopOp *op) {
    for (int i = 0; i < kLoopOps; ++i) {
        if (std::strcmp(kOps[i].name, name) == 0) {
            *op = LoopOp(i);
            return true;
        }
    }
    return false;
}

DType loop_dtype(LoopOp op, DType in, int operand) {
    if (op == LoopOp::where && operand == 0) return DType::Bool;
    if (op == LoopOp::ldexp && operand == 1) return DType::Int64;
    if (operand < kOps[int(op)].nin) return in;
    switch (kOps[int(op)].out) {
    case Class::Bool: return DType::Bool;
    case Class::UInt8: return DType::UInt8;
    case Class::Real: return real_of(in);
    default: return in;
    }
}

bool register_loop(LoopOp op, DType in, Loop fn, void *data) {
    const int i = dtype_index(in);
    if (i < 0) return false;
    Registry &r = registry();
    const LoopFn own = r.own.loops[int(op)][i];
    const bool accept = fn && prefers_registered(op, in);
    r.active.loops[int(op)][i] = accept ? LoopFn{fn, data} : own;
    return accept;
}

bool register_loop(const char *name, DType in, Loop fn, void *data) {
    LoopOp op;
    return loop_by_name(name, &op) && register_loop(op, in, fn, data);
}

}  // namespace cannsim
