// Shapes on which the mean over voxels is tested.
#include "shaders/mean_voxels/mean_voxels.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_mean_voxels_forward, OP_mean_voxels_backward};

#define ROW(...)                                                                                             \
    &(const struct op_mean_voxels) {                                                                         \
        __VA_ARGS__                                                                                          \
    }

static const struct op_case rows[] = {
    {ROW(OP_F32, 1, 1, 4), 1e-5, 0},      {ROW(OP_F32, 2, 1, 8), 1e-5, 0},
    {ROW(OP_F32, 1, 7, 12), 1e-5, 0},     {ROW(OP_F32, 3, 343, 20), 1e-5, 0},
    {ROW(OP_F32, 5, 17, 4), 1e-5, 0},     {ROW(OP_F32, 2, 8200, 4), 1e-5, 0},
    {ROW(OP_F32, 1, 1031, 260), 1e-5, 0}, {ROW(OP_F32, 3, 4096, 32), 1e-5, 0},
    {ROW(OP_BF16, 1, 1, 4), 1e-2, 0},     {ROW(OP_BF16, 3, 341, 12), 1e-2, 0},
    {ROW(OP_BF16, 2, 4099, 24), 1e-2, 0},
};

const struct op_case_table mean_voxels_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                                sizeof rows / sizeof rows[0]};
