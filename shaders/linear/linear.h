// Fully connected layer: dst = src weight + bias. A convolution of size one, run by the same kernels.
//
//   src     [rows][cin]
//   weight  [cin][cout]   (PyTorch keeps [cout][cin])
//   bias    [cout]
//   dst     [rows][cout]
#ifndef MOGRAPH_SHADERS_LINEAR_LINEAR_H
#define MOGRAPH_SHADERS_LINEAR_LINEAR_H

#include "shaders/op.h"

struct op_linear {
    uint32_t rows;       // 1 to 65535
    uint32_t cin, cout;  // multiples of 4
    enum op_dtype dtype; // of src, dst and their gradients; weights are fp32
    bool has_bias;
    bool accumulate; // backward_weight adds to d_weight and d_bias
};

void op_linear_forward(struct op_recorder *recorder, const struct op_linear *params, struct rt_buffer src,
                       struct rt_buffer weight, struct rt_buffer bias, struct rt_buffer dst);

// d_src = d_dst weight^T. scratch: the fourth argument of its signature.
void op_linear_backward_input(struct op_recorder *recorder, const struct op_linear *params,
                              struct rt_buffer d_dst, struct rt_buffer weight, struct rt_buffer d_src,
                              struct rt_buffer scratch);

// d_weight = src^T d_dst and d_bias (the zero buffer without has_bias). scratch: the last argument.
void op_linear_backward_weight(struct op_recorder *recorder, const struct op_linear *params,
                               struct rt_buffer src, struct rt_buffer d_dst, struct rt_buffer d_weight,
                               struct rt_buffer d_bias, struct rt_buffer scratch);

#endif
