// Shapes on which the hinge loss is tested.
#include "shaders/hinge/hinge.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_hinge_forward, OP_hinge_backward};

#define ROW(which, count, channels, used, ...)                                                               \
    &(const struct op_hinge) {                                                                               \
        .side = OP_HINGE_##which, .rows = count, .c = channels, .c_used = used, __VA_ARGS__                  \
    }

static const struct op_case rows[] = {
    {ROW(REAL, 1, 4, 1, .lecam = true), 1e-5, 0},
    {ROW(FAKE, 1, 4, 1, .lecam = false), 1e-5, 0},
    {ROW(GENERATOR, 1, 4, 0, .lecam = false), 1e-5, 0},
    {ROW(FAKE, 7, 12, 10, .lecam = true, .accumulate = true), 1e-5, 0},
    {ROW(REAL, 257, 4, 1, .accumulate = true), 1e-5, 0},
    {ROW(GENERATOR, 1031, 4, 1, .accumulate = true), 1e-5, 0},
    {ROW(REAL, 8209, 8, 3, .lecam = true), 1e-5, 0},
    {ROW(FAKE, 65537, 4, 1, .lecam = true), 1e-5, 0},
    {ROW(GENERATOR, 8200, 4, 2, .lecam = false), 1e-5, 0},
};

const struct op_case_table hinge_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                          sizeof rows / sizeof rows[0]};
