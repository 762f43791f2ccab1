// Noise by counter (Philox4x32-10, common/philox.glsl): element 4 i + k is word k of
//   philox(counter = (offset4 + i, stream, step low, step high), key = (seed low, seed high))
// or the number made of it. The same bits on every device, in whatever order and however often it is asked
// for.
//
// `seed` is u32[4], a slice of what is uploaded before every step: a recorded stream draws new noise each
// time. `stream` tells apart what draws in the same step; `offset4` continues a stream, for example 1/4 of a
// sample's elements times the sample's number, so that a sample does not depend on the batch it came in.
#ifndef MOGRAPH_SHADERS_NOISE_NOISE_H
#define MOGRAPH_SHADERS_NOISE_NOISE_H

#include "shaders/op.h"

// What `seed` holds.
enum { OP_NOISE_SEED_LOW, OP_NOISE_SEED_HIGH, OP_NOISE_STEP_LOW, OP_NOISE_STEP_HIGH, OP_NOISE_SEED_COUNT };

struct op_noise {
    uint32_t count;   // elements, a multiple of 4
    uint32_t stream;  // any number
    uint32_t offset4; // where in the stream, in groups of four elements; wraps at 2^32
};

// dst u32[count]: the words themselves.
#define OP_ARGS_noise_bits(IN, OUT, INOUT, SCRATCH) IN(seed) OUT(dst)
OP_DECLARE(noise_bits, struct op_noise);

// dst f32[count], standard normal (Box & Muller 1958), at most 5.77 in size; within 1e-6 of the exact
// transform of the same words, and the same bits on every device that rounds additions and multiplications to
// nearest.
#define OP_ARGS_noise_normal(IN, OUT, INOUT, SCRATCH) IN(seed) OUT(dst)
OP_DECLARE(noise_normal, struct op_noise);

extern const struct op_shapes op_noise_shapes; // noise_shapes.c
extern const struct op_shapes op_noise_bench_shapes;

#endif
