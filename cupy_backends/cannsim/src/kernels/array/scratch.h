// Scratch memory of a kernel: aligned, freed with the scope, failure is a null pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace cannsim::array {

class Scratch {
  public:
    explicit Scratch(int64_t bytes) {
        size_t rounded = (size_t(bytes < 0 ? 0 : bytes) + 63) / 64 * 64 + 64;
        data_ = static_cast<char *>(std::aligned_alloc(64, rounded));
    }
    ~Scratch() { std::free(data_); }
    Scratch(const Scratch &) = delete;
    Scratch &operator=(const Scratch &) = delete;

    explicit operator bool() const { return data_ != nullptr; }
    char *get() const { return data_; }
    template <class T> T *as() const { return reinterpret_cast<T *>(data_); }

  private:
    char *data_;
};

}  // namespace cannsim::array
