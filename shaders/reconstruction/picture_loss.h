// The end of a decoder and its loss in one pass: what a convolution made of each block of voxels becomes a
// picture, which is compared with the clip and never written.
//   pred = sigmoid(wide (1 + scale[n][c]) + shift[n][c])
// wide is `deep` with the channels of a voxel as bd x bh x bw voxels (space_to_depth.h). The loss of pred is
// reconstruction.h's; reconstruction_calibrate belongs between forward and backward here as well.
#ifndef MOGRAPH_SHADERS_RECONSTRUCTION_PICTURE_LOSS_H
#define MOGRAPH_SHADERS_RECONSTRUCTION_PICTURE_LOSS_H

#include "shaders/reconstruction/reconstruction.h"

struct op_picture_loss {
    enum op_dtype dtype;    // of deep and d_deep
    uint32_t n, d, h, w, c; // of the picture
    uint32_t bd, bh, bw;    // 1 to 4 each, divisors of d, h and w
    uint32_t c_used;        // channels that count, 0: all; 3 of 4 for RGB
    float sigma_floor;      // above 0; 0: 0.03
};

// deep [n][d / bd][h / bh][w / bw][bd bh bw c], scale and shift [n][c] fp32, target [n][d][h][w][c] fp32.
// squared_error[n], nll[n] as in reconstruction_forward.
#define OP_ARGS_picture_loss_forward(IN, OUT, INOUT, SCRATCH)                                                \
    IN(deep) IN(scale) IN(shift) IN(target) IN(calibration) OUT(squared_error) OUT(nll) SCRATCH(partials)
OP_DECLARE(picture_loss_forward, struct op_picture_loss);

// Gradients of the sum of d_nll[n] nll[n]; channels from c_used on have none. d_deep may be deep.
#define OP_ARGS_picture_loss_backward(IN, OUT, INOUT, SCRATCH)                                               \
    IN(deep)                                                                                                 \
    IN(scale)                                                                                                \
    IN(shift) IN(target) IN(calibration) IN(d_nll) OUT(d_deep) OUT(d_scale) OUT(d_shift) SCRATCH(partials)
OP_DECLARE(picture_loss_backward, struct op_picture_loss);

// picture_loss_shapes.c
extern const struct op_shapes op_picture_loss_shapes;

#endif
