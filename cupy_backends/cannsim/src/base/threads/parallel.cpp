#include "parallel.h"

#include "cores.h"
#include "governor.h"

#include <algorithm>
#include <atomic>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace cannsim {
namespace {

// Nanoseconds. A helper that sleeps comes after 5 us to 50 us, and waking it costs the caller 10 us
// on a virtual machine.
constexpr int64_t kWorthSharing = 20000; // what is left after the first piece
constexpr int64_t kWorthWaking = 80000;  // the same where helpers sleep
constexpr int64_t kWorthHelper = 15000;  // of it, for each further thread
constexpr int64_t kWorthClocks = 100000; // asking how long the processor worked takes 1 us
constexpr int64_t kPiece = 50000;        // no piece need be longer
constexpr int64_t kSpin = 50000;
constexpr size_t kFewHelpers = 8;

int64_t now(clockid_t clock = CLOCK_MONOTONIC) {
    timespec t;
    clock_gettime(clock, &t);
    return int64_t(t.tv_sec) * 1000000000 + t.tv_nsec;
}

void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// How the thread rounds and treats subnormals; helpers must do as the caller does.
#if defined(__x86_64__)
uint64_t float_mode() { return __builtin_ia32_stmxcsr() & ~0x3fu; }
void set_float_mode(uint64_t mode) { __builtin_ia32_ldmxcsr(unsigned(mode)); }
#elif defined(__aarch64__)
uint64_t float_mode() {
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}
void set_float_mode(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }
#else
uint64_t float_mode() { return 0; }
void set_float_mode(uint64_t) {}
#endif

using Word = std::atomic<uint32_t>;
static_assert(sizeof(Word) == sizeof(uint32_t));

void sleep_while(Word &word, uint32_t value) {
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
}
void wake(Word &word, int threads) {
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, threads, nullptr, nullptr, 0);
}

// Waits until the word differs from `value`, first awake.
uint32_t await_change(Word &word, uint32_t value, bool spin, std::atomic<int> *sleepers) {
    const int64_t end = spin ? now() + kSpin : 0;
    for (int i = 0; spin; ++i) {
        const uint32_t current = word.load(std::memory_order_acquire);
        if (current != value) return current;
        if (i % 64 == 63 && now() > end) break;
        relax();
    }
    if (sleepers) sleepers->fetch_add(1);
    uint32_t current;
    while ((current = word.load()) == value) sleep_while(word, value);
    if (sleepers) sleepers->fetch_sub(1);
    return current;
}

thread_local bool in_body = false;

class Pool {
  public:
    Pool() {
        const char *text = std::getenv("CANNSIM_GOVERNOR");
        governor_.enable(!text || std::strcmp(text, "0"));
        cores_ = usable_cores();
    }

    // Runs [begin, n). `cost` is what one grain takes.
    void run(int64_t begin, int64_t n, int64_t grain, int64_t cost, RangeBody body, void *context,
             int threads) {
        if (busy_.exchange(true, std::memory_order_acquire)) return body(context, begin, n);
        share(begin, n, grain, cost, body, context, threads);
        busy_.store(false, std::memory_order_release);
    }

    ParallelCounts counts() const {
        return {shared_.load(std::memory_order_relaxed), joined_.load(std::memory_order_relaxed),
                refused_.load(std::memory_order_relaxed)};
    }

  private:
    // Of state_: whether helpers may come in, whether the caller sleeps; below, how many are
    // inside.
    static constexpr uint32_t kOpen = 1u << 31, kAsleep = 1u << 30, kInside = kAsleep - 1;

    static void *helper(void *pool) {
        in_body = true;
        static_cast<Pool *>(pool)->help();
        return nullptr;
    }

    void help() {
        for (uint32_t seen = 0;;) {
            seen = await_change(posted_, seen, spin_, &sleepers_);
            if (!enter()) continue;
            set_float_mode(mode_);
            take_pieces(false);
            leave();
        }
    }

    bool enter() {
        uint32_t state = state_.load(std::memory_order_acquire);
        while (state & kOpen) {
            if (int(state & kInside) >= wanted_.load(std::memory_order_relaxed)) return false;
            if (state_.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel)) {
                joined_.fetch_add(1, std::memory_order_relaxed);
                return true;
            }
        }
        return false;
    }

    void leave() {
        if (state_.fetch_sub(1, std::memory_order_acq_rel) == (kAsleep | 1)) wake(state_, 1);
    }

    // The caller goes up the first half and helpers the second, then down what is left of the other. So
    // in the next operator on the same arrays most is in the cache of the core that works on it.
    int64_t piece_of(bool caller, int64_t taken) const {
        const int64_t half = pieces_ / 2, own = caller ? half : pieces_ - half, others = taken - own;
        if (taken < own) return caller ? taken : half + taken;
        return caller ? pieces_ - 1 - others : half - 1 - others;
    }

    // How much of the work this thread did.
    int64_t take_pieces(bool caller) {
        int64_t done = 0;
        for (int64_t own = 0; claimed_.fetch_add(1, std::memory_order_relaxed) < pieces_;) {
            const int64_t taken = caller ? own++ : by_helpers_.fetch_add(1, std::memory_order_relaxed);
            const int64_t begin = begin_ + piece_of(caller, taken) * piece_, end = std::min(n_, begin + piece_);
            body_(context_, begin, end);
            done += end - begin;
        }
        return done;
    }

    // Nobody comes in any more; waits for those inside.
    void close() {
        uint32_t state = state_.fetch_and(~kOpen, std::memory_order_acq_rel) & ~kOpen;
        if (state == 0) return;
        const int64_t start = now();
        for (int i = 0; (state = state_.load(std::memory_order_acquire)) != 0; ++i) {
            relax();
            if (i % 64 != 63 || now() - start < kSpin) continue;
            state = state_.fetch_or(kAsleep, std::memory_order_acq_rel) | kAsleep;
            while (state != kAsleep) {
                sleep_while(state_, state);
                state = state_.load(std::memory_order_acquire);
            }
            state_.store(0, std::memory_order_relaxed);
            return;
        }
    }

    // Signals are for the threads that the program knows of, but for its own faults.
    void start_helpers(int wanted) {
        if (int(helpers_.size()) >= wanted) return;
        sigset_t all, before;
        sigfillset(&all);
        for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) sigdelset(&all, fault);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        while (int(helpers_.size()) < wanted) {
            pthread_t thread;
            if (pthread_create(&thread, nullptr, helper, this) != 0) break;
            pthread_detach(thread); // it never ends
            helpers_.push_back(thread);
#if defined(__linux__)
            pthread_setname_np(thread, "cannsim");
#endif
        }
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }

    // The system likes to start a thread on the core of the one that wakes it, where both take turns
    // for milliseconds while another core has nothing to do. So that core is barred for a moment,
    // which takes 2 us a helper: of many, enough find another by themselves.
    void wake_helpers(int wanted) {
        cpu_set_t all, others;
        const int core = helpers_.size() <= kFewHelpers ? sched_getcpu() : -1;
        bool barred = core >= 0 && core < CPU_SETSIZE && !sched_getaffinity(0, sizeof all, &all);
        if (barred) {
            others = all;
            CPU_CLR(core, &others);
            barred = CPU_COUNT(&others) > 0;
        }
        if (barred) allow_helpers(others);
        wake(posted_, wanted);
        if (barred) allow_helpers(all);
    }

    void allow_helpers(const cpu_set_t &cores) {
        for (pthread_t helper : helpers_) pthread_setaffinity_np(helper, sizeof cores, &cores);
    }

    void alone(int64_t begin, int64_t n, int64_t cost, RangeBody body, void *context) {
        if (cost < kWorthClocks) return body(context, begin, n);
        const int64_t start = now(), cpu = now(CLOCK_THREAD_CPUTIME_ID);
        body(context, begin, n);
        governor_.unshared(now(CLOCK_THREAD_CPUTIME_ID) - cpu, now() - start);
    }

    void share(int64_t begin, int64_t n, int64_t grain, int64_t cost, RangeBody body, void *context,
               int threads) {
        const int64_t grains = (n - begin + grain - 1) / grain, start = now();
        if (!governor_.allows(start)) {
            refused_.fetch_add(1, std::memory_order_relaxed);
            return alone(begin, n, grains * cost, body, context);
        }
        // One that is woken stays awake for the next operator, if that comes soon.
        const bool asleep = helpers_.empty() || sleepers_.load(std::memory_order_relaxed) > 0;
        if (asleep && grains * cost < kWorthWaking && start - last_ > kSpin) {
            body(context, begin, n);
            last_ = now();
            return;
        }
        const int64_t worth = std::min<int64_t>(grains * cost / kWorthHelper, grains - 1);
        const int wanted = int(std::min<int64_t>(threads - 1, worth));
        spin_ = threads <= cores_;
        start_helpers(wanted);
        if (helpers_.empty()) return body(context, begin, n);

        const int64_t longest = std::min(grains / (4 * (wanted + 1)), kPiece / cost);
        piece_ = std::max<int64_t>(1, longest) * grain;
        pieces_ = (n - begin + piece_ - 1) / piece_;
        begin_ = begin;
        n_ = n;
        body_ = body;
        context_ = context;
        mode_ = float_mode();
        claimed_.store(0, std::memory_order_relaxed);
        by_helpers_.store(0, std::memory_order_relaxed);
        wanted_.store(wanted, std::memory_order_relaxed);
        state_.store(kOpen, std::memory_order_release);
        posted_.fetch_add(1);
        if (sleepers_.load() > 0) wake_helpers(wanted);
        shared_.fetch_add(1, std::memory_order_relaxed);

        in_body = true;
        const int64_t cpu = now(CLOCK_THREAD_CPUTIME_ID), done = take_pieces(true),
                      own = now(CLOCK_THREAD_CPUTIME_ID) - cpu;
        in_body = false;
        close();
        const int64_t end = last_ = now();
        // Where helpers took everything at once, what the first piece cost has to do.
        const double alone = done ? double(own) * double(n - begin) / double(done)
                                  : double(cost) * double(grains);
        governor_.shared(int64_t(alone), end - start, end);
    }

    alignas(64) Word posted_{0};
    std::atomic<int> sleepers_{0};
    std::atomic<int> wanted_{0};
    alignas(64) Word state_{0};
    alignas(64) std::atomic<int64_t> claimed_{0}; // pieces
    std::atomic<int64_t> by_helpers_{0};          // of those
    alignas(64) RangeBody body_ = nullptr; // read by helpers that are inside only
    void *context_ = nullptr;
    int64_t begin_ = 0, n_ = 0, piece_ = 0, pieces_ = 0;
    uint64_t mode_ = 0;
    std::atomic<bool> spin_{true};
    alignas(64) std::atomic<bool> busy_{false};
    std::vector<pthread_t> helpers_; // from here on: of the caller that is busy
    int cores_ = 1;
    int64_t last_ = 0; // the end of the last operator that was worth sharing
    Governor governor_;
    std::atomic<uint64_t> shared_{0}, joined_{0}, refused_{0};
};

std::atomic<Pool *> pool{nullptr};
std::atomic<int> threads{0};

// The parent's helpers do not exist in the child, and its pool may be in any state.
void forget_pool() {
    pool.store(nullptr, std::memory_order_relaxed);
    in_body = false;
}

Pool &current_pool() {
    Pool *found = pool.load(std::memory_order_acquire);
    if (__builtin_expect(found != nullptr, 1)) return *found;
    static const int registered = pthread_atfork(nullptr, nullptr, forget_pool);
    (void)registered;
    Pool *fresh = new Pool; // never deleted: helpers may outlive static objects
    if (pool.compare_exchange_strong(found, fresh, std::memory_order_acq_rel)) return *fresh;
    delete fresh;
    return *found;
}

int count_from_environment() {
    for (const char *name : {"CANNSIM_NUM_THREADS", "OMP_NUM_THREADS"})
        if (const char *text = std::getenv(name))
            if (int n = parse_thread_count(text)) return n;
    return std::min(usable_cores(), kMaxThreads);
}

} // namespace

int parse_thread_count(const char *text) {
    char *end;
    const long n = std::strtol(text, &end, 10);
    // OpenMP allows one number per level of nesting: the first is ours.
    return end != text && (*end == 0 || *end == ',') && n >= 1 && n <= kMaxThreads ? int(n) : 0;
}

int thread_count() {
    int n = threads.load(std::memory_order_relaxed);
    if (__builtin_expect(n == 0, 0)) {
        n = count_from_environment();
        threads.store(n, std::memory_order_relaxed);
    }
    return n;
}

void set_thread_count(int n) { threads.store(std::min(n, kMaxThreads), std::memory_order_relaxed); }

void parallel_for(int64_t n, int64_t grain, RangeBody body, void *context) {
    const int most = n > grain && !in_body ? thread_count() : 1;
    if (most == 1) return body(context, 0, n);
    // The first piece tells what the work costs.
    const int64_t start = now();
    body(context, 0, grain);
    const int64_t cost = std::max<int64_t>(now() - start, 1);
    if ((n - grain) / grain * cost < kWorthSharing) return body(context, grain, n);
    current_pool().run(grain, n, grain, cost, body, context, most);
}

void parallel_tasks(int64_t n, int64_t cost, RangeBody body, void *context) {
    const int most = n > 1 && !in_body && (n - 1) * cost >= kWorthSharing ? thread_count() : 1;
    if (most == 1) return body(context, 0, n);
    current_pool().run(0, n, 1, cost, body, context, most);
}

namespace {

struct Bytes {
    char *dst;
    const char *src;
    int value;
};

constexpr int64_t kBytesGrain = int64_t(1) << 18;

} // namespace

void parallel_move(void *dst, const void *src, size_t bytes) {
    Bytes b{static_cast<char *>(dst), static_cast<const char *>(src), 0};
    if (b.dst < b.src + bytes && b.src < b.dst + bytes) {
        std::memmove(dst, src, bytes);
        return;
    }
    parallel_for(
        int64_t(bytes), kBytesGrain,
        [](void *context, int64_t begin, int64_t end) {
            const Bytes &b = *static_cast<Bytes *>(context);
            std::memcpy(b.dst + begin, b.src + begin, size_t(end - begin));
        },
        &b);
}

void parallel_set(void *dst, int value, size_t bytes) {
    Bytes b{static_cast<char *>(dst), nullptr, value};
    parallel_for(
        int64_t(bytes), kBytesGrain,
        [](void *context, int64_t begin, int64_t end) {
            const Bytes &b = *static_cast<Bytes *>(context);
            std::memset(b.dst + begin, b.value, size_t(end - begin));
        },
        &b);
}

ParallelCounts parallel_counts() {
    Pool *found = pool.load(std::memory_order_acquire);
    return found ? found->counts() : ParallelCounts{};
}

} // namespace cannsim
