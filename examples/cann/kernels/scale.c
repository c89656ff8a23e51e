/* y = factor * x for the simulated device. A real one needs the same kernel in Ascend C, built by
 * CANN's compiler; own_kernel.c launches either. */
#include "cannsim_kernel.h"

CANNSIM_BINARY

typedef struct {
    uint64_t x, y;
    float factor;
    uint32_t n;
} Args;

CANNSIM_KERNEL(scale) {
    const Args *a = (const Args *)block->args;
    const float *x = (const float *)cannsimAddress(block, a->x, a->n * sizeof *x);
    float *y = (float *)cannsimAddress(block, a->y, a->n * sizeof *y);
    if (!x || !y) return; /* the launch has failed */
    for (uint32_t i = block->index; i < a->n; i += block->count) y[i] = a->factor * x[i];
}
