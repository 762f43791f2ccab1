// Fully connected layer on the convolution core: checks, recording, references.
#include "shaders/linear/linear.h"

#include "shaders/conv3d/conv3d.h"

#include <stdio.h>
#include <string.h>

// Every row is a clip of one voxel.
static struct op_conv3d as_conv3d(const struct op_linear *p) {
    return (struct op_conv3d){.n = p->rows,
                              .size = {1, 1, 1},
                              .cin = p->cin,
                              .cout = p->cout,
                              .kernel = {1, 1, 1},
                              .stride = {1, 1, 1},
                              .dtype = p->dtype,
                              .has_bias = p->has_bias,
                              .accumulate = p->accumulate};
}

static bool describe(enum op_id id, const struct op_target *target, const void *params,
                     struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_linear *p = params;
    struct op_conv3d conv = as_conv3d(p);
    if (!op_in_range(refusal, "rows", p->rows, 1, 65535) ||
        !op_describe(target, id, &conv, signature, refusal))
        return false;
    snprintf(signature->text, sizeof signature->text, "[%u][%u] -> [%u][%u] %s", p->rows, p->cin, p->rows,
             p->cout, p->dtype == OP_BF16 ? "bf16" : "f32");
    return true;
}

static void record(enum op_id id, struct op_recorder *recorder, const void *params,
                   const struct rt_buffer *args) {
    struct op_conv3d conv = as_conv3d(params);
    op_table[id]->record(recorder, &conv, args);
}

static double dot(const double *a, size_t a_step, const double *b, size_t b_step, size_t count) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += a[i * a_step] * b[i * b_step];
    return sum;
}

static void reference_forward(const void *params, double *const *args) {
    const struct op_linear *p = params;
    for (uint32_t r = 0; r < p->rows; r++)
        for (uint32_t o = 0; o < p->cout; o++)
            args[3][r * p->cout + o] =
                dot(args[0] + r * p->cin, 1, args[1] + o, p->cout, p->cin) + (p->has_bias ? args[2][o] : 0.0);
}

static void reference_backward_input(const void *params, double *const *args) {
    const struct op_linear *p = params;
    for (uint32_t r = 0; r < p->rows; r++)
        for (uint32_t i = 0; i < p->cin; i++)
            args[2][r * p->cin + i] = dot(args[0] + r * p->cout, 1, args[1] + i * p->cout, 1, p->cout);
}

static void reference_backward_weight(const void *params, double *const *args) {
    const struct op_linear *p = params;
    static const double one = 1.0;
    for (uint32_t i = 0; i < p->cin * p->cout; i++) {
        double sum = dot(args[0] + i / p->cout, p->cin, args[1] + i % p->cout, p->cout, p->rows);
        args[2][i] = sum + (p->accumulate ? args[2][i] : 0.0);
    }
    for (uint32_t o = 0; p->has_bias && o < p->cout; o++)
        args[3][o] = dot(args[1] + o, p->cout, &one, 0, p->rows) + (p->accumulate ? args[3][o] : 0.0);
}

static const struct op_linear examples[] = {
    {8, 64, 24, OP_F32, true, false},
    {3, 20, 100, OP_F32, false, false},
    {8, 32, 16, OP_BF16, true, false},
};

#define LINEAR_PASS(pass)                                                                                    \
    static bool describe_##pass(const struct op_target *target, const void *params,                          \
                                struct op_signature *signature, struct op_refusal *refusal) {                \
        return describe(OP_conv3d_##pass, target, params, signature, refusal);                               \
    }                                                                                                        \
    static void record_##pass(struct op_recorder *recorder, const void *params,                              \
                              const struct rt_buffer *args) {                                                \
        record(OP_conv3d_##pass, recorder, params, args);                                                    \
    }

LINEAR_PASS(forward)
LINEAR_PASS(backward_input)
LINEAR_PASS(backward_weight)

#define LINEAR_INFO(pass)                                                                                    \
    .name = "linear_" #pass, .params_size = sizeof(struct op_linear), .describe = describe_##pass,           \
    .record = record_##pass, .reference = reference_##pass, .examples = examples,                            \
    .example_count = sizeof examples / sizeof examples[0]

const struct op_info op_linear_forward_info = {LINEAR_INFO(forward)};

const struct op_info op_linear_backward_input_info = {
    LINEAR_INFO(backward_input), .forward = OP_linear_forward,
    .links = {{OP_LINK_GRADIENT, 3}, {OP_LINK_SAME, 1}, {OP_LINK_GRADIENT, 0}}};

const struct op_info op_linear_backward_weight_info = {
    LINEAR_INFO(backward_weight), .forward = OP_linear_forward,
    .links = {{OP_LINK_SAME, 0}, {OP_LINK_GRADIENT, 3}, {OP_LINK_GRADIENT, 1}, {OP_LINK_GRADIENT, 2}}};

void op_linear_forward(struct op_recorder *recorder, const struct op_linear *params, struct rt_buffer src,
                       struct rt_buffer weight, struct rt_buffer bias, struct rt_buffer dst) {
    op_record(recorder, OP_linear_forward, params, (struct rt_buffer[]){src, weight, bias, dst}, 4);
}

void op_linear_backward_input(struct op_recorder *recorder, const struct op_linear *params,
                              struct rt_buffer d_dst, struct rt_buffer weight, struct rt_buffer d_src,
                              struct rt_buffer scratch) {
    op_record(recorder, OP_linear_backward_input, params, (struct rt_buffer[]){d_dst, weight, d_src, scratch},
              4);
}

void op_linear_backward_weight(struct op_recorder *recorder, const struct op_linear *params,
                               struct rt_buffer src, struct rt_buffer d_dst, struct rt_buffer d_weight,
                               struct rt_buffer d_bias, struct rt_buffer scratch) {
    op_record(recorder, OP_linear_backward_weight, params,
              (struct rt_buffer[]){src, d_dst, d_weight, d_bias, scratch}, 5);
}
