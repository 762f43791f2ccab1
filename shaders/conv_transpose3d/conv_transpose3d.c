#include "shaders/conv_transpose3d/conv_transpose3d.h"

#include "shaders/conv3d/conv_gemm.h"

#include <stdio.h>
#include <string.h>

// Weight partials and bias partials share the scratch of backward_weight, each a whole number of 64 floats.
static uint64_t aligned(uint64_t floats) {
    return op_div_up(floats, 64) * 64;
}

void op_conv_transpose3d_output_size(const struct op_conv_transpose3d *p, uint32_t size[3]) {
    for (int i = 0; i < 3; i++)
        size[i] = (p->size[i] - 1) * p->stride[i] + p->kernel[i] + p->output_padding[i] - 2 * p->padding[i];
}

// The convolution that this one transposes: its big grid is our output, its small one our input.
static struct conv_geometry geometry_of(const struct op_conv_transpose3d *p) {
    struct conv_geometry g = {.n = p->n, .dtype = p->dtype};
    memcpy(g.small, p->size, sizeof g.small);
    memcpy(g.kernel, p->kernel, sizeof g.kernel);
    memcpy(g.stride, p->stride, sizeof g.stride);
    memcpy(g.padding, p->padding, sizeof g.padding);
    op_conv_transpose3d_output_size(p, g.big);
    return g;
}

static bool check(const struct op_conv_transpose3d *p, struct op_refusal *refusal) {
    static const char axes[] = "dhw";
    if (!op_check_channels(refusal, "cin", p->cin) || !op_check_channels(refusal, "cout", p->cout))
        return false;
    for (int i = 0; i < 3; i++) {
        if (!conv_check_axis(refusal, axes[i], p->kernel[i], p->stride[i], p->padding[i], p->size[i]))
            return false;
        if (p->output_padding[i] >= p->stride[i])
            return op_refuse(refusal, "output padding %c is %u, it must be below the stride's %u", axes[i],
                             p->output_padding[i], p->stride[i]);
        if ((p->size[i] - 1) * p->stride[i] + p->kernel[i] + p->output_padding[i] <= 2 * p->padding[i])
            return op_refuse(refusal, "size %c is %u: nothing is left of it with padding %u", axes[i],
                             p->size[i], p->padding[i]);
    }
    struct conv_geometry g = geometry_of(p);
    return conv_check_geometry(&g, p->cout, p->cin, refusal);
}

static bool describe(const struct op_conv_transpose3d *p, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!check(p, refusal))
        return false;
    struct conv_geometry g = geometry_of(p);
    signature->flops = conv_flops(&g, p->cout, p->cin);
    conv_describe_text(&g, g.small, p->cin, g.big, p->cout, signature->text, sizeof signature->text);
    return true;
}

static bool describe_forward(const struct op_target *target, const void *params,
                             struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_conv_transpose3d *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    struct conv_geometry g = geometry_of(p);
    op_add_arg(signature, "src", OP_IN, p->dtype, conv_small_voxels(&g) * p->cin);
    op_add_arg(signature, "weight", OP_IN, OP_F32, (uint64_t)conv_taps(&g) * p->cin * p->cout);
    op_add_arg(signature, "bias", OP_IN, OP_F32, p->has_bias ? p->cout : 0);
    op_add_arg(signature, "dst", OP_OUT, p->dtype, conv_big_voxels(&g) * p->cout);
    return true;
}

static bool describe_backward_input(const struct op_target *target, const void *params,
                                    struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_conv_transpose3d *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    struct conv_geometry g = geometry_of(p);
    uint64_t weights = (uint64_t)conv_taps(&g) * p->cin * p->cout;
    op_add_arg(signature, "d_dst", OP_IN, p->dtype, conv_big_voxels(&g) * p->cout);
    op_add_arg(signature, "weight", OP_IN, OP_F32, weights);
    op_add_arg(signature, "d_src", OP_OUT, p->dtype, conv_small_voxels(&g) * p->cin);
    op_add_arg(signature, "scratch", OP_SCRATCH, OP_F32, weights);
    return true;
}

static bool describe_backward_weight(const struct op_target *target, const void *params,
                                     struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_conv_transpose3d *p = params;
    if (!describe(p, signature, refusal))
        return false;
    struct conv_geometry g = geometry_of(p);
    enum op_role role = p->accumulate ? OP_INOUT : OP_OUT;
    uint64_t partials = aligned(conv_weight_partials(target, &g, p->cout, p->cin));
    if (p->has_bias)
        partials += conv_bias_partials(target, conv_big_voxels(&g), p->cout);
    op_add_arg(signature, "src", OP_IN, p->dtype, conv_small_voxels(&g) * p->cin);
    op_add_arg(signature, "d_dst", OP_IN, p->dtype, conv_big_voxels(&g) * p->cout);
    op_add_arg(signature, "d_weight", role, OP_F32, (uint64_t)conv_taps(&g) * p->cin * p->cout);
    op_add_arg(signature, "d_bias", role, OP_F32, p->has_bias ? p->cout : 0);
    op_add_arg(signature, "scratch", OP_SCRATCH, OP_F32, partials);
    return op_check_count(refusal, "scratch", partials);
}

static void record_forward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_conv_transpose3d *p = params;
    struct conv_geometry g = geometry_of(p);
    conv_record_gather(recorder, &g, true, p->cin, p->cout, args[0], args[1], args[2], args[3]);
}

static void record_backward_input(struct op_recorder *recorder, const void *params,
                                  const struct rt_buffer *args) {
    const struct op_conv_transpose3d *p = params;
    struct conv_geometry g = geometry_of(p);
    conv_record_transpose_weight(recorder, conv_taps(&g), p->cin, p->cout, args[1], args[3]);
    conv_record_gather(recorder, &g, false, p->cout, p->cin, args[0], args[3], (struct rt_buffer){0},
                       args[2]);
}

static void record_backward_weight(struct op_recorder *recorder, const void *params,
                                   const struct rt_buffer *args) {
    const struct op_conv_transpose3d *p = params;
    struct conv_geometry g = geometry_of(p);
    const struct op_target *target = &recorder->library->target;
    uint64_t partials = conv_weight_partials(target, &g, p->cout, p->cin) * 4;
    conv_record_weight(recorder, &g, p->cout, p->cin, true, p->accumulate, args[1], args[0],
                       rt_buffer_slice(args[4], 0, partials), args[2]);
    if (!p->has_bias)
        return;
    uint64_t voxels = conv_big_voxels(&g), offset = aligned(partials / 4) * 4;
    conv_record_bias(recorder, voxels, p->cout, p->dtype, p->accumulate, args[1],
                     rt_buffer_slice(args[4], offset, conv_bias_partials(target, voxels, p->cout) * 4),
                     args[3]);
}

static void reference_forward(const void *params, double *const *args) {
    const struct op_conv_transpose3d *p = params;
    struct conv_geometry g = geometry_of(p);
    conv_reference_gather(&g, true, p->cin, p->cout, false, args[0], args[1], args[2], args[3]);
}

static void reference_backward_input(const void *params, double *const *args) {
    const struct op_conv_transpose3d *p = params;
    struct conv_geometry g = geometry_of(p);
    conv_reference_gather(&g, false, p->cout, p->cin, true, args[0], args[1], NULL, args[2]);
}

static void reference_backward_weight(const void *params, double *const *args) {
    const struct op_conv_transpose3d *p = params;
    struct conv_geometry g = geometry_of(p);
    conv_reference_weight(&g, p->cout, p->cin, true, p->accumulate, args[1], args[0], args[2]);
    if (p->has_bias)
        conv_reference_bias(conv_big_voxels(&g), p->cout, p->accumulate, args[1], args[3]);
}

static const struct op_conv_transpose3d examples[] = {
    {2, {2, 3, 4}, 8, 12, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, OP_F32, true, false},
    {1, {2, 4, 5}, 16, 20, {4, 4, 4}, {2, 2, 2}, {1, 1, 1}, {0, 0, 0}, OP_F32, false, false},
    {1, {2, 4, 5}, 16, 20, {4, 4, 4}, {2, 2, 2}, {1, 1, 1}, {0, 0, 0}, OP_BF16, false, false},
};

#define CONV_TRANSPOSE3D_INFO(pass)                                                                          \
    .name = "conv_transpose3d_" #pass, .params_size = sizeof(struct op_conv_transpose3d),                    \
    .describe = describe_##pass, .record = record_##pass, .reference = reference_##pass,                     \
    .examples = examples, .example_count = sizeof examples / sizeof examples[0]

const struct op_info op_conv_transpose3d_forward_info = {CONV_TRANSPOSE3D_INFO(forward)};

const struct op_info op_conv_transpose3d_backward_input_info = {
    CONV_TRANSPOSE3D_INFO(backward_input), .forward = OP_conv_transpose3d_forward,
    .links = {{OP_LINK_GRADIENT, 3}, {OP_LINK_SAME, 1}, {OP_LINK_GRADIENT, 0}}};

const struct op_info op_conv_transpose3d_backward_weight_info = {
    CONV_TRANSPOSE3D_INFO(backward_weight), .forward = OP_conv_transpose3d_forward,
    .links = {{OP_LINK_SAME, 0}, {OP_LINK_GRADIENT, 3}, {OP_LINK_GRADIENT, 1}, {OP_LINK_GRADIENT, 2}}};

void op_conv_transpose3d_forward(struct op_recorder *recorder, const struct op_conv_transpose3d *params,
                                 struct rt_buffer src, struct rt_buffer weight, struct rt_buffer bias,
                                 struct rt_buffer dst) {
    op_record(recorder, OP_conv_transpose3d_forward, params, (struct rt_buffer[]){src, weight, bias, dst}, 4);
}

void op_conv_transpose3d_backward_input(struct op_recorder *recorder,
                                        const struct op_conv_transpose3d *params, struct rt_buffer d_dst,
                                        struct rt_buffer weight, struct rt_buffer d_src,
                                        struct rt_buffer scratch) {
    op_record(recorder, OP_conv_transpose3d_backward_input, params,
              (struct rt_buffer[]){d_dst, weight, d_src, scratch}, 4);
}

void op_conv_transpose3d_backward_weight(struct op_recorder *recorder,
                                         const struct op_conv_transpose3d *params, struct rt_buffer src,
                                         struct rt_buffer d_dst, struct rt_buffer d_weight,
                                         struct rt_buffer d_bias, struct rt_buffer scratch) {
    op_record(recorder, OP_conv_transpose3d_backward_weight, params,
              (struct rt_buffer[]){src, d_dst, d_weight, d_bias, scratch}, 5);
}
