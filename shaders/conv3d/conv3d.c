// 3D convolution: checks and shapes; conv_layer.c does the rest.
#include "shaders/conv3d/conv3d.h"

#include "shaders/conv/conv_layer.h"

#include <string.h>

void op_conv3d_output_size(const struct op_conv3d *p, uint32_t size[3]) {
    for (int i = 0; i < 3; i++)
        size[i] = (p->size[i] + 2 * p->padding[i] - p->kernel[i]) / p->stride[i] + 1;
}

static struct conv_layer layer_of(const void *params) {
    const struct op_conv3d *p = params;
    struct conv_layer layer = {.geometry = {.n = p->n, .dtype = p->dtype},
                               .transposed = false,
                               .cin = p->cin,
                               .cout = p->cout,
                               .has_bias = p->has_bias,
                               .accumulate = p->accumulate};
    struct conv_geometry *g = &layer.geometry;
    memcpy(g->big, p->size, sizeof g->big);
    memcpy(g->kernel, p->kernel, sizeof g->kernel);
    memcpy(g->stride, p->stride, sizeof g->stride);
    memcpy(g->padding, p->padding, sizeof g->padding);
    op_conv3d_output_size(p, g->small);
    return layer;
}

static bool check(const void *params, struct op_refusal *refusal) {
    const struct op_conv3d *p = params;
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
    return true;
}

CONV_LAYER_PASSES

static const struct op_conv3d examples[] = {
    {2, {3, 6, 7}, 8, 12, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, OP_F32, true, false},
    {1, {4, 8, 8}, 16, 20, {4, 4, 4}, {2, 2, 2}, {1, 1, 1}, OP_F32, false, false},
    {1, {4, 8, 8}, 16, 20, {4, 4, 4}, {2, 2, 2}, {1, 1, 1}, OP_BF16, false, false},
};

const struct op_info op_conv3d_forward_info = {CONV_LAYER_INFO(conv3d, struct op_conv3d, forward)};

const struct op_info op_conv3d_backward_input_info = {
    CONV_LAYER_INFO(conv3d, struct op_conv3d, backward_input), .forward = OP_conv3d_forward,
    .links = CONV_LAYER_BACKWARD_INPUT_LINKS};

const struct op_info op_conv3d_backward_weight_info = {
    CONV_LAYER_INFO(conv3d, struct op_conv3d, backward_weight), .forward = OP_conv3d_forward,
    .links = CONV_LAYER_BACKWARD_WEIGHT_LINKS};

void op_conv3d_forward(struct op_recorder *recorder, const struct op_conv3d *params, struct rt_buffer src,
                       struct rt_buffer weight, struct rt_buffer bias, struct rt_buffer dst) {
    op_record(recorder, OP_conv3d_forward, params, (struct rt_buffer[]){src, weight, bias, dst}, 4);
}

void op_conv3d_backward_input(struct op_recorder *recorder, const struct op_conv3d *params,
                              struct rt_buffer d_dst, struct rt_buffer weight, struct rt_buffer d_src,
                              struct rt_buffer scratch) {
    op_record(recorder, OP_conv3d_backward_input, params, (struct rt_buffer[]){d_dst, weight, d_src, scratch},
              4);
}

void op_conv3d_backward_weight(struct op_recorder *recorder, const struct op_conv3d *params,
                               struct rt_buffer src, struct rt_buffer d_dst, struct rt_buffer d_weight,
                               struct rt_buffer d_bias, struct rt_buffer scratch) {
    op_record(recorder, OP_conv3d_backward_weight, params,
              (struct rt_buffer[]){src, d_dst, d_weight, d_bias, scratch}, 5);
}
