// The global norm of a gradient, and by how much to shrink it (Pascanu et al. 2013), relative to its own
// running norm. The gradient itself is not touched: the optimiser multiplies by the factor as it reads.
#ifndef MOGRAPH_SHADERS_GRAD_CLIP_GRAD_CLIP_H
#define MOGRAPH_SHADERS_GRAD_CLIP_GRAD_CLIP_H

#include "shaders/op.h"

struct op_grad_clip {
    uint32_t count; // elements of the gradient, a multiple of 4
};

// hyper[4], set by the host each step: the largest norm (0: none), the largest multiple of the running norm
// (0: none), the running norm's decay per step, unused. state[4], kept between steps, zeros at first: running
// norm, steps seen, steps skipped as not finite, unused. result[4]: norm, factor (0 to 1), 1 when the norm is
// finite, the limit that held (0: none). A norm that is not finite (or whose square overflows fp32,
// past 1.8e19) gives factor 0 and leaves the running norm. grad [count] fp32.
// scratch: the last argument of the signature.
void op_grad_clip(struct op_recorder *recorder, const struct op_grad_clip *params, struct rt_buffer grad,
                  struct rt_buffer hyper, struct rt_buffer state, struct rt_buffer result,
                  struct rt_buffer scratch);

#endif
