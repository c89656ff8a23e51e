// Allocation, copies, faults, exhaustion.
#include "test.h"

#include <csignal>
#include <sys/resource.h>

namespace {

void allocation() {
    void *p, *q;
    OKAY(aclrtMalloc(&p, 1, ACL_MEM_MALLOC_HUGE_FIRST));
    OKAY(aclrtMalloc(&q, 100, ACL_MEM_MALLOC_NORMAL_ONLY));
    EXPECT(p != q);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % 512, 0u);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(q) % 512, 0u);
    aclrtPtrAttributes attributes;
    OKAY(aclrtPointerGetAttributes(static_cast<char *>(q) + 50, &attributes));
    EXPECT_EQ(int(attributes.location.type), int(ACL_MEM_LOCATION_TYPE_DEVICE));
    OKAY(aclrtPointerGetAttributes(&p, &attributes));
    EXPECT_EQ(int(attributes.location.type), int(ACL_MEM_LOCATION_TYPE_UNREGISTERED));
    OKAY(aclrtFree(p));
    FAILS(aclrtFree(p), ACL_ERROR_RT_PARAM_INVALID, "freed twice");
    FAILS(aclrtFree(static_cast<char *>(q) + 8), ACL_ERROR_RT_PARAM_INVALID, "not the start");
    FAILS(aclrtFree(&p), ACL_ERROR_RT_PARAM_INVALID, "not a device address");
    FAILS(aclrtFree(nullptr), ACL_ERROR_INVALID_PARAM, "null");
    FAILS(aclrtMalloc(&p, 0, ACL_MEM_MALLOC_HUGE_FIRST), ACL_ERROR_INVALID_PARAM, "size is 0");
    OKAY(aclrtFree(q));
    void *host;
    OKAY(aclrtMallocHost(&host, 1000));
    OKAY(aclrtFreeHost(host));
    FAILS(aclrtFreeHost(host), ACL_ERROR_RT_PARAM_INVALID, "aclrtMallocHost");
}

// Blocks that are freed are found again, whatever the order.
void fragmentation() {
    size_t before, after, total;
    OKAY(aclrtGetMemInfo(ACL_HBM_MEM, &before, &total));
    std::vector<void *> blocks(500);
    for (int round = 0; round < 3; ++round) {
        for (size_t i = 0; i < blocks.size(); ++i)
            OKAY(aclrtMalloc(&blocks[i], 1 + (i * 7919 + round * 131) % 20000,
                             ACL_MEM_MALLOC_HUGE_FIRST));
        for (size_t i = 0; i < blocks.size(); ++i) OKAY(aclrtFree(blocks[(i * 7) % blocks.size()]));
    }
    OKAY(aclrtGetMemInfo(ACL_HBM_MEM, &after, &total));
    EXPECT_EQ(before, after);
}

void copies() {
    Memory a(1000), b(1000);
    std::vector<char> host(1000), back(1000);
    for (size_t i = 0; i < host.size(); ++i) host[i] = char(i * 31);
    OKAY(aclrtMemcpy(a.p, 1000, host.data(), 1000, ACL_MEMCPY_HOST_TO_DEVICE));
    OKAY(aclrtMemcpy(b.p, 1000, a.p, 1000, ACL_MEMCPY_DEVICE_TO_DEVICE));
    OKAY(aclrtMemcpy(back.data(), 1000, b.p, 1000, ACL_MEMCPY_DEFAULT));
    EXPECT(back == host);
    FAILS(aclrtMemcpy(a.p, 10, host.data(), 11, ACL_MEMCPY_HOST_TO_DEVICE), ACL_ERROR_INVALID_PARAM,
          "exceeds");
    FAILS(aclrtMemcpy(a.p, 2000, host.data(), 1001, ACL_MEMCPY_HOST_TO_DEVICE),
          ACL_ERROR_RT_PARAM_INVALID, "leave its block");
    FAILS(aclrtMemcpy(a.p, 1000, b.p, 10, ACL_MEMCPY_HOST_TO_DEVICE), ACL_ERROR_RT_PARAM_INVALID,
          "is a device address");
    FAILS(aclrtMemcpy(back.data(), 1000, host.data(), 10, ACL_MEMCPY_DEVICE_TO_HOST),
          ACL_ERROR_RT_PARAM_INVALID, "not a device address");
    FAILS(aclrtMemcpy(nullptr, 1000, host.data(), 10, ACL_MEMCPY_HOST_TO_DEVICE),
          ACL_ERROR_INVALID_PARAM, "dst is null");
    // Rows of 3 bytes out of pitches of 10 into pitches of 5.
    OKAY(aclrtMemset(b.p, 1000, 0, 1000));
    OKAY(aclrtMemcpy2d(b.p, 5, a.p, 10, 3, 20, ACL_MEMCPY_DEVICE_TO_DEVICE));
    OKAY(aclrtMemcpy(back.data(), 1000, b.p, 100, ACL_MEMCPY_DEVICE_TO_HOST));
    for (int i = 0; i < 20; ++i)
        for (int j = 0; j < 5; ++j)
            EXPECT_EQ(int(back[i * 5 + j]), j < 3 ? int(host[i * 10 + j]) : 0);
    FAILS(aclrtMemcpy2d(b.p, 2, a.p, 10, 3, 20, ACL_MEMCPY_DEVICE_TO_DEVICE),
          ACL_ERROR_INVALID_PARAM, "pitch");
    OKAY(aclrtMemset(b.p, 1000, 0xAB, 7));
    OKAY(aclrtMemcpy(back.data(), 1000, b.p, 8, ACL_MEMCPY_DEVICE_TO_HOST));
    EXPECT_EQ(int(uint8_t(back[6])), 0xAB);
    EXPECT_EQ(int(back[7]), int(back[7]));
    FAILS(aclrtMemset(b.p, 3, 0, 4), ACL_ERROR_INVALID_PARAM, "exceeds");
}

void asynchronous_copies() {
    aclrtStream stream;
    void *host;
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclrtMallocHost(&host, 64));
    std::memset(host, 5, 64);
    Memory a(64);
    char back[64] = {};
    OKAY(aclrtMemcpyAsync(a.p, 64, host, 64, ACL_MEMCPY_HOST_TO_DEVICE, stream));
    if (mode() == Mode::Deferred) {
        // Pinned memory is read when the stream gets there, as on a device.
        std::memset(host, 6, 64);
        aclrtStreamStatus status;
        OKAY(aclrtSynchronizeStream(stream));
        OKAY(aclrtStreamQuery(stream, &status));
        EXPECT_EQ(int(status), int(ACL_STREAM_STATUS_COMPLETE));
        OKAY(aclrtMemcpy(back, 64, a.p, 64, ACL_MEMCPY_DEVICE_TO_HOST));
        EXPECT_EQ(int(back[0]), 6);
    }
    OKAY(aclrtMemsetAsync(a.p, 64, 9, 64, stream));
    // Pageable memory: complete when the call returns.
    OKAY(aclrtMemcpyAsync(back, 64, a.p, 64, ACL_MEMCPY_DEVICE_TO_HOST, stream));
    EXPECT_EQ(int(back[63]), 9);
    OKAY(aclrtSynchronizeStream(stream));
    OKAY(aclrtFreeHost(host));
    OKAY(aclrtDestroyStream(stream));
}

void faults() {
    Memory a(100);
    OKAY(aclrtMemset(a.p, 100, 0, 100));
    volatile char *p = static_cast<volatile char *>(a.p);
    EXPECT_EQ(in_child([&] {
                  signal(SIGSEGV, SIG_DFL);
                  (void)*p;
              }),
              -SIGSEGV);
    EXPECT_EQ(in_child([&] {
                  signal(SIGSEGV, SIG_DFL);
                  *p = 1;
              }),
              -SIGSEGV);
    // The simulator's own window works.
    char *window =
        static_cast<char *>(cannsimHostPointer(a.p, 100, CANNSIM_READ | CANNSIM_WRITE, nullptr));
    EXPECT(window && window[99] == 0);
    last_message();
    EXPECT(!cannsimHostPointer(static_cast<char *>(a.p) + 50, 51, CANNSIM_READ, nullptr));
    EXPECT(last_message().find("not allocated") != std::string::npos);
    EXPECT(!cannsimHostPointer(&p, 1, CANNSIM_READ, nullptr));
    OKAY(cannsimPoolAlloc(a.p, 10, nullptr));
    OKAY(cannsimPoolFree(a.p, nullptr));
    EXPECT(cannsimPoolAlloc(a.p, 10000, nullptr) != 0);
}

void exhaustion() {
    size_t free, total;
    OKAY(aclrtGetMemInfo(ACL_HBM_MEM, &free, &total));
    EXPECT_EQ(total, size_t(64) << 20);
    void *a, *b;
    FAILS(aclrtMalloc(&a, (size_t(64) << 20) + 1, ACL_MEM_MALLOC_HUGE_FIRST),
          ACL_ERROR_RT_MEMORY_ALLOCATION, "out of memory");
    FAILS(aclrtMalloc(&a, ~size_t(0), ACL_MEM_MALLOC_HUGE_FIRST), ACL_ERROR_RT_MEMORY_ALLOCATION,
          "out of memory");
    OKAY(aclrtMalloc(&a, size_t(60) << 20, ACL_MEM_MALLOC_HUGE_FIRST));
    FAILS(aclrtMalloc(&b, size_t(5) << 20, ACL_MEM_MALLOC_HUGE_FIRST),
          ACL_ERROR_RT_MEMORY_ALLOCATION, "device 0");
    OKAY(aclrtMalloc(&b, size_t(4) << 20, ACL_MEM_MALLOC_HUGE_FIRST));
    OKAY(aclrtFree(a));
    OKAY(aclrtMalloc(&a, size_t(60) << 20, ACL_MEM_MALLOC_HUGE_FIRST));
    OKAY(aclrtFree(a));
    OKAY(aclrtFree(b));
}

size_t resident() {
    size_t pages = 0, total = 0;
    if (FILE *f = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(f, "%zu %zu", &total, &pages) != 2) pages = 0;
        std::fclose(f);
    }
    return pages * size_t(sysconf(_SC_PAGESIZE));
}

void memory_goes_back() {
    const size_t size = size_t(64) << 20, before = resident();
    void *p;
    OKAY(aclrtMalloc(&p, size, ACL_MEM_MALLOC_HUGE_FIRST));
    OKAY(aclrtMemset(p, size, 1, size));
    EXPECT(resident() > before + size / 2);
    OKAY(aclrtFree(p));
    // Deferred and worker mode poison what is freed, which keeps it; ThreadSanitizer keeps a shadow of it.
#ifndef __SANITIZE_THREAD__
    if (mode() == Mode::Inline) EXPECT(resident() < before + size / 4);
#endif
}

int as_program(const char *which) {
    OKAY(aclrtSetDevice(0));
    if (!std::strcmp(which, "small")) exhaustion();
    if (!std::strcmp(which, "limited")) {
        Memory a(1000);
        OKAY(aclrtMemset(a.p, 1000, 1, 1000));
    }
    return finish();
}

// This program in a process of its own.
int again(const char *which) {
    return in_child([&] {
        if (!std::strcmp(which, "limited")) {
            rlimit limit{size_t(8) << 30, size_t(8) << 30};
            setrlimit(RLIMIT_AS, &limit);
        }
        if (!std::strcmp(which, "small")) setenv("CANNSIM_HBM", "64M", 1);
        execl("/proc/self/exe", "test", which, nullptr);
    });
}

} // namespace

int main(int argc, char **argv) {
    if (argc == 2) return as_program(argv[1]);
    OKAY(aclrtSetDevice(0));
    allocation();
    fragmentation();
    copies();
    asynchronous_copies();
    memory_goes_back();
    EXPECT_EQ(again("small"), 0);
#ifndef __SANITIZE_ADDRESS__
#ifndef __SANITIZE_THREAD__
    faults();
    EXPECT_EQ(again("limited"), 0);
#endif
#endif
    return finish();
}
