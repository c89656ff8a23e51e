#include "words.h"

#include "../order_key.h"

namespace cannsim::array::CANNSIM_ISA {
namespace {

constexpr int64_t kBlock = 256;
// A CPU does not foresee which line comes next of what is divided: in words, how far before a line is
// written it is fetched, and one that was divided long ago before it is read.
constexpr int64_t kWriteAhead = 8, kReadAhead = 256;

template <class T> inline T at(const char *x, int64_t i) {
    T value;
    std::memcpy(&value, x + i * int64_t(sizeof(T)), sizeof value);
    return value;
}

template <class T>
void extremes(const char *x, int64_t n, bool descending, uint64_t *low, uint64_t *high) {
    using K = Key<T>;
    const K complement = descending ? K(~K(0)) : K(0);
    K least = K(~K(0)), most = 0;
    for (int64_t i = 0; i < n; ++i) {
        const K key = order_key<T>(at<T>(x, i)) ^ complement;
        least = key < least ? key : least;
        most = key > most ? key : most;
    }
    *low = least;
    *high = most;
}

template <class T>
void pack(uint64_t *words, const char *x, int64_t first, int64_t n, bool descending, uint64_t low,
          int shift) {
    using K = Key<T>;
    const K complement = descending ? K(~K(0)) : K(0), base = K(low);
    for (int64_t i = 0; i < n; ++i) {
        const K key = order_key<T>(at<T>(x, first + i)) ^ complement;
        const uint64_t above = K(key - base);
        words[i] = (sizeof(K) > 4 ? above >> shift : above) << 32 | uint64_t(first + i);
    }
}

template <class T>
void count(uint32_t *counts, const char *x, int64_t n, bool descending, uint64_t low, int shift) {
    using K = Key<T>;
    const K complement = descending ? K(~K(0)) : K(0), base = K(low);
    uint32_t bins[kBlock];
    for (int64_t begin = 0, m; begin < n; begin += m) {
        m = n - begin < kBlock ? n - begin : kBlock;
        for (int64_t i = 0; i < m; ++i)
            bins[i] = uint32_t(K((order_key<T>(at<T>(x, begin + i)) ^ complement) - base) >> shift);
        for (int64_t i = 0; i < m; ++i) ++counts[bins[i]];
    }
}

template <class T>
void divide(uint64_t *words, int64_t *places, const uint16_t *bucket, int bin, const char *x,
            int64_t first, int64_t n, bool descending, uint64_t low, int shift) {
    uint64_t block[kBlock];
    for (int64_t begin = 0, m; begin < n; begin += m) {
        m = n - begin < kBlock ? n - begin : kBlock;
        pack<T>(block, x, first + begin, m, descending, low, shift);
        for (int64_t i = 0; i < m; ++i) {
            uint64_t *const next = words + places[bucket[block[i] >> bin]]++;
            *next = block[i];
            __builtin_prefetch(next + kWriteAhead, 1);
        }
    }
}

template <class T>
void unpack(char *x, uint64_t *words, int64_t n, bool descending, uint64_t low, const char *data) {
    using K = Key<T>;
    constexpr K zero = K(K(1) << (8 * sizeof(T) - 1)), nan = K(~K(0));
    const K complement = descending ? K(~K(0)) : K(0), base = K(low);
    T made[kBlock];
    for (int64_t begin = 0; begin < n; begin += kBlock) {
        const int64_t m = n - begin < kBlock ? n - begin : kBlock;
        uint64_t *const block = words + begin;
        int shared = 0;
        for (int64_t i = 0; i < m; ++i) {
            const K key = K(K(block[i] >> 32) + base) ^ complement;
            shared |= (key == zero) | (key == nan);
            made[i] = element<T>(key);
        }
        for (int64_t i = 0; i < m; ++i) block[i] &= 0xffffffff;
        if (std::is_floating_point_v<T> && shared)
            for (int64_t i = 0; i < m; ++i)
                if (made[i] == 0 || made[i] != made[i]) made[i] = at<T>(data, int64_t(block[i]));
        std::memcpy(x + begin * int64_t(sizeof(T)), made, size_t(m) * sizeof(T));
    }
}

// A few words by insertion, to `to`, which may be `from`.
void insert_words(const uint64_t *from, uint64_t *to, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
        const uint64_t x = from[i];
        int64_t j = i;
        for (; j > 0 && to[j - 1] > x; --j) to[j] = to[j - 1];
        to[j] = x;
    }
}

// Words whose keys follow `low` by what fits into 32 bits beside `length` bits of a place.
bool sort_parts(const uint64_t *from, uint64_t *to, uint32_t *parts, int64_t n, uint32_t low,
                int length, SortFunction sort) {
    const uint32_t place = (uint32_t(1) << length) - 1;
    for (int64_t i = 0; i < n; ++i)
        parts[i] = (uint32_t(from[i] >> 32) - low) << length | uint32_t(i);
    if (sort(parts, intptr_t(n), nullptr) != 0) return false;
    for (int64_t i = 0; i < n; ++i) to[i] = from[parts[i] & place];
    return true;
}

bool sort_group(uint64_t *x, uint64_t *other, uint32_t *parts, bool away, int64_t n, uint32_t low,
                int bits, SortFunction sort);

// Divides by digits that have been counted. Neighbouring digits of few words make one group.
bool sort_digits(uint64_t *x, uint64_t *other, uint32_t *parts, bool away, int64_t n, uint32_t low,
                 int rest, uint32_t *counts, uint32_t digits, SortFunction sort) {
    constexpr int kGroupLength = 7;
    constexpr uint32_t kGroup = 1 << kGroupLength;
    for (uint32_t v = 0, sum = 0; v < digits; ++v) {
        const uint32_t count = counts[v];
        counts[v] = sum;
        sum += count;
    }
    for (int64_t i = 0; i < n; ++i) {
        uint64_t *const next = other + counts[(uint32_t(x[i] >> 32) - low) >> rest]++;
        *next = x[i];
        __builtin_prefetch(next + kWriteAhead, 1);
        __builtin_prefetch(x + i + kReadAhead);
    }
    bool ok = true;
    for (uint32_t v = 0, begin = 0; v < digits;) { // the counts are where digits end now
        const uint32_t first = v;
        uint32_t end = counts[v++];
        while (v < digits && counts[v] - begin <= kGroup &&
               rest + bit_length(v - first) <= 32 - kGroupLength)
            end = counts[v++];
        if (end != begin)
            ok &= sort_group(other + begin, x + begin, parts, !away, end - begin, low + (first << rest),
                             rest + bit_length(v - 1 - first), sort);
        begin = end;
    }
    return ok;
}

// Divided by digits until the rest of a key and a place in its group are 32 bits.
bool sort_group(uint64_t *x, uint64_t *other, uint32_t *parts, bool away, int64_t n, uint32_t low,
                int bits, SortFunction sort) {
    constexpr int64_t kInserted = 16;
    uint64_t *const to = away ? other : x;
    if (n <= kInserted) {
        insert_words(x, to, n);
        return true;
    }
    const int length = bit_length(uint64_t(n - 1));
    if (bits == 0 || bits + length <= 32) {
        if (bits > 0 && away) return sort_parts(x, to, parts, n, low, length, sort);
        std::memcpy(other, x, size_t(n) * 8);
        return bits == 0 || sort_parts(other, x, parts, n, low, length, sort);
    }
    constexpr int kFewestBits = 6, kMostBits = 11, kDigitLength = 5; // a digit's words, about
    int digit = length - kDigitLength;
    digit = digit < kFewestBits ? kFewestBits : digit > kMostBits ? kMostBits : digit;
    if (digit > bits) digit = bits;
    const int rest = bits - digit;
    const uint32_t digits = uint32_t(1) << digit;
    uint32_t counts[1 << kMostBits];
    std::memset(counts, 0, digits * 4);
    for (int64_t i = 0; i < n; ++i) ++counts[(uint32_t(x[i] >> 32) - low) >> rest];
    return sort_digits(x, other, parts, away, n, low, rest, counts, digits, sort);
}

bool sort_words(uint64_t *x, uint64_t *other, uint32_t *parts, int64_t n, uint32_t low, int bits,
                uint32_t *counts, uint32_t digits, SortFunction sort) {
    return counts ? sort_digits(x, other, parts, false, n, low, bits, counts, digits, sort)
                  : sort_group(x, other, parts, false, n, low, bits, sort);
}

}  // namespace

void fill_words(IsaTable &table) {
    each_compute_type([&](auto example, DType t) {
        using T = decltype(example);
        if constexpr (sizeof(T) >= 4)
            table.words_of[compute_index(t)] = {extremes<T>, pack<T>, count<T>, divide<T>, unpack<T>};
    });
    table.sort_words = sort_words;
}

}  // namespace cannsim::array::CANNSIM_ISA
