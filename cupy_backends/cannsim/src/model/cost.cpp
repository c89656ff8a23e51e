#include "model/cost.h"

#include "opapi/launches.h"
#include "runtime/subscription.h"
#include "runtime/soc.h"
#include "runtime/stream.h"

#include <algorithm>
#include <cstring>

namespace cannsim {

std::atomic<int> model_on{0};

namespace {

__thread cannsimTask last_task;

// Operators on the cube unit, with the parameter whose last axis is summed over.
struct Product {
    const char *name, *matrix;
};
constexpr Product kProducts[] = {
    {"aclnnAddmm", "mat1"},    {"aclnnAddmv", "mat"},      {"aclnnAddbmm", "batch1"},
    {"aclnnBaddbmm", "batch1"}, {"aclnnBatchMatMul", "self"}, {"aclnnDot", "self"},
    {"aclnnGemm", "A"},        {"aclnnInplaceAddmm", "mat1"}, {"aclnnMatmul", "self"},
    {"aclnnMm", "self"},       {"aclnnMv", "self"},
};

// Operators that read no more of their first tensor than they write.
constexpr const char *kGathers[] = {
    "aclnnEmbedding", "aclnnGather", "aclnnGatherNd", "aclnnGatherV2",
    "aclnnGatherV3",  "aclnnIndex",  "aclnnIndexSelect", "aclnnTake",
};

// In-place operators that do not read what they overwrite.
constexpr const char *kOverwrites[] = {
    "aclnnInplaceBernoulli",  "aclnnInplaceCopy", "aclnnInplaceFillScalar",
    "aclnnInplaceFillTensor", "aclnnInplaceNormal", "aclnnInplaceOne",
    "aclnnInplaceRandom",     "aclnnInplaceUniform", "aclnnInplaceZero",
};

template <size_t N> bool is_among(const char *const (&names)[N], const char *name) {
    return std::any_of(names, names + N,
                       [name](const char *other) { return !std::strcmp(other, name); });
}

const Product *find_product(const char *name) {
    for (const Product &p : kProducts)
        if (!std::strcmp(p.name, name)) return &p;
    return nullptr;
}

// Elements that lie in memory: an axis of stride 0 repeats them.
uint64_t stored(const View &v) {
    uint64_t n = 1;
    for (int i = 0; i < v.ndim; ++i)
        if (v.strides[i] || v.shape[i] == 0) n *= uint64_t(v.shape[i]);
    return n;
}

template <class F> void for_each_view(const Executor &e, const F &f) {
    for (int i = 0; i < e.nviews; ++i)
        if (e.source[i] >= 0) f(e.views[i], e.source[i]);
    if (!e.extra) return;
    for (size_t i = 0; i < e.extra->views.size(); ++i) f(e.extra->views[i], e.extra->params[i]);
}

// The units of the kernels that CANN launches, and what launching them takes. By the operator's
// dtypes alone where the executor was planned before the model was switched on.
int kernels(const Executor &e, bool ai_cpu, const Rates &rates, double *nanoseconds) {
    if (!e.launches) {
        *nanoseconds = rates.launch[ai_cpu];
        return 1 << (ai_cpu ? CANNSIM_AI_CPU : CANNSIM_AI_CORE);
    }
    int units = 0;
    *nanoseconds = e.launches->empty() ? rates.launch[0] : 0; // a copy of memory needs no kernel
    for (const Launch &l : *e.launches) {
        units |= 1 << (l.ai_cpu ? CANNSIM_AI_CPU : CANNSIM_AI_CORE);
        *nanoseconds += rates.launch[l.ai_cpu];
    }
    return units;
}

} // namespace

cannsimTask cost_of(const Executor &e) {
    const OpMeta &op = *e.op;
    const Soc &soc = *settings().soc;
    const Rates &rates = kRates[&soc - kSocs];
    const uint64_t on_ai_cpu = kOpRecipes[&op - kOps].ai_cpu[soc.family];
    uint64_t largest = 0, written = 0, read_first = 0, bytes = 0, depth = 1;
    int item = 1;
    bool ai_cpu = false;
    DType widest = DType::Bool;
    const Product *product = find_product(op.name);
    const bool overwrites = is_among(kOverwrites, op.name);
    const View *first = nullptr;
    for_each_view(e, [&](const View &v, int param) {
        const ParamMeta &p = op.params[param];
        const uint64_t there = stored(v) * uint64_t(itemsize(v.dtype));
        ai_cpu |= on_ai_cpu >> (int(v.dtype) & 63) & 1;
        const bool again = first && !p.output && first->data == v.data && stored(*first) == stored(v);
        if (!first) first = &v;
        bytes += again ? 0 : there * (p.input && p.output && !overwrites ? 2 : 1);
        if (p.output) written += there;
        if (param == 0 && !p.output) read_first = there;
        largest = std::max(largest, uint64_t(v.size()));
        if (itemsize(v.dtype) > item) item = itemsize(v.dtype), widest = v.dtype;
        if (product && !std::strcmp(p.name, product->matrix) && v.ndim)
            depth = uint64_t(v.shape[v.ndim - 1]);
    });
    if (is_among(kGathers, op.name)) bytes -= read_first - std::min(read_first, written);
    cannsimTask task{};
    task.op = op.name;
    if (e.run == run_nothing) return task; // nothing is launched
    double launches;
    task.units = kernels(e, ai_cpu, rates, &launches);
    ai_cpu = task.units >> CANNSIM_AI_CPU & 1;
    task.bytes = bytes;
    double compute;
    if (product) {
        task.operations = 2 * depth * (written / uint64_t(item));
        compute = task.operations / rates.cube;
        if (widest == DType::Float32) compute /= kCubeShareFloat32;
    } else {
        task.operations = largest;
        compute = double(largest) * item / rates.vector_bytes;
    }
    if (ai_cpu) compute = task.operations / rates.ai_cpu;
    task.nanoseconds = launches + std::max(bytes / rates.bytes, compute);
    return task;
}

bool model_for(int whom, bool on) {
    const int before = on ? model_on.fetch_or(whom) : model_on.fetch_and(~whom);
    notes_launches = model_on.load();
    return before & whom;
}

static void note(const cannsimTask &task, DeviceStream *stream) {
    last_task = task;
    const uint64_t cost = uint64_t(task.nanoseconds * 1000);
    const uint64_t begin = stream->modelled.fetch_add(cost, std::memory_order_relaxed);
    if (model_on.load(std::memory_order_relaxed) & kModelSubscribed)
        report_operator(task.op, begin / 1000, (begin + cost) / 1000);
}

void model_launch(const Executor &e, DeviceStream *stream) { note(cost_of(e), stream); }

// Nobody knows what it does: the launch alone is counted.
void model_kernel(const char *name, DeviceStream *stream) {
    cannsimTask task{};
    task.op = name;
    task.units = 1 << CANNSIM_AI_CORE;
    task.nanoseconds = kRates[settings().soc - kSocs].launch[0];
    note(task, stream);
}

} // namespace cannsim

using namespace cannsim;

extern "C" {

bool cannsimModel(bool on) { return model_for(kModelAsked, on); }

bool cannsimLastTask(cannsimTask *out) {
    if (out) *out = last_task;
    const bool known = last_task.op;
    last_task = {};
    return known;
}

double cannsimModelledTime(void *stream) {
    int error = 0;
    DeviceStream *s = resolve_stream(stream, &error);
    return s ? s->modelled.load(std::memory_order_relaxed) * 1e-3 : -1;
}

} // extern "C"
