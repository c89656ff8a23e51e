// The bytes that a view reaches, as runs of contiguous bytes in device addresses.
#pragma once

#include "kernels/view.h"

#include <cstddef>
#include <cstdint>

namespace cannsim {

struct Footprint {
    uintptr_t begin = 0, end = 0; // of all runs; equal when there is nothing
    size_t run = 0;
    int ndim = 0; // of the runs; strides are positive and descend
    int64_t shape[kMaxRank];
    int64_t strides[kMaxRank];

    bool empty() const { return begin == end; }
    bool dense() const { return ndim == 0; }

    // f(begin, bytes) for every run until it returns false; whether it never did.
    template <class F> bool each_run(const F &f) const {
        if (empty()) return true;
        int64_t index[kMaxRank] = {};
        uintptr_t at = begin;
        for (;;) {
            if (!f(at, run)) return false;
            int d = ndim - 1;
            for (; d >= 0; --d) {
                at += strides[d];
                if (++index[d] < shape[d]) break;
                at -= strides[d] * shape[d];
                index[d] = 0;
            }
            if (d < 0) return true;
        }
    }
};

Footprint footprint_of(const void *device, size_t bytes);
Footprint footprint_of(const void *device, size_t pitch, size_t width, size_t height);
Footprint footprint_of(const View &view, uintptr_t device); // address of element (0, ..., 0)

bool overlap(const Footprint &a, const Footprint &b);
bool covers(const Footprint &a, const Footprint &b); // a surely holds all of b

} // namespace cannsim
