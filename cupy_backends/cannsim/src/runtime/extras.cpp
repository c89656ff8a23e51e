// The symbols of abi/cannsim.h.
#include "cannsim.h"

#include "base/poison.h"
#include "base/threads/parallel.h"
#include "check/check.h"
#include "kernels/array/matmul.h"
#include "kernels/array/sort.h"
#include "kernels/loops/loops.h"
#include "runtime/api.h"
#include "runtime/memory.h"

#include <cstring>

using namespace cannsim;

extern "C" {

void *cannsimHostPointer(void *device, size_t bytes, int access, void *stream) {
    int error = 0;
    DeviceStream *s = resolve_stream(stream, &error);
    if (!s || synchronize(s, -1)) return nullptr;
    if (access < 1 || access > 3) {
        fail(ACL_ERROR_INVALID_PARAM,
             "cannsimHostPointer: access %d is not a mix of read and write", access);
        return nullptr;
    }
    Block block;
    size_t offset = 0;
    if (find_block(device, &block)) offset = reinterpret_cast<uintptr_t>(device) - block.begin;
    if (block.device < 0 || offset > block.size || bytes > block.size - offset) {
        fail(ACL_ERROR_RT_PARAM_INVALID,
             "cannsimHostPointer: %p (%zu bytes) is not allocated device memory", device, bytes);
        return nullptr;
    }
    if (checking()) check_host_access(device, bytes, access & CANNSIM_READ, access & CANNSIM_WRITE);
    return to_host(device);
}

#ifdef __SANITIZE_ADDRESS__
static constexpr bool kSanitized = true;
#else
static constexpr bool kSanitized = false;
#endif

bool cannsimWatchesPools() {
    settings();
    return kSanitized || checking();
}

// The stream whose order a block follows: the default one is that of the block's device.
static DeviceStream *stream_of(const Block &block, void *stream, int *error) {
    Context *context;
    if (stream) return resolve_stream(stream, error);
    *error = primary_context(block.device, &context);
    return *error ? nullptr : context->default_stream;
}

int cannsimPoolAlloc(void *device, size_t bytes, void *stream) {
    Block block;
    if (!find_block(device, &block))
        return fail(ACL_ERROR_RT_PARAM_INVALID,
                    "cannsimPoolAlloc: %p is not allocated device memory", device);
    size_t offset = reinterpret_cast<uintptr_t>(device) - block.begin;
    if (bytes > block.size - offset)
        return fail(ACL_ERROR_RT_PARAM_INVALID,
                    "cannsimPoolAlloc: %zu bytes at %p leave their block", bytes, device);
    // Deferred operations still use a block that their stream's pool has taken back.
    if (settings().mode == Mode::Inline && !checking(kCheckMem))
        pool_block_used(to_host(device), bytes, block.size - offset);
    if (!checking()) return 0;
    int error = 0;
    DeviceStream *s = stream_of(block, stream, &error);
    return s ? check_pool_alloc(device, bytes, block.begin + block.size, s) : error;
}

int cannsimPoolFree(void *device, void *stream) {
    if (!is_device(device))
        return fail(ACL_ERROR_RT_PARAM_INVALID, "cannsimPoolFree: %p is not device memory", device);
    pool_block_freed(to_host(device));
    if (!checking()) return 0;
    Block block;
    int error = 0;
    if (!find_block(device, &block))
        return fail(ACL_ERROR_RT_PARAM_INVALID, "cannsimPoolFree: %p is not allocated device memory",
                    device);
    DeviceStream *s = stream_of(block, stream, &error);
    return s ? check_pool_free(device, s) : error;
}

bool cannsimRegisterLoop(const char *name, int dtype,
                         void (*fn)(char **args, const intptr_t *n, const intptr_t *steps,
                                    void *data),
                         void *data) {
    return name && dtype >= 0 && itemsize(DType(dtype)) &&
           register_loop(name, DType(dtype), fn, data);
}

bool cannsimSetBlas(const char *path, const char *prefix, const char *suffix, bool ilp64) {
    if (path) return set_blas_library(path, prefix ? prefix : "", suffix ? suffix : "", ilp64);
    clear_blas_library();
    return true;
}

void cannsimRegisterSort(int dtype, int (*fn)(void *start, intptr_t n, void *array)) {
    if (dtype >= 0 && itemsize(DType(dtype))) register_sort(DType(dtype), fn);
}

void cannsimCounters(cannsimCounterValues *out) {
    if (!out) return;
    Counters c = total_counters();
    static_assert(sizeof c == sizeof *out, "the public struct mirrors Counters");
    std::memcpy(out, &c, sizeof c);
}

void cannsimThreads(cannsimThreadValues *out) {
    if (!out) return;
    const ParallelCounts c = parallel_counts();
    *out = {uint64_t(thread_count()), c.shared, c.joined, c.refused};
}

int cannsimSetThreads(int count) {
    if (count < 0 || count > kMaxThreads)
        return fail(ACL_ERROR_INVALID_PARAM, "cannsimSetThreads: %d is not a number from 0 to %d",
                    count, kMaxThreads);
    set_thread_count(count);
    return 0;
}

void cannsimLive(cannsimLiveValues *out) {
    if (!out) return;
    auto live = [](Kind kind) { return live_objects(int(kind)); };
    out->tensors = live(Kind::Tensor);
    out->scalars = live(Kind::Scalar);
    out->arrays = live(Kind::IntArray) + live(Kind::FloatArray) + live(Kind::BoolArray);
    out->lists = live(Kind::TensorList) + live(Kind::ScalarList);
    out->executors = live(Kind::Executor);
    out->streams = live(Kind::Stream);
    out->events = live(Kind::Event);
    memory_in_use(&out->device_blocks, &out->device_bytes);
}

} // extern "C"
