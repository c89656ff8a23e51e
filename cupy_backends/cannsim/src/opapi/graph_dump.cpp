// aclGenGraphAndDumpForOp: CANN writes the graph of one operator in a form of its own, which nobody
// documents; here it is JSON of the operator, its tensors and attributes.
#include "opapi/trace.h"
#include "runtime/api.h"
#include "runtime/op_attr.h"
#include "runtime/tensor_desc.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <sys/stat.h>

using namespace cannsim;

namespace {

std::string quoted(const char *text) {
    return OpValue{ACL_STRING, false, 1, std::string(text, std::strlen(text) + 1)}.text(0);
}

template <class F> std::string joined(size_t n, const F &f) {
    std::string out;
    for (size_t i = 0; i < n; ++i) out += (i ? ", " : "") + f(i);
    return out;
}

std::string name_of(const char *const *names, int count, int value) {
    const char *name = value >= 0 && value < count ? names[value] : nullptr;
    return name ? quoted(name) : std::to_string(value);
}

std::string json(const OpValue &v) {
    auto element = [&](size_t i) { return v.text(i); };
    if (!v.list) return v.text(0);
    if (v.lengths.empty()) return "[" + joined(v.count, element) + "]";
    size_t at = 0;
    return "[" + joined(v.lengths.size(), [&](size_t k) {
               const size_t from = at;
               at += size_t(v.lengths[k]);
               return "[" + joined(at - from, [&](size_t i) { return v.text(from + i); }) + "]";
           }) + "]";
}

std::string json(const aclTensorDesc &d) {
    std::string out = "{\"dtype\": " + name_of(kDTypeNames, kDTypeNamesCount, d.dtype) +
                      ", \"format\": " + name_of(kFormatNames, kFormatNamesCount, d.format);
    if (!d.name.empty()) out += ", \"name\": " + quoted(d.name.c_str());
    out += ", \"shape\": " +
           (d.known ? "[" + joined(d.dims.size(), [&](size_t i) { return std::to_string(d.dims[i]); }) + "]"
                    : std::string("null"));
    const size_t item = aclDataTypeSize(d.dtype);
    if (!d.constant.empty() && item) {
        OpValue v{d.dtype, true, d.constant.size() / item, {d.constant.begin(), d.constant.end()}};
        out += ", \"const\": " + json(v);
    }
    return out + "}";
}

int write_file(const char *caller, const std::string &path, const std::string &text) {
    FILE *file = std::fopen(path.c_str(), "w");
    bool good = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const int why = errno;
    if (file) good &= std::fclose(file) == 0;
    return good ? 0 : fail(ACL_ERROR_WRITE_FILE, "%s: %s: %s", caller, path.c_str(), std::strerror(why));
}

} // namespace

extern "C" {

// Into the file, or into TYPE.json of the folder. Buffers, engine and options change nothing in it.
aclError aclGenGraphAndDumpForOp(const char *opType, int numInputs,
                                 const aclTensorDesc *const inputDesc[],
                                 const aclDataBuffer *const[], int numOutputs,
                                 const aclTensorDesc *const outputDesc[], aclDataBuffer *const[],
                                 const aclopAttr *attr, aclopEngineType engineType,
                                 const char *graphDumpPath, const aclGraphDumpOption *) {
    REQUIRE(opType);
    REQUIRE(graphDumpPath);
    if (engineType < ACL_ENGINE_SYS || engineType > ACL_ENGINE_VECTOR)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: unknown engine %d", __func__, int(engineType));
    std::string text = "{\n  \"type\": " + quoted(opType);
    struct Side {
        const char *name;
        int n;
        const aclTensorDesc *const *descs;
    };
    for (const Side &s : {Side{"inputs", numInputs, inputDesc}, Side{"outputs", numOutputs, outputDesc}}) {
        if (s.n < 0 || (s.n && !s.descs))
            return fail(ACL_ERROR_INVALID_PARAM, "%s: %d %s, but they are null", __func__, s.n, s.name);
        for (int i = 0; i < s.n; ++i)
            if (!s.descs[i])
                return fail(ACL_ERROR_INVALID_PARAM, "%s: descriptor %d of the %s is null", __func__,
                            i, s.name);
        text += std::string(",\n  \"") + s.name + "\": [" +
                joined(size_t(s.n), [&](size_t i) { return "\n    " + json(*s.descs[i]); }) + "]";
    }
    text += ",\n  \"attributes\": {";
    const char *separator = "";
    if (attr)
        for (const auto &[name, value] : attr->values) {
            text += separator + quoted(name.c_str()) + ": " + json(value);
            separator = ", ";
        }
    text += "}\n}\n";
    std::string path = graphDumpPath;
    struct stat about;
    if (!stat(graphDumpPath, &about) && S_ISDIR(about.st_mode))
        path += std::string("/") + opType + ".json";
    return write_file(__func__, path, text);
}

} // extern "C"
