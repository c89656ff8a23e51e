// Collects the variants of one instruction set.
#include "bounds.h"
#include "compress.h"
#include "find.h"
#include "gemm.h"
#include "random.h"
#include "rows.h"
#include "transpose.h"
#include "words.h"
#include "zip.h"

namespace cannsim::array::CANNSIM_ISA {

// A function, so that no code of this instruction set runs before the CPU is known to have it.
const IsaTable &table();
const IsaTable &table() {
    static const IsaTable table = [] {
        IsaTable t{};
        t.transpose = transpose;
        t.zip = zip;
        t.unzip = unzip;
        fill_rows(t);
        fill_find(t);
        fill_gemm(t);
        fill_random(t);
        t.compress = compress;
        t.where = where;
        t.any_outside = any_outside;
        t.limits = limits;
        fill_words(t);
        t.bounds = bounds;
        t.bounds64 = bounds64;
        return t;
    }();
    return table;
}

}  // namespace cannsim::array::CANNSIM_ISA
