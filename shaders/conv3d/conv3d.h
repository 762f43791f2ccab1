// 3D convolution (cross-correlation, as in PyTorch's Conv3d).
//
//   src      [n][d][h][w][cin]
//   weight   [kd][kh][kw][cin][cout]   (PyTorch keeps [cout][cin][kd][kh][kw])
//   bias     [cout]
//   dst      [n][od][oh][ow][cout],  o = (size + 2 padding - kernel) / stride + 1, rounded down
#ifndef MOGRAPH_SHADERS_CONV3D_CONV3D_H
#define MOGRAPH_SHADERS_CONV3D_CONV3D_H

#include "shaders/op.h"

struct op_conv3d {
    uint32_t n;
    uint32_t size[3];    // of the input: d, h, w
    uint32_t cin, cout;  // multiples of 4
    uint32_t kernel[3];  // 1 to 4 each: d, h, w
    uint32_t stride[3];  // 1 or 2
    uint32_t padding[3]; // smaller than the kernel
    enum op_dtype dtype; // of src, dst and their gradients; weights are fp32
    bool has_bias;
    bool accumulate; // backward_weight adds to d_weight and d_bias
};

// The output's d, h, w; for params that describe() accepts.
void op_conv3d_output_size(const struct op_conv3d *params, uint32_t size[3]);

void op_conv3d_forward(struct op_recorder *recorder, const struct op_conv3d *params, struct rt_buffer src,
                       struct rt_buffer weight, struct rt_buffer bias, struct rt_buffer dst);

// d_src from d_dst: the transposed convolution, by output parity.
// scratch: the fourth argument of its signature.
void op_conv3d_backward_input(struct op_recorder *recorder, const struct op_conv3d *params,
                              struct rt_buffer d_dst, struct rt_buffer weight, struct rt_buffer d_src,
                              struct rt_buffer scratch);

// d_weight and d_bias (the zero buffer without has_bias) from src and d_dst. scratch: the last argument.
void op_conv3d_backward_weight(struct op_recorder *recorder, const struct op_conv3d *params,
                               struct rt_buffer src, struct rt_buffer d_dst, struct rt_buffer d_weight,
                               struct rt_buffer d_bias, struct rt_buffer scratch);

#endif
