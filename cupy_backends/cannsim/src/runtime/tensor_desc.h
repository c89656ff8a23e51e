// The descriptors of CANN's older interfaces.
#pragma once

#include "cann_runtime.h"

#include <string>
#include <vector>

struct aclDataBuffer {
    void *data;
    size_t size;
};

struct aclTensorDesc {
    aclDataType dtype;
    aclFormat format, storage_format, origin_format;
    std::vector<int64_t> dims, storage_dims, origin_dims;
    std::vector<int64_t> ranges; // low and high of each dim; -1 has no limit
    std::string name, dynamic_name;
    std::vector<char> constant;
    aclMemType place;
    bool known; // the rank is
};
