// Shapes on which clips to tensors and back are tested.
#include "shaders/clips/clips.h"
#include "tests/ops/cases.h"

static const enum op_id to_tensor_ids[] = {OP_clip_to_tensor};
static const enum op_id to_clip_ids[] = {OP_tensor_to_clip};

#define TENSOR(n, d, h, w, clips, fill, dtype)                                                               \
    &(const struct op_clip_to_tensor) {                                                                      \
        n, d, h, w, clips, OP_CLIP_##fill, dtype                                                             \
    }
#define CLIP(n, d, h, w, dtype)                                                                              \
    &(const struct op_tensor_to_clip) {                                                                      \
        n, d, h, w, dtype                                                                                    \
    }

static const struct op_case to_tensor_rows[] = {
    {TENSOR(1, 1, 1, 1, 1, BLACK, OP_F32), 1e-6, FILL(RANDOM)},
    {TENSOR(9, 3, 5, 7, 5, BLACK, OP_F32), 1e-6, FILL(RANDOM)},
    {TENSOR(9, 3, 5, 7, 5, EDGE, OP_F32), 1e-6, FILL(RANDOM)},
    {TENSOR(8, 4, 16, 17, 3, BLACK, OP_F32), 1e-6, FILL(RANDOM)},
    {TENSOR(9, 3, 5, 7, 5, EDGE, OP_BF16), 1e-2, FILL(RANDOM)},
};

static const struct op_case to_clip_rows[] = {
    {CLIP(1, 1, 1, 4, OP_F32), 4e-3, 0},
    {CLIP(3, 4, 5, 7, OP_F32), 4e-3, 0},
    {CLIP(1, 8, 32, 33, OP_F32), 4e-3, 0},
    {CLIP(2, 2, 5, 7, OP_BF16), 1e-2, 0},
};

const struct op_case_table clip_to_tensor_cases = {to_tensor_ids, 1, to_tensor_rows,
                                                   sizeof to_tensor_rows / sizeof to_tensor_rows[0]};
const struct op_case_table tensor_to_clip_cases = {to_clip_ids, 1, to_clip_rows,
                                                   sizeof to_clip_rows / sizeof to_clip_rows[0]};
