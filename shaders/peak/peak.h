// What a device can do at best, as `mograph bench kernels` measures it:
// arithmetic from registers, and memory.
#ifndef MOGRAPH_SHADERS_PEAK_PEAK_H
#define MOGRAPH_SHADERS_PEAK_PEAK_H

#include "shaders/op.h"

// Per element OP_PEAK_CHAINS independent chains of `steps` fused multiply-adds each:
//   x_k = k / 16,  repeat: x_k = decay x_k + src[i],  dst[i] = sum over k of x_k
// with decay = 15/16, so that values stay of the size of src. Twelve chains cover the latency of an FMA on
// every processor (4 cycles, 2 units) and leave the registers of AVX2 without spills.
struct op_peak_fma {
    uint32_t count; // elements
    uint32_t steps; // a multiple of OP_PEAK_UNROLL
};

enum { OP_PEAK_CHAINS = 12, OP_PEAK_UNROLL = 16, OP_PEAK_MAX_STEPS = 1 << 20 };

// src, dst [count].
#define OP_ARGS_peak_fma(IN, OUT, INOUT, SCRATCH) IN(src) OUT(dst)
OP_DECLARE(peak_fma, struct op_peak_fma);

// dst[count] = src[count] through the loads and stores that all kernels use. Nothing may overlap.
struct op_peak_copy {
    uint32_t count; // elements, a multiple of 4
};

#define OP_ARGS_peak_copy(IN, OUT, INOUT, SCRATCH) IN(src) OUT(dst)
OP_DECLARE(peak_copy, struct op_peak_copy);

extern const struct op_shapes op_peak_fma_shapes, op_peak_copy_shapes; // peak_shapes.c

#endif
