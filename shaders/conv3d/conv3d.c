// 3D convolution: checks and shapes; conv_layer.c does the rest.
#include "shaders/conv3d/conv3d.h"

#include "shaders/conv/conv_layer.h"
#include "shaders/op_define.h"

#include <stddef.h>
#include <string.h>

void op_conv3d_output_size(const struct op_conv3d *p, uint32_t size[3]) {
    for (int i = 0; i < 3; i++)
        size[i] = (p->size[i] + 2 * p->padding[i] - p->kernel[i]) / p->stride[i] + 1;
}

static struct conv_layer layer_of(const struct op_conv3d *p) {
    struct conv_layer layer = {.geometry = {.n = p->n, .dtype = p->dtype},
                               .transposed = false,
                               .cin = p->cin,
                               .cout = p->cout,
                               .has_bias = p->has_bias,
                               .accumulate = p->accumulate,
                               .epilogue = p->epilogue};
    struct conv_geometry *g = &layer.geometry;
    memcpy(g->big, p->size, sizeof g->big);
    memcpy(g->kernel, p->kernel, sizeof g->kernel);
    memcpy(g->stride, p->stride, sizeof g->stride);
    memcpy(g->padding, p->padding, sizeof g->padding);
    op_conv3d_output_size(p, g->small);
    return layer;
}

static bool describe(const struct op_conv3d *p, struct op_signature *signature, struct op_refusal *refusal) {
    static const char axes[] = "dhw";
    if (!op_check_channels(refusal, "cin", p->cin) || !op_check_channels(refusal, "cout", p->cout))
        return false;
    for (int i = 0; i < 3; i++) {
        if (!conv_check_axis(refusal, axes[i], p->kernel[i], p->stride[i], p->padding[i], p->size[i]))
            return false;
        if (p->size[i] + 2 * p->padding[i] < p->kernel[i])
            return op_refuse(refusal, "size %c is %u with padding %u, smaller than the kernel's %u", axes[i],
                             p->size[i], p->padding[i], p->kernel[i]);
    }
    struct conv_layer layer = layer_of(p);
    return conv_layer_describe(&layer, signature, refusal);
}

CONV_LAYER_PASS(conv3d, forward, struct op_conv3d);
CONV_LAYER_PASS(conv3d, fused, struct op_conv3d);
CONV_LAYER_PASS(conv3d, backward_input, struct op_conv3d);
CONV_LAYER_PASS(conv3d, backward_weight, struct op_conv3d);

CONV_LAYER_REFERENCE(conv3d, forward, struct op_conv3d);
CONV_LAYER_REFERENCE(conv3d, fused, struct op_conv3d);
CONV_LAYER_REFERENCE(conv3d, backward_input, struct op_conv3d);
CONV_LAYER_REFERENCE(conv3d, backward_weight, struct op_conv3d);

static double linear_fused(void *params) {
    struct op_conv3d *p = params;
    return conv_epilogue_linear(&p->epilogue);
}

OP_DEFINE(conv3d_forward, describe_forward, record_forward, reference_forward, .products = true,
          .flags_at = offsetof(struct op_conv3d, epilogue.silu), .shapes = {&op_conv3d_shapes});
OP_DEFINE(conv3d_fused, describe_fused, record_fused, reference_fused, .products = true,
          .linear = linear_fused, .flags_at = offsetof(struct op_conv3d, epilogue.silu),
          .shapes = {&op_conv3d_fused_shapes});
OP_DEFINE(conv3d_backward_input, describe_backward_input, record_backward_input, reference_backward_input,
          .products = true, .flags_at = offsetof(struct op_conv3d, epilogue.silu),
          .shapes = {&op_conv3d_shapes});
OP_DEFINE(conv3d_backward_weight, describe_backward_weight, record_backward_weight, reference_backward_weight,
          .products = true, .flags_at = offsetof(struct op_conv3d, epilogue.silu),
          .shapes = {&op_conv3d_shapes});
