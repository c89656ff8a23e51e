// The helper threads alone: every index once, whatever the number of threads, from many callers, in
// forked children.
#include "base/threads/parallel.h"
#include "expect.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <sched.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace cannsim;

namespace {

bool governed() {
    const char *text = std::getenv("CANNSIM_GOVERNOR");
    return !text || std::strcmp(text, "0");
}

int tasks() {
    int n = 0;
    DIR *folder = opendir("/proc/self/task");
    while (dirent *entry = readdir(folder)) n += entry->d_name[0] != '.';
    closedir(folder);
    return n;
}

void busy_wait(int64_t nanoseconds) {
    timespec start, t;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do clock_gettime(CLOCK_MONOTONIC, &t);
    while ((t.tv_sec - start.tv_sec) * 1000000000ll + t.tv_nsec - start.tv_nsec < nanoseconds);
}

struct Work {
    std::vector<int> times;
    int64_t grain, nanoseconds;
    std::atomic<int> crooked{0};
    std::atomic<int64_t> nested{0};

    Work(int64_t n, int64_t grain, int64_t nanoseconds)
        : times(size_t(n)), grain(grain), nanoseconds(nanoseconds) {}

    static void body(void *context, int64_t begin, int64_t end) {
        Work &w = *static_cast<Work *>(context);
        if (begin % w.grain) ++w.crooked;
        for (int64_t i = begin; i < end; ++i) ++w.times[size_t(i)]; // a race if two have it
        busy_wait((end - begin) * w.nanoseconds);
    }
    bool once() const {
        for (int t : times)
            if (t != 1) return false;
        return crooked == 0;
    }
};

void every_index_once() {
    for (int64_t n : {0, 1, 7, 64, 1000, 1001, 4099})
        for (int64_t grain : {1, 3, 64, 5000}) {
            Work loop(n, grain, 500), tasks(n, 1, 500);
            parallel_for(n, grain, Work::body, &loop);
            parallel_tasks(n, 500, Work::body, &tasks);
            EXPECT(loop.once());
            EXPECT(tasks.once());
        }
}

void one_thread_starts_none() {
    set_thread_count(1);
    const int before = tasks();
    every_index_once();
    EXPECT(tasks() == before);
    EXPECT(parallel_counts().shared == 0);
}

void short_work_stays_here() {
    set_thread_count(4);
    for (int i = 0; i < 100; ++i) {
        Work work(100, 50, 1);
        parallel_for(100, 50, Work::body, &work);
        EXPECT(work.once());
    }
    EXPECT(parallel_counts().shared < 50); // none, but for those put aside while they were measured
}

void from_within() {
    Work outer(64, 1, 0);
    struct Both {
        Work &outer;
        std::atomic<int> wrong{0};
    } both{outer};
    parallel_tasks(
        64, 100000,
        [](void *context, int64_t begin, int64_t end) {
            Both &b = *static_cast<Both *>(context);
            Work inner(500, 5, 2000);
            parallel_for(500, 5, Work::body, &inner);
            if (!inner.once()) ++b.wrong;
            Work::body(&b.outer, begin, end);
        },
        &both);
    EXPECT(outer.once());
    EXPECT(both.wrong == 0);
}

void many_callers() {
    std::vector<std::thread> callers;
    std::atomic<int> wrong{0};
    for (int t = 0; t < 4; ++t)
        callers.emplace_back([&] {
            for (int i = 0; i < 15; ++i) {
                Work work(600, 4, 1000);
                parallel_for(600, 4, Work::body, &work);
                if (!work.once()) ++wrong;
            }
        });
    for (std::thread &caller : callers) caller.join();
    EXPECT(wrong == 0);
}

// Helpers that slept are kept from one core when they are woken, and only then.
void cores_stay_allowed() {
    cpu_set_t mine, theirs;
    EXPECT(sched_getaffinity(0, sizeof mine, &mine) == 0);
    for (int i = 0; i < 3; ++i) {
        usleep(20000); // until they sleep
        Work work(600, 4, 1000);
        parallel_for(600, 4, Work::body, &work);
        EXPECT(work.once());
    }
    DIR *folder = opendir("/proc/self/task");
    while (dirent *entry = readdir(folder)) {
        if (entry->d_name[0] == '.') continue;
        EXPECT(sched_getaffinity(std::atoi(entry->d_name), sizeof theirs, &theirs) == 0);
        EXPECT(CPU_EQUAL(&mine, &theirs));
    }
    closedir(folder);
}

void forked() {
    every_index_once();
    EXPECT(in_child([] {
               EXPECT(tasks() == 1);
               every_index_once();
               EXPECT(governed() || tasks() > 1);
               EXPECT(in_child(every_index_once) == 0);
           }) == 0);
    // While other threads share work.
    std::atomic<bool> stop{false};
    std::thread other([&] {
        while (!stop) {
            Work work(600, 4, 1000);
            parallel_for(600, 4, Work::body, &work);
        }
    });
    for (int i = 0; i < 8; ++i) EXPECT(in_child(every_index_once) == 0);
    stop = true;
    other.join();
    every_index_once();
}

void counts() {
    for (const char *bad : {"", "0", "-1", "x", "3x", "257", " ", "1e3"})
        EXPECT(parse_thread_count(bad) == 0);
    EXPECT(parse_thread_count("1") == 1 && parse_thread_count("256") == 256);
    EXPECT(parse_thread_count("4,2") == 4);
    setenv("OMP_NUM_THREADS", "3", 1);
    set_thread_count(0);
    EXPECT(thread_count() == 3);
    setenv("CANNSIM_NUM_THREADS", "5", 1);
    set_thread_count(0);
    EXPECT(thread_count() == 5);
}

} // namespace

int main() {
    one_thread_starts_none();
    short_work_stays_here();
    for (int threads : {2, 3, 7}) {
        set_thread_count(threads);
        every_index_once();
        from_within();
        many_callers();
    }
    const ParallelCounts seen = parallel_counts();
    EXPECT(governed() || (seen.shared > 0 && seen.joined > 0 && seen.refused == 0));
    set_thread_count(3);
    cores_stay_allowed();
#ifndef __SANITIZE_THREAD__ // which cannot start threads in the child of a process that had some
    forked();
#endif
    counts();
    return finish();
}
