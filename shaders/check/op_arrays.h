// Arguments of operations as arrays of doubles: filled as a trial fills them, and as a device stores them.
#ifndef MOGRAPH_SHADERS_CHECK_OP_ARRAYS_H
#define MOGRAPH_SHADERS_CHECK_OP_ARRAYS_H

#include "shaders/op.h"
#include "shaders/op_shapes.h"

const char *op_fill_text(enum op_fill fill);

// Fills the inputs of a signature as a trial does. arrays[i] has signature->args[i].count doubles, or is
// NULL.
void op_fill_inputs(enum op_id id, const void *params, const struct op_signature *signature,
                    enum op_fill fill, uint64_t seed, double *const *arrays);

// Allocates one array per argument, NaN in each; NULL where absent or scratch. False when memory is out.
bool op_arrays_create(const struct op_signature *signature, double **arrays);
void op_arrays_destroy(double **arrays);

// A double to the element's type and back (rounds inputs to what the device sees).
void op_encode(enum op_dtype dtype, const double *values, uint64_t count, void *bytes);
void op_decode(enum op_dtype dtype, const void *bytes, uint64_t count, double *values);

#endif
