// Lengths and seeds for which random numbers are tested.
#include "shaders/noise/noise.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_noise_bits, OP_noise_uniform, OP_noise_normal};

#define ROW(...)                                                                                             \
    &(const struct op_noise) {                                                                               \
        __VA_ARGS__                                                                                          \
    }

// Every bit must agree: 1e-12 is less than one of them.
static const struct op_case rows[] = {
    {ROW(4, 0, 0), 1e-12, FILL(RANDOM)},
    {ROW(28, 1, 3), 1e-12, FILL(RANDOM)},
    {ROW(1028, 0xffffffffu, 0), 1e-12, 0},
    {ROW(32772, 5, 0xffffff00u), 1e-12, FILL(RANDOM)},
    {ROW(262144, 6, 1u << 31), 1e-12, FILL(RANDOM)},
};

const struct op_case_table noise_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                          sizeof rows / sizeof rows[0]};
