// Shapes of an operation as rows of data, one table for all who run it: tests (checked on every device with
// every kernel family and fill, and by central differences), `mograph doctor`, and `mograph bench kernels`.
#ifndef MOGRAPH_SHADERS_OP_SHAPES_H
#define MOGRAPH_SHADERS_OP_SHAPES_H

#include "shaders/op.h"

enum op_use {
    OP_TEST = 1,
    OP_DOCTOR = 2, // small, quick, typical
    OP_BENCH = 4,  // a shape of the model's layers, one clip; has a label
};

// What inputs hold. HUGE and TINY: random times 1e4 and 1e-4.
enum op_fill { OP_FILL_RANDOM, OP_FILL_TINY, OP_FILL_HUGE, OP_FILL_CONSTANT, OP_FILL_ONE_HOT, OP_FILL_COUNT };

#define OP_FILL(name) (1u << OP_FILL_##name)

struct op_shape {
    const void *params;
    double tolerance;  // relative error that this row must keep; 0: the operation's own
    unsigned fills;    // OP_FILL bits; 0: all
    unsigned uses;     // enum op_use bits; 0: OP_TEST
    const char *label; // of a bench row: the shape in the model's words, "64->64 k3 s1 on 8x32x32"
};

struct op_shapes {
    const struct op_shape *rows;
    uint32_t count;
};

#define OP_SHAPES(rows_) .rows = (rows_), .count = sizeof(rows_) / sizeof *(rows_)

// .params of a row: OP_PARAMS(struct op_film, .n = 2, .voxels = 105, .c = 12)
#define OP_PARAMS(type, ...)                                                                                 \
    .params = &(const type) {                                                                                \
        __VA_ARGS__                                                                                          \
    }

// The i-th row of an operation that is for `use`, over all of its tables; NULL behind the last.
const struct op_shape *op_shape_at(enum op_id id, enum op_use use, uint32_t i);

// The model's shapes that bench rows share: the decoder's widest level, 16x64x64 voxels of 32 channels; the
// level below, 8x32x32 of 64; the finest latents; 4 Mi parameters.
enum {
    OP_WIDE_VOXELS = 16 * 64 * 64,
    OP_WIDE_C = 32,
    OP_WIDE_COUNT = OP_WIDE_VOXELS * OP_WIDE_C,
    OP_DEEP_VOXELS = 8 * 32 * 32,
    OP_DEEP_C = 64,
    OP_LATENT_VOXELS = 4 * 16 * 16,
    OP_LATENT_C = 16,
    OP_MODEL_PARAMETERS = 4 << 20,
};
#define OP_WIDE "16x64x64, 32 channels"
#define OP_DEEP "8x32x32, 64 channels"
#define OP_LATENT "16 x 4x16x16, 16 channels"
#define OP_CLIP "32x128x128"

#endif
