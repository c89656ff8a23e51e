// Steps of arithmetic computed together, tile by tile: what one step gives stays in registers for
// the next. Each rounds as its loop does.
#pragma once

#include "../view.h"

namespace cannsim {

enum class ChainOp : uint8_t { Add, Subtract, SubtractFrom, Multiply, Divide, DivideFrom };

constexpr int kChainTile = 512; // bytes

// acc = acc op y, or y op acc: y - acc for SubtractFrom.
struct ChainStep {
    ChainOp op;
    bool scalar;    // y is one element
    const char *x;  // becomes acc first; null: acc is what the step before gave
    const char *y;
    char *out;      // null: only the next step needs the result
    intptr_t x_along, y_along, out_along; // -1: element after element, 0: the same tile again
};

// `bytes` of every operand, a multiple of kChainTile.
using ChainFn = void (*)(const ChainStep *steps, int count, intptr_t bytes);
ChainFn find_chain(DType t); // null where there is none

}  // namespace cannsim
