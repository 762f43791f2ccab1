// Runs one operation on the device with host arrays, for tests of properties (identities between operations).
#ifndef MOGRAPH_TESTS_OPS_RUN_H
#define MOGRAPH_TESTS_OPS_RUN_H

#include "shaders/check/op_check.h"

// arrays in the order of the signature, arrays[i] with as many doubles as argument i has elements: inputs are
// rounded to the argument's type and uploaded, outputs are overwritten with the result. NULL for scratch and
// absent arguments. Counts a failed CHECK, and returns false, when it cannot be run.
bool op_run(struct op_library *library, enum op_id id, const void *params, double *const *arrays);

#endif
