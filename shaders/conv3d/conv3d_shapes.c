// Shapes of convolutions.
#include "shaders/conv3d/conv3d.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_conv3d, __VA_ARGS__)

// One kernel, stride and padding for all axes.
#define SAME(k, s, p) .kernel = {k, k, k}, .stride = {s, s, s}, .padding = {p, p, p}

#define SOME (OP_FILL(RANDOM) | OP_FILL(ONE_HOT))

static const struct op_shape rows[] = {
    // The smallest, and every kernel, stride and padding once.
    {ROW(.n = 1, .size = {1, 1, 1}, .cin = 4, .cout = 4, SAME(1, 1, 0), .has_bias = true), .tolerance = 1e-5},
    {ROW(.n = 2, .size = {3, 4, 5}, .cin = 4, .cout = 4, SAME(1, 1, 0)), .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 1, .size = {3, 5, 7}, .cin = 8, .cout = 4, SAME(2, 1, 1), .has_bias = true), .tolerance = 1e-5,
     .fills = SOME},
    {ROW(.n = 1, .size = {4, 5, 6}, .cin = 4, .cout = 8, SAME(2, 2, 0), .has_bias = true), .tolerance = 1e-5,
     .fills = SOME},
    {ROW(.n = 2, .size = {3, 7, 5}, .cin = 12, .cout = 20, SAME(3, 1, 1), .has_bias = true),
     .tolerance = 1e-5},
    {ROW(.n = 1, .size = {5, 7, 9}, .cin = 8, .cout = 12, SAME(3, 2, 1), .has_bias = true), .tolerance = 1e-5,
     .fills = SOME},
    {ROW(.n = 1, .size = {3, 5, 5}, .cin = 4, .cout = 4, SAME(3, 1, 2), .has_bias = true), .tolerance = 1e-5,
     .fills = SOME},
    {ROW(.n = 1, .size = {3, 3, 3}, .cin = 4, .cout = 4, SAME(3, 1, 0), .has_bias = true), .tolerance = 1e-5,
     .fills = SOME},
    {ROW(.n = 2, .size = {4, 6, 8}, .cin = 16, .cout = 8, SAME(4, 2, 1), .has_bias = true),
     .tolerance = 1e-5},
    {ROW(.n = 1, .size = {5, 7, 11}, .cin = 8, .cout = 8, SAME(4, 2, 1), .has_bias = true), .tolerance = 1e-5,
     .fills = SOME},
    {ROW(.n = 1, .size = {4, 4, 5}, .cin = 4, .cout = 8, SAME(4, 1, 3), .has_bias = true), .tolerance = 1e-5,
     .fills = SOME},
    {ROW(.n = 1, .size = {5, 5, 5}, .cin = 4, .cout = 4, SAME(4, 2, 3), .has_bias = true), .tolerance = 1e-5,
     .fills = SOME},
    // A stride that leaves a border unread, and one past tiles of 16, 32, 64 and 128.
    {ROW(.n = 1, .size = {6, 6, 6}, .cin = 4, .cout = 4, SAME(3, 2, 0)), .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 1, .size = {1, 1, 17}, .cin = 16, .cout = 36, SAME(1, 1, 0)), .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 1, .size = {1, 5, 13}, .cin = 20, .cout = 68, SAME(3, 1, 1), .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 1, .size = {1, 3, 43}, .cin = 64, .cout = 16, SAME(1, 1, 0), .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 3, .size = {4, 8, 8}, .cin = 32, .cout = 32, SAME(4, 2, 1)), .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 1, .size = {4, 16, 16}, .cin = 32, .cout = 64, SAME(3, 1, 1), .has_bias = true),
     .tolerance = 1e-5, .fills = OP_FILL(RANDOM)},
    // Blocks with their border (family tile) that the clip cuts along every axis, one for each make of GPU.
    {ROW(.n = 2, .size = {5, 9, 19}, .cin = 16, .cout = 8, SAME(3, 1, 1), .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 1, .size = {3, 10, 18}, .cin = 32, .cout = 32, SAME(3, 1, 1)), .tolerance = 1e-5,
     .fills = SOME},
    {ROW(.n = 1, .size = {4, 9, 17}, .cin = 16, .cout = 32, .kernel = {1, 3, 3}, .stride = {1, 1, 1},
         .padding = {0, 1, 1}, .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 1, .size = {5, 9, 9}, .cin = 20, .cout = 36, SAME(3, 1, 1), .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 2, .size = {3, 5, 9}, .cin = 8, .cout = 8, SAME(4, 1, 2), .dtype = OP_BF16, .has_bias = true),
     .tolerance = 1e-2, .fills = SOME},
    // bf16 storage.
    {ROW(.n = 2, .size = {3, 7, 5}, .cin = 12, .cout = 20, SAME(3, 1, 1), .dtype = OP_BF16, .has_bias = true),
     .tolerance = 1e-2},
    {ROW(.n = 1, .size = {4, 6, 10}, .cin = 16, .cout = 36, SAME(4, 2, 1), .dtype = OP_BF16),
     .tolerance = 1e-2, .fills = SOME},
    // Different along each axis; accumulating gradients.
    {ROW(.n = 2, .size = {5, 4, 7}, .cin = 8, .cout = 8, .kernel = {1, 3, 4}, .stride = {1, 2, 2},
         .padding = {0, 1, 2}, .has_bias = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 1, .size = {4, 6, 5}, .cin = 8, .cout = 12, .kernel = {4, 2, 3}, .stride = {2, 1, 2},
         .padding = {1, 0, 1}, .has_bias = true, .accumulate = true),
     .tolerance = 1e-5, .fills = SOME},
    {ROW(.n = 2, .size = {3, 6, 7}, .cin = 8, .cout = 12, SAME(3, 1, 1), .has_bias = true),
     .uses = OP_DOCTOR},
    {ROW(.n = 1, .size = {4, 8, 8}, .cin = 16, .cout = 20, SAME(4, 2, 1)), .uses = OP_DOCTOR},
    {ROW(.n = 1, .size = {4, 8, 8}, .cin = 16, .cout = 20, SAME(4, 2, 1), .dtype = OP_BF16),
     .uses = OP_DOCTOR},
    {ROW(.n = 1, .size = {8, 32, 32}, .cin = 64, .cout = 64, SAME(3, 1, 1)), .uses = OP_BENCH,
     .label = "64->64 k3 s1 p1 on 8x32x32"},
    {ROW(.n = 1, .size = {8, 32, 32}, .cin = 64, .cout = 64, SAME(3, 1, 1), .dtype = OP_BF16),
     .uses = OP_BENCH, .label = "64->64 k3 s1 p1 on 8x32x32 bf16"},
    {ROW(.n = 1, .size = {16, 64, 64}, .cin = 32, .cout = 64, SAME(4, 2, 1)), .uses = OP_BENCH,
     .label = "32->64 k4 s2 p1 on 16x64x64"},
};

const struct op_shapes op_conv3d_shapes = {OP_SHAPES(rows)};

// Every part of the epilogue alone, all together, in every kernel: one voxel (few), wide (halo), bf16.
static const struct op_shape fused[] = {
    {ROW(.n = 1, .size = {1, 1, 1}, .cin = 4, .cout = 4, SAME(1, 1, 0), .has_bias = true,
         .epilogue = {.silu = true})},
    {ROW(.n = 2, .size = {3, 7, 5}, .cin = 12, .cout = 20, SAME(3, 1, 1), .has_bias = true,
         .epilogue = {.silu = true}),
     .fills = SOME},
    {ROW(.n = 2, .size = {3, 4, 5}, .cin = 8, .cout = 12, SAME(3, 1, 1), .epilogue = {.residual = true}),
     .fills = SOME},
    {ROW(.n = 3, .size = {2, 4, 5}, .cin = 8, .cout = 12, SAME(3, 1, 1), .epilogue = {.film_channels = 12}),
     .fills = SOME},
    {ROW(.n = 2, .size = {2, 5, 9}, .cin = 16, .cout = 32, .kernel = {1, 3, 3}, .stride = {1, 1, 1},
         .padding = {0, 1, 1}, .has_bias = true, .epilogue = {.film_channels = 4, .sigmoid = true}),
     .fills = SOME},
    {ROW(.n = 3, .size = {2, 3, 1}, .cin = 8, .cout = 36, SAME(3, 1, 1), .has_bias = true,
         .epilogue = {.film_channels = 12, .silu = true, .residual = true, .sigmoid = true}),
     .fills = SOME},
    {ROW(.n = 2, .size = {5, 9, 19}, .cin = 16, .cout = 8, SAME(3, 1, 1), .has_bias = true,
         .epilogue = {.film_channels = 8, .silu = true, .residual = true}),
     .fills = SOME},
    {ROW(.n = 2, .size = {3, 10, 18}, .cin = 32, .cout = 32, SAME(3, 1, 1),
         .epilogue = {.film_channels = 16, .silu = true, .residual = true}),
     .fills = OP_FILL(RANDOM)},
    {ROW(.n = 2, .size = {3, 9, 17}, .cin = 20, .cout = 36, SAME(3, 1, 1), .has_bias = true,
         .epilogue = {.film_channels = 36, .residual = true}),
     .fills = OP_FILL(RANDOM)},
    {ROW(.n = 2, .size = {3, 7, 5}, .cin = 12, .cout = 20, SAME(3, 1, 1), .dtype = OP_BF16, .has_bias = true,
         .epilogue = {.film_channels = 20, .silu = true, .residual = true}),
     .fills = SOME},
    {ROW(.n = 2, .size = {3, 5, 7}, .cin = 12, .cout = 20, SAME(3, 1, 1), .has_bias = true,
         .epilogue = {.film_channels = 20, .film_silu = true}),
     .fills = SOME},
    {ROW(.n = 3, .size = {3, 9, 17}, .cin = 36, .cout = 36, SAME(3, 1, 1), .has_bias = true,
         .epilogue = {.film_channels = 36, .film_silu = true}),
     .fills = OP_FILL(RANDOM)},
    {ROW(.n = 2, .size = {3, 7, 5}, .cin = 12, .cout = 20, SAME(3, 1, 1), .dtype = OP_BF16, .has_bias = true,
         .epilogue = {.film_channels = 20, .residual = true, .film_silu = true}),
     .fills = SOME},
    {ROW(.n = 2, .size = {3, 6, 7}, .cin = 8, .cout = 12, SAME(3, 1, 1), .has_bias = true,
         .epilogue = {.film_channels = 12, .silu = true, .residual = true}),
     .uses = OP_DOCTOR},
};

const struct op_shapes op_conv3d_fused_shapes = {OP_SHAPES(fused)};
