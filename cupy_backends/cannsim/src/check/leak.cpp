// leak: which objects of the interface live, and who made them.
#include "check/leak.h"

#include "check/report.h"

#include <map>
#include <unordered_map>

namespace cannsim {

namespace {

struct Living {
    int kind; // of a pooled object, else -1
    uint64_t number;
    Site made;
};

struct Ledger {
    std::unordered_map<const void *, Living> objects;
    uint64_t made = 0;
};

Ledger &living() {
    static Ledger *instance = new Ledger;
    return *instance;
}

const char *name(Kind kind) {
    switch (kind) {
    case Kind::Tensor: return "aclTensor";
    case Kind::Scalar: return "aclScalar";
    case Kind::IntArray: return "aclIntArray";
    case Kind::FloatArray: return "aclFloatArray";
    case Kind::BoolArray: return "aclBoolArray";
    case Kind::TensorList: return "aclTensorList";
    case Kind::ScalarList: return "aclScalarList";
    case Kind::Executor: return "aclOpExecutor";
    case Kind::Stream: return "aclrtStream";
    case Kind::Event: return "aclrtEvent";
    case Kind::Context: return "aclrtContext";
    }
    return "object";
}

// Contexts that a device has by itself, and the stream that every context has.
bool owned(const void *p, int kind) {
    if (kind == int(Kind::Context)) return static_cast<const Context *>(p)->primary;
    if (kind != int(Kind::Stream)) return false;
    const DeviceStream *s = static_cast<const DeviceStream *>(p);
    return s->context->default_stream == s;
}

} // namespace

void leak_made(const void *object, Kind kind) {
    std::lock_guard<std::mutex> lock(check_mutex());
    Ledger &l = living();
    l.objects[object] = {int(kind), ++l.made, site(name(kind))};
}

void leak_noted(const void *object, const char *what) {
    std::lock_guard<std::mutex> lock(check_mutex());
    Ledger &l = living();
    l.objects[object] = {-1, ++l.made, site(what)};
}

void leak_forgotten(const void *object) { leak_ended(object); }

void leak_ended(const void *object) {
    std::lock_guard<std::mutex> lock(check_mutex());
    living().objects.erase(object);
}

uint64_t report_leaks() {
    if (!checking(kCheckLeak)) return 0;
    // One report for all objects of one origin.
    std::map<std::string, std::pair<uint64_t, uint64_t>> groups; // count, number of the first
    uint64_t total = 0;
    for (auto &[p, one] : living().objects) {
        if (owned(p, one.kind)) continue;
        Site where = one.made;
        const uint64_t task = where.task;
        where.task = 0;
        std::string origin = describe(where);
        auto &group = groups[origin];
        if (!group.first++ || task < group.second) group.second = task;
        ++total;
    }
    for (auto &[origin, group] : groups) {
        std::string made = origin;
        const size_t at = made.find(" after task 0");
        made.replace(at, 13, text(" after task %lu", group.second));
        report(kCheckLeak, text("%lu not destroyed: ", group.first) + made);
    }
    return groups.size();
}

} // namespace cannsim
