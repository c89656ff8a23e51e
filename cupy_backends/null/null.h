/* The null backend's table: addresses that nobody may touch, launches that only count. */
#ifndef CUPY_NULL_H
#define CUPY_NULL_H

#include <atomic>

#include "synchronous.h"

namespace cupy_null {

#define CUPY_NULL_COUNTERS(X)                                                                      \
    X(launches)                                                                                    \
    X(bytes) X(resolves) X(allocations) X(frees) X(allocated_bytes) X(copies_to_device)            \
        X(copies_to_host) X(copies_on_device) X(copied_bytes) X(sets)

struct Counters {
#define CUPY_NULL_FIELD(name) std::atomic<uint64_t> name{0};
    CUPY_NULL_COUNTERS(CUPY_NULL_FIELD)
#undef CUPY_NULL_FIELD
};

inline Counters counters;
inline std::atomic<uint64_t> launches_of_op[CUPY_NUM_OPS];

/* For the binding: every counter's name with its value; stops at a null name. */
inline const char *counter(int index, uint64_t *value) {
    struct Entry {
        const char *name;
        std::atomic<uint64_t> *counter;
    };
    static const Entry entries[] = {
#define CUPY_NULL_ENTRY(name) {#name, &counters.name},
        CUPY_NULL_COUNTERS(CUPY_NULL_ENTRY)
#undef CUPY_NULL_ENTRY
    };
    if (index < 0 || size_t(index) >= sizeof entries / sizeof *entries)
        return nullptr;
    *value = *entries[index].counter;
    return entries[index].name;
}

inline uint64_t op_launches(int op) { return launches_of_op[op]; }

inline void reset() {
#define CUPY_NULL_RESET(name) counters.name = 0;
    CUPY_NULL_COUNTERS(CUPY_NULL_RESET)
#undef CUPY_NULL_RESET
    for (auto &count : launches_of_op)
        count = 0;
}

inline int launch(cupyPlan *plan, cupyOperand *operands, int n, const cupyAttr *,
                  cupyStream stream) {
    static const uint8_t sizes[CUPY_NUM_DTYPES] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16};
    if (int rc = cupy_synchronous::check_stream(stream, "launch"))
        return rc;
    uint64_t bytes = 0;
    for (int k = 0; k < n; k++) {
        if (!operands[k].block)
            continue;
        uint64_t extent = sizes[operands[k].dtype];
        for (int axis = 0; axis < operands[k].ndim; axis++)
            extent *= uint64_t(operands[k].shape[axis]);
        bytes += extent;
    }
    counters.launches++;
    counters.bytes += bytes;
    launches_of_op[plan->op]++;
    return CUPY_OK;
}

inline cupyPlan *resolve(int op, const int8_t *dtypes, int n) {
    counters.resolves++;
    return cupy_synchronous::plan_for(op, dtypes, n, launch, "nothing",
                                      "CUPY_BACKEND=null computes nothing");
}

/* Distinct, aligned, and outside what user space can map, so that touching one faults at once. */
inline int mem_alloc(size_t bytes, void **address) {
    constexpr uint64_t alignment = 512, limit = uint64_t(1) << 46;
    static std::atomic<uint64_t> next{uint64_t(1) << 60};
    *address = nullptr;
    if (bytes > limit)
        return cupy_synchronous::fail(CUPY_OUT_OF_MEMORY, "mem_alloc", "more than 64 TiB at once");
    *address = reinterpret_cast<void *>(next.fetch_add((bytes / alignment + 1) * alignment));
    counters.allocations++;
    counters.allocated_bytes += bytes;
    return CUPY_OK;
}

inline int mem_free(void *address) {
    if (address)
        counters.frees++;
    return CUPY_OK;
}

inline int mem_info(size_t *free_bytes, size_t *total_bytes) {
    *free_bytes = *total_bytes = size_t(1) << 46;
    return CUPY_OK;
}

inline int device_name(int device, char *name, size_t size) {
    if (int rc = cupy_synchronous::set_device(device))
        return rc;
    std::snprintf(name, size, "null");
    return CUPY_OK;
}

inline int copy_to_device(void *, const void *, size_t bytes, cupyStream stream) {
    counters.copies_to_device++;
    counters.copied_bytes += bytes;
    return cupy_synchronous::check_stream(stream, "copy_to_device");
}

inline int copy_to_host(void *dst, const void *, size_t bytes, cupyStream stream) {
    counters.copies_to_host++;
    counters.copied_bytes += bytes;
    if (bytes)
        std::memset(dst, 0, bytes);
    return cupy_synchronous::check_stream(stream, "copy_to_host");
}

inline int copy_on_device(void *, const void *, size_t bytes, cupyStream stream) {
    counters.copies_on_device++;
    counters.copied_bytes += bytes;
    return cupy_synchronous::check_stream(stream, "copy_on_device");
}

inline int mem_set(void *, int, size_t, cupyStream stream) {
    counters.sets++;
    return cupy_synchronous::check_stream(stream, "mem_set");
}

inline cupyBackend *backend() {
    static cupyBackend table = [] {
        cupyBackend made = cupy_synchronous::base("null");
        made.resolve = resolve;
        made.device_name = device_name;
        made.mem_info = mem_info;
        made.mem_alloc = mem_alloc;
        made.mem_free = mem_free;
        made.copy_to_device = copy_to_device;
        made.copy_to_host = copy_to_host;
        made.copy_on_device = copy_on_device;
        made.mem_set = mem_set;
        return made;
    }();
    return &table;
}

} // namespace cupy_null

#endif
