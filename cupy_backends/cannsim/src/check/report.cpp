#include "check/report.h"

#include "cannsim.h"

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <execinfo.h>
#include <unistd.h>
#include <vector>

namespace cannsim {

uint32_t checks;

namespace {

constexpr size_t kShown = 200, kKept = 1000;

const char *const kNames[] = {"mem", "init", "race", "leak"};

struct Reports {
    std::mutex mutex;
    std::atomic<uint64_t> counts[4] = {};
    std::vector<std::string> kept;
    uint64_t tasks = 0, shown = 0;
    int exit_code = 0;
};

// Never destroyed: threads may still report when the process ends.
Reports &reports() {
    static Reports *instance = new Reports;
    return *instance;
}

uint64_t total(uint32_t which) {
    uint64_t sum = 0;
    for (int i = 0; i < 4; ++i)
        if (which >> i & 1) sum += reports().counts[i];
    return sum;
}

void at_exit(int status, void *) {
    if (checking(kCheckLeak)) cannsimReportLeaks();
    const uint64_t n = total(kAnyCheck);
    if (!n) return;
    std::fprintf(stderr, "cannsim: %lu reports (mem %lu, init %lu, race %lu, leak %lu)\n", n,
                 total(kCheckMem), total(kCheckInit), total(kCheckRace), total(kCheckLeak));
    std::fflush(nullptr);
    if (!status && reports().exit_code) _exit(reports().exit_code);
}

} // namespace

void start_checks(uint32_t which, int exit_code) {
    if (!which) return;
    reports().exit_code = exit_code;
    on_exit(at_exit, nullptr);
    checks = which;
}

std::mutex &check_mutex() { return reports().mutex; }

std::string text(const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int length = std::vsnprintf(nullptr, 0, format, args);
    va_end(args);
    std::string out(size_t(length), '\0');
    std::vsnprintf(&out[0], size_t(length) + 1, format, again);
    va_end(again);
    return out;
}

void report(uint32_t check, const std::string &message) {
    Reports &r = reports();
    const int number = __builtin_ctz(check);
    ++r.counts[number];
    const std::string whole = text("cannsim check %s: ", kNames[number]) + message;
    if (r.kept.size() < kKept) r.kept.push_back(whole);
    if (r.shown++ < kShown) std::fprintf(stderr, "%s\n", whole.c_str());
    if (r.shown == kShown) std::fprintf(stderr, "cannsim: further reports are only counted\n");
    if (r.exit_code < 0) std::abort();
}

Site site(const char *call) {
    Site s;
    s.call = call;
    s.task = reports().tasks;
    if (!checking(kCheckLeak)) return s;
    void *found[16];
    const int n = backtrace(found, 16);
    static Dl_info self = [] {
        Dl_info info{};
        dladdr(reinterpret_cast<void *>(&start_checks), &info);
        return info;
    }();
    int kept = 0;
    for (int i = 0; i < n && kept < 6; ++i) {
        Dl_info info;
        if (!kept && dladdr(found[i], &info) && info.dli_fbase == self.dli_fbase) continue;
        s.frames[kept++] = found[i];
    }
    return s;
}

std::string describe(const Site &s) {
    std::string out = text("%s after task %lu", s.call ? s.call : "?", s.task);
    for (void *frame : s.frames) {
        Dl_info info;
        if (!frame || !dladdr(frame, &info) || !info.dli_fname) break;
        const char *slash = __builtin_strrchr(info.dli_fname, '/');
        out += text("\n      from %s", slash ? slash + 1 : info.dli_fname);
        const char *at = static_cast<const char *>(frame);
        if (info.dli_sname)
            out +=
                text(" %s+0x%zx", info.dli_sname, at - static_cast<const char *>(info.dli_saddr));
        else
            out += text("+0x%zx", at - static_cast<const char *>(info.dli_fbase));
    }
    return out;
}

Actor actor(const char *call, const DeviceStream *stream) {
    return {call, stream ? stream->id : -1, ++reports().tasks};
}

std::string describe(const Actor &a) {
    return a.stream < 0 ? text("%s (task %lu, by the host)", a.call, a.task)
                        : text("%s (task %lu, stream %d)", a.call, a.task, a.stream);
}

std::string describe(const Access &a) {
    std::string out = a.read && a.write ? "reads and writes " : a.write ? "writes " : "reads ";
    if (a.name) out += a.name;
    if (a.item >= 0) out += text("[%d]", a.item);
    if (a.name) out += ' ';
    if (!a.type.empty()) out += '(' + a.type + ") ";
    return out + text("at 0x%lx, %lu bytes", a.bytes.begin, a.bytes.end - a.bytes.begin);
}

void checks_before_fork() { check_mutex().lock(); }
void checks_after_fork(bool) { check_mutex().unlock(); }

} // namespace cannsim

using namespace cannsim;

extern "C" {

int cannsimChecks() { return int(checks); }

uint64_t cannsimReports(int which) { return total(uint32_t(which) & kAnyCheck); }

const char *cannsimReport(uint64_t index) {
    std::lock_guard<std::mutex> lock(check_mutex());
    auto &kept = reports().kept;
    return index < kept.size() ? kept[index].c_str() : nullptr;
}

void cannsimForgetReports() {
    std::lock_guard<std::mutex> lock(check_mutex());
    for (auto &count : reports().counts) count = 0;
    // Their texts may still be read by somebody, so they stay where they are.
    (new std::vector<std::string>)->swap(reports().kept);
    reports().shown = 0;
}

uint64_t cannsimReportLeaks() {
    std::lock_guard<std::mutex> lock(check_mutex());
    return report_leaks() + report_memory_leaks();
}

} // extern "C"
