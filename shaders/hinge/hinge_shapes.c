// Shapes of the hinge loss.
#include "shaders/hinge/hinge.h"
#include "shaders/op_shapes.h"

#define ROW(name, ...) OP_PARAMS(struct op_hinge, .side = OP_HINGE_##name, __VA_ARGS__)
#define TRACK(...) OP_PARAMS(struct op_hinge_track, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(REAL, .rows = 1, .c = 4, .c_used = 1, .lecam = true), .tolerance = 1e-5},
    {ROW(FAKE, .rows = 1, .c = 4, .c_used = 1), .tolerance = 1e-5},
    {ROW(GENERATOR, .rows = 1, .c = 4, .c_used = 0), .tolerance = 1e-5},
    {ROW(FAKE, .rows = 7, .c = 12, .c_used = 10, .lecam = true, .accumulate = true), .tolerance = 1e-5},
    {ROW(REAL, .rows = 257, .c = 4, .c_used = 1, .accumulate = true), .tolerance = 1e-5},
    {ROW(GENERATOR, .rows = 1031, .c = 4, .c_used = 1, .accumulate = true), .tolerance = 1e-5},
    {ROW(REAL, .rows = 8209, .c = 8, .c_used = 3, .lecam = true), .tolerance = 1e-5},
    {ROW(FAKE, .rows = 65537, .c = 4, .c_used = 1, .lecam = true), .tolerance = 1e-5},
    {ROW(GENERATOR, .rows = 8200, .c = 4, .c_used = 2), .tolerance = 1e-5},
    {ROW(REAL, .rows = 128, .c = 4, .c_used = 1, .lecam = true), .uses = OP_DOCTOR},
    {ROW(FAKE, .rows = 37, .c = 4, .c_used = 1), .uses = OP_DOCTOR},
    {ROW(GENERATOR, .rows = 130, .c = 4, .c_used = 1), .uses = OP_DOCTOR},
    {ROW(REAL, .rows = 16 * OP_LATENT_VOXELS, .c = 4, .c_used = 1), .uses = OP_BENCH,
     .label = "16 x 4x16x16 patches"},
};

// The decay picks the situation, see prepare_track(): 0.25 the first update, 0.75 a mean that is not finite.
static const struct op_shape track[] = {
    {TRACK(.decay = 0.0f), .tolerance = 1e-6},
    {TRACK(.decay = 0.25f), .tolerance = 1e-6, .uses = OP_TEST | OP_DOCTOR},
    {TRACK(.decay = 0.75f), .tolerance = 1e-6},
    {TRACK(.decay = 1.0f), .tolerance = 1e-6},
    {TRACK(.decay = 0.9f), .uses = OP_DOCTOR},
};

const struct op_shapes op_hinge_shapes = {OP_SHAPES(rows)};
const struct op_shapes op_hinge_track_shapes = {OP_SHAPES(track)};
