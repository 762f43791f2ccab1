// Shapes of Muon's steps. A first matrix of 12 rows: a step that is skipped, see muon_valid_inputs(). The
// reference works on x, the device on its gram matrix.
#include "shaders/muon/muon.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_muon, __VA_ARGS__)
#define MATRIX(rows_, cols_)                                                                                 \
    { .rows = (rows_), .cols = (cols_) }
#define ONE(rows_, cols_) .matrices = 1, .of = {MATRIX(rows_, cols_)}

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
    {ROW(.matrices = 6,
         .of = {MATRIX(20, 100), MATRIX(4, 4), MATRIX(52, 28), MATRIX(28, 84), MATRIX(144, 36), MATRIX(4, 8)},
         .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true),
     .tolerance = 1e-4},
    {ROW(.matrices = 3, .of = {MATRIX(12, 8), MATRIX(40, 4), MATRIX(4, 72)}, .momentum = 0.9f,
         .weight_decay = 1e-3f),
     .tolerance = 1e-6},
    {ROW(.matrices = 3,
         .of = {{.rows = 20, .cols = 100, .lr_scale = 0.25f},
                MATRIX(52, 28),
                {.rows = 44, .cols = 132, .lr_scale = 3.0f}},
         .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true),
     .tolerance = 1e-4},
    {ROW(ONE(256, 32), .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true), .uses = OP_DOCTOR},
    {ROW(.matrices = 2, .of = {MATRIX(32, 256), MATRIX(100, 12)}, .momentum = 0.95f, .weight_decay = 1e-3f,
         .has_ema = true),
     .uses = OP_DOCTOR},
    {ROW(ONE(216, 8), .momentum = 0.9f), .uses = OP_DOCTOR},
    {ROW(.matrices = 8,
         .of = {MATRIX(1728, 64), MATRIX(1728, 64), MATRIX(1728, 64), MATRIX(1728, 64), MATRIX(1728, 64),
                MATRIX(1728, 64), MATRIX(1728, 64), MATRIX(1728, 64)},
         .momentum = 0.95f, .weight_decay = 0.01f, .has_ema = true),
     .uses = OP_BENCH, .label = "of 8 conv3d 64 -> 64 k3"},
    {ROW(.matrices = 5,
         .of = {MATRIX(256, 256), MATRIX(256, 256), MATRIX(1536, 296), MATRIX(128, 296), MATRIX(192, 296)},
         .momentum = 0.95f, .weight_decay = 0.01f, .has_ema = true),
     .uses = OP_BENCH, .label = "of 5 linear layers by the style"},
};

const struct op_shapes op_muon_shapes = {OP_SHAPES(rows)};
