// The global norm of a gradient, and by how much to shrink it (Pascanu et al. 2013), relative to its own
// running norm. The gradient itself is not touched: the optimiser multiplies by the factor as it reads.
#ifndef MOGRAPH_SHADERS_GRAD_CLIP_GRAD_CLIP_H
#define MOGRAPH_SHADERS_GRAD_CLIP_GRAD_CLIP_H

#include "shaders/grad_clip/grad_clip_structs.h"
#include "shaders/op.h"

struct op_grad_clip {
    uint32_t count; // elements of the gradient, a multiple of 4
};

// grad [count] fp32. limits, state and result: struct grad_clip_limits, _state and _result. A norm that is
// not finite (or whose square overflows fp32, past 1.8e19) gives factor 0 and leaves the running norm.
#define OP_ARGS_grad_clip(IN, OUT, INOUT, SCRATCH)                                                           \
    IN(grad) IN(limits) INOUT(state) OUT(result) SCRATCH(scratch)
OP_DECLARE(grad_clip, struct op_grad_clip);

extern const struct op_shapes op_grad_clip_shapes; // grad_clip_shapes.c

#endif
