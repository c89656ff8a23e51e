// The packed arguments of a kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cannsim {

// Where the next argument of that size begins: as in a C struct, as far as a size tells.
inline size_t argument_offset(size_t end, size_t size) {
    const size_t low = size & (~size + 1), unit = low && low < 8 ? low : 8;
    return (end + unit - 1) / unit * unit;
}

// Bytes in which some pointers lead to other bytes of the same block. Those are host addresses,
// which kernels translate to themselves.
struct KernelArguments {
    std::vector<char> bytes;
    size_t size = 0; // of the arguments; behind them is what placeholders point to

    bool holds(uint64_t at, size_t n) const {
        const uint64_t begin = reinterpret_cast<uintptr_t>(bytes.data());
        return at >= begin && at - begin <= bytes.size() && n <= bytes.size() - (at - begin);
    }
    void point(size_t pointer, size_t target); // both are offsets
};

// A copy of what a handle of aclrtKernelArgsInit holds; an error.
int read_arguments(const char *caller, const void *function, const void *handle,
                   KernelArguments *out);

} // namespace cannsim
