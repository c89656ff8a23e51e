// aclrtMalloc, aclrtMemcpy, aclrtMemset and their kin.
#include "base/threads/parallel.h"
#include "check/check.h"
#include "runtime/api.h"
#include "runtime/capture.h"
#include "runtime/fault.h"
#include "runtime/memory.h"

#include <cstring>

using namespace cannsim;

namespace {

const char *kind_name(aclrtMemcpyKind kind) {
    static const char *const names[] = {
        "host to host", "host to device",           "device to host",   "device to device",
        "default",      "host to buffer to device", "device to device", "device to device"};
    return kind >= 0 && kind < 8 ? names[kind] : "unknown";
}

// A readable or writable host address for one side of a copy, or an error.
int resolve(const char *what, const void *p, size_t bytes, bool device, char **out) {
    if (!device) {
        if (is_device(p))
            return fail(ACL_ERROR_RT_PARAM_INVALID, "%s %p is a device address", what, p);
        *out = static_cast<char *>(const_cast<void *>(p));
        return 0;
    }
    if (!is_device(p))
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s %p is not a device address", what, p);
    Block block;
    if (!find_block(p, &block))
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s %p is not allocated device memory", what, p);
    size_t offset = reinterpret_cast<uintptr_t>(p) - block.begin;
    if (offset > block.size || bytes > block.size - offset)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s %p: %zu bytes leave its block of %zu bytes",
                    what, p, bytes, block.size);
    *out = to_host(p);
    return 0;
}

struct Copy {
    char *dst;
    const char *src;
    size_t dpitch, spitch, width, height;
};

int run(const Copy &c) {
    if (c.height == 1 || (c.dpitch == c.width && c.spitch == c.width)) {
        parallel_move(c.dst, c.src, c.width * c.height);
        return 0;
    }
    for (size_t i = 0; i < c.height; ++i)
        std::memmove(c.dst + i * c.dpitch, c.src + i * c.spitch, c.width);
    return 0;
}

// Checks a copy and translates its addresses; counts the bytes by direction.
int translate(void *dst, const void *src, aclrtMemcpyKind kind, Copy *c) {
    size_t dbytes = c->height ? (c->height - 1) * c->dpitch + c->width : 0;
    size_t sbytes = c->height ? (c->height - 1) * c->spitch + c->width : 0;
    bool to, from;
    switch (kind) {
    case ACL_MEMCPY_HOST_TO_HOST: to = from = false; break;
    case ACL_MEMCPY_HOST_TO_DEVICE:
    case ACL_MEMCPY_HOST_TO_BUF_TO_DEVICE: to = true, from = false; break;
    case ACL_MEMCPY_DEVICE_TO_HOST: to = false, from = true; break;
    case ACL_MEMCPY_DEVICE_TO_DEVICE:
    case ACL_MEMCPY_INNER_DEVICE_TO_DEVICE:
    case ACL_MEMCPY_INTER_DEVICE_TO_DEVICE: to = from = true; break;
    case ACL_MEMCPY_DEFAULT: to = is_device(dst), from = is_device(src); break;
    default: return fail(ACL_ERROR_INVALID_PARAM, "unknown copy kind %d", int(kind));
    }
    char *s = nullptr;
    if (resolve("destination", dst, dbytes, to, &c->dst) ||
        resolve("source", src, sbytes, from, &s))
        return ACL_ERROR_RT_PARAM_INVALID;
    c->src = s;
    Counters &n = this_thread.counters;
    uint64_t bytes = c->width * c->height;
    if (to && from)
        n.device_to_device += bytes;
    else if (to)
        n.host_to_device += bytes;
    else if (from)
        n.device_to_host += bytes;
    return 0;
}

// A copy of the stream, or of the host.
int prepare(const char *call, DeviceStream *stream, void *dst, const void *src,
            aclrtMemcpyKind kind, Copy *c) {
    const int error = translate(dst, src, kind, c);
    if (checking())
        check_copy(call, stream, {dst, src, c->dpitch, c->spitch, c->width, c->height}, error != 0);
    return error;
}

// The synchronous forms wait for the default stream.
int host_turn() {
    if (int error = check_capture_host("a synchronous copy or memset")) return error;
    Context *context;
    if (require_context(&context)) return ACL_ERROR_RT_CONTEXT_NULL;
    if (checking()) check_host_waits(context->default_stream);
    if (context->default_stream->queue) return synchronize(context->default_stream, -1);
    return check_broken(context->device, true);
}

int check_size(const char *what, size_t maximum, size_t count, aclrtMemcpyKind kind) {
    if (count <= maximum) return 0;
    return fail(ACL_ERROR_INVALID_PARAM, "%s (%s): count %zu exceeds the destination's %zu", what,
                kind_name(kind), count, maximum);
}

// With pageable host memory the copy is over when the call returns.
int copy_later(DeviceStream *stream, const Copy &c, const void *dst, const void *src) {
    const int device = stream->context->device;
    const bool pageable =
        (!is_device(dst) && !is_pinned(dst)) || (!is_device(src) && !is_pinned(src));
    if (capturing() && pageable)
        if (int error = check_capture_host("a copy with pageable host memory")) return error;
    if (int error = check_broken(device, false)) return error;
    int error = submit(stream, [c] { return run(c); }, {"aclrtMemcpyAsync"});
    if (error) return error;
    if (!pageable) return 0;
    if (stream->queue) {
        error = wait_for(mark_of(stream), -1);
        if (checking() && !error) check_host_waits(stream);
    }
    return error ? error : check_broken(device, true);
}

int allocate(const char *caller, void **devPtr, size_t size) {
    if (!devPtr) return fail(ACL_ERROR_INVALID_PARAM, "%s: devPtr is null", caller);
    if (!size) return fail(ACL_ERROR_INVALID_PARAM, "%s: size is 0", caller);
    Context *context;
    if (int error = require_context(&context)) return error;
    if (int error = check_broken(context->device, false)) return error;
    attach();
    if (int error = inject_malloc(caller, size)) return error;
    return device_malloc(context->device, size, devPtr);
}

int prepare_set(const char *call, DeviceStream *stream, void *devPtr, size_t maxCount, size_t count,
                char **host) {
    if (int error = check_size("aclrtMemset", maxCount, count, ACL_MEMCPY_HOST_TO_DEVICE))
        return error;
    const int error = resolve("destination", devPtr, count, is_device(devPtr), host);
    if (checking()) check_fill(call, stream, devPtr, count, error != 0);
    return error;
}

} // namespace

extern "C" {

aclError aclrtMalloc(void **devPtr, size_t size, aclrtMemMallocPolicy) {
    return allocate(__func__, devPtr, size);
}
aclError aclrtMallocAlign32(void **devPtr, size_t size, aclrtMemMallocPolicy) {
    return allocate(__func__, devPtr, size);
}
aclError aclrtMallocCached(void **devPtr, size_t size, aclrtMemMallocPolicy) {
    return allocate(__func__, devPtr, size);
}
aclError aclrtMallocWithCfg(void **devPtr, size_t size, aclrtMemMallocPolicy, aclrtMallocConfig *) {
    return allocate(__func__, devPtr, size);
}

aclError aclrtFree(void *devPtr) {
    REQUIRE(devPtr);
    attach();
    if (capturing()) run_batch();
    return device_free(devPtr);
}

aclError aclrtMallocHost(void **hostPtr, size_t size) {
    REQUIRE(hostPtr);
    if (!size) return fail(ACL_ERROR_INVALID_PARAM, "%s: size is 0", __func__);
    attach();
    if (fault(Fault::Pinned))
        return fail(ACL_ERROR_RT_MEMORY_ALLOCATION,
                    "%s: %zu bytes of pinned memory: a fault injected on purpose", __func__, size);
    return host_malloc(size, hostPtr);
}

aclError aclrtFreeHost(void *hostPtr) {
    REQUIRE(hostPtr);
    return host_free(hostPtr);
}

aclError aclrtMemFlush(void *devPtr, size_t) {
    REQUIRE(devPtr);
    return 0;
}
aclError aclrtMemInvalidate(void *devPtr, size_t) {
    REQUIRE(devPtr);
    return 0;
}

aclError aclrtGetMemInfo(aclrtMemAttr, size_t *free, size_t *total) {
    REQUIRE(free);
    REQUIRE(total);
    Context *context;
    if (int error = require_context(&context)) return error;
    memory_info(context->device, free, total);
    return 0;
}

aclError aclrtPointerGetAttributes(const void *ptr, aclrtPtrAttributes *attributes) {
    REQUIRE(ptr);
    REQUIRE(attributes);
    std::memset(attributes, 0, sizeof *attributes);
    Block block;
    if (find_block(ptr, &block)) {
        attributes->location.type = ACL_MEM_LOCATION_TYPE_DEVICE;
        attributes->location.id = uint32_t(block.device);
    } else {
        attributes->location.type =
            is_pinned(ptr) ? ACL_MEM_LOCATION_TYPE_HOST : ACL_MEM_LOCATION_TYPE_UNREGISTERED;
    }
    attributes->pageSize = 4096;
    return 0;
}

aclError aclrtMemcpy(void *dst, size_t destMax, const void *src, size_t count,
                     aclrtMemcpyKind kind) {
    if (!count) return 0;
    REQUIRE(dst);
    REQUIRE(src);
    if (int error = check_size(__func__, destMax, count, kind)) return error;
    Copy c{nullptr, nullptr, count, count, count, 1};
    if (int error = host_turn()) return error;
    if (int error = prepare(__func__, nullptr, dst, src, kind, &c)) return error;
    return run(c);
}

aclError aclrtMemcpyAsync(void *dst, size_t destMax, const void *src, size_t count,
                          aclrtMemcpyKind kind, aclrtStream stream) {
    RESOLVE(s, stream);
    if (!count) return 0;
    REQUIRE(dst);
    REQUIRE(src);
    if (int error = check_size(__func__, destMax, count, kind)) return error;
    Copy c{nullptr, nullptr, count, count, count, 1};
    if (int error = prepare(__func__, s, dst, src, kind, &c)) return error;
    return copy_later(s, c, dst, src);
}

aclError aclrtMemcpyAsyncWithCondition(void *dst, size_t destMax, const void *src, size_t count,
                                       aclrtMemcpyKind kind, aclrtStream stream) {
    return aclrtMemcpyAsync(dst, destMax, src, count, kind, stream);
}

static aclError check_pitch(size_t dpitch, size_t spitch, size_t width) {
    if (width <= dpitch && width <= spitch) return 0;
    return fail(ACL_ERROR_INVALID_PARAM, "width %zu exceeds a pitch (%zu, %zu)", width, dpitch,
                spitch);
}

aclError aclrtMemcpy2d(void *dst, size_t dpitch, const void *src, size_t spitch, size_t width,
                       size_t height, aclrtMemcpyKind kind) {
    if (!width || !height) return 0;
    REQUIRE(dst);
    REQUIRE(src);
    if (int error = check_pitch(dpitch, spitch, width)) return error;
    Copy c{nullptr, nullptr, dpitch, spitch, width, height};
    if (int error = host_turn()) return error;
    if (int error = prepare(__func__, nullptr, dst, src, kind, &c)) return error;
    return run(c);
}

aclError aclrtMemcpy2dAsync(void *dst, size_t dpitch, const void *src, size_t spitch, size_t width,
                            size_t height, aclrtMemcpyKind kind, aclrtStream stream) {
    RESOLVE(s, stream);
    if (!width || !height) return 0;
    REQUIRE(dst);
    REQUIRE(src);
    if (int error = check_pitch(dpitch, spitch, width)) return error;
    Copy c{nullptr, nullptr, dpitch, spitch, width, height};
    if (int error = prepare(__func__, s, dst, src, kind, &c)) return error;
    return copy_later(s, c, dst, src);
}

aclError aclrtMemset(void *devPtr, size_t maxCount, int32_t value, size_t count) {
    if (!count) return 0;
    REQUIRE(devPtr);
    char *host = nullptr;
    if (int error = host_turn()) return error;
    if (int error = prepare_set(__func__, nullptr, devPtr, maxCount, count, &host)) return error;
    parallel_set(host, value, count);
    return 0;
}

aclError aclrtMemsetAsync(void *devPtr, size_t maxCount, int32_t value, size_t count,
                          aclrtStream stream) {
    RESOLVE(s, stream);
    if (!count) return 0;
    REQUIRE(devPtr);
    char *host = nullptr;
    if (int error = prepare_set(__func__, s, devPtr, maxCount, count, &host)) return error;
    if (int error = check_broken(s->context->device, false)) return error;
    return submit(s,
                  [host, value, count] {
                      parallel_set(host, value, count);
                      return 0;
                  },
                  {__func__});
}

} // extern "C"
