// Executors that are run again: a call whose operands look as before skips the first phase and only
// patches addresses.
#pragma once

#include "launch.h"

namespace ascend {

constexpr int kKeyWords = 40;
constexpr int kCacheSlots = 32; // as many as Key::slot() tells apart
constexpr int kMaxListed = 16; // longer lists of tensors are not kept

struct Key {
    uint64_t words[kKeyWords];
    int count = 0;
    uint64_t hash = 0;
    void add(uint64_t word) {
        if (count < kKeyWords) words[count] = word;
        count++;
        hash = (hash << 21 | hash >> 43) + word;
    }
    bool operator==(const Key &other) const {
        if (hash != other.hash || count != other.count) return false;
        int i = 0;
        while (i < count && words[i] == other.words[i]) i++;
        return i == count;
    }
    size_t slot() const { return hash * 0x9e3779b97f4a7c15u >> 59; }
    bool fits() const { return count <= kKeyWords; }
};

// Taken out of its slot while in use, so that no other thread patches it.
struct CachedExecutor {
    Key key;
    aclOpExecutor *executor;
    uint64_t workspace;
    aclTensor *tensors[kMaxArgs]; // by argument
    void *addresses[kMaxArgs];
    aclTensorList *list; // of the call that takes one, else null; owns its tensors
    void *listed[kMaxListed];
};

struct ExecutorCache {
    int8_t slots[kMaxArgs]; // index of a tensor argument among inputs and then outputs; -1: none
    int8_t ref_slots[kMaxArgs]; // its second index, of arguments that are both
    int8_t list = -1;           // the argument that is a list of tensors
    int8_t first_listed = 0;    // the operand that the list begins with
    std::atomic<CachedExecutor *> entries[kCacheSlots] = {};
    std::atomic<uint64_t> missed[kCacheSlots] =
        {};                           // hash of the last miss: what comes twice is kept
    std::atomic<bool> refused{false}; // CANN does not repeat this operator
};

ExecutorCache *new_cache(const Call &);
void make_key(const Plan *, const cupyOperand *, int n, const cupyAttr *, Key *);
CachedExecutor *take(ExecutorCache &, const Key &, bool *keep);
void put(ExecutorCache &, CachedExecutor *);
void discard(CachedExecutor *);
void clear(ExecutorCache &);
// Runs it on these operands; kStale when CANN refuses new addresses.
constexpr int kStale = -1;
int rerun(Plan *, CachedExecutor *, cupyOperand *, int nin, cupyStream);

} // namespace ascend
