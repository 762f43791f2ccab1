// Shapes on which the embedding of classes is tested.
#include "shaders/embedding/embedding.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_embedding_forward, OP_embedding_backward};

#define ROW(...)                                                                                             \
    &(const struct op_embedding) {                                                                           \
        __VA_ARGS__                                                                                          \
    }

// Of seven samples, in the backward pass, one has an id that does not exist, see prepare_ids().
static const struct op_case rows[] = {
    {ROW(1, 4, 1, false), 1e-6, 0},   {ROW(1, 4, 7, true), 1e-6, 0},      {ROW(6, 12, 7, false), 1e-6, 0},
    {ROW(17, 4, 11, true), 1e-6, 0},  {ROW(6, 260, 8, false), 1e-6, 0},   {ROW(7, 64, 131, true), 1e-5, 0},
    {ROW(257, 36, 3, true), 1e-6, 0}, {ROW(3, 1028, 64, false), 1e-6, 0},
};

const struct op_case_table embedding_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                              sizeof rows / sizeof rows[0]};

// Of five samples, in the forward pass, one has an id that does not exist: a row of NaN, which a gradient
// check could not take.
static const enum op_id unknown_ids[] = {OP_embedding_forward};
static const struct op_case unknown_rows[] = {{ROW(6, 12, 5, false), 1e-6, 0}};
const struct op_case_table embedding_unknown_cases = {unknown_ids, 1, unknown_rows, 1};
