#include "runtime/sharing.h"

#include "base/error.h"
#include "cann_runtime.h"
#include "runtime/memory.h"
#include "runtime/stream.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <new>
#include <set>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cannsim {

std::atomic<size_t> shared_blocks{0};

namespace {

// Neighbouring pages in one file, and the blocks in them: blocks are smaller than pages.
struct Run {
    uintptr_t end;
    int fd;
    std::set<uintptr_t> blocks;
};

struct Shared {
    std::mutex mutex;
    std::map<uintptr_t, Run> runs;
};

Shared &shared() {
    static Shared *instance = new Shared;
    return *instance;
}

size_t page_size() {
    static const size_t size = size_t(sysconf(_SC_PAGESIZE));
    return size;
}

uintptr_t down(uintptr_t at) { return at / page_size() * page_size(); }
uintptr_t up(uintptr_t at) { return down(at + page_size() - 1); }

char *host(uintptr_t at) { return to_host(reinterpret_cast<void *>(at)); }

// Whole pages, whatever AddressSanitizer knows of the blocks in them. Pages of zeros stay holes.
[[gnu::no_sanitize_address]] void copy_pages(char *to, const char *from, size_t size) {
    constexpr size_t kWords = 512;
    for (size_t at = 0; at < size; at += kWords * 8) {
        const volatile uint64_t *f = reinterpret_cast<const uint64_t *>(from + at);
        volatile uint64_t *t = reinterpret_cast<uint64_t *>(to + at);
        uint64_t any = 0;
        for (size_t i = 0; i < kWords; ++i) any |= f[i];
        if (any)
            for (size_t i = 0; i < kWords; ++i) t[i] = f[i];
    }
}

int refuse_host(const char *call, size_t size) {
    return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "%s: no host memory to share %zu bytes: %s", call,
                size, std::strerror(errno));
}

// [begin, end) becomes private again; its first and last page, which other blocks may lie in, keep
// their content.
void make_private(uintptr_t begin, uintptr_t end, int fd) {
    const size_t page = page_size(), last = end - begin - page;
    std::vector<char> kept(2 * page);
    copy_pages(kept.data(), host(begin), page);
    copy_pages(kept.data() + page, host(begin) + last, page);
    if (map_nothing(host(begin), end - begin)) {
        copy_pages(host(begin) + last, kept.data() + page, page);
        copy_pages(host(begin), kept.data(), page);
    }
    close(fd);
}

} // namespace

int make_file(const char *call, size_t size) {
    const int fd = memfd_create("cannsim", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, off_t(size))) {
        const int error = fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "%s: cannot share memory: %s", call,
                               std::strerror(errno));
        if (fd >= 0) close(fd);
        return -error;
    }
    return fd;
}

bool map_file(char *at, size_t size, int fd, uint64_t offset) {
    void *p = mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | (at ? MAP_FIXED : 0), fd,
                   off_t(offset));
    if (p != MAP_FAILED) madvise(p, size, MADV_DONTDUMP);
    return p != MAP_FAILED;
}

bool map_nothing(char *at, size_t size) {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    const bool good = mmap(at, size, PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED;
    if (good) madvise(at, size, MADV_DONTDUMP);
    return good;
}

bool move_to_file(char *at, size_t size, int fd, bool map) {
    void *p = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED) return false;
    copy_pages(static_cast<char *>(p), at, size);
    munmap(p, size);
    return !map || map_file(at, size, fd, 0);
}

int make_page(const char *call, PageKind kind, SharedPage **page, Ticket *ticket) {
    const int fd = make_file(call, sizeof(SharedPage));
    if (fd < 0) return -fd;
    void *p = mmap(nullptr, sizeof(SharedPage), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED) {
        close(fd);
        return refuse_host(call, sizeof(SharedPage));
    }
    uint32_t token = 0;
    if (getrandom(&token, sizeof token, 0) != sizeof token) token = uint32_t(now_nanoseconds());
    token = token & 0x3FFFFF; // what a shareable handle has room for
    *ticket = {uint32_t(getpid()), uint32_t(fd), token};
    SharedPage *out = ::new (p) SharedPage{};
    out->kind = kind;
    out->token = token;
    out->pid = ticket->pid;
    out->open = 1;
    *page = out;
    return 0;
}

void close_page(SharedPage *page, const Ticket &ticket) {
    page->open = 0;
    leave_page(page);
    close(int(ticket.fd));
}

void leave_page(SharedPage *page) { munmap(page, sizeof *page); }

int open_file(const char *call, uint32_t pid, uint32_t fd, int *out) {
    char path[48];
    std::snprintf(path, sizeof path, "/proc/%u/fd/%u", pid, fd);
    *out = open(path, O_RDWR | O_CLOEXEC);
    if (*out >= 0) return 0;
    const int code = errno == EACCES || errno == EPERM ? int(ACL_ERROR_RT_NO_PERMISSION)
                                                       : int(ACL_ERROR_RT_PARAM_INVALID);
    return fail(code, "%s: nothing is shared under this key: process %u ended, or closed it (%s)",
                call, pid, std::strerror(errno));
}

int open_page(const char *call, PageKind kind, const Ticket &ticket, SharedPage **page) {
    int fd;
    if (int error = open_file(call, ticket.pid, ticket.fd, &fd)) return error;
    struct stat status;
    void *p = MAP_FAILED;
    if (!fstat(fd, &status) && size_t(status.st_size) == sizeof(SharedPage))
        p = mmap(nullptr, sizeof(SharedPage), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    *page = static_cast<SharedPage *>(p);
    if (p != MAP_FAILED) {
        const SharedPage &s = **page;
        if (s.kind == kind && s.token == ticket.token && s.pid == ticket.pid && s.open) return 0;
        leave_page(*page);
    }
    return fail(ACL_ERROR_RT_PARAM_INVALID,
                "%s: process %u shares nothing under this key (closed?)", call, ticket.pid);
}

int allow_pids(const char *call, SharedPage *page, const int32_t *pids, size_t n) {
    const size_t have = page->npids;
    if (n > kMaxPids - have)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: %zu pids; there is room for %zu more", call, n,
                    kMaxPids - have);
    for (size_t i = 0; i < n; ++i)
        if (pids[i] <= 0)
            return fail(ACL_ERROR_INVALID_PARAM, "%s: pid[%zu] is %d", call, i, pids[i]);
    std::memcpy(page->pids + have, pids, n * sizeof *pids);
    page->npids = uint32_t(have + n);
    return 0;
}

int check_pid(const char *call, const SharedPage *page) {
    const int32_t self = getpid();
    if (page->any_pid || int32_t(page->pid) == self) return 0;
    for (size_t i = 0, n = page->npids; i < n; ++i)
        if (page->pids[i] == self) return 0;
    return fail(ACL_ERROR_RT_NO_PERMISSION,
                "%s: process %u did not allow process %d to import this memory", call, page->pid,
                self);
}

// Tasks of streams stand still meanwhile; a host thread that computes by itself next to this call
// (inline execution) must not write to the block or its neighbours.
int share_block(const char *call, const Block &block, std::vector<Piece> *pieces) {
    Quiet quiet;
    if (!quiet) return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: called by a host callback", call);
    Shared &s = shared();
    std::lock_guard<std::mutex> lock(s.mutex);
    const uintptr_t end = up(block.begin + block.size);
    for (uintptr_t at = down(block.begin); at < end;) {
        auto next = s.runs.upper_bound(at);
        if (next == s.runs.begin() || std::prev(next)->second.end <= at) {
            const uintptr_t stop = next == s.runs.end() ? end : std::min(end, next->first);
            const int fd = make_file(call, stop - at);
            if (fd < 0) return -fd;
            if (!move_to_file(host(at), stop - at, fd)) {
                close(fd);
                return refuse_host(call, stop - at);
            }
            next = std::next(s.runs.emplace(at, Run{stop, fd, {}}).first);
        }
        auto &[begin, run] = *std::prev(next);
        if (run.blocks.insert(block.begin).second && down(block.begin) == at) ++shared_blocks;
        const uintptr_t stop = std::min(end, run.end);
        pieces->push_back({uint32_t(run.fd), 0, at - begin, stop - at});
        at = stop;
    }
    return 0;
}

void unshare_block(uintptr_t begin, size_t size) {
    Shared &s = shared();
    std::lock_guard<std::mutex> lock(s.mutex);
    bool found = false;
    for (uintptr_t at = down(begin), end = up(begin + size); at < end;) {
        auto next = s.runs.upper_bound(at);
        if (next != s.runs.begin() && std::prev(next)->second.end > at) {
            auto it = std::prev(next);
            Run &run = it->second;
            at = run.end;
            found |= run.blocks.erase(begin);
            if (!run.blocks.empty()) continue;
            make_private(it->first, run.end, run.fd);
            s.runs.erase(it);
        } else {
            at = next == s.runs.end() ? end : next->first;
        }
    }
    shared_blocks -= found;
}

bool is_shared(const void *device) {
    const uintptr_t at = reinterpret_cast<uintptr_t>(device);
    if (at - virtual_area.begin < virtual_area.size) return true; // perhaps
    Shared &s = shared();
    std::lock_guard<std::mutex> lock(s.mutex);
    auto next = s.runs.upper_bound(at);
    return next != s.runs.begin() && std::prev(next)->second.end > at;
}

bool copy_privately(char *at, size_t size) {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *p = mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (p == MAP_FAILED) return false;
    copy_pages(static_cast<char *>(p), at, size);
    return mremap(p, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, at) != MAP_FAILED;
}

void sharing_before_fork() { shared().mutex.lock(); }

// The child has a copy of what its parent shares, as of all device memory.
void sharing_after_fork(bool child) {
    Shared &s = shared();
    if (child) {
        for (auto &[begin, run] : s.runs) {
            copy_privately(host(begin), run.end - begin);
            close(run.fd);
        }
        s.runs.clear();
        shared_blocks = 0;
    }
    s.mutex.unlock();
}

} // namespace cannsim
