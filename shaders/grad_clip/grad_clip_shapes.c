// Shapes of grad_clip. The length picks the situation, see prepare(): by count / 4 modulo 4.
#include "shaders/grad_clip/grad_clip.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_grad_clip, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(.count = 4), .tolerance = 1e-6},
    {ROW(.count = 8), .tolerance = 1e-6},
    {ROW(.count = 12), .tolerance = 1e-6},
    {ROW(.count = 16), .tolerance = 1e-6},
    {ROW(.count = 50000), .tolerance = 1e-6},
    {ROW(.count = 50004), .tolerance = 1e-6},
    {ROW(.count = 300008), .tolerance = 1e-6},
    {ROW(.count = 50012), .tolerance = 1e-6},
    {ROW(.count = 4000), .uses = OP_DOCTOR},
    {ROW(.count = 4004), .uses = OP_DOCTOR},
    {ROW(.count = 4008), .uses = OP_DOCTOR},
    {ROW(.count = 4012), .uses = OP_DOCTOR},
    {ROW(.count = OP_MODEL_PARAMETERS), .uses = OP_BENCH, .label = "4 Mi parameters"},
};

const struct op_shapes op_grad_clip_shapes = {OP_SHAPES(rows)};
