// Kernels of the program's own: binaries that it loads, and the functions in them.
#pragma once

#include "cannsim_kernel.h"

#include <cstdint>
#include <string>
#include <vector>

namespace cannsim {

struct Binary;

struct Function {
    Binary *binary;
    int device;
    std::string name;
    void (*entry)(const cannsimBlock *);
    const uint32_t *params; // their sizes up to a zero, as CANNSIM_PARAMS gives them; may be null
};

// The function behind a handle, or an error with its message. The code stays while somebody uses
// it, though the program unloads it.
class FunctionUse {
  public:
    FunctionUse(const char *caller, const void *handle);
    ~FunctionUse();
    FunctionUse(FunctionUse &&other) : error(other.error), function(other.function) {
        other.function = nullptr;
    }

    const Function &operator*() const { return *function; }
    const Function *operator->() const { return function; }

    int error = 0;

  private:
    Function *function = nullptr;
};

// Keeps an object as long as the function's binary is loaded.
void keep_with(const FunctionUse &function, void *object, void (*release)(void *));

// Whether the sizes of the parameters are known; an error.
int check_params(const char *caller, const Function &function);

const char *keep_name(const std::string &name); // as long as the process lives

} // namespace cannsim
