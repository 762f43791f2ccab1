// dst[count] = src[count] in the other storage type: fp32 to bf16 (to nearest, ties to even; NaN stays NaN)
// or bf16 to fp32 (exact). Its backward pass is the cast of the gradient the other way.
#ifndef MOGRAPH_SHADERS_CAST_CAST_H
#define MOGRAPH_SHADERS_CAST_CAST_H

#include "shaders/op.h"

struct op_cast {
    enum op_dtype src_dtype, dst_dtype; // one OP_F32, the other OP_BF16
    uint32_t count;                     // elements, a multiple of 4
};

// dst does not overlap src.
#define OP_ARGS_cast(IN, OUT, INOUT, SCRATCH) IN(src) OUT(dst)
OP_DECLARE(cast, struct op_cast);

extern const struct op_shapes op_cast_shapes; // cast_shapes.c

#endif
