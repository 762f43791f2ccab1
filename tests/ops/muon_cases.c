// Shapes and situations in which Muon is tested.
#include "shaders/muon/muon.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_muon};

#define ROW(rows, cols, momentum, weight_decay, ema)                                                         \
    &(const struct op_muon) {                                                                                \
        rows, cols, momentum, weight_decay, ema                                                              \
    }

// 12 rows: a step that is skipped. The reference works on x, the device on its gram matrix.
static const struct op_case rows[] = {
    {ROW(4, 4, 0.95f, 1e-3f, true), 1e-4, 0},     {ROW(12, 8, 0.95f, 1e-3f, true), 1e-6, 0},
    {ROW(108, 4, 0.9f, 0.0f, false), 1e-4, 0},    {ROW(64, 64, 0.95f, 1e-2f, true), 1e-4, 0},
    {ROW(16, 200, 0.95f, 1e-3f, true), 1e-4, 0},  {ROW(864, 32, 0.95f, 1e-3f, true), 1e-4, 0},
    {ROW(44, 132, 0.0f, 1e-3f, false), 1e-4, 0},  {ROW(8, 516, 0.95f, 1e-3f, true), 1e-4, 0},
    {ROW(1728, 68, 0.95f, 1e-3f, true), 1e-4, 0},
};

const struct op_case_table muon_cases = {ids, sizeof ids / sizeof ids[0], rows, sizeof rows / sizeof rows[0]};
