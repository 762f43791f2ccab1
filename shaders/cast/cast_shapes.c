// Shapes of casts between storage types.
#include "shaders/cast/cast.h"
#include "shaders/op_shapes.h"

#define TO_BF16(count_)                                                                                      \
    OP_PARAMS(struct op_cast, .src_dtype = OP_F32, .dst_dtype = OP_BF16, .count = (count_))
#define TO_F32(count_) OP_PARAMS(struct op_cast, .src_dtype = OP_BF16, .dst_dtype = OP_F32, .count = (count_))

static const struct op_shape rows[] = {
    {TO_BF16(4), .tolerance = 4e-3},
    {TO_F32(4), .tolerance = 1e-7},
    {TO_BF16(1028), .tolerance = 4e-3},
    {TO_F32(1028), .tolerance = 1e-7},
    {TO_BF16(32772), .tolerance = 4e-3},
    {TO_F32(32772), .tolerance = 1e-7},
    {TO_BF16(1000), .uses = OP_DOCTOR},
    {TO_F32(1000), .uses = OP_DOCTOR},
    {TO_BF16(OP_WIDE_COUNT), .uses = OP_BENCH, .label = "fp32 to bf16, " OP_WIDE},
};

const struct op_shapes op_cast_shapes = {OP_SHAPES(rows)};
