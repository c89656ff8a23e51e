// Two processes share device memory, physical memory and events. The program starts itself for the
// other side; what travels between them goes through pipes.
#include "test.h"

#include "aclnnop/aclnn_mul.h"

#include <csignal>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string>

namespace {

struct Peer {
    pid_t pid = 0;
    int in = -1, out = -1;

    template <class T> void send(const T &value) const {
        EXPECT(write(out, &value, sizeof value) == ssize_t(sizeof value));
    }
    template <class T> T receive() const {
        T value{};
        EXPECT(read(in, &value, sizeof value) == ssize_t(sizeof value));
        return value;
    }
};

struct Key {
    char text[65];
};

Peer start(const char *role) {
    int down[2], up[2];
    EXPECT(!pipe2(down, O_CLOEXEC) && !pipe2(up, O_CLOEXEC));
    std::fflush(stdout);
    const pid_t pid = fork();
    if (!pid) {
        const int in = dup(down[0]), out = dup(up[1]);
        const std::string from = std::to_string(in), to = std::to_string(out);
        execl("/proc/self/exe", "test_ipc", role, from.c_str(), to.c_str(), nullptr);
        _exit(98);
    }
    close(down[0]);
    close(up[1]);
    return {pid, up[0], down[1]};
}

void finish(const Peer &peer) {
    int status = 0;
    close(peer.out);
    waitpid(peer.pid, &status, 0);
    EXPECT_EQ(status, 0);
    close(peer.in);
}

std::vector<float> counted(size_t n) {
    std::vector<float> out(n);
    for (size_t i = 0; i < n; ++i) out[i] = float(i % 1000);
    return out;
}

void upload(void *device, const std::vector<float> &values) {
    OKAY(aclrtMemcpy(device, values.size() * 4, values.data(), values.size() * 4,
                     ACL_MEMCPY_HOST_TO_DEVICE));
}

std::vector<float> download(const void *device, size_t n) {
    std::vector<float> out(n);
    OKAY(aclrtMemcpy(out.data(), n * 4, device, n * 4, ACL_MEMCPY_DEVICE_TO_HOST));
    return out;
}

// x *= x by an operator.
void square(void *device, size_t n) {
    const int64_t shape[] = {int64_t(n)};
    aclTensor *x =
        aclCreateTensor(shape, 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, shape, 1, device);
    OKAY(CALL(aclnnInplaceMul, nullptr, x, x));
    OKAY(aclrtSynchronizeStream(nullptr));
    OKAY(aclDestroyTensor(x));
}

int shared_files() {
    int n = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (dirent *entry = readdir(folder)) {
        char path[300], target[300] = {};
        std::snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
        if (readlink(path, target, sizeof target - 1) > 0)
            n += !!std::strstr(target, "memfd:cannsim");
    }
    closedir(folder);
    return n;
}

constexpr size_t kCount = 1500000, kSmall = 40;

// --- memory --------------------------------------------------------------------------------------

void memory_importer(const Peer &parent) {
    void *p = nullptr, *again = nullptr;
    const Key key = parent.receive<Key>();
    FAILS(aclrtIpcMemImportByKey(&p, key.text, 0), ACL_ERROR_RT_NO_PERMISSION, "did not allow");
    parent.send('n');
    parent.receive<char>();
    FAILS(aclrtIpcMemImportByKey(&p, key.text, 2), ACL_ERROR_INVALID_PARAM, "flags is 2");
    FAILS(aclrtIpcMemImportByKey(&p, "nonsense", 0), ACL_ERROR_RT_PARAM_INVALID, "no key");
    Key wrong = key;
    char &last = wrong.text[std::strlen(wrong.text) - 1];
    last = last == '0' ? '1' : '0';
    FAILS(aclrtIpcMemImportByKey(&p, wrong.text, 0), ACL_ERROR_RT_PARAM_INVALID, "shares nothing");
    OKAY(cannsimSetFault("malloc:1"));
    FAILS(aclrtIpcMemImportByKey(&p, key.text, 0), ACL_ERROR_RT_MEMORY_ALLOCATION, "on purpose");
    OKAY(cannsimSetFault(nullptr));
    OKAY(aclrtIpcMemImportByKey(&p, key.text, 0));
    OKAY(aclrtIpcMemImportByKey(&again, key.text, ACL_RT_IPC_MEM_IMPORT_FLAG_ENABLE_PEER_ACCESS));
    EXPECT(p == again);
    EXPECT(download(p, kCount) == counted(kCount));
    float more; // the checks would report the misuse besides
    const bool misuse = !cannsimChecks();
    if (misuse)
        FAILS(aclrtMemcpy(&more, 4, static_cast<float *>(p) + kCount, 4, ACL_MEMCPY_DEVICE_TO_HOST),
              ACL_ERROR_RT_PARAM_INVALID, "not allocated");
    FAILS(aclrtFree(p), ACL_ERROR_RT_PARAM_INVALID, "");
    FAILS(aclrtIpcMemSetImportPid(key.text, nullptr, 1), ACL_ERROR_INVALID_PARAM, "null");
    int32_t pid = 1;
    FAILS(aclrtIpcMemSetImportPid(key.text, &pid, 1), ACL_ERROR_RT_PARAM_INVALID,
          "exported nothing");
    square(p, kCount);
    parent.send('s');

    const Key open = parent.receive<Key>();
    void *small = nullptr;
    OKAY(aclrtIpcMemImportByKey(&small, open.text, 0));
    EXPECT(download(small, kSmall) == counted(kSmall));
    square(small, kSmall);
    parent.send('s');
    parent.receive<char>(); // it was freed there
    download(small, kSmall);
    OKAY(aclrtIpcMemClose(open.text));
    OKAY(aclrtIpcMemClose(key.text));
    EXPECT_EQ(download(p, 3)[2], 4.f);
    OKAY(aclrtIpcMemClose(key.text));
    FAILS(aclrtIpcMemClose(key.text), ACL_ERROR_RT_PARAM_INVALID, "closed twice");
    if (misuse)
        FAILS(aclrtMemcpy(&more, 4, p, 4, ACL_MEMCPY_DEVICE_TO_HOST), ACL_ERROR_RT_PARAM_INVALID,
              "not allocated");
    parent.send('c');
    parent.receive<char>();
    FAILS(aclrtIpcMemImportByKey(&p, key.text, 0), ACL_ERROR_RT_PARAM_INVALID, "nothing");
    parent.send('d');
    parent.receive<char>(); // the device is reset with memory imported
    OKAY(aclrtIpcMemImportByKey(&p, parent.receive<Key>().text, 0));
    OKAY(aclrtResetDeviceForce(0));
    OKAY(aclrtSetDevice(0));
    parent.send('e');
}

void memory_exporter() {
    const int files = shared_files();
    {
        Memory large(kCount * 4 + 100);
        Key key;
        void *const p = static_cast<char *>(large.p) + 64;
        upload(p, counted(kCount));
        FAILS(aclrtIpcMemGetExportKey(p, kCount * 4, key.text, 10, 0), ACL_ERROR_INVALID_PARAM,
              "len is 10");
        FAILS(aclrtIpcMemGetExportKey(p, kCount * 4 + 37, key.text, 65, 0), ACL_ERROR_INVALID_PARAM,
              "size is");
        FAILS(aclrtIpcMemGetExportKey(p, 0, key.text, 65, 0), ACL_ERROR_INVALID_PARAM, "size is 0");
        FAILS(aclrtIpcMemGetExportKey(p, 4, key.text, 65, 2), ACL_ERROR_INVALID_PARAM,
              "flags is 2");
        FAILS(aclrtIpcMemGetExportKey(&key, 4, key.text, 65, 0), ACL_ERROR_RT_PARAM_INVALID,
              "aclrtMalloc");
        FAILS(aclrtIpcMemGetExportKey(nullptr, 4, key.text, 65, 0), ACL_ERROR_INVALID_PARAM,
              "null");
        OKAY(aclrtIpcMemGetExportKey(p, kCount * 4, key.text, sizeof key.text, 0));
        EXPECT(download(p, kCount) == counted(kCount));
        void *own = nullptr;
        FAILS(aclrtIpcMemImportByKey(&own, key.text, 0), ACL_ERROR_RT_PARAM_INVALID,
              "this process");
        const Peer child = start("memory");
        child.send(key);
        EXPECT_EQ(child.receive<char>(), 'n');
        int32_t pids[] = {1, child.pid};
        FAILS(aclrtIpcMemSetImportPid("nonsense", pids, 2), ACL_ERROR_RT_PARAM_INVALID,
              "exported nothing");
        FAILS(aclrtIpcMemSetImportPid(key.text, pids, 0), ACL_ERROR_INVALID_PARAM, "num is 0");
        int32_t bad = -3;
        FAILS(aclrtIpcMemSetImportPid(key.text, &bad, 1), ACL_ERROR_INVALID_PARAM, "is -3");
        OKAY(aclrtIpcMemSetImportPid(key.text, pids, 2));
        child.send('p');
        EXPECT_EQ(child.receive<char>(), 's');
        const std::vector<float> squares = download(p, kCount);
        const std::vector<float> before = counted(kCount);
        bool right = true;
        for (size_t i = 0; i < kCount; ++i) right &= squares[i] == before[i] * before[i];
        EXPECT(right);

        // Smaller than a page, with neighbours in the same page that are shared, and that are not.
        std::vector<std::unique_ptr<Memory>> blocks;
        for (int i = 0; i < 6; ++i) {
            blocks.push_back(std::make_unique<Memory>(kSmall * 4));
            upload(blocks[i]->p, counted(kSmall));
        }
        Key open, other;
        const uint64_t anybody = ACL_RT_IPC_MEM_EXPORT_FLAG_DISABLE_PID_VALIDATION;
        OKAY(aclrtIpcMemGetExportKey(blocks[2]->p, kSmall * 4, open.text, 65, anybody));
        OKAY(aclrtIpcMemGetExportKey(blocks[3]->p, kSmall * 4, other.text, 65, anybody));
        EXPECT_EQ(in_child([&] { // a forked child is no exporter, and takes nothing from its parent
                      void *p = nullptr;
                      FAILS(aclrtIpcMemClose(open.text), ACL_ERROR_RT_PARAM_INVALID, "neither");
                      OKAY(aclrtIpcMemImportByKey(&p, open.text, 0));
                      EXPECT(download(p, kSmall) == counted(kSmall));
                      OKAY(aclrtIpcMemClose(open.text));
                      OKAY(aclrtMemset(blocks[3]->p, 8, 0, 8));
                      OKAY(aclrtFree(blocks[2]->p));
                  }),
                  0);
        child.send(open);
        EXPECT_EQ(child.receive<char>(), 's');
        EXPECT_EQ(download(blocks[2]->p, kSmall)[3], 9.f);
        blocks[2].reset();
        for (auto &block : blocks)
            if (block) EXPECT(download(block->p, kSmall) == counted(kSmall));
        OKAY(aclrtIpcMemClose(other.text));
        blocks[3].reset();
        for (auto &block : blocks)
            if (block) EXPECT(download(block->p, kSmall) == counted(kSmall));
        child.send('f');
        EXPECT_EQ(child.receive<char>(), 'c');
        OKAY(aclrtIpcMemClose(key.text));
        FAILS(aclrtIpcMemClose(key.text), ACL_ERROR_RT_PARAM_INVALID, "closed twice");
        child.send('x');
        EXPECT_EQ(child.receive<char>(), 'd');
        child.send('y');
        OKAY(aclrtIpcMemGetExportKey(p, kCount * 4, key.text, 65, anybody));
        child.send(key);
        EXPECT_EQ(child.receive<char>(), 'e');
        finish(child);
        EXPECT_EQ(download(p, 3)[2], 4.f);
    }
    EXPECT_EQ(shared_files(), files);
}

void killed_exporter(const Peer &parent) {
    Memory x(kSmall * 4);
    upload(x.p, counted(kSmall));
    Key key;
    OKAY(aclrtIpcMemGetExportKey(x.p, kSmall * 4, key.text, 65, 1));
    parent.send(key);
    for (;;) pause();
}

// What was imported outlives the process that exported it, however it ends; its key does not.
void heir() {
    const Peer child = start("killed");
    const Key key = child.receive<Key>();
    void *p = nullptr, *again = nullptr;
    OKAY(aclrtIpcMemImportByKey(&p, key.text, 0));
    kill(child.pid, SIGKILL);
    waitpid(child.pid, nullptr, 0);
    square(p, kSmall);
    EXPECT_EQ(download(p, kSmall)[3], 9.f);
    OKAY(aclrtIpcMemClose(key.text));
    FAILS(aclrtIpcMemImportByKey(&again, key.text, 0), ACL_ERROR_RT_PARAM_INVALID, "ended");
    close(child.in);
    close(child.out);
}

// --- physical memory -----------------------------------------------------------------------------

constexpr size_t kPage = 2 << 20;

aclrtDrvMemHandle make_physical() {
    aclrtPhysicalMemProp prop{};
    prop.location.type = ACL_MEM_LOCATION_TYPE_DEVICE;
    aclrtDrvMemHandle handle = nullptr;
    OKAY(aclrtMallocPhysical(&handle, kPage, &prop, 0));
    return handle;
}

void *map(aclrtDrvMemHandle handle) {
    void *p = nullptr;
    OKAY(aclrtReserveMemAddress(&p, kPage, 0, nullptr, 0));
    OKAY(aclrtMapMem(p, kPage, 0, handle, 0));
    return p;
}

void unmap(void *p) {
    OKAY(aclrtUnmapMem(p));
    OKAY(aclrtReleaseMemAddress(p));
}

void physical_importer(const Peer &parent) {
    const uint64_t shared = parent.receive<uint64_t>();
    aclrtDrvMemHandle handle = nullptr;
    FAILS(aclrtMemImportFromShareableHandle(shared, 0, &handle), ACL_ERROR_RT_NO_PERMISSION,
          "allow");
    parent.send('n');
    parent.receive<char>();
    FAILS(aclrtMemImportFromShareableHandle(shared, 99, &handle), ACL_ERROR_RT_INVALID_DEVICEID,
          "");
    FAILS(aclrtMemImportFromShareableHandle(shared ^ 1, 0, &handle), ACL_ERROR_RT_PARAM_INVALID,
          "");
    OKAY(aclrtMemImportFromShareableHandle(shared, 0, &handle));
    uint64_t onward;
    FAILS(aclrtMemExportToShareableHandle(handle, ACL_MEM_HANDLE_TYPE_NONE, 0, &onward),
          ACL_ERROR_RT_PARAM_INVALID, "imported");
    void *p = map(handle);
    EXPECT(download(p, kSmall) == counted(kSmall));
    square(p, kSmall);
    parent.send('s');
    parent.receive<char>();
    EXPECT_EQ(download(p, kSmall)[3], 81.f);
    unmap(p);
    OKAY(aclrtFreePhysical(handle));
}

void physical_exporter() {
    const int files = shared_files();
    aclrtDrvMemHandle handle = make_physical();
    void *p = map(handle);
    upload(p, counted(kSmall));
    uint64_t shared = 0;
    FAILS(aclrtMemExportToShareableHandle(&shared, ACL_MEM_HANDLE_TYPE_NONE, 0, &shared),
          ACL_ERROR_RT_PARAM_INVALID, "not physical");
    FAILS(aclrtMemExportToShareableHandle(handle, aclrtMemHandleType(7), 0, &shared),
          ACL_ERROR_INVALID_PARAM, "handleType is 7");
    FAILS(aclrtMemExportToShareableHandle(handle, ACL_MEM_HANDLE_TYPE_NONE, 4, &shared),
          ACL_ERROR_INVALID_PARAM, "flags is 4");
    OKAY(aclrtMemExportToShareableHandle(handle, ACL_MEM_HANDLE_TYPE_NONE, 0, &shared));
    EXPECT(download(p, kSmall) == counted(kSmall));
    unmap(p);
    p = map(handle);
    EXPECT(download(p, kSmall) == counted(kSmall));
    EXPECT_EQ(in_child([&] {
                  EXPECT(download(p, kSmall) == counted(kSmall));
                  OKAY(aclrtMemset(p, 8, 0, 8));
                  unmap(p);
                  OKAY(aclrtFreePhysical(handle));
              }),
              0);
    const Peer child = start("physical");
    child.send(shared);
    EXPECT_EQ(child.receive<char>(), 'n');
    int32_t pid = child.pid;
    FAILS(aclrtMemSetPidToShareableHandle(shared + 1, &pid, 1), ACL_ERROR_RT_PARAM_INVALID,
          "no memory");
    OKAY(aclrtMemSetPidToShareableHandle(shared, &pid, 1));
    child.send('p');
    EXPECT_EQ(child.receive<char>(), 's');
    EXPECT_EQ(download(p, kSmall)[3], 9.f);
    square(p, kSmall);
    unmap(p);
    OKAY(aclrtFreePhysical(handle)); // the importer's memory lives on
    child.send('q');
    finish(child);

    // One that holds something while it is mapped nowhere, imported by the process itself.
    handle = make_physical();
    p = map(handle);
    upload(p, counted(kSmall));
    unmap(p);
    OKAY(aclrtMemExportToShareableHandle(handle, ACL_MEM_HANDLE_TYPE_NONE, 0, &shared));
    aclrtDrvMemHandle mine = nullptr;
    OKAY(aclrtMemImportFromShareableHandle(shared, 0, &mine));
    void *a = map(handle), *b = map(mine);
    square(b, kSmall);
    EXPECT_EQ(download(a, kSmall)[3], 9.f);
    unmap(a);
    unmap(b);
    OKAY(aclrtFreePhysical(mine));
    OKAY(aclrtFreePhysical(handle));
    EXPECT_EQ(shared_files(), files);
}

// --- events --------------------------------------------------------------------------------------

aclrtEvent make_event() {
    aclrtEvent event = nullptr;
    OKAY(aclrtCreateEventExWithFlag(&event, ACL_EVENT_IPC));
    return event;
}

bool is_done(aclrtEvent event) {
    aclrtEventRecordedStatus status;
    OKAY(aclrtQueryEventStatus(event, &status));
    return status == ACL_EVENT_RECORDED_STATUS_COMPLETE;
}

void event_waiter(const Peer &parent) {
    aclrtStream stream;
    aclrtEvent event = nullptr;
    void *p = nullptr;
    OKAY(aclrtCreateStream(&stream));
    const auto handle = parent.receive<aclrtIpcEventHandle>();
    OKAY(aclrtIpcOpenEventHandle(handle, &event));
    aclrtIpcEventHandle onward;
    FAILS(aclrtIpcGetEventHandle(event, &onward), ACL_ERROR_RT_PARAM_INVALID, "by this process");
    aclrtIpcEventHandle wrong{};
    aclrtEvent none;
    FAILS(aclrtIpcOpenEventHandle(wrong, &none), ACL_ERROR_INVALID_PARAM, "no handle");
    const Key key = parent.receive<Key>();
    OKAY(aclrtIpcMemImportByKey(&p, key.text, 0));
    EXPECT(is_done(event)); // never recorded
    OKAY(aclrtStreamWaitEvent(stream, event));
    OKAY(aclrtSynchronizeStream(stream));
    parent.send('o');
    parent.receive<char>(); // it is recorded behind a wait
    EXPECT(!is_done(event));
    FAILS(aclrtSynchronizeEventWithTimeout(event, 20), ACL_ERROR_RT_EVENT_SYNC_TIMEOUT, "20 ms");
    float *pinned = nullptr;
    OKAY(aclrtMallocHost(reinterpret_cast<void **>(&pinned), 4));
    *pinned = 0;
    OKAY(aclrtStreamWaitEvent(stream, event));
    OKAY(aclrtMemcpyAsync(pinned, 4, static_cast<float *>(p) + 3, 4, ACL_MEMCPY_DEVICE_TO_HOST,
                          stream));
    FAILS(aclrtSynchronizeStreamWithTimeout(stream, 20), ACL_ERROR_RT_STREAM_SYNC_TIMEOUT, "20 ms");
    EXPECT_EQ(*pinned, 0.f);
    parent.send('w');
    OKAY(aclrtSynchronizeStream(stream));
    EXPECT_EQ(*pinned, 9.f);
    EXPECT(is_done(event));
    OKAY(aclrtSynchronizeEvent(event));
    OKAY(aclrtRecordEvent(event, stream)); // either side records
    OKAY(aclrtSynchronizeStream(stream));
    parent.send('r');
    OKAY(aclrtFreeHost(pinned));
    OKAY(aclrtIpcMemClose(key.text));
    OKAY(aclrtDestroyEvent(event));
    OKAY(aclrtDestroyStream(stream));
}

void event_recorder() {
    const int files = shared_files();
    aclrtStream stream;
    aclrtEvent plain, none;
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclrtCreateEventExWithFlag(&plain, ACL_EVENT_SYNC));
    aclrtIpcEventHandle handle;
    FAILS(aclrtIpcGetEventHandle(plain, &handle), ACL_ERROR_RT_PARAM_INVALID, "ACL_EVENT_IPC");
    FAILS(aclrtCreateEventExWithFlag(&none, ACL_EVENT_IPC | ACL_EVENT_TIME_LINE),
          ACL_ERROR_INVALID_PARAM, "time");
    aclrtEvent event = make_event();
    OKAY(aclrtIpcGetEventHandle(event, &handle));
    FAILS(aclrtIpcOpenEventHandle(handle, &none), ACL_ERROR_RT_PARAM_INVALID, "this process");
    {
        Memory x(kSmall * 4), value(8);
        OKAY(aclrtMemset(value.p, 8, 0, 8));
        upload(x.p, counted(kSmall));
        Key key;
        OKAY(aclrtIpcMemGetExportKey(x.p, kSmall * 4, key.text, 65, 1));
        const Peer child = start("event");
        child.send(handle);
        child.send(key);
        EXPECT_EQ(child.receive<char>(), 'o');
        OKAY(aclrtValueWait(value.p, 1, ACL_STREAM_WAIT_VALUE_GEQ, stream));
        const int64_t shape[] = {int64_t(kSmall)};
        aclTensor *t =
            aclCreateTensor(shape, 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, shape, 1, x.p);
        OKAY(CALL(aclnnInplaceMul, stream, t, t));
        OKAY(aclDestroyTensor(t));
        OKAY(aclrtRecordEvent(event, stream));
        EXPECT(!is_done(event));
        child.send('r');
        EXPECT_EQ(child.receive<char>(), 'w');
        OKAY(aclrtValueWrite(value.p, 1, 0, nullptr));
        OKAY(aclrtSynchronizeStream(stream));
        EXPECT_EQ(child.receive<char>(), 'r');
        OKAY(aclrtSynchronizeEvent(event));
        finish(child);
    }
    OKAY(aclrtDestroyEvent(event));
    OKAY(aclrtDestroyEvent(plain));
    OKAY(aclrtDestroyStream(stream));
    EXPECT_EQ(shared_files(), files);
}

// A graph would record it again and again, at times that the other process cannot tell apart.
void captured_event() {
    aclrtStream stream;
    aclmdlRI graph = nullptr;
    aclrtEvent event = make_event();
    OKAY(aclrtCreateStream(&stream));
    for (bool record : {true, false}) {
        OKAY(aclmdlRICaptureBegin(stream, ACL_MODEL_RI_CAPTURE_MODE_RELAXED));
        if (record)
            FAILS(aclrtRecordEvent(event, stream), ACL_ERROR_RT_CAPTURE_MODE_BLOCK_ASYNC,
                  "ACL_EVENT_IPC");
        else
            FAILS(aclrtStreamWaitEvent(stream, event), ACL_ERROR_RT_CAPTURE_DEPENDENCY, "outside");
        FAILS(aclmdlRICaptureEnd(stream, &graph), ACL_ERROR_RT_STREAM_CAPTURE_INVALIDATED, "");
    }
    OKAY(aclrtDestroyEvent(event));
    OKAY(aclrtDestroyStream(stream));
}

// The process that recorded ends before its stream got there.
void dying_recorder(const Peer &parent) {
    aclrtStream stream;
    void *value = nullptr;
    OKAY(aclrtCreateStream(&stream));
    OKAY(aclrtMalloc(&value, 8, ACL_MEM_MALLOC_HUGE_FIRST));
    OKAY(aclrtMemset(value, 8, 0, 8));
    OKAY(aclrtValueWait(value, 1, ACL_STREAM_WAIT_VALUE_GEQ, stream));
    aclrtEvent event = make_event();
    aclrtIpcEventHandle handle;
    OKAY(aclrtIpcGetEventHandle(event, &handle));
    OKAY(aclrtRecordEvent(event, stream));
    parent.send(handle);
    parent.receive<char>();
    _exit(failures);
}

void survivor() {
    aclrtStream stream;
    aclrtEvent event = nullptr, late;
    OKAY(aclrtCreateStream(&stream));
    const Peer child = start("dying");
    const auto handle = child.receive<aclrtIpcEventHandle>();
    OKAY(aclrtIpcOpenEventHandle(handle, &event));
    child.send('x');
    finish(child);
    FAILS(aclrtIpcOpenEventHandle(handle, &late), ACL_ERROR_RT_PARAM_INVALID, "ended");
    int error = aclrtStreamWaitEvent(stream, event);
    if (!error) error = aclrtSynchronizeStream(stream);
    EXPECT_EQ(error, int(ACL_ERROR_RT_IPC_ERROR));
    OKAY(aclrtDestroyEvent(event));
    OKAY(aclrtResetDeviceForce(0));
    OKAY(aclrtSetDevice(0));
}

} // namespace

int main(int argc, char **argv) {
    OKAY(aclrtSetDevice(0));
    if (argc == 4) {
        const std::string role = argv[1];
        const Peer parent{getppid(), std::atoi(argv[2]), std::atoi(argv[3])};
        (role == "memory"     ? memory_importer
         : role == "physical" ? physical_importer
         : role == "event"    ? event_waiter
         : role == "killed"   ? killed_exporter
                              : dying_recorder)(parent);
        return failures != 0;
    }
    memory_exporter();
    heir();
    physical_exporter();
    event_recorder();
    captured_event();
    survivor();
    return finish();
}
