// Between clips as bytes and tensors: uint8 RGB [n][d][h][w][3] and activations [n][d][h][w][4] in 0 to 1
// (the fourth channel is padding and holds 0).
#ifndef MOGRAPH_SHADERS_CLIPS_CLIPS_H
#define MOGRAPH_SHADERS_CLIPS_CLIPS_H

#include "shaders/op.h"

enum op_clip_fill {
    OP_CLIP_BLACK, // what a shift uncovers is black
    OP_CLIP_EDGE,  // ... repeats the border
    OP_CLIP_FILLS
};

// What augment holds for a clip.
enum { OP_CLIP_FLIPS, OP_CLIP_SHIFT_D, OP_CLIP_SHIFT_H, OP_CLIP_SHIFT_W, OP_CLIP_AUGMENTS };

// Bits of OP_CLIP_FLIPS.
enum { OP_CLIP_FLIP_W = 1, OP_CLIP_FLIP_H = 2, OP_CLIP_FLIP_D = 4 };

struct op_clip_to_tensor {
    uint32_t n, d, h, w; // of the batch
    uint32_t clips;      // in the data set
    enum op_clip_fill fill;
    enum op_dtype dtype; // of dst
};

// dst[i] = clips[index[i]] / 255, first flipped, then shifted.
//   clips    uint8 [clips][d][h][w][3]; a clip has at most 2^31 - 1 bytes, all of them 2^40
//   index    u32 [n], below `clips`
//   augment  u32 [n][OP_CLIP_AUGMENTS]: flips, then shifts along d, h, w in voxels as two's complement:
//            dst[x] = src[x - shift]
//   dst      [n][d][h][w][4]
#define OP_ARGS_clip_to_tensor(IN, OUT, INOUT, SCRATCH) IN(clips) IN(index) IN(augment) OUT(dst)
OP_DECLARE(clip_to_tensor, struct op_clip_to_tensor);

struct op_tensor_to_clip {
    uint32_t n, d, h, w; // n d h w a multiple of 4
    enum op_dtype dtype; // of src
};

// dst = round(255 src), clamped; what is not finite becomes 0 and is counted.
//   src         [n][d][h][w][4]
//   non_finite  u32 [1]: added to, set it to zero before
//   dst         uint8 [n][d][h][w][3]
#define OP_ARGS_tensor_to_clip(IN, OUT, INOUT, SCRATCH) IN(src) INOUT(non_finite) OUT(dst)
OP_DECLARE(tensor_to_clip, struct op_tensor_to_clip);

extern const struct op_shapes op_clip_to_tensor_shapes; // clips_shapes.c
extern const struct op_shapes op_tensor_to_clip_shapes;

#endif
