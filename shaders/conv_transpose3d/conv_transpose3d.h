// 3D transposed convolution, as PyTorch's ConvTranspose3d with groups 1 and dilation 1.
//
//   src      [n][d][h][w][cin]
//   weight   [kd][kh][kw][cin][cout]   (PyTorch keeps [cin][cout][kd][kh][kw])
//   bias     [cout]
//   dst      [n][od][oh][ow][cout],  o = (size - 1) stride - 2 padding + kernel + output_padding
//
// dst[i] = bias + sum over o, k with o stride - padding + k = i of src[o] weight[k]. Computed by output
// parity (Dumoulin & Visin 2016, section 4): a k4 s2 layer is eight dense 2x2x2 convolutions, no
// multiplication by zero.
#ifndef MOGRAPH_SHADERS_CONV_TRANSPOSE3D_CONV_TRANSPOSE3D_H
#define MOGRAPH_SHADERS_CONV_TRANSPOSE3D_CONV_TRANSPOSE3D_H

#include "shaders/op.h"

struct op_conv_transpose3d {
    uint32_t n;
    uint32_t size[3];           // of the input: d, h, w
    uint32_t cin, cout;         // multiples of 4
    uint32_t kernel[3];         // 1 to 4 each: d, h, w
    uint32_t stride[3];         // 1 or 2
    uint32_t padding[3];        // smaller than the kernel
    uint32_t output_padding[3]; // smaller than the stride
    enum op_dtype dtype;        // of src, dst and their gradients; weights are fp32
    bool has_bias;
    bool accumulate; // backward_weight adds to d_weight and d_bias
};

// The output's d, h, w; for params that describe() accepts.
void op_conv_transpose3d_output_size(const struct op_conv_transpose3d *params, uint32_t size[3]);

void op_conv_transpose3d_forward(struct op_recorder *recorder, const struct op_conv_transpose3d *params,
                                 struct rt_buffer src, struct rt_buffer weight, struct rt_buffer bias,
                                 struct rt_buffer dst);

// d_src from d_dst: a plain convolution. scratch: the fourth argument of its signature.
void op_conv_transpose3d_backward_input(struct op_recorder *recorder,
                                        const struct op_conv_transpose3d *params, struct rt_buffer d_dst,
                                        struct rt_buffer weight, struct rt_buffer d_src,
                                        struct rt_buffer scratch);

// d_weight and d_bias (the zero buffer without has_bias) from src and d_dst. scratch: the last argument.
void op_conv_transpose3d_backward_weight(struct op_recorder *recorder,
                                         const struct op_conv_transpose3d *params, struct rt_buffer src,
                                         struct rt_buffer d_dst, struct rt_buffer d_weight,
                                         struct rt_buffer d_bias, struct rt_buffer scratch);

#endif
