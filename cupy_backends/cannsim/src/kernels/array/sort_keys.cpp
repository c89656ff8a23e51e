#include "sort_keys.h"

#include "../../base/threads/parallel.h"
#include "random.h"
#include "scratch.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>

namespace cannsim {
namespace array {
namespace {

std::atomic<SortFunction> g_sorts[kMaxDType];

// Which of our radix sort and the registered sort is the faster one depends on the machine: vector
// sorts win only where they exist. Settled by a trial at the first sort that is long enough to
// matter.
enum Choice : int8_t { Unknown, Own, Registered };
std::atomic<int8_t> g_choice[kMaxDType];

constexpr int64_t kFew = 20;
constexpr int64_t kOnStack = 1024;
constexpr int64_t kSmall = 256;
constexpr int64_t kTrial = 16384;

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

template <class K> int bit_length(K x) {
    int bits = 0;
    for (; x; x = K(x >> 1)) ++bits;
    return bits;
}

template <class F> void each_piece(int64_t n, int64_t pieces, F &&f) {
    const int64_t piece = (n + pieces - 1) / pieces;
    parallel_pieces(pieces, 1, [&](int64_t begin, int64_t end) {
        for (int64_t p = begin; p < end; ++p) f(p, p * piece, std::min(n, (p + 1) * piece));
    });
}

// The least and the largest word.
template <class K> std::pair<K, K> extremes(const K *x, int64_t n) {
    std::mutex mutex;
    K low = x[0], high = x[0];
    parallel_pieces(n, kGrain, [&](int64_t begin, int64_t end) {
        K least = x[begin], most = x[begin];
        for (int64_t i = begin; i < end; ++i) {
            least = std::min(least, x[i]);
            most = std::max(most, x[i]);
        }
        std::lock_guard<std::mutex> lock(mutex);
        low = std::min(low, least);
        high = std::max(high, most);
    });
    return {low, high};
}

// Divides the values among buckets that fit into a cache, by their most significant bits that
// differ, and sorts each by itself. Values come in clusters (half of all floats in [0, 1) are above
// 1/2), so fine bins are counted first, and as many as make a bucket share one. Pieces of all steps
// run on any thread; the order is one.
template <class K> bool sort_divided(K *x, int64_t n, int first, K base, int bits) {
    constexpr int kBins = 1 << 14, kBuckets = 512;
    const int64_t pieces = std::min<int64_t>(16, n / kGrain);
    Scratch memory(n * int64_t(sizeof(K))), counts(pieces * kBins * 8), names(kBins * 2);
    if (!memory || !counts || !names) return false;
    K *const other = memory.as<K>();
    uint16_t *const bucket = names.as<uint16_t>(); // of each bin
    const int shift = first + std::max(0, bits - 14);
    each_piece(n, pieces, [&](int64_t p, int64_t begin, int64_t end) {
        int64_t *const count = counts.as<int64_t>() + p * kBins;
        std::fill(count, count + kBins, 0);
        for (int64_t i = begin; i < end; ++i) ++count[K(x[i] - base) >> shift];
    });
    // A bucket: the place of its first element, and the bits below which its values differ.
    struct Bucket {
        int64_t start;
        int bits;
    } buckets[kBuckets + 2];
    int64_t sum = 0;
    int last = 0, opened = 0; // the bucket at hand and its first bin
    buckets[0] = {0, shift};
    int64_t places[16][kBuckets + 1] = {};
    for (int v = 0; v < kBins; ++v) {
        if (sum - buckets[last].start >= n / kBuckets) {
            buckets[++last] = {sum, shift};
            opened = v;
        }
        bucket[v] = uint16_t(last);
        for (int64_t p = 0; p < pieces; ++p) {
            const int64_t count = counts.as<int64_t>()[p * kBins + v];
            places[p][last] += count;
            sum += count;
        }
        buckets[last].bits = shift + bit_length(uint32_t(v ^ opened));
    }
    buckets[last + 1].start = n;
    for (int b = 0; b <= last; ++b) {
        int64_t at = buckets[b].start;
        for (int64_t p = 0; p < pieces; ++p) at += std::exchange(places[p][b], at);
    }
    each_piece(n, pieces, [&](int64_t p, int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const K key = K(x[i] - base);
            other[places[p][bucket[key >> shift]]++] = key;
        }
    });
    parallel_pieces(last + 1, 1, [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; ++b) {
            const int64_t from = buckets[b].start, count = buckets[b + 1].start - from;
            K *const keys = other + from, *const to = x + from;
            if (count == 0) continue;
            const bool plain = count < kSmall || count >> 32;
            if (plain) std::sort(keys, keys + count);
            const bool here = plain || radix_passes(keys, to, count, first, buckets[b].bits);
            const K *const sorted = here ? keys : to;
            for (int64_t i = 0; i < count; ++i) to[i] = K(sorted[i] + base);
        }
    });
    return true;
}

// Sorts words whose bits below `first` are in order already.
template <class K> bool radix_sort(K *x, int64_t n, int first = 0) {
    constexpr bool divide = sizeof(K) > 2; // two digits are sorted in as many passes as they are divided in
    if (n < kSmall || (!divide && n >> 32)) { // radix_passes counts in 32 bits
        std::sort(x, x + n);
        return true;
    }
    const auto [low, high] = extremes(x, n);
    if (divide && n >= kDivide) {
        const K base = K(low >> first << first);
        return sort_divided(x, n, first, base, bit_length(K(K(high - base) >> first)));
    }
    Scratch memory(n * int64_t(sizeof(K)));
    if (!memory) return false;
    K *const other = memory.as<K>();
    if (!radix_passes(x, other, n, first, first + bit_length(K((low ^ high) >> first))))
        std::memcpy(x, other, size_t(n) * sizeof(K));
    return true;
}

// Counts each value: no element moves.
void count_sort(uint8_t *keys, int64_t n) {
    int64_t counts[256] = {};
    for (int64_t i = 0; i < n; ++i) ++counts[keys[i]];
    for (int v = 0; v < 256; ++v) {
        std::memset(keys, v, size_t(counts[v]));
        keys += counts[v];
    }
}

template <class K> void flip(K *keys, int64_t n, K bit) {
    parallel_pieces(n, kGrain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) keys[i] = K(keys[i] ^ bit);
    });
}

// Sorts by keys that can be turned back into elements.
template <class T> bool sort_by_key(char *data, int64_t n) {
    T *x = reinterpret_cast<T *>(data);
    if constexpr (std::is_same_v<T, Bool>) {
        int64_t ones = 0;
        for (int64_t i = 0; i < n; ++i) ones += x[i].value != 0;
        std::memset(data, 0, size_t(n - ones));
        std::memset(data + n - ones, 1, size_t(ones));
        return true;
    } else {
        using K = Key<T>;
        constexpr K top = K(K(1) << (8 * sizeof(T) - 1));
        K *keys = reinterpret_cast<K *>(data);
        constexpr bool is_signed = std::is_signed_v<T> && std::is_integral_v<T>;
        // Not order_key: both zeros and every NaN must survive.
        int64_t last = n;
        if constexpr (is_float<T>) {
            std::atomic<bool> any_nan{false};
            parallel_pieces(n, kGrain, [&](int64_t begin, int64_t end) {
                bool found = false;
                for (int64_t i = begin; i < end; ++i) found |= widen(x[i]) != widen(x[i]);
                if (found) any_nan = true;
            });
            if (any_nan)
                last = std::partition(x, x + n, [](T v) { return widen(v) == widen(v); }) - x;
            parallel_pieces(last, kGrain, [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i)
                    keys[i] = keys[i] & top ? K(~keys[i]) : K(keys[i] | top);
            });
        } else if constexpr (is_signed) {
            flip(keys, n, top);
        }
        bool ok = true;
        if constexpr (sizeof(K) == 1)
            count_sort(keys, last);
        else
            ok = radix_sort(keys, last);
        if constexpr (is_float<T>) {
            parallel_pieces(last, kGrain, [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i)
                    keys[i] = keys[i] & top ? K(keys[i] & K(~top)) : K(~keys[i]);
            });
        } else if constexpr (is_signed) {
            flip(keys, n, top);
        }
        return ok;
    }
}

bool own_sort(DType t, char *x, int64_t n) {
    bool ok = true;
    visit_dtype(t, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (is_complex<T>) {
            T *values = reinterpret_cast<T *>(x);
            std::sort(values, values + n, complex_less<T>);
        } else {
            ok = sort_by_key<T>(x, n);
        }
    });
    return ok;
}

Choice trial(DType t, SortFunction f) {
    int64_t width = itemsize(t), bytes = kTrial * width;
    Scratch memory(2 * bytes);
    if (!memory) return Registered;
    View data;
    data.data = memory.get();
    data.dtype = t;
    data.ndim = 1;
    data.shape[0] = kTrial;
    data.strides[0] = width;
    char *work = memory.get() + bytes;
    Status s = is_float_dtype(t) ? random_uniform(data, -1, 1, {}) : random_bits(data, {});
    if (s != Status::Ok) return Registered;
    double best[2];
    for (int who = 0; who < 2; ++who) {
        for (int round = 0; round < 3; ++round) {
            std::memcpy(work, data.data, size_t(bytes));
            auto start = std::chrono::steady_clock::now();
            if (who == 0)
                own_sort(t, work, kTrial);
            else
                f(work, kTrial, nullptr);
            std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
            if (round == 0 || took.count() < best[who]) best[who] = took.count();
        }
    }
    return best[0] < best[1] ? Own : Registered;
}

// The registered sort, where it should be used for n elements.
SortFunction preferred(DType t, int64_t n) {
    SortFunction f = g_sorts[int(t)].load(std::memory_order_acquire);
    if (!f || n < kSmall || is_complex_dtype(t)) return f;
    if (itemsize(t) == 1) return nullptr;  // nothing beats counting
    if (n < 4096) return f;  // the digits' counters cost more
    int8_t choice = g_choice[int(t)].load(std::memory_order_relaxed);
    if (choice == Unknown) {
        // Of threads that try at once, the first decides for all.
        const int8_t found = trial(t, f);
        if (g_choice[int(t)].compare_exchange_strong(choice, found)) choice = found;
    }
    return choice == Registered ? f : nullptr;
}

// Counts for each of a few keys those before it: no branch to mispredict.
template <class K> void order_few(const K *keys, int64_t n, int64_t *order) {
    uint8_t rank[kFew] = {};
    for (int64_t i = 1; i < n; ++i)
        for (int64_t j = 0; j < i; ++j) {
            const bool behind = keys[i] >= keys[j];
            rank[i] = uint8_t(rank[i] + behind);
            rank[j] = uint8_t(rank[j] + !behind);
        }
    for (int64_t i = 0; i < n; ++i) order[rank[i]] = i;
}

// Sorts words whose upper half is a key, and the lower one an index that already ascends.
template <class W> bool sort_packed(W *x, int64_t n) {
    if (std::is_sorted(x, x + n)) return true;
    constexpr DType dtype = sizeof(W) == 4 ? DType::UInt32 : DType::UInt64;
    if (SortFunction f = preferred(dtype, n)) return f(x, intptr_t(n), nullptr) == 0;
    return radix_sort(x, n, 4 * sizeof(W));
}

// Keys of 8 or 16 bits: one stable pass of counting.
template <class K> bool order_by_counting(const K *keys, int64_t n, int64_t *order) {
    constexpr int64_t values = int64_t(1) << 8 * sizeof(K);
    Scratch memory(values * 8);
    if (!memory) return false;
    int64_t *position = memory.as<int64_t>();
    std::memset(position, 0, size_t(values) * 8);
    for (int64_t i = 0; i < n; ++i) ++position[keys[i]];
    int64_t sum = 0;
    for (int64_t v = 0; v < values; ++v) {
        int64_t count = position[v];
        position[v] = sum;
        sum += count;
    }
    for (int64_t i = 0; i < n; ++i) order[position[keys[i]]++] = i;
    return true;
}

// Packs the 32 most significant bits that vary with the index, sorts 64-bit words, then settles
// what those bits left equal. The keys are overwritten.
template <class K> bool order_by_packing(K *keys, int64_t n, int64_t *order, bool *sorted) {
    const auto [low, high] = extremes(keys, n);
    K range = K(high - low);
    int shift = 0;
    if constexpr (sizeof(K) == 8)
        while (range >> shift > 0xffffffffull) ++shift;
    uint64_t *packed = reinterpret_cast<uint64_t *>(order);
    parallel_pieces(n, kGrain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
            packed[i] = uint64_t(K(keys[i] - low) >> shift) << 32 | uint64_t(i);
    });
    if (!sort_packed(packed, n)) return false;
    if (shift == 0) {
        parallel_pieces(n, kGrain, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                keys[i] = K(K(packed[i] >> 32) + low);
                order[i] = int64_t(packed[i] & 0xffffffff);
            }
        });
        *sorted = true;
        return true;
    }
    for (int64_t i = 0; i < n;) {
        int64_t j = i + 1;
        while (j < n && packed[j] >> 32 == packed[i] >> 32) ++j;
        for (int64_t m = i; m < j; ++m) order[m] = int64_t(packed[m] & 0xffffffff);
        if (j - i > 1)
            std::stable_sort(order + i, order + j,
                             [&](int64_t a, int64_t b) { return keys[a] < keys[b]; });
        i = j;
    }
    return true;
}

// The elements of sorted keys. Both zeros have one key, and so have all NaN: theirs are looked up.
template <class T>
void from_keys(const Key<T> *keys, int64_t n, bool descending, const char *data,
               const int64_t *order, char *to) {
    constexpr Key<T> top = Key<T>(Key<T>(1) << (8 * sizeof(T) - 1)), nan = Key<T>(~Key<T>(0));
    parallel_pieces(n, kGrain, [=](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const Key<T> key = descending ? Key<T>(~keys[i]) : keys[i];
            T x;
            if (is_float<T> && (key == top || key == nan))
                x = load<T>(data + order[i] * int64_t(sizeof(T)));
            else
                x = element<T>(key);
            store<T>(to + i * int64_t(sizeof(T)), x);
        }
    });
}

// Whether numbers are in order already, in blocks without branches; the first few tell mostly.
template <class T> bool in_order(const char *data, int64_t n, bool descending) {
    constexpr int64_t kBlock = 256, kFirst = 64;
    const auto wrong = [=](int64_t begin, int64_t end) {
        int up = 0, down = 0; // NaN is neither up nor down
        for (int64_t i = begin; i < end; ++i) {
            const T before = load<T>(data + (i - 1) * int64_t(sizeof(T)));
            const T x = load<T>(data + i * int64_t(sizeof(T)));
            up |= !(x >= before);
            down |= !(x <= before);
        }
        return descending ? down : up;
    };
    if (wrong(1, std::min(n, kFirst))) return false;
    std::atomic<bool> found{false};
    parallel_pieces(n - 1, kGrain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end && !found.load(std::memory_order_relaxed); i += kBlock)
            if (wrong(i + 1, std::min(end, i + kBlock) + 1)) found = true;
    });
    return !found;
}

// Makes the elements in order as well where that takes no search for them; *made tells.
template <class T>
Status order_by_key(const char *data, int64_t n, bool descending, int64_t *order, char *elements,
                    bool *made) {
    using K = Key<T>;
    const auto key_at = [=](int64_t i) {
        const K key = order_key<T>(load<T>(data + i * int64_t(sizeof(T))));
        return descending ? K(~key) : key;
    };
    if (n <= kFew) {
        K keys[kFew];
        for (int64_t i = 0; i < n; ++i) keys[i] = key_at(i);
        order_few(keys, n, order);
        return Status::Ok;
    }
    if constexpr (std::is_arithmetic_v<T>) {
        if (in_order<T>(data, n, descending)) {
            parallel_pieces(n, kGrain, [=](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) order[i] = i;
                if (elements)
                    std::memcpy(elements + begin * int64_t(sizeof(T)), data + begin * int64_t(sizeof(T)),
                                size_t(end - begin) * sizeof(T));
            });
            *made = true;
            return Status::Ok;
        }
    }
    // Narrow keys need no looking at before they are packed; counting pays for more of one or two
    // bytes.
    constexpr int64_t longest = sizeof(K) == 1 ? 64 : sizeof(K) == 2 ? 8192 : 1024;
    if (sizeof(K) <= 4 && n <= longest) {
        using Word = std::conditional_t<sizeof(K) <= 2, uint32_t, uint64_t>;
        constexpr int half = 4 * sizeof(Word);
        Word words[longest];
        for (int64_t i = 0; i < n; ++i) words[i] = Word(Word(key_at(i)) << half | Word(i));
        if (!sort_packed(words, n)) return Status::OutOfMemory;
        for (int64_t i = 0; i < n; ++i) order[i] = int64_t(words[i] & ((Word(1) << half) - 1));
        return Status::Ok;
    }
    K few[sizeof(K) == 8 ? kOnStack : 1];
    const bool on_stack = sizeof(K) == 8 && n <= kOnStack;
    Scratch memory(on_stack ? 0 : n * int64_t(sizeof(K)));
    if (!memory) return Status::OutOfMemory;
    K *keys = on_stack ? few : memory.as<K>();
    parallel_pieces(n, kGrain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) keys[i] = key_at(i);
    });
    bool ok = true;
    if (n >= int64_t(1) << 32) {
        for (int64_t i = 0; i < n; ++i) order[i] = i;
        std::sort(order, order + n, [&](int64_t a, int64_t b) {
            return keys[a] != keys[b] ? keys[a] < keys[b] : a < b;
        });
    } else if constexpr (sizeof(K) <= 2) {
        ok = order_by_counting(keys, n, order);
    } else {
        bool sorted = false;
        ok = order_by_packing(keys, n, order, &sorted);
        *made = ok && sorted && elements;
        if (*made) from_keys<T>(keys, n, descending, data, order, elements);
    }
    return ok ? Status::Ok : Status::OutOfMemory;
}

}  // namespace

bool sort_contiguous(DType t, char *x, int64_t n) {
    if (n < 2) return true;
    if (SortFunction f = preferred(t, n)) return f(x, intptr_t(n), nullptr) == 0;
    return own_sort(t, x, n);
}

void pick(char *to, int64_t step, const char *line, const int64_t *order, int64_t n, int width) {
    visit_width(width, [&](auto tag) {
        using T = typename decltype(tag)::type;
        parallel_pieces(n, kGrain, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i)
                store<T>(to + i * step, load<T>(line + order[i] * int64_t(sizeof(T))));
        });
    });
}

Status order_contiguous(DType t, const char *x, int64_t n, bool descending, int64_t *order,
                        char *elements) {
    bool made = false;
    Status status = Status::Ok;
    visit_dtype(t, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (is_complex<T>) {
            const T *v = reinterpret_cast<const T *>(x);
            for (int64_t i = 0; i < n; ++i) order[i] = i;
            std::sort(order, order + n, [&](int64_t a, int64_t b) {
                const T &first = descending ? v[b] : v[a], &second = descending ? v[a] : v[b];
                if (complex_less(first, second)) return true;
                return !complex_less(second, first) && a < b;
            });
        } else {
            status = order_by_key<T>(x, n, descending, order, elements, &made);
        }
    });
    if (elements && !made && status == Status::Ok)
        pick(elements, itemsize(t), x, order, n, itemsize(t));
    return status;
}

}  // namespace array

void register_sort(DType t, SortFunction function) {
    if (int(t) < 0 || int(t) >= kMaxDType) return;
    array::g_choice[int(t)].store(array::Unknown, std::memory_order_relaxed);
    array::g_sorts[int(t)].store(function, std::memory_order_release);
}

}  // namespace cannsim
