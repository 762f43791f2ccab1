// Shapes of clips turned to tensors and back.
#include "shaders/clips/clips.h"
#include "shaders/op_shapes.h"

#define TENSOR(name, ...) OP_PARAMS(struct op_clip_to_tensor, .fill = OP_CLIP_##name, __VA_ARGS__)
#define CLIP(...) OP_PARAMS(struct op_tensor_to_clip, __VA_ARGS__)
#define RANDOM OP_FILL(RANDOM)

static const struct op_shape clip_to_tensor[] = {
    {TENSOR(BLACK, .n = 1, .d = 1, .h = 1, .w = 1, .clips = 1), .tolerance = 1e-6, .fills = RANDOM},
    {TENSOR(BLACK, .n = 9, .d = 3, .h = 5, .w = 7, .clips = 5), .tolerance = 1e-6, .fills = RANDOM},
    {TENSOR(EDGE, .n = 9, .d = 3, .h = 5, .w = 7, .clips = 5), .tolerance = 1e-6, .fills = RANDOM},
    {TENSOR(BLACK, .n = 8, .d = 4, .h = 16, .w = 17, .clips = 3), .tolerance = 1e-6, .fills = RANDOM},
    {TENSOR(EDGE, .n = 9, .d = 3, .h = 5, .w = 7, .clips = 5, .dtype = OP_BF16), .tolerance = 1e-2,
     .fills = RANDOM},
    {TENSOR(BLACK, .n = 8, .d = 3, .h = 5, .w = 6, .clips = 4), .uses = OP_DOCTOR},
    {TENSOR(EDGE, .n = 3, .d = 3, .h = 5, .w = 6, .clips = 4, .dtype = OP_BF16), .uses = OP_DOCTOR},
    {TENSOR(BLACK, .n = 1, .d = 32, .h = 128, .w = 128, .clips = 1), .uses = OP_BENCH, .label = OP_CLIP},
};

static const struct op_shape tensor_to_clip[] = {
    {CLIP(.n = 1, .d = 1, .h = 1, .w = 4), .tolerance = 4e-3},
    {CLIP(.n = 3, .d = 4, .h = 5, .w = 7), .tolerance = 4e-3},
    {CLIP(.n = 1, .d = 8, .h = 32, .w = 33), .tolerance = 4e-3},
    {CLIP(.n = 2, .d = 2, .h = 5, .w = 7, .dtype = OP_BF16), .tolerance = 1e-2},
    {CLIP(.n = 2, .d = 3, .h = 5, .w = 6), .uses = OP_DOCTOR},
    {CLIP(.n = 1, .d = 3, .h = 4, .w = 6, .dtype = OP_BF16), .uses = OP_DOCTOR},
    {CLIP(.n = 1, .d = 32, .h = 128, .w = 128), .uses = OP_BENCH, .label = OP_CLIP},
};

const struct op_shapes op_clip_to_tensor_shapes = {OP_SHAPES(clip_to_tensor)};
const struct op_shapes op_tensor_to_clip_shapes = {OP_SHAPES(tensor_to_clip)};
