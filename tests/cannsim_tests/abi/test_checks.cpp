// CANNSIM_CHECK: every check finds the defects made here, and nothing else.
#include "test.h"

#include <functional>

namespace {

uint64_t count(int check) { return cannsimReports(check); }

std::string all_reports() {
    std::string text;
    for (uint64_t i = 0; const char *one = cannsimReport(i); ++i) text += std::string(one) + "\n";
    return text;
}

// The code makes reports of this check only, and they hold the texts.
void reports(int line, int check, const std::vector<std::string> &texts,
             const std::function<void()> &code) {
    cannsimForgetReports();
    code();
    OKAY(aclrtSynchronizeDevice());
    const uint64_t all = count(15), wanted = count(check);
    if (!wanted || all != wanted) {
        std::printf("line %d: %llu reports, %llu of check %d: %s", line, (unsigned long long)all,
                    (unsigned long long)wanted, check, all_reports().c_str());
        ++failures;
    }
    for (const std::string &text : texts)
        if (all_reports().find(text) == std::string::npos) {
            std::printf("line %d: no '%s' in: %s", line, text.c_str(), all_reports().c_str());
            ++failures;
        }
    cannsimForgetReports();
}

void silent(int line, const std::function<void()> &code) {
    cannsimForgetReports();
    code();
    OKAY(aclrtSynchronizeDevice());
    if (count(15)) {
        std::printf("line %d: unwanted: %s", line, all_reports().c_str());
        ++failures;
    }
    cannsimForgetReports();
}

#define REPORTS(check, texts, ...)                                                                 \
    reports(__LINE__, check, std::vector<std::string> texts, __VA_ARGS__)
#define SILENT(...) silent(__LINE__, __VA_ARGS__)
#define TEXTS(...) ({__VA_ARGS__})

aclTensor *floats(void *p, std::vector<int64_t> shape, std::vector<int64_t> strides = {},
                  int64_t offset = 0, int64_t storage = 0) {
    if (!storage)
        for (storage = 1; int64_t d : shape) storage *= d;
    return aclCreateTensor(shape.data(), shape.size(), ACL_FLOAT,
                           strides.empty() ? nullptr : strides.data(), offset, ACL_FORMAT_ND,
                           &storage, 1, p);
}

// out = a + a, or out = 0; the tensors live as long as the call.
int add(aclTensor *a, aclTensor *out, aclrtStream stream = nullptr) {
    Scalar one(1.0f);
    const int status = CALL(aclnnAdd, stream, a, a, one.p, out);
    OKAY(aclDestroyTensor(a));
    if (out != a) OKAY(aclDestroyTensor(out));
    return status;
}
int zero(aclTensor *a, aclrtStream stream = nullptr) {
    const int status = CALL(aclnnInplaceZero, stream, a);
    OKAY(aclDestroyTensor(a));
    return status;
}

char *at(const Memory &m, size_t offset) { return static_cast<char *>(m.p) + offset; }

struct Stream {
    aclrtStream s = nullptr;
    Stream() { OKAY(aclrtCreateStream(&s)); }
    ~Stream() { OKAY(aclrtDestroyStream(s)); }
};

struct Event {
    aclrtEvent e = nullptr;
    Event() { OKAY(aclrtCreateEvent(&e)); }
    ~Event() { OKAY(aclrtDestroyEvent(e)); }
};

// --- mem -----------------------------------------------------------------------------------------

void mem_native() {
    Memory a(400), b(400);
    SILENT([&] { OKAY(zero(floats(a.p, {100}))); });
    SILENT([&] { OKAY(add(floats(a.p, {100}), floats(b.p, {100}))); });
    REPORTS(CANNSIM_MEM,
            TEXTS("out of bounds: aclnnInplaceZero", "selfRef", "float32 [101]",
                  "4 bytes past the end", "400 bytes", "aclrtMalloc"),
            [&] { OKAY(zero(floats(b.p, {101}))); });
    REPORTS(CANNSIM_MEM, TEXTS("out of bounds", "past the end"),
            [&] { OKAY(zero(floats(b.p, {2, 10}, {91, 1}, 0, 101))); });
    SILENT([&] { OKAY(zero(floats(b.p, {2, 10}, {90, 1}, 0, 100))); });
    void *gone;
    OKAY(aclrtMalloc(&gone, 400, ACL_MEM_MALLOC_HUGE_FIRST));
    OKAY(aclrtFree(gone));
    REPORTS(CANNSIM_MEM, TEXTS("use after free: aclnnInplaceZero", "freed by aclrtFree"),
            [&] { OKAY(zero(floats(gone, {100}))); });
    REPORTS(CANNSIM_MEM, TEXTS("double free: aclrtFree", "freed by aclrtFree"),
            [&] { EXPECT(aclrtFree(gone) != 0); });
    REPORTS(CANNSIM_MEM, TEXTS("bad free: aclrtFree"), [&] { EXPECT(aclrtFree(at(a, 8)) != 0); });
    REPORTS(CANNSIM_MEM, TEXTS("use after free: aclrtMemcpy", "the destination"),
            [&] { EXPECT(aclrtMemcpy(gone, 400, a.p, 400, ACL_MEMCPY_DEVICE_TO_DEVICE) != 0); });
    REPORTS(CANNSIM_MEM, TEXTS("out of bounds: aclrtMemsetAsync"),
            [&] { EXPECT(aclrtMemsetAsync(at(a, 1), 400, 0, 400, nullptr) != 0); });
}

void mem_descriptor() {
    Memory a(400), out(400);
    OKAY(aclrtMemset(a.p, 400, 0, 400));
    // CANN lets an output leave its storage; the launch is refused here.
    REPORTS(CANNSIM_MEM, TEXTS("leaves its storage: aclnnAdd", "out", "400 bytes"), [&] {
        aclTensor *self = floats(a.p, {10}), *result = floats(out.p, {10}, {1}, 0, 9);
        Scalar one(1.0f);
        aclOpExecutor *executor;
        uint64_t workspace;
        OKAY(aclnnAddGetWorkspaceSize(self, self, one.p, result, &workspace, &executor));
        EXPECT(aclnnAdd(nullptr, 0, executor, nullptr) != 0);
        OKAY(aclDestroyAclOpExecutor(executor));
        OKAY(aclDestroyTensor(self));
        OKAY(aclDestroyTensor(result));
    });
}

// Two arrays of a pool, one behind the other in one allocation.
struct Pool {
    Memory slab{4096};
    void *a, *b;
    Pool() : a(at(slab, 0)), b(at(slab, 512)) {
        OKAY(cannsimPoolAlloc(a, 400, nullptr));
        OKAY(cannsimPoolAlloc(b, 400, nullptr));
        OKAY(zero(floats(a, {100})));
        OKAY(zero(floats(b, {100})));
    }
    ~Pool() {
        OKAY(aclrtSynchronizeStream(nullptr));
        OKAY(cannsimPoolFree(a, nullptr));
        OKAY(cannsimPoolFree(b, nullptr));
    }
};

void mem_pool() {
    SILENT([] { Pool pool; });
    EXPECT(cannsimWatchesPools());
    SILENT([] {
        Pool pool;
        OKAY(add(floats(pool.a, {100}), floats(pool.b, {100})));
    });
    REPORTS(CANNSIM_MEM,
            TEXTS("out of bounds: aclnnAdd", "reads self",
                  "4 bytes past the end of "
                  "the pool's block of 400 bytes",
                  "cannsimPoolAlloc"),
            [] {
                Pool pool;
                OKAY(cannsimPoolAlloc(at(pool.slab, 1024), 404, nullptr));
                OKAY(add(floats(pool.a, {101}), floats(at(pool.slab, 1024), {101})));
                OKAY(cannsimPoolFree(at(pool.slab, 1024), nullptr));
            });
    REPORTS(CANNSIM_MEM, TEXTS("red zone overwritten", "byte 0 past the end", "aclnnInplaceZero"),
            [] {
                Pool pool;
                OKAY(zero(floats(pool.a, {101})));
            });
    REPORTS(CANNSIM_MEM,
            TEXTS("out of bounds: aclrtMemcpyAsync", "the destination",
                  "between the blocks that a pool has made"),
            [] {
                Pool pool;
                OKAY(aclrtMemcpyAsync(at(pool.slab, 2048), 512, pool.a, 400,
                                      ACL_MEMCPY_DEVICE_TO_DEVICE, nullptr));
            });
    REPORTS(CANNSIM_MEM,
            TEXTS("out of bounds: aclrtMemsetAsync", "reaches 112 bytes past the end",
                  "red zone overwritten"),
            [] {
                Pool pool;
                OKAY(aclrtMemsetAsync(pool.b, 512, 0, 512, nullptr));
            });
    REPORTS(CANNSIM_MEM,
            TEXTS("use after free: aclnnInplaceZero", "the pool's block of 400",
                  "freed by cannsimPoolFree"),
            [] {
                Pool pool;
                OKAY(cannsimPoolAlloc(at(pool.slab, 1024), 400, nullptr));
                OKAY(cannsimPoolFree(at(pool.slab, 1024), nullptr));
                OKAY(zero(floats(at(pool.slab, 1024), {100})));
            });
    REPORTS(CANNSIM_MEM, TEXTS("double free: cannsimPoolFree"), [] {
        Pool pool;
        OKAY(cannsimPoolAlloc(at(pool.slab, 1024), 400, nullptr));
        OKAY(cannsimPoolFree(at(pool.slab, 1024), nullptr));
        EXPECT(cannsimPoolFree(at(pool.slab, 1024), nullptr) != 0);
    });
    REPORTS(CANNSIM_MEM, TEXTS("red zone overwritten", "the host had written"), [] {
        Pool pool;
        char *host = static_cast<char *>(cannsimHostPointer(pool.a, 400, CANNSIM_WRITE, nullptr));
        host[400] = 1;
    });
    REPORTS(CANNSIM_MEM, TEXTS("write after free"), [] {
        Pool pool;
        char *host = static_cast<char *>(cannsimHostPointer(pool.a, 400, CANNSIM_WRITE, nullptr));
        OKAY(cannsimPoolFree(pool.a, nullptr));
        OKAY(aclrtSynchronizeStream(nullptr));
        host[17] = 1;
        OKAY(cannsimPoolAlloc(pool.a, 400, nullptr));
    });
    // Part of a freed block was another one's for a while, whose end no longer is what freed memory is filled with.
    SILENT([] {
        Pool pool;
        OKAY(cannsimPoolAlloc(at(pool.slab, 1024), 2048 - 32, nullptr));
        OKAY(cannsimPoolFree(at(pool.slab, 1024), nullptr));
        OKAY(cannsimPoolAlloc(at(pool.slab, 1536), 400, nullptr));
        OKAY(cannsimPoolFree(at(pool.slab, 1536), nullptr));
        OKAY(cannsimPoolAlloc(at(pool.slab, 1024), 2048 - 32, nullptr));
        OKAY(cannsimPoolFree(at(pool.slab, 1024), nullptr));
    });
    REPORTS(CANNSIM_MEM, TEXTS("hands out"), [] {
        Pool pool;
        OKAY(cannsimPoolAlloc(at(pool.slab, 256), 100, nullptr));
        OKAY(cannsimPoolFree(at(pool.slab, 256), nullptr));
    });
}

// --- init ----------------------------------------------------------------------------------------

void init() {
    Memory a(400), b(400), out(400);
    std::vector<char> host(400);
    REPORTS(CANNSIM_INIT, TEXTS("never written: aclnnAdd", "reads self", "400 of 400 bytes"),
            [&] { OKAY(add(floats(a.p, {100}), floats(out.p, {100}))); });
    Memory c(400);
    // Every second column.
    OKAY(zero(floats(c.p, {10, 5}, {10, 2}, 0, 100)));
    SILENT([&] { OKAY(add(floats(c.p, {10, 5}, {10, 2}, 0, 100), floats(out.p, {10, 5}))); });
    REPORTS(CANNSIM_INIT, TEXTS("200 of 200 bytes"),
            [&] { OKAY(add(floats(c.p, {10, 5}, {10, 2}, 1, 101), floats(out.p, {10, 5}))); });
    // Copies hand on what they find.
    SILENT([&] {
        OKAY(aclrtMemcpy(host.data(), 400, b.p, 400, ACL_MEMCPY_DEVICE_TO_HOST));
        OKAY(aclrtMemset(b.p, 400, 0, 396));
        OKAY(aclrtMemcpyAsync(out.p, 400, b.p, 400, ACL_MEMCPY_DEVICE_TO_DEVICE, nullptr));
        OKAY(add(floats(out.p, {99}), floats(a.p, {99})));
    });
    REPORTS(CANNSIM_INIT, TEXTS("4 of 400 bytes"),
            [&] { OKAY(add(floats(out.p, {100}), floats(a.p, {100}))); });
    REPORTS(CANNSIM_INIT, TEXTS("reads self", "8 of 400 bytes"), [] { // so does a transposition
        Memory rows(400), columns(400), sum(400);
        OKAY(zero(floats(rows.p, {98})));
        aclTensor *to = floats(columns.p, {10, 10}), *from = floats(rows.p, {10, 10}, {1, 10});
        OKAY(CALL(aclnnInplaceCopy, nullptr, to, from));
        OKAY(aclDestroyTensor(to));
        OKAY(aclDestroyTensor(from));
        OKAY(add(floats(columns.p, {89}), floats(sum.p, {89}))); // up to [8][9], which is the 99th
        OKAY(add(floats(columns.p, {100}), floats(sum.p, {100})));
        OKAY(aclrtSynchronizeDevice());
    });
    Memory d(400);
    SILENT([&] {
        OKAY(aclrtMemcpy(d.p, 400, host.data(), 400, ACL_MEMCPY_HOST_TO_DEVICE));
        OKAY(add(floats(d.p, {100}), floats(out.p, {100})));
    });
    Memory e(400);
    SILENT([&] {
        EXPECT(cannsimHostPointer(e.p, 400, CANNSIM_WRITE, nullptr));
        OKAY(add(floats(e.p, {100}), floats(out.p, {100})));
    });
    REPORTS(CANNSIM_INIT, TEXTS("the pool's block of 400 bytes"), [] {
        Pool pool;
        OKAY(cannsimPoolFree(pool.a, nullptr));
        OKAY(cannsimPoolAlloc(pool.a, 400, nullptr));
        OKAY(add(floats(pool.a, {100}), floats(pool.b, {100})));
    });
}

// --- race ----------------------------------------------------------------------------------------

void race() {
    Memory a(400), b(400);
    OKAY(zero(floats(a.p, {100})));
    OKAY(zero(floats(b.p, {100})));
    OKAY(aclrtSynchronizeDevice());
    Stream s, t;
    REPORTS(CANNSIM_RACE,
            TEXTS("unordered accesses: aclnnAdd", "reads self", "and earlier aclnnInplaceZero",
                  "writes selfRef"),
            [&] {
                OKAY(zero(floats(a.p, {100}), s.s));
                OKAY(add(floats(a.p, {100}), floats(b.p, {100}), t.s));
            });
    REPORTS(CANNSIM_RACE,
            TEXTS("unordered accesses: aclnnInplaceZero", "and earlier aclnnAdd", "reads"), [&] {
                OKAY(add(floats(a.p, {100}), floats(b.p, {100}), t.s));
                OKAY(zero(floats(a.p, {100}), s.s));
            });
    REPORTS(CANNSIM_RACE, TEXTS("unordered accesses: aclrtMemcpy", "by the host"), [&] {
        float host[100];
        OKAY(zero(floats(a.p, {100}), s.s));
        OKAY(aclrtMemcpy(host, 400, a.p, 400, ACL_MEMCPY_DEVICE_TO_HOST));
    });
    REPORTS(CANNSIM_RACE, TEXTS("unordered accesses: aclrtFree"), [&] {
        void *p;
        OKAY(aclrtMalloc(&p, 400, ACL_MEM_MALLOC_HUGE_FIRST));
        OKAY(aclrtMemsetAsync(p, 400, 0, 400, s.s));
        OKAY(aclrtFree(p));
    });
    REPORTS(CANNSIM_RACE, TEXTS("cannsimHostPointer"), [&] {
        OKAY(zero(floats(a.p, {100}), s.s));
        EXPECT(cannsimHostPointer(a.p, 400, CANNSIM_READ, t.s));
    });
    Event event;
    SILENT([&] {
        OKAY(zero(floats(a.p, {100}), s.s));
        OKAY(aclrtRecordEvent(event.e, s.s));
        OKAY(aclrtStreamWaitEvent(t.s, event.e));
        OKAY(add(floats(a.p, {100}), floats(b.p, {100}), t.s));
        OKAY(add(floats(b.p, {100}), floats(b.p, {100}), t.s));
        OKAY(aclrtSynchronizeStream(t.s));
        OKAY(zero(floats(b.p, {100}), s.s));
    });
    REPORTS(CANNSIM_RACE, TEXTS("and earlier aclnnInplaceZero"), [&] { // behind the event
        OKAY(aclrtRecordEvent(event.e, s.s));
        OKAY(zero(floats(a.p, {100}), s.s));
        OKAY(aclrtStreamWaitEvent(t.s, event.e));
        OKAY(add(floats(a.p, {100}), floats(b.p, {100}), t.s));
    });
    SILENT([&] { // both read; then both write, but not the same columns
        OKAY(add(floats(a.p, {50}), floats(b.p, {50}), s.s));
        OKAY(add(floats(a.p, {40}), floats(at(b, 224), {40}), t.s));
        OKAY(aclrtSynchronizeDevice());
        OKAY(zero(floats(a.p, {10, 5}, {10, 2}, 0, 100), s.s));
        OKAY(zero(floats(a.p, {10, 5}, {10, 2}, 1, 101), t.s));
    });
    // A pool's block, freed in one stream while another still reads it.
    REPORTS(CANNSIM_RACE,
            TEXTS("memory used again too early: freed by cannsimPoolFree", "while aclnnAdd",
                  "reads self"),
            [&] {
                Pool pool;
                OKAY(aclrtSynchronizeDevice());
                OKAY(add(floats(pool.a, {100}), floats(b.p, {100}), t.s));
                OKAY(cannsimPoolFree(pool.a, nullptr));
                OKAY(cannsimPoolAlloc(at(pool.slab, 1024), 300, nullptr));
                OKAY(aclrtSynchronizeStream(t.s));
                OKAY(cannsimPoolFree(at(pool.slab, 1024), nullptr));
                OKAY(cannsimPoolAlloc(pool.a, 400, nullptr));
            });
    SILENT([&] {
        Pool pool;
        OKAY(aclrtSynchronizeDevice());
        OKAY(add(floats(pool.a, {100}), floats(b.p, {100}), t.s));
        OKAY(cannsimPoolFree(pool.a, nullptr));
        OKAY(aclrtSynchronizeStream(t.s));
        OKAY(cannsimPoolAlloc(pool.a, 400, nullptr));
    });
    SILENT([&] { // the host waits for an event
        float host[100];
        OKAY(zero(floats(a.p, {100}), s.s));
        OKAY(aclrtRecordEvent(event.e, s.s));
        OKAY(aclrtSynchronizeEvent(event.e));
        OKAY(aclrtMemcpy(host, 400, a.p, 400, ACL_MEMCPY_DEVICE_TO_HOST));
    });
    // A value orders the streams, whether it is written before the wait is submitted or after it.
    Memory value(8);
    SILENT([&] {
        OKAY(aclrtMemset(value.p, 8, 0, 8));
        OKAY(zero(floats(a.p, {100}), s.s));
        OKAY(aclrtValueWrite(value.p, 1, 0, s.s));
        OKAY(aclrtValueWait(value.p, 1, ACL_STREAM_WAIT_VALUE_GEQ, t.s));
        OKAY(add(floats(a.p, {100}), floats(b.p, {100}), t.s));
    });
    SILENT([&] {
        OKAY(aclrtMemset(value.p, 8, 0, 8));
        OKAY(aclrtValueWait(value.p, 2, ACL_STREAM_WAIT_VALUE_GEQ, t.s));
        OKAY(add(floats(a.p, {100}), floats(b.p, {100}), t.s));
        OKAY(zero(floats(a.p, {100}), s.s));
        OKAY(aclrtValueWrite(value.p, 2, 0, s.s));
    });
    SILENT([&] { // the same in a graph
        aclmdlRI graph;
        OKAY(aclrtMemset(value.p, 8, 0, 8));
        OKAY(aclmdlRICaptureBegin(t.s, ACL_MODEL_RI_CAPTURE_MODE_RELAXED));
        OKAY(aclrtValueWait(value.p, 5, ACL_STREAM_WAIT_VALUE_EQ, t.s));
        OKAY(add(floats(a.p, {100}), floats(b.p, {100}), t.s));
        OKAY(aclmdlRICaptureEnd(t.s, &graph));
        OKAY(zero(floats(a.p, {100}), s.s));
        OKAY(aclrtValueWrite(value.p, 5, 0, s.s));
        OKAY(aclmdlRIExecuteAsync(graph, t.s));
        OKAY(aclrtSynchronizeStream(t.s));
        OKAY(aclmdlRIDestroy(graph));
    });
    REPORTS(CANNSIM_RACE, TEXTS("aclnnAdd", "and earlier aclnnInplaceZero"), [&] { // behind the value
        OKAY(aclrtMemset(value.p, 8, 0, 8));
        OKAY(aclrtValueWrite(value.p, 3, 0, s.s));
        OKAY(zero(floats(a.p, {100}), s.s));
        OKAY(aclrtValueWait(value.p, 3, ACL_STREAM_WAIT_VALUE_GEQ, t.s));
        OKAY(add(floats(a.p, {100}), floats(b.p, {100}), t.s));
    });
    REPORTS(CANNSIM_RACE, TEXTS("aclnnAdd", "and earlier aclnnInplaceZero"), [&] { // nobody waits
        OKAY(zero(floats(a.p, {100}), s.s));
        OKAY(aclrtValueWrite(value.p, 4, 0, s.s));
        OKAY(add(floats(a.p, {100}), floats(b.p, {100}), t.s));
    });
    for (int i = 0; i < 300; ++i) // streams come and go
        SILENT([&] {
            Stream one;
            OKAY(zero(floats(a.p, {100}), one.s));
        });
}

// What is captured is judged when it runs.
void graphs() {
    Stream s;
    Memory out(400);
    void *p;
    aclmdlRI graph;
    OKAY(aclrtMalloc(&p, 400, ACL_MEM_MALLOC_HUGE_FIRST));
    SILENT([&] {
        OKAY(aclmdlRICaptureBegin(s.s, ACL_MODEL_RI_CAPTURE_MODE_RELAXED));
        OKAY(add(floats(p, {100}), floats(out.p, {100}), s.s));
        OKAY(aclmdlRICaptureEnd(s.s, &graph));
    });
    REPORTS(CANNSIM_INIT, TEXTS("aclnnAdd", "400 of 400 bytes"), [&] {
        OKAY(aclmdlRIExecuteAsync(graph, s.s));
        OKAY(aclrtSynchronizeStream(s.s));
    });
    SILENT([&] {
        OKAY(aclrtMemset(p, 400, 0, 400));
        OKAY(aclmdlRIExecuteAsync(graph, s.s));
        OKAY(aclrtSynchronizeStream(s.s));
    });
    OKAY(aclrtFree(p));
    REPORTS(CANNSIM_MEM, TEXTS("use after free: aclnnAdd"), [&] {
        OKAY(aclmdlRIExecuteAsync(graph, s.s));
        OKAY(aclrtSynchronizeStream(s.s));
    });
    OKAY(aclmdlRIDestroy(graph));
}

// --- leak ----------------------------------------------------------------------------------------

void leak() {
    cannsimForgetReports();
    if (cannsimReportLeaks()) std::printf("%s", all_reports().c_str()), ++failures;
    void *memory;
    aclrtStream stream;
    aclrtEvent event;
    aclOpExecutor *executor;
    uint64_t workspace;
    OKAY(aclrtMalloc(&memory, 400, ACL_MEM_MALLOC_HUGE_FIRST));
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclrtCreateEvent(&event));
    aclmdlRI graph;
    OKAY(aclmdlRICaptureBegin(stream, ACL_MODEL_RI_CAPTURE_MODE_RELAXED));
    OKAY(aclmdlRICaptureEnd(stream, &graph));
    aclrtPhysicalMemProp place{};
    place.location.type = ACL_MEM_LOCATION_TYPE_DEVICE;
    aclrtDrvMemHandle physical;
    OKAY(aclrtMallocPhysical(&physical, 2 << 20, &place, 0));
    aclTensor *tensor = floats(memory, {100});
    OKAY(aclnnInplaceZeroGetWorkspaceSize(tensor, &workspace, &executor));
    EXPECT_EQ(cannsimReportLeaks(), 7u);
    std::string all;
    for (uint64_t i = 0; const char *one = cannsimReport(i); ++i) all += one;
    for (const char *text : {"aclTensor", "aclOpExecutor", "aclrtStream", "aclrtEvent",
                             "aclmdlRI",
                             "aclrtDrvMemHandle", "memory is still allocated", "test_checks"})
        EXPECT(all.find(text) != std::string::npos);
    cannsimForgetReports();
    OKAY(aclDestroyAclOpExecutor(executor));
    OKAY(aclDestroyTensor(tensor));
    OKAY(aclrtDestroyEvent(event));
    OKAY(aclmdlRIDestroy(graph));
    OKAY(aclrtFreePhysical(physical));
    OKAY(aclrtDestroyStream(stream));
    OKAY(aclrtFree(memory));
    EXPECT_EQ(cannsimReportLeaks(), 0u);
}

// A process with reports ends with another exit code, one without does not.
void ending() {
    EXPECT_EQ(in_child([] { std::exit(0); }), 0);
    EXPECT_EQ(in_child([] {
                  aclrtEvent event;
                  aclrtCreateEvent(&event);
                  std::exit(0);
              }),
              86);
    EXPECT_EQ(in_child([] {
                  aclrtEvent event;
                  aclrtCreateEvent(&event);
                  std::exit(3);
              }),
              3);
}

} // namespace

int main() {
    OKAY(aclInit(nullptr));
    OKAY(aclrtSetDevice(0));
    EXPECT_EQ(cannsimChecks(), 15);
    mem_native();
    mem_descriptor();
    mem_pool();
    init();
    race();
    graphs();
    leak();
    ending();
    cannsimForgetReports();
    return finish();
}
