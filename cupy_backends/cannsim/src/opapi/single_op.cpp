// aclopCompile, aclopExecute and their kin.
#include "opapi/single_op.h"

#include "check/check.h"
#include "runtime/api.h"
#include "runtime/compile_options.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

using namespace cannsim;

extern "C" aclnnStatus cannsimPhase2(void *, uint64_t, aclOpExecutor *, aclrtStream);

namespace {

using Dims = std::vector<int64_t>;

bool is_known(const aclTensorDesc &desc) {
    return desc.known && std::all_of(desc.dims.begin(), desc.dims.end(),
                                     [](int64_t extent) { return extent >= 0; });
}

size_t bytes_of(aclDataType dtype, const Dims &dims) {
    size_t n = aclDataTypeSize(dtype);
    for (int64_t d : dims) n *= size_t(d);
    return n;
}

bool is_on_host(const aclTensorDesc &desc) {
    return desc.place != ACL_MEMTYPE_DEVICE || !desc.constant.empty();
}

// --- checks --------------------------------------------------------------------------------------

// Optional inputs at the end that the program leaves out.
SingleCall trimmed(SingleCall c) {
    while (c.ninputs > 0 && c.input_descs && c.input_descs[c.ninputs - 1] &&
           c.input_descs[c.ninputs - 1]->dtype == ACL_DT_UNDEFINED)
        --c.ninputs;
    return c;
}

const SingleOp *find(const char *type) {
    const SingleOp *end = kSingleOps + kSingleOpsCount;
    const SingleOp *found =
        std::lower_bound(kSingleOps, end, type, [](const SingleOp &op, const char *t) {
            return std::strcmp(op.type, t) < 0;
        });
    return found != end && !std::strcmp(found->type, type) ? found : nullptr;
}

int check_count(const SingleCall &c, const char *what, int given, int wanted, int code) {
    if (wanted < 0 ? given > 0 : given == wanted) return 0;
    return fail(code, "%s: %s has %s%d %s, got %d", c.caller, c.type, wanted < 0 ? "at least " : "",
                wanted < 0 ? 1 : wanted, what, given);
}

int check_descs(const SingleCall &c, const char *what, int n, const aclTensorDesc *const *descs) {
    for (int i = 0; i < n; ++i) {
        if (!descs || !descs[i])
            return fail(ACL_ERROR_INVALID_PARAM, "%s: %s: descriptor of %s %d is null", c.caller,
                        c.type, what, i);
        const aclFormat f = descs[i]->storage_format;
        if (f != ACL_FORMAT_ND && f != ACL_FORMAT_NCHW && f != ACL_FORMAT_NHWC &&
            f != ACL_FORMAT_UNDEFINED)
            return fail(ACL_ERROR_FORMAT_NOT_MATCH,
                        "%s: %s: %s %d has format %d; expected ND, NCHW or NHWC", c.caller, c.type,
                        what, i, int(f));
    }
    return 0;
}

const OpValue *attribute(const aclopAttr *attr, const char *name) {
    if (!attr) return nullptr;
    const auto found = attr->values.find(name);
    return found == attr->values.end() ? nullptr : &found->second;
}

bool is_used(const SingleOp &op, const std::string &name) {
    const OpMeta &meta = kOps[int(op.op)];
    for (int i = 0; i < meta.nparams; ++i)
        if (op.words[i].attribute && name == op.words[i].attribute) return true;
    return false;
}

bool same(const OpValue &given, const OpValue &wanted) {
    if (given.dtype == ACL_STRING || wanted.dtype == ACL_STRING) return given == wanted;
    return given.count == 1 && given.real(0) == wanted.real(0);
}

// Every attribute is one that the operator follows, or changes nothing: a result that ignores one
// would be wrong. Names that begin with an underscore are hints for CANN's compiler.
int check_attributes(const SingleCall &c, const SingleOp &op) {
    const OpMeta &meta = kOps[int(op.op)];
    for (int i = 0; i < meta.nparams; ++i) {
        const Word &w = op.words[i];
        const OpValue *v = w.attribute ? attribute(c.attr, w.attribute) : nullptr;
        const bool required = w.source == Source::Attribute ? !w.text : w.source == Source::Extents;
        if (required && !v)
            return fail(ACL_ERROR_OP_ATTR_NOT_MATCH, "%s: %s needs the attribute %s", c.caller,
                        c.type, w.attribute);
        if (v && (v->dtype == ACL_STRING || (w.source != Source::Attribute && v->count != 1)))
            return fail(ACL_ERROR_OP_ATTR_NOT_MATCH, "%s: %s: attribute %s is no number%s", c.caller,
                        c.type, w.attribute, w.source == Source::Attribute ? "" : " by itself");
    }
    if (!c.attr) return 0;
    for (const auto &[name, value] : c.attr->values) {
        if (name[0] == '_' || is_used(op, name)) continue;
        const FixedAttribute *end = op.fixed + op.nfixed;
        const FixedAttribute *fixed = std::find_if(
            op.fixed, end, [&name = name](const FixedAttribute &f) { return name == f.name; });
        if (fixed == end)
            return fail(ACL_ERROR_OP_ATTR_NOT_MATCH, "%s: %s has no attribute %s", c.caller, c.type,
                        name.c_str());
        if (fixed->text && !same(value, OpValue::parse(fixed->text)))
            return fail(ACL_ERROR_OP_ATTR_NOT_MATCH,
                        "%s: %s: attribute %s is %s; cannsim computes %s only", c.caller, c.type,
                        fixed->name, value.count == 1 ? value.text(0).c_str() : "a list",
                        fixed->text);
    }
    return 0;
}

// --- the call ------------------------------------------------------------------------------------

// Memory that lives until the stream has come past the operator.
using Temporaries = std::vector<void *>;

// The arguments of phase 1, made from descriptors, buffers and attributes.
class Arguments {
  public:
    Arguments(const SingleCall &call, const SingleOp &op, DeviceStream *stream)
        : c(call), op(op), stream(stream), shapes(size_t(call.noutputs)) {}

    ~Arguments() {
        for (const aclTensorList *list : lists) aclDestroyTensorList(list);
        for (const aclTensor *t : tensors) aclDestroyTensor(t);
        for (const aclIntArray *a : arrays) aclDestroyIntArray(a);
        for (const aclScalar *s : scalars) aclDestroyScalar(s);
    }

    int make();
    // Whether all values are known without running anything.
    bool complete() const;

    Arg args[kMostParams];
    std::vector<aclTensor *> outputs;
    Temporaries temporaries;

  private:
    bool runs() const { return c.inputs || c.outputs; }
    int find_shapes();
    int reduced(Dims *shape);
    int value_of(const Word &w, OpValue *out);
    int input_value(int i, OpValue *out);
    int input_address(int i, void **out);
    aclTensor *tensor(aclDataType dtype, const Dims &dims, const Dims &strides, const Dims &storage,
                      void *data);
    int input_tensor(const Word &w, aclTensor **out);
    int output_tensor(int i, aclTensor **out);
    int list(bool of_outputs, Arg *out);
    int extents(const Word &w, Arg *out);
    int argument(const Word &w, ArgKind kind, Arg *out);
    int convert(const OpValue &v, ArgKind kind, Arg *out);

    const SingleCall &c;
    const SingleOp &op;
    DeviceStream *stream;
    std::vector<Dims> shapes; // of the outputs
    std::vector<aclTensor *> tensors;
    std::vector<const aclIntArray *> arrays;
    std::vector<const aclScalar *> scalars;
    std::vector<const aclTensorList *> lists;
};

bool Arguments::complete() const {
    const OpMeta &meta = kOps[int(op.op)];
    for (int i = 0; i < meta.nparams; ++i) {
        const Word &w = op.words[i];
        if (w.source == Source::Input && meta.params[i].kind != ArgKind::Tensor &&
            c.input_descs[w.index]->constant.empty())
            return false;
    }
    for (int i = 0; i < c.ninputs; ++i)
        if (!is_known(*c.input_descs[i])) return false;
    for (int i = 0; i < c.noutputs; ++i)
        if (!is_known(*c.output_descs[i])) return false;
    return true;
}

// The value of an input: a constant, host memory, or device memory, which the host waits for.
int Arguments::input_value(int i, OpValue *out) {
    const aclTensorDesc &d = *c.input_descs[i];
    const size_t item = aclDataTypeSize(d.dtype);
    if (!is_known(d) || !item)
        return fail(ACL_ERROR_OP_UNSUPPORTED_DYNAMIC,
                    "%s: %s: the value of input %d is needed, but its shape or dtype is not known",
                    c.caller, c.type, i);
    const void *from = d.constant.data();
    size_t size = d.constant.size();
    if (d.constant.empty()) {
        if (!c.inputs || !c.inputs[i])
            return fail(ACL_ERROR_INVALID_PARAM, "%s: %s: input %d is null", c.caller, c.type, i);
        from = c.inputs[i]->data;
        size = c.inputs[i]->size;
    }
    const size_t needed = bytes_of(d.dtype, d.dims);
    if (size < needed || (!from && needed))
        return fail(ACL_ERROR_INVALID_PARAM, "%s: %s: input %d has %zu bytes, its shape needs %zu",
                    c.caller, c.type, i, from ? size : 0, needed);
    *out = {d.dtype, !d.dims.empty(), needed / item, std::string(needed, '\0')};
    if (is_on_host(d)) {
        if (needed) std::memcpy(out->bytes.data(), from, needed);
        return 0;
    }
    if (int error = aclrtSynchronizeStream(stream)) return error; // which no capture allows
    return aclrtMemcpy(out->bytes.data(), needed, from, needed, ACL_MEMCPY_DEVICE_TO_HOST);
}

int Arguments::value_of(const Word &w, OpValue *out) {
    if (w.source == Source::Input) return input_value(w.index, out);
    const OpValue *given = w.source == Source::Attribute ? attribute(c.attr, w.attribute) : nullptr;
    *out = given ? *given : OpValue::parse(w.text);
    return 0;
}

// Device memory with an input; what lies on the host is copied there.
int Arguments::input_address(int i, void **out) {
    const aclTensorDesc &d = *c.input_descs[i];
    *out = nullptr;
    if (!runs()) return 0;
    if (!is_on_host(d)) {
        const aclDataBuffer *b = c.inputs ? c.inputs[i] : nullptr;
        const size_t needed = bytes_of(d.dtype, d.dims);
        if (!b || (needed && (!b->data || b->size < needed)))
            return fail(ACL_ERROR_INVALID_PARAM,
                        "%s: %s: input %d has %zu bytes, its shape needs %zu", c.caller, c.type, i,
                        b && b->data ? b->size : 0, needed);
        *out = b->data;
        return 0;
    }
    if (is_captured(stream))
        return fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT,
                    "%s: %s: input %d lies on the host, which a graph cannot keep", c.caller, c.type,
                    i);
    OpValue v;
    if (int error = input_value(i, &v)) return error;
    if (v.bytes.empty()) return 0;
    if (int error = aclrtMalloc(out, v.bytes.size(), ACL_MEM_MALLOC_HUGE_FIRST)) return error;
    temporaries.push_back(*out);
    return aclrtMemcpy(*out, v.bytes.size(), v.bytes.data(), v.bytes.size(),
                       ACL_MEMCPY_HOST_TO_DEVICE);
}

aclTensor *Arguments::tensor(aclDataType dtype, const Dims &dims, const Dims &strides,
                             const Dims &storage, void *data) {
    aclTensor *t = aclCreateTensor(dims.data(), dims.size(), dtype,
                                   strides.empty() ? nullptr : strides.data(), 0, ACL_FORMAT_ND,
                                   storage.data(), storage.size(), data);
    if (t) tensors.push_back(t);
    return t;
}

int Arguments::input_tensor(const Word &w, aclTensor **out) {
    const aclTensorDesc &d = *c.input_descs[w.index];
    if (!is_known(d))
        return fail(ACL_ERROR_OP_UNSUPPORTED_DYNAMIC, "%s: %s: the shape of input %d is not known",
                    c.caller, c.type, w.index);
    void *data;
    if (int error = input_address(w.index, &data)) return error;
    Dims dims = d.dims, strides;
    if (w.source == Source::Reshaped) {
        if (bytes_of(d.dtype, shapes[0]) != bytes_of(d.dtype, dims))
            return fail(ACL_ERROR_OP_OUTPUT_NOT_MATCH,
                        "%s: %s: input and output have different numbers of elements", c.caller,
                        c.type);
        dims = shapes[0];
    }
    const OpValue *exchange = w.attribute ? attribute(c.attr, w.attribute) : nullptr;
    if (exchange && exchange->integer(0)) {
        if (dims.size() < 2)
            return fail(ACL_ERROR_OP_INPUT_NOT_MATCH, "%s: %s: input %d has no two axes to exchange",
                        c.caller, c.type, w.index);
        strides.assign(dims.size(), 1);
        for (size_t i = dims.size() - 1; i--;) strides[i] = strides[i + 1] * dims[i + 1];
        std::swap(strides[dims.size() - 1], strides[dims.size() - 2]);
        std::swap(dims[dims.size() - 1], dims[dims.size() - 2]);
    }
    *out = tensor(d.dtype, dims, strides, w.source == Source::Reshaped ? dims : d.dims, data);
    return *out ? 0 : ACL_ERROR_BAD_ALLOC;
}

int Arguments::output_tensor(int i, aclTensor **out) {
    if (outputs.size() > size_t(i) && outputs[size_t(i)]) {
        *out = outputs[size_t(i)];
        return 0;
    }
    const aclTensorDesc &d = *c.output_descs[i];
    const aclDataBuffer *b = c.outputs ? c.outputs[i] : nullptr;
    const size_t needed = bytes_of(d.dtype, shapes[size_t(i)]);
    if (runs() && (!b || (needed && (!b->data || b->size < needed))))
        return fail(ACL_ERROR_INVALID_PARAM, "%s: %s: output %d has %zu bytes, its shape needs %zu",
                    c.caller, c.type, i, b && b->data ? b->size : 0, needed);
    *out = tensor(d.dtype, shapes[size_t(i)], {}, shapes[size_t(i)], b ? b->data : nullptr);
    if (!*out) return ACL_ERROR_BAD_ALLOC;
    outputs.resize(std::max(outputs.size(), size_t(i) + 1));
    outputs[size_t(i)] = *out;
    return 0;
}

int Arguments::list(bool of_outputs, Arg *out) {
    std::vector<aclTensor *> items(size_t(of_outputs ? c.noutputs : c.ninputs));
    for (size_t i = 0; i < items.size(); ++i) {
        const Word input{Source::Input, int(i), nullptr, nullptr};
        if (int error = of_outputs ? output_tensor(int(i), &items[i]) : input_tensor(input, &items[i]))
            return error;
    }
    const aclTensorList *list = aclCreateTensorList(items.data(), items.size());
    lists.push_back(list);
    tensors.erase(std::remove_if(tensors.begin(), tensors.end(), // the list destroys its own
                                 [&](aclTensor *t) {
                                     return std::find(items.begin(), items.end(), t) != items.end();
                                 }),
                  tensors.end());
    *out = Arg::of(list);
    return 0;
}

int Arguments::extents(const Word &w, Arg *out) {
    const OpValue *axis = attribute(c.attr, w.attribute);
    Dims sizes;
    for (const Dims &dims : shapes) {
        const int64_t rank = int64_t(dims.size()), given = axis->integer(0);
        const int64_t at = given < 0 ? given + rank : given;
        if (at < 0 || at >= rank)
            return fail(ACL_ERROR_OP_ATTR_NOT_MATCH, "%s: %s: %s is %ld, but an output has %ld axes",
                        c.caller, c.type, w.attribute, long(given), long(rank));
        sizes.push_back(dims[size_t(at)]);
    }
    arrays.push_back(aclCreateIntArray(sizes.data(), sizes.size()));
    *out = Arg::of(arrays.back());
    return 0;
}

int Arguments::convert(const OpValue &v, ArgKind kind, Arg *out) {
    if (kind == ArgKind::IntArray) {
        Dims numbers(v.count);
        for (size_t i = 0; i < v.count; ++i) numbers[i] = v.integer(i);
        arrays.push_back(aclCreateIntArray(numbers.data(), numbers.size()));
        *out = Arg::of(arrays.back());
        return 0;
    }
    if (v.count != 1)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: %s: %zu values where there is one", c.caller,
                    c.type, v.count);
    switch (kind) {
    case ArgKind::Scalar: {
        std::string bytes = v.bytes;
        scalars.push_back(aclCreateScalar(bytes.data(), v.dtype));
        *out = Arg::of(scalars.back());
        return scalars.back() ? 0 : int(ACL_ERROR_UNSUPPORTED_DATA_TYPE);
    }
    case ArgKind::Float:
    case ArgKind::Double: *out = Arg::of(v.real(0)); return 0;
    case ArgKind::Bool: *out = Arg::of(v.integer(0) != 0); return 0;
    default: *out = Arg::of(v.integer(0)); return 0;
    }
}

int Arguments::argument(const Word &w, ArgKind kind, Arg *out) {
    aclTensor *t = nullptr;
    int error = 0;
    switch (w.source) {
    case Source::Inputs:
    case Source::Outputs: return list(w.source == Source::Outputs, out);
    case Source::Extents: return extents(w, out);
    case Source::Output:
        if (kind == ArgKind::DataType) {
            *out = Arg::of(c.output_descs[w.index]->dtype);
            return 0;
        }
        error = output_tensor(w.index, &t);
        *out = Arg::of(t);
        return error;
    default: break;
    }
    if (kind == ArgKind::Tensor) {
        error = input_tensor(w, &t);
        *out = Arg::of(t);
        return error;
    }
    OpValue v;
    if ((error = value_of(w, &v))) return error;
    if (op.shape == Shape::Reduce && kind == ArgKind::IntArray && !v.count) // all, or none?
        return fail(ACL_ERROR_INVALID_PARAM, "%s: %s: no axes are given", c.caller, c.type);
    return convert(v, kind, out);
}

// --- shapes that the program does not know -------------------------------------------------------

int Arguments::reduced(Dims *shape) {
    OpValue axes, keep = OpValue::parse("false");
    const OpMeta &meta = kOps[int(op.op)];
    int error = value_of(op.words[1], &axes);
    for (int i = 2; i < meta.nparams && !error; ++i)
        if (meta.params[i].kind == ArgKind::Bool) error = value_of(op.words[i], &keep);
    if (error) return error;
    const Dims &from = c.input_descs[0]->dims;
    const int64_t rank = int64_t(from.size());
    std::vector<bool> gone(from.size(), axes.count == 0);
    for (size_t i = 0; i < axes.count; ++i) {
        const int64_t a = axes.integer(i), at = a < 0 ? a + rank : a;
        if (at < 0 || at >= rank)
            return fail(ACL_ERROR_INVALID_PARAM, "%s: %s: there is no axis %ld of %ld", c.caller,
                        c.type, long(a), long(rank));
        gone[size_t(at)] = true;
    }
    for (size_t i = 0; i < from.size(); ++i)
        if (!gone[i] || keep.integer(0)) shape->push_back(gone[i] ? 1 : from[i]);
    return 0;
}

Dims broadcast(const Dims &a, const Dims &b) {
    Dims out(std::max(a.size(), b.size()), 1);
    for (const Dims *d : {&a, &b})
        for (size_t i = 0; i < d->size(); ++i) {
            int64_t &extent = out[out.size() - d->size() + i];
            if ((*d)[i] != 1) extent = (*d)[i]; // phase 1 finds what does not fit
        }
    return out;
}

Dims product(Dims a, Dims b, bool exchange_a, bool exchange_b) {
    if (a.size() < 2 || b.size() < 2) return {};
    if (exchange_a) std::swap(a[a.size() - 1], a[a.size() - 2]);
    if (exchange_b) std::swap(b[b.size() - 1], b[b.size() - 2]);
    Dims out = broadcast({a.begin(), a.end() - 2}, {b.begin(), b.end() - 2});
    out.push_back(a[a.size() - 2]);
    out.push_back(b.back());
    return out;
}

int Arguments::find_shapes() {
    for (int i = 0; i < c.noutputs; ++i) {
        shapes[size_t(i)] = c.output_descs[i]->dims;
        if (is_known(*c.output_descs[i])) continue;
        if (i || op.shape == Shape::Given)
            return fail(ACL_ERROR_OP_UNSUPPORTED_DYNAMIC,
                        "%s: %s: the shape of output %d is not known, and cannsim does not infer it",
                        c.caller, c.type, i);
        for (int k = 0; k < c.ninputs; ++k)
            if (!is_known(*c.input_descs[k]))
                return fail(ACL_ERROR_OP_UNSUPPORTED_DYNAMIC,
                            "%s: %s: the shape of input %d is not known", c.caller, c.type, k);
        const Dims &first = c.input_descs[0]->dims;
        const int64_t elements =
            int64_t(bytes_of(ACL_BOOL, op.shape == Shape::Flat && c.ninputs > 1
                                           ? broadcast(first, c.input_descs[1]->dims)
                                           : first));
        Dims &shape = shapes[0];
        shape.clear();
        switch (op.shape) {
        case Shape::Broadcast:
            for (int k = 0; k < c.ninputs; ++k) shape = broadcast(shape, c.input_descs[k]->dims);
            break;
        case Shape::Reduce:
            if (int error = reduced(&shape)) return error;
            break;
        case Shape::Product: {
            auto exchanged = [&](int k) {
                const OpValue *v = attribute(c.attr, op.words[k].attribute);
                return v && v->integer(0);
            };
            shape = product(first, c.input_descs[1]->dims, exchanged(0), exchanged(1));
            break;
        }
        case Shape::Places: shape = {elements, int64_t(first.size())}; break; // the most there may be
        case Shape::Flat: shape = {elements}; break;
        case Shape::LikeSecond: shape = c.input_descs[1]->dims; break;
        default: shape = first;
        }
    }
    return 0;
}

int Arguments::make() {
    if (int error = find_shapes()) return error;
    const OpMeta &meta = kOps[int(op.op)];
    for (int i = 0; i < meta.nparams; ++i)
        if (int error = argument(op.words[i], meta.params[i].kind, &args[i])) return error;
    return 0;
}

// Frees what the operator needed when the stream is past it.
void free_later(Temporaries &&temporaries, DeviceStream *stream) {
    if (temporaries.empty()) return;
    Temporaries *owned = new Temporaries(std::move(temporaries));
    Clock *past = checking() ? check_callback(stream) : nullptr;
    submit(stream, [owned, past] {
        if (checking()) check_called_back(past);
        for (void *p : *owned) aclrtFree(p);
        delete owned;
        return 0;
    });
}

// --- compiled operators --------------------------------------------------------------------------

struct Compiled {
    std::string type;
    struct Side {
        aclDataType dtype;
        Dims dims;
        bool known;
    };
    std::vector<Side> inputs, outputs;
    std::map<std::string, OpValue> attributes;
};

struct CompiledOps {
    std::mutex mutex;
    std::vector<Compiled> all;
};

CompiledOps &compiled() {
    static CompiledOps *instance = new CompiledOps;
    return *instance;
}

std::vector<Compiled::Side> sides(int n, const aclTensorDesc *const *descs) {
    std::vector<Compiled::Side> out;
    for (int i = 0; i < n; ++i) out.push_back({descs[i]->dtype, descs[i]->dims, descs[i]->known});
    return out;
}

bool fits(const std::vector<Compiled::Side> &made, int n, const aclTensorDesc *const *descs) {
    if (made.size() != size_t(n)) return false;
    for (int i = 0; i < n; ++i) {
        const Compiled::Side &m = made[size_t(i)];
        const aclTensorDesc &d = *descs[i];
        if (m.dtype != d.dtype) return false;
        if (!m.known || !d.known) continue;
        if (m.dims.size() != d.dims.size()) return false;
        for (size_t k = 0; k < m.dims.size(); ++k)
            if (m.dims[k] >= 0 && d.dims[k] >= 0 && m.dims[k] != d.dims[k]) return false;
    }
    return true;
}

bool was_compiled(const SingleCall &c) {
    CompiledOps &ops = compiled();
    std::lock_guard<std::mutex> lock(ops.mutex);
    static const std::map<std::string, OpValue> none;
    const auto &attributes = c.attr ? c.attr->values : none;
    return std::any_of(ops.all.begin(), ops.all.end(), [&](const Compiled &made) {
        return made.type == c.type && made.attributes == attributes &&
               fits(made.inputs, c.ninputs, c.input_descs) &&
               fits(made.outputs, c.noutputs, c.output_descs);
    });
}

// Phase 1 where everything is known: it finds what is wrong with dtypes and shapes.
int compile(const SingleCall &call) {
    const SingleCall c = trimmed(call);
    const SingleOp *op;
    if (int error = check_single_op(c, &op)) return error;
    Arguments arguments(c, *op, nullptr);
    if (arguments.complete()) {
        if (int error = arguments.make()) return error;
        uint64_t workspace;
        aclOpExecutor *executor;
        if (phase1(op->op, arguments.args, &workspace, &executor)) return ACL_ERROR_GE_FAILURE;
        aclDestroyAclOpExecutor(executor);
    }
    if (was_compiled(c)) return 0;
    CompiledOps &ops = compiled();
    std::lock_guard<std::mutex> lock(ops.mutex);
    ops.all.push_back({c.type, sides(c.ninputs, c.input_descs), sides(c.noutputs, c.output_descs),
                       c.attr ? c.attr->values : std::map<std::string, OpValue>()});
    return 0;
}

// Runs an operator; the shapes of its outputs go into `update`, where it is not null.
int execute(const SingleCall &call, aclrtStream handle, aclTensorDesc *const *update) {
    const SingleCall c = trimmed(call);
    const SingleOp *op;
    if (int error = check_single_op(c, &op)) return error;
    if (!c.inputs && c.ninputs) return fail(ACL_ERROR_INVALID_PARAM, "%s: inputs is null", c.caller);
    if (!c.outputs) return fail(ACL_ERROR_INVALID_PARAM, "%s: outputs is null", c.caller);
    RESOLVE(stream, handle);
    for (int i = 0; i < c.noutputs && !update; ++i)
        if (!is_known(*c.output_descs[i]))
            return fail(ACL_ERROR_OP_UNSUPPORTED_DYNAMIC,
                        "%s: %s: the shape of output %d is not known; %sV2 infers it", c.caller,
                        c.type, i, c.caller);
    Arguments arguments(c, *op, stream);
    int error = arguments.make();
    uint64_t bytes = 0;
    aclOpExecutor *executor = nullptr;
    void *workspace = nullptr;
    if (!error && phase1(op->op, arguments.args, &bytes, &executor)) error = ACL_ERROR_GE_FAILURE;
    if (!error && bytes && !(error = aclrtMalloc(&workspace, bytes, ACL_MEM_MALLOC_HUGE_FIRST)))
        arguments.temporaries.push_back(workspace);
    if (!error && cannsimPhase2(workspace, bytes, executor, handle)) error = ACL_ERROR_GE_FAILURE;
    if (error && is_alive(executor)) aclDestroyAclOpExecutor(executor);
    free_later(std::move(arguments.temporaries), stream);
    for (int i = 0; !error && update && i < c.noutputs; ++i) {
        const aclTensor *t = arguments.outputs[size_t(i)];
        aclTensorDesc &d = *update[i];
        d.dims.assign(t->view_dims(), t->view_dims() + t->ndim);
        d.storage_dims = d.origin_dims = d.dims;
        d.known = true;
    }
    return error;
}

int check_engine(const char *caller, aclopEngineType engine, aclopCompileType flag) {
    if (engine < ACL_ENGINE_SYS || engine > ACL_ENGINE_VECTOR)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: unknown engine %d", caller, int(engine));
    if (flag != ACL_COMPILE_SYS && flag != ACL_COMPILE_UNREGISTERED)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: unknown compile flag %d", caller, int(flag));
    return 0;
}

// Of an operator that was compiled, or may be in the models of a directory that nobody reads here.
int execute_compiled(const SingleCall &call, aclrtStream stream, aclTensorDesc *const *update) {
    const SingleCall c = trimmed(call);
    const SingleOp *op;
    if (int error = check_single_op(c, &op)) return error;
    if (!has_models() && !was_compiled(c))
        return fail(ACL_ERROR_OP_NOT_FOUND,
                    "%s: no operator %s was compiled for these descriptors and attributes: call "
                    "aclopCompile or aclopSetModelDir",
                    c.caller, c.type);
    return execute(c, stream, update);
}

} // namespace

namespace cannsim {

int check_single_op(const SingleCall &c, const SingleOp **op) {
    if (int error = check_settings()) return error;
    if (!c.type) return fail(ACL_ERROR_INVALID_PARAM, "%s: opType is null", c.caller);
    *op = find(c.type);
    if (!*op)
        return fail(ACL_ERROR_OP_NOT_FOUND,
                    "%s: cannsim has no operator of type %s (it computes those of arrays, not the "
                    "layers of networks)",
                    c.caller, c.type);
    int error = check_count(c, "inputs", c.ninputs, (*op)->inputs, ACL_ERROR_OP_INPUT_NOT_MATCH);
    if (!error)
        error = check_count(c, "outputs", c.noutputs, (*op)->outputs, ACL_ERROR_OP_OUTPUT_NOT_MATCH);
    if (!error) error = check_descs(c, "input", c.ninputs, c.input_descs);
    if (!error) error = check_descs(c, "output", c.noutputs, c.output_descs);
    return error ? error : check_attributes(c, **op);
}

} // namespace cannsim

extern "C" {

aclError aclopCompile(const char *opType, int numInputs, const aclTensorDesc *const inputDesc[],
                      int numOutputs, const aclTensorDesc *const outputDesc[], const aclopAttr *attr,
                      aclopEngineType engineType, aclopCompileType compileFlag, const char *) {
    if (int error = check_engine(__func__, engineType, compileFlag)) return error;
    return compile({__func__, opType, numInputs, numOutputs, inputDesc, nullptr, outputDesc, nullptr,
                    attr});
}

aclError aclopCompileAndExecute(const char *opType, int numInputs,
                                const aclTensorDesc *const inputDesc[],
                                const aclDataBuffer *const inputs[], int numOutputs,
                                const aclTensorDesc *const outputDesc[],
                                aclDataBuffer *const outputs[], const aclopAttr *attr,
                                aclopEngineType engineType, aclopCompileType compileFlag,
                                const char *, aclrtStream stream) {
    if (int error = check_engine(__func__, engineType, compileFlag)) return error;
    return execute({__func__, opType, numInputs, numOutputs, inputDesc, inputs, outputDesc, outputs,
                    attr},
                   stream, nullptr);
}

aclError aclopCompileAndExecuteV2(const char *opType, int numInputs, aclTensorDesc *inputDesc[],
                                  aclDataBuffer *inputs[], int numOutputs,
                                  aclTensorDesc *outputDesc[], aclDataBuffer *outputs[],
                                  aclopAttr *attr, aclopEngineType engineType,
                                  aclopCompileType compileFlag, const char *, aclrtStream stream) {
    if (int error = check_engine(__func__, engineType, compileFlag)) return error;
    return execute({__func__, opType, numInputs, numOutputs, inputDesc, inputs, outputDesc, outputs,
                    attr},
                   stream, outputDesc);
}

aclError aclopExecute(const char *opType, int numInputs, const aclTensorDesc *const inputDesc[],
                      const aclDataBuffer *const inputs[], int numOutputs,
                      const aclTensorDesc *const outputDesc[], aclDataBuffer *const outputs[],
                      const aclopAttr *attr, aclrtStream stream) {
    return execute_compiled({__func__, opType, numInputs, numOutputs, inputDesc, inputs, outputDesc,
                             outputs, attr},
                            stream, nullptr);
}

aclError aclopExecuteV2(const char *opType, int numInputs, aclTensorDesc *inputDesc[],
                        aclDataBuffer *inputs[], int numOutputs, aclTensorDesc *outputDesc[],
                        aclDataBuffer *outputs[], aclopAttr *attr, aclrtStream stream) {
    return execute_compiled({__func__, opType, numInputs, numOutputs, inputDesc, inputs, outputDesc,
                             outputs, attr},
                            stream, outputDesc);
}

} // extern "C"
