// Private to batch_norm/: the definitions in double precision, arguments in the order of the signatures.
#ifndef MOGRAPH_SHADERS_BATCH_NORM_BATCH_NORM_REFERENCE_H
#define MOGRAPH_SHADERS_BATCH_NORM_BATCH_NORM_REFERENCE_H

#include "shaders/batch_norm/batch_norm.h"

double op_batch_norm_eps(float eps);
double op_batch_norm_momentum(const struct op_batch_norm *p);

void op_batch_norm_forward_reference(const void *params, double *const *args);
void op_batch_norm_backward_reference(const void *params, double *const *args);
void op_batch_norm_frozen_forward_reference(const void *params, double *const *args);
void op_batch_norm_frozen_backward_reference(const void *params, double *const *args);
void op_batch_norm_accumulate_reference(const void *params, double *const *args);
void op_batch_norm_estimate_reference(const void *params, double *const *args);

#endif
