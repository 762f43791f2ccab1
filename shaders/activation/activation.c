// Activations: checks, recording, references.
#include "shaders/activation/activation.h"

#include "shaders/activation/activation_backward_push.h"
#include "shaders/activation/activation_forward_push.h"
#include "shaders/op_define.h"

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

static bool describe_forward(const struct op_target *target, const struct op_activation *p,
                             struct op_activation_forward_extents *args, struct op_signature *signature,
                             struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->src = op_elements(p->dtype, p->count);
    args->dst = op_elements(p->dtype, p->count);
    return true;
}

static bool describe_backward(const struct op_target *target, const struct op_activation *p,
                              struct op_activation_backward_extents *args, struct op_signature *signature,
                              struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->src = op_elements(p->dtype, p->count);
    args->d_dst = op_elements(p->dtype, p->count);
    args->d_src = op_elements(p->dtype, p->count);
    return true;
}

static void record_forward(struct op_recorder *recorder, const struct op_activation *p,
                           const struct op_activation_forward_buffers *args) {
    struct push_activation_forward push = {
        .src = args->src.address, .dst = args->dst.address, .count4 = p->count / 4, .slope = p->slope};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, activation_forward), push, OP_SPEC((uint32_t)p->kind),
                          .items = p->count / 4, .reads = {args->src}, .writes = {args->dst}));
}

static void record_backward(struct op_recorder *recorder, const struct op_activation *p,
                            const struct op_activation_backward_buffers *args) {
    struct push_activation_backward push = {.src = args->src.address,
                                            .d_dst = args->d_dst.address,
                                            .d_src = args->d_src.address,
                                            .count4 = p->count / 4,
                                            .slope = p->slope};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, activation_backward), push, OP_SPEC((uint32_t)p->kind),
                          .items = p->count / 4, .reads = {args->src, args->d_dst}, .writes = {args->d_src}));
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

static void reference_forward(const struct op_activation *p,
                              const struct op_activation_forward_arrays *args) {
    for (uint32_t i = 0; i < p->count; i++)
        args->dst[i] = op_activation_value(p->kind, p->slope, args->src[i]);
}

static void reference_backward(const struct op_activation *p,
                               const struct op_activation_backward_arrays *args) {
    for (uint32_t i = 0; i < p->count; i++)
        args->d_src[i] = args->d_dst[i] * op_activation_derivative(p->kind, p->slope, args->src[i]);
}

OP_DEFINE(activation_forward, describe_forward, record_forward, reference_forward,
          .shapes = {&op_activation_shapes});
OP_DEFINE(activation_backward, describe_backward, record_backward, reference_backward,
          .shapes = {&op_activation_shapes});
