// Lengths and situations in which the optimiser is tested.
#include "shaders/optimiser/optimiser.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_optimiser};

#define ROW(kind, count, decayed, beta1, beta2, weight_decay, ema)                                           \
    &(const struct op_optimiser) {                                                                           \
        OP_OPTIMISER_##kind, count, decayed, beta1, beta2, 1e-8f, weight_decay, ema                          \
    }

// 12 parameters: a step that is skipped.
static const struct op_case rows[] = {
    {ROW(ADAM, 4, 4, 0.9f, 0.999f, 0.0f, false), 1e-5, 0},
    {ROW(ADAM, 12, 12, 0.9f, 0.999f, 0.0f, true), 1e-6, 0},
    {ROW(ADAM, 1004, 500, 0.9f, 0.999f, 1e-2f, true), 1e-5, 0},
    {ROW(ADAMW, 4, 0, 0.9f, 0.99f, 1e-3f, true), 1e-5, 0},
    {ROW(ADAMW, 70004, 60000, 0.9f, 0.99f, 1e-3f, true), 1e-5, 0},
    {ROW(ADAMW, 1004, 1004, 0.0f, 0.99f, 0.0f, false), 1e-5, 0},
    {ROW(ADAMAX, 4, 4, 0.9f, 0.999f, 0.0f, false), 1e-5, 0},
    {ROW(ADAMAX, 1004, 500, 0.9f, 0.999f, 1e-2f, true), 1e-5, 0},
};

const struct op_case_table optimiser_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                              sizeof rows / sizeof rows[0]};
