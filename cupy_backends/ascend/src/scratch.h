// Device memory that lives as long as the work queued on a stream: workspaces, temporaries, and
// constants.
//
// A block handed back is reused by later work of the same stream only, which the stream runs after
// the work that used it before; so nothing waits and nothing is freed under a running kernel.
#pragma once

#include <cstddef>
#include <vector>

#include "state.h"

namespace ascend {

struct StreamScratch;

class Scratch {
  public:
    explicit Scratch(cupyStream stream) : stream_(stream) {}
    ~Scratch();
    Scratch(const Scratch &) = delete;
    Scratch &operator=(const Scratch &) = delete;
    int take(size_t bytes, void **address);
    struct Block {
        void *address;
        size_t bytes;
        uint64_t returned; // the how manyth of its stream
    };

  private:
    static constexpr int kInline = 24;
    cupyStream stream_;
    StreamScratch *owner_ = nullptr;
    Block blocks_[kInline];
    int count_ = 0;
    std::vector<Block> more_;
};

// What was handed back before a mark is idle once the stream has been synchronised after it; other
// threads may hand back more meanwhile.
uint64_t scratch_mark(cupyStream);
void scratch_trim(cupyStream, uint64_t mark);
void scratch_drop(cupyStream); // the stream is about to be destroyed and has been synchronised
int scratch_release_all();     // synchronises the device; for when memory is short
void forget_memory(int device); // the device was reset: what it held is gone
void release_memory();         // scratch and constants of all devices, at the end of the process
int device_malloc(size_t bytes, void **address); // releases the scratch before giving up

// A scalar in device memory, one per dtype, value and stream. A fresh one is to be filled by the
// caller, who then keeps it. nullptr address: no room, use a temporary.
int constant(int dtype, const unsigned char *bits, cupyStream, void **address, bool *fresh);
void drop_constant(void *address); // its fill failed
void keep_constant(int dtype, const unsigned char *bits, cupyStream, void *address);
void drop_constants(cupyStream); // the stream is about to be destroyed and has been synchronised

} // namespace ascend
