// Host callbacks: functions that a stream calls on the host, in the stream's order.
#include "check/check.h"
#include "runtime/api.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

using namespace cannsim;

namespace {

struct Report {
    aclrtCallback function;
    void *data;
    DeviceStream *stream; // null when the stream does not wait for the callback
};

// What the callbacks of one polling thread wait in.
struct Mailbox {
    std::deque<Report> reports;
    int streams = 0;
};

struct Mailboxes {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<uint64_t, Mailbox> by_thread;
    std::map<uint64_t, uint64_t> thread_of_stream; // stream serial -> thread
};

Mailboxes *all_mailboxes = new Mailboxes;
Mailboxes &mailboxes() { return *all_mailboxes; }

uint64_t this_thread_id() { return uint64_t(pthread_self()); }

// Runs the oldest report of a thread's mailbox. The lock is held on entry and on return.
void run_one(std::unique_lock<std::mutex> &lock, Mailbox &box) {
    Report report = box.reports.front();
    box.reports.pop_front();
    lock.unlock();
    report.function(report.data);
    lock.lock();
    if (report.stream) report.stream->callbacks.fetch_sub(1);
    mailboxes().changed.notify_all();
}

int post(DeviceStream *stream, Report report) {
    Mailboxes &m = mailboxes();
    std::unique_lock<std::mutex> lock(m.mutex);
    auto it = m.thread_of_stream.find(stream->serial);
    if (it == m.thread_of_stream.end())
        return fail(ACL_ERROR_RT_STREAM_NO_CB_REG,
                    "stream %d has no thread for callbacks: call aclrtSubscribeReport", stream->id);
    m.by_thread[it->second].reports.push_back(report);
    if (report.stream) stream->callbacks.fetch_add(1);
    m.changed.notify_all();
    return 0;
}

} // namespace

namespace cannsim {

// Waits until the blocking callbacks of the stream have run; runs them itself on the polling
// thread, which could not do so while it waits.
int wait_callbacks(DeviceStream *stream) {
    if (stream->callbacks.load() == 0) return 0;
    Mailboxes &m = mailboxes();
    std::unique_lock<std::mutex> lock(m.mutex);
    while (stream->callbacks.load() > 0) {
        auto box = m.by_thread.find(this_thread_id());
        if (box != m.by_thread.end() && !box->second.reports.empty())
            run_one(lock, box->second);
        else
            m.changed.wait(lock);
    }
    return 0;
}

void callbacks_after_fork() { all_mailboxes = new Mailboxes; }

} // namespace cannsim

extern "C" {

aclError aclrtSubscribeReport(uint64_t threadId, aclrtStream stream) {
    RESOLVE(s, stream);
    Mailboxes &m = mailboxes();
    std::lock_guard<std::mutex> lock(m.mutex);
    if (!m.thread_of_stream.emplace(s->serial, threadId).second)
        return fail(ACL_ERROR_RT_STREAM_SUBSCRIBE, "stream %d is subscribed already", s->id);
    ++m.by_thread[threadId].streams;
    return 0;
}

aclError aclrtUnSubscribeReport(uint64_t threadId, aclrtStream stream) {
    RESOLVE(s, stream);
    Mailboxes &m = mailboxes();
    std::lock_guard<std::mutex> lock(m.mutex);
    auto it = m.thread_of_stream.find(s->serial);
    if (it == m.thread_of_stream.end() || it->second != threadId)
        return fail(ACL_ERROR_RT_STREAM_SUBSCRIBE, "stream %d is not subscribed by thread %lu",
                    s->id, threadId);
    m.thread_of_stream.erase(it);
    auto box = m.by_thread.find(threadId);
    if (--box->second.streams == 0 && box->second.reports.empty()) m.by_thread.erase(box);
    return 0;
}

aclError aclrtLaunchCallback(aclrtCallback fn, void *userData, aclrtCallbackBlockType blockType,
                             aclrtStream stream) {
    REQUIRE(fn);
    RESOLVE(s, stream);
    bool block = blockType == ACL_CALLBACK_BLOCK;
    if (!block && blockType != ACL_CALLBACK_NO_BLOCK)
        return fail(ACL_ERROR_INVALID_PARAM, "unknown callback block type %d", int(blockType));
    {
        Mailboxes &m = mailboxes();
        std::lock_guard<std::mutex> lock(m.mutex);
        if (!m.thread_of_stream.count(s->serial))
            return fail(ACL_ERROR_RT_STREAM_NO_CB_REG,
                        "stream %d has no thread for callbacks: call aclrtSubscribeReport", s->id);
    }
    bool queued = s->queue != nullptr;
    Clock *past = checking() ? check_callback(s) : nullptr;
    return submit(s,
                  [fn, userData, block, queued, s, past] {
                      if (checking()) check_called_back(past);
                      int error = post(s, {fn, userData, block ? s : nullptr});
                      return error || !block || !queued ? error : wait_callbacks(s);
                  },
                  {__func__});
}

aclError aclrtProcessReport(int32_t timeout) {
    if (timeout < -1) return fail(ACL_ERROR_INVALID_PARAM, "timeout %d ms is negative", timeout);
    Mailboxes &m = mailboxes();
    std::unique_lock<std::mutex> lock(m.mutex);
    uint64_t self = this_thread_id();
    if (!m.by_thread.count(self))
        return fail(ACL_ERROR_RT_THREAD_SUBSCRIBE, "this thread has not subscribed to any stream");
    auto ready = [&] {
        auto box = m.by_thread.find(self);
        return box == m.by_thread.end() || !box->second.reports.empty();
    };
    if (timeout < 0)
        m.changed.wait(lock, ready);
    else if (!m.changed.wait_for(lock, std::chrono::milliseconds(timeout), ready))
        return fail(ACL_ERROR_RT_REPORT_TIMEOUT, "no callback arrived within %d ms", timeout);
    auto box = m.by_thread.find(self);
    while (box != m.by_thread.end() && !box->second.reports.empty()) {
        run_one(lock, box->second);
        box = m.by_thread.find(self);
    }
    return 0;
}

aclError aclrtLaunchHostFunc(aclrtStream stream, aclrtHostFunc fn, void *args) {
    REQUIRE(fn);
    RESOLVE(s, stream);
    Clock *past = checking() ? check_callback(s) : nullptr;
    return submit(s,
                  [fn, args, past] {
                      if (checking()) check_called_back(past);
                      fn(args);
                      return 0;
                  },
                  {__func__});
}

} // extern "C"
