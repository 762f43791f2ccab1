// The sum of a vector's squares, in a fixed order: the same bits on the same device, every time.
#ifndef MOGRAPH_SHADERS_SUM_SQUARES_SUM_SQUARES_H
#define MOGRAPH_SHADERS_SUM_SQUARES_SUM_SQUARES_H

#include "shaders/op.h"

struct op_sum_squares {
    uint32_t count; // elements, a multiple of 4
};

// dst[1] from src[count], both fp32.
#define OP_ARGS_sum_squares(IN, OUT, INOUT, SCRATCH) IN(src) OUT(dst) SCRATCH(scratch)
OP_DECLARE(sum_squares, struct op_sum_squares);

extern const struct op_shapes op_sum_squares_shapes; // sum_squares_shapes.c

// For operations that begin with one: floats of `scratch`. OP_STEP records it.
uint64_t op_sum_squares_scratch(const struct op_target *target, uint32_t count);

#endif
