/* The host backend's table: device memory is aligned host memory, launches go to NumPy. */
#ifndef CUPY_HOST_H
#define CUPY_HOST_H

#include <cstdlib>
#include <unistd.h>
#include <unordered_map>

#include "synchronous.h"

namespace cupy_host {

using cupy_synchronous::fail;

/* Allocations by address: a wrong address is an error, and CUPY_HOST_MEMORY can be kept. */
struct Memory {
    std::mutex lock;
    std::unordered_map<void *, size_t> blocks;
    size_t used = 0;
    size_t limit = 0;
};

inline Memory memory;

inline size_t physical(int pages) {
    long count = sysconf(pages), size = sysconf(_SC_PAGESIZE);
    return count > 0 && size > 0 ? size_t(count) * size_t(size) : 0;
}

inline int mem_alloc(size_t bytes, void **address) {
    constexpr size_t alignment = 64;
    *address = nullptr;
    if (bytes > SIZE_MAX - alignment)
        return fail(CUPY_OUT_OF_MEMORY, "mem_alloc", "the size exceeds the address space");
    size_t rounded = bytes ? (bytes + alignment - 1) / alignment * alignment : alignment;
    std::lock_guard<std::mutex> guard(memory.lock);
    if (memory.limit && rounded > memory.limit - memory.used)
        return fail(CUPY_OUT_OF_MEMORY, "mem_alloc", "the limit of CUPY_HOST_MEMORY is reached",
                    "free arrays or raise CUPY_HOST_MEMORY");
    void *block = std::aligned_alloc(alignment, rounded);
    if (!block)
        return fail(CUPY_OUT_OF_MEMORY, "mem_alloc", "the system has no memory left");
    memory.blocks[block] = rounded;
    memory.used += rounded;
    *address = block;
    return CUPY_OK;
}

inline int mem_free(void *address) {
    if (!address)
        return CUPY_OK;
    std::lock_guard<std::mutex> guard(memory.lock);
    auto found = memory.blocks.find(address);
    if (found == memory.blocks.end())
        return fail(CUPY_FAILED, "mem_free", "not the address of an allocation, or freed before");
    memory.used -= found->second;
    memory.blocks.erase(found);
    std::free(address);
    return CUPY_OK;
}

inline int mem_info(size_t *free_bytes, size_t *total_bytes) {
    std::lock_guard<std::mutex> guard(memory.lock);
    *total_bytes = memory.limit ? memory.limit : physical(_SC_PHYS_PAGES);
    *free_bytes = memory.limit ? memory.limit - memory.used : physical(_SC_AVPHYS_PAGES);
    return CUPY_OK;
}

inline int device_name(int device, char *name, size_t size) {
    if (int rc = cupy_synchronous::set_device(device))
        return rc;
    std::snprintf(name, size, "host CPU");
    return CUPY_OK;
}

inline int copy(void *dst, const void *src, size_t bytes, cupyStream stream) {
    if (int rc = cupy_synchronous::check_stream(stream, "copy"))
        return rc;
    if (bytes)
        std::memmove(dst, src, bytes);
    return CUPY_OK;
}

inline int mem_set(void *dst, int value, size_t bytes, cupyStream stream) {
    if (int rc = cupy_synchronous::check_stream(stream, "mem_set"))
        return rc;
    if (bytes)
        std::memset(dst, value, bytes);
    return CUPY_OK;
}

using RunFn = int (*)(int op, cupyOperand *, int n, const cupyAttr *);
inline RunFn run_with_numpy;

inline int launch(cupyPlan *plan, cupyOperand *operands, int n, const cupyAttr *attrs,
                  cupyStream stream) {
    __atomic_fetch_add(&plan->host_runs, 1, __ATOMIC_RELAXED);
    if (int rc = cupy_synchronous::check_stream(stream, "launch"))
        return rc;
    return run_with_numpy(plan->op, operands, n, attrs);
}

inline cupyPlan *resolve(int op, const int8_t *dtypes, int n) {
    return cupy_synchronous::plan_for(op, dtypes, n, launch, "NumPy",
                                      "CUPY_BACKEND=host computes on the CPU");
}

inline cupyBackend *backend(RunFn run, size_t limit) {
    static cupyBackend table = [=] {
        run_with_numpy = run;
        memory.limit = limit;
        cupyBackend made = cupy_synchronous::base("host");
        made.resolve = resolve;
        made.device_name = device_name;
        made.mem_info = mem_info;
        made.mem_alloc = mem_alloc;
        made.mem_free = mem_free;
        made.copy_to_device = copy;
        made.copy_to_host = copy;
        made.copy_on_device = copy;
        made.mem_set = mem_set;
        return made;
    }();
    return &table;
}

} // namespace cupy_host

#endif
