// Shapes of Fourier features: one voxel, grids of primes, more chunks than one, long records.
#include "shaders/fourier/fourier.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_fourier, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(.n = 1, .size = {1, 1, 1}, .waves = 4, .poses = 2)},
    {ROW(.n = 2, .size = {1, 1, 7}, .waves = 4, .poses = 2, .gain = 0.3f)},
    {ROW(.n = 3, .size = {2, 3, 1}, .waves = 8, .poses = 2, .gain = 0.3f)},
    {ROW(.n = 2, .size = {3, 5, 7}, .waves = 12, .poses = 4)},
    {ROW(.n = 1, .size = {5, 17, 13}, .waves = 20, .poses = 6, .gain = 2.0f)},
    {ROW(.n = 5, .size = {2, 8, 8}, .waves = 48, .poses = 2, .gain = 0.3f)},
    {ROW(.n = 1, .size = {4, 33, 31}, .waves = 4, .poses = 2)},
    {ROW(.dtype = OP_BF16, .n = 1, .size = {1, 1, 1}, .waves = 4, .poses = 2), .tolerance = 1e-2},
    {ROW(.dtype = OP_BF16, .n = 3, .size = {2, 5, 11}, .waves = 12, .poses = 2, .gain = 0.3f),
     .tolerance = 1e-2},
    {ROW(.n = 2, .size = {2, 5, 7}, .waves = 8, .poses = 2, .gain = 0.3f), .uses = OP_DOCTOR},
    {ROW(.dtype = OP_BF16, .n = 2, .size = {2, 5, 7}, .waves = 8, .poses = 2), .uses = OP_DOCTOR},
    {ROW(.n = 1, .size = {4, 16, 16}, .waves = 48, .poses = 2, .gain = 0.3f), .uses = OP_BENCH,
     .label = "4x16x16, 192 channels"},
};

const struct op_shapes op_fourier_shapes = {OP_SHAPES(rows)};
