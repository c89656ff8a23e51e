// The shape of the generated tables: calls of aclnn functions, composite programs, candidates of
// each op.
#pragma once

#include "ascend_api.h"
#include "cupy_backend.h"
#include "cupy_ops.h"

namespace ascend {

union Value {
    void *p;
    int64_t i;
    uint64_t u;
    double d;
};

using Thunk = int (*)(void *function, const Value *, uint64_t *workspace, aclOpExecutor **);

constexpr int kMaxArgs = 8;
constexpr int kFamilies = 5;

enum ArgKind : uint8_t {
    ARG_IN,
    ARG_OUT,
    ARG_SHAPED,   // an output whose extent the operator decides
    ARG_OPTIONAL, // an input that may be absent
    ARG_LIST,     // all inputs
    ARG_INDICES,  // all inputs but the first
    ARG_TEMP,     // a result nobody reads
    ARG_NULL,
    ARG_SCALAR,      // the host scalar of an input
    ARG_NUMBER,      // an aclScalar of the main dtype
    ARG_SCALAR_ATTR, // an aclScalar of an integer attribute
    ARG_RANGE,       // start, end, step of arange as aclScalar
    ARG_VALUE,
    ARG_REAL, // a floating-point number
    ARG_ATTR,
    ARG_OFFSET, // an attribute that differs in every call
    ARG_FLOAT,
    ARG_INTS,
    ARG_FIRST,  // the first of a list attribute
    ARG_DTYPE,  // of out0
    ARG_LENGTH, // of out0
};

struct Arg {
    ArgKind kind;
    int8_t index;
    bool ref; // a tensor that is input and output in one
    int64_t value;
    double number;
    uint16_t accept[kFamilies]; // bit per cupyDtype
};

struct Call {
    const char *function;
    Thunk thunk;
    const char *quirk; // what a real device is said to do otherwise
    int8_t max_rank;
    uint8_t nargs;
    Arg args[kMaxArgs];
    uint16_t ai_cpu[kFamilies]; // dtypes that AI Core leaves to the AI CPU
};

enum LiteralKind : uint8_t {
    LITERAL_NUMBER,
    LITERAL_WIDTH,    // bits of the dtype
    LITERAL_LASTBIT,  // width - 1
    LITERAL_SIGNMASK, // highest bit
    LITERAL_ABSMASK,  // all others
    LITERAL_OUTMASK,  // the bits that out0 holds
    LITERAL_INF,
    LITERAL_LARGEST, // finite number of the dtype
    LITERAL_LOWEST,
};

struct Literal {
    LiteralKind kind;
    double number;
};

enum RefKind : uint8_t { REF_IN, REF_OUT, REF_TEMP, REF_LITERAL, REF_TABLE };
enum Look : uint8_t { LOOK_NONE, LOOK_SIGNED, LOOK_UNSIGNED, LOOK_BITS, LOOK_REAL, LOOK_IMAG };

struct Ref {
    RefKind kind;
    int8_t index;
    Look look;
};

enum Rule : uint8_t { RULE_LIKE, RULE_REAL, RULE_FIXED, RULE_OUT }; // dtype of a temporary

constexpr int kMaxSources = 4;
constexpr int kMaxTemps = 16;

struct Step {
    int16_t op;   // of the contract, or -1
    int16_t call; // when op is -1
    int8_t nsources;
    Ref sources[kMaxSources];
    Ref target;
    Rule rule;
    int8_t rule_value;
    int8_t nattrs;
    int8_t attrs[4]; // of the enclosing op; -1: zero
};

struct Program {
    int16_t first, count, temps;
};

enum Way : uint8_t { WAY_CALL, WAY_DO, WAY_CPP, WAY_WIDEN, WAY_HOST };
enum View : uint8_t { VIEW_NONE, VIEW_UNSIGNED, VIEW_BITS, VIEW_BOOL };
enum Shortcut : uint8_t {
    IF_NONE,
    IF_NONZERO1,
    IF_SHIFT1,
    IF_ORDERED12
}; // what a host scalar allows
enum Cpp : uint8_t { CPP_CONCATENATE, CPP_PROD, CPP_ARANGE, CPP_INTEGERS };
// Whose random numbers a candidate gives: it has none, the device's own, those that the host
// computes too.
enum Generator : uint8_t { GENERATOR_NONE, GENERATOR_DEVICE, GENERATOR_PORTABLE };

constexpr int kVariants = 5; // values of the attribute 'mode', or kinds of an axis list

struct Candidate {
    Way way;
    int16_t index; // of the call, program or C++ function
    uint16_t when, when_out, except, dense;
    View view;
    bool cast, same, mixed;
    int8_t main; // -1: out0
    int16_t scalar_calls[2];
    uint16_t scalar_when;
    int8_t variant; // -1: all
    Generator generator;
    Shortcut shortcut_if;
    int16_t shortcut; // a program
    uint8_t chips;    // a bit per family on which it is tried
    bool exact;       // only where CUPY_TRIG=exact
    bool old;         // only with CANN 8.1
    const char *why;
};

struct Span {
    int16_t first, count;
};

struct Soc {
    const char *name;
    int8_t family;
};

struct Function {
    const char *name;
    bool in_8_1;
};

extern const Call calls[];
extern const uint16_t core_casts[kFamilies][CUPY_NUM_DTYPES]; // target dtypes that AI Core casts to
extern const Literal literals[];
extern const Step steps[];
extern const Program programs[];
extern const Candidate candidates[];
extern const Span op_candidates[];
extern const Soc socs[];
extern const int num_socs;
extern const char *const family_names[];
extern const int helper_flip, helper_integers; // calls
extern const Function functions[];
extern const int num_functions;

} // namespace ascend
