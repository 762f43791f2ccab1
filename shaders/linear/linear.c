// Fully connected layer on the convolution core: checks, recording, references.
#include "shaders/linear/linear.h"

#include "shaders/conv/conv_layer.h"
#include "shaders/op_define.h"

#include <stddef.h>
#include <stdio.h>

// A convolution: every row is a voxel.
static struct conv_layer layer_of(const struct op_linear *p) {
    return (struct conv_layer){.geometry = {.n = 1,
                                            .big = {1, 1, p->rows},
                                            .small = {1, 1, p->rows},
                                            .kernel = {1, 1, 1},
                                            .stride = {1, 1, 1},
                                            .dtype = p->dtype},
                               .cin = p->cin,
                               .cout = p->cout,
                               .has_bias = p->has_bias,
                               .accumulate = p->accumulate};
}

static bool describe(const struct op_linear *p, struct op_signature *signature, struct op_refusal *refusal) {
    struct conv_layer layer = layer_of(p);
    if (!op_in_range(refusal, "rows", p->rows, 1, 65535) || !op_check_channels(refusal, "cin", p->cin) ||
        !op_check_channels(refusal, "cout", p->cout) || !conv_layer_describe(&layer, signature, refusal))
        return false;
    snprintf(signature->text, sizeof signature->text, "[%u][%u] -> [%u][%u] %s", p->rows, p->cin, p->rows,
             p->cout, p->dtype == OP_BF16 ? "bf16" : "f32");
    return true;
}

CONV_LAYER_PASS(linear, forward, struct op_linear);
CONV_LAYER_PASS(linear, backward_input, struct op_linear);
CONV_LAYER_PASS(linear, backward_weight, struct op_linear);

// --- the definitions: products of matrices, not convolutions

static double dot(const double *a, size_t a_step, const double *b, size_t b_step, size_t count) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += a[i * a_step] * b[i * b_step];
    return sum;
}

static void reference_forward(const struct op_linear *p, const struct op_linear_forward_arrays *args) {
    for (uint32_t r = 0; r < p->rows; r++)
        for (uint32_t o = 0; o < p->cout; o++)
            args->dst[r * p->cout + o] = dot(args->src + r * p->cin, 1, args->weight + o, p->cout, p->cin) +
                                         (p->has_bias ? args->bias[o] : 0.0);
}

static void reference_backward_input(const struct op_linear *p,
                                     const struct op_linear_backward_input_arrays *args) {
    for (uint32_t r = 0; r < p->rows; r++)
        for (uint32_t i = 0; i < p->cin; i++)
            args->d_src[r * p->cin + i] =
                dot(args->d_dst + r * p->cout, 1, args->weight + i * p->cout, 1, p->cout);
}

static void reference_backward_weight(const struct op_linear *p,
                                      const struct op_linear_backward_weight_arrays *args) {
    static const double one = 1.0;
    for (uint32_t i = 0; i < p->cin * p->cout; i++) {
        double sum = dot(args->src + i / p->cout, p->cin, args->d_dst + i % p->cout, p->cout, p->rows);
        args->d_weight[i] = sum + (p->accumulate ? args->d_weight[i] : 0.0);
    }
    for (uint32_t o = 0; p->has_bias && o < p->cout; o++)
        args->d_bias[o] =
            dot(args->d_dst + o, p->cout, &one, 0, p->rows) + (p->accumulate ? args->d_bias[o] : 0.0);
}

OP_DEFINE(linear_forward, describe_forward, record_forward, reference_forward, .products = true,
          .flags_at = offsetof(struct op_linear, has_bias), .shapes = {&op_linear_shapes});
OP_DEFINE(linear_backward_input, describe_backward_input, record_backward_input, reference_backward_input,
          .products = true, .flags_at = offsetof(struct op_linear, has_bias), .shapes = {&op_linear_shapes});
OP_DEFINE(linear_backward_weight, describe_backward_weight, record_backward_weight, reference_backward_weight,
          .products = true, .flags_at = offsetof(struct op_linear, has_bias), .shapes = {&op_linear_shapes});
