// Shapes of the picture's loss. n 4: no variance yet, as in reconstruction_shapes.c.
#include "shaders/op_shapes.h"
#include "shaders/reconstruction/picture_loss.h"

#define ROW(...) OP_PARAMS(struct op_picture_loss, __VA_ARGS__)
#define SIZE(d_, h_, w_) .d = (d_), .h = (h_), .w = (w_)
#define BLOCK(d_, h_, w_) .bd = (d_), .bh = (h_), .bw = (w_)
#define RGB .c = 4, .c_used = 3
#define BF16 .dtype = OP_BF16

static const struct op_shape rows[] = {
    {ROW(.n = 1, SIZE(1, 1, 1), BLOCK(1, 1, 1), RGB), .tolerance = 1e-5},
    {ROW(.n = 2, SIZE(2, 2, 2), BLOCK(2, 2, 2), .c = 4, .c_used = 1), .tolerance = 1e-5},
    {ROW(.n = 3, SIZE(3, 4, 10), BLOCK(3, 1, 2), .c = 12, .sigma_floor = 0.5f), .tolerance = 1e-5},
    {ROW(.n = 4, SIZE(2, 10, 6), BLOCK(1, 2, 3), .c = 8, .c_used = 5), .tolerance = 1e-5},
    {ROW(.n = 5, SIZE(8, 14, 22), BLOCK(2, 2, 2), RGB), .tolerance = 1e-5},
    {ROW(.n = 2, SIZE(8, 62, 66), BLOCK(2, 2, 2), RGB, .sigma_floor = 0.05f), .tolerance = 1e-5},
    {ROW(.n = 1, SIZE(1, 3, 43), BLOCK(1, 3, 1), .c = 260, .c_used = 259), .tolerance = 1e-5},
    {ROW(BF16, .n = 1, SIZE(2, 2, 2), BLOCK(2, 2, 2), RGB), .tolerance = 1e-2},
    {ROW(BF16, .n = 3, SIZE(4, 14, 6), BLOCK(4, 2, 1), .c = 8, .c_used = 5), .tolerance = 1e-2},
    {ROW(.n = 2, SIZE(2, 10, 14), BLOCK(2, 2, 2), RGB), .uses = OP_DOCTOR},
    {ROW(BF16, .n = 3, SIZE(2, 8, 8), BLOCK(2, 2, 2), RGB), .uses = OP_DOCTOR},
    {ROW(.n = 1, SIZE(32, 128, 128), BLOCK(2, 2, 2), RGB), .uses = OP_BENCH, .label = OP_CLIP},
};

const struct op_shapes op_picture_loss_shapes = {OP_SHAPES(rows)};
