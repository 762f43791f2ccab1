// Shapes and situations in which the reconstruction loss is tested.
#include "shaders/reconstruction/reconstruction.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_reconstruction_forward, OP_reconstruction_calibrate,
                                 OP_reconstruction_backward};

#define ROW(type, target_type, batch, size, channels, used, ...)                                             \
    &(const struct op_reconstruction) {                                                                      \
        .dtype = type, .target_dtype = target_type, .n = batch, .voxels = size, .c = channels,               \
        .c_used = used, __VA_ARGS__                                                                          \
    }

// n picks the situation, see prepare(): 2 the first batch, 3 one that is not finite, 4 no variance yet.
static const struct op_case rows[] = {
    {ROW(OP_F32, OP_F32, 1, 1, 4, 3, .momentum = 1.0f), 1e-5, 0},
    {ROW(OP_F32, OP_F32, 2, 1, 4, 1, .momentum = 0.1f), 1e-5, 0},
    {ROW(OP_F32, OP_F32, 3, 7, 12, 0, .sigma_floor = 0.5f), 1e-5, 0},
    {ROW(OP_F32, OP_BF16, 4, 257, 4, 3, .accumulate = true), 1e-5, 0},
    {ROW(OP_F32, OP_F32, 5, 1031, 4, 3, .accumulate = true), 1e-5, 0},
    {ROW(OP_F32, OP_F32, 2, 16411, 4, 3, .sigma_floor = 0.05f), 1e-5, 0},
    {ROW(OP_F32, OP_F32, 1, 131, 260, 259, .momentum = 0.5f), 1e-5, 0},
    {ROW(OP_BF16, OP_F32, 1, 1, 4, 3, .momentum = 0.5f), 1e-2, 0},
    {ROW(OP_BF16, OP_BF16, 3, 343, 8, 5, .accumulate = true), 1e-2, 0},
    {ROW(OP_BF16, OP_F32, 2, 4099, 4, 3, .momentum = 0.1f), 1e-2, 0},
};

const struct op_case_table reconstruction_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                                   sizeof rows / sizeof rows[0]};
