// Fully connected layer: dst = src weight + bias. A convolution of size one, run by the same kernels.
//
//   src     [rows][cin]
//   weight  [cin][cout]   (PyTorch keeps [cout][cin])
//   bias    [cout]
//   dst     [rows][cout]
#ifndef MOGRAPH_SHADERS_LINEAR_LINEAR_H
#define MOGRAPH_SHADERS_LINEAR_LINEAR_H

#include "shaders/conv/conv_args.h"
#include "shaders/op.h"

struct op_linear {
    uint32_t rows;       // 1 to 65535
    uint32_t cin, cout;  // multiples of 4
    enum op_dtype dtype; // of src, dst and their gradients; weights are fp32
    bool has_bias;
    bool accumulate; // backward_weight adds to d_weight and d_bias
};

#define OP_ARGS_linear_forward OP_ARGS_conv_forward
OP_DECLARE(linear_forward, struct op_linear);

// d_src = d_dst weight^T.
#define OP_ARGS_linear_backward_input OP_ARGS_conv_backward_input
OP_DECLARE(linear_backward_input, struct op_linear);

// d_weight = src^T d_dst, and d_bias (absent without has_bias).
#define OP_ARGS_linear_backward_weight OP_ARGS_conv_backward_weight
OP_DECLARE(linear_backward_weight, struct op_linear);

extern const struct op_shapes op_linear_shapes; // linear_shapes.c

#endif
