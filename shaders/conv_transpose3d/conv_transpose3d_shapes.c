// Shapes of transposed convolutions.
#include "shaders/conv_transpose3d/conv_transpose3d.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_conv_transpose3d, __VA_ARGS__)

// One kernel, stride, padding and output padding for all axes.
#define SAME(k, s, p, o)                                                                                     \
    .kernel = {k, k, k}, .stride = {s, s, s}, .padding = {p, p, p}, .output_padding = {o, o, o}

#define SOME (OP_FILL(RANDOM) | OP_FILL(ONE_HOT))

static const struct op_shape rows[] = {
    {ROW(.n = 1, .size = {1, 1, 1}, .cin = 4, .cout = 4, SAME(1, 1, 0, 0), .has_bias = true),
     .tolerance = 1e-5},
    {ROW(.n = 1, .size = {1, 1, 1}, .cin = 4, .cout = 4, SAME(4, 2, 1, 0), .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 2, .size = {2, 3, 5}, .cin = 12, .cout = 8, SAME(2, 2, 0, 0), .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 1, .size = {3, 2, 3}, .cin = 4, .cout = 12, SAME(2, 2, 1, 1), .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 1, .size = {2, 3, 4}, .cin = 8, .cout = 4, SAME(3, 1, 1, 0)), .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 1, .size = {2, 3, 5}, .cin = 8, .cout = 8, SAME(3, 2, 1, 1), .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 1, .size = {3, 3, 4}, .cin = 4, .cout = 8, SAME(3, 2, 2, 0), .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 2, .size = {2, 3, 4}, .cin = 16, .cout = 12, SAME(4, 2, 1, 0), .has_bias = true),
     .tolerance = 1e-5},
    {ROW(.n = 1, .size = {2, 3, 3}, .cin = 4, .cout = 4, SAME(4, 2, 0, 1), .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    // A stride past the kernel: outputs that no input reaches.
    {ROW(.n = 1, .size = {2, 3, 4}, .cin = 4, .cout = 8, SAME(1, 2, 0, 1), .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    // One past tiles of 16, 32 and 64.
    {ROW(.n = 1, .size = {1, 1, 17}, .cin = 20, .cout = 36, SAME(4, 2, 1, 0)), .tolerance = 1e-5,
     .fills = SOME},
    {ROW(.n = 1, .size = {1, 3, 11}, .cin = 68, .cout = 68, SAME(2, 2, 0, 0), .has_bias = true),
     .tolerance = 1e-5, .fills = OP_FILL(RANDOM)},
    {ROW(.n = 1, .size = {3, 9, 10}, .cin = 16, .cout = 8, SAME(4, 2, 1, 1), .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 2, .size = {2, 8, 8}, .cin = 32, .cout = 16, SAME(4, 2, 1, 0), .has_bias = true),
     .tolerance = 1e-5, .fills = OP_FILL(RANDOM)},
    {ROW(.n = 2, .size = {2, 3, 5}, .cin = 12, .cout = 20, SAME(4, 2, 1, 0), .dtype = OP_BF16,
         .has_bias = true),
     .tolerance = 1e-2},
    {ROW(.n = 1, .size = {2, 5, 3}, .cin = 8, .cout = 12, .kernel = {2, 4, 3}, .stride = {1, 2, 2},
         .padding = {0, 1, 1}, .output_padding = {0, 1, 0}, .has_bias = true, .accumulate = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 2, .size = {2, 3, 4}, .cin = 8, .cout = 12, SAME(3, 1, 1, 0), .has_bias = true),
     .uses = OP_DOCTOR},
    {ROW(.n = 1, .size = {2, 4, 5}, .cin = 16, .cout = 20, SAME(4, 2, 1, 0)), .uses = OP_DOCTOR},
    {ROW(.n = 1, .size = {2, 4, 5}, .cin = 16, .cout = 20, SAME(4, 2, 1, 0), .dtype = OP_BF16),
     .uses = OP_DOCTOR},
    {ROW(.n = 1, .size = {8, 32, 32}, .cin = 64, .cout = 32, SAME(4, 2, 1, 0)), .uses = OP_BENCH,
     .label = "64->32 k4 s2 p1 to 16x64x64"},
};

const struct op_shapes op_conv_transpose3d_shapes = {OP_SHAPES(rows)};

// Every part of the epilogue, in every kernel.
static const struct op_shape fused[] = {
    {ROW(.n = 1, .size = {1, 1, 1}, .cin = 4, .cout = 4, SAME(4, 2, 1, 0), .has_bias = true,
         .epilogue = {.silu = true})},
    {ROW(.n = 2, .size = {2, 3, 5}, .cin = 12, .cout = 20, SAME(4, 2, 1, 0), .has_bias = true,
         .epilogue = {.film_channels = 20, .silu = true, .residual = true}),
     .fills = SOME},
    {ROW(.n = 3, .size = {2, 3, 1}, .cin = 8, .cout = 36, SAME(4, 2, 1, 0), .has_bias = true,
         .epilogue = {.film_channels = 12, .silu = true, .residual = true, .sigmoid = true}),
     .fills = SOME},
    {ROW(.n = 2, .size = {2, 8, 8}, .cin = 32, .cout = 16, SAME(4, 2, 1, 0),
         .epilogue = {.film_channels = 16, .silu = true}),
     .fills = OP_FILL(RANDOM)},
    {ROW(.n = 2, .size = {2, 3, 5}, .cin = 12, .cout = 20, SAME(4, 2, 1, 0), .dtype = OP_BF16,
         .has_bias = true, .epilogue = {.film_channels = 4, .silu = true, .residual = true}),
     .fills = SOME},
    {ROW(.n = 2, .size = {2, 3, 5}, .cin = 12, .cout = 20, SAME(4, 2, 1, 0), .has_bias = true,
         .epilogue = {.film_channels = 20, .film_silu = true}),
     .fills = SOME},
    {ROW(.n = 2, .size = {2, 3, 4}, .cin = 8, .cout = 12, SAME(4, 2, 1, 0), .has_bias = true,
         .epilogue = {.film_channels = 12, .silu = true, .residual = true}),
     .uses = OP_DOCTOR},
};

const struct op_shapes op_conv_transpose3d_fused_shapes = {OP_SHAPES(fused)};
