// The arguments of a convolution layer's passes: conv3d, conv_transpose3d and linear take the same.
#ifndef MOGRAPH_SHADERS_CONV_CONV_ARGS_H
#define MOGRAPH_SHADERS_CONV_CONV_ARGS_H

#define OP_ARGS_conv_forward(IN, OUT, INOUT, SCRATCH) IN(src) IN(weight) IN(bias) OUT(dst)

// bias, residual, scale and shift are absent unless the params ask for them. dst overlaps nothing.
#define OP_ARGS_conv_fused(IN, OUT, INOUT, SCRATCH)                                                          \
    IN(src) IN(weight) IN(bias) IN(residual) IN(scale) IN(shift) OUT(dst)

#define OP_ARGS_conv_backward_input(IN, OUT, INOUT, SCRATCH) IN(d_dst) IN(weight) OUT(d_src) SCRATCH(scratch)

#define OP_ARGS_conv_backward_weight(IN, OUT, INOUT, SCRATCH)                                                \
    IN(src) IN(d_dst) OUT(d_weight) OUT(d_bias) SCRATCH(scratch)

#endif
