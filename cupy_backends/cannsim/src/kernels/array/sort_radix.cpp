#include "sort_radix.h"

#include "order_key.h"
#include "scratch.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

namespace cannsim::array {
namespace {

constexpr int64_t kGrain = 32768;
constexpr int64_t kDivide = 131072; // fewer elements fit into a cache together

// Stable radix sort by bits [first, last), least significant digit first; digits that are the same
// everywhere cost no pass. The result is in `from`, or, when that returns false, in `to`.
template <class K> bool radix_passes(K *from, K *to, int64_t n, int first, int last) {
    constexpr int most = 6;
    const int passes = std::max(1, (last - first + 10) / 11);
    const int bits = (last - first + passes - 1) / passes, values = 1 << bits;
    const K mask = K(values - 1);
    uint32_t counts[most][2048];
    for (int d = 0; d < passes; ++d) std::fill(counts[d], counts[d] + values, 0);
    for (int64_t i = 0; i < n; ++i)
        for (int d = 0; d < passes; ++d) ++counts[d][from[i] >> (first + d * bits) & mask];
    bool here = true;
    for (int d = 0; d < passes; ++d) {
        const int shift = first + d * bits;
        uint32_t *position = counts[d], sum = 0;
        if (position[from[0] >> shift & mask] == n) continue;
        for (int v = 0; v < values; ++v) {
            const uint32_t count = position[v];
            position[v] = sum;
            sum += count;
        }
        for (int64_t i = 0; i < n; ++i) to[position[from[i] >> shift & mask]++] = from[i];
        std::swap(from, to);
        here = !here;
    }
    return here;
}

// The same for however many.
template <class K> bool sort_bucket(K *from, K *to, int64_t n, int first, int last) {
    if (n >= kFewForDigits && n >> 32 == 0) return radix_passes(from, to, n, first, last);
    std::sort(from, from + n);
    return true;
}

template <class F> void each_piece(int64_t n, int64_t pieces, F &&f) {
    const int64_t piece = (n + pieces - 1) / pieces;
    parallel_pieces(pieces, 1, [&](int64_t begin, int64_t end) {
        for (int64_t p = begin; p < end; ++p) f(p, p * piece, std::min(n, (p + 1) * piece));
    });
}

// Divides n keys among about so many buckets that fit into a cache, by their most significant bits that
// differ, and calls f(begin, count, differ) with each: its keys, at `to` + begin, differ by bits below
// `differ` only. read(keys, begin, count) gives the keys, of `bits` bits from `first` on, in any order of
// blocks. Keys come in clusters (half of all floats in [0, 1) are above 1/2), so fine bins are counted
// first, and as many as make a bucket share one. Pieces of all steps run on any thread; the order is one.
template <class K, class Read, class F>
bool each_bucket(K *to, int64_t n, int first, int bits, int wanted, Read &&read, F &&f) {
    constexpr int kMostBuckets = 512, kBlock = 512;
    const int fine = wanted > 128 ? 14 : 13, bins = 1 << fine;
    const int64_t pieces = std::min<int64_t>(16, n / kGrain);
    Scratch counts(pieces * bins * 4), memory(bins * 2);
    if (!counts || !memory) return false;
    uint16_t *const bucket = memory.as<uint16_t>(); // of each bin
    const int shift = first + std::max(0, bits - fine);
    each_piece(n, pieces, [&](int64_t p, int64_t begin, int64_t end) {
        uint32_t *const count = counts.as<uint32_t>() + p * bins;
        std::fill(count, count + bins, 0);
        const int by = shift; // stores cannot change a copy
        K keys[kBlock];
        for (int64_t i = begin, m; i < end; i += m) {
            m = std::min<int64_t>(kBlock, end - i);
            read(keys, i, m);
            for (int64_t j = 0; j < m; ++j) ++count[keys[j] >> by];
        }
    });
    // A bucket: the place of its first element, and the bits below which its values differ.
    struct Bucket {
        int64_t start;
        int differ;
    } buckets[kMostBuckets + 2];
    const int64_t least = (n + wanted - 1) / wanted; // so that no more than `wanted` are filled
    int64_t sum = 0;
    int last = 0, opened = 0; // the bucket at hand and its first bin
    buckets[0] = {0, shift};
    int64_t places[16][kMostBuckets + 1] = {};
    for (int v = 0; v < bins; ++v) {
        if (sum - buckets[last].start >= least) {
            buckets[++last] = {sum, shift};
            opened = v;
        }
        bucket[v] = uint16_t(last);
        for (int64_t p = 0; p < pieces; ++p) {
            const int64_t count = counts.as<uint32_t>()[p * bins + v];
            places[p][last] += count;
            sum += count;
        }
        buckets[last].differ = shift + bit_length(uint64_t(v ^ opened));
    }
    buckets[last + 1].start = n;
    for (int b = 0; b <= last; ++b) {
        int64_t at = buckets[b].start;
        for (int64_t p = 0; p < pieces; ++p) at += std::exchange(places[p][b], at);
    }
    each_piece(n, pieces, [&](int64_t p, int64_t begin, int64_t end) {
        int64_t *const place = places[p];
        const uint16_t *const names = bucket;
        K *const moved = to;
        const int by = shift;
        K keys[kBlock];
        for (int64_t i = begin, m; i < end; i += m) {
            m = std::min<int64_t>(kBlock, end - i);
            read(keys, i, m);
            for (int64_t j = 0; j < m; ++j) moved[place[names[keys[j] >> by]]++] = keys[j];
        }
    });
    std::atomic<bool> ok{true};
    parallel_pieces(last + 1, 1, [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; ++b) {
            const int64_t from = buckets[b].start, count = buckets[b + 1].start - from;
            if (count && !f(from, count, buckets[b].differ)) ok = false;
        }
    });
    return ok;
}

}  // namespace

template <class K> bool radix_sort(K *x, int64_t n, int first) {
    constexpr bool divide = sizeof(K) > 2; // two digits are sorted in as many passes as they are divided in
    if (n < kFewForDigits || n >> (divide ? 36 : 32)) { // they are counted in 32 bits, by 16 pieces
        std::sort(x, x + n);
        return true;
    }
    const auto [low, high] = extremes<K>(n, [=](int64_t begin, int64_t end, K *least, K *most) {
        K smallest = x[begin], greatest = x[begin];
        for (int64_t i = begin; i < end; ++i) {
            smallest = std::min(smallest, x[i]);
            greatest = std::max(greatest, x[i]);
        }
        *least = smallest;
        *most = greatest;
    });
    Scratch memory(n * int64_t(sizeof(K)));
    if (!memory) return false;
    K *const other = memory.as<K>();
    if (divide && n >= kDivide) {
        const K base = K(low >> first << first);
        const auto read = [=](K *keys, int64_t begin, int64_t count) {
            for (int64_t i = 0; i < count; ++i) keys[i] = K(x[begin + i] - base);
        };
        const int bits = bit_length(K(K(high - base) >> first));
        return each_bucket(other, n, first, bits, 512, read, [=](int64_t begin, int64_t count, int differ) {
            K *const keys = other + begin, *const to = x + begin;
            const K *const sorted = sort_bucket(keys, to, count, first, differ) ? keys : to;
            for (int64_t i = 0; i < count; ++i) to[i] = K(sorted[i] + base);
            return true;
        });
    }
    if (!radix_passes(x, other, n, first, first + bit_length(K((low ^ high) >> first))))
        std::memcpy(x, other, size_t(n) * sizeof(K));
    return true;
}

bool sort_words(uint64_t *words, int64_t n, const WordSource &source, uint64_t range,
                SortFunction narrow, SortFunction wide) {
    // Sorts a group in place; its keys differ in the lowest `bits` bits alone.
    const auto sort_group = [=](uint64_t *x, int64_t count, int bits) {
        Scratch memory(count * (narrow ? 12 : 8));
        if (!memory) return false;
        uint64_t *const spare = memory.as<uint64_t>();
        if (narrow) {
            const uint32_t low = uint32_t(x[0] >> 32 >> bits << bits);
            uint32_t *const parts = reinterpret_cast<uint32_t *>(spare + count);
            return isa().sort_words(x, spare, parts, count, low, bits, narrow);
        }
        if (!sort_bucket(x, spare, count, 32, 32 + bits)) std::memcpy(x, spare, size_t(count) * 8);
        return true;
    };
    const auto pack = [&](uint64_t *x, int64_t begin, int64_t count) {
        source.loops.pack(x, source.data, begin, count, source.descending, source.low, source.shift);
    };
    const auto unpack = [&](int64_t begin, int64_t end) {
        if (source.elements)
            source.loops.unpack(source.elements + begin * source.size, words + begin, end - begin,
                                source.descending, source.low, source.data);
    };
    const int bits = bit_length(range);
    if (n >= kDivide && !wide) {
        const int buckets = narrow ? 64 : 512; // more streams of stores cost more than groups that go on dividing
        return each_bucket(words, n, 32, bits, buckets, pack, [&](int64_t begin, int64_t count, int differ) {
            const bool ok = sort_group(words + begin, count, differ - 32);
            unpack(begin, begin + count); // while they are in the cache
            return ok;
        });
    }
    parallel_pieces(n, kGrain, [&](int64_t begin, int64_t end) { pack(words + begin, begin, end - begin); });
    const bool ok = wide ? wide(words, intptr_t(n), nullptr) == 0 : sort_group(words, n, bits);
    parallel_pieces(n, kGrain, [&](int64_t begin, int64_t end) { unpack(begin, end); });
    return ok;
}

template bool radix_sort(uint16_t *, int64_t, int);
template bool radix_sort(uint32_t *, int64_t, int);
template bool radix_sort(uint64_t *, int64_t, int);

}  // namespace cannsim::array
