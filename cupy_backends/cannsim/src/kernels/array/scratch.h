// Scratch memory of a kernel: aligned, released with the scope, failure is a null pointer.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cannsim::array {

// A few bytes lie in the object itself. Large blocks are kept by their thread for the next kernel,
// within limits: first touching fresh pages can cost more than the kernel itself.
char *scratch_allocate(int64_t bytes, size_t *capacity);
void scratch_free(char *data, size_t capacity);

// Returns what the calling thread keeps to the system.
void scratch_trim();

class Scratch {
  public:
    explicit Scratch(int64_t bytes)
        : data_(bytes <= kFew ? few_ : scratch_allocate(bytes, &capacity_)) {}
    ~Scratch() {
        if (data_ != few_) scratch_free(data_, capacity_);
    }
    Scratch(const Scratch &) = delete;
    Scratch &operator=(const Scratch &) = delete;

    explicit operator bool() const { return data_ != nullptr; }
    char *get() const { return data_; }
    template <class T> T *as() const { return reinterpret_cast<T *>(data_); }

  private:
    static constexpr int64_t kFew = 512;

    alignas(64) char few_[kFew];
    size_t capacity_ = 0;
    char *data_;
};

}  // namespace cannsim::array
