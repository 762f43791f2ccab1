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
void op_add(struct op_recorder *recorder, const struct op_add *params, struct rt_buffer a, struct rt_buffer b,
            struct rt_buffer dst);

#endif
