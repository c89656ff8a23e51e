// Plans and the ways to launch them.
#pragma once

#include <atomic>

#include "dtype.h"
#include "scratch.h"
#include "state.h"
#include "tables.h"

namespace ascend {

constexpr int kMaxDims = 64;
constexpr int kMaxRank = 8;
constexpr int kMaxSubplans = 32;

struct ExecutorCache;

using Phase2 = int (*)(void *workspace, uint64_t size, aclOpExecutor *, aclrtStream);

enum Unit : uint8_t { UNIT_CORE = 1, UNIT_AI_CPU = 2, UNIT_HOST = 4 };

// Resolved once per (op, dtypes) and kept for the life of the process.
struct Plan : cupyPlan {
    const Call *call = nullptr; // of a native or reinterpreting plan
    void *phase1 = nullptr;
    Phase2 phase2 = nullptr;
    aclScalar *numbers[kMaxArgs] = {}; // of ARG_NUMBER
    int8_t pass_as[CUPY_NUM_DTYPES]; // aclDataType under which an operand of a dtype is handed over
    int8_t seen_as[CUPY_NUM_DTYPES]; // the same as cupyDtype
    Plan *scalar_form[2] = {};       // when that operand is a host scalar
    Plan *inner = nullptr;           // of a cast: the plan in the wider dtype
    int8_t narrow = -1, wide = -1;   // of a cast
    const Program *program = nullptr; // of a composite
    Plan *sub[kMaxSubplans] = {};     // of a composite: one per step; else helpers
    Plan *variants[kVariants] = {};   // by the attribute 'mode' or the kind of axis list
    Shortcut shortcut_if = IF_NONE;
    Plan *shortcut = nullptr;       // taken instead when the condition holds
    bool elementwise = false;       // operands of one shape: axes may be merged and flipped
    bool updates = false;           // out0 is read too
    bool dense = false;             // out0 must be contiguous
    ExecutorCache *cache = nullptr; // nullptr: the call cannot be repeated
    cupyLaunchFn silent = nullptr; // of a plan whose first launch is noted: the launch itself
    uint8_t units = 0;             // a set of Unit
    bool exact = false;            // a choice of the user's that takes the quirks away
    Plan *parent = nullptr;        // of a host plan made for some layouts or modes of another
    std::atomic<Plan *> host{nullptr}; // the plan for layouts that no operator takes
    char how_text[120], why_text[160];
};

extern cupyHostRun host_run;
extern cupyNote note; // nullptr: nobody wants to know
extern const char *host_random; // the definition of the host's random numbers

cupyPlan *resolve_plan(int op, const int8_t *dtypes, int n);
Plan *plan_for(int op, std::initializer_list<int> dtypes); // nullptr: no route, last_error() is set
Plan *host_plan(Plan *, const char *why);                  // the same op on the CPU
Plan *flip_plan(int dtype); // out0 = in0 reversed along the axes of attrs[0]

void forget_executors(); // of all plans
void count_executors(uint64_t *kept, uint64_t *room);

int launch_call(cupyPlan *, cupyOperand *, int n, const cupyAttr *, cupyStream);
int launch_cast(cupyPlan *, cupyOperand *, int n, const cupyAttr *, cupyStream);
int launch_program(cupyPlan *, cupyOperand *, int n, const cupyAttr *, cupyStream);
int launch_variant(cupyPlan *, cupyOperand *, int n, const cupyAttr *, cupyStream);
int launch_host(cupyPlan *, cupyOperand *, int n, const cupyAttr *, cupyStream);
int launch_noted(cupyPlan *, cupyOperand *, int n, const cupyAttr *, cupyStream);
int launch_copy(cupyPlan *, cupyOperand *, int n, const cupyAttr *, cupyStream);
int launch_concatenate(cupyPlan *, cupyOperand *, int n, const cupyAttr *, cupyStream);
int launch_prod(cupyPlan *, cupyOperand *, int n, const cupyAttr *, cupyStream);
int launch_arange(cupyPlan *, cupyOperand *, int n, const cupyAttr *, cupyStream);
int launch_integers(cupyPlan *, cupyOperand *, int n, const cupyAttr *, cupyStream);
int launch_elementwise(Plan *, cupyOperand *, int n, const cupyAttr *,
                       cupyStream); // operands in any layout
int launch_repaired(Plan *, cupyOperand *, int n, const cupyAttr *,
                    cupyStream); // misfits through temporaries

inline bool is_scalar(const cupyOperand &o) { return !o.block && o.ndim == 0; }
inline bool is_empty(const cupyOperand &o) {
    for (int d = 0; d < o.ndim; d++)
        if (!o.shape[d]) return true;
    return false;
}
inline int64_t elements(const cupyOperand &o) {
    int64_t count = 1;
    for (int d = 0; d < o.ndim; d++) count *= o.shape[d];
    return count;
}
constexpr int kMaxStretched = 6; // groups of axes
bool crowded(const cupyOperand &);
bool strided_fits(const cupyOperand &); // of an operand that is not contiguous
// Can an aclTensor describe it: rank, offset and strides in whole elements, no negative stride.
inline bool fits(const cupyOperand &o, int max_rank = kMaxRank) {
    if (o.ndim > max_rank || (o.offset & (itemsize(o.dtype) - 1)) || o.block == CUPY_LOST_BLOCK)
        return false;
    return o.contiguous || strided_fits(o);
}
inline int inputs_of(const cupyPlan &plan, int n) {
    const cupyOpInfo &info = cupy_op_info[plan.op];
    return info.nout < 0 ? info.nin : n - info.nout;
}

aclTensor *describe(const cupyOperand &, int acl_dtype);
size_t temporary_bytes(const Plan *, const Arg &, const cupyOperand &out);
int temporary_dtype(const Plan *, const Arg &);
int wait_if_blocking(cupyStream);
void tell_call(const char *function); // that was launched, to the profiler
void tell_host(int op, const cupyOperand *ops, int n);
void watch_tasks(cupyTaskFn);
int run_phase2(Plan *, void *workspace, uint64_t bytes, aclOpExecutor *, cupyStream);
int scalar_tensor(Plan *, const cupyOperand &, cupyStream, Scratch &, cupyOperand *out);

// An operand with room for its own shape and strides.
struct OwnedOperand : cupyOperand {
    int64_t dims[kMaxDims], steps[kMaxDims];
    void own(const cupyOperand &from) {
        static_cast<cupyOperand &>(*this) = from;
        for (int d = 0; d < ndim; d++) {
            dims[d] = from.shape[d];
            steps[d] = from.strides ? from.strides[d] : 0;
        }
        if (contiguous && !from.strides) fill_strides();
        shape = dims;
        strides = steps;
    }
    // A contiguous tensor of the shape of 'like' in scratch memory; 'again': in the place of the
    // one that this was before.
    int temporary(Scratch &scratch, const cupyOperand &like, int dtype_, bool again = false) {
        const int64_t bytes = again ? block_bytes : -1;
        void *const room = again ? block : nullptr;
        static_cast<cupyOperand &>(*this) = like;
        dtype = int8_t(dtype_);
        for (int d = 0; d < ndim; d++) dims[d] = like.shape[d];
        shape = dims;
        if (bytes < elements(*this) * itemsize(dtype)) return allocate(scratch);
        lay_out();
        block = room;
        block_bytes = bytes;
        return CUPY_OK;
    }
    int allocate(Scratch &scratch) { // shape, ndim and dtype are set
        lay_out();
        block_bytes = elements(*this) * itemsize(dtype);
        return scratch.take(size_t(block_bytes), &block);
    }
    void lay_out() {
        contiguous = 1;
        offset = 0;
        fill_strides();
        strides = steps;
    }
    void fill_strides() {
        int64_t step = itemsize(dtype);
        for (int d = ndim - 1; d >= 0; d--) {
            steps[d] = step;
            step *= dims[d];
        }
    }
};

} // namespace ascend
