// Fills the table of operators when the library is loaded.
#include "opapi/alter.h"
#include "opapi/op.h"
#include "opapi/tables.h"
#include "opapi/versions.h"
#include "runtime/soc.h"

#include <algorithm>
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
    alter_operators();
}
} // namespace

void cannsim::hide_operators(int major) {
    const int bit = major < 9 ? kIn8 : kIn9;
    for (int i = 0; i < kOpCount; ++i)
        if (!(kOpVersions[i] & bit)) definitions[i].prepare = nullptr;
}

namespace {

// The number of an operator, or -1.
int find_operator(const char *name, size_t length) {
    int low = 0, high = kOpCount;
    while (low < high) {
        const int middle = (low + high) / 2;
        const char *known = kOps[middle].name;
        int order = std::strncmp(known, name, length);
        if (order == 0 && known[length]) order = 1;
        if (order == 0) return middle;
        (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
    }
    return -1;
}

} // namespace

extern "C" {
#pragma GCC visibility push(default)

bool cannsimImplements(const char *name) {
    if (!name) return false;
    settings();
    const int op = find_operator(name, std::strlen(name));
    return op >= 0 && definitions[op].prepare;
}

bool cannsimProvides(const char *symbol) {
    if (!symbol) return false;
    const int major = settings().major;
    constexpr char kPhase1[] = "GetWorkspaceSize";
    constexpr size_t kTail = sizeof kPhase1 - 1;
    size_t length = std::strlen(symbol);
    if (length > kTail && !std::strcmp(symbol + length - kTail, kPhase1)) length -= kTail;
    const int op = find_operator(symbol, length);
    if (op >= 0) return kOpVersions[op] & (major < 9 ? kIn8 : kIn9);
    const auto less = [](const char *a, const char *b) { return std::strcmp(a, b) < 0; };
    return major >= 9 ||
           !std::binary_search(kNewFunctions, kNewFunctions + kNewFunctionsCount, symbol, less);
}

#pragma GCC visibility pop
}
