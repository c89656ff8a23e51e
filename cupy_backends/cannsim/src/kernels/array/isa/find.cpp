#include "find.h"

#include <type_traits>

namespace cannsim::array::CANNSIM_ISA {
namespace {

// Four vectors at a time as long as these have no hit.
template <class T, class Hit> inline int64_t first(const char *x, int64_t n, Hit hit) {
    using V = Vector<T>;
    constexpr int64_t size = sizeof(T), block = 4 * kVectorBytes / size;
    int64_t i = 0;
    for (; i + block <= n; i += block) {
        const char *p = x + i * size;
        const auto any = (hit(vload<V>(p)) | hit(vload<V>(p + kVectorBytes))) |
                         (hit(vload<V>(p + 2 * kVectorBytes)) | hit(vload<V>(p + 3 * kVectorBytes)));
        uint64_t words[kVectorBytes / 8], found = 0;
        std::memcpy(words, &any, sizeof words);
        for (uint64_t word : words) found |= word;
        if (found) break;
    }
    for (; i < n; ++i) {
        T value;
        std::memcpy(&value, x + i * size, sizeof value);
        if (hit(value)) break;
    }
    return i;
}

template <class T> int64_t find(const char *x, int64_t n, const void *value) {
    T wanted;
    std::memcpy(&wanted, value, sizeof wanted);
    if (wanted != wanted) return first<T>(x, n, [](auto v) { return v != v; });
    return first<T>(x, n, [wanted](auto v) { return v == wanted; });
}

template <class T, bool Largest>
void keep(void *best, void *at, const char *row, int64_t n, int64_t position) {
    using Index = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;
    T *const kept = static_cast<T *>(best);
    Index *const places = static_cast<Index *>(at), place = Index(position);
    for (int64_t i = 0; i < n; ++i) {
        T x;
        std::memcpy(&x, row + i * int64_t(sizeof x), sizeof x);
        const T old = kept[i];
        const bool better = (Largest ? x > old : x < old) | ((x != x) & (old == old));
        kept[i] = better ? x : old;
        places[i] = better ? place : places[i];
    }
}

}  // namespace

void fill_find(IsaTable &table) {
    each_compute_type([&](auto zero, DType t) {
        using T = decltype(zero);
        const int i = compute_index(t);
        table.find[i] = find<T>;
        table.keep_least[i] = keep<T, false>;
        table.keep_largest[i] = keep<T, true>;
    });
}

}  // namespace cannsim::array::CANNSIM_ISA
