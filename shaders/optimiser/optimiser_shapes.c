// Shapes of optimiser steps. 12 parameters: a step that is skipped, see prepare().
#include "shaders/op_shapes.h"
#include "shaders/optimiser/optimiser.h"

#define ROW(name, ...) OP_PARAMS(struct op_optimiser, .kind = OP_OPTIMISER_##name, .eps = 1e-8f, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(ADAM, .count = 4, .decay_count = 4, .beta1 = 0.9f, .beta2 = 0.999f), .tolerance = 1e-5},
    {ROW(ADAM, .count = 12, .decay_count = 12, .beta1 = 0.9f, .beta2 = 0.999f, .has_ema = true),
     .tolerance = 1e-6},
    {ROW(ADAM, .count = 1004, .decay_count = 500, .beta1 = 0.9f, .beta2 = 0.999f, .weight_decay = 1e-2f,
         .has_ema = true),
     .tolerance = 1e-5},
    {ROW(ADAMW, .count = 4, .decay_count = 0, .beta1 = 0.9f, .beta2 = 0.99f, .weight_decay = 1e-3f,
         .has_ema = true),
     .tolerance = 1e-5},
    {ROW(ADAMW, .count = 70004, .decay_count = 60000, .beta1 = 0.9f, .beta2 = 0.99f, .weight_decay = 1e-3f,
         .has_ema = true),
     .tolerance = 1e-5},
    {ROW(ADAMW, .count = 1004, .decay_count = 1004, .beta1 = 0.0f, .beta2 = 0.99f), .tolerance = 1e-5},
    {ROW(ADAM, .count = 1000, .decay_count = 1000, .beta1 = 0.9f, .beta2 = 0.999f), .uses = OP_DOCTOR},
    {ROW(ADAMW, .count = 1000, .decay_count = 600, .beta1 = 0.9f, .beta2 = 0.99f, .weight_decay = 1e-3f,
         .has_ema = true),
     .uses = OP_DOCTOR},
    {ROW(ADAMW, .count = OP_MODEL_PARAMETERS, .decay_count = OP_MODEL_PARAMETERS, .beta1 = 0.9f,
         .beta2 = 0.999f, .weight_decay = 0.01f, .has_ema = true),
     .uses = OP_BENCH, .label = "adamw with EMA, 4 Mi parameters"},
};

const struct op_shapes op_optimiser_shapes = {OP_SHAPES(rows)};
