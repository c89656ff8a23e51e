// Chooses how an op on given dtypes is carried out: the first candidate of routes.toml that this
// SoC and this CANN can do.
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <unordered_map>
#include <vector>

#include "cache.h"

namespace ascend {
namespace {

struct PlanKey {
    int8_t bytes[CUPY_MAX_PLAN_DTYPES + 2] = {};
    PlanKey(int op, const int8_t *dtypes, int n) {
        bytes[0] = int8_t(op);
        bytes[1] = int8_t(n);
        memcpy(bytes + 2, dtypes, size_t(n));
    }
    bool operator==(const PlanKey &other) const {
        return !memcmp(bytes, other.bytes, sizeof bytes);
    }
};

struct KeyHash {
    size_t operator()(const PlanKey &key) const {
        size_t hash = 1469598103934665603u;
        for (int8_t byte : key.bytes) hash = (hash ^ uint8_t(byte)) * 1099511628211u;
        return hash;
    }
};

struct Table {
    std::recursive_mutex mutex;
    std::unordered_map<PlanKey, Plan *, KeyHash> plans; // a null plan is being resolved right now
    std::vector<Plan *> all;
    std::vector<ExecutorCache *> caches; // of all plans, also of those that serve others
    std::vector<aclScalar *> numbers;
};

Table &table() {
    static auto *one = new Table;
    return *one;
}

// One op on the dtypes of its operands.
struct Request {
    int op, n;
    const int8_t *dtypes;
    const cupyOpInfo &info;
    Request(int op_, const int8_t *dtypes_, int n_)
        : op(op_), n(n_), dtypes(dtypes_), info(cupy_op_info[op_]) {}

    bool variadic() const { return info.nin < 0; }
    int input(int k) const { return k < n ? dtypes[k] : -1; }
    int output(int k) const {
        if (variadic()) return op == CUPY_OP_BINCOUNT ? dtypes[n - 1] : dtypes[0];
        int position = info.nin + k;
        return position < n ? dtypes[position] : dtypes[n - 1];
    }
    int main(const Candidate &c) const { return c.main < 0 ? output(0) : input(c.main); }
};

bool has(uint16_t mask, int dtype) { return dtype < 0 || mask >> dtype & 1; }

// Whether the loaded library really carries the function out.
bool available(const char *function, void **phase1, void **phase2) {
    static auto implements = reinterpret_cast<bool (*)(const char *)>(symbol("cannsimImplements"));
    *phase2 = symbol(function);
    *phase1 = symbol((std::string(function) + "GetWorkspaceSize").c_str());
    return *phase1 && *phase2 && (!implements || implements(function));
}

const char *unit_text(uint8_t units) {
    static const char *const texts[] = {nullptr,
                                        "AI Core",
                                        "AI CPU",
                                        "AI Core and AI CPU",
                                        "host",
                                        "AI Core and host",
                                        "AI CPU and host",
                                        "AI Core, AI CPU and host"};
    return texts[units];
}

void set_units(Plan *plan, uint8_t units) {
    plan->units = units;
    plan->unit = unit_text(units);
}

uint8_t cast_unit(int from, int to) {
    return core_casts[machine.family][from] >> to & 1 ? UNIT_CORE : UNIT_AI_CPU;
}

uint8_t call_unit(const Call &call, const Request &request, int main_seen) {
    const bool cast = request.op == CUPY_OP_COPY || !strcmp(call.function, "aclnnCast");
    if (cast && request.input(0) != request.output(0))
        return cast_unit(request.input(0), request.output(0));
    return call.ai_cpu[machine.family] >> main_seen & 1 ? UNIT_AI_CPU : UNIT_CORE;
}

void describe_plan(Plan *plan, cupyRoute route, const std::string &how, const std::string &why) {
    plan->route = route;
    snprintf(plan->how_text, sizeof plan->how_text, "%s", how.c_str());
    snprintf(plan->why_text, sizeof plan->why_text, "%s", why.c_str());
    plan->how = plan->how_text;
    plan->why = route == CUPY_ROUTE_NATIVE || why.empty() ? nullptr : plan->why_text;
}

Plan *new_plan(const Request &request) {
    Plan *plan = new Plan;
    plan->launch = nullptr;
    plan->launches = plan->host_runs = 0;
    plan->unit = plan->note = nullptr;
    plan->op = request.op;
    plan->ndtypes = request.n;
    memcpy(plan->dtypes, request.dtypes, size_t(request.n));
    plan->elementwise =
        request.info.elementwise || request.op == CUPY_OP_COPY || request.op == CUPY_OP_FILL;
    plan->updates = request.op == CUPY_OP_PUT_ALONG_AXIS ||
                    request.op == CUPY_OP_SETITEM_ADVANCED || request.op == CUPY_OP_MASKED_SCATTER;
    for (int d = 0; d < CUPY_NUM_DTYPES; d++) {
        plan->seen_as[d] = int8_t(d);
        plan->pass_as[d] = acl_dtypes[d];
    }
    describe_plan(plan, CUPY_ROUTE_HOST, "", "");
    return plan;
}

// Empty when the call takes these dtypes; else why not.
std::string refusal(const Request &request, const Call &call, const int8_t *seen_as) {
    for (int i = 0; i < call.nargs; i++) {
        const Arg &arg = call.args[i];
        int dtype = -1;
        switch (arg.kind) {
        case ARG_IN:
        case ARG_SCALAR:
        case ARG_OPTIONAL: dtype = request.input(arg.index); break;
        case ARG_OUT:
        case ARG_SHAPED: dtype = request.output(arg.index); break;
        case ARG_LIST: dtype = request.dtypes[0]; break;
        default: break;
        }
        if (dtype < 0) continue;
        dtype = seen_as[dtype];
        if (!has(arg.accept[machine.family], dtype))
            return std::string(call.function) + " does not take " + dtype_name(dtype) + " on " +
                   family_names[machine.family];
    }
    return "";
}

Plan *call_plan(const Request &request, int index, View view, int main, std::string *why) {
    const Call &call = calls[index];
    void *phase1, *phase2;
    if (!available(call.function, &phase1, &phase2)) {
        *why = std::string(call.function) + " is not in this CANN";
        return nullptr;
    }
    int8_t seen_as[CUPY_NUM_DTYPES];
    for (int d = 0; d < CUPY_NUM_DTYPES; d++) seen_as[d] = int8_t(d);
    seen_as[main] = int8_t(viewed(main, view));
    std::string refused = refusal(request, call, seen_as);
    if (!refused.empty()) {
        *why = refused;
        return nullptr;
    }
    Plan *plan = new_plan(request);
    plan->call = &call;
    plan->phase1 = phase1;
    plan->phase2 = reinterpret_cast<Phase2>(phase2);
    plan->seen_as[main] = seen_as[main];
    plan->pass_as[main] = acl_dtypes[seen_as[main]];
    plan->launch = launch_call;
    plan->cache = new_cache(call);
    if (plan->cache) table().caches.push_back(plan->cache);
    for (int i = 0; i < call.nargs; i++) {
        if (call.args[i].kind != ARG_NUMBER) continue;
        unsigned char bits[16];
        literal_bits({LITERAL_NUMBER, call.args[i].number}, seen_as[main], bits);
        plan->numbers[i] = api.aclCreateScalar(bits, acl_dtypes[seen_as[main]]);
        table().numbers.push_back(plan->numbers[i]);
    }
    // CANN 8.1 has no kernel that writes bfloat16 to a strided view.
    for (int k = request.variadic() ? 0 : request.info.nin; machine.old && k < request.n; k++)
        plan->dense |= seen_as[request.dtypes[k]] == CUPY_BFLOAT16;
    set_units(plan, call_unit(call, request, seen_as[main]));
    bool reinterpreted = seen_as[main] != main;
    describe_plan(plan, reinterpreted ? CUPY_ROUTE_REINTERPRET : CUPY_ROUTE_NATIVE,
                  reinterpreted ? std::string(call.function) + " on " + dtype_name(seen_as[main])
                                : call.function,
                  reinterpreted ? std::string(call.function) + " does not take " + dtype_name(main)
                                : "");
    return plan;
}

Plan *find(int op, const int8_t *dtypes, int n);

bool on_device(const Plan *plan) { return plan && plan->route != CUPY_ROUTE_HOST; }

// The same op in the next wider dtype that has a route of its own.
Plan *cast_plan(const Request &request, int main, std::string *why) {
    for (int wide = wider(main); wide >= 0; wide = wider(wide)) {
        int8_t dtypes[CUPY_MAX_PLAN_DTYPES];
        for (int k = 0; k < request.n; k++)
            dtypes[k] = request.dtypes[k] == main ? int8_t(wide) : request.dtypes[k];
        Plan *inner = find(request.op, dtypes, request.n);
        if (!on_device(inner) || inner->route == CUPY_ROUTE_CAST) continue;
        Plan *plan = new_plan(request);
        plan->inner = inner;
        plan->narrow = int8_t(main);
        plan->wide = int8_t(wide);
        plan->launch = launch_cast;
        set_units(plan, inner->units | cast_unit(main, wide));
        describe_plan(plan, CUPY_ROUTE_CAST, std::string(inner->how) + " in " + dtype_name(wide),
                      why->empty() ? "several steps would round several times" : *why);
        return plan;
    }
    return nullptr;
}

class ProgramBuilder {
  public:
    ProgramBuilder(const Request &request, const Program &program)
        : request_(request), program_(program) {}

    Plan *build(std::string *why) {
        Plan *plan = new_plan(request_);
        plan->program = &program_;
        plan->launch = launch_program;
        std::string how;
        for (int i = 0; i < program_.count; i++) {
            const Step &step = steps[program_.first + i];
            Plan *sub = step_plan(step, why);
            if (!on_device(sub)) {
                if (sub && sub->why) *why = sub->why;
                delete plan;
                return nullptr;
            }
            plan->sub[i] = sub;
            set_units(plan, plan->units | sub->units);
            how += (how.empty() ? "" : ", ") + std::string(sub->how);
        }
        describe_plan(plan, only_look(plan) ? CUPY_ROUTE_REINTERPRET : CUPY_ROUTE_COMPOSITE, how,
                      why->empty() ? "no operator of CANN does this alone" : *why);
        return only_step(plan) ? alias(plan) : plan;
    }

  private:
    int dtype_of(const Ref &ref) const {
        int dtype = ref.kind == REF_IN    ? request_.input(ref.index)
                    : ref.kind == REF_OUT ? request_.output(ref.index)
                    : ref.kind == REF_TABLE ? CUPY_INT64
                                            : temps_[ref.index];
        return looked(dtype, ref.look);
    }

    Plan *step_plan(const Step &step, std::string *why) {
        int8_t dtypes[kMaxSources + 1];
        int beside = -1; // numbers take the dtype of the operand beside them
        for (int s = 0; s < step.nsources; s++) {
            if (step.sources[s].kind == REF_LITERAL) continue;
            dtypes[s] = int8_t(dtype_of(step.sources[s]));
            if (beside < 0 && !(step.op == CUPY_OP_WHERE && s == 0)) beside = dtypes[s];
        }
        int target = step.target.kind == REF_TEMP ? -1 : dtype_of(step.target);
        if (target < 0) {
            switch (step.rule) {
            case RULE_LIKE: target = dtypes[step.rule_value]; break;
            case RULE_REAL: target = looked(dtypes[step.rule_value], LOOK_REAL); break;
            case RULE_FIXED: target = step.rule_value; break;
            case RULE_OUT: target = request_.output(0); break;
            }
            temps_[step.target.index] = target;
        }
        if (beside < 0) beside = target;
        for (int s = 0; s < step.nsources; s++)
            if (step.sources[s].kind == REF_LITERAL) dtypes[s] = int8_t(beside);
        dtypes[step.nsources] = int8_t(target);
        if (step.op >= 0) return find(step.op, dtypes, step.nsources + 1);
        // A bare call is elementwise with one, two or three inputs, as these are.
        int op = step.nsources == 1   ? CUPY_OP_NEGATIVE
                 : step.nsources == 2 ? CUPY_OP_ADD
                                      : CUPY_OP_CLIP;
        return call_plan(Request(op, dtypes, step.nsources + 1), step.call, VIEW_NONE, dtypes[0],
                         why);
    }

    // One operator, on other views of the same bits.
    bool only_look(const Plan *plan) const {
        const Step &step = steps[program_.first];
        bool looks = step.target.look != LOOK_NONE;
        for (int s = 0; s < step.nsources; s++) looks |= step.sources[s].look != LOOK_NONE;
        return program_.count == 1 && looks && plan->sub[0]->route <= CUPY_ROUTE_REINTERPRET;
    }

    bool only_step(const Plan *plan) const {
        const Step &step = steps[program_.first];
        bool plain = program_.count == 1 && step.target.kind == REF_OUT &&
                     step.target.look == LOOK_NONE && step.nsources == request_.info.nin &&
                     request_.info.nout == 1 && step.nattrs == request_.info.nattrs;
        for (int s = 0; s < step.nsources && plain; s++)
            plain = step.sources[s].kind == REF_IN && step.sources[s].index == s &&
                    step.sources[s].look == LOOK_NONE;
        for (int a = 0; a < step.nattrs && plain; a++) plain = step.attrs[a] == a;
        return plain && plan->sub[0]->route != CUPY_ROUTE_COMPOSITE;
    }

    // A synonym: the other op's plan under this op's name.
    Plan *alias(Plan *plan) {
        Plan *sub = plan->sub[0];
        plan->launch = sub->launch;
        plan->silent = sub->silent;
        set_units(plan, sub->units);
        plan->call = sub->call;
        plan->phase1 = sub->phase1;
        plan->phase2 = sub->phase2;
        plan->inner = sub->inner;
        plan->narrow = sub->narrow;
        plan->wide = sub->wide;
        plan->program = sub->program;
        plan->elementwise = sub->elementwise;
        plan->dense = sub->dense;
        plan->cache = sub->cache;
        memcpy(plan->numbers, sub->numbers, sizeof plan->numbers);
        memcpy(plan->pass_as, sub->pass_as, sizeof plan->pass_as);
        memcpy(plan->seen_as, sub->seen_as, sizeof plan->seen_as);
        memcpy(plan->scalar_form, sub->scalar_form, sizeof plan->scalar_form);
        memcpy(plan->variants, sub->variants, sizeof plan->variants);
        memcpy(plan->sub, sub->sub, sizeof plan->sub);
        describe_plan(plan, cupyRoute(sub->route), sub->how, sub->why ? sub->why : "");
        return plan;
    }

    const Request &request_;
    const Program &program_;
    int temps_[kMaxTemps] = {};
};

Plan *host_route(const Request &request, const std::string &why) {
    Plan *plan = new_plan(request);
    plan->launch = launch_host;
    set_units(plan, UNIT_HOST);
    describe_plan(plan, CUPY_ROUTE_HOST, "host", why);
    return plan;
}

Plan *cpp_plan(const Request &request, int function, std::string *why) {
    Plan *plan = new_plan(request);
    if (function == CPP_CONCATENATE) {
        int8_t both[2] = {request.dtypes[0], request.dtypes[0]};
        plan->sub[0] = find(CUPY_OP_COPY, both, 2);
        plan->launch = launch_concatenate;
        set_units(plan, plan->sub[0]->units);
        describe_plan(plan, CUPY_ROUTE_COMPOSITE, plan->sub[0]->how,
                      "aclnnCat does not take this dtype");
    } else if (function == CPP_ARANGE) {
        const int8_t same[3] = {request.dtypes[0], request.dtypes[0], request.dtypes[0]};
        plan->launch = launch_arange;
        set_units(plan, find(CUPY_OP_MULTIPLY, same, 3)->units |
                            cast_unit(CUPY_INT64, request.dtypes[0]));
        describe_plan(plan, CUPY_ROUTE_COMPOSITE,
                      "aclnnArange, aclnnInplaceCopy, aclnnMuls, aclnnAdds",
                      "aclnnArange does not promise how floats are rounded");
    } else if (function == CPP_INTEGERS) {
        const int dtype = request.output(0);
        plan->inner = call_plan(request, helper_integers, VIEW_NONE, dtype, why);
        if (!plan->inner)
            plan->inner = call_plan(request, helper_integers, VIEW_UNSIGNED, dtype, why);
        plan->launch = launch_integers;
        if (!plan->inner) {
            delete plan;
            return nullptr;
        }
        set_units(plan, plan->inner->units);
        describe_plan(plan, cupyRoute(plan->inner->route), plan->inner->how,
                      plan->inner->why ? plan->inner->why : "");
    } else {
        plan->launch = launch_prod;
        set_units(plan, UNIT_CORE);
        describe_plan(plan, CUPY_ROUTE_COMPOSITE, "aclnnProdDim", "aclnnProdDim takes one axis");
    }
    return plan;
}

Plan *try_candidate(const Request &request, const Candidate &c, std::string *why) {
    int main = request.main(c);
    if (!has(c.when, main) || !has(c.when_out, request.output(0))) return nullptr;
    if (!(c.chips >> machine.family & 1) || (c.exact && !machine.exact_trig) ||
        (c.old && !machine.old))
        return nullptr;
    bool mixed = !strcmp(request.info.kind, "binary") && request.input(0) != request.input(1);
    if (mixed != c.mixed && c.way != WAY_HOST) return nullptr;
    if (c.same)
        for (int k = 0; k < request.n; k++)
            if (request.dtypes[k] != main) return nullptr;
    if (!machine.portable && c.generator == GENERATOR_PORTABLE) {
        *why = "the device's generator gives other numbers";
        return nullptr;
    }
    if (!machine.portable && c.generator == GENERATOR_DEVICE && machine.only_portable) {
        *why = "CUPY_RANDOM=portable";
        return nullptr;
    }
    switch (c.way) {
    case WAY_HOST: *why = c.why; return host_route(request, c.why);
    case WAY_WIDEN: return cast_plan(request, main, why);
    case WAY_CPP: return cpp_plan(request, c.index, why);
    case WAY_DO: {
        Plan *plan = ProgramBuilder(request, programs[c.index]).build(why);
        if (plan && c.shortcut_if != IF_NONE) {
            std::string ignored;
            plan->shortcut = ProgramBuilder(request, programs[c.shortcut]).build(&ignored);
            plan->shortcut_if = c.shortcut_if;
        }
        if (plan) plan->dense |= c.dense >> request.output(0) & 1;
        return plan;
    }
    case WAY_CALL: break;
    }
    Plan *plan = nullptr;
    bool excepted = c.except >> main & 1, viewable = viewed(main, c.view) != main;
    if (excepted)
        *why = std::string(calls[c.index].function) + " is not relied on for " + dtype_name(main);
    // Strided targets of the wide unsigned dtypes have no kernel before 950, their signed twins
    // have.
    bool view_first = viewable && main >= CUPY_UINT16 && main <= CUPY_UINT64;
    const uint16_t ai_cpu = calls[c.index].ai_cpu[machine.family];
    view_first |= viewable && (ai_cpu >> main & 1) && !(ai_cpu >> viewed(main, c.view) & 1);
    if (view_first) plan = call_plan(request, c.index, c.view, main, why);
    if (!plan && !excepted) plan = call_plan(request, c.index, VIEW_NONE, main, why);
    if (!plan && viewable && !view_first) plan = call_plan(request, c.index, c.view, main, why);
    if (!plan) return c.cast ? cast_plan(request, main, why) : nullptr;
    plan->dense |= c.dense >> request.output(0) & 1;
    if (c.scalar_when >> main & 1) {
        std::string ignored;
        View view = plan->seen_as[main] == main ? VIEW_NONE : c.view;
        for (int k = 0; k < 2; k++)
            if (c.scalar_calls[k] >= 0)
                plan->scalar_form[k] = call_plan(request, c.scalar_calls[k], view, main, &ignored);
    }
    if (request.op == CUPY_OP_CONCATENATE) plan->inner = cpp_plan(request, CPP_CONCATENATE, why);
    return plan;
}

Plan *choose(const Request &request, int variant) {
    std::string why, first_why;
    const Span &span = op_candidates[request.op];
    for (int i = 0; i < span.count; i++) {
        const Candidate &c = candidates[span.first + i];
        if (c.variant >= 0 && c.variant != variant) continue;
        Plan *plan = try_candidate(request, c, &why);
        if (plan) plan->exact |= c.exact;
        if (first_why.empty()) first_why = why;
        if (plan) return plan;
        why = first_why;
    }
    if (first_why.empty())
        first_why =
            std::string("no operator of CANN computes this for ") + dtype_name(request.dtypes[0]);
    return host_route(request, first_why);
}

Plan *make(const Request &request) {
    const Span &span = op_candidates[request.op];
    bool variants = false;
    for (int i = 0; i < span.count; i++) variants |= candidates[span.first + i].variant >= 0;
    if (!variants) return choose(request, -1);
    Plan *plan = new_plan(request);
    bool host = true;
    for (int v = 0; v < kVariants; v++) {
        plan->variants[v] = choose(request, v);
        plan->variants[v]->parent = plan;
        host &= plan->variants[v]->route == CUPY_ROUTE_HOST;
    }
    Plan *first = plan->variants[0];
    plan->launch = launch_variant;
    set_units(plan, first->units);
    describe_plan(plan, host ? CUPY_ROUTE_HOST : cupyRoute(first->route), first->how,
                  first->why ? first->why : "");
    return plan;
}

// float64 off AI Core is worth a word when it is first launched; host runs say so themselves.
void note_first(const Request &request, Plan *plan) {
    if (!note || plan->launch == launch_noted || !(plan->units & UNIT_AI_CPU)) return;
    for (int k = 0; k < request.n; k++) {
        if (request.dtypes[k] != CUPY_FLOAT64 && request.dtypes[k] != CUPY_COMPLEX128) continue;
        plan->silent = plan->launch;
        plan->launch = launch_noted;
        return;
    }
}

const char *quirk(const Plan *plan) {
    if (plan->call) return plan->call->quirk;
    if (plan->inner) return quirk(plan->inner);
    for (const Plan *sub : plan->sub)
        if (const char *found = sub ? quirk(sub) : nullptr) return found;
    return plan->variants[0] ? quirk(plan->variants[0]) : nullptr;
}

Plan *find(int op, const int8_t *dtypes, int n) {
    Table &all = table();
    PlanKey key(op, dtypes, n);
    auto known = all.plans.find(key);
    if (known != all.plans.end()) return known->second;
    all.plans.emplace(key, nullptr);
    try {
        Request request(op, dtypes, n);
        Plan *plan = make(request);
        note_first(request, plan);
        plan->note = plan->exact ? nullptr : quirk(plan);
        all.all.push_back(plan);
        return all.plans[key] = plan;
    } catch (...) {
        all.plans.erase(key); // the next one tries again
        throw;
    }
}

} // namespace

cupyPlan *resolve_plan(int op, const int8_t *dtypes, int n) {
    cupyPlan *plan = nullptr;
    guarded("resolve", [&] {
        if (op < 0 || op >= CUPY_NUM_OPS || n < 1 || n > CUPY_MAX_PLAN_DTYPES)
            return fail_text(CUPY_NO_ROUTE, "resolve", "op %d on %d operands", op, n);
        for (int k = 0; k < n; k++)
            if (dtypes[k] < 0 || dtypes[k] >= CUPY_NUM_DTYPES)
                return fail_text(CUPY_NO_ROUTE, "resolve", "%d is no dtype", dtypes[k]);
        if (int rc = bind()) return rc;
        std::lock_guard<std::recursive_mutex> hold(table().mutex);
        plan = find(op, dtypes, n);
        return plan ? int(CUPY_OK)
                    : fail_text(CUPY_NO_ROUTE, cupy_op_info[op].name, "its route needs itself");
    });
    return plan;
}

Plan *plan_for(int op, std::initializer_list<int> dtypes) {
    int8_t list[CUPY_MAX_PLAN_DTYPES];
    int n = 0;
    for (int dtype : dtypes) list[n++] = int8_t(dtype);
    // Asked for at every launch of a composite: remember per thread without the lock.
    struct Remembered {
        uint64_t key = ~uint64_t(0);
        Plan *plan = nullptr;
    };
    static thread_local std::unique_ptr<Remembered[]> recent;
    if (!recent) recent.reset(new Remembered[64]);
    uint64_t key = uint64_t(op) << 40 | uint64_t(n) << 32;
    for (int k = 0; k < n && k < 4; k++) key |= uint64_t(uint8_t(list[k])) << (8 * k);
    Remembered &slot = recent[(key * 0x9e3779b97f4a7c15u) >> 58];
    if (slot.key == key && n <= 4) return slot.plan;
    Plan *plan = static_cast<Plan *>(resolve_plan(op, list, n));
    if (plan) slot = {key, plan};
    return plan;
}

Plan *host_plan(Plan *plan, const char *why) {
    if (plan->route == CUPY_ROUTE_HOST) return plan;
    Plan *known = plan->host.load(std::memory_order_acquire);
    if (known) return known;
    std::lock_guard<std::recursive_mutex> hold(table().mutex);
    if (Plan *again = plan->host.load(std::memory_order_acquire)) return again;
    Plan *made = host_route(Request(plan->op, plan->dtypes, plan->ndtypes), why);
    made->parent = plan;
    table().all.push_back(made);
    plan->host.store(made, std::memory_order_release);
    return made;
}

Plan *flip_plan(int dtype) {
    static std::atomic<Plan *> plans[CUPY_NUM_DTYPES];
    if (Plan *known = plans[dtype].load(std::memory_order_acquire)) return known;
    std::lock_guard<std::recursive_mutex> hold(table().mutex);
    if (Plan *again = plans[dtype].load(std::memory_order_acquire)) return again;
    int8_t both[2] = {int8_t(dtype), int8_t(dtype)};
    Request request(CUPY_OP_TRIL, both, 2); // one input, one output, not elementwise
    std::string why;
    Plan *plan = call_plan(request, helper_flip, VIEW_BITS, dtype, &why);
    if (!plan) plan = call_plan(request, helper_flip, VIEW_NONE, dtype, &why);
    if (!plan) {
        fail_text(CUPY_NO_ROUTE, "flip", "%s", why.c_str());
        return nullptr;
    }
    plans[dtype].store(plan, std::memory_order_release);
    return plan;
}

void forget_executors() {
    std::lock_guard<std::recursive_mutex> hold(table().mutex);
    for (ExecutorCache *cache : table().caches) clear(*cache);
}

void count_executors(uint64_t *kept, uint64_t *room) {
    std::lock_guard<std::recursive_mutex> hold(table().mutex);
    *kept = 0;
    *room = table().caches.size() * kCacheSlots;
    for (ExecutorCache *cache : table().caches)
        for (const auto &entry : cache->entries) *kept += entry.load() != nullptr;
}

} // namespace ascend

using namespace ascend;

extern "C" {

const cupyPlan *cupy_ascend_plan(int index) {
    std::lock_guard<std::recursive_mutex> hold(table().mutex);
    if (index < 0 || size_t(index) >= table().all.size()) return nullptr;
    return table().all[size_t(index)];
}

// At the end of the process: what CANN made for us goes back, and nothing can be launched any more.
void cupy_ascend_release(void) {
    if (!loaded()) return;
    std::lock_guard<std::recursive_mutex> hold(table().mutex);
    retire();
    forget_executors();
    for (aclScalar *number : table().numbers) api.aclDestroyScalar(number);
    table().numbers.clear();
    release_memory();
}

void cupy_ascend_reset_counters(void) {
    std::lock_guard<std::recursive_mutex> hold(table().mutex);
    for (Plan *plan : table().all) {
        plan->launches = 0;
        plan->host_runs = 0;
    }
    reset_counts();
}
}
