// dst[count] = a[count] + alpha b[count]. With dst = a it accumulates.
// Its backward pass needs no kernel: d_a is d_dst itself, d_b is alpha d_dst (d_dst itself for alpha 1).
#ifndef MOGRAPH_SHADERS_ADD_ADD_H
#define MOGRAPH_SHADERS_ADD_ADD_H

#include "shaders/op.h"

struct op_add {
    enum op_dtype dtype;
    uint32_t count; // elements, a multiple of 4
    float alpha;    // 0: 1
};

// dst may be a or b.
#define OP_ARGS_add(IN, OUT, INOUT, SCRATCH) IN(a) IN(b) OUT(dst)
OP_DECLARE(add, struct op_add);

extern const struct op_shapes op_add_shapes; // add_shapes.c

#endif
