// Shapes and situations in which gradient clipping is tested.
#include "shaders/grad_clip/grad_clip.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_grad_clip};

#define ROW(count)                                                                                           \
    &(const struct op_grad_clip) {                                                                           \
        count                                                                                                \
    }

// The length picks the situation, see prepare(): by count / 4 modulo 4.
static const struct op_case rows[] = {
    {ROW(4), 1e-6, 0},     {ROW(8), 1e-6, 0},     {ROW(12), 1e-6, 0},     {ROW(16), 1e-6, 0},
    {ROW(50000), 1e-6, 0}, {ROW(50004), 1e-6, 0}, {ROW(300008), 1e-6, 0}, {ROW(50012), 1e-6, 0},
};

const struct op_case_table grad_clip_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                              sizeof rows / sizeof rows[0]};
