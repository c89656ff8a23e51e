/* Kernels for the simulated device, that test_kernels.cpp loads. */
#include "cannsim_kernel.h"

CANNSIM_BINARY

typedef struct {
    uint64_t x, y;
    float factor;
    uint32_t n;
} Scale;

/* y = factor * x */
CANNSIM_PARAMS(scale, 8, 8, 4, 4)
CANNSIM_KERNEL(scale) {
    const Scale *a = (const Scale *)block->args;
    const float *x = (const float *)cannsimAddress(block, a->x, a->n * sizeof *x);
    float *y = (float *)cannsimAddress(block, a->y, a->n * sizeof *y);
    if (!x || !y) return;
    for (uint32_t i = block->index; i < a->n; i += block->count) y[i] = a->factor * x[i];
}

typedef struct {
    uint64_t out, table;
    int8_t which;
    int16_t step;
} Lookup;

/* out[block] = table[which] + step * block, the table behind a placeholder */
CANNSIM_KERNEL(lookup) {
    const Lookup *a = (const Lookup *)block->args;
    int32_t *out = (int32_t *)cannsimAddress(block, a->out, block->count * sizeof *out);
    const int32_t *table =
        (const int32_t *)cannsimAddress(block, a->table, ((uint64_t)a->which + 1) * sizeof *table);
    if (out && table) out[block->index] = table[a->which] + a->step * (int32_t)block->index;
}

CANNSIM_KERNEL(refuse) {
    if (block->index == 3) cannsimFail(block, "an odd number");
}

/* Writes one element more than it has asked for. */
CANNSIM_KERNEL(stray) {
    const Scale *a = (const Scale *)block->args;
    float *y = (float *)cannsimAddress(block, a->y, a->n * sizeof *y);
    if (y) y[a->n] = 1;
}

/* Counts its blocks in a global, which every load has for itself. */
static int32_t calls;
CANNSIM_KERNEL(count) {
    int32_t *out = (int32_t *)cannsimAddress(block, *(const uint64_t *)block->args, sizeof *out);
    if (out) *out = ++calls;
}
