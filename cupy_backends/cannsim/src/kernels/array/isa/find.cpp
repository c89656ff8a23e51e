#include "find.h"

#include <type_traits>

namespace cannsim::array::CANNSIM_ISA {
namespace {

// The place of the first lane of size bytes that is not zero, or -1.
template <class V> inline int64_t first_lane(const V &lanes, int64_t size) {
    uint64_t words[sizeof(V) / 8];
    std::memcpy(words, &lanes, sizeof words);
    for (int64_t i = 0; i < int64_t(sizeof(V) / 8); ++i)
        if (words[i]) return (8 * i + __builtin_ctzll(words[i]) / 8) / size;
    return -1;
}

// Four vectors at a time as long as these have no hit.
template <class T, class Hit> inline int64_t first(const char *x, int64_t n, Hit hit) {
    using V = Vector<T>;
    constexpr int64_t size = sizeof(T), lanes = kVectorBytes / size;
    int64_t i = 0;
    for (; i + 4 * lanes <= n; i += 4 * lanes) {
        const char *p = x + i * size;
        const auto any = (hit(vload<V>(p)) | hit(vload<V>(p + kVectorBytes))) |
                         (hit(vload<V>(p + 2 * kVectorBytes)) | hit(vload<V>(p + 3 * kVectorBytes)));
        if (first_lane(any, size) >= 0) break;
    }
    if (n < lanes) {
        for (T value; i < n; ++i) {
            std::memcpy(&value, x + i * size, sizeof value);
            if (hit(value)) break;
        }
        return i;
    }
    for (; i < n; i += lanes) {
        if (i > n - lanes) i = n - lanes; // none of those before is a hit
        const int64_t lane = first_lane(hit(vload<V>(x + i * size)), size);
        if (lane >= 0) return i + lane;
    }
    return n;
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
