// Operators that programs run by the name of their type (aclopCompileAndExecute), as calls of
// two-phase operators: facts/single_ops.json.
#pragma once

#include "opapi/op.h"
#include "runtime/op_attr.h"
#include "runtime/tensor_desc.h"

namespace cannsim {

// What a parameter of phase 1 gets.
enum class Source : uint8_t {
    Input,
    Reshaped,  // an input in the shape of the first output
    Exchanged, // an input, its last two axes exchanged if the attribute says so
    Inputs,
    Output,
    Outputs,
    Extents, // of the outputs along the axis that the attribute names
    Attribute,
    Constant,
};

struct Word {
    Source source;
    int index;
    const char *attribute;
    const char *text; // of a constant or a default; null: the attribute is required
};

// An attribute that may have this value only; null: any.
struct FixedAttribute {
    const char *name, *text;
};

// How the shape of the first output follows from the inputs.
enum class Shape : uint8_t { Given, Broadcast, Reduce, Product, Places, Flat, LikeFirst, LikeSecond };

struct SingleOp {
    const char *type;
    Op op;
    int8_t inputs, outputs; // -1: one or more
    Shape shape;
    const Word *words;
    const FixedAttribute *fixed;
    int nfixed;
};

extern const SingleOp kSingleOps[]; // sorted by type
extern const int kSingleOpsCount;

constexpr int kMostParams = 16; // of an operator in the table

// One call of a program. Buffers are null where nothing is to run.
struct SingleCall {
    const char *caller, *type;
    int ninputs, noutputs;
    const aclTensorDesc *const *input_descs;
    const aclDataBuffer *const *inputs;
    const aclTensorDesc *const *output_descs;
    aclDataBuffer *const *outputs;
    const aclopAttr *attr;
};

// Checks what does not depend on values: counts, descriptors, attributes.
int check_single_op(const SingleCall &call, const SingleOp **op);

} // namespace cannsim
