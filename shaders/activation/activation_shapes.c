// Shapes of activations.
#include "shaders/activation/activation.h"
#include "shaders/op_shapes.h"

#define ROW(name, ...) OP_PARAMS(struct op_activation, .kind = OP_ACTIVATION_##name, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(RELU, .count = 4), .tolerance = 1e-6},
    {ROW(RELU, .count = 1028), .tolerance = 1e-6, .uses = OP_TEST | OP_DOCTOR},
    {ROW(LEAKY_RELU, .count = 4, .slope = 0.2f), .tolerance = 1e-6},
    {ROW(LEAKY_RELU, .count = 4004, .slope = 0.01f), .tolerance = 1e-6, .uses = OP_TEST | OP_DOCTOR},
    {ROW(SILU, .count = 4), .tolerance = 1e-5},
    {ROW(SILU, .count = 32772), .tolerance = 1e-5, .uses = OP_TEST | OP_DOCTOR},
    {ROW(SIGMOID, .count = 1004), .tolerance = 1e-5, .uses = OP_TEST | OP_DOCTOR},
    {ROW(TANH, .count = 1004), .tolerance = 1e-5, .uses = OP_TEST | OP_DOCTOR},
    {ROW(RELU, .dtype = OP_BF16, .count = 1028), .tolerance = 1e-2},
    {ROW(LEAKY_RELU, .dtype = OP_BF16, .count = 1028, .slope = 0.2f), .tolerance = 1e-2},
    {ROW(SILU, .dtype = OP_BF16, .count = 1028), .tolerance = 1e-2, .uses = OP_TEST | OP_DOCTOR},
    {ROW(SIGMOID, .dtype = OP_BF16, .count = 1028), .tolerance = 1e-2},
    {ROW(TANH, .dtype = OP_BF16, .count = 1028), .tolerance = 1e-2},
    {ROW(SILU, .count = OP_WIDE_COUNT), .uses = OP_BENCH, .label = "silu, " OP_WIDE},
    {ROW(LEAKY_RELU, .count = OP_WIDE_COUNT, .slope = 0.2f), .uses = OP_BENCH,
     .label = "leaky_relu, " OP_WIDE},
};

const struct op_shapes op_activation_shapes = {OP_SHAPES(rows)};
