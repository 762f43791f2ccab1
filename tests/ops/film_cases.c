// Shapes on which scale and shift per channel is tested.
#include "shaders/film/film.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_film_forward, OP_film_backward};

#define ROW(...)                                                                                             \
    &(const struct op_film) {                                                                                \
        __VA_ARGS__                                                                                          \
    }

static const struct op_case rows[] = {
    {ROW(OP_F32, 1, 1, 4), 1e-5, 0},      {ROW(OP_F32, 2, 1, 8), 1e-5, 0},
    {ROW(OP_F32, 1, 7, 12), 1e-5, 0},     {ROW(OP_F32, 3, 343, 20), 1e-5, 0},
    {ROW(OP_F32, 5, 17, 4), 1e-5, 0},     {ROW(OP_F32, 2, 8200, 4), 1e-5, 0},
    {ROW(OP_F32, 1, 1031, 260), 1e-5, 0}, {ROW(OP_F32, 3, 4096, 32), 1e-5, 0},
    {ROW(OP_BF16, 1, 1, 4), 1e-2, 0},     {ROW(OP_BF16, 3, 341, 12), 1e-2, 0},
    {ROW(OP_BF16, 2, 4099, 24), 1e-2, 0},
};

const struct op_case_table film_cases = {ids, sizeof ids / sizeof ids[0], rows, sizeof rows / sizeof rows[0]};
