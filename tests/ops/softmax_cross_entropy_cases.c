// Shapes on which softmax cross-entropy is tested.
#include "shaders/softmax_cross_entropy/softmax_cross_entropy.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_softmax_cross_entropy_forward, OP_softmax_cross_entropy_backward};

#define ROW(...)                                                                                             \
    &(const struct op_softmax_cross_entropy) {                                                               \
        __VA_ARGS__                                                                                          \
    }

// Of seven samples, in the backward pass, one has a label that does not exist, see prepare_labels().
static const struct op_case rows[] = {
    {ROW(1, 1, false), 1e-5, 0},   {ROW(1, 6, false), 1e-5, 0},   {ROW(7, 1, true), 1e-5, 0},
    {ROW(8, 6, false), 1e-5, 0},   {ROW(7, 17, true), 1e-5, 0},   {ROW(3, 1031, false), 1e-5, 0},
    {ROW(257, 6, false), 1e-5, 0}, {ROW(129, 13, true), 1e-5, 0},
};

const struct op_case_table softmax_cross_entropy_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                                          sizeof rows / sizeof rows[0]};

// Of five samples, in the forward pass, one has a label that does not exist: a loss of NaN, which a gradient
// check could not take.
static const enum op_id unknown_ids[] = {OP_softmax_cross_entropy_forward};
static const struct op_case unknown_rows[] = {{ROW(5, 6, false), 1e-5, 0}};
const struct op_case_table softmax_unknown_cases = {unknown_ids, 1, unknown_rows, 1};
