// Interprets the recipes of facts/kernels.json. Slow, and only done where somebody asks.
#include "opapi/launches.h"

#include "cannsim.h"
#include "opapi/check.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace cannsim {

bool notes_launches, misses_kernels;

namespace {

enum class Unit { ByDtype, AiCore, AiCpu };

const KernelUnits *find_kernel(const char *name, size_t length) {
    const KernelUnits *end = kKernelUnits + kKernelUnitsCount;
    for (const KernelUnits *u = kKernelUnits; u != end; ++u)
        if (!std::strncmp(u->name, name, length) && !u->name[length]) return u;
    return nullptr;
}

// Which kernel gathers a view into a contiguous block; null when it is one already.
const char *gather_kernel(const aclTensor *t) {
    if (t->contiguous || t->size <= 1) return nullptr;
    if (is_permuted(t)) return "Transpose";
    bool repeats = false, nested = true;
    int64_t inner = 0; // extent of the axes further in
    for (int i = t->ndim; i-- > 0;) {
        if (t->shape[i] == 1) continue;
        if (t->strides[i] == 0) {
            repeats = true;
            continue;
        }
        nested &= t->strides[i] > inner;
        inner += t->strides[i] * (t->shape[i] - 1);
    }
    return !nested ? "AsStrided" : repeats ? "BroadcastTo" : "StridedSlice";
}

class Writer {
  public:
    explicit Writer(const Call &c) : call(c) {}

    std::vector<Launch> run() {
        const OpRecipes &recipes = kOpRecipes[int(call.id)];
        const int family = settings().soc->family;
        if (!recipes.count) return without_recipe(recipes.ai_cpu[family]);
        key = key_dtype(recipes.key);
        for (int i = 0; i < recipes.count; ++i) {
            const Recipe &r = kRecipes[recipes.first + i];
            if (!(r.families >> family & 1) || !is_in(key, r.dtypes) || !holds(r.condition))
                continue;
            current = key;
            steps(r.steps);
            break;
        }
        return std::move(launches);
    }

  private:
    const Call &call;
    std::vector<Launch> launches;
    DType key = DType::Float32, current = DType::Float32;

    void emit(const char *name, size_t length, DType t, Unit unit = Unit::ByDtype) {
        const KernelUnits *u = find_kernel(name, length);
        if (!u) return;
        const bool ai_cpu = unit == Unit::AiCpu ||
                            (unit == Unit::ByDtype && !is_in(t, u->ai_core[settings().soc->family]));
        launches.push_back({u->name, ai_cpu, ai_cpu && is_in(t, u->absent), t});
    }
    void emit(const char *name, DType t, Unit unit = Unit::ByDtype) {
        emit(name, std::strlen(name), t, unit);
    }

    void cast(DType to) {
        if (to == current) return;
        const int from = int(current);
        const bool direct =
            from >= 0 && from < 34 && is_in(to, kCastPairs[settings().soc->family][from]);
        emit("Cast", current, direct ? Unit::AiCore : Unit::AiCpu);
        current = to;
    }

    bool reads_strides() const {
        return definitions[int(call.id)].reads_strides && settings().soc->arch >= 3000;
    }

    // `direct`: what the operator's kernel reads as it is.
    void gather(const aclTensor *t, const char *direct = "") {
        if (reads_strides()) return;
        const char *kernel = gather_kernel(t);
        if (kernel && std::strcmp(kernel, direct))
            emit(kernel, t->dtype);
    }

    void scatter(const aclTensor *t) {
        if (t->reach != Reach::Inside) {
            emit("ViewCopy", t->dtype, Unit::AiCore);
        } else if (t->contiguous || t->size <= 1) {
            return;
        } else if (is_permuted(t)) {
            emit("Transpose", t->dtype);
        } else {
            emit("ViewCopy", t->dtype);
        }
    }

    std::vector<Launch> without_recipe(uint64_t ai_cpu) {
        int out = call.out;
        bool first = true;
        for (int i = 0; i < call.op.nparams; ++i) {
            const ParamMeta &p = call.op.params[i];
            if (p.kind != ArgKind::Tensor || !p.input || !call.tensor(i)) continue;
            gather(call.tensor(i));
            DType t = call.tensor(i)->dtype, common;
            if (first)
                key = t;
            else if (promote(key, t, &common))
                key = common;
            first = false;
        }
        const aclTensor *result = call.op.params[out].kind == ArgKind::Tensor ? call.tensor(out)
                                                                             : nullptr;
        if (first && result) key = result->dtype;
        const char *name = call.op.name + (std::strncmp(call.op.name, "aclnn", 5) ? 3 : 5);
        launches.push_back({name, is_in(key, ai_cpu), false, key});
        if (result) scatter(result);
        return std::move(launches);
    }

    static DType named(const char *name, size_t length) {
        for (int i = 0; i < 34; ++i) {
            const char *known = dtype_name(DType(i));
            if (!std::strncmp(known, name, length) && !known[length]) return DType(i);
        }
        return DType::Float32;
    }

    // "0+1": promoted; "0&2": with scalar 2; "o": the output's; "=2": what parameter 2 names.
    DType key_dtype(const char *text) {
        DType out = DType::Float32;
        char join = 0;
        for (;; join = *text++) {
            DType t;
            if (*text == 'o') {
                t = call.tensor(call.out)->dtype;
                ++text;
            } else if (*text == '=') {
                t = DType(call.integer(int(std::strtol(text + 1, const_cast<char **>(&text), 10))));
            } else {
                t = param_dtype(int(std::strtol(text, const_cast<char **>(&text), 10)));
            }
            DType common;
            if (!join)
                out = t;
            else if (join == '&')
                out = scalar_dtype(out, t);
            else if (promote(out, t, &common))
                out = common;
            if (!*text) return out;
        }
    }

    DType param_dtype(int i) const {
        switch (call.op.params[i].kind) {
        case ArgKind::Tensor: return call.tensor(i) ? call.tensor(i)->dtype : DType::Float32;
        case ArgKind::Scalar: return call.scalar(i) ? call.scalar(i)->dtype : DType::Float32;
        case ArgKind::TensorList: {
            const aclTensorList *list = call.list(i);
            DType out = list->size ? list->items[0]->dtype : DType::Float32, common;
            for (uint64_t k = 1; k < list->size; ++k)
                if (list->items[k] && promote(out, list->items[k]->dtype, &common)) out = common;
            return out;
        }
        default: return DType::Float32;
        }
    }

    DType dtype_of(const char *name, size_t length) const {
        if (length == 1) switch (*name) {
            case 'k': return key;
            case 'f': return is_integral(key) ? DType::Float32 : key;
            case 'o': return call.tensor(call.out)->dtype;
            }
        if (*name == '=') return DType(call.integer(std::atoi(name + 1)));
        return named(name, length);
    }

    // All conditions must hold (facts/kernels.json lists them).
    bool holds(const char *text) const {
        while (*text) {
            size_t length = std::strcspn(text, " ");
            const bool negated = *text == '!';
            if (holds_one(text + negated, length - negated) == negated) return false;
            text += length + (text[length] == ' ');
        }
        return true;
    }

    bool holds_one(const char *text, size_t length) const {
        if (!std::strncmp(text, "one", 3)) {
            const aclScalar *s = call.scalar(std::atoi(text + 3));
            return !s || s->one;
        }
        char *after;
        const int i = int(std::strtol(text + 1, &after, 10));
        const int64_t value = *after ? std::atoi(after + 1) : 0;
        const bool is_tensor = call.op.params[i].kind == ArgKind::Tensor;
        const aclTensor *t = is_tensor ? call.tensor(i) : nullptr;
        switch (*text) {
        case 't': return param_dtype(i) == named(after + 1, length - size_t(after + 1 - text));
        case 'd': return param_dtype(i) == param_dtype(int(value));
        case 'i': return call.integer(i) == value;
        case 'v': return call.scalar(i) && call.scalar(i)->real() == double(value);
        case 'b': return holds_bool(call.list(i));
        case 'x': {
            const int64_t axis = call.integer(i), ndim = call.tensor(0)->ndim;
            return ndim > 1 && axis != -1 && axis != ndim - 1;
        }
        }
        if (!t) return false;
        switch (*text) {
        case 'n': return t->ndim == value;
        case 'g': return t->ndim > value;
        case 'l': return t->size == value;
        case 'e': return t->ndim && t->shape[t->ndim - 1] == value;
        case 's': return same_shape(t, call.tensor(int(value)));
        case 'c': return t->contiguous;
        case 'p': return t->offset > 0;
        }
        return false;
    }

    static bool holds_bool(const aclTensorList *list) {
        for (uint64_t k = 0; k < list->size; ++k)
            if (list->items[k] && list->items[k]->dtype == DType::Bool) return true;
        return false;
    }

    static bool same_shape(const aclTensor *a, const aclTensor *b) {
        return a->ndim == b->ndim && std::equal(a->shape, a->shape + a->ndim, b->shape);
    }

    void read(int param, const char *dtype, size_t length, const char *direct) {
        if (call.op.params[param].kind == ArgKind::TensorList) {
            const aclTensorList *list = call.list(param);
            for (uint64_t i = 0; i < list->size; ++i) read(list->items[i], dtype, length, direct);
        } else {
            read(call.tensor(param), dtype, length, direct);
        }
    }

    void read(const aclTensor *t, const char *dtype, size_t length, const char *direct) {
        if (!t) return;
        gather(t, direct);
        current = t->dtype;
        if (length) cast(dtype_of(dtype, length));
    }

    void steps(const char *text) {
        for (; *text; text += *text == ' ') {
            size_t length = std::strcspn(text, " ");
            step(text, length);
            text += length;
        }
    }

    void step(const char *text, size_t length) {
        const char *end = text + length;
        if (*text == '@' || *text == '%' || (*text >= '0' && *text <= '9')) {
            char *after;
            const char *direct = *text == '@'                                      ? "Transpose"
                                 : *text == '%' && settings().soc->arch >= 3000 ? "StridedSlice"
                                                                                   : "";
            int param = int(std::strtol(text + (*text < '0' || *text > '9'), &after, 10));
            const char *dtype = *after == ':' ? after + 1 : end;
            read(param, dtype, size_t(end - dtype), direct);
        } else if (*text == '>') {
            const aclTensor *t = call.tensor(length > 1 ? std::atoi(text + 1) : call.out);
            if (!t) return;
            cast(t->dtype);
            scatter(t);
        } else if (*text == ':') {
            cast(dtype_of(text + 1, length - 1));
        } else if (*text == '=') {
            current = dtype_of(text + 1, length - 1);
        } else if (*text == '~') {
            const int param = std::atoi(text + 1);
            if (!same_shape(call.tensor(param), call.tensor(call.out)))
                emit("BroadcastTo", current);
        } else {
            const Unit unit = *text == '!'   ? Unit::AiCpu
                              : *text == '+' ? Unit::AiCore
                                             : Unit::ByDtype;
            const int sign = unit != Unit::ByDtype;
            emit(text + sign, length - size_t(sign), current, unit);
        }
    }
};

} // namespace

std::vector<Launch> launches_of(const Call &c) {
    if (c.exec.run == run_nothing) return {};
    return Writer(c).run();
}

} // namespace cannsim

using namespace cannsim;

extern "C" {
#pragma GCC visibility push(default)

void cannsimNoteLaunches(bool on) { notes_launches = on; }

int cannsimExecutorLaunches(const void *executor, cannsimLaunch *out, int room) {
    const Executor *e = static_cast<const Executor *>(executor);
    if (!is_alive(e) || !e->launches) return -1;
    const std::vector<Launch> &all = *e->launches;
    for (int i = 0; out && i < room && i < int(all.size()); ++i)
        out[i] = {all[i].kernel, all[i].ai_cpu ? CANNSIM_AI_CPU : CANNSIM_AI_CORE};
    return int(all.size());
}

int cannsimExecutorUnits(const void *executor) {
    const Executor *e = static_cast<const Executor *>(executor);
    if (!is_alive(e) || !e->launches) return -1;
    int units = 0;
    for (const Launch &l : *e->launches) units |= 1 << (l.ai_cpu ? CANNSIM_AI_CPU : CANNSIM_AI_CORE);
    return units;
}

#pragma GCC visibility pop
}
