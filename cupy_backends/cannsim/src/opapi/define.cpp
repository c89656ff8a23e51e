// Fills the table of operators when the library is loaded.
#include "opapi/op.h"
#include "opapi/tables.h"

#include <cstring>

using namespace cannsim;

namespace {
[[gnu::constructor]] void define_all() {
    define_unary();
    define_binary();
    define_fused();
    define_composite();
    define_movement();
    define_creation();
    define_random();
    define_reduction();
    define_scan();
    define_matrix();
    define_linalg();
    define_shape();
    define_pad();
    define_index();
    define_select();
    define_foreach();
    define_gated();
    define_dropout();
    define_distance();
    define_rearrange();
    define_products();
}
} // namespace

extern "C" __attribute__((visibility("default"))) bool cannsimImplements(const char *name) {
    if (!name) return false;
    int low = 0, high = kOpCount;
    while (low < high) {
        int middle = (low + high) / 2, order = std::strcmp(kOps[middle].name, name);
        if (order == 0) return definitions[middle].prepare != nullptr;
        (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
    }
    return false;
}
