// 3D convolution (cross-correlation, as in PyTorch's Conv3d).
//
//   src      [n][d][h][w][cin]
//   weight   [kd][kh][kw][cin][cout]   (PyTorch keeps [cout][cin][kd][kh][kw])
//   bias     [cout]
//   dst      [n][od][oh][ow][cout],  o = (size + 2 padding - kernel) / stride + 1, rounded down
#ifndef MOGRAPH_SHADERS_CONV3D_CONV3D_H
#define MOGRAPH_SHADERS_CONV3D_CONV3D_H

#include "shaders/conv/conv_args.h"
#include "shaders/conv/conv_epilogue.h"
#include "shaders/op.h"

struct op_conv3d {
    uint32_t n;
    uint32_t size[3];              // of the input: d, h, w
    uint32_t cin, cout;            // multiples of 4
    uint32_t kernel[3];            // 1 to 4 each: d, h, w
    uint32_t stride[3];            // 1 or 2
    uint32_t padding[3];           // smaller than the kernel
    enum op_dtype dtype;           // of src, dst and their gradients; weights are fp32
    struct conv_epilogue epilogue; // of conv3d_fused alone; its flags are the first
    bool has_bias;
    bool accumulate; // backward_weight adds to d_weight and d_bias
};

// The output's d, h, w; for params that describe() accepts.
void op_conv3d_output_size(const struct op_conv3d *params, uint32_t size[3]);

#define OP_ARGS_conv3d_forward OP_ARGS_conv_forward
OP_DECLARE(conv3d_forward, struct op_conv3d);

// Forward, and what the params ask for of what follows (conv_epilogue.h), in one pass over dst. It has no
// backward pass: for networks that only run forward.
#define OP_ARGS_conv3d_fused OP_ARGS_conv_fused
OP_DECLARE(conv3d_fused, struct op_conv3d);

// d_src from d_dst: the transposed convolution, by output parity.
#define OP_ARGS_conv3d_backward_input OP_ARGS_conv_backward_input
OP_DECLARE(conv3d_backward_input, struct op_conv3d);

// d_weight and d_bias (absent without has_bias) from src and d_dst.
#define OP_ARGS_conv3d_backward_weight OP_ARGS_conv_backward_weight
OP_DECLARE(conv3d_backward_weight, struct op_conv3d);

// conv3d_shapes.c
extern const struct op_shapes op_conv3d_shapes;
extern const struct op_shapes op_conv3d_fused_shapes;

#endif
