// Private to batch_norm/: the definitions in double precision.
#ifndef MOGRAPH_SHADERS_BATCH_NORM_BATCH_NORM_REFERENCE_H
#define MOGRAPH_SHADERS_BATCH_NORM_BATCH_NORM_REFERENCE_H

#include "shaders/batch_norm/batch_norm_args.h"

void op_batch_norm_forward_reference(const struct op_batch_norm *p,
                                     const struct op_batch_norm_forward_arrays *args);
void op_batch_norm_backward_reference(const struct op_batch_norm *p,
                                      const struct op_batch_norm_backward_arrays *args);
void op_batch_norm_frozen_forward_reference(const struct op_batch_norm *p,
                                            const struct op_batch_norm_frozen_forward_arrays *args);
void op_batch_norm_frozen_backward_reference(const struct op_batch_norm *p,
                                             const struct op_batch_norm_frozen_backward_arrays *args);
void op_batch_norm_accumulate_reference(const struct op_batch_norm *p,
                                        const struct op_batch_norm_accumulate_arrays *args);
void op_batch_norm_estimate_reference(const struct op_batch_norm *p,
                                      const struct op_batch_norm_estimate_arrays *args);

#endif
