#include "scratch.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "dtype.h"
#include "turns.h"

namespace ascend {

// Kept forever: a stream's address may be used again, and threads remember the last one they used.
struct StreamScratch {
    std::mutex mutex;
    int device = 0;
    size_t free_bytes = 0;
    uint64_t returns = 0; // blocks handed back so far
    std::vector<Scratch::Block> free_blocks;
};

namespace {

constexpr size_t kKeep = size_t(64) << 20; // free bytes a stream may hold after it was synchronised

struct Key {
    int device;
    cupyStream stream;
    bool operator==(const Key &other) const {
        return device == other.device && stream == other.stream;
    }
};

struct KeyHash {
    size_t operator()(const Key &key) const { return size_t(key.stream) * 31 + size_t(key.device); }
};

std::mutex registry;
std::unordered_map<Key, StreamScratch *, KeyHash> &streams() {
    static auto *map = new std::unordered_map<Key, StreamScratch *, KeyHash>;
    return *map;
}

thread_local Key last_key{-1, nullptr};
thread_local StreamScratch *last_scratch = nullptr;

StreamScratch *scratch_of(cupyStream stream) {
    Key key{thread.device, stream};
    if (last_scratch && last_key == key) return last_scratch;
    std::lock_guard<std::mutex> hold(registry);
    StreamScratch *&found = streams()[key];
    if (!found) {
        found = new StreamScratch;
        found->device = thread.device;
    }
    last_key = key;
    return last_scratch = found;
}

size_t rounded(size_t bytes) {
    if (bytes <= 512) return 512;
    int log = 63 - __builtin_clzll(bytes - 1);
    size_t step = size_t(1) << (log > 2 ? log - 2 : 0); // four sizes per power of two
    return (bytes + step - 1) / step * step;
}

// Frees what was handed back up to a mark, when there is more than `keep` of free memory.
void release(StreamScratch &scratch, uint64_t mark = UINT64_MAX, size_t keep = 0) {
    std::vector<void *> idle;
    {
        std::lock_guard<std::mutex> hold(scratch.mutex);
        if (scratch.free_bytes <= keep) return;
        auto &blocks = scratch.free_blocks;
        size_t kept = 0;
        for (Scratch::Block &block : blocks) {
            if (block.returned > mark) {
                blocks[kept++] = block;
                continue;
            }
            scratch.free_bytes -= block.bytes;
            idle.push_back(block.address);
        }
        blocks.resize(kept);
    }
    for (void *address : idle) api.aclrtFree(address);
}

} // namespace

int Scratch::take(size_t bytes, void **address) {
    if (!owner_) owner_ = scratch_of(stream_);
    bytes = rounded(bytes + 32); // kernels may read 32 bytes past the end
    Block block{nullptr, bytes, 0};
    {
        std::lock_guard<std::mutex> hold(owner_->mutex);
        auto &blocks = owner_->free_blocks;
        size_t best = blocks.size();
        for (size_t i = 0; i < blocks.size(); i++)
            if (blocks[i].bytes >= bytes && blocks[i].bytes <= 2 * bytes &&
                (best == blocks.size() || blocks[i].bytes < blocks[best].bytes))
                best = i;
        if (best < blocks.size()) {
            block = blocks[best];
            blocks[best] = blocks.back();
            blocks.pop_back();
            owner_->free_bytes -= block.bytes;
        }
    }
    if (!block.address) {
        if (int rc = device_malloc(bytes, &block.address)) return rc;
        count(thread.counts->scratch_allocs);
    }
    if (count_ < kInline)
        blocks_[count_++] = block;
    else
        more_.push_back(block);
    *address = block.address;
    return CUPY_OK;
}

Scratch::~Scratch() {
    if (!count_) return;
    std::lock_guard<std::mutex> hold(owner_->mutex);
    auto give = [this](Block &block) {
        owner_->free_bytes += block.bytes;
        block.returned = ++owner_->returns;
        owner_->free_blocks.push_back(block);
    };
    for (int i = 0; i < count_; i++) give(blocks_[i]);
    for (auto &block : more_) give(block);
}

uint64_t scratch_mark(cupyStream stream) {
    StreamScratch *scratch = scratch_of(stream);
    std::lock_guard<std::mutex> hold(scratch->mutex);
    return scratch->returns;
}

void scratch_trim(cupyStream stream, uint64_t mark) { release(*scratch_of(stream), mark, kKeep); }

void scratch_drop(cupyStream stream) { release(*scratch_of(stream)); }

int scratch_release_all() {
    ASCEND_TRY(aclrtSynchronizeDevice);
    std::lock_guard<std::mutex> hold(registry);
    for (auto &entry : streams())
        if (entry.first.device == thread.device) release(*entry.second);
    return CUPY_OK;
}

int device_malloc(size_t bytes, void **address) {
    int code = api.aclrtMalloc(address, bytes, ACL_MEM_MALLOC_HUGE_FIRST);
    if (!code) return CUPY_OK;
    int status = fail(code, "aclrtMalloc");
    if (status != CUPY_OUT_OF_MEMORY) return status;
    cupyError first;
    last_error(&first);
    if (scratch_release_all() == CUPY_OK &&
        !api.aclrtMalloc(address, bytes, ACL_MEM_MALLOC_HUGE_FIRST))
        return CUPY_OK;
    return fail_text(CUPY_OUT_OF_MEMORY, "aclrtMalloc", "%zu bytes: %s", bytes, first.message);
}

namespace {

// By stream, too: the fill of a constant is ordered before its uses without anybody waiting.
struct ConstantKey {
    int device, dtype;
    cupyStream stream;
    uint64_t low, high;
    bool operator==(const ConstantKey &o) const {
        return device == o.device && dtype == o.dtype && stream == o.stream && low == o.low &&
               high == o.high;
    }
};

struct ConstantHash {
    size_t operator()(const ConstantKey &k) const {
        return size_t((k.low * 0x9e3779b97f4a7c15u) ^ (k.high * 0xc2b2ae3d27d4eb4fu)) +
               size_t(k.dtype * 64 + k.device) + reinterpret_cast<size_t>(k.stream);
    }
};

constexpr size_t kSlot = 64, kSlots = 256, kMaxConstants = 16384;

struct Constants {
    std::mutex mutex;
    std::unordered_map<ConstantKey, void *, ConstantHash> known;
    std::unordered_map<int, std::vector<void *>> room; // device -> free slots
    std::vector<std::pair<int, void *>> slabs; // device, address
};

Constants &constants() {
    static auto *table = new Constants;
    return *table;
}

ConstantKey key_of(int dtype, const unsigned char *bits, cupyStream stream) {
    const ScalarBits value = scalar_bits(bits, dtype);
    return {thread.device, dtype, stream, value.low, value.high};
}

} // namespace

int constant(int dtype, const unsigned char *bits, cupyStream stream, void **address, bool *fresh) {
    Constants &table = constants();
    std::lock_guard<std::mutex> hold(table.mutex);
    auto found = table.known.find(key_of(dtype, bits, stream));
    *fresh = found == table.known.end();
    *address = *fresh ? nullptr : found->second;
    if (!*fresh || table.known.size() >= kMaxConstants) return CUPY_OK;
    auto &room = table.room[thread.device];
    if (room.empty()) {
        void *block;
        if (int rc = device_malloc(kSlot * kSlots, &block)) return rc;
        table.slabs.emplace_back(thread.device, block);
        for (size_t i = kSlots; i-- > 0;) room.push_back(static_cast<char *>(block) + kSlot * i);
    }
    *address = room.back();
    room.pop_back();
    return CUPY_OK;
}

void keep_constant(int dtype, const unsigned char *bits, cupyStream stream, void *address) {
    Constants &table = constants();
    std::lock_guard<std::mutex> hold(table.mutex);
    // Two threads may have filled the same one: the loser's slot stays as it is.
    if (table.known.emplace(key_of(dtype, bits, stream), address).second)
        count(thread.counts->constants);
}

void drop_constant(void *address) {
    Constants &table = constants();
    std::lock_guard<std::mutex> hold(table.mutex);
    table.room[thread.device].push_back(address);
}

void drop_constants(cupyStream stream) {
    Constants &table = constants();
    std::lock_guard<std::mutex> hold(table.mutex);
    for (auto it = table.known.begin(); it != table.known.end();) {
        if (it->first.stream != stream) {
            ++it;
            continue;
        }
        table.room[it->first.device].push_back(it->second);
        it = table.known.erase(it);
    }
}

void forget_memory(int device) {
    forget_turns(device);
    std::lock_guard<std::mutex> hold(registry);
    for (auto &entry : streams()) {
        if (entry.first.device != device) continue;
        std::lock_guard<std::mutex> hold_scratch(entry.second->mutex);
        entry.second->free_blocks.clear();
        entry.second->free_bytes = 0;
    }
    Constants &table = constants();
    std::lock_guard<std::mutex> hold_constants(table.mutex);
    auto &slabs = table.slabs;
    slabs.erase(std::remove_if(slabs.begin(), slabs.end(),
                               [&](auto &slab) { return slab.first == device; }),
                slabs.end());
    table.room.erase(device);
    for (auto it = table.known.begin(); it != table.known.end();)
        it = it->first.device == device ? table.known.erase(it) : std::next(it);
}

void release_memory() {
    release_turns();
    std::lock_guard<std::mutex> hold(registry);
    for (auto &entry : streams()) release(*entry.second);
    Constants &table = constants();
    std::lock_guard<std::mutex> hold_constants(table.mutex);
    for (auto &slab : table.slabs) api.aclrtFree(slab.second);
    table.slabs.clear();
    table.room.clear();
    table.known.clear();
}

} // namespace ascend
