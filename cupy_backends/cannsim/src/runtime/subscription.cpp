// aclprofModelSubscribe: a record of every operator goes into the subscriber's pipe, with the times of
// the modelled clock of its stream. There are no offline models here, so a subscription, whatever the
// model it names, gets all operators that the process launches.
#include "runtime/subscription.h"

#include "check/check.h"
#include "model/cost.h"
#include "runtime/api.h"

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <poll.h>
#include <set>
#include <string>
#include <thread>
#include <unistd.h>

using namespace cannsim;

struct aclprofSubscribeConfig {
    int file;
    bool times;
};

namespace {

// What a program reads from its pipe and asks aclprofGetOp* about.
struct Record {
    uint64_t magic, model;
    uint64_t begin, end;
    char type[ACL_PROF_MAX_OP_TYPE_LEN];
    char name[ACL_PROF_MAX_OP_NAME_LEN];
};
constexpr uint64_t kMagic = 0x4e4e414350524f46;

// Writes in the background, since the program may read only after it has launched everything.
class Subscription {
  public:
    Subscription(uint32_t model, const aclprofSubscribeConfig &config)
        : model(model), config(config), process(getpid()), writer([this] { work(); }) {}

    // What waits is written, as long as somebody reads.
    ~Subscription() {
        if (process != getpid()) { // a forked child has no writer
            new std::thread(std::move(writer));
            return;
        }
        {
            std::lock_guard<std::mutex> lock(mutex);
            stop = true;
        }
        work_came.notify_one();
        writer.join();
    }

    void add(const char *name, uint64_t begin, uint64_t end) {
        Record r{kMagic, model, config.times ? begin : 0, config.times ? end : 0, {}, {}};
        const char *type = std::strncmp(name, "aclnn", 5) ? name : name + 5;
        std::snprintf(r.type, sizeof r.type, "%s", type);
        std::lock_guard<std::mutex> lock(mutex);
        std::snprintf(r.name, sizeof r.name, "%s_%lu", name, ++count);
        records.push_back(r);
        work_came.notify_one();
    }

  private:
    void work() {
        sigset_t pipes; // a reader that went away is no reason to end the program
        sigemptyset(&pipes);
        sigaddset(&pipes, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipes, nullptr);
        std::unique_lock<std::mutex> lock(mutex);
        for (bool read = true;;) {
            work_came.wait(lock, [this] { return stop || !records.empty(); });
            if (records.empty()) return;
            const Record r = records.front();
            records.pop_front();
            lock.unlock();
            read = read && write(r);
            lock.lock();
        }
    }

    // Whether the record was written; no longer than a second after the end of the subscription.
    bool write(const Record &r) {
        const char *at = reinterpret_cast<const char *>(&r);
        for (size_t left = sizeof r; left;) {
            pollfd ready{config.file, POLLOUT, 0};
            const int found = poll(&ready, 1, 1000);
            if (found == 0) {
                std::lock_guard<std::mutex> lock(mutex);
                if (stop) return false;
                continue;
            }
            const ssize_t n = found < 0 ? found : ::write(config.file, at, left);
            if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            if (n <= 0) return false;
            at += n;
            left -= size_t(n);
        }
        return true;
    }

    const uint32_t model;
    const aclprofSubscribeConfig config;
    const pid_t process;
    std::mutex mutex;
    std::condition_variable work_came;
    std::deque<Record> records;
    uint64_t count = 0;
    bool stop = false;
    std::thread writer;
};

struct State {
    std::mutex mutex;
    std::map<uint32_t, std::unique_ptr<Subscription>> subscriptions;
    std::set<const void *> configs;
};

State &state() {
    static State *instance = new State;
    return *instance;
}

// Copies record `index` of what a program read, whose bytes need no alignment.
int read_record(const char *caller, const void *info, size_t length, uint32_t index, Record *out) {
    if (!info) return fail(ACL_ERROR_INVALID_PARAM, "%s: opInfo is null", caller);
    if (length % sizeof *out || index >= length / sizeof *out)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: no operator %u in %zu bytes; each has %zu", caller,
                    index, length, sizeof *out);
    std::memcpy(out, static_cast<const char *>(info) + index * sizeof *out, sizeof *out);
    if (out->magic == kMagic) return 0;
    return fail(ACL_ERROR_INVALID_PARAM, "%s: the bytes are none that a subscription wrote", caller);
}

using Text = const char *(*)(const Record &);

int text_size(const char *caller, const void *info, size_t length, uint32_t index, Text text,
              size_t *out) {
    Record r;
    if (int error = read_record(caller, info, length, index, &r)) return error;
    if (!out) return fail(ACL_ERROR_INVALID_PARAM, "%s: the result is null", caller);
    *out = std::strlen(text(r)) + 1;
    return 0;
}

int copy_text(const char *caller, const void *info, size_t length, uint32_t index, Text text,
              char *out, size_t room) {
    Record r;
    if (int error = read_record(caller, info, length, index, &r)) return error;
    const size_t size = std::strlen(text(r)) + 1;
    if (!out || room < size)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: %zu bytes do not hold the %zu of the text", caller,
                    out ? room : 0, size);
    std::memcpy(out, text(r), size);
    return 0;
}

// A number of a record; 0 with a message when there is none.
template <class F>
uint64_t number(const char *caller, const void *info, size_t length, uint32_t index, const F &f) {
    Record r;
    return read_record(caller, info, length, index, &r) ? 0 : f(r);
}

const char *type_of(const Record &r) { return r.type; }
const char *name_of(const Record &r) { return r.name; }

} // namespace

namespace cannsim {

bool is_subscribed() {
    std::lock_guard<std::mutex> lock(state().mutex);
    return !state().subscriptions.empty();
}

void report_operator(const char *name, uint64_t begin, uint64_t end) {
    std::lock_guard<std::mutex> lock(state().mutex);
    for (auto &[model, subscription] : state().subscriptions) subscription->add(name, begin, end);
}

} // namespace cannsim

extern "C" {

// `fd` points to the file descriptor that is written to, usually the second of a pipe. The metrics are
// those of hardware counters, which there are none of.
aclprofSubscribeConfig *aclprofCreateSubscribeConfig(int8_t timeInfoSwitch, aclprofAicoreMetrics,
                                                     void *fd) {
    if (!fd) {
        fail(ACL_ERROR_INVALID_PARAM, "%s: fd is null", __func__);
        return nullptr;
    }
    auto *config = new aclprofSubscribeConfig{*static_cast<const int *>(fd), timeInfoSwitch != 0};
    std::lock_guard<std::mutex> lock(state().mutex);
    state().configs.insert(config);
    if (checking(kCheckLeak)) leak_noted(config, "aclprofSubscribeConfig");
    return config;
}

aclError aclprofDestroySubscribeConfig(const aclprofSubscribeConfig *profSubscribeConfig) {
    REQUIRE(profSubscribeConfig);
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        if (!state().configs.erase(profSubscribeConfig))
            return fail(ACL_ERROR_INVALID_PARAM, "%s: %p is no configuration, or it was destroyed",
                        __func__, static_cast<const void *>(profSubscribeConfig));
    }
    if (checking(kCheckLeak)) leak_forgotten(profSubscribeConfig);
    delete profSubscribeConfig;
    return 0;
}

aclError aclprofModelSubscribe(uint32_t modelId, const aclprofSubscribeConfig *profSubscribeConfig) {
    REQUIRE(profSubscribeConfig);
    if (int error = check_settings()) return error;
    if (profiling)
        return fail(ACL_ERROR_PROF_API_CONFLICT, "%s: aclprofInit was called", __func__);
    std::lock_guard<std::mutex> lock(state().mutex);
    if (!state().configs.count(profSubscribeConfig))
        return fail(ACL_ERROR_INVALID_PARAM, "%s: %p is no configuration, or it was destroyed",
                    __func__, static_cast<const void *>(profSubscribeConfig));
    std::unique_ptr<Subscription> &place = state().subscriptions[modelId];
    if (place)
        return fail(ACL_ERROR_PROF_REPEAT_SUBSCRIBE, "%s: model %u is subscribed to already",
                    __func__, modelId);
    place.reset(new Subscription(modelId, *profSubscribeConfig));
    model_for(kModelSubscribed, true);
    return 0;
}

aclError aclprofModelUnSubscribe(uint32_t modelId) {
    std::unique_ptr<Subscription> ended; // after the lock: its last records are written
    std::lock_guard<std::mutex> lock(state().mutex);
    const auto found = state().subscriptions.find(modelId);
    if (found == state().subscriptions.end())
        return fail(ACL_ERROR_INVALID_MODEL_ID, "%s: model %u is not subscribed to", __func__,
                    modelId);
    ended = std::move(found->second);
    state().subscriptions.erase(found);
    if (state().subscriptions.empty()) model_for(kModelSubscribed, false);
    return 0;
}

aclError aclprofGetOpDescSize(size_t *opDescSize) {
    REQUIRE(opDescSize);
    *opDescSize = sizeof(Record);
    return 0;
}

aclError aclprofGetOpNum(const void *opInfo, size_t opInfoLen, uint32_t *opNumber) {
    REQUIRE(opNumber);
    Record first;
    if (int error = read_record(__func__, opInfo, opInfoLen, 0, &first)) return error;
    *opNumber = uint32_t(opInfoLen / sizeof(Record));
    return 0;
}

// With the terminating zero.
aclError aclprofGetOpTypeLen(const void *opInfo, size_t opInfoLen, uint32_t index,
                             size_t *opTypeLen) {
    return text_size(__func__, opInfo, opInfoLen, index, type_of, opTypeLen);
}
aclError aclprofGetOpType(const void *opInfo, size_t opInfoLen, uint32_t index, char *opType,
                          size_t opTypeLen) {
    return copy_text(__func__, opInfo, opInfoLen, index, type_of, opType, opTypeLen);
}
aclError aclprofGetOpNameLen(const void *opInfo, size_t opInfoLen, uint32_t index,
                             size_t *opNameLen) {
    return text_size(__func__, opInfo, opInfoLen, index, name_of, opNameLen);
}
aclError aclprofGetOpName(const void *opInfo, size_t opInfoLen, uint32_t index, char *opName,
                          size_t opNameLen) {
    return copy_text(__func__, opInfo, opInfoLen, index, name_of, opName, opNameLen);
}

// In ns; zeros where the subscription asked for no times.
uint64_t aclprofGetOpStart(const void *opInfo, size_t opInfoLen, uint32_t index) {
    return number(__func__, opInfo, opInfoLen, index, [](const Record &r) { return r.begin; });
}
uint64_t aclprofGetOpEnd(const void *opInfo, size_t opInfoLen, uint32_t index) {
    return number(__func__, opInfo, opInfoLen, index, [](const Record &r) { return r.end; });
}
uint64_t aclprofGetOpDuration(const void *opInfo, size_t opInfoLen, uint32_t index) {
    return number(__func__, opInfo, opInfoLen, index,
                  [](const Record &r) { return r.end - r.begin; });
}
size_t aclprofGetModelId(const void *opInfo, size_t opInfoLen, uint32_t index) {
    return number(__func__, opInfo, opInfoLen, index, [](const Record &r) { return r.model; });
}

} // extern "C"
