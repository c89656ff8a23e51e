#include "recent.h"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <vector>

namespace ascend {

namespace {

std::mutex registry;

// Kept forever: threads remember the last one that they used.
std::vector<Recent *> &all() {
    static auto *list = new std::vector<Recent *>;
    return *list;
}

const char *const dtype_names[CUPY_NUM_DTYPES] = {
    "bool",    "int8",     "int16",   "int32",   "int64",     "uint8",     "uint16", "uint32",
    "uint64",  "float16",  "bfloat16", "float32", "float64",  "complex64", "complex128"};

struct Text {
    char *at, *end;
    bool full = false;
    template <class... T> void add(const char *format, T... values) {
        if (full) return;
        const int n = snprintf(at, size_t(end - at), format, values...);
        full = n < 0 || n >= end - at;
        if (!full) at += n;
    }
};

template <class T> T get(const T &from) { return __atomic_load_n(&from, __ATOMIC_RELAXED); }

void add_operand(Text &text, const Launched &line, int k) {
    const Plan *plan = get(line.plan);
    const int dtype = plan->elementwise ? plan->dtypes[k] : get(line.dtypes[k]);
    const int from = plan->elementwise ? 0 : k, rank = get(line.ranks[from]);
    text.add("%s", dtype >= 0 && dtype < CUPY_NUM_DTYPES ? dtype_names[dtype] : "?");
    if (get(line.scalars) >> k & 1) return text.add(" scalar");
    text.add("[");
    for (int d = 0; d < rank && d < kRecentDims; d++)
        text.add(d ? ", %lld" : "%lld", (long long)get(line.dims[from][d]));
    text.add(rank > kRecentDims ? ", ...]" : "]");
}

// A line that does not fit is left out.
void add_line(Text &text, const Launched &line, const Recent *elsewhere) {
    const Plan *plan = get(line.plan);
    char *start = text.at;
    text.add("%s(", cupy_op_info[plan->op].name);
    const int n = get(line.operands);
    for (int k = 0; k < n && k < kRecentOperands; k++) {
        if (k) text.add(", ");
        add_operand(text, line, k);
    }
    text.add(n > kRecentOperands ? ", ...)" : ")");
    if (elsewhere) text.add(" on stream %p", static_cast<void *>(elsewhere->stream));
    text.add("\n");
    if (text.full) *start = 0;
}

} // namespace

Recent *find_recent(cupyStream stream) {
    std::lock_guard<std::mutex> hold(registry);
    Recent *found = nullptr;
    for (Recent *one : all())
        if (one->stream == stream && one->device == thread.device) found = one;
    if (!found) {
        found = new Recent;
        found->device = thread.device;
        found->stream = stream;
        all().push_back(found);
    }
    return thread.recent = found;
}

void forget_launches(int device) {
    std::lock_guard<std::mutex> hold(registry);
    for (Recent *one : all())
        if (one->device == device) one->done = one->count.load();
}

void recent_launches(const cupyStream *stream, char *buffer, size_t size) {
    buffer[0] = 0;
    std::lock_guard<std::mutex> hold(registry);
    Text text{buffer, buffer + size};
    for (Recent *one : all()) {
        if (one->device != thread.device || (stream && one->stream != *stream)) continue;
        const uint32_t count = one->count.load(std::memory_order_relaxed);
        const uint32_t pending = count - one->done.load(std::memory_order_relaxed);
        for (uint32_t i = 0; i < std::min(pending, Recent::kKept) && !text.full; i++)
            add_line(text, one->ring[(count - 1 - i) % Recent::kKept], stream ? nullptr : one);
    }
}

} // namespace ascend
