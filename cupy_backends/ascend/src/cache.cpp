#include "cache.h"

#include <cstring>

namespace ascend {

static bool is_list(const Arg &arg) {
    return arg.kind == ARG_LIST || arg.kind == ARG_INDICES;
}

ExecutorCache *new_cache(const Call &call) {
    if (!api.aclSetAclOpExecutorRepeatable || !api.aclSetTensorAddr || !api.aclDestroyAclOpExecutor)
        return nullptr;
    for (int i = 0; i < call.nargs; i++) {
        switch (call.args[i].kind) {
        case ARG_SHAPED:
        case ARG_OPTIONAL:
        case ARG_RANGE:
        case ARG_OFFSET: return nullptr;
        case ARG_LIST:
        case ARG_INDICES:
            if (!api.aclSetDynamicTensorAddr) return nullptr;
            break;
        default: break;
        }
    }
    auto *cache = new ExecutorCache;
    int inputs = 0, outputs = 0;
    // An absent tensor counts too, and a list is one.
    for (int i = 0; i < call.nargs; i++)
        inputs += call.args[i].kind == ARG_IN || call.args[i].kind == ARG_NULL ||
                  is_list(call.args[i]) || call.args[i].ref;
    int input = 0;
    for (int i = 0; i < call.nargs; i++) {
        const Arg &arg = call.args[i];
        cache->slots[i] = cache->ref_slots[i] = -1;
        if (arg.ref) {
            cache->slots[i] = int8_t(input++);
            cache->ref_slots[i] = int8_t(inputs + outputs++);
        } else if (arg.kind == ARG_IN) {
            cache->slots[i] = int8_t(input++);
        } else if (is_list(arg)) {
            cache->slots[i] = int8_t(input++);
            cache->list = int8_t(i);
            cache->first_listed = arg.kind == ARG_INDICES;
        } else if (arg.kind == ARG_NULL) {
            input++;
        } else if (arg.kind == ARG_OUT || arg.kind == ARG_TEMP) {
            cache->slots[i] = int8_t(inputs + outputs++);
        }
    }
    return cache;
}

void make_key(const Plan *plan, const cupyOperand *ops, int n, const cupyAttr *attrs, Key *key) {
    key->add(uint64_t(thread.device));
    for (int k = 0; k < n; k++) {
        const cupyOperand &o = ops[k];
        if (is_scalar(o)) {
            key->add(~uint64_t(0));
            continue;
        }
        key->add(uint64_t(o.offset) << 16 | uint64_t(o.contiguous) << 8 | uint64_t(o.ndim));
        for (int d = 0; d < o.ndim; d++) key->add(uint64_t(o.shape[d]));
        if (!o.contiguous)
            for (int d = 0; d < o.ndim; d++) key->add(uint64_t(o.strides[d]));
    }
    const Call &call = *plan->call;
    for (int i = 0; i < call.nargs; i++) {
        const Arg &arg = call.args[i];
        switch (arg.kind) {
        case ARG_SCALAR: {
            const cupyOperand &o = ops[arg.index];
            const ScalarBits value = scalar_bits(o.scalar, o.dtype);
            key->add(value.low);
            if (itemsize(o.dtype) > 8) key->add(value.high);
            break;
        }
        case ARG_ATTR:
        case ARG_FLOAT:
        case ARG_SCALAR_ATTR: key->add(attrs[arg.index].u); break;
        case ARG_FIRST: key->add(uint64_t(attrs[arg.index].list[0])); break;
        case ARG_INTS:
            key->add(uint64_t(attrs[arg.index].count));
            for (int64_t j = 0; j < attrs[arg.index].count; j++)
                key->add(uint64_t(attrs[arg.index].list[j]));
            break;
        default: break;
        }
    }
}

CachedExecutor *take(ExecutorCache &cache, const Key &key, bool *keep) {
    const size_t slot = key.slot();
    *keep = false;
    CachedExecutor *found = cache.entries[slot].exchange(nullptr, std::memory_order_acq_rel);
    if (found) {
        if (found->key == key) return found;
        put(cache, found);
    }
    // Shapes and scalars that change at every call would only wear the cache out.
    if (!cache.refused.load(std::memory_order_relaxed))
        *keep = cache.missed[slot].exchange(key.hash, std::memory_order_relaxed) == key.hash;
    return nullptr;
}

void put(ExecutorCache &cache, CachedExecutor *entry) {
    if (CachedExecutor *other = cache.entries[entry->key.slot()].exchange(entry, std::memory_order_acq_rel))
        discard(other);
}

void discard(CachedExecutor *entry) {
    api.aclDestroyAclOpExecutor(entry->executor);
    for (int i = 0; i < kMaxArgs; i++)
        if (entry->tensors[i]) api.aclDestroyTensor(entry->tensors[i]);
    if (entry->list) api.aclDestroyTensorList(entry->list);
    delete entry;
}

void clear(ExecutorCache &cache) {
    for (auto &entry : cache.entries)
        if (CachedExecutor *found = entry.exchange(nullptr)) discard(found);
}

int rerun(Plan *plan, CachedExecutor *entry, cupyOperand *ops, int nin, cupyStream stream) {
    const Call &call = *plan->call;
    Scratch scratch(stream);
    for (int i = 0; i < call.nargs; i++) {
        const Arg &arg = call.args[i];
        void *address;
        if (arg.kind == ARG_TEMP) {
            if (int rc = scratch.take(temporary_bytes(plan, arg, ops[nin]), &address)) return rc;
        } else if (arg.kind == ARG_IN || arg.kind == ARG_OUT) {
            const cupyOperand &o = ops[arg.kind == ARG_OUT ? nin + arg.index : arg.index];
            address = o.block;
            if (__builtin_expect(!address, 0)) {
                cupyOperand tensor;
                if (int rc = scalar_tensor(plan, o, stream, scratch, &tensor)) return rc;
                address = tensor.block;
            }
        } else {
            continue;
        }
        if (address == entry->addresses[i]) continue;
        entry->addresses[i] = address;
        int code = api.aclSetTensorAddr(entry->executor, size_t(plan->cache->slots[i]),
                                        entry->tensors[i], address);
        if (!code && plan->cache->ref_slots[i] >= 0)
            code = api.aclSetTensorAddr(entry->executor, size_t(plan->cache->ref_slots[i]),
                                        entry->tensors[i], address);
        if (__builtin_expect(code != 0, 0)) return kStale;
    }
    if (entry->list) {
        const int first = plan->cache->first_listed;
        for (int k = first; k < nin; k++) {
            if (ops[k].block == entry->listed[k - first]) continue;
            entry->listed[k - first] = ops[k].block;
            if (api.aclSetDynamicTensorAddr(entry->executor,
                                            size_t(plan->cache->slots[plan->cache->list]),
                                            size_t(k - first), entry->list, ops[k].block))
                return kStale;
        }
    }
    void *workspace = nullptr;
    if (entry->workspace)
        if (int rc = scratch.take(entry->workspace, &workspace)) return rc;
    return run_phase2(plan, workspace, entry->workspace, entry->executor, stream);
}

} // namespace ascend
