// Attributes of operators by type, and other values that are known before the operator runs.
#pragma once

#include "cann_runtime.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cannsim {

// Elements of one dtype; texts (ACL_STRING) end with a zero each.
struct OpValue {
    aclDataType dtype = ACL_DT_UNDEFINED;
    bool list = false;
    size_t count = 0;
    std::string bytes;
    std::vector<int> lengths = {}; // of lists in a list

    int64_t integer(size_t i) const;
    double real(size_t i) const;
    std::string text(size_t i) const; // of any element, as JSON

    // "true", "-1", "0.5": a bool, an int, a float; else a text.
    static OpValue parse(const char *text);
    bool operator==(const OpValue &other) const;
};

} // namespace cannsim

struct aclopAttr {
    std::map<std::string, cannsim::OpValue> values;
};
