/* Kernels for the simulated device. What aclrtBinaryLoadFromFile loads here is a shared object for the
 * host's machine that was compiled with this header, since a CPU runs no code of a device:
 *
 *     #include "cannsim_kernel.h"
 *     CANNSIM_BINARY
 *
 *     typedef struct { uint64_t x, y; float factor; uint32_t n; } Args;
 *
 *     CANNSIM_PARAMS(scale, 8, 8, 4, 4)
 *     CANNSIM_KERNEL(scale) {
 *         const Args *a = (const Args *)block->args;
 *         const float *x = (const float *)cannsimAddress(block, a->x, a->n * sizeof *x);
 *         float *y = (float *)cannsimAddress(block, a->y, a->n * sizeof *y);
 *         if (!x || !y) return;
 *         for (uint32_t i = block->index; i < a->n; i += block->count) y[i] = a->factor * x[i];
 *     }
 *
 *     cc -O2 -shared -fPIC scale.c -o scale.so
 *
 * A launch calls the function once per block, in any order, one after the other and on any thread:
 * blocks do not wait for each other. No exception leaves a kernel. */
#ifndef CANNSIM_KERNEL_H
#define CANNSIM_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#define CANNSIM_BINARY_VERSION 1

typedef struct cannsimBlock cannsimBlock;
struct cannsimBlock {
    /* The arguments in the order of the launch, each at a multiple of its size: of the largest power
     * of two up to 8 that divides it. A C struct of them has this layout. Pointers are 8 bytes and
     * device addresses. */
    const void *args;
    size_t args_size;
    uint32_t index, count; /* Ascend C: GetBlockIdx() and GetBlockNum() */
    void *(*address)(const cannsimBlock *block, uint64_t device, size_t bytes);
    void (*fail)(const cannsimBlock *block, const char *why);
    void *launch; /* the simulator's */
};

/* Host address of `bytes` bytes of device memory, or of what a placeholder of the launch points to.
 * NULL when they are not allocated: the launch then fails as a device's does, at the next
 * synchronisation, and no further block runs. */
static inline void *cannsimAddress(const cannsimBlock *block, uint64_t device, size_t bytes) {
    return block->address(block, device, bytes);
}

/* Fails the launch; the kernel returns by itself. */
static inline void cannsimFail(const cannsimBlock *block, const char *why) {
    block->fail(block, why);
}

#ifdef __cplusplus
#define CANNSIM_C extern "C"
#else
#define CANNSIM_C
#endif
#define CANNSIM_VISIBLE __attribute__((visibility("default")))

#ifdef __cplusplus
#define CANNSIM_CONSTANT(declaration, ...)                                                         \
    extern "C" {                                                                                   \
    extern CANNSIM_VISIBLE const uint32_t declaration;                                             \
    const uint32_t declaration = __VA_ARGS__;                                                      \
    }
#else
#define CANNSIM_CONSTANT(declaration, ...)                                                         \
    extern CANNSIM_VISIBLE const uint32_t declaration;                                             \
    const uint32_t declaration = __VA_ARGS__;
#endif

/* Once in every binary. */
#define CANNSIM_BINARY CANNSIM_CONSTANT(cannsimBinaryVersion, CANNSIM_BINARY_VERSION)

/* The head of a kernel, whose parameter is `block`. */
#define CANNSIM_KERNEL(name)                                                                       \
    CANNSIM_C CANNSIM_VISIBLE void name(const cannsimBlock *block);                                \
    CANNSIM_C void name(const cannsimBlock *block)

/* The sizes of a kernel's parameters in bytes, for launches that pass an array of pointers to them
 * (aclrtLaunchKernelWithArgsArray) and for aclrtFunctionGetParamInfo. */
#define CANNSIM_PARAMS(name, ...) CANNSIM_CONSTANT(name##_cannsimParams[], {__VA_ARGS__, 0})

#endif
