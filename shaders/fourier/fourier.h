// Fourier features of moved coordinates: the input layer of StyleGAN3 (Karras et al. 2021, "Alias-Free
// Generative Adversarial Networks"), with time as a third axis. A pose is an affine map of the clip; moving
// it moves what is built on its waves.
//   x, y, t   a voxel's middle, -1 to 1 over the grid's width, height and frames
//   a         gain pose[n][10 p .. 10 p + 9]: zeros leave the clip where it is
//   X = (1 + a0) x + a1 y + a2 + a3 t,  Y = a4 x + (1 + a5) y + a6 + a7 t,  T = (1 + a8) t + a9
//   phase = pi (f0 X + f1 Y + f2 T),    f = frequencies[wave], in cycles over the clip along x, y and t
// The channels of a pose are the sines of all waves, then their cosines: dst is
// [n][d][h][w][2 waves poses] of params.dtype, pose [n][10 poses] and frequencies [waves][3] fp32.
#ifndef MOGRAPH_SHADERS_FOURIER_FOURIER_H
#define MOGRAPH_SHADERS_FOURIER_FOURIER_H

#include "shaders/op.h"

enum { OP_POSE = 10 }; // numbers of a pose

struct op_fourier {
    enum op_dtype dtype; // of dst and its gradient
    uint32_t n;
    uint32_t size[3]; // d, h, w
    uint32_t waves;   // a multiple of 4
    uint32_t poses;   // even, so that a linear layer can write their numbers
    float gain;       // 0: 1
};

static inline float op_fourier_gain(float gain) {
    return gain > 0.0f ? gain : 1.0f;
}

#define OP_ARGS_fourier_forward(IN, OUT, INOUT, SCRATCH) IN(pose) IN(frequencies) OUT(dst)
OP_DECLARE(fourier_forward, struct op_fourier);

// d_pose alone: frequencies are constants. Elements of the scratch `partials` (fp32) follow from op_describe.
#define OP_ARGS_fourier_backward(IN, OUT, INOUT, SCRATCH)                                                    \
    IN(pose) IN(frequencies) IN(d_dst) OUT(d_pose) SCRATCH(partials)
OP_DECLARE(fourier_backward, struct op_fourier);

extern const struct op_shapes op_fourier_shapes; // fourier_shapes.c

#endif
