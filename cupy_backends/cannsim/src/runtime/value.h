// The conditions of aclrtValueWait.
#pragma once

#include "cann_runtime.h"

namespace cannsim {

// As with CUDA, ">=" counts modulo 2^64.
inline bool value_holds(uint64_t now, uint64_t value, uint32_t flag) {
    switch (flag) {
    case ACL_STREAM_WAIT_VALUE_GEQ: return int64_t(now - value) >= 0;
    case ACL_STREAM_WAIT_VALUE_EQ: return now == value;
    case ACL_STREAM_WAIT_VALUE_AND: return now & value;
    default: return ~(now | value);
    }
}

} // namespace cannsim
