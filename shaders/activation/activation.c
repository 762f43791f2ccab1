// Activations: checks, recording, references.
#include "shaders/activation/activation.h"

#include "shaders/activation/activation_backward_push.h"
#include "shaders/activation/activation_forward_push.h"

#include <math.h>
#include <stdio.h>

static const char *const kind_names[OP_ACTIVATION_KINDS] = {"relu", "leaky_relu", "silu", "sigmoid", "tanh"};

static bool describe(const struct op_activation *p, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_in_range(refusal, "kind", (uint64_t)p->kind, 0, OP_ACTIVATION_KINDS - 1) ||
        !op_check_dtype(refusal, p->dtype) || !op_check_count(refusal, "src", p->count))
        return false;
    if (p->count % 4 != 0)
        return op_refuse(refusal, "count is %u, it must be a multiple of 4", p->count);
    if (!isfinite(p->slope))
        return op_refuse(refusal, "slope is not finite");
    snprintf(signature->text, sizeof signature->text, "%s[%u]", kind_names[p->kind], p->count);
    return true;
}

static bool describe_forward(const struct op_target *target, const void *params,
                             struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_activation *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "src", OP_IN, p->dtype, p->count);
    op_add_arg(signature, "dst", OP_OUT, p->dtype, p->count);
    return true;
}

static bool describe_backward(const struct op_target *target, const void *params,
                              struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_activation *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "src", OP_IN, p->dtype, p->count);
    op_add_arg(signature, "d_dst", OP_IN, p->dtype, p->count);
    op_add_arg(signature, "d_src", OP_OUT, p->dtype, p->count);
    return true;
}

static void record_forward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_activation *p = params;
    struct push_activation_forward push = {args[0].address, args[1].address, p->count / 4, p->slope};
    struct op_launch launch = {.kernel = p->dtype == OP_BF16 ? KERNEL_activation_forward_bf16
                                                             : KERNEL_activation_forward,
                               .spec = {(uint32_t)p->kind},
                               .spec_count = 1,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0]},
                               .writes = {args[1]}};
    op_grid_for_items(&recorder->library->target, p->count / 4, &launch);
    op_dispatch(recorder, &launch);
}

static void record_backward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_activation *p = params;
    struct push_activation_backward push = {args[0].address, args[1].address, args[2].address, p->count / 4,
                                            p->slope};
    struct op_launch launch = {.kernel = p->dtype == OP_BF16 ? KERNEL_activation_backward_bf16
                                                             : KERNEL_activation_backward,
                               .spec = {(uint32_t)p->kind},
                               .spec_count = 1,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1]},
                               .writes = {args[2]}};
    op_grid_for_items(&recorder->library->target, p->count / 4, &launch);
    op_dispatch(recorder, &launch);
}

static double sigmoid(double x) {
    return 1.0 / (1.0 + exp(-x));
}

double op_activation_value(enum op_activation_kind kind, float slope, double x) {
    switch (kind) {
    case OP_ACTIVATION_RELU:
        return x > 0.0 ? x : 0.0;
    case OP_ACTIVATION_LEAKY_RELU:
        return x > 0.0 ? x : x * (double)slope;
    case OP_ACTIVATION_SILU:
        return x * sigmoid(x);
    case OP_ACTIVATION_SIGMOID:
        return sigmoid(x);
    default:
        return tanh(x);
    }
}

double op_activation_derivative(enum op_activation_kind kind, float slope, double x) {
    double s = sigmoid(x), ds = s * sigmoid(-x);
    switch (kind) {
    case OP_ACTIVATION_RELU:
        return x > 0.0 ? 1.0 : 0.0;
    case OP_ACTIVATION_LEAKY_RELU:
        return x > 0.0 ? 1.0 : (double)slope;
    case OP_ACTIVATION_SILU:
        return s + x * ds;
    case OP_ACTIVATION_SIGMOID:
        return ds;
    default:
        return 1.0 - tanh(x) * tanh(x);
    }
}

static void reference_forward(const void *params, double *const *args) {
    const struct op_activation *p = params;
    for (uint32_t i = 0; i < p->count; i++)
        args[1][i] = op_activation_value(p->kind, p->slope, args[0][i]);
}

static void reference_backward(const void *params, double *const *args) {
    const struct op_activation *p = params;
    for (uint32_t i = 0; i < p->count; i++)
        args[2][i] = args[1][i] * op_activation_derivative(p->kind, p->slope, args[0][i]);
}

static const struct op_activation examples[] = {
    {OP_ACTIVATION_RELU, OP_F32, 1000, 0.0f}, {OP_ACTIVATION_LEAKY_RELU, OP_F32, 1000, 0.2f},
    {OP_ACTIVATION_SILU, OP_F32, 1000, 0.0f}, {OP_ACTIVATION_SIGMOID, OP_F32, 1000, 0.0f},
    {OP_ACTIVATION_TANH, OP_F32, 1000, 0.0f}, {OP_ACTIVATION_SILU, OP_BF16, 1000, 0.0f},
};

const struct op_info op_activation_forward_info = {.name = "activation_forward",
                                                   .params_size = sizeof(struct op_activation),
                                                   .describe = describe_forward,
                                                   .record = record_forward,
                                                   .reference = reference_forward,
                                                   .examples = examples,
                                                   .example_count = sizeof examples / sizeof examples[0]};

const struct op_info op_activation_backward_info = {
    .name = "activation_backward",
    .params_size = sizeof(struct op_activation),
    .describe = describe_backward,
    .record = record_backward,
    .reference = reference_backward,
    .examples = examples,
    .example_count = sizeof examples / sizeof examples[0],
    .forward = OP_activation_forward,
    .links = {{OP_LINK_SAME, 0}, {OP_LINK_GRADIENT, 1}, {OP_LINK_GRADIENT, 0}}};

void op_activation_forward(struct op_recorder *recorder, const struct op_activation *params,
                           struct rt_buffer src, struct rt_buffer dst) {
    op_record(recorder, OP_activation_forward, params, (struct rt_buffer[]){src, dst}, 2);
}

void op_activation_backward(struct op_recorder *recorder, const struct op_activation *params,
                            struct rt_buffer src, struct rt_buffer d_dst, struct rt_buffer d_src) {
    op_record(recorder, OP_activation_backward, params, (struct rt_buffer[]){src, d_dst, d_src}, 3);
}
