// Situations in which the hinge loss's anchors are tested.
#include "shaders/hinge/hinge.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_hinge_track};

#define ROW(decay)                                                                                           \
    &(const struct op_hinge_track) {                                                                         \
        decay                                                                                                \
    }

// The decay picks the situation, see prepare_track(): 0.25 the first update, 0.75 a mean that is not finite.
static const struct op_case rows[] = {
    {ROW(0.0f), 1e-6, 0},
    {ROW(0.25f), 1e-6, 0},
    {ROW(0.75f), 1e-6, 0},
    {ROW(1.0f), 1e-6, 0},
};

const struct op_case_table hinge_track_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                                sizeof rows / sizeof rows[0]};
