// What every operator shares: its description, the argument array of phase 1, the executor, and the
// tables that map an operator to the function that checks and plans it.
#pragma once

#include "base/error.h"
#include "cann_operators.h"
#include "kernels/array/status.h"
#include "kernels/loops/loops.h"
#include "nnopbase/objects.h"
#include "op_ids.h"
#include "runtime/memory.h"

#include <vector>

namespace cannsim {

enum class ArgKind : uint8_t {
    Tensor,
    TensorList,
    Scalar,
    ScalarList,
    IntArray,
    FloatArray,
    BoolArray,
    Text,
    Pointer,
    Bool,
    Int,
    UInt,
    Float,
    Double,
    DataType,
};

struct ParamMeta {
    const char *name;
    ArgKind kind;
    bool input, output; // both for what an in-place operator changes
    int16_t masks;      // row of kDtypeMasks; row 0 accepts everything
};

struct OpMeta {
    const char *name;
    const ParamMeta *params;
    int nparams, max_rank;
    int promoted; // row of kDtypeMasks for the common dtype of the inputs
};

[[gnu::visibility("hidden")]] extern const OpMeta kOps[];
// A bit per aclDataType; one column per SoC family.
[[gnu::visibility("hidden")]] extern const uint64_t kDtypeMasks[][5];
extern const int8_t kPromote[34][34];   // aclDataType or -1

union Arg {
    const void *pointer;
    int64_t i;
    double d;

    template <class T> static Arg of(T *p) {
        Arg a;
        a.pointer = p;
        return a;
    }
    static Arg of(double v) {
        Arg a;
        a.d = v;
        return a;
    }
    static Arg of(float v) { return of(double(v)); }
    template <class T> static Arg of(T v) {
        Arg a;
        a.i = int64_t(v);
        return a;
    }
};

constexpr int kMaxViews = 8;

struct Launch;
constexpr uint32_t kItems = 1u << 31;

// Views of tensor lists and whatever else does not fit into the executor.
struct Extra {
    std::vector<View> views;
    std::vector<int64_t> offsets; // bytes
    std::vector<int16_t> params;  // parameter and place in its list
    std::vector<int16_t> items;
    std::vector<int64_t> numbers;
};

} // namespace cannsim

// The plan of one call: everything phase 2 needs, in host addresses.
struct aclOpExecutor : cannsim::Handle {
    const cannsim::OpMeta *op;
    cannsim::Status (*run)(aclOpExecutor &);
    cannsim::Status (*unaltered)(aclOpExecutor &); // under CANNSIM_ALTER only
    cannsim::LoopFn loop;
    cannsim::Extra *extra;
    std::vector<cannsim::Launch> *launches; // when they are noted
    bool repeatable;
    bool blocking; // the result's shape is known only after the kernel
    uint8_t nviews;
    uint8_t nresults;
    uint32_t unbound; // bit per view whose address a kernel cannot use; kItems: those of lists
    bool overhangs;   // a view leaves its storage, which CANN finds at launch only
    uint64_t workspace;
    int16_t source[cannsim::kMaxViews];           // parameter that gave the view, -1 for a constant
    int64_t offset[cannsim::kMaxViews];           // bytes from the tensor's address
    cannsim::DType dtypes[cannsim::kMaxOperands]; // what the loop expects
    aclTensor *results[3];                        // whose shape phase 2 sets
    int64_t i[16];                                // attributes, as the operator likes
    double d[6];
    alignas(16) unsigned char constants[cannsim::kMaxOperands][16];
    // In a union, so that making an executor leaves them alone: most plans need two or three.
    union {
        cannsim::View views[cannsim::kMaxViews];
    };

    aclOpExecutor() {}
};

namespace cannsim {

using Executor = aclOpExecutor;

// The arguments of one phase 1, with helpers that name operator and parameter in their messages.
struct Call {
    Op id;
    const OpMeta &op;
    const Arg *args;
    Executor &exec;
    const void *row; // of the table that defines the operator
    const int out;   // the last parameter that is written: the result, or what is changed in place

    aclTensor *tensor(int i) const {
        return static_cast<aclTensor *>(const_cast<void *>(args[i].pointer));
    }
    const aclScalar *scalar(int i) const { return static_cast<const aclScalar *>(args[i].pointer); }
    const aclIntArray *ints(int i) const {
        return static_cast<const aclIntArray *>(args[i].pointer);
    }
    const aclTensorList *list(int i) const {
        return static_cast<const aclTensorList *>(args[i].pointer);
    }
    int64_t integer(int i) const { return args[i].i; }
    bool flag(int i) const { return args[i].i != 0; }
    const char *param(int i) const { return op.params[i].name; }
};

using Prepare = aclnnStatus (*)(Call &);

struct Definition {
    Prepare prepare = nullptr;
    const void *row = nullptr;
    uint32_t optional = 0; // bit per parameter that may be null
    int16_t out = 0;       // Call::out
    bool reads_strides =
        false; // on the 950 its kernel, not phase 1, finds inputs that leave their storage
};

[[gnu::visibility("hidden")]] extern Definition definitions[kOpCount];

void define(Op op, Prepare prepare, const void *row = nullptr, uint32_t optional = 0);

aclnnStatus phase1(Op op, const Arg *args, uint64_t *workspace, aclOpExecutor **executor);

// --- planning ------------------------------------------------------------------------------------

// CANN's kernels need storage that begins at a multiple of 32 bytes.
constexpr uintptr_t kAlignment = 32;
inline bool is_bindable(const void *data) {
    return is_device(data) && !(reinterpret_cast<uintptr_t>(data) % kAlignment);
}

// Gives a view the host address of device memory; phase 2 refuses what has none.
inline void bind(Executor &e, int index, const void *data) {
    const uint32_t mask = 1u << index;
    if (__builtin_expect(is_bindable(data), 1)) {
        e.views[index].data = to_host(data) + e.offset[index];
        e.unbound &= ~mask;
    } else {
        e.views[index].data = static_cast<char *>(const_cast<void *>(data)); // to be named in a refusal
        e.unbound |= mask;
    }
}

inline void bind_tensor(Executor &e, int index, const aclTensor *t, int param) {
    e.views[index].dtype = t->dtype;
    e.source[index] = int16_t(param);
    const int64_t offset = t->offset * t->item;
    e.offset[index] = offset;
    e.overhangs |= t->reach != Reach::Inside;
    // An empty tensor needs no address: nothing is read or written.
    const bool bound = is_bindable(t->data);
    e.unbound |= uint32_t(!bound & (t->size != 0)) << index;
    e.views[index].data = bound ? to_host(t->data) + offset : static_cast<char *>(t->data);
}

// Adds the view of a tensor parameter (or of item `index` of a list); returns its number.
inline int add_view(Executor &e, const aclTensor *t, int param) {
    const int index = e.nviews++;
    bind_tensor(e, index, t, param);
    View &v = e.views[index];
    v.ndim = t->ndim;
    const int64_t item = t->item;
    for (int i = 0; i < t->ndim; ++i) {
        v.shape[i] = t->shape[i];
        v.strides[i] = t->strides[i] * item;
    }
    return index;
}

// The same seen as one axis of n elements, `step` bytes apart.
inline void add_line(Executor &e, const aclTensor *t, int param, int64_t n, int64_t step) {
    const int index = e.nviews++;
    bind_tensor(e, index, t, param);
    View &v = e.views[index];
    v.ndim = 1;
    v.shape[0] = n;
    v.strides[0] = step;
}

int add_item(Executor &e, const aclTensor *t, int param, int index);

// Adds a 0-d view of constant number `slot`, already written to e.constants.
inline int add_constant(Executor &e, int slot, DType dtype) {
    const int index = e.nviews++;
    View &v = e.views[index];
    v.dtype = dtype;
    v.ndim = 0;
    v.data = reinterpret_cast<char *>(e.constants[slot]);
    e.source[index] = -1;
    return index;
}

Extra &extra(Executor &e);

void release_rest(Executor *e); // what but few executors have
inline void destroy_executor(Executor *e) {
    if (__builtin_expect(e->extra || e->launches || e->nresults, 0)) release_rest(e);
    pool_delete(e, Kind::Executor);
}

// An operator with nothing to do: an empty tensor.
Status run_nothing(Executor &);

} // namespace cannsim
