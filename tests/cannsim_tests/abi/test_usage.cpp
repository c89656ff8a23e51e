// Legal and unusual: calls from any thread, things destroyed as soon as CANN allows, contexts that
// change, events that are used again.
#include "test.h"

#include "aclnnop/aclnn_cat.h"
#include "aclnnop/aclnn_foreach_add_list_v2.h"
#include "aclnnop/aclnn_index_select.h"
#include "aclnnop/aclnn_nonzero.h"
#include "aclnnop/aclnn_uniform.h"

#include <atomic>
#include <thread>

namespace {

template <class F> void on_thread(F &&f) { std::thread(f).join(); }

aclTensor *vector_of(void *p, int64_t n, aclDataType dtype = ACL_FLOAT) {
    return aclCreateTensor(&n, 1, dtype, nullptr, 0, ACL_FORMAT_ND, &n, 1, p);
}

std::vector<float> read(const Memory &m, size_t n) {
    std::vector<float> out(n);
    OKAY(aclrtMemcpy(out.data(), n * 4, m.p, n * 4, ACL_MEMCPY_DEVICE_TO_HOST));
    return out;
}

// aclInit may come again; calls need no aclInit at all once the device is set.
void initialisation() {
    EXPECT_EQ(in_child([] {
                  OKAY(aclInit(nullptr));
                  const int again = int(aclInit(nullptr));
                  EXPECT(again == 0 || again == ACL_ERROR_REPEAT_INITIALIZE);
                  OKAY(aclrtSetDevice(0));
                  Floats a({2}, {1, 2});
                  OKAY(aclFinalize());
              }),
              0);
    EXPECT_EQ(in_child([] {
                  OKAY(aclnnInit(nullptr));
                  OKAY(aclInit(nullptr));
                  OKAY(aclrtSetDevice(0));
                  OKAY(aclrtSetDevice(0));
                  OKAY(aclnnFinalize());
              }),
              0);
}

// Each step on a thread of its own: plan, launch, wait, destroy.
void any_thread() {
    Floats a({4}, {1, 2, 3, 4}), out({4}, {0, 0, 0, 0});
    aclrtStream stream;
    OKAY(aclrtCreateStream(&stream));
    aclScalar *alpha = nullptr;
    uint64_t workspace = 0;
    aclOpExecutor *executor = nullptr;
    on_thread([&] {
        OKAY(aclrtSetDevice(0));
        float two = 2;
        alpha = aclCreateScalar(&two, ACL_FLOAT);
        OKAY(
            aclnnAddGetWorkspaceSize(a.tensor, a.tensor, alpha, out.tensor, &workspace, &executor));
    });
    on_thread([&] {
        OKAY(aclrtSetDevice(0));
        OKAY(aclDestroyScalar(alpha));
        OKAY(aclnnAdd(nullptr, workspace, executor, stream));
    });
    on_thread([&] {
        OKAY(aclrtSetDevice(0));
        OKAY(aclrtSynchronizeStream(stream));
    });
    EXPECT(out.read() == (std::vector<float>{3, 6, 9, 12}));
    on_thread([&] {
        OKAY(aclrtSetDevice(0));
        OKAY(aclrtDestroyStream(stream));
    });
    // A thread without a device: a clear error, no crash.
    on_thread([&] {
        void *p;
        FAILS(aclrtMalloc(&p, 16, ACL_MEM_MALLOC_HUGE_FIRST), ACL_ERROR_RT_CONTEXT_NULL, "");
    });
}

// Lists own their tensors; both go right after the launch, and after the plan.
void destroyed_early() {
    Memory in(32), more(32), out(32), sum(32);
    const float values[] = {1, 2, 3, 4};
    for (const Memory *m : {&in, &more})
        OKAY(aclrtMemcpy(m->p, 32, values, 16, ACL_MEMCPY_HOST_TO_DEVICE));
    uint64_t workspace;
    aclOpExecutor *executor;
    aclTensor *items[] = {vector_of(in.p, 4), vector_of(more.p, 2)}, *joined = vector_of(out.p, 6);
    aclTensorList *list = aclCreateTensorList(items, 2);
    OKAY(aclnnCatGetWorkspaceSize(list, 0, joined, &workspace, &executor));
    OKAY(aclDestroyTensorList(list));
    OKAY(aclDestroyTensor(joined));
    OKAY(aclnnCat(nullptr, workspace, executor, nullptr));

    float three = 3;
    aclTensor *x[] = {vector_of(in.p, 4)}, *y[] = {vector_of(more.p, 4)},
              *z[] = {vector_of(sum.p, 4)};
    aclTensorList *lists[] = {aclCreateTensorList(x, 1), aclCreateTensorList(y, 1),
                              aclCreateTensorList(z, 1)};
    aclScalar *alpha = aclCreateScalar(&three, ACL_FLOAT);
    OKAY(aclnnForeachAddListV2GetWorkspaceSize(lists[0], lists[1], alpha, lists[2], &workspace,
                                               &executor));
    OKAY(aclDestroyScalar(alpha));
    OKAY(aclnnForeachAddListV2(nullptr, workspace, executor, nullptr));
    for (aclTensorList *l : lists) OKAY(aclDestroyTensorList(l));
    OKAY(aclrtSynchronizeStream(nullptr));
    EXPECT(read(out, 6) == (std::vector<float>{1, 2, 3, 4, 1, 2}));
    EXPECT(read(sum, 4) == (std::vector<float>{4, 8, 12, 16}));
}

// A workspace, asked for or not, lives until the stream is done and not longer.
void workspace() {
    Floats a({64}, std::vector<float>(64, 1)), b({64}, std::vector<float>(64, 0));
    Scalar one(1.0f);
    uint64_t bytes;
    aclOpExecutor *executor;
    void *memory = nullptr;
    OKAY(aclnnAddGetWorkspaceSize(a.tensor, b.tensor, one.p, b.tensor, &bytes, &executor));
    OKAY(aclrtMalloc(&memory, bytes + 1024, ACL_MEM_MALLOC_HUGE_FIRST));
    OKAY(aclnnAdd(memory, bytes + 1024, executor, nullptr));
    OKAY(aclrtSynchronizeStream(nullptr));
    OKAY(aclrtFree(memory));
    EXPECT(b.read()[63] == 1);
}

// The default stream under both its names, and next to a stream of its own.
void default_stream() {
    Floats a({2}, {1, 2});
    Scalar one(1.0f);
    aclrtStream other;
    OKAY(aclrtCreateStreamWithConfig(&other, 0, ACL_STREAM_FAST_LAUNCH | ACL_STREAM_FAST_SYNC));
    OKAY(CALL(aclnnInplaceAdd, nullptr, a.tensor, a.tensor, one.p));
    OKAY(aclrtSynchronizeStream(nullptr));
    OKAY(CALL(aclnnInplaceAdd, other, a.tensor, a.tensor, one.p));
    OKAY(aclrtSynchronizeDevice());
    EXPECT(a.read()[1] == 8);
    aclrtStreamStatus status;
    OKAY(aclrtStreamQuery(nullptr, &status));
    EXPECT_EQ(int(status), int(ACL_STREAM_STATUS_COMPLETE));
    OKAY(aclrtDestroyStream(other));
}

// Recorded again and again, on one stream and another; waited for before it was ever recorded.
void events() {
    aclrtStream a, b;
    aclrtEvent event;
    aclrtEventRecordedStatus status;
    Floats x({1}, {1});
    Scalar one(1.0f);
    OKAY(aclrtCreateStream(&a));
    OKAY(aclrtCreateStream(&b));
    OKAY(aclrtCreateEventExWithFlag(&event, ACL_EVENT_SYNC));
    OKAY(aclrtStreamWaitEvent(a, event));
    for (int i = 0; i < 10; ++i) {
        aclrtStream from = i % 2 ? a : b, to = i % 2 ? b : a;
        OKAY(CALL(aclnnInplaceAdd, from, x.tensor, x.tensor, one.p));
        OKAY(aclrtRecordEvent(event, from));
        OKAY(aclrtStreamWaitEvent(to, event));
    }
    OKAY(aclrtSynchronizeEvent(event));
    EXPECT(x.read()[0] == 1024);
    OKAY(aclrtResetEvent(event, a));
    OKAY(aclrtQueryEventStatus(event, &status));
    EXPECT_EQ(int(status), int(ACL_EVENT_RECORDED_STATUS_COMPLETE));
    // It outlives the stream that it was recorded on.
    OKAY(aclrtRecordEvent(event, a));
    OKAY(aclrtDestroyStream(a));
    OKAY(aclrtStreamWaitEvent(b, event));
    OKAY(aclrtSynchronizeEvent(event));
    OKAY(aclrtDestroyEvent(event));
    OKAY(aclrtDestroyStream(b));
}

// Polls until it is done: deferred work makes progress by being asked about.
void polling() {
    aclrtEvent event;
    aclrtEventRecordedStatus status;
    Floats x({1}, {1});
    Scalar one(1.0f);
    OKAY(aclrtCreateEvent(&event));
    OKAY(CALL(aclnnInplaceAdd, nullptr, x.tensor, x.tensor, one.p));
    OKAY(aclrtRecordEvent(event, nullptr));
    for (int polls = 0; polls < 20000; ++polls) {
        OKAY(aclrtQueryEventStatus(event, &status));
        if (status == ACL_EVENT_RECORDED_STATUS_COMPLETE) break;
        usleep(200);
    }
    EXPECT_EQ(int(status), int(ACL_EVENT_RECORDED_STATUS_COMPLETE));
    EXPECT(x.read()[0] == 2);
    OKAY(aclrtDestroyEvent(event));
}

// Two contexts of one device take turns on one thread; memory belongs to the device, streams to a
// context.
void contexts() {
    aclrtContext primary, first, second, now;
    OKAY(aclrtGetCurrentContext(&primary));
    OKAY(aclrtCreateContext(&first, 0));
    aclrtStream stream;
    OKAY(aclrtCreateStream(&stream));
    Floats x({1}, {1});
    Scalar one(1.0f);
    OKAY(CALL(aclnnInplaceAdd, stream, x.tensor, x.tensor, one.p));
    OKAY(aclrtCreateContext(&second, 0)); // becomes the current one
    OKAY(aclrtGetCurrentContext(&now));
    EXPECT(now == second);
    OKAY(aclrtSetCurrentContext(first));
    OKAY(aclrtSynchronizeStream(stream));
    OKAY(CALL(aclnnInplaceAdd, nullptr, x.tensor, x.tensor, one.p));
    OKAY(aclrtSynchronizeStream(nullptr));
    EXPECT(x.read()[0] == 4);
    OKAY(aclrtDestroyStream(stream));
    // From another thread, which takes the context over.
    on_thread([&] {
        OKAY(aclrtSetCurrentContext(second));
        OKAY(CALL(aclnnInplaceAdd, nullptr, x.tensor, x.tensor, one.p));
        OKAY(aclrtSynchronizeStream(nullptr));
    });
    EXPECT(x.read()[0] == 8);
    OKAY(aclrtSetCurrentContext(primary));
    OKAY(aclrtDestroyContext(first));
    OKAY(aclrtDestroyContext(second));
    EXPECT(x.read()[0] == 8);
}

// --- callbacks -----------------------------------------------------------------------------------

std::atomic<int> calls{0};
void count(void *by) { calls += *static_cast<int *>(by); }

// A polling thread runs what streams post; blocking ones hold their stream back.
void callbacks() {
    aclrtStream stream;
    std::atomic<bool> stop{false}, subscribed{false};
    int by = 3;
    OKAY(aclrtCreateStream(&stream));
    std::atomic<uint64_t> id{0};
    std::thread poller([&] {
        OKAY(aclrtSetDevice(0));
        id = uint64_t(pthread_self());
        while (!subscribed) std::this_thread::yield();
        while (!stop) {
            const int status = int(aclrtProcessReport(20));
            EXPECT(status == 0 || status == ACL_ERROR_RT_REPORT_TIMEOUT ||
                   status == ACL_ERROR_RT_THREAD_SUBSCRIBE);
        }
    });
    while (!id) std::this_thread::yield();
    OKAY(aclrtSubscribeReport(id, stream));
    subscribed = true;
    for (int i = 0; i < 5; ++i)
        OKAY(aclrtLaunchCallback(count, &by, i % 2 ? ACL_CALLBACK_BLOCK : ACL_CALLBACK_NO_BLOCK,
                                 stream));
    OKAY(aclrtLaunchCallback(count, &by, ACL_CALLBACK_BLOCK, stream));
    OKAY(aclrtSynchronizeStream(stream));
    for (int i = 0; i < 2000 && calls < 18; ++i) usleep(1000);
    EXPECT_EQ(calls.load(), 18);
    OKAY(aclrtUnSubscribeReport(id, stream));
    stop = true;
    poller.join();
    // Without any polling thread.
    OKAY(aclrtLaunchHostFunc(stream, count, &by));
    OKAY(aclrtSynchronizeStream(stream));
    EXPECT_EQ(calls.load(), 21);
    OKAY(aclrtDestroyStream(stream));
}

std::atomic<uint32_t> failed_stream{0}, failed_code{0};
void on_failure(aclrtExceptionInfo *info) {
    failed_stream = aclrtGetStreamIdFromExceptionInfo(info);
    failed_code = aclrtGetErrorCodeFromExceptionInfo(info);
    EXPECT_EQ(aclrtGetDeviceIdFromExceptionInfo(info), 0u);
}

// A task that fails on the device is told to the program's callback, and by the next wait.
void exceptions() {
    if (mode() == Mode::Inline) return; // where the launch itself fails
    EXPECT_EQ(in_child([] {
                  OKAY(aclrtSetDevice(0));
                  OKAY(aclrtSetExceptionInfoCallback(on_failure));
                  aclrtStream stream;
                  int32_t id = -1;
                  OKAY(aclrtCreateStream(&stream));
                  OKAY(aclrtStreamGetId(stream, &id));
                  {
                      Floats a({2}, {1, 2}), out({1});
                      Array<int64_t> index(ACL_INT64, {1}, {99});
                      OKAY(CALL(aclnnIndexSelect, stream, a.tensor, 0, index.tensor, out.tensor));
                      EXPECT(aclrtSynchronizeStream(stream) != 0);
                      EXPECT_EQ(int(failed_stream), id);
                      EXPECT_EQ(int(failed_code), ACL_ERROR_RT_AICORE_EXCEPTION);
                      OKAY(aclrtSetExceptionInfoCallback(nullptr));
                      _exit(failures ? 99 : 0);
                  }
              }),
              0);
}

// --- copies --------------------------------------------------------------------------------------

// Pinned and pageable memory, each direction, named and inferred.
void copies() {
    constexpr size_t kBytes = 1 << 16;
    Memory device(kBytes), other(kBytes);
    void *pinned;
    OKAY(aclrtMallocHost(&pinned, kBytes));
    std::vector<char> pageable(kBytes), back(kBytes, 0);
    for (size_t i = 0; i < kBytes; ++i) pageable[i] = char(i * 7);
    aclrtStream stream;
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclrtMemcpyAsync(device.p, kBytes, pageable.data(), kBytes, ACL_MEMCPY_HOST_TO_DEVICE,
                          stream));
    pageable.assign(kBytes, 1); // the call has read it all
    OKAY(aclrtMemcpyAsync(other.p, kBytes, device.p, kBytes, ACL_MEMCPY_DEVICE_TO_DEVICE, stream));
    OKAY(aclrtMemcpyAsync(pinned, kBytes, other.p, kBytes, ACL_MEMCPY_DEVICE_TO_HOST, stream));
    OKAY(aclrtSynchronizeStream(stream));
    EXPECT(static_cast<char *>(pinned)[12345] == char(12345 * 7));
    OKAY(aclrtMemcpyAsync(back.data(), kBytes, other.p, kBytes, ACL_MEMCPY_DEVICE_TO_HOST, stream));
    OKAY(aclrtSynchronizeStream(stream));
    EXPECT(back[777] == char(777 * 7));
    OKAY(aclrtMemcpy(back.data(), kBytes, pageable.data(), kBytes, ACL_MEMCPY_HOST_TO_HOST));
    EXPECT(back[777] == 1);
    OKAY(aclrtMemcpy(device.p, kBytes, back.data(), kBytes, ACL_MEMCPY_DEFAULT));
    OKAY(aclrtMemcpy(pageable.data(), kBytes, device.p, kBytes, ACL_MEMCPY_DEFAULT));
    EXPECT(pageable[5] == 1);
    // Pinned memory may be freed while another buffer is in flight, device memory from any thread.
    on_thread([&] {
        OKAY(aclrtSetDevice(0));
        OKAY(aclrtFreeHost(pinned));
    });
    OKAY(aclrtDestroyStream(stream));
}

// Batches, and memory of the program's own that is pinned for them.
void batches() {
    Memory a(16), b(16);
    int from[] = {1, 2, 3, 4}, to[] = {0, 0, 0, 0};
    void *dsts[] = {a.p, b.p, to}, *srcs[] = {from, a.p, b.p};
    size_t room[] = {16, 16, 16}, sizes[] = {16, 16, 16}, failed = 0;
    OKAY(aclrtHostRegisterV2(from, sizeof from, ACL_HOST_REG_PINNED));
    FAILS(aclrtHostRegisterV2(from, sizeof from, ACL_HOST_REG_PINNED), ACL_ERROR_RT_PARAM_INVALID,
          "pinned already");
    FAILS(aclrtFreeHost(from), ACL_ERROR_RT_PARAM_INVALID, "aclrtMallocHost");
    OKAY(aclrtMemcpyBatchAsync(dsts, room, srcs, sizes, 3, nullptr, nullptr, 0, &failed, nullptr));
    EXPECT_EQ(failed, ~size_t(0));
    OKAY(aclrtSynchronizeStream(nullptr));
    EXPECT(to[3] == 4);
    sizes[1] = 99;
    FAILS(aclrtMemcpyBatch(dsts, room, srcs, sizes, 3, nullptr, nullptr, 0, &failed),
          ACL_ERROR_INVALID_PARAM, "99");
    EXPECT_EQ(failed, size_t(1));
    OKAY(aclrtHostUnregister(from));
    FAILS(aclrtHostUnregister(from), ACL_ERROR_RT_PARAM_INVALID, "not registered");
}

// A segment that grows in place: addresses first, memory behind them piece by piece.
void virtual_memory() {
    constexpr size_t kPage = 2 << 20;
    aclrtPhysicalMemProp prop = {};
    prop.location.type = ACL_MEM_LOCATION_TYPE_DEVICE;
    size_t granularity = 0, before = 0, after = 0, total = 0;
    OKAY(aclrtMemGetAllocationGranularity(&prop, ACL_RT_MEM_ALLOC_GRANULARITY_MINIMUM,
                                          &granularity));
    EXPECT_EQ(granularity, kPage);
    OKAY(aclrtGetMemInfo(ACL_HBM_MEM, &before, &total));
    void *segment = nullptr, *other = nullptr;
    OKAY(aclrtReserveMemAddress(&segment, (total / kPage + 2) * kPage, 0, nullptr,
                                0)); // more than there is
    OKAY(aclrtReserveMemAddress(&other, kPage, 0, nullptr, 0));
    OKAY(aclrtGetMemInfo(ACL_HBM_MEM, &after, &total));
    EXPECT_EQ(after, before); // addresses cost nothing
    char *at = static_cast<char *>(segment);
    aclrtDrvMemHandle pieces[2];
    for (int i = 0; i < 2; ++i) {
        OKAY(aclrtMallocPhysical(&pieces[i], kPage, &prop, 0));
        OKAY(aclrtMapMem(at + i * kPage, kPage, 0, pieces[i], 0));
    }
    OKAY(aclrtGetMemInfo(ACL_HBM_MEM, &after, &total));
    EXPECT_EQ(before - after, 2 * kPage);
    // A tensor across both pieces.
    std::vector<float> values(64, 2), back(64, 0);
    char *middle = at + kPage - 128;
    OKAY(aclrtMemcpy(middle, 256, values.data(), 256, ACL_MEMCPY_HOST_TO_DEVICE));
    {
        aclTensor *t = vector_of(middle, 64);
        Scalar one(1.0f);
        OKAY(CALL(aclnnInplaceAdd, nullptr, t, t, one.p));
        OKAY(aclDestroyTensor(t));
    }
    OKAY(aclrtSynchronizeStream(nullptr));
    OKAY(aclrtMemcpy(back.data(), 256, middle, 256, ACL_MEMCPY_DEVICE_TO_HOST));
    EXPECT(back[0] == 4 && back[63] == 4);
    FAILS(aclrtMemcpy(at + 2 * kPage - 4, 8, values.data(), 8, ACL_MEMCPY_HOST_TO_DEVICE),
          ACL_ERROR_RT_PARAM_INVALID, "leave its block");
    FAILS(aclrtMapMem(at, kPage, 0, pieces[0], 0), ACL_ERROR_RT_PARAM_INVALID, "mapped already");
    FAILS(aclrtFree(at), ACL_ERROR_RT_PARAM_INVALID, "unmap it");
    FAILS(aclrtReleaseMemAddress(segment), ACL_ERROR_RT_PARAM_INVALID, "still mapped");
    // The memory moves to another address with what it holds.
    OKAY(aclrtUnmapMem(at));
    FAILS(aclrtUnmapMem(at), ACL_ERROR_RT_PARAM_INVALID, "nothing is mapped");
    FAILS(aclrtMemcpy(at, 4, values.data(), 4, ACL_MEMCPY_HOST_TO_DEVICE),
          ACL_ERROR_RT_PARAM_INVALID, "not allocated");
    OKAY(aclrtMapMem(other, kPage, 0, pieces[0], 0));
    float moved = 0;
    OKAY(aclrtMemcpy(&moved, 4, static_cast<char *>(other) + kPage - 128, 4,
                     ACL_MEMCPY_DEVICE_TO_HOST));
    EXPECT(moved == 4);
    OKAY(aclrtFreePhysical(pieces[0])); // goes with the mapping
    FAILS(aclrtFreePhysical(pieces[0]), ACL_ERROR_RT_PARAM_INVALID, "freed");
    OKAY(aclrtUnmapMem(other));
    OKAY(aclrtUnmapMem(at + kPage));
    OKAY(aclrtFreePhysical(pieces[1]));
    OKAY(aclrtReleaseMemAddress(segment));
    OKAY(aclrtReleaseMemAddress(other));
    OKAY(aclrtGetMemInfo(ACL_HBM_MEM, &after, &total));
    EXPECT_EQ(after, before);
    FAILS(aclrtMallocPhysical(&pieces[0], 100, &prop, 0), ACL_ERROR_INVALID_PARAM, "multiple");
    FAILS(aclrtMallocPhysical(&pieces[0], (total / kPage + 1) * kPage, &prop, 0),
          ACL_ERROR_RT_MEMORY_ALLOCATION, "out of memory");
}

void priorities() {
    int32_t least = -1, greatest = -1;
    uint32_t priority = 99;
    OKAY(aclrtDeviceGetStreamPriorityRange(&least, &greatest));
    EXPECT(least >= greatest);
    for (int32_t p = greatest; p <= least; ++p) {
        aclrtStream stream;
        OKAY(aclrtCreateStreamWithConfig(&stream, uint32_t(p), 0));
        OKAY(aclrtStreamGetPriority(stream, &priority));
        EXPECT_EQ(priority, uint32_t(p));
        OKAY(aclrtDestroyStream(stream));
    }
}

// The result's shape is set by the second phase; the tensor may be asked for it on any thread.
void late_shape() {
    Floats a({4}, {0, 5, 0, 7});
    Memory memory(128);
    const int64_t shape[] = {4, 1};
    aclTensor *out =
        aclCreateTensor(shape, 2, ACL_INT64, nullptr, 0, ACL_FORMAT_ND, shape, 2, memory.p);
    OKAY(CALL(aclnnNonzero, nullptr, a.tensor, out));
    on_thread([&] {
        int64_t *dims;
        uint64_t n;
        OKAY(aclGetViewShape(out, &dims, &n));
        EXPECT(n == 2 && dims[0] == 2 && dims[1] == 1);
        delete[] dims;
        OKAY(aclDestroyTensor(out));
    });
}

} // namespace

int main() {
    initialisation();
    exceptions();
    OKAY(aclrtSetDevice(0));
    any_thread();
    destroyed_early();
    workspace();
    default_stream();
    events();
    polling();
    contexts();
    callbacks();
    copies();
    batches();
    virtual_memory();
    priorities();
    late_shape();
    return finish();
}
