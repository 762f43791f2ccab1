// Recording operations into a stream, with their arguments checked, and with MOGRAPH_CHECK=1 judged.
#ifndef MOGRAPH_SHADERS_OP_RECORD_H
#define MOGRAPH_SHADERS_OP_RECORD_H

#include "shaders/op.h"

// OP_RECORD(recorder, film_forward, &params, .src = x, .scale = scale, .shift = shift, .dst = y); Arguments
// that are absent with these params may be left out; others, and short buffers, are latched in the stream as
// errors, by name.
#define OP_RECORD(recorder, op, params, ...)                                                                 \
    op_record((recorder), OP_##op, op_##op##_untyped(params), OP_BUFFERS(op, __VA_ARGS__))

// The same for an operation that is data: args as many as op_table[id]->arg_count, in the order of its list.
// Refused params are latched, too.
void op_record(struct op_recorder *recorder, enum op_id id, const void *params, const struct rt_buffer *args);

#endif
