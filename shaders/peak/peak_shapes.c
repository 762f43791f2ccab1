// Shapes of the two measures of a device's peak.
#include "shaders/op_shapes.h"
#include "shaders/peak/peak.h"

#define FMA(count_, steps_) OP_PARAMS(struct op_peak_fma, .count = (count_), .steps = (steps_))

static const struct op_shape fma_rows[] = {
    {FMA(1, 16), .tolerance = 1e-5, .uses = OP_TEST | OP_DOCTOR},
    {FMA(7, 32), .tolerance = 1e-5},
    {FMA(257, 16), .tolerance = 1e-5},
    {FMA(8209, 160), .tolerance = 1e-5},
    {FMA(1003, 64), .uses = OP_DOCTOR},
};

const struct op_shapes op_peak_fma_shapes = {OP_SHAPES(fma_rows)};

#define COPY(count_) OP_PARAMS(struct op_peak_copy, .count = (count_))

// A copy is exact; the bound only has to be above zero.
static const struct op_shape copy_rows[] = {
    {COPY(4), .tolerance = 1e-12, .uses = OP_TEST | OP_DOCTOR},
    {COPY(28), .tolerance = 1e-12},
    {COPY(1028), .tolerance = 1e-12},
    {COPY(65540), .tolerance = 1e-12},
    {COPY(4004), .uses = OP_DOCTOR},
};

const struct op_shapes op_peak_copy_shapes = {OP_SHAPES(copy_rows)};
