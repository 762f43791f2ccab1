// MOGRAPH_CHECK=1: around every recorded operation, its reference on the data of the run.
#ifndef MOGRAPH_SHADERS_CHECK_OP_CHECK_H
#define MOGRAPH_SHADERS_CHECK_OP_CHECK_H

#include "shaders/op.h"

// Before the operation's kernels are recorded: its inputs are taken here. NULL when memory is out (latched).
struct op_check_hook;
struct op_check_hook *op_check_before(struct op_recorder *recorder, enum op_id id, const void *params,
                                      const struct op_signature *signature, const struct rt_buffer *args);
// Behind them: its outputs are judged here. A hook of NULL does nothing.
void op_check_after(struct op_recorder *recorder, struct op_check_hook *hook);

#endif
