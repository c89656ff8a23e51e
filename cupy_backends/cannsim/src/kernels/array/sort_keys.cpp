#include "sort_keys.h"

#include "random.h"
#include "scratch.h"

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

constexpr int64_t kSmall = 256;
constexpr int64_t kTrial = 16384;

// Least-significant-digit radix sort; digits that are the same everywhere cost no pass. Digits
// below `first` are already in order.
template <class K> bool radix_sort(K *x, int64_t n, int first = 0) {
    if (n < kSmall) {
        std::sort(x, x + n);
        return true;
    }
    Scratch memory(n * int64_t(sizeof(K)));
    if (!memory) return false;
    constexpr int digits = sizeof(K);
    int64_t counts[digits][256] = {};
    for (int64_t i = 0; i < n; ++i)
        for (int d = first; d < digits; ++d) ++counts[d][x[i] >> 8 * d & 255];
    K *from = x, *to = memory.as<K>();
    for (int d = first; d < digits; ++d) {
        if (counts[d][from[0] >> 8 * d & 255] == n) continue;
        int64_t position[256], sum = 0;
        for (int v = 0; v < 256; ++v) {
            position[v] = sum;
            sum += counts[d][v];
        }
        for (int64_t i = 0; i < n; ++i) to[position[from[i] >> 8 * d & 255]++] = from[i];
        std::swap(from, to);
    }
    if (from != x) std::memcpy(x, from, size_t(n) * sizeof(K));
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
            last = std::partition(x, x + n, [](T v) { return widen(v) == widen(v); }) - x;
            for (int64_t i = 0; i < last; ++i)
                keys[i] = keys[i] & top ? K(~keys[i]) : K(keys[i] | top);
        } else if constexpr (is_signed) {
            for (int64_t i = 0; i < n; ++i) keys[i] = K(keys[i] ^ top);
        }
        bool ok = true;
        if constexpr (sizeof(K) == 1)
            count_sort(keys, last);
        else
            ok = radix_sort(keys, last);
        if constexpr (is_float<T>) {
            for (int64_t i = 0; i < last; ++i)
                keys[i] = keys[i] & top ? K(keys[i] & K(~top)) : K(~keys[i]);
        } else if constexpr (is_signed) {
            for (int64_t i = 0; i < n; ++i) keys[i] = K(keys[i] ^ top);
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
    int8_t choice = g_choice[int(t)].load(std::memory_order_relaxed);
    if (choice == Unknown) {
        if (n < 4096) return f;
        // Of threads that try at once, the first decides for all.
        const int8_t found = trial(t, f);
        if (g_choice[int(t)].compare_exchange_strong(choice, found)) choice = found;
    }
    return choice == Registered ? f : nullptr;
}

// Sorts words of a key above an index that already ascends.
bool sort_packed(uint64_t *x, int64_t n) {
    if (SortFunction f = preferred(DType::UInt64, n)) return f(x, intptr_t(n), nullptr) == 0;
    return radix_sort(x, n, 4);
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
template <class K> bool order_by_packing(K *keys, int64_t n, int64_t *order) {
    K low = keys[0], high = keys[0];
    for (int64_t i = 1; i < n; ++i) {
        low = std::min(low, keys[i]);
        high = std::max(high, keys[i]);
    }
    K range = K(high - low);
    int shift = 0;
    if constexpr (sizeof(K) == 8)
        while (range >> shift > 0xffffffffull) ++shift;
    uint64_t *packed = reinterpret_cast<uint64_t *>(order);
    for (int64_t i = 0; i < n; ++i)
        packed[i] = uint64_t(K(keys[i] - low) >> shift) << 32 | uint64_t(i);
    if (!sort_packed(packed, n)) return false;
    if (shift == 0) {
        for (int64_t i = 0; i < n; ++i) order[i] = int64_t(packed[i] & 0xffffffff);
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

template <class T>
Status order_by_key(const char *data, int64_t n, bool descending, int64_t *order) {
    using K = Key<T>;
    Scratch memory(n * int64_t(sizeof(K)));
    if (!memory) return Status::OutOfMemory;
    K *keys = memory.as<K>();
    for (int64_t i = 0; i < n; ++i) {
        K key = order_key<T>(load<T>(data + i * int64_t(sizeof(T))));
        keys[i] = descending ? K(~key) : key;
    }
    bool ok = true;
    if (n >= int64_t(1) << 32 || n < 24 || (sizeof(K) == 2 && n < 8192)) {
        for (int64_t i = 0; i < n; ++i) order[i] = i;
        auto less = [&](int64_t a, int64_t b) {
            return keys[a] != keys[b] ? keys[a] < keys[b] : a < b;
        };
        if (n < 24) {
            for (int64_t i = 1; i < n; ++i) {
                int64_t j = i;
                for (; j > 0 && less(i, order[j - 1]); --j) order[j] = order[j - 1];
                order[j] = i;
            }
        } else if (sizeof(K) == 2 && n < 8192) {
            uint64_t *packed = reinterpret_cast<uint64_t *>(order);
            for (int64_t i = 0; i < n; ++i) packed[i] = uint64_t(keys[i]) << 32 | uint64_t(i);
            ok = sort_packed(packed, n);
            for (int64_t i = 0; i < n; ++i) order[i] = int64_t(packed[i] & 0xffffffff);
        } else {
            std::sort(order, order + n, less);
        }
    } else if constexpr (sizeof(K) <= 2) {
        ok = order_by_counting(keys, n, order);
    } else {
        ok = order_by_packing(keys, n, order);
    }
    return ok ? Status::Ok : Status::OutOfMemory;
}

}  // namespace

bool sort_contiguous(DType t, char *x, int64_t n) {
    if (n < 2) return true;
    if (SortFunction f = preferred(t, n)) return f(x, intptr_t(n), nullptr) == 0;
    return own_sort(t, x, n);
}

Status order_contiguous(DType t, const char *x, int64_t n, bool descending, int64_t *order) {
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
            status = order_by_key<T>(x, n, descending, order);
        }
    });
    return status;
}

}  // namespace array

void register_sort(DType t, SortFunction function) {
    if (int(t) < 0 || int(t) >= kMaxDType) return;
    array::g_choice[int(t)].store(array::Unknown, std::memory_order_relaxed);
    array::g_sorts[int(t)].store(function, std::memory_order_release);
}

}  // namespace cannsim
