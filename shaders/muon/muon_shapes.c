// Shapes of Muon's steps. A first matrix of 12 rows: a step that is skipped, see muon_valid_inputs(). The
// reference works on x, the device on its gram matrix.
#include "shaders/muon/muon.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_muon, __VA_ARGS__)
#define ONE(rows_, cols_) .matrices = 1, .of = {{rows_, cols_}}

static const struct op_shape rows[] = {
    {ROW(ONE(4, 4), .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true), .tolerance = 1e-4},
    {ROW(ONE(12, 8), .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true), .tolerance = 1e-6},
    {ROW(ONE(108, 4), .momentum = 0.9f), .tolerance = 1e-4},
    {ROW(ONE(64, 64), .momentum = 0.95f, .weight_decay = 1e-2f, .has_ema = true), .tolerance = 1e-4},
    {ROW(ONE(16, 200), .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true), .tolerance = 1e-4},
    {ROW(ONE(864, 32), .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true), .tolerance = 1e-4},
    {ROW(ONE(44, 132), .momentum = 0.0f, .weight_decay = 1e-3f), .tolerance = 1e-4},
    {ROW(ONE(8, 516), .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true), .tolerance = 1e-4},
    {ROW(ONE(1728, 68), .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true), .tolerance = 1e-4},
    {ROW(.matrices = 6, .of = {{20, 100}, {4, 4}, {52, 28}, {28, 84}, {144, 36}, {4, 8}}, .momentum = 0.95f,
         .weight_decay = 1e-3f, .has_ema = true),
     .tolerance = 1e-4},
    {ROW(.matrices = 3, .of = {{12, 8}, {40, 4}, {4, 72}}, .momentum = 0.9f, .weight_decay = 1e-3f),
     .tolerance = 1e-6},
    {ROW(.matrices = 3, .of = {{20, 100, 0.25f}, {52, 28}, {44, 132, 3.0f}}, .momentum = 0.95f,
         .weight_decay = 1e-3f, .has_ema = true),
     .tolerance = 1e-4},
    {ROW(ONE(256, 32), .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true), .uses = OP_DOCTOR},
    {ROW(.matrices = 2, .of = {{32, 256}, {100, 12}}, .momentum = 0.95f, .weight_decay = 1e-3f,
         .has_ema = true),
     .uses = OP_DOCTOR},
    {ROW(ONE(216, 8), .momentum = 0.9f), .uses = OP_DOCTOR},
    {ROW(.matrices = 8,
         .of =
             {{1728, 64}, {1728, 64}, {1728, 64}, {1728, 64}, {1728, 64}, {1728, 64}, {1728, 64}, {1728, 64}},
         .momentum = 0.95f, .weight_decay = 0.01f, .has_ema = true),
     .uses = OP_BENCH, .label = "of 8 conv3d 64 -> 64 k3"},
    {ROW(.matrices = 5, .of = {{256, 256}, {256, 256}, {1536, 296}, {128, 296}, {192, 296}},
         .momentum = 0.95f, .weight_decay = 0.01f, .has_ema = true),
     .uses = OP_BENCH, .label = "of 5 linear layers by the style"},
};

const struct op_shapes op_muon_shapes = {OP_SHAPES(rows)};
