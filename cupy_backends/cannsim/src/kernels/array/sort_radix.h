// Sorts by digits of unsigned keys, and of words: a key above a place. Internal to the array kernels.
#pragma once

#include "../../base/threads/parallel.h"
#include "isa/isa.h"
#include "sort.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace cannsim::array {

constexpr int64_t kFewForDigits = 256; // their counters cost more than what they save

// The least and the largest of n >= 1 keys, where f(begin, end, &least, &most) finds those of some.
template <class K, class F> std::pair<K, K> extremes(int64_t n, F &&f) {
    std::mutex mutex;
    K low = K(~K(0)), high = 0;
    parallel_pieces(n, 32768, [&](int64_t begin, int64_t end) {
        K least, most;
        f(begin, end, &least, &most);
        std::lock_guard<std::mutex> lock(mutex);
        low = std::min(low, least);
        high = std::max(high, most);
    });
    return {low, high};
}

// Sorts stably by the bits from `first` on; those below may not matter or are in order already.
template <class K> bool radix_sort(K *x, int64_t n, int first = 0);

// What is sorted by words of a key and a place; see isa.h.
struct WordSource {
    const WordLoops &loops;
    int size; // of an element
    const char *data;
    bool descending;
    uint64_t low;
    int shift;
    char *elements; // in order; null leaves the words as they are
};

// Makes n words, below 2**32, with keys up to `range`, and sorts them: with `narrow`, a sort of 32-bit
// numbers, or `wide`, one of the words, or, without either, by digits. If there are elements to be
// written, of a shift of 0, the places alone stay of the words.
bool sort_words(uint64_t *words, int64_t n, const WordSource &source, uint64_t range,
                SortFunction narrow, SortFunction wide);

}  // namespace cannsim::array
