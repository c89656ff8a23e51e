// Copies in batches, and host memory that a program pins itself.
#include "runtime/api.h"
#include "runtime/memory.h"

using namespace cannsim;

namespace {

// Calls copy(i) for each of n copies; *failed tells where it stopped.
template <class F> int batch(const char *caller, size_t n, size_t *failed, const F &copy) {
    if (!n) return fail(ACL_ERROR_INVALID_PARAM, "%s: numBatches is 0", caller);
    for (size_t i = 0; i < n; ++i)
        if (int error = copy(i)) {
            if (failed) *failed = i;
            return error;
        }
    if (failed) *failed = ~size_t(0);
    return 0;
}

} // namespace

extern "C" {

// The addresses tell where memory lies, so the attributes say nothing new.
aclError aclrtMemcpyBatch(void **dsts, size_t *destMaxs, void **srcs, size_t *sizes,
                          size_t numBatches, aclrtMemcpyBatchAttr *, size_t *, size_t,
                          size_t *failIndex) {
    REQUIRE(dsts);
    REQUIRE(destMaxs);
    REQUIRE(srcs);
    REQUIRE(sizes);
    return batch(__func__, numBatches, failIndex, [&](size_t i) {
        return aclrtMemcpy(dsts[i], destMaxs[i], srcs[i], sizes[i], ACL_MEMCPY_DEFAULT);
    });
}

aclError aclrtMemcpyBatchAsync(void **dsts, size_t *destMaxs, void **srcs, size_t *sizes,
                               size_t numBatches, aclrtMemcpyBatchAttr *, size_t *, size_t,
                               size_t *failIndex, aclrtStream stream) {
    REQUIRE(dsts);
    REQUIRE(destMaxs);
    REQUIRE(srcs);
    REQUIRE(sizes);
    return batch(__func__, numBatches, failIndex, [&](size_t i) {
        return aclrtMemcpyAsync(dsts[i], destMaxs[i], srcs[i], sizes[i], ACL_MEMCPY_DEFAULT,
                                stream);
    });
}

aclError aclrtHostRegisterV2(void *ptr, uint64_t size, uint32_t flag) {
    REQUIRE(ptr);
    if (!size) return fail(ACL_ERROR_INVALID_PARAM, "%s: size is 0", __func__);
    if (flag & ACL_HOST_REG_MAPPED)
        return fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT,
                    "%s: cannsim does not map host memory into a device", __func__);
    return host_register(ptr, size);
}

aclError aclrtHostUnregister(void *ptr) {
    REQUIRE(ptr);
    return host_unregister(ptr);
}

} // extern "C"
