// CANNSIM_ALTER=aclnnAdd:float32:wrong,aclnnExp:*:refuse - an operator refuses a call in which a
// tensor has the dtype, spoils its result, kills the process or never returns. An operator that is
// not named costs nothing: the named ones get another function in the table of definitions.
#include "opapi/alter.h"

#include "nnopbase/objects.h"
#include "opapi/check.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>
#include <vector>

namespace cannsim {

namespace {

enum class Deed { Refuse, Wrong, Crash, Hang };
constexpr const char *kDeeds[] = {"refuse", "wrong", "crash", "hang"};

struct Alteration {
    Op op;
    uint64_t dtypes; // a bit per aclDataType
    Deed deed;
};

struct Altered {
    std::vector<Alteration> rules;
    Prepare original[kOpCount];
    char complaint[256];
};
Altered *altered;

Status spoil(aclOpExecutor &e) {
    const Status status = e.unaltered(e);
    // The last byte of an element holds the exponent or the highest digits.
    for (int i = 0; i < e.nviews; ++i) {
        const View &v = e.views[i];
        if (e.source[i] < 0 || !e.op->params[e.source[i]].output || !v.size()) continue;
        v.data[itemsize(v.dtype) - 1] ^= v.dtype == DType::Bool ? 1 : 0x40;
    }
    return status;
}

Status die(aclOpExecutor &) {
    std::raise(SIGSEGV);
    return Status::Ok;
}

Status never_return(aclOpExecutor &) {
    for (;;) pause();
}

bool has_dtype(const Call &c, uint64_t dtypes) {
    for (int i = 0; i < c.op.nparams; ++i) {
        if (!c.args[i].pointer) continue;
        if (c.op.params[i].kind == ArgKind::Tensor && is_in(c.tensor(i)->dtype, dtypes))
            return true;
        if (c.op.params[i].kind != ArgKind::TensorList) continue;
        const aclTensorList *list = c.list(i);
        for (uint64_t k = 0; k < list->size; ++k)
            if (list->items[k] && is_in(list->items[k]->dtype, dtypes)) return true;
    }
    return false;
}

aclnnStatus prepare_altered(Call &c) {
    const Alteration *found = nullptr;
    for (const Alteration &rule : altered->rules)
        if (rule.op == c.id && has_dtype(c, rule.dtypes)) found = &rule;
    if (found && found->deed == Deed::Refuse)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: refused, as CANNSIM_ALTER asks", c.op.name);
    const aclnnStatus status = altered->original[int(c.id)](c);
    Executor &e = c.exec;
    if (!found || status || e.run == run_nothing) return status;
    e.unaltered = e.run;
    e.run = found->deed == Deed::Wrong ? spoil : found->deed == Deed::Crash ? die : never_return;
    return status;
}

bool find_op(const char *name, Op *out) {
    for (int i = 0; i < kOpCount; ++i)
        if (!std::strcmp(kOps[i].name, name) && definitions[i].prepare) {
            *out = Op(i);
            return true;
        }
    return false;
}

bool find_dtype(const char *name, uint64_t *out) {
    *out = ~uint64_t(0);
    if (!std::strcmp(name, "*")) return true;
    for (int i = 0; i < kMaxDType; ++i)
        if (itemsize(DType(i)) && !strcasecmp(dtype_name(DType(i)), name)) {
            *out = bit(DType(i));
            return true;
        }
    return false;
}

bool find_deed(const char *name, Deed *out) {
    for (int i = 0; i < 4; ++i)
        if (!std::strcmp(kDeeds[i], name)) {
            *out = Deed(i);
            return true;
        }
    return false;
}

bool parse(char *item) {
    char *save = nullptr, *parts[3];
    for (char *&part : parts) part = strtok_r(&part == parts ? item : nullptr, ":", &save);
    Alteration rule;
    if (!parts[2] || strtok_r(nullptr, ":", &save) || !find_op(parts[0], &rule.op) ||
        !find_dtype(parts[1], &rule.dtypes) || !find_deed(parts[2], &rule.deed))
        return false;
    altered->rules.push_back(rule);
    Prepare &prepare = definitions[int(rule.op)].prepare;
    if (prepare != prepare_altered) altered->original[int(rule.op)] = prepare;
    prepare = prepare_altered;
    return true;
}

} // namespace

void alter_operators() {
    const char *text = std::getenv("CANNSIM_ALTER");
    if (!text || !*text) return;
    altered = new Altered{};
    char *copy = strdup(text), *save = nullptr;
    for (char *item = strtok_r(copy, ",", &save); item; item = strtok_r(nullptr, ",", &save)) {
        char shown[96];
        std::snprintf(shown, sizeof shown, "%s", item);
        if (!parse(item) && !altered->complaint[0])
            std::snprintf(altered->complaint, sizeof altered->complaint,
                          "CANNSIM_ALTER: %s is not an operator, a dtype or * and one of refuse, "
                          "wrong, crash, hang, such as aclnnAdd:float32:wrong",
                          shown);
    }
    std::free(copy);
}

const char *alter_complaint() { return altered ? altered->complaint : ""; }

} // namespace cannsim
