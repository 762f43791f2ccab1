// Central differences, for test_ops --gradient.
#ifndef MOGRAPH_TESTS_OPS_GRADIENT_H
#define MOGRAPH_TESTS_OPS_GRADIENT_H

#include "shaders/op.h"

// Checks a backward reference against central differences of its forward reference; counts through CHECK.
// Rows with more than a few thousand inputs are sampled.
void gradient_check(enum op_id backward, const void *params, uint64_t seed);

#endif
