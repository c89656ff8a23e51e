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

// Some of the keys, from `start` on where they go: those of bins [first_bin, last_bin). A bin is a value of
// the bits from `shift` on; `counts` are those of the bins. Keys differ by bits below `differ` only.
struct Bucket {
    int64_t start, count;
    int first_bin, last_bin, shift, differ;
    uint32_t *counts;
};

constexpr int kMostBuckets = 512, kMostPieces = 16;

// Divides n keys among about so many buckets that fit into a cache, by their most significant bits that
// differ, and calls f(bucket) with each. Keys come in clusters (half of all floats in [0, 1) are above
// 1/2), so fine bins are counted first, and as many as make a bucket share one. count(counts, begin, end,
// shift) counts those of some keys, which have `bits` bits from `first` on; move(places, buckets, begin,
// end, shift) puts each to the next place of the bucket of its bin. Pieces of all steps run on any thread;
// the order is one.
template <class Count, class Move, class F>
bool each_bucket(int64_t n, int first, int bits, int wanted, Count &&count, Move &&move, F &&f) {
    constexpr int kFine = 14, bins = 1 << kFine;
    const int64_t pieces = std::min<int64_t>(kMostPieces, n / kGrain);
    Scratch memory((1 + pieces) * bins * 4), names(bins * 2);
    if (!memory || !names) return false;
    uint32_t *const total = memory.as<uint32_t>(), *const counts = total + bins; // of each piece
    uint16_t *const bucket = names.as<uint16_t>();                               // of each bin
    const int shift = first + std::max(0, bits - kFine);
    each_piece(n, pieces, [&](int64_t p, int64_t begin, int64_t end) {
        std::fill_n(counts + p * bins, bins, 0);
        count(counts + p * bins, begin, end, shift);
    });
    std::fill_n(total, bins, 0);
    for (int64_t p = 0; p < pieces; ++p)
        for (int v = 0; v < bins; ++v) total[v] += counts[p * bins + v];

    Bucket buckets[kMostBuckets + 1];
    int64_t places[kMostPieces][kMostBuckets + 1];
    const int64_t least = (n + wanted - 1) / wanted; // so that no more than `wanted` are filled
    int filled = 0;
    for (int64_t v = 0, start = 0; v < bins; ++filled) {
        Bucket &b = buckets[filled] = {start, 0, int(v), 0, shift, shift, total + v};
        while (v < bins && b.count < least) {
            b.count += total[v];
            bucket[v++] = uint16_t(filled);
        }
        b.last_bin = int(v);
        b.differ = shift + bit_length(uint64_t(b.first_bin ^ (b.last_bin - 1)));
        int64_t at = start;
        for (int64_t p = 0; p < pieces; ++p) {
            places[p][filled] = at;
            for (int i = b.first_bin; i < b.last_bin; ++i) at += counts[p * bins + i];
        }
        start += b.count;
    }
    each_piece(n, pieces, [&](int64_t p, int64_t begin, int64_t end) {
        move(places[p], bucket, begin, end, shift);
    });
    std::atomic<bool> ok{true};
    parallel_pieces(filled, 1, [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; ++b)
            if (buckets[b].count && !f(buckets[b])) ok = false;
    });
    return ok;
}

}  // namespace

template <class K> bool radix_sort(K *x, int64_t n, int first) {
    constexpr bool divide = sizeof(K) > 2; // two digits are sorted in as many passes as they are divided in
    if (n < kFewForDigits || n >> 32) { // they are counted in 32 bits
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
        const auto count = [=](uint32_t *counts, int64_t begin, int64_t end, int shift) {
            for (int64_t i = begin; i < end; ++i) ++counts[K(x[i] - base) >> shift];
        };
        const auto move = [=](int64_t *places, const uint16_t *bucket, int64_t begin, int64_t end,
                              int shift) {
            for (int64_t i = begin; i < end; ++i) {
                const K key = K(x[i] - base);
                other[places[bucket[key >> shift]]++] = key;
            }
        };
        const int bits = bit_length(K(K(high - base) >> first));
        return each_bucket(n, first, bits, kMostBuckets, count, move, [=](const Bucket &b) {
            K *const keys = other + b.start, *const to = x + b.start;
            const K *const sorted = sort_bucket(keys, to, b.count, first, b.differ) ? keys : to;
            for (int64_t i = 0; i < b.count; ++i) to[i] = K(sorted[i] + base);
            return true;
        });
    }
    if (!radix_passes(x, other, n, first, first + bit_length(K((low ^ high) >> first))))
        std::memcpy(x, other, size_t(n) * sizeof(K));
    return true;
}

bool sort_words(uint64_t *words, int64_t n, const WordSource &source, uint64_t range,
                SortFunction narrow, SortFunction wide) {
    const auto &[loops, size, data, descending, low, shift, elements] = source;
    const auto unpack = [&](int64_t begin, int64_t end) {
        if (elements)
            loops.unpack(elements + begin * size, words + begin, end - begin, descending, low, data);
    };
    // Sorts some in place. Their keys differ in the lowest `bits` bits alone, or have their bins counted.
    const auto sort_some = [=](uint64_t *x, int64_t count, int bits, const Bucket *b) {
        Scratch memory(count * (narrow ? 12 : 8));
        if (!memory) return false;
        uint64_t *const spare = memory.as<uint64_t>();
        uint32_t *const parts = reinterpret_cast<uint32_t *>(spare + count);
        if (!narrow) {
            if (!sort_bucket(x, spare, count, 32, 32 + bits)) std::memcpy(x, spare, size_t(count) * 8);
            return true;
        }
        if (!b) return isa().sort_words(x, spare, parts, count, 0, bits, nullptr, 0, narrow);
        const int rest = b->shift - 32;
        return isa().sort_words(x, spare, parts, count, uint32_t(b->first_bin) << rest, rest, b->counts,
                                uint32_t(b->last_bin - b->first_bin), narrow);
    };
    const int bits = bit_length(range);
    if (n >= kDivide && !wide) {
        // More streams of stores cost more than groups that go on dividing.
        const int wanted = narrow ? 64 : kMostBuckets;
        const auto count = [&](uint32_t *counts, int64_t begin, int64_t end, int bin) {
            loops.count(counts, data + begin * size, end - begin, descending, low, shift + bin - 32);
        };
        const auto move = [&](int64_t *places, const uint16_t *bucket, int64_t begin, int64_t end, int bin) {
            loops.divide(words, places, bucket, bin, data, begin, end - begin, descending, low, shift);
        };
        return each_bucket(n, 32, bits, wanted, count, move, [&](const Bucket &b) {
            const bool ok = sort_some(words + b.start, b.count, b.differ - 32, &b);
            unpack(b.start, b.start + b.count); // while they are in the cache
            return ok;
        });
    }
    parallel_pieces(n, kGrain, [&](int64_t begin, int64_t end) {
        loops.pack(words + begin, data, begin, end - begin, descending, low, shift);
    });
    const bool ok = wide ? wide(words, intptr_t(n), nullptr) == 0 : sort_some(words, n, bits, nullptr);
    parallel_pieces(n, kGrain, [&](int64_t begin, int64_t end) { unpack(begin, end); });
    return ok;
}

template bool radix_sort(uint16_t *, int64_t, int);
template bool radix_sort(uint32_t *, int64_t, int);
template bool radix_sort(uint64_t *, int64_t, int);

}  // namespace cannsim::array
