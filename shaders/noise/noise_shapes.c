// Shapes of noise. Every bit must agree: 1e-12 is less than one of them.
#include "shaders/noise/noise.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_noise, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(.count = 4), .tolerance = 1e-12, .fills = OP_FILL(RANDOM)},
    {ROW(.count = 28, .stream = 1, .offset4 = 3), .tolerance = 1e-12, .fills = OP_FILL(RANDOM)},
    {ROW(.count = 1028, .stream = 0xffffffffu), .tolerance = 1e-12},
    {ROW(.count = 32772, .stream = 5, .offset4 = 0xffffff00u), .tolerance = 1e-12, .fills = OP_FILL(RANDOM)},
    {ROW(.count = 262144, .stream = 6, .offset4 = 1u << 31), .tolerance = 1e-12, .fills = OP_FILL(RANDOM)},
    {ROW(.count = 1000), .uses = OP_DOCTOR},
    {ROW(.count = 100, .stream = 7, .offset4 = 0xfffffff0u), .uses = OP_DOCTOR},
};

// Normal numbers alone: the model draws no bits.
static const struct op_shape bench[] = {
    {ROW(.count = OP_LATENT_VOXELS * OP_LATENT_C * 16), .uses = OP_BENCH, .label = "262,144 numbers"},
};

const struct op_shapes op_noise_shapes = {OP_SHAPES(rows)};
const struct op_shapes op_noise_bench_shapes = {OP_SHAPES(bench)};
