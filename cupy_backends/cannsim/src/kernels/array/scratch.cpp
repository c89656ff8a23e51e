#include "scratch.h"

#include <cstdlib>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace cannsim::array {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kKeepFrom = size_t(64) << 10;  // smaller blocks the allocator recycles well
constexpr size_t kKeepUpTo = size_t(32) << 20;
constexpr size_t kKeepTotal = size_t(64) << 20;
constexpr size_t kHuge = size_t(2) << 20;

struct Cache {
    struct Block {
        char *data;
        size_t capacity;
    };
    Block blocks[4];
    int count = 0;
    size_t total = 0;

    ~Cache() { trim(); }
    void trim() {
        for (; count; --count) std::free(blocks[count - 1].data);
        total = 0;
    }
    // The smallest block that fits and is not mostly wasted.
    char *take(size_t bytes, size_t *capacity) {
        int best = -1;
        for (int i = 0; i < count; ++i)
            if (blocks[i].capacity >= bytes && blocks[i].capacity / 4 <= bytes &&
                (best < 0 || blocks[i].capacity < blocks[best].capacity))
                best = i;
        if (best < 0) return nullptr;
        Block block = blocks[best];
        blocks[best] = blocks[--count];
        total -= block.capacity;
        *capacity = block.capacity;
        return block.data;
    }
    bool keep(char *data, size_t capacity) {
        if (capacity < kKeepFrom || capacity > kKeepUpTo) return false;
        while (count && (count == 4 || total + capacity > kKeepTotal)) {
            total -= blocks[0].capacity;  // the oldest goes
            std::free(blocks[0].data);
            for (int i = 1; i < count; ++i) blocks[i - 1] = blocks[i];
            --count;
        }
        blocks[count++] = {data, capacity};
        total += capacity;
        return true;
    }
};

thread_local Cache t_cache;

}  // namespace

char *scratch_allocate(int64_t bytes, size_t *capacity) {
    size_t wanted =
        (size_t(bytes < 0 ? 0 : bytes) + kAlignment - 1) / kAlignment * kAlignment + kAlignment;
    *capacity = wanted;
    if (wanted < kKeepFrom) return static_cast<char *>(std::aligned_alloc(kAlignment, wanted));
    if (char *kept = t_cache.take(wanted, capacity)) return kept;
    if (wanted < 2 * kHuge) return static_cast<char *>(std::aligned_alloc(kAlignment, wanted));
    if (wanted > SIZE_MAX - kHuge) return nullptr;
    *capacity = (wanted + kHuge - 1) / kHuge * kHuge;
    char *data = static_cast<char *>(std::aligned_alloc(kHuge, *capacity));
#if defined(MADV_HUGEPAGE)
    static const bool small_pages = sysconf(_SC_PAGESIZE) == 4096;
    if (data && small_pages) madvise(data, *capacity, MADV_HUGEPAGE);
#endif
    return data;
}

void scratch_free(char *data, size_t capacity) {
    if (data && !t_cache.keep(data, capacity)) std::free(data);
}

void scratch_trim() { t_cache.trim(); }

}  // namespace cannsim::array
