// What a kernel reports; the operator layer turns it into CANN's codes.
#pragma once

namespace cannsim {

enum class [[nodiscard]] Status {
    Ok = 0,
    OutOfMemory,       // scratch memory could not be allocated; outputs are unspecified
    UnsupportedDType,  // this kernel has no loop for the combination
    BadArgument,       // shapes or attributes contradict each other
    IndexOutOfRange,   // an index lies outside its axis; nothing foreign was touched
    Singular,          // a matrix is singular or not positive definite
};

}  // namespace cannsim
