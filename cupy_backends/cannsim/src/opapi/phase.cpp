// The two phases: phase 1 checks what all operators check alike and lets the operator plan itself;
// phase 2 runs the plan on a stream.
#include "opapi/op.h"

#include "base/thread.h"
#include "check/check.h"
#include "model/cost.h"
#include "opapi/check.h"
#include "opapi/batch.h"
#include "opapi/launches.h"
#include "opapi/versions.h"
#include "opapi/trace.h"
#include "runtime/capture.h"
#include "runtime/fault.h"
#include "runtime/soc.h"
#include "runtime/stream.h"

#include <chrono>
#include <cstring>

using namespace cannsim;

namespace cannsim {

Definition definitions[kOpCount];

namespace {

constexpr uint32_t kInFlight = 0xF11647u;

// Null, liveness, dtype, rank and extent of one tensor argument.
[[gnu::cold]] aclnnStatus check_tensor(const OpMeta &op, const ParamMeta &p, const aclTensor *t,
                                       int family, bool lenient) {
    if (!is_alive(t))
        return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: %s is not a tensor, or it was destroyed", op.name,
                    p.name);
    const uint64_t mask = kDtypeMasks[p.masks][family];
    if (!is_in(t->dtype, mask)) return refuse_dtype(op, p, t->dtype, mask);
    if (!t->item)
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR,
                    "%s: dtype %s of %s is not implemented by cannsim", op.name,
                    dtype_name(t->dtype), p.name);
    if (t->ndim > op.max_rank)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has %d dims; at most %d are allowed", op.name,
                    p.name, t->ndim, op.max_rank);
    if (t->reach == Reach::Invalid || (t->reach == Reach::Outside && !p.output && !lenient))
        return fail(t->reach == Reach::Invalid ? ACLNN_ERR_PARAM_INVALID : ACLNN_ERR_INNER_NULLPTR,
                    "%s: %s: the view of shape %s leaves its storage", op.name, p.name,
                    shape_text(t).text);
    return 0;
}

template <class T> bool check_object(const void *p) { return is_alive(static_cast<const T *>(p)); }

// Checks in CANN's order, with messages. Called only where something may be wrong.
[[gnu::cold]] aclnnStatus check_arguments(const OpMeta &op, const Arg *args, const Definition &d) {
    const uint32_t optional = d.optional;
    const Soc &soc = *settings().soc;
    const int family = soc.family;
    const bool lenient = d.reads_strides && soc.arch >= 3000;
    // All null checks come first, as in CANN.
    for (int i = 0; i < op.nparams; ++i)
        if (__builtin_expect(op.params[i].kind <= ArgKind::BoolArray && !args[i].pointer, 0) &&
            !(optional >> i & 1))
            return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: %s is null", op.name, op.params[i].name);
    for (int i = 0; i < op.nparams; ++i) {
        const ParamMeta &p = op.params[i];
        const void *value = args[i].pointer;
        if (p.kind > ArgKind::BoolArray || !value) continue;
        bool good = true;
        switch (p.kind) {
        case ArgKind::Tensor:
            if (int error =
                    check_tensor(op, p, static_cast<const aclTensor *>(value), family, lenient))
                return error;
            break;
        case ArgKind::TensorList: {
            const aclTensorList *list = static_cast<const aclTensorList *>(value);
            good = is_alive(list);
            for (uint64_t k = 0; good && k < list->size; ++k)
                if (list->items[k])
                    if (int error = check_tensor(op, p, list->items[k], family, lenient))
                        return error;
            break;
        }
        case ArgKind::Scalar:
            good = check_object<aclScalar>(value);
            if (good) {
                const DType t = static_cast<const aclScalar *>(value)->dtype;
                const uint64_t mask = kDtypeMasks[p.masks][family];
                if (!is_in(t, mask)) return refuse_dtype(op, p, t, mask);
            }
            break;
        case ArgKind::ScalarList: good = check_object<aclScalarList>(value); break;
        case ArgKind::IntArray: good = check_object<aclIntArray>(value); break;
        case ArgKind::FloatArray: good = check_object<aclFloatArray>(value); break;
        case ArgKind::BoolArray: good = check_object<aclBoolArray>(value); break;
        default: break;
        }
        if (!good)
            return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: %s is of another kind, or it was destroyed",
                        op.name, p.name);
    }
    return 0;
}

// Whether nothing is wrong with the arguments: one pass without messages.
inline bool all_good(const OpMeta &op, const Arg *args, uint32_t optional, int family) {
    for (int i = 0; i < op.nparams; ++i) {
        const ParamMeta &p = op.params[i];
        const void *value = args[i].pointer;
        if (p.kind == ArgKind::Tensor) {
            const aclTensor *t = static_cast<const aclTensor *>(value);
            if (__builtin_expect(!is_alive(t), 0)) {
                if (value || !(optional >> i & 1)) return false;
                continue;
            }
            if (!(kDtypeMasks[p.masks][family] >> t->code & 1) || t->ndim > op.max_rank ||
                t->reach != Reach::Inside)
                return false;
        } else if (p.kind > ArgKind::BoolArray) {
            continue;
        } else if (!value) {
            if (!(optional >> i & 1)) return false;
        } else if (p.kind == ArgKind::Scalar) {
            const aclScalar *s = static_cast<const aclScalar *>(value);
            if (!is_alive(s) || !is_in(s->dtype, kDtypeMasks[p.masks][family])) return false;
        } else if (p.kind == ArgKind::IntArray) {
            if (!check_object<aclIntArray>(value)) return false;
        } else {
            return false; // rarer kinds are left to the careful check
        }
    }
    return true;
}

void describe(View &v, const aclTensor *t) {
    v.dtype = t->dtype;
    v.ndim = t->ndim;
    int64_t item = itemsize(t->dtype);
    for (int i = 0; i < t->ndim; ++i) {
        v.shape[i] = t->shape[i];
        v.strides[i] = t->strides[i] * item;
    }
}

// A code of phase 2 for what a kernel reports.
int status_code(Status status, const Executor &e) {
    const char *name = e.op->name;
    switch (status) {
    case Status::Ok: return 0;
    case Status::OutOfMemory:
        return fail(ACLNN_ERR_RUNTIME_ERROR, "%s: out of memory for workspace", name);
    case Status::UnsupportedDType:
        return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "%s: no kernel for these dtypes", name);
    case Status::BadArgument:
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: shapes or attributes contradict", name);
    case Status::IndexOutOfRange:
        return fail(ACLNN_ERR_RUNTIME_ERROR, "%s: an index is out of range", name);
    case Status::Singular: return fail(ACLNN_ERR_RUNTIME_ERROR, "%s: a matrix is singular", name);
    }
    return ACLNN_ERR_INNER;
}

int execute(Executor *e) {
    Status status = e->run(*e);
    return __builtin_expect(status == Status::Ok, 1) ? 0 : status_code(status, *e);
}

Executor *clone(const Executor &e) {
    Executor *copy = pool_new<Executor>(Kind::Executor);
    if (!copy) return nullptr;
    *copy = e;
    if (e.extra) copy->extra = new Extra(*e.extra);
    if (e.launches) copy->launches = new std::vector<Launch>(*e.launches);
    for (int i = 0; i < e.nresults; ++i)
        e.results[i]->references.fetch_add(1, std::memory_order_relaxed);
    // Constants are found by address within the executor itself.
    for (int i = 0; i < e.nviews; ++i)
        if (e.source[i] < 0)
            copy->views[i].data +=
                reinterpret_cast<char *>(copy) - reinterpret_cast<const char *>(&e);
    return copy;
}

aclnnStatus launch_later(Executor *e, DeviceStream *stream, bool fails, Watch *watch) {
    Executor *task = e;
    if (e->repeatable) {
        task = clone(*e);
        if (!task) return fail(ACLNN_ERR_INNER, "%s: out of memory for executors", e->op->name);
    }
    task->set_tag(kInFlight);
    bool blocking = task->blocking;
    const int device = stream->context->device;
    int error = submit(stream, [task, device, fails, watch] {
        int code = is_broken(device) ? 0
                   : fails           ? fail(ACL_ERROR_RT_AICORE_EXCEPTION, kInjected, task->op->name)
                                     : execute(task);
        destroy_executor(task);
        if (watch) check_launched(watch);
        // What a device reports for a kernel that failed.
        return code ? int(ACL_ERROR_RT_AICORE_EXCEPTION) : 0;
    });
    if (error || !blocking) return error;
    if (wait_for(mark_of(stream), -1) || check_broken(device, true)) return ACLNN_ERR_RUNTIME_ERROR;
    return 0;
}

[[gnu::cold]] int launch_captured(Executor *e, DeviceStream *stream) {
    if (e->blocking)
        return refuse_capture(stream, "%s: an operator with a data-dependent shape cannot be captured",
                              e->op->name),
               ACLNN_ERR_RUNTIME_ERROR;
    Executor *kept = e->repeatable ? clone(*e) : e;
    if (!kept) return fail(ACLNN_ERR_INNER, "%s: out of memory for executors", e->op->name);
    kept->set_tag(kInFlight);
    const auto task = [kept] { return execute(kept) ? int(ACL_ERROR_RT_AICORE_EXCEPTION) : 0; };
    return capture_task(stream, Task::of(task), {kept->op->name, ACL_MODEL_RI_TASK_KERNEL}, kept,
                        [](void *p) { destroy_executor(static_cast<Executor *>(p)); });
}

// A launch while a device is broken or faults are to be injected. *fails: its task is to fail. *done:
// there is nothing left to do and the executor was used up.
[[gnu::cold]] aclnnStatus launch_disturbed(Executor *e, DeviceStream *s, bool *fails, bool *done) {
    const int device = s->context->device;
    int error = disturb_launch(e->op->name, s, fails);
    if (!error && !s->queue && e->blocking) error = check_broken(device, true);
    // A broken device runs nothing more, though nobody may have noticed yet.
    *done = error || (!s->queue && is_broken(device));
    if (*done && !e->repeatable) destroy_executor(e);
    return error ? ACLNN_ERR_RUNTIME_ERROR : 0;
}

inline int launch(Executor *e, DeviceStream *s, bool fails, Watch *watch) {
    if (capturing()) {
        if (!checking() && !s->queue && join_batch(*e)) {
            if (!e->repeatable) destroy_executor(e);
            return 0;
        }
        if (find_capture(s)) return launch_captured(e, s);
    }
    if (__builtin_expect(s->queue != nullptr, 0)) return launch_later(e, s, fails, watch);
    if (__builtin_expect(s->callbacks.load(std::memory_order_relaxed) > 0, 0)) wait_callbacks(s);
    int error = execute(e);
    if (!e->repeatable) destroy_executor(e);
    if (__builtin_expect(watch != nullptr, 0)) check_launched(watch);
    return error;
}

[[gnu::cold, gnu::noinline]] int launch_checked(Executor *e, DeviceStream *s, const void *workspace,
                                                uint64_t bytes, bool fails) {
    // What is captured is judged when it is replayed.
    Watch *watch = is_captured(s) ? nullptr : check_launch(*e, s, workspace, bytes);
    const bool waits = e->blocking;
    const int error = launch(e, s, fails, watch);
    if (waits && !error) check_host_waits(s);
    return error;
}

} // namespace

void define(Op op, Prepare prepare, const void *row, uint32_t optional) {
    Definition &d = definitions[int(op)];
    // A second definition would silently replace the first.
    if (d.prepare) __builtin_trap();
    const OpMeta &meta = kOps[int(op)];
    for (int i = 0; i < meta.nparams; ++i) {
        const char *name = meta.params[i].name;
        const size_t length = std::strlen(name);
        if (length > 8 && !std::strcmp(name + length - 8, "Optional")) optional |= 1u << i;
    }
    int out = meta.nparams - 1;
    while (out > 0 && !(meta.params[out].output && meta.params[out].kind == ArgKind::Tensor)) --out;
    d = {prepare, row, optional, int16_t(out), false};
}

Extra &extra(Executor &e) {
    if (!e.extra) e.extra = new Extra;
    return *e.extra;
}

int add_item(Executor &e, const aclTensor *t, int param, int index) {
    Extra &x = extra(e);
    View v;
    describe(v, t);
    int64_t offset = t->offset * itemsize(t->dtype);
    v.data = is_bindable(t->data) ? to_host(t->data) + offset : nullptr;
    if (!v.data && t->size) e.unbound |= kItems;
    x.views.push_back(v);
    x.offsets.push_back(offset);
    x.params.push_back(int16_t(param));
    x.items.push_back(int16_t(index));
    return int(x.views.size()) - 1;
}

Status run_nothing(Executor &) { return Status::Ok; }

void release_rest(Executor *e) {
    delete e->extra;
    delete e->launches;
    for (int i = 0; i < e->nresults; ++i) release(e->results[i]);
}

[[gnu::cold]] static aclnnStatus refuse_operator(Op id) {
    const int code = ACLNN_ERR_INNER_FIND_KERNEL_ERROR;
    const char *name = kOps[int(id)].name;
    if (!(kOpVersions[int(id)] & (config.major < 9 ? kIn8 : kIn9)))
        return fail(code, "%s is not part of CANN %s (CANNSIM_CANN)", name, config.release);
    return fail(code, "%s: not implemented by cannsim", name);
}

static aclnnStatus plan(Op id, const Arg *args, uint64_t *workspace, aclOpExecutor **executor) {
    const OpMeta &op = kOps[int(id)];
    if (!workspace || !executor)
        return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: %s is null", op.name,
                    workspace ? "executor" : "workspaceSize");
    const int family = settings().soc->family; // and hides what the release does not have
    const Definition &d = definitions[int(id)];
    if (__builtin_expect(!d.prepare, 0)) return refuse_operator(id);
    attach();
    ++this_thread.counters.phase1;
    if (__builtin_expect(!all_good(op, args, d.optional, family), 0))
        if (int error = check_arguments(op, args, d)) return error;
    Executor *e = pool_new<Executor>(Kind::Executor);
    if (!e)
        return fail(ACLNN_ERR_INNER_CREATE_EXECUTOR, "%s: out of memory for executors", op.name);
    e->op = &op;
    e->run = run_nothing;
    e->extra = nullptr;
    e->launches = nullptr;
    e->repeatable = e->blocking = e->overhangs = false;
    e->nviews = e->nresults = 0;
    e->unbound = 0;
    e->workspace = 0;
    Call call{id, op, args, *e, d.row, d.out};
    if (int error = d.prepare(call)) {
        destroy_executor(e);
        return error;
    }
    if (__builtin_expect(notes_launches | misses_kernels, 0)) e->launches = new std::vector<Launch>(launches_of(call));
    e->set_tag(live_tag(Kind::Executor));
    *workspace = e->workspace;
    *executor = e;
    return 0;
}

// Stands in for the 5 to 20 us of a first phase on hardware.
static void burn(int nanoseconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::nanoseconds(nanoseconds);
    while (std::chrono::steady_clock::now() < end) {}
}

[[gnu::noinline]] static aclnnStatus plan_watched(Op id, const Arg *args, uint64_t *workspace,
                                                  aclOpExecutor **executor) {
    settings(); // the first call of all may be the one that is to be watched
    const OpMeta &op = kOps[int(id)];
    if (watched(kSlowed)) burn(settings().phase1_ns);
    const int status = fault(Fault::Phase1)
                           ? fail(ACLNN_ERR_INNER_CREATE_EXECUTOR, kInjected, op.name)
                           : plan(id, args, workspace, executor);
    if (watched(kTraced)) trace_call(op, args, status, status ? 0 : *workspace);
    return status;
}

aclnnStatus phase1(Op id, const Arg *args, uint64_t *workspace, aclOpExecutor **executor) {
    if (watched(kUnread | kTraced | kSlowed | fault_bit(Fault::Phase1)))
        return plan_watched(id, args, workspace, executor);
    return plan(id, args, workspace, executor);
}

} // namespace cannsim

static aclnnStatus bad_executor(const aclOpExecutor *e) {
    return e ? fail(ACLNN_ERR_PARAM_INVALID, "%p is not an executor, or it was used or destroyed",
                    (const void *)e)
             : fail(ACLNN_ERR_PARAM_NULLPTR, "the executor is null");
}

// A kernel that CANN 8.1 looks for in vain.
[[gnu::cold]] static aclnnStatus check_kernels(const Executor &e) {
    for (const Launch &l : *e.launches)
        if (l.absent && misses_kernels)
            return fail(ACLNN_ERR_INNER_FIND_KERNEL_ERROR,
                        "%s: the AI CPU of CANN %s has no kernel %s for %s", e.op->name,
                        config.release, l.kernel, dtype_name(l.dtype));
    return 0;
}

static aclnnStatus unbound(const Executor &e) {
    const int index = __builtin_ctz(e.unbound);
    if (1u << index == kItems)
        return fail(ACLNN_ERR_RUNTIME_ERROR,
                    "%s: the address of a tensor in a list is not device memory, or no multiple of "
                    "%d bytes",
                    e.op->name, int(kAlignment));
    const void *data = e.views[index].data;
    const char *param = e.op->params[e.source[index]].name;
    if (is_device(data))
        return fail(ACLNN_ERR_RUNTIME_ERROR,
                    "%s: the address of %s is %p; expected a multiple of %d bytes", e.op->name, param,
                    data, int(kAlignment));
    return fail(ACLNN_ERR_RUNTIME_ERROR, "%s: the address of %s is not device memory: %p",
                e.op->name, param, data);
}

#pragma GCC visibility push(default)
extern "C" {

// The second phase of every operator; all their names are aliases of this function.
aclnnStatus cannsimPhase2(void *workspace, uint64_t workspaceSize, aclOpExecutor *executor,
                          aclrtStream stream) {
    if (__builtin_expect(!is_alive(executor), 0)) return bad_executor(executor);
    Executor *e = executor;
    int error = 0;
    DeviceStream *s = resolve_stream(stream, &error);
    if (__builtin_expect(!s, 0)) return ACLNN_ERR_RUNTIME_ERROR;
    if (e->workspace && (!workspace || workspaceSize < e->workspace))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: needs %lu bytes of workspace, got %lu",
                    e->op->name, e->workspace, workspace ? workspaceSize : 0);
    if (__builtin_expect(e->unbound && e->run != run_nothing, 0)) return unbound(*e);
    if (__builtin_expect(e->overhangs, 0)) {
        if (checking()) check_overhang(*e, s);
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: a tensor leaves its storage", e->op->name);
    }
    if (__builtin_expect(e->launches != nullptr, 0))
        if ((error = check_kernels(*e))) return error;
    ++this_thread.counters.launches;
    bool fails = false;
    if (watched(kLaunchWatches)) {
        bool done;
        error = launch_disturbed(e, s, &fails, &done);
        if (done) return error;
    }
    if (__builtin_expect(model_on.load(std::memory_order_relaxed), 0)) model_launch(*e, s);
    if (checking()) return launch_checked(e, s, workspace, workspaceSize, fails);
    return launch(e, s, fails, nullptr);
}

#define ALIAS(name)                                                                                \
    aclnnStatus name(void *, uint64_t, aclOpExecutor *, aclrtStream)                               \
        __attribute__((alias("cannsimPhase2")));
#include "op_aliases.inc"
#undef ALIAS

aclnnStatus aclSetAclOpExecutorRepeatable(aclOpExecutor *executor) {
    if (!executor) return fail(ACLNN_ERR_INNER_NULLPTR, "the executor is null");
    if (!is_alive(executor)) return bad_executor(executor);
    if (executor->blocking)
        return fail(ACLNN_ERR_PARAM_INVALID,
                    "%s: an operator with a data-dependent shape cannot be repeated",
                    executor->op->name);
    executor->repeatable = true;
    return 0;
}

aclnnStatus aclDestroyAclOpExecutor(aclOpExecutor *executor) {
    if (!is_alive(executor)) return bad_executor(executor);
    destroy_executor(executor);
    return 0;
}

} // extern "C"

namespace {

// `index` counts the tensors of the wanted direction (inputs, outputs, or inputs and then outputs);
// lists are one each.
enum class Which { Inputs, Outputs, All };

int find_parameter(const OpMeta &op, Which which, size_t index, ArgKind kind) {
    for (int pass = 0; pass < 2; ++pass) {
        bool inputs = pass == 0;
        if (which == Which::Outputs && inputs) continue;
        if (which == Which::Inputs && !inputs) break;
        for (int i = 0; i < op.nparams; ++i) {
            const ParamMeta &p = op.params[i];
            if ((p.kind != ArgKind::Tensor && p.kind != ArgKind::TensorList) ||
                !(inputs ? p.input : p.output))
                continue;
            if (index-- == 0) return p.kind == kind ? i : -1;
        }
    }
    return -1;
}

// Views of a parameter beside the plain ones: pieces of it, or item `item` of a list. Whether there
// are any.
bool bind_extra(Executor *e, int param, int16_t item, const void *addr) {
    if (!e->extra) return false;
    Extra &x = *e->extra;
    bool any = false;
    e->unbound &= ~kItems;
    for (size_t i = 0; i < x.views.size(); ++i) {
        if (x.params[i] == param && x.items[i] == item) {
            x.views[i].data = to_host(addr) + x.offsets[i];
            any = true;
        }
        if (!x.views[i].data && x.views[i].size()) e->unbound |= kItems;
    }
    return any;
}

aclnnStatus set_address(Executor *e, Which which, size_t index, void *addr) {
    if (!is_alive(e)) return bad_executor(e);
    int param = find_parameter(*e->op, which, index, ArgKind::Tensor);
    if (param < 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s has no such tensor: index %zu", e->op->name,
                    index);
    if (!addr) return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: the address is null", e->op->name);
    for (int i = 0; i < e->nviews; ++i)
        if (e->source[i] == param) bind(*e, i, addr);
    if (is_bindable(addr)) bind_extra(e, param, 0, addr);
    return 0;
}

aclnnStatus set_list_address(Executor *e, Which which, size_t index, size_t relative, void *addr) {
    if (!is_alive(e)) return bad_executor(e);
    int param = find_parameter(*e->op, which, index, ArgKind::TensorList);
    if (param < 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s has no such tensor list: index %zu", e->op->name,
                    index);
    if (!is_bindable(addr))
        return fail(ACLNN_ERR_PARAM_INVALID,
                    "%s: %p is not device memory, or no multiple of %d bytes", e->op->name, addr,
                    int(kAlignment));
    if (!bind_extra(e, param, int16_t(relative), addr) && e->run != run_nothing)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: list %zu has no tensor %zu", e->op->name, index,
                    relative);
    return 0;
}

} // namespace

extern "C" {

#define SETTERS(prefix)                                                                            \
    aclnnStatus prefix##SetInputTensorAddr(aclOpExecutor *e, const size_t index, aclTensor *,      \
                                           void *addr) {                                           \
        return set_address(e, Which::Inputs, index, addr);                                         \
    }                                                                                              \
    aclnnStatus prefix##SetOutputTensorAddr(aclOpExecutor *e, const size_t index, aclTensor *,     \
                                            void *addr) {                                          \
        return set_address(e, Which::Outputs, index, addr);                                        \
    }                                                                                              \
    aclnnStatus prefix##SetTensorAddr(aclOpExecutor *e, const size_t index, aclTensor *,           \
                                      void *addr) {                                                \
        return set_address(e, Which::All, index, addr);                                            \
    }                                                                                              \
    aclnnStatus prefix##SetDynamicInputTensorAddr(aclOpExecutor *e, size_t irIndex,                \
                                                  const size_t relativeIndex, aclTensorList *,     \
                                                  void *addr) {                                    \
        return set_list_address(e, Which::Inputs, irIndex, relativeIndex, addr);                   \
    }                                                                                              \
    aclnnStatus prefix##SetDynamicOutputTensorAddr(aclOpExecutor *e, size_t irIndex,               \
                                                   const size_t relativeIndex, aclTensorList *,    \
                                                   void *addr) {                                   \
        return set_list_address(e, Which::Outputs, irIndex, relativeIndex, addr);                  \
    }                                                                                              \
    aclnnStatus prefix##SetDynamicTensorAddr(aclOpExecutor *e, size_t irIndex,                     \
                                             const size_t relativeIndex, aclTensorList *,          \
                                             void *addr) {                                         \
        return set_list_address(e, Which::All, irIndex, relativeIndex, addr);                      \
    }

SETTERS(acl)
SETTERS(Acl)

} // extern "C"
#pragma GCC visibility pop
