// Elementwise activations.
//   relu: max(x, 0)   leaky_relu: x > 0 ? x : slope x   silu: x sigmoid(x) (Elfwing 2017)   sigmoid, tanh
#ifndef MOGRAPH_SHADERS_ACTIVATION_ACTIVATION_H
#define MOGRAPH_SHADERS_ACTIVATION_ACTIVATION_H

#include "shaders/op.h"

enum op_activation_kind {
    OP_ACTIVATION_RELU,
    OP_ACTIVATION_LEAKY_RELU,
    OP_ACTIVATION_SILU,
    OP_ACTIVATION_SIGMOID,
    OP_ACTIVATION_TANH,
    OP_ACTIVATION_KINDS
};

struct op_activation {
    enum op_activation_kind kind;
    enum op_dtype dtype;
    uint32_t count; // elements, a multiple of 4
    float slope;    // leaky_relu only
};

// dst[count] = f(src[count]). dst may be src.
#define OP_ARGS_activation_forward(IN, OUT, INOUT, SCRATCH) IN(src) OUT(dst)
OP_DECLARE(activation_forward, struct op_activation);

// d_src[count] = d_dst[count] f'(src[count]), from the forward input src. d_src may be d_dst.
#define OP_ARGS_activation_backward(IN, OUT, INOUT, SCRATCH) IN(src) IN(d_dst) OUT(d_src)
OP_DECLARE(activation_backward, struct op_activation);

extern const struct op_shapes op_activation_shapes; // activation_shapes.c

// f(x) and f'(x) in double precision, for the references of operations that apply an activation themselves.
double op_activation_value(enum op_activation_kind kind, float slope, double x);
double op_activation_derivative(enum op_activation_kind kind, float slope, double x);

#endif
