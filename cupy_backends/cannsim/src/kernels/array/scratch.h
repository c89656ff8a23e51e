// Scratch memory of a kernel: aligned, released with the scope, failure is a null pointer.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cannsim::array {

// Large blocks are kept by their thread for the next kernel, within limits: first touching fresh
// pages can cost more than the kernel itself.
char *scratch_allocate(int64_t bytes, size_t *capacity);
void scratch_free(char *data, size_t capacity);

// Returns what the calling thread keeps to the system.
void scratch_trim();

class Scratch {
  public:
    explicit Scratch(int64_t bytes) { data_ = scratch_allocate(bytes, &capacity_); }
    ~Scratch() { scratch_free(data_, capacity_); }
    Scratch(const Scratch &) = delete;
    Scratch &operator=(const Scratch &) = delete;

    explicit operator bool() const { return data_ != nullptr; }
    char *get() const { return data_; }
    template <class T> T *as() const { return reinterpret_cast<T *>(data_); }

  private:
    char *data_;
    size_t capacity_;
};

}  // namespace cannsim::array
