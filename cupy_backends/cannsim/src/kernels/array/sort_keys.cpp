#include "sort_keys.h"

#include "../../base/threads/parallel.h"
#include "random.h"
#include "isa/isa.h"
#include "scratch.h"
#include "sort_radix.h"

#include <algorithm>
#include <atomic>
#include <chrono>

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
constexpr int64_t kTrial = 16384;

constexpr int64_t kGrain = 32768;

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
    if (!f || n < kFewForDigits || is_complex_dtype(t)) return f;
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

// Sorts places whose keys are near each other, mostly a few.
template <class F> void settle(int64_t *order, int64_t n, F &&before) {
    if (n > kFew) return std::stable_sort(order, order + n, before);
    for (int64_t i = 1; i < n; ++i) {
        const int64_t place = order[i];
        int64_t j = i;
        for (; j > 0 && before(place, order[j - 1]); --j) order[j] = order[j - 1];
        order[j] = place;
    }
}

// Packs the 32 most significant bits that vary with the place, sorts 64-bit words, then settles what
// those bits left equal. Where there was nothing to settle, the elements follow from the words.
template <class T>
bool order_by_packing(DType t, const char *data, int64_t n, bool descending, int64_t *order,
                      char *elements, bool *made) {
    constexpr int size = sizeof(T);
    const WordLoops &loops = isa().words_of[compute_index(t)];
    const auto ends = extremes<uint64_t>(n, [&](int64_t begin, int64_t end, uint64_t *least, uint64_t *most) {
        loops.extremes(data + begin * size, end - begin, descending, least, most);
    });
    const uint64_t base = ends.first, range = ends.second - ends.first;
    const int shift = std::max(0, bit_length(range) - 32);
    uint64_t *words = reinterpret_cast<uint64_t *>(order);
    const SortFunction narrow = n < kFewForDigits ? nullptr : preferred(DType::UInt32, n);
    const SortFunction wide = narrow ? nullptr : preferred(DType::UInt64, n);
    *made = shift == 0 && elements;
    const WordSource source{loops, size, data, descending, base, shift, *made ? elements : nullptr};
    if (!sort_words(words, n, source, range >> shift, narrow, wide)) return false;
    if (*made) return true;
    const auto key_at = [&](int64_t i) { return order_key<T>(load<T>(data + i * size)); };
    const auto before = [&](int64_t a, int64_t b) {
        return descending ? key_at(b) < key_at(a) : key_at(a) < key_at(b);
    };
    for (int64_t i = 0; i < n;) {
        int64_t j = i + 1;
        while (shift && j < n && words[j] >> 32 == words[i] >> 32) ++j;
        for (int64_t m = i; m < j; ++m) order[m] = int64_t(words[m] & 0xffffffff);
        settle(order + i, j - i, before);
        i = j;
    }
    return true;
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
Status order_by_key(DType t, const char *data, int64_t n, bool descending, int64_t *order,
                    char *elements, bool *made) {
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
    if (n >= int64_t(1) << 32) {
        for (int64_t i = 0; i < n; ++i) order[i] = i;
        std::sort(order, order + n, [&](int64_t a, int64_t b) {
            const K x = key_at(a), y = key_at(b);
            return x != y ? x < y : a < b;
        });
        return Status::Ok;
    }
    bool ok;
    if constexpr (sizeof(K) <= 2) {
        constexpr int64_t longest = sizeof(K) == 1 ? 64 : 8192; // counting pays for more
        if (n <= longest) {
            uint32_t words[longest];
            for (int64_t i = 0; i < n; ++i) words[i] = uint32_t(key_at(i)) << 16 | uint32_t(i);
            const SortFunction f = preferred(DType::UInt32, n);
            ok = f ? f(words, intptr_t(n), nullptr) == 0 : radix_sort(words, n, 16);
            for (int64_t i = 0; i < n; ++i) order[i] = words[i] & 0xffff;
        } else {
            Scratch keys(n * int64_t(sizeof(K)));
            if (!keys) return Status::OutOfMemory;
            parallel_pieces(n, kGrain, [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) keys.as<K>()[i] = key_at(i);
            });
            ok = order_by_counting(keys.as<K>(), n, order);
        }
    } else {
        ok = order_by_packing<T>(t, data, n, descending, order, elements, made);
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
            status = order_by_key<T>(t, x, n, descending, order, elements, &made);
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
