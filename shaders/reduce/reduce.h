// One number from a vector, in a fixed order: the same bits on the same device, every time.
#ifndef MOGRAPH_SHADERS_REDUCE_REDUCE_H
#define MOGRAPH_SHADERS_REDUCE_REDUCE_H

#include "shaders/op.h"

enum op_reduce_kind {
    OP_REDUCE_SUM,
    OP_REDUCE_MEAN,
    OP_REDUCE_SUM_SQUARES,
    OP_REDUCE_MAX_ABS,    // infinite when a NaN is among them
    OP_REDUCE_NON_FINITE, // how many are NaN or infinite, exact up to 2^24
    OP_REDUCE_KINDS
};

struct op_reduce {
    enum op_reduce_kind kind;
    uint32_t count; // elements, a multiple of 4
};

// dst[1] from src[count], both fp32. scratch: the third argument of the signature.
void op_reduce(struct op_recorder *recorder, const struct op_reduce *params, struct rt_buffer src,
               struct rt_buffer dst, struct rt_buffer scratch);

// For operations that begin with a reduction: floats of scratch, and the recording.
uint64_t op_reduce_scratch(const struct op_target *target, uint32_t count);
void op_reduce_record(struct op_recorder *recorder, enum op_reduce_kind kind, uint32_t count,
                      struct rt_buffer src, struct rt_buffer dst, struct rt_buffer scratch);

#endif
