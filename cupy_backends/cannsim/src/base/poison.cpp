#include "base/poison.h"

#ifdef __SANITIZE_ADDRESS__
#include <algorithm>
#include <map>
#include <mutex>

namespace cannsim {

namespace {

constexpr size_t kGap = 512; // of a pool's block sizes

struct Pool {
    std::mutex mutex;
    std::map<const char *, size_t> blocks;
};

Pool &pool() {
    static Pool *instance = new Pool;
    return *instance;
}

} // namespace

void pool_block_used(const char *host, size_t size, size_t room) {
    Pool &p = pool();
    std::lock_guard<std::mutex> lock(p.mutex);
    p.blocks[host] = size;
    poison(host, std::min(room, (size + kGap - 1) / kGap * kGap));
    unpoison(host, size);
}

void pool_block_freed(const char *host) {
    Pool &p = pool();
    std::lock_guard<std::mutex> lock(p.mutex);
    auto it = p.blocks.find(host);
    if (it == p.blocks.end()) return;
    poison(host, it->second);
    p.blocks.erase(it);
}

} // namespace cannsim
#endif
