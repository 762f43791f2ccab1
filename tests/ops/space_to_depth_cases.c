// Shapes on which blocks of voxels to channels are tested.
#include "shaders/space_to_depth/space_to_depth.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_space_to_depth, OP_depth_to_space};

#define ROW(...)                                                                                             \
    &(const struct op_space_to_depth) {                                                                      \
        __VA_ARGS__                                                                                          \
    }

static const struct op_case rows[] = {
    {ROW(OP_F32, 1, 1, 1, 1, 4, 1, 1, 1), 1e-7, 0},    {ROW(OP_F32, 1, 2, 2, 2, 4, 2, 2, 2), 1e-7, 0},
    {ROW(OP_F32, 2, 3, 5, 7, 12, 1, 1, 1), 1e-7, 0},   {ROW(OP_F32, 3, 4, 6, 10, 8, 2, 3, 1), 1e-7, 0},
    {ROW(OP_F32, 2, 3, 8, 12, 4, 3, 4, 4), 1e-7, 0},   {ROW(OP_F32, 1, 8, 32, 64, 4, 2, 4, 4), 1e-7, 0},
    {ROW(OP_F32, 2, 4, 34, 66, 20, 1, 2, 2), 1e-7, 0}, {ROW(OP_BF16, 1, 1, 1, 1, 4, 1, 1, 1), 1e-7, 0},
    {ROW(OP_BF16, 2, 4, 6, 12, 12, 4, 3, 2), 1e-7, 0},
};

const struct op_case_table space_to_depth_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                                   sizeof rows / sizeof rows[0]};
