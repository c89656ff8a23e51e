#include "runtime/op_attr.h"

#include "base/error.h"
#include "check/check.h"
#include "nnopbase/objects.h"
#include "runtime/api.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

using namespace cannsim;

namespace cannsim {

namespace {

aclScalar element(const OpValue &v, size_t i) {
    aclScalar s{};
    const size_t item = aclDataTypeSize(v.dtype);
    s.dtype = DType(v.dtype);
    if ((i + 1) * item <= v.bytes.size()) std::memcpy(s.bytes, v.bytes.data() + i * item, item);
    return s;
}

const char *string(const OpValue &v, size_t i) {
    const char *at = v.bytes.c_str();
    while (i--) at += std::strlen(at) + 1;
    return at;
}

// JSON has no names for the special ones.
std::string number(double v) {
    if (!std::isfinite(v)) return std::isnan(v) ? "\"nan\"" : v > 0 ? "\"inf\"" : "\"-inf\"";
    char out[40];
    std::snprintf(out, sizeof out, "%.9g", v);
    return out;
}

bool is_float(aclDataType t) {
    return t == ACL_FLOAT || t == ACL_DOUBLE || t == ACL_FLOAT16 || t == ACL_BF16;
}

} // namespace

int64_t OpValue::integer(size_t i) const {
    return is_float(dtype) ? int64_t(element(*this, i).real()) : element(*this, i).integer();
}
double OpValue::real(size_t i) const { return element(*this, i).real(); }

std::string OpValue::text(size_t i) const {
    if (dtype == ACL_STRING) {
        char out[8];
        std::string quoted = "\"";
        for (const char *c = string(*this, i); *c; ++c) {
            if (*c == '"' || *c == '\\') quoted += '\\';
            if (static_cast<unsigned char>(*c) < 0x20) {
                std::snprintf(out, sizeof out, "\\u%04x", *c);
                quoted += out;
            } else {
                quoted += *c;
            }
        }
        return quoted + '"';
    }
    if (dtype == ACL_BOOL) return integer(i) ? "true" : "false";
    if (is_float(dtype)) return number(real(i));
    if (dtype == ACL_COMPLEX64 || dtype == ACL_COMPLEX128)
        return "[" + number(real(i)) + ", " + number(element(*this, i).imag()) + "]";
    return std::to_string(integer(i));
}

OpValue OpValue::parse(const char *text) {
    auto one = [](aclDataType dtype, const void *p, size_t n) {
        return OpValue{dtype, false, 1, std::string(static_cast<const char *>(p), n)};
    };
    const uint8_t yes = !std::strcmp(text, "true");
    if (yes || !std::strcmp(text, "false")) return one(ACL_BOOL, &yes, 1);
    char *end;
    const int64_t i = std::strtoll(text, &end, 10);
    if (*text && !*end) return one(ACL_INT64, &i, sizeof i);
    const float f = std::strtof(text, &end);
    if (*text && !*end) return one(ACL_FLOAT, &f, sizeof f);
    return one(ACL_STRING, text, std::strlen(text) + 1);
}

bool OpValue::operator==(const OpValue &o) const {
    return dtype == o.dtype && list == o.list && count == o.count && bytes == o.bytes &&
           lengths == o.lengths;
}

} // namespace cannsim

namespace {

int set(aclopAttr *attr, const char *name, OpValue value) {
    if (!attr || !name)
        return fail(ACL_ERROR_INVALID_PARAM, "an attribute needs a name and a value");
    attr->values[name] = std::move(value);
    return 0;
}

template <class T> int set_one(aclopAttr *attr, const char *name, aclDataType dtype, T value) {
    return set(attr, name,
               {dtype, false, 1, std::string(reinterpret_cast<const char *>(&value), sizeof value)});
}

template <class T>
int set_list(aclopAttr *attr, const char *name, aclDataType dtype, int n, const T *values) {
    if (n < 0 || (n && !values))
        return fail(ACL_ERROR_INVALID_PARAM, "attribute %s has %d values", name ? name : "null", n);
    return set(attr, name,
               {dtype, true, size_t(n),
                std::string(reinterpret_cast<const char *>(values), size_t(n) * sizeof(T))});
}

} // namespace

extern "C" {

aclopAttr *aclopCreateAttr() {
    aclopAttr *attr = new (std::nothrow) aclopAttr;
    if (checking(kCheckLeak) && attr) leak_noted(attr, "aclopAttr");
    return attr;
}
void aclopDestroyAttr(const aclopAttr *attr) {
    if (checking(kCheckLeak)) leak_forgotten(attr);
    delete attr;
}

aclError aclopSetAttrBool(aclopAttr *attr, const char *attrName, uint8_t attrValue) {
    return set_one(attr, attrName, ACL_BOOL, attrValue);
}
aclError aclopSetAttrInt(aclopAttr *attr, const char *attrName, int64_t attrValue) {
    return set_one(attr, attrName, ACL_INT64, attrValue);
}
aclError aclopSetAttrFloat(aclopAttr *attr, const char *attrName, float attrValue) {
    return set_one(attr, attrName, ACL_FLOAT, attrValue);
}
aclError aclopSetAttrDataType(aclopAttr *attr, const char *attrName, aclDataType attrValue) {
    return set_one(attr, attrName, ACL_INT64, int64_t(attrValue));
}
aclError aclopSetAttrString(aclopAttr *attr, const char *attrName, const char *attrValue) {
    if (!attrValue)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: the value is null", __func__);
    return set(attr, attrName,
               {ACL_STRING, false, 1, std::string(attrValue, std::strlen(attrValue) + 1)});
}

aclError aclopSetAttrListBool(aclopAttr *attr, const char *attrName, int numValues,
                              const uint8_t *values) {
    return set_list(attr, attrName, ACL_BOOL, numValues, values);
}
aclError aclopSetAttrListInt(aclopAttr *attr, const char *attrName, int numValues,
                             const int64_t *values) {
    return set_list(attr, attrName, ACL_INT64, numValues, values);
}
aclError aclopSetAttrListFloat(aclopAttr *attr, const char *attrName, int numValues,
                               const float *values) {
    return set_list(attr, attrName, ACL_FLOAT, numValues, values);
}
aclError aclopSetAttrListDataType(aclopAttr *attr, const char *attrName, int numValues,
                                  const aclDataType values[]) {
    std::vector<int64_t> wide;
    if (values && numValues > 0) wide.assign(values, values + numValues);
    return set_list(attr, attrName, ACL_INT64, numValues, values ? wide.data() : nullptr);
}

aclError aclopSetAttrListString(aclopAttr *attr, const char *attrName, int numValues,
                                const char **values) {
    OpValue v{ACL_STRING, true, size_t(numValues), {}};
    if (numValues < 0)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: %d values", __func__, numValues);
    for (int i = 0; i < numValues; ++i) {
        if (!values || !values[i])
            return fail(ACL_ERROR_INVALID_PARAM, "%s: value %d is null", __func__, i);
        v.bytes.append(values[i], std::strlen(values[i]) + 1);
    }
    return set(attr, attrName, std::move(v));
}

aclError aclopSetAttrListListInt(aclopAttr *attr, const char *attrName, int numLists,
                                 const int *numValues, const int64_t *const values[]) {
    OpValue v{ACL_INT64, true, 0, {}};
    for (int i = 0; i < numLists; ++i) {
        if (!numValues || !values || numValues[i] < 0 || (numValues[i] && !values[i]))
            return fail(ACL_ERROR_INVALID_PARAM, "%s: list %d is null", __func__, i);
        v.bytes.append(reinterpret_cast<const char *>(values[i]), size_t(numValues[i]) * 8);
        v.count += size_t(numValues[i]);
        v.lengths.push_back(numValues[i]);
    }
    return set(attr, attrName, std::move(v));
}

} // extern "C"
