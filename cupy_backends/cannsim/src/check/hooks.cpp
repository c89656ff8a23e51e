// What operations and copies touch, handed to every check.
#include "check/report.h"
#include "opapi/check.h"
#include "opapi/op.h"
#include "runtime/memory.h"

#include <cstring>
#include <vector>

namespace cannsim {

namespace {

// Operators in place whose first argument is written without being read.
bool overwrites(Op op) {
    switch (op) {
    case Op::ForeachZeroInplace:
    case Op::InplaceBernoulli:
    case Op::InplaceBernoulliTensor:
    case Op::InplaceCopy:
    case Op::InplaceFillScalar:
    case Op::InplaceFillTensor:
    case Op::InplaceNormal:
    case Op::InplaceNormalTensor:
    case Op::InplaceOne:
    case Op::InplaceRandom:
    case Op::InplaceRandomTensor:
    case Op::InplaceUniform:
    case Op::InplaceUniformTensor:
    case Op::InplaceZero: return true;
    default: return false;
    }
}

// Operators that read only what their indices or attributes choose, or change only that.
bool chooses(Op op) {
    switch (op) {
    case Op::Diag:
    case Op::Embedding:
    case Op::EmbeddingRenorm:
    case Op::Gather:
    case Op::GatherNd:
    case Op::GatherV2:
    case Op::GatherV3:
    case Op::Index:
    case Op::IndexAdd:
    case Op::IndexAddV2:
    case Op::IndexCopy:
    case Op::IndexFill:
    case Op::IndexFillTensor:
    case Op::IndexPutImpl:
    case Op::IndexSelect:
    case Op::InplaceFillDiagonal:
    case Op::InplaceIndexCopy:
    case Op::InplaceIndexFill:
    case Op::InplaceIndexFillTensor:
    case Op::InplaceMaskedFillScalar:
    case Op::InplaceMaskedFillTensor:
    case Op::InplaceMaskedScatter:
    case Op::InplacePut:
    case Op::InplaceScatter:
    case Op::InplaceScatterReduce:
    case Op::InplaceScatterUpdate:
    case Op::InplaceScatterValue:
    case Op::InplaceTril:
    case Op::InplaceTriu:
    case Op::MaskedSelect:
    case Op::SWhere:
    case Op::Scatter:
    case Op::ScatterNdUpdate:
    case Op::ScatterValue:
    case Op::Slice:
    case Op::SliceV2:
    case Op::StridedSlice:
    case Op::StridedSliceAssignV2:
    case Op::Take:
    case Op::Trace:
    case Op::Tril:
    case Op::Triu: return true;
    default: return false;
    }
}

// What is written though the prototypes do not say so.
bool also_writes(Op op, const char *param) {
    switch (op) {
    case Op::ForeachNonFiniteCheckAndUnscale: return std::strcmp(param, "invScale");
    case Op::FusedMatmul: return !std::strcmp(param, "y");
    case Op::InplaceRReluWithNoise:
    case Op::RReluWithNoise: return !std::strcmp(param, "noise");
    default: return false;
    }
}

uintptr_t device_of(const char *host) {
    return reinterpret_cast<uintptr_t>(host) - uintptr_t(device_range.twin);
}

std::string type_of(const View &v) {
    std::string out = std::string(dtype_name(v.dtype)) + " [";
    for (int i = 0; i < v.ndim; ++i) out += text(i ? ", %ld" : "%ld", v.shape[i]);
    out += "], strides [";
    for (int i = 0; i < v.ndim; ++i) out += text(i ? ", %ld" : "%ld", v.strides[i]);
    return out + "] bytes";
}

Access access_of(const Executor &e, const View &v, int param, int item) {
    const ParamMeta &p = e.op->params[param];
    const Op op = Op(e.op - kOps);
    Access a;
    a.bytes = footprint_of(v, device_of(v.data));
    a.write = p.output || also_writes(op, p.name);
    a.read = p.input && !(a.write && !p.output) && !(p.output && (overwrites(op) || chooses(op)));
    if (op == Op::InplaceCopy) a.read = false; // as other copies, which hand on what they find
    a.partial = chooses(op);
    a.name = p.name;
    a.item = item;
    a.type = type_of(v);
    return a;
}

void judge(const Actor &who, Access *accesses, size_t n, DeviceStream *stream) {
    for (size_t i = 0; i < n; ++i) {
        if (!checking(kCheckMem) || judge_bounds(who, accesses[i])) judge_init(who, accesses[i]);
        judge_race(who, accesses[i], stream);
    }
    if (stream) advance(stream);
}

Access access_of(const void *p, size_t pitch, size_t width, size_t height, bool write) {
    Access a;
    a.bytes = footprint_of(p, pitch, width, height);
    a.write = write;
    a.read = !write;
    return a;
}

} // namespace

Watch *check_launch(const aclOpExecutor &e, DeviceStream *stream, const void *workspace,
                    uint64_t bytes) {
    std::lock_guard<std::mutex> lock(check_mutex());
    const Actor who = actor(e.op->name, stream);
    std::vector<Access> accesses;
    if (e.run != run_nothing) {
        for (int i = 0; i < e.nviews; ++i)
            if (e.source[i] >= 0 && e.views[i].data)
                accesses.push_back(access_of(e, e.views[i], e.source[i], -1));
        if (e.extra)
            for (size_t i = 0; i < e.extra->views.size(); ++i)
                if (e.extra->views[i].data)
                    accesses.push_back(
                        access_of(e, e.extra->views[i], e.extra->params[i], e.extra->items[i]));
    }
    if (e.workspace && workspace && is_device(workspace)) {
        Access a = access_of(workspace, bytes, bytes, 1, true);
        a.name = "workspace";
        accesses.push_back(a);
    }
    judge(who, accesses.data(), accesses.size(), stream);
    if (Op(e.op - kOps) == Op::InplaceCopy && accesses.size() == 2 && e.nviews == 2) {
        const View &to = e.views[accesses[1].write], &from = e.views[!accesses[1].write];
        copy_written(to, device_of(to.data), from, device_of(from.data));
    } else
        for (const Access &a : accesses)
            if (a.write) set_written(a.bytes, true);
    return checking(kCheckMem) ? watch(who, accesses.data(), accesses.size()) : nullptr;
}

void check_replay(const aclOpExecutor &e, DeviceStream *stream) {
    if (Watch *watch = check_launch(e, stream, nullptr, 0)) check_launched(watch);
}

Watch *check_kernel(const char *name, DeviceStream *stream, const void *args, size_t size) {
    std::lock_guard<std::mutex> lock(check_mutex());
    const Actor who = actor(name, stream);
    std::vector<Access> accesses;
    for (size_t at = 0; at + sizeof(void *) <= size; at += sizeof(void *)) {
        const void *p;
        std::memcpy(&p, static_cast<const char *>(args) + at, sizeof p);
        if (!is_device(p) || is_system(p)) continue;
        Access a = access_of(p, 1, 1, 1, false); // the least that it does with a pointer
        a.name = "an argument";
        if (checking(kCheckMem) && !judge_bounds(who, a)) continue;
        judge_race(who, a, stream);
        set_written(rest_of(reinterpret_cast<uintptr_t>(p)), true);
        a.write = true; // or the most
        accesses.push_back(a);
    }
    advance(stream);
    return checking(kCheckMem) ? watch(who, accesses.data(), accesses.size()) : nullptr;
}

void check_overhang(const aclOpExecutor &e, DeviceStream *stream) {
    if (!checking(kCheckMem)) return;
    std::lock_guard<std::mutex> lock(check_mutex());
    const Actor who = actor(e.op->name, stream);
    std::string views;
    for (int i = 0; i < e.nviews; ++i)
        if (e.source[i] >= 0 && e.views[i].data)
            views += "\n  " + describe(access_of(e, e.views[i], e.source[i], -1)) + " of " +
                     owner_of(device_of(e.views[i].data));
    report(kCheckMem, "a tensor leaves its storage: " + describe(who) + views);
}

void check_copy(const char *call, DeviceStream *stream, const Copy2d &c, bool refused) {
    std::lock_guard<std::mutex> lock(check_mutex());
    const Actor who = actor(call, stream);
    Access to = access_of(c.dst, c.dpitch, c.width, c.height, true);
    Access from = access_of(c.src, c.spitch, c.width, c.height, false);
    to.name = "the destination";
    from.name = "the source";
    bool good = true;
    for (const Access *a : {&to, &from})
        if (is_device(a == &to ? c.dst : c.src)) {
            if (checking(kCheckMem)) good &= judge_bounds(who, *a);
            if (!refused) judge_race(who, *a, stream);
        }
    if (refused) return;
    if (stream) advance(stream);
    if (!good || !is_device(c.dst)) return;
    if (is_device(c.src))
        copy_written(to.bytes, from.bytes);
    else
        set_written(to.bytes, true);
}

void check_fill(const char *call, DeviceStream *stream, const void *p, size_t bytes, bool refused) {
    std::lock_guard<std::mutex> lock(check_mutex());
    if (!is_device(p)) return;
    const Actor who = actor(call, stream);
    Access a = access_of(p, bytes, bytes, 1, true);
    if (checking(kCheckMem)) judge_bounds(who, a);
    if (refused) return;
    judge_race(who, a, stream);
    if (stream) advance(stream);
    set_written(a.bytes, true);
}

// The value itself is no race: it is what orders the streams.
void check_signal(const char *call, DeviceStream *stream, const void *p, uint64_t value) {
    std::lock_guard<std::mutex> lock(check_mutex());
    const Access a = access_of(p, 8, 8, 1, true);
    if (checking(kCheckMem)) judge_bounds(actor(call, stream), a);
    set_written(a.bytes, true);
    race_signal(stream, reinterpret_cast<uintptr_t>(p), value);
}

void check_host_access(const void *p, size_t bytes, bool read, bool write) {
    std::lock_guard<std::mutex> lock(check_mutex());
    if (!is_device(p)) return;
    const Actor who = actor("cannsimHostPointer", nullptr);
    Access a = access_of(p, bytes, bytes, 1, write);
    a.read = read;
    if (checking(kCheckMem)) judge_bounds(who, a);
    judge_race(who, a, nullptr);
    if (!write) return;
    set_written(a.bytes, true);
    suspect(a.bytes.begin);
}

} // namespace cannsim
