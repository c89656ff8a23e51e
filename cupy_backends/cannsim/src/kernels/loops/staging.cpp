#include "staging.h"

#include "../spaced.h"

#include <cstring>

namespace cannsim {
namespace {

constexpr intptr_t kBufferBytes = 4096;

struct Bits128 {
    uint64_t half[2];
};

template <class T> void gather_as(char *dst, const char *src, intptr_t step, intptr_t n) {
    if (step == 0) {
        T value;
        std::memcpy(&value, src, sizeof(T));
        for (intptr_t i = 0; i < n; ++i) std::memcpy(dst + i * sizeof(T), &value, sizeof(T));
    } else {
        copy_spaced<T>(dst, sizeof(T), src, step, n);
    }
}

void gather(char *dst, const char *src, intptr_t step, intptr_t n, int size) {
    switch (size) {
    case 1: return gather_as<uint8_t>(dst, src, step, n);
    case 2: return gather_as<uint16_t>(dst, src, step, n);
    case 4: return gather_as<uint32_t>(dst, src, step, n);
    case 8: return gather_as<uint64_t>(dst, src, step, n);
    default: return gather_as<Bits128>(dst, src, step, n);
    }
}

void scatter(char *dst, intptr_t step, const char *src, intptr_t n, int size) {
    switch (size) {
    case 1: return copy_spaced<uint8_t>(dst, step, src, 1, n);
    case 2: return copy_spaced<uint16_t>(dst, step, src, 2, n);
    case 4: return copy_spaced<uint32_t>(dst, step, src, 4, n);
    case 8: return copy_spaced<uint64_t>(dst, step, src, 8, n);
    default: return copy_spaced<Bits128>(dst, step, src, 16, n);
    }
}

intptr_t chunk_elements(const int *size, int count) {
    int largest = 1;
    for (int i = 0; i < count; ++i) largest = size[i] > largest ? size[i] : largest;
    return kBufferBytes / largest;
}

}  // namespace

void run_staged(Kernel kernel, const Operands &operands, char **args, intptr_t n,
                const intptr_t *steps) {
    alignas(64) char buffers[kMaxOperands][kBufferBytes];
    const int out = operands.count - 1;
    const int *size = operands.size;
    const intptr_t chunk = chunk_elements(size, operands.count);
    char *p[kMaxOperands];
    for (int i = 0; i < out; ++i) {
        if (steps[i] == 0) gather(buffers[i], args[i], 0, n < chunk ? n : chunk, size[i]);
    }
    for (intptr_t done = 0; done < n; done += chunk) {
        const intptr_t m = n - done < chunk ? n - done : chunk;
        for (int i = 0; i <= out; ++i) {
            char *at = args[i] + done * steps[i];
            p[i] = steps[i] == size[i] ? at : buffers[i];
            if (i < out && steps[i] != 0 && p[i] != at) gather(p[i], at, steps[i], m, size[i]);
        }
        kernel(p, m);
        if (steps[out] != size[out]) {
            scatter(args[out] + done * steps[out], steps[out], p[out], m, size[out]);
        }
    }
}

void run_cast_plan(char **args, const intptr_t *np, const intptr_t *steps, void *data) {
    const CastPlan &plan = *static_cast<const CastPlan *>(data);
    alignas(64) char buffers[kMaxOperands][kBufferBytes];
    const int out = plan.nop - 1;
    const intptr_t n = *np, chunk = chunk_elements(plan.size, plan.nop);
    char *p[kMaxOperands];
    intptr_t inner_steps[kMaxOperands];
    const intptr_t one = 1;
    if (n <= 0) return;
    for (int i = 0; i <= out; ++i) {
        inner_steps[i] = plan.cast[i] ? plan.size[i] : steps[i];
        if (plan.cast[i] && i < out && steps[i] == 0) {  // cast a scalar once
            char *cast_args[2] = {args[i], buffers[i]};
            const intptr_t cast_steps[2] = {0, 0};
            plan.cast[i](cast_args, &one, cast_steps);
            inner_steps[i] = 0;
        }
    }
    for (intptr_t done = 0; done < n; done += chunk) {
        const intptr_t m = n - done < chunk ? n - done : chunk;
        for (int i = 0; i <= out; ++i) {
            char *at = args[i] + done * steps[i];
            p[i] = plan.cast[i] ? buffers[i] : at;
            if (plan.cast[i] && i < out && inner_steps[i] != 0) {
                char *cast_args[2] = {at, buffers[i]};
                const intptr_t cast_steps[2] = {steps[i], plan.size[i]};
                plan.cast[i](cast_args, &m, cast_steps);
            }
        }
        (*plan.inner)(p, &m, inner_steps);
        if (plan.cast[out]) {
            char *cast_args[2] = {buffers[out], args[out] + done * steps[out]};
            const intptr_t cast_steps[2] = {plan.size[out], steps[out]};
            plan.cast[out](cast_args, &m, cast_steps);
        }
    }
}

}  // namespace cannsim
