// Shapes of Muon's steps. 12 rows: a step that is skipped, see prepare(). The reference works on x, the
// device on its gram matrix.
#include "shaders/muon/muon.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_muon, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(.rows = 4, .cols = 4, .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true), .tolerance = 1e-4},
    {ROW(.rows = 12, .cols = 8, .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true),
     .tolerance = 1e-6},
    {ROW(.rows = 108, .cols = 4, .momentum = 0.9f), .tolerance = 1e-4},
    {ROW(.rows = 64, .cols = 64, .momentum = 0.95f, .weight_decay = 1e-2f, .has_ema = true),
     .tolerance = 1e-4},
    {ROW(.rows = 16, .cols = 200, .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true),
     .tolerance = 1e-4},
    {ROW(.rows = 864, .cols = 32, .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true),
     .tolerance = 1e-4},
    {ROW(.rows = 44, .cols = 132, .momentum = 0.0f, .weight_decay = 1e-3f), .tolerance = 1e-4},
    {ROW(.rows = 8, .cols = 516, .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true),
     .tolerance = 1e-4},
    {ROW(.rows = 1728, .cols = 68, .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true),
     .tolerance = 1e-4},
    {ROW(.rows = 256, .cols = 32, .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true),
     .uses = OP_DOCTOR},
    {ROW(.rows = 32, .cols = 256, .momentum = 0.95f, .weight_decay = 1e-3f, .has_ema = true),
     .uses = OP_DOCTOR},
    {ROW(.rows = 216, .cols = 8, .momentum = 0.9f), .uses = OP_DOCTOR},
    {ROW(.rows = 27 * 64, .cols = 64, .momentum = 0.95f, .weight_decay = 0.01f, .has_ema = true),
     .uses = OP_BENCH, .label = "of conv3d 64 -> 64 k3"},
};

const struct op_shapes op_muon_shapes = {OP_SHAPES(rows)};
