// Runs one operation on the device with host arrays, for tests of properties (identities between operations).
#ifndef MOGRAPH_TESTS_OPS_RUN_H
#define MOGRAPH_TESTS_OPS_RUN_H

#include "shaders/check/op_arrays.h"

// OP_RUN(library, film_forward, &params, .src = src, .scale = scale, .shift = shift, .dst = dst)
#define OP_RUN(library, op, params, ...)                                                                     \
    op_run((library), OP_##op, op_##op##_untyped(params), OP_ARRAYS(op, __VA_ARGS__))

// The same for an operation that is data: arrays in the order of the signature, arrays[i] with as many
// doubles as argument i has elements: inputs are rounded to the argument's type and uploaded, outputs are
// overwritten with the result. NULL for scratch and absent arguments. Counts a failed CHECK, and returns
// false, when it cannot be run.
bool op_run(struct op_library *library, enum op_id id, const void *params, double *const *arrays);

#endif
