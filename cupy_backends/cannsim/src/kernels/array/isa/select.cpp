// Chooses the instruction set once, by what the CPU has and what was built.
#include "isa.h"

#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace cannsim::array {

namespace isa_baseline {
const IsaTable &table();
}
#ifdef CANNSIM_HAVE_AVX2
namespace isa_avx2 {
const IsaTable &table();
}
#endif
#ifdef CANNSIM_HAVE_AVX512
namespace isa_avx512 {
const IsaTable &table();
}
#endif

namespace {

const IsaTable *find(const char *name) {
#ifdef CANNSIM_HAVE_AVX512
    if (!std::strcmp(name, "avx512"))
        return __builtin_cpu_supports("x86-64-v4") && __builtin_cpu_supports("avx512vbmi") &&
                       __builtin_cpu_supports("avx512vbmi2")
                   ? &isa_avx512::table()
                   : nullptr;
#endif
#ifdef CANNSIM_HAVE_AVX2
    if (!std::strcmp(name, "avx2"))
        return __builtin_cpu_supports("x86-64-v3") ? &isa_avx2::table() : nullptr;
#endif
    return !std::strcmp(name, "baseline") ? &isa_baseline::table() : nullptr;
}

const IsaTable *choose() {
    if (const char *wanted = std::getenv("CANNSIM_ISA"))
        if (const IsaTable *t = find(wanted)) return t;
    for (const char *name : {"avx512", "avx2"})
        if (const IsaTable *t = find(name)) return t;
    return &isa_baseline::table();
}

const IsaTable *&current() {
    static const IsaTable *table = choose();
    return table;
}

}  // namespace

const IsaTable &isa() { return *current(); }

bool select_isa(const char *name) {
    const IsaTable *t = find(name);
    if (t) current() = t;
    return t != nullptr;
}

}  // namespace cannsim::array
